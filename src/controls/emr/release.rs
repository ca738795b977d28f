//! The release is new enough and still supported.

use crate::aws::release::Release as Label;
use crate::aws::support::{State, Support};
use crate::control::settings::{AtLeast, OneOf, Releases, Stated, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, ResourceKind};
use jiff::civil::Date;
use jiff::tz::TimeZone;

#[derive(Debug)]
pub(crate) enum Release {}

vocabulary!(pub(crate) SupportState: "standard", "extended", "end-of-support", "end-of-life");
settings! {
    pub(crate) struct Setting {
        /// The lowest release of each family; a family that is not named is not allowed.
        min: Releases,
        /// The states of AWS's support that a release may be in.
        support: OneOf<SupportState>,
        /// Days that must be left until a release leaves the allowed states; without `support`, until its fixes end.
        min_days_left: AtLeast<0, 3650>,
        /// Whether AWS gives extended support, which it does on request only.
        extended_contract: Stated = false,
    }
}

impl Control for Release {
    const META: &'static Meta = &Meta {
        id: "emr.release",
        title: "the release is new enough and still supported",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 SA-22"],
        docs: include_str!("release.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let node = if seen.is_cluster() {
            seen.resource.cluster().attribute(Attribute::ReleaseLabel)
        } else {
            seen.resource.application().release_label()
        };
        let condition = match node.text() {
            Known::Set(text) => match Label::of(text) {
                Some(label) => {
                    let today = seen.at.to_zoned(TimeZone::UTC).date();
                    return judge_label(want, node, &label, today, out);
                }
                None => out.undecided(
                    node,
                    format!("`{text}` is not a release label"),
                    "write an EMR release label",
                ),
            },
            Known::Absent => out.failed(node, "no release label: AMI versions get no fixes"),
            Known::Mistyped => out.failed(node, "`ReleaseLabel` is not a string"),
            Known::Unreadable(reason) => out.unknown(node, reason, "the release is unknown"),
        };
        condition
            .expected("a release label")
            .observed(node.display());
    }
}

fn judge_label(want: &Setting, node: Node<'_>, label: &Label, today: Date, out: &mut Conditions) {
    judge_minimum(want, node, label, out);
    if want.support.is_any() && want.min_days_left.is_none() {
        if want.min.is_none() {
            out.held();
        }
        return;
    }
    let Some(support) = Support::of(label) else {
        out.undecided(
            node,
            format!(
                "{} is a series of which this version knows no dates",
                node.display()
            ),
            "update this tool, or choose a release that it knows",
        )
        .under("support")
        .observed(node.display());
        return;
    };
    let state = support.on(today, want.extended_contract);
    if want.support.allows(state.name()) {
        out.held();
    } else {
        out.failed(
            node,
            format!(
                "the release is at `{}` since {}",
                state.name(),
                since(support, state)
            ),
        )
        .under("support")
        .expected(want.support.to_string())
        .observed(node.display());
    }
    judge_days_left(want, node, support, today, out);
}

fn judge_days_left(
    want: &Setting,
    node: Node<'_>,
    support: Support,
    today: Date,
    out: &mut Conditions,
) {
    let Some(min) = want.min_days_left else {
        return;
    };
    let allows = |state: State| {
        if want.support.is_any() {
            state <= State::Extended
        } else {
            want.support.allows(state.name())
        }
    };
    let last = support.last_day(want.extended_contract, allows);
    let left = last.and_then(|last| today.until(last).ok());
    match left.map(|span| i64::from(span.get_days())) {
        Some(left) if left < min => {
            let message = if left < 0 {
                format!("the last allowed day of the release was {} days ago", -left)
            } else {
                format!("{left} days are left of the release's support")
            };
            out.failed(node, message)
                .under("min-days-left")
                .expected(format!("at least {min} days"))
                .observed(node.display());
        }
        Some(_) => out.held(),
        None if allows(State::EndOfLife) => out.held(),
        // The state is not allowed on any day, which is recorded above.
        None => {}
    }
}

/// The first day of a state.
fn since(support: Support, state: State) -> String {
    let after = |date: Date| date.tomorrow().unwrap_or(date).to_string();
    match state {
        State::Standard => "its release".to_owned(),
        State::Extended | State::EndOfSupport => after(support.standard),
        State::EndOfLife => support.end_of_life.to_string(),
    }
}

fn judge_minimum(want: &Setting, node: Node<'_>, label: &Label, out: &mut Conditions) {
    let Some(minimums) = &want.min else {
        return;
    };
    let family = label.family();
    let Some(min) = minimums.get(&family) else {
        let allowed: Vec<&str> = minimums.keys().map(String::as_str).collect();
        out.failed(node, format!("family `{family}` is not allowed"))
            .under("min")
            .expected(format!("one of {}", allowed.join(", ")))
            .observed(node.display());
        return;
    };
    // A minimum may be written with fewer numbers than a label has: what is missing is zero.
    let at = |index: usize| min.get(index).copied().unwrap_or(0);
    if label.version >= [at(0), at(1), at(2)] {
        return out.held();
    }
    let min: Vec<String> = min.iter().map(u32::to_string).collect();
    let message = format!("{} is below the minimum of its family", node.display());
    out.failed(node, message)
        .under("min")
        .expected(format!("{family} {} or later", min.join(".")))
        .observed(node.display());
}

#[cfg(test)]
mod tests {
    use super::Release;
    use crate::control::testing::{Judged, cluster, etl_daily, exactly, one_of};
    use crate::control::{Entry, Verdict};
    use crate::lattice::Shape;
    use crate::observed::Form;
    use serde_json::json;

    const ENTRY: Entry = Entry::of::<Release>();

    fn judged(asked: &[(&str, Shape)], label: &str) -> Judged {
        cluster(
            &ENTRY,
            asked,
            Form::Request,
            &json!({"ReleaseLabel": label}),
        )
    }

    #[test]
    fn each_family_has_its_minimum_and_others_are_refused() {
        let min = Shape::Versions(
            [
                ("emr-7".to_owned(), vec![7, 8, 0]),
                ("emr-spark".to_owned(), vec![8, 0]),
            ]
            .into(),
        );
        for (label, expected) in [
            ("emr-7.8.0", Verdict::Compliant),
            ("emr-7.10.0", Verdict::Compliant),
            ("emr-7.7.9", Verdict::Noncompliant),
            ("emr-6.15.0", Verdict::Noncompliant),
            ("emr-8.0.0", Verdict::Noncompliant),
            ("emr-spark-8.1.0", Verdict::Compliant),
            ("latest", Verdict::Indeterminate),
        ] {
            assert_eq!(
                judged(&[("min", min.clone())], label).verdict,
                expected,
                "{label}"
            );
        }
    }

    #[test]
    fn support_is_that_of_the_day() {
        let standard = one_of(&["standard"]);
        for (label, expected) in [
            ("emr-7.5.0", Verdict::Noncompliant),
            ("emr-7.6.0", Verdict::Compliant),
            ("emr-7.14.0", Verdict::Indeterminate),
        ] {
            let asked = [("support", standard.clone())];
            assert_eq!(judged(&asked, label).verdict, expected, "{label}");
        }
    }

    #[test]
    fn extended_support_needs_a_contract() {
        let support = ("support", one_of(&["standard", "extended"]));
        let asked = [support.clone()];
        assert_eq!(judged(&asked, "emr-7.2.0").verdict, Verdict::Noncompliant);
        let asked = [support, ("extended-contract", exactly("true"))];
        assert_eq!(judged(&asked, "emr-7.2.0").verdict, Verdict::Compliant);
    }

    #[test]
    fn days_left_count_to_the_last_allowed_day() {
        // 2027-01-10 is 49 days away.
        for (min, expected) in [(49, Verdict::Compliant), (50, Verdict::Noncompliant)] {
            let asked = [("min-days-left", Shape::AtLeast(min))];
            assert_eq!(judged(&asked, "emr-7.6.0").verdict, expected);
        }
        let asked = [
            ("min-days-left", Shape::AtLeast(60)),
            ("support", one_of(&["standard", "extended"])),
            ("extended-contract", exactly("true")),
        ];
        assert_eq!(judged(&asked, "emr-7.6.0").verdict, Verdict::Compliant);
    }

    #[test]
    fn an_ami_version_is_no_release() {
        let body = json!({"AmiVersion": "3.11.0"});
        let judged = cluster(&ENTRY, &[], Form::Request, &body);
        assert_eq!(judged.verdict, Verdict::Noncompliant);
        let daily = cluster(&ENTRY, &[], Form::Request, &etl_daily());
        assert_eq!(daily.verdict, Verdict::Compliant);
    }
}
