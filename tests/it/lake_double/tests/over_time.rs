//! Faults and history.

use super::super::NO_ANSWER;
use super::super::history::{Fault, unavailable};
use super::{columns, lake, table, to};
use serde_json::{Value, json};

fn grant(at: usize) -> Value {
    to(&format!("r{at}"), &table("orders"), &["INSERT"], &[])
}

#[test]
fn the_answer_of_a_call_is_lost_although_it_was_done() {
    let mut lake = lake();
    lake.forget();
    lake.fault_at(2, Fault::LoseAnswer);
    lake.fault_at(3, Fault::Refuse(unavailable()));
    lake.fine("GrantPermissions", grant(1));
    assert_eq!(lake.refused("GrantPermissions", grant(2)).status, NO_ANSWER);
    assert_eq!(lake.refused("GrantPermissions", grant(3)).status, 500);
    assert_eq!(lake.world().held.len(), 2);
    // Granting again is no error.
    lake.fine("GrantPermissions", grant(2));
    assert_eq!(lake.history().len(), 4);
    assert_eq!(lake.history()[1].outcome, Ok(()));
}

#[test]
fn a_dead_caller_makes_no_call() {
    for (fault, done) in [(Fault::KillBefore, 1), (Fault::KillAfter, 2)] {
        let mut lake = lake();
        lake.forget();
        lake.fault_at(2, fault);
        lake.fine("GrantPermissions", grant(1));
        for at in [2, 3] {
            assert_eq!(
                lake.refused("GrantPermissions", grant(at)).status,
                NO_ANSWER
            );
        }
        assert!(lake.is_killed());
        assert_eq!(lake.world().held.len(), done);
        lake.revive();
        lake.fine("GrantPermissions", grant(3));
    }
}

#[test]
fn the_history_tells_what_was_held_after_each_call() {
    let mut lake = lake();
    lake.forget();
    lake.fine(
        "GrantPermissions",
        to("a", &columns(&["id", "amount"]), &["SELECT"], &["SELECT"]),
    );
    lake.fine(
        "RevokePermissions",
        to("a", &columns(&["id"]), &["SELECT"], &["SELECT"]),
    );
    lake.refused(
        "RevokePermissions",
        to("a", &columns(&["id"]), &["SELECT"], &[]),
    );
    let held: Vec<usize> = lake
        .history()
        .iter()
        .map(|step| step.world.atoms().len())
        .collect();
    // Two columns, with and without the grant option.
    assert_eq!(held, [4, 2, 2]);
    assert_eq!(lake.history()[2].call, "lakeformation:RevokePermissions");
    assert!(lake.history()[2].outcome.is_err());
    let reads: Vec<usize> = lake
        .history()
        .iter()
        .map(|step| lake.reads_in(&step.world).len())
        .collect();
    assert_eq!(reads, [3, 2, 2]);
}

#[test]
fn every_page_is_as_short_as_it_is_made() {
    let mut lake = lake();
    for at in 0..7 {
        lake.fine("GrantPermissions", grant(at));
    }
    lake.quirks.page = 2;
    lake.forget();
    let all = lake.all(
        "ListPermissions",
        "PrincipalResourcePermissions",
        json!({"MaxResults": 1000}),
    );
    assert_eq!((all.len(), lake.calls()), (7, 4));
    lake.refused("ListPermissions", json!({"MaxResults": 1001}));
}
