//! Features that exclude or need each other, and releases that lack them.

use crate::aws::features::{COMBINATIONS, Combination, FLOORS, Feature, Weight};
use crate::control::settings::{Allowance, settings};
use crate::control::used::{Used, asked_by};
use crate::control::{Conditions, Control, Effective, Meta, Origin, Review, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum FeatureCombinations {}

settings! {
    pub(crate) struct Setting {
        /// Whether pairs may stand that no AWS page allows or excludes; they are worth knowing (`info`). Otherwise they are refused.
        undocumented: Allowance = true,
    }
}

impl Control for FeatureCombinations {
    const META: &'static Meta = &Meta {
        id: "emr.feature-combinations",
        title: "features that exclude or need each other, and releases that lack them",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-6"],
        docs: include_str!("feature_combinations.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        match seen.document {
            Effective::Unknown(node, reason) => {
                out.unknown(*node, reason, "which features the document uses is unknown");
                return;
            }
            Effective::Missing(node, name) => {
                out.undecided(
                    *node,
                    format!("which features `{name}` uses is unknown: it does not exist"),
                    "name a security configuration that exists",
                );
                return;
            }
            Effective::None | Effective::Document(_) | Effective::Unnamed(_) => {}
        }
        let used = Used::of(seen);
        for combination in COMBINATIONS {
            let condition = out.must_not_combine(combination, &used, seen);
            match (condition, combination.weight) {
                (Some(condition), Weight::Weak) => {
                    condition.at(Severity::Low);
                }
                (Some(condition), Weight::Undocumented) => {
                    condition.under("undocumented");
                    if want.undocumented {
                        condition.at(Severity::Info);
                    }
                }
                (None, _) | (Some(_), Weight::Excluded) => {}
            }
        }
        for floor in FLOORS {
            if !seen.requires(floor.control) {
                out.must_reach_floor(floor, &used, seen);
            }
        }
        out.held();
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        for combination in COMBINATIONS {
            review_combination(want, combination, review);
        }
    }
}

fn review_combination(want: &Setting, combination: &Combination, review: &mut Review<'_>) {
    let of_document = |feature: &Feature| feature.is_of_document();
    let whole = combination
        .when
        .iter()
        .chain(combination.unless)
        .all(of_document);
    if !whole || combination.from.is_some() {
        return;
    }
    let asked = |feature: &Feature| asked_by(*feature, review.requirements());
    let controls: Option<Vec<&str>> = combination.when.iter().map(asked).collect();
    let Some(controls) =
        controls.filter(|_| !combination.unless.iter().any(|one| asked(one).is_some()))
    else {
        return;
    };
    let places: Vec<(Origin, String)> = controls
        .iter()
        .filter_map(|control| Some((*control, review.requirement(control)?.origins.first()?)))
        .map(|(control, origin)| (origin.clone(), format!("`{control}` is required here")))
        .collect();
    let refused = match combination.weight {
        Weight::Excluded => true,
        Weight::Weak => false,
        Weight::Undocumented => !want.undocumented,
    };
    if refused {
        let help = "require one of them only, or add what is needed";
        review.object(places, combination.message, help);
    } else {
        let help = "try the combination in a test account first, or require less";
        review.warn(places, combination.message, help);
    }
}

#[cfg(test)]
mod tests {
    use super::FeatureCombinations;
    use crate::control::testing::{Judged, document, judge, requirement, resource};
    use crate::control::{Entry, Requirement, Review, Verdict};
    use crate::lattice::{Shape, Text};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};
    use std::collections::{BTreeMap, BTreeSet};

    const ENTRY: Entry = Entry::of::<FeatureCombinations>();

    fn tls() -> Value {
        json!({ "EnableInTransitEncryption": true, "EnableAtRestEncryption": true, "AtRestEncryptionConfiguration": {
            "LocalDiskEncryptionConfiguration": { "EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": "k" } } })
    }
    fn kerberos() -> Value {
        json!({ "KerberosConfiguration": { "Provider": "ClusterDedicatedKdc", "ClusterDedicatedKdcConfiguration": {} } })
    }
    fn runtime() -> Value {
        json!({ "EnableApplicationScopedIAMRole": true })
    }

    fn of_document(body: &Value) -> Judged {
        judge(&ENTRY, &[], &[], vec![document("d", body)])
    }

    fn of_cluster(body: &Value, effective: &Value) -> Judged {
        let mut body = body.clone();
        body["SecurityConfiguration"] = json!("d");
        if body["ReleaseLabel"].is_null() {
            body["ReleaseLabel"] = json!("emr-7.12.0");
        }
        let cluster = resource(ResourceKind::EmrCluster, Form::Request, "c", &body);
        judge(&ENTRY, &[], &[], vec![cluster, document("d", effective)])
    }

    #[test]
    fn the_recommended_document_stands() {
        let document = json!({
            "EncryptionConfiguration": tls(),
            "AuthenticationConfiguration": kerberos(),
            "AuthorizationConfiguration": { "EmrFsConfiguration": { "RoleMappings": [{ "Role": "r" }] } },
            "InstanceMetadataServiceConfiguration": {},
        });
        assert_eq!(of_document(&document).verdict, Verdict::Compliant);
        let cluster = json!({ "KerberosAttributes": { "Realm": "EC2.INTERNAL" } });
        assert_eq!(of_cluster(&cluster, &document).verdict, Verdict::Compliant);
    }

    #[test]
    fn excluded_and_missing_features_fail() {
        let ldap = json!({ "EnableLDAPAuthentication": true });
        let center = json!({ "EnableIdentityCenter": true });
        for (document, severity) in [
            (
                json!({ "EncryptionConfiguration": tls(), "AuthenticationConfiguration": { "LDAPConfiguration": ldap, "KerberosConfiguration": {} } }),
                "high",
            ),
            (
                json!({ "AuthenticationConfiguration": { "LDAPConfiguration": ldap } }),
                "high",
            ),
            (
                json!({ "AuthenticationConfiguration": { "IdentityCenterConfiguration": center } }),
                "high",
            ),
            (
                json!({ "AuthorizationConfiguration": { "LakeFormationConfiguration": { "AuthorizedSessionTagValue": "Amazon EMR" } } }),
                "high",
            ),
            (
                json!({ "AuthorizationConfiguration": { "RangerConfiguration": {} } }),
                "high",
            ),
            (
                json!({ "EncryptionConfiguration": { "EnableInTransitEncryption": true } }),
                "low",
            ),
            (
                json!({ "AuthenticationConfiguration": kerberos(), "AuthorizationConfiguration": { "IAMConfiguration": runtime() } }),
                "info",
            ),
        ] {
            let judged = of_document(&document);
            assert_eq!(
                (judged.verdict, judged.severity),
                (Verdict::Noncompliant, severity),
                "{document} {:?}",
                judged.messages
            );
        }
    }

    #[test]
    fn undocumented_pairs_are_refused_when_asked() {
        let document = document(
            "d",
            &json!({ "AuthorizationConfiguration": {
            "IAMConfiguration": runtime(), "EmrFsConfiguration": { "RoleMappings": [{ "Role": "r" }] } } }),
        );
        let refused = [("undocumented", Shape::AtMost(0))];
        assert_eq!(
            judge(&ENTRY, &refused, &[], vec![document]).severity,
            "high"
        );
    }

    #[test]
    fn three_primaries_exclude_features_in_every_way_to_write_them() {
        let document = json!({ "AuthorizationConfiguration": { "IAMConfiguration": runtime() } });
        let group = |count: Value| json!({ "Instances": { "InstanceGroups": [{ "InstanceRole": "MASTER", "InstanceCount": count }] } });
        let fleet = json!({ "Instances": { "InstanceFleets": [{ "InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 3 }] } });
        assert_eq!(
            of_cluster(&group(json!(1)), &document).verdict,
            Verdict::Compliant
        );
        assert_eq!(
            of_cluster(&group(json!(3)), &document).verdict,
            Verdict::Noncompliant
        );
        assert_eq!(of_cluster(&fleet, &document).verdict, Verdict::Noncompliant);
        assert_eq!(
            of_cluster(&group(json!({ "$unknown": "Count" })), &document).verdict,
            Verdict::Indeterminate
        );
        assert_eq!(
            of_cluster(&group(json!({ "$unknown": "Count" })), &json!({})).verdict,
            Verdict::Compliant
        );
    }

    #[test]
    fn kerberos_stands_on_both_sides_or_on_none() {
        let with = json!({ "AuthenticationConfiguration": kerberos() });
        let attributes = json!({ "KerberosAttributes": { "Realm": "EC2.INTERNAL" } });
        assert_eq!(of_cluster(&attributes, &with).verdict, Verdict::Compliant);
        assert_eq!(of_cluster(&json!({}), &with).verdict, Verdict::Noncompliant);
        assert_eq!(
            of_cluster(&json!({ "KerberosAttributes": {} }), &with).verdict,
            Verdict::Noncompliant
        );
        assert_eq!(
            of_cluster(&attributes, &json!({})).verdict,
            Verdict::Noncompliant
        );
        let mut same = with.clone();
        same["AuthenticationConfiguration"]["KerberosConfiguration"]["ClusterDedicatedKdcConfiguration"] =
            json!({ "CrossRealmTrustConfiguration": { "Realm": "EC2.INTERNAL" } });
        assert_eq!(
            of_cluster(&attributes, &same).verdict,
            Verdict::Noncompliant
        );
    }

    #[test]
    fn a_feature_below_its_release_fails_unless_its_own_control_says_so() {
        let effective = json!({ "AuthorizationConfiguration": { "IAMConfiguration": runtime() } });
        let old = json!({ "ReleaseLabel": "emr-6.6.0" });
        assert_eq!(of_cluster(&old, &effective).verdict, Verdict::Noncompliant);
        assert_eq!(
            of_cluster(&json!({ "ReleaseLabel": { "$unknown": "R" } }), &effective).verdict,
            Verdict::Indeterminate
        );
        assert_eq!(
            of_cluster(&json!({ "ReleaseLabel": "emr-6.7.0" }), &effective).verdict,
            Verdict::Compliant
        );
        let body = json!({ "ReleaseLabel": "emr-6.6.0", "SecurityConfiguration": "d" });
        let cluster = resource(ResourceKind::EmrCluster, Form::Request, "c", &body);
        let beside = [("emr.runtime-roles", requirement(&[]))];
        let judged = judge(
            &ENTRY,
            &[],
            &beside,
            vec![cluster, document("d", &effective)],
        );
        assert_eq!(judged.verdict, Verdict::Compliant);
    }

    #[test]
    fn classifications_and_applications_are_features_too() {
        let center = json!({ "EncryptionConfiguration": tls(), "AuthenticationConfiguration": { "IdentityCenterConfiguration": { "EnableIdentityCenter": true } } });
        let grants = |value: Value| json!({ "Configurations": [{ "Classification": "emrfs-site", "Properties": { "fs.s3.s3AccessGrants.enabled": value } }] });
        let severity = |body: &Value| {
            let judged = of_cluster(body, &center);
            (judged.verdict, judged.severity)
        };
        // What is left with grants is a note: encryption without Kerberos.
        assert_eq!(
            severity(&grants(json!("true"))),
            (Verdict::Noncompliant, "low")
        );
        assert_eq!(
            severity(&grants(json!("false"))),
            (Verdict::Noncompliant, "high")
        );
        assert_eq!(
            severity(&grants(json!("********"))),
            (Verdict::Indeterminate, "high")
        );
        let ranger = json!({ "AuthenticationConfiguration": { "KerberosConfiguration": { "Provider": "ExternalKdc" } }, "AuthorizationConfiguration": { "RangerConfiguration": {} } });
        let with = |name: &str| json!({ "KerberosAttributes": { "Realm": "R" }, "Applications": [{ "Name": "spark" }, { "Name": name }] });
        assert_eq!(
            of_cluster(&with("Hive"), &ranger).verdict,
            Verdict::Compliant
        );
        assert_eq!(
            of_cluster(&with("Flink"), &ranger).verdict,
            Verdict::Noncompliant
        );
    }

    #[test]
    fn an_unknown_document_or_switch_is_unknown() {
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::Request,
            "c",
            &json!({ "SecurityConfiguration": "elsewhere" }),
        );
        assert_eq!(
            judge(&ENTRY, &[], &[], vec![cluster]).verdict,
            Verdict::Indeterminate
        );
        let half = json!({ "AuthenticationConfiguration": { "LDAPConfiguration": { "EnableLDAPAuthentication": { "$unknown": "On" } } } });
        assert_eq!(of_document(&half).verdict, Verdict::Indeterminate);
    }

    fn reviewed(
        settings: &[(&str, Shape)],
        controls: &[(&'static str, Requirement)],
    ) -> Vec<(String, bool)> {
        let own = requirement(settings);
        let requirements: BTreeMap<_, _> = controls.iter().cloned().collect();
        let once = crate::control::lake::declared::DeclaredOnce::default();
        let mut review = Review::new("emr.feature-combinations", &own, &requirements, None, &once);
        (ENTRY.bind)(&own).review(&mut review);
        let objections = review.into_objections();
        objections
            .into_iter()
            .map(|one| (one.message, one.fatal))
            .collect()
    }

    #[test]
    fn a_baseline_that_would_compile_an_excluded_pair_is_refused() {
        let required = || requirement(&[("required", Shape::AtLeast(1))]);
        let plain = || requirement(&[]);
        let objections = reviewed(
            &[],
            &[
                ("emr.ldap", required()),
                ("emr.kerberos", plain()),
                ("emr.in-transit-encryption", plain()),
                ("emr.disk-encryption", plain()),
            ],
        );
        assert_eq!(
            objections,
            [("LDAP and Kerberos exclude each other".to_owned(), true)]
        );
        assert_eq!(
            reviewed(&[], &[("emr.ldap", plain()), ("emr.kerberos", plain())]),
            []
        );
        let pair = [("emr.kerberos", plain()), ("emr.runtime-roles", plain())];
        let message = "no page says whether Kerberos and runtime roles work together".to_owned();
        assert_eq!(reviewed(&[], &pair), [(message.clone(), false)]);
        assert_eq!(
            reviewed(&[("undocumented", Shape::AtMost(0))], &pair),
            [(message, true)]
        );
        let full = Shape::OneOf(BTreeSet::from([BTreeSet::from([Text::from("full-table")])]));
        assert_eq!(
            reviewed(
                &[],
                &[("emr.lake-formation", requirement(&[("access", full)]))]
            ),
            []
        );
    }
}
