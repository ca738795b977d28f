//! Custom images are owned, recent, encrypted and patched on boot.

use crate::control::settings::{AtMost, OneOf, Plain, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, Reason, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum CustomImage {}

vocabulary!(pub(crate) Upgrade: "SECURITY", "NONE");
settings! {
    pub(crate) struct Setting {
        /// Images that the baseline vouches for.
        images: OneOf<Plain>,
        /// Accounts that may own images; the target's when none is given.
        owners: OneOf<Plain>,
        /// Days that an image may be old.
        max_age_days: AtMost<1, 3650>,
        /// Whether the snapshots of an image must be encrypted.
        encrypted: Switch = true,
        /// What is patched when a node of a custom image boots.
        repo_upgrade: OneOf<Upgrade> = &["SECURITY"],
    }
}

impl Control for CustomImage {
    const META: &'static Meta = &Meta {
        id: "emr.custom-image",
        title: "custom images are owned, recent, encrypted and patched on boot",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-2", "own NIST-800-53 SI-2"],
        docs: include_str!("custom_image.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let cluster = seen.resource.cluster();
        let groups = cluster.groups();
        out.may_be_more(&groups.gaps, "instance groups", None);
        let mut images = vec![cluster.attribute(Attribute::CustomAmiId)];
        for group in groups.items {
            out.may_be_more(group.gap.as_slice(), "instance types of the fleet", None);
            images.extend(group.images);
        }
        images.retain(|image| {
            !matches!(
                image.value(),
                Value::Absent | Value::Null | Value::String("")
            )
        });
        if images.is_empty() {
            if out.clean() {
                out.held();
            }
            return;
        }
        for image in images {
            judge_image(want, image, seen.is_live(), out);
        }
        // EMR Management Guide, *Using a custom AMI*: from 5.7.0 on.
        out.must_reach_release(seen, &["emr-5.7.0"], "custom images", None);
        judge_upgrade(want, cluster.attribute(Attribute::RepoUpgradeOnBoot), out);
    }
}

fn judge_image(want: &Setting, node: Node<'_>, live: bool, out: &mut Conditions) {
    let condition = match node.text() {
        Known::Set(id) if !want.images.allows(id) => out.failed(
            node,
            format!("image `{id}` is not one that the baseline names"),
        ),
        Known::Set(id) if live => {
            let reason = Reason::NotObserved {
                action: "ec2:DescribeImages".to_owned(),
            };
            out.unknown(
                node,
                &reason,
                format!("owner, age and encryption of image `{id}` are unknown"),
            )
        }
        // In a file, an image that the baseline names passes on the baseline's word.
        Known::Set(_) if !want.images.is_any() => return out.held(),
        Known::Set(id) => out.undecided(
            node,
            format!("image `{id}` is only named here: its owner, age and encryption are unknown"),
            "name the image in `images`, or audit the live cluster",
        ),
        Known::Unreadable(reason) => out.unknown(node, reason, "the custom image is unknown"),
        Known::Absent | Known::Mistyped => out.undecided(
            node,
            format!(
                "`CustomAmiId` is {}, not an image",
                node.value().type_name()
            ),
            "write the id of an image",
        ),
    };
    condition
        .under("images")
        .expected(wish(want))
        .observed(node.display());
}

/// What the baseline asks of an image.
fn wish(want: &Setting) -> String {
    let mut wish = if want.images.is_any() {
        "an image".to_owned()
    } else {
        want.images.to_string()
    };
    if !want.owners.is_any() {
        wish = format!("{wish} of account {}", want.owners);
    }
    if let Some(days) = want.max_age_days {
        wish = format!("{wish}, at most {days} days old");
    }
    if want.encrypted {
        wish.push_str(", encrypted");
    }
    wish
}

/// Absent is `SECURITY`, and CloudFormation cannot say otherwise. Source: EMR API, `RunJobFlow`.
fn judge_upgrade(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    if !matches!(node.value(), Value::Absent | Value::Null) {
        out.must_be_allowed(
            node,
            "RepoUpgradeOnBoot",
            &want.repo_upgrade,
            "repo-upgrade",
            &["SECURITY", "NONE"],
        );
    } else if want.repo_upgrade.allows("SECURITY") {
        out.held();
    } else {
        out.failed(
            node,
            "`RepoUpgradeOnBoot` is absent, which means `SECURITY`",
        )
        .under("repo-upgrade")
        .expected(want.repo_upgrade.to_string())
        .observed(node.display());
    }
}

#[cfg(test)]
mod tests {
    use super::CustomImage;
    use crate::control::testing::{cluster, etl_daily, one_of};
    use crate::control::{Entry, Verdict};
    use crate::observed::Form;
    use serde_json::{Value, json};

    const ENTRY: Entry = Entry::of::<CustomImage>();
    const MINE: &str = "ami-0123456789abcdef0";

    fn verdict(images: &[&str], form: Form, body: &Value) -> Verdict {
        let asked = [("images", one_of(images))];
        let asked = if images.is_empty() { &[] } else { &asked[..] };
        cluster(&ENTRY, asked, form, body).verdict
    }

    #[test]
    fn no_custom_image_is_compliant_where_all_groups_are_seen() {
        assert_eq!(
            verdict(&[], Form::Request, &etl_daily()),
            Verdict::Compliant
        );
        let api = json!({"ReleaseLabel": "emr-7.2.0"});
        assert_eq!(verdict(&[], Form::Described, &api), Verdict::Indeterminate);
    }

    #[test]
    fn an_image_passes_on_the_baselines_word_alone() {
        let body = json!({"ReleaseLabel": "emr-7.2.0", "CustomAmiId": MINE});
        assert_eq!(verdict(&[], Form::Request, &body), Verdict::Indeterminate);
        assert_eq!(verdict(&[MINE], Form::Request, &body), Verdict::Compliant);
        assert_eq!(
            verdict(&["ami-other"], Form::Request, &body),
            Verdict::Noncompliant
        );
        assert_eq!(
            verdict(&[MINE], Form::CloudFormation, &body),
            Verdict::Compliant
        );
    }

    #[test]
    fn the_image_of_one_type_of_a_fleet_counts() {
        let body = json!({"ReleaseLabel": "emr-7.2.0", "Instances": {"InstanceFleets": [
            {"InstanceFleetType": "MASTER", "InstanceTypeConfigs": [{"InstanceType": "m6g.large"},
                {"InstanceType": "m6g.xlarge", "CustomAmiId": "ami-other"}]}]}});
        assert_eq!(
            verdict(&[MINE], Form::Request, &body),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn images_are_patched_on_boot_on_releases_that_take_them() {
        for (label, upgrade, expected) in [
            ("emr-7.2.0", json!("SECURITY"), Verdict::Compliant),
            ("emr-7.2.0", json!("NONE"), Verdict::Noncompliant),
            (
                "emr-7.2.0",
                json!({"$unknown": "U"}),
                Verdict::Indeterminate,
            ),
            ("emr-5.6.0", json!("SECURITY"), Verdict::Noncompliant),
        ] {
            let body =
                json!({"ReleaseLabel": label, "CustomAmiId": MINE, "RepoUpgradeOnBoot": upgrade});
            assert_eq!(verdict(&[MINE], Form::Request, &body), expected, "{body}");
        }
    }
}
