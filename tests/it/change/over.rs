//! Plans made and carried out in one process, over a double of the lake: every call can be the last one.

use crate::lake_double::{ACCOUNT, Lake, NO_ANSWER, REGION};
use emr_baseline::baseline::{Baseline, Loader, load};
use emr_baseline::change::{Carry, Current, Desired, Options, Plan, Reading, plan};
use emr_baseline::judge::Judge;
use emr_baseline::live::call::{Call, Failure, Outcome};
use emr_baseline::live::observer::{Observer, Wanted, estate};
use emr_baseline::observe::snapshot::{Event, Reader};
use serde_json::{Value, json};

/// A baseline that is a text.
struct Text(String);

impl Loader for Text {
    fn read(&self, path: &str, _: Option<&str>) -> Result<(String, Vec<u8>), String> {
        Ok((path.to_owned(), self.0.clone().into_bytes()))
    }
}

pub fn resolved(text: &str) -> Baseline {
    let at = "2026-11-11T00:00:00Z".parse().unwrap();
    let loaded = load("lake.toml", &Text(text.to_owned()), at)
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    loaded
        .resolve(Some("prod"))
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub fn ask(lake: &mut Lake, call: &Call) -> Outcome {
    let operation = call.operation;
    let input = Value::Object(call.input.clone());
    match lake.answer(operation.service.prefix(), operation.name, &input) {
        Ok(Value::Object(answer)) => Ok(answer),
        Ok(other) => panic!("{other}"),
        Err(refusal) => Err(Failure {
            status: (refusal.status != NO_ANSWER).then_some(refusal.status),
            ..Failure::of(refusal.code, refusal.message)
        }),
    }
}

/// What changes rest on, as it stands in the lake.
pub fn observed(lake: &mut Lake, desired: &Desired<'_>, baseline: &Baseline) -> Current {
    let at = "2026-11-11T00:00:00Z".parse().unwrap();
    let wanted = Wanted::for_changes(desired.rests_on(&Options::default().only), at);
    let Value::Object(caller) = json!({ "Account": ACCOUNT, "Arn": lake.caller }) else {
        panic!("an object")
    };
    let mut observer = Observer::new(ACCOUNT, REGION, &caller, wanted);
    let mut waiting = observer.begin();
    while let Some(call) = waiting.pop() {
        let outcome = ask(lake, &call);
        waiting.extend(observer.answered(&call, outcome));
        if waiting.is_empty() {
            waiting = observer.settled();
        }
    }
    let mut text = format!("{}\n", estate(at));
    for record in observer.records() {
        text += &format!("{record}\n");
    }
    let judge = Judge::new(baseline, at);
    let mut reading = Reading::new(desired, &judge);
    for event in Reader::new("double", text.as_bytes()).unwrap() {
        match event {
            Event::Fact(record) | Event::Resource(record) => reading.see(&record),
            Event::End { complete, listed } => reading.end(complete, listed),
            Event::Problem(problem) => {
                reading.problem(format!("{}: {}", problem.what, problem.why));
            }
            Event::Estate { .. } | Event::Region(_) => {}
        }
    }
    reading.finish()
}

/// The plan for what stands in the lake.
pub fn plan_of(lake: &mut Lake, text: &str, prune: bool) -> Plan {
    let baseline = resolved(text);
    let desired = Desired::of(&baseline).unwrap().unwrap();
    let current = observed(lake, &desired, &baseline);
    let options = Options {
        prune,
        ..Options::default()
    };
    plan(&desired, &current, &options)
}

/// Carries a plan out; after so many calls, the caller dies: before the call is made, or after.
pub fn carry(lake: &mut Lake, plan: &Plan, last: Option<(usize, bool)>) -> (Carry, usize) {
    let mut carry = Carry::new(plan);
    let mut made = 0;
    while let Some(call) = carry.next_call() {
        made += 1;
        if last == Some((made, false)) {
            break;
        }
        let outcome = ask(lake, &call);
        if last == Some((made, true)) {
            break;
        }
        carry.answered(&outcome, 0.0);
    }
    (carry, made)
}

/// Plans and carries out, and gives how many calls that took.
pub fn applied(lake: &mut Lake, text: &str, prune: bool) -> (Carry, usize) {
    let plan = plan_of(lake, text, prune);
    assert!(plan.unknown.is_empty(), "{:#?}", plan.unknown);
    assert!(plan.refusals.is_empty(), "{:#?}", plan.refusals);
    carry(lake, &plan, None)
}

/// What is left to be changed, in short.
pub fn left(plan: &Plan) -> Vec<String> {
    let each = plan.changes.iter();
    each.map(|change| {
        format!(
            "{:?} {} {:?} ({:?})",
            change.sign, change.what, change.holder, change.fate
        )
    })
    .collect()
}
