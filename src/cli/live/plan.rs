//! `--plan`: what a run will cost, before it makes a call.

use super::super::arguments::Reach;
use super::super::{Ended, Terminal};
use super::{Spared, services};
use crate::judge::Exit;
use crate::live::estimate::{Calls, Sizes, calls, shortest};
use std::time::Duration;

/// Prints the calls and the time of a run over one account and region of the expected size.
pub(in crate::cli) fn plan(reach: &Reach, spared: &Spared, terminal: &mut Terminal<'_>) -> Ended {
    let clusters = if reach.cluster.is_empty() {
        u64::from(reach.expect_clusters)
    } else {
        reach.cluster.len() as u64
    };
    let sizes = expected(reach, clusters);
    let mut calls = calls(&sizes, &services(reach));
    calls.retain(|one| !spared.contains(one.operation.action));
    if !reach.cluster.is_empty() {
        // Few calls are within any quota.
        calls.retain(|one| !["ListClusters", "ListServiceQuotas"].contains(&one.operation.name));
    }
    let share = f64::from(reach.share) / 100.0;
    let time = shortest(&calls, share);
    let width = calls.iter().map(|one| one.operation.action.len()).max();
    let width = width.unwrap_or_default();
    let regions = reach.regions.len().max(1);
    writeln!(
        terminal.out,
        "one account and region with {clusters} running clusters:\n"
    )?;
    for one in &calls {
        writeln!(
            terminal.out,
            "  {:width$}  {:>6}",
            one.operation.action, one.calls
        )?;
    }
    let all: u64 = calls.iter().map(|one| one.calls).sum();
    writeln!(terminal.out, "  {:width$}  {all:>6}\n", "calls")?;
    writeln!(
        terminal.out,
        "at {} % of AWS's request quotas: at least {}",
        reach.share,
        spelt(time)
    )?;
    if reach.cluster.is_empty() && !reach.no_cache {
        let warm: u64 = calls_again(reach, &sizes).iter().map(|one| one.calls).sum();
        writeln!(
            terminal.out,
            "a second run, as long as the cache counts: {warm} calls"
        )?;
    }
    if regions > 1 {
        writeln!(
            terminal.out,
            "{regions} regions are observed at the same time"
        )?;
    }
    if let Some(most) = reach.max_duration
        && time.as_secs() > most.unsigned_abs().as_secs()
    {
        terminal
            .warning("`--max-duration` is shorter: what is not asked by then is indeterminate")?;
    }
    terminal.note("reckoned with fleets in one cluster of five, and one configuration, key, bucket, role and database of ten tables for ten, and without Studios, Serverless applications and virtual clusters; no call was made")?;
    Ok(Exit::Clean)
}

/// What is usual beside so many clusters: configurations, keys, roles and buckets are shared by many.
fn expected(reach: &Reach, clusters: u64) -> Sizes {
    let tenth = clusters.div_ceil(10);
    Sizes {
        active: clusters,
        fleets: clusters / 5,
        ended_listed: reach.since.map(|_| 0),
        configurations: tenth,
        reservations: clusters * 3,
        nodes: clusters * 3,
        groups: tenth,
        subnets: tenth,
        vpcs: 1,
        keys: tenth,
        described_keys: tenth,
        own_keys: tenth,
        profiles: tenth,
        identities: 1000,
        buckets: tenth,
        filtered_tables: 1,
        tags: 1,
        row_policies: 1,
        attachments: 1,
        databases: tenth,
        table_pages: tenth,
        tables: 10 * tenth,
        lake_admin: true,
        step_pages: if reach.steps { clusters } else { 0 },
        key_grant_pages: if reach.key_grants { tenth } else { 0 },
        ..Sizes::default()
    }
}

/// The calls of a run that remembers everything.
fn calls_again(reach: &Reach, sizes: &Sizes) -> Vec<Calls> {
    let known = Sizes {
        known: sizes.active,
        known_fleets: sizes.fleets,
        known_ended: sizes.ended,
        known_configurations: sizes.configurations,
        listed_configurations: sizes.configurations,
        step_pages: 0,
        ..*sizes
    };
    calls(&known, &services(reach))
}

fn spelt(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => "a moment".to_owned(),
        1..120 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
