//! Enough was seen: every region and service that was asked for, and a share of verdicts that were determined.

use crate::control::settings::{AtLeast, Includes, Plain, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Run, RunFindings, Severity, Span, Tally, View};
use crate::lattice::Text;
use crate::observed::{Identity, ResourceKind};

#[derive(Debug)]
pub(crate) enum Coverage {}

vocabulary!(pub(crate) Service: "emr", "lake", "serverless", "eks", "studio");
settings! {
    pub(crate) struct Setting {
        /// Percent of the evaluations of each account and region that must come to a verdict.
        min_determined: AtLeast<0, 100>,
        /// Hours that the audit must look back for clusters that have ended.
        window: AtLeast<1, 1488>,
        /// Regions that must be seen.
        regions: Includes<Plain>,
        /// Services whose listings must be complete.
        services: Includes<Service>,
    }
}

impl Control for Coverage {
    const META: &'static Meta = &Meta {
        id: "baseline.coverage",
        title: "enough was seen",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrAccount],
        span: Span::Run,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CA-7"],
        docs: include_str!("coverage.md"),
    };
    type Setting = Setting;

    fn judge(_: &Setting, _: &View<'_, '_>, _: &mut Conditions) {}

    fn judge_run(want: &Setting, run: &Run<'_>, out: &mut RunFindings) {
        for ((account, region), tally) in run.tallies {
            let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            let name = [account.as_str(), region.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("/");
            let id = if name.is_empty() {
                "files".to_owned()
            } else {
                name
            };
            let identity = Identity {
                account: known(account),
                region: known(region),
                ..Identity::new(ResourceKind::EmrAccount, id)
            };
            let mut conditions = Conditions::new();
            judge_share(want, tally, run, &mut conditions);
            if run.live {
                judge_listings(want, tally, run, &mut conditions);
            }
            out.push((identity, conditions));
        }
        if run.live {
            judge_regions(want, run, out);
        }
    }
}

fn judge_share(want: &Setting, tally: &Tally, run: &Run<'_>, out: &mut Conditions) {
    let Some(floor) = want.min_determined else {
        return;
    };
    let all = tally.determined + tally.indeterminate;
    if all == 0 {
        return;
    }
    let share = i64::try_from(tally.determined * 100 / all).unwrap_or_default();
    if share >= floor {
        return out.held();
    }
    out.failed(
        run.place.clone(),
        format!(
            "{} of {all} evaluations could not be determined",
            tally.indeterminate
        ),
    )
    .under("min-determined")
    .expected(format!("at least {floor} % determined"))
    .observed(format!("{share} %"));
}

fn judge_listings(want: &Setting, tally: &Tally, run: &Run<'_>, out: &mut Conditions) {
    if let Some(why) = &tally.partial {
        out.undecided(
            run.place.clone(),
            format!("the record is partial: {why}"),
            "observe this account and region again",
        );
    } else if want.services.is_empty() {
        out.held();
    }
    for service in want.services.iter().filter_map(Text::as_literal) {
        if is_listed(service, tally) {
            out.held();
        } else {
            out.undecided(
                run.place.clone(),
                format!("service `{service}` was not listed completely"),
                format!("observe `{service}` with the permissions that it needs"),
            )
            .under("services");
        }
    }
    // A saved estate does not say how far back it looked; a live audit does.
    if let Some(hours) = want.window {
        out.undecided(
            run.place.clone(),
            "how far back the audit looked is not known",
            format!("audit with `--since {hours}h`"),
        )
        .under("window");
    }
}

/// The kinds that the listings of a service tell of.
const LISTED: &[(&str, &[ResourceKind])] = &[
    ("emr", &[ResourceKind::EmrCluster]),
    (
        "lake",
        &[
            ResourceKind::LakeFormationGrant,
            ResourceKind::LakeFormationLocation,
            ResourceKind::LakeFormationFilter,
        ],
    ),
    ("serverless", &[ResourceKind::EmrServerlessApplication]),
    ("eks", &[ResourceKind::EmrContainersVirtualCluster]),
    ("studio", &[ResourceKind::EmrStudio]),
];

fn is_listed(service: &str, tally: &Tally) -> bool {
    let found = LISTED.iter().find(|(name, _)| *name == service);
    found.is_some_and(|(_, kinds)| {
        kinds
            .iter()
            .all(|kind| tally.listed.iter().any(|listed| listed == kind.name()))
    })
}

/// Regions that nothing was seen of.
fn judge_regions(want: &Setting, run: &Run<'_>, out: &mut RunFindings) {
    for region in want.regions.iter().filter_map(Text::as_literal) {
        if run.tallies.keys().any(|(_, seen)| seen == region) {
            continue;
        }
        let mut conditions = Conditions::new();
        conditions
            .undecided(
                run.place.clone(),
                format!("region `{region}` was not seen"),
                format!("observe `{region}`"),
            )
            .under("regions");
        let identity = Identity {
            region: Some(region.to_owned()),
            ..Identity::new(ResourceKind::EmrAccount, region)
        };
        out.push((identity, conditions));
    }
}
