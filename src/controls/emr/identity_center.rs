//! Trusted identity propagation is set up as declared, or not at all.

use crate::artifact::Leaf;
use crate::control::settings::{Allowance, Exactly, IamRole, Plain, Switch, settings, vocabulary};
use crate::control::{
    Conditions, Control, Draft, Meta, Review, Severity, Span, Standing, View, Weakening,
};
use crate::observed::{Known, Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum IdentityCenter {}

vocabulary!(pub(crate) AssignmentKey: "IdentityCenterApplicationAssigmentRequired", "IdentityCenterApplicationAssignmentRequired");
settings! {
    pub(crate) struct Setting {
        /// Whether it must be on.
        required: Switch = false,
        /// The ARN of the Identity Center instance.
        instance: Exactly<Plain>,
        /// Whether only users and groups that are assigned to the application may come in.
        assignment_required: Switch = false,
        /// Whether jobs may outlive the session of their user.
        background_sessions: Allowance = false,
        /// The role of the EMR application in Identity Center.
        application_role: Exactly<IamRole>,
        /// The spelling of the assignment key that is compiled: AWS publishes two.
        assignment_key: Exactly<AssignmentKey>,
    }
}

const SECTION: &str = "AuthenticationConfiguration/IdentityCenterConfiguration";
const SPELLINGS: [&str; 2] = [
    "IdentityCenterApplicationAssigmentRequired",
    "IdentityCenterApplicationAssignmentRequired",
];

impl Control for IdentityCenter {
    const META: &'static Meta = &Meta {
        id: "emr.identity-center",
        title: "trusted identity propagation is set up as declared, or not at all",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-12", "own NIST-800-53 IA-2"],
        docs: include_str!("identity_center.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        let section = document.path(SECTION);
        let switch = section.get("EnableIdentityCenter");
        match Standing::of_switch(switch) {
            Standing::Off(_) if !want.required => return out.held(),
            Standing::Off(_) | Standing::Unknown(..) => {
                out.must_be_on(switch, "EnableIdentityCenter", Some("required"));
                if section.is_absent() {
                    return;
                }
            }
            Standing::On => out.held(),
        }
        if want.instance.is_some() {
            let node = section.get("IdentityCenterInstanceARN");
            out.must_equal(
                node,
                "IdentityCenterInstanceARN",
                want.instance.as_ref(),
                "instance",
            );
        }
        if want.application_role.is_some() {
            let key = "IAMRoleForEMRIdentityCenterApplicationARN";
            out.must_name_role(
                section.get(key),
                key,
                want.application_role.as_ref(),
                "application-role",
            );
        }
        judge_assignment(want, section, out);
        judge_sessions(want, section, seen, out);
        out.must_stand(
            Standing::transit(document),
            "`EnableInTransitEncryption` is off, which Identity Center needs",
            "encryption in transit",
        );
        judge_rights(document, seen, out);
        // EMR Management Guide, *Considerations for Amazon EMR with IAM Identity Center*.
        let roles = Standing::runtime_roles(document).is_on();
        let floor = if roles { "emr-7.8.0" } else { "emr-6.15.0" };
        let feature = if roles {
            "Identity Center with runtime roles"
        } else {
            "Identity Center"
        };
        out.must_reach_release(seen, &[floor], feature, None);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if !want.required {
            return;
        }
        if !draft.requirements.contains_key("emr.in-transit-encryption") {
            draft.refuse(
                Some("required"),
                "Identity Center on a cluster needs encryption in transit",
                "add `[emr.in-transit-encryption]`",
            );
            return;
        }
        draft.document(Leaf::EnableIdentityCenter, true, Some("required"));
        if let Some(instance) = &want.instance
            && let Some(instance) = draft.bound("instance", instance)
        {
            draft.document(Leaf::IdentityCenterInstance, instance, Some("instance"));
        }
        if let Some(role) = &want.application_role
            && let Some(role) = draft.bound("application-role", role)
        {
            draft.document(
                Leaf::IdentityCenterApplicationRole,
                role,
                Some("application-role"),
            );
        }
        if !want.assignment_required {
            return;
        }
        if let Some(key) = draft.need("assignment-key", want.assignment_key.as_ref()) {
            let leaf = if key == SPELLINGS[0] {
                Leaf::IdentityCenterAssigmentRequired
            } else {
                Leaf::IdentityCenterAssignmentRequired
            };
            draft.document(leaf, true, Some("assignment-required"));
            draft.warn(
                Some("assignment-key"),
                format!("AWS's pages spell `{key}` in two ways, and none says which one the service takes"),
                "create the configuration in a test account, and change `assignment-key` when it is refused",
            );
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        if want.required && review.requirement("emr.in-transit-encryption").is_none() {
            review.warn(
                Vec::new(),
                "Identity Center on a cluster needs encryption in transit",
                "add `[emr.in-transit-encryption]`",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/AuthenticationConfiguration/IdentityCenterConfiguration/IdentityCenterInstanceARN",
            "\"arn:aws:sso:::instance/ssoins-ffffffffffffffff\"",
        ),
        Weakening::set(
            "/AuthenticationConfiguration/IdentityCenterConfiguration/EnableIdentityCenter",
            "false",
        )
        .also(&[
            "emr.document-schema",
            "emr.feature-combinations",
            "emr.lake-formation",
        ]),
    ];
}

fn judge_sessions(want: &Setting, section: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let sessions = section.get("EnableUserBackgroundSession");
    if want.background_sessions {
        if Standing::of_switch(sessions).is_on() {
            // EMR Management Guide, *User background sessions*: from 7.11.0.
            out.must_reach_release(
                seen,
                &["emr-7.11.0"],
                "background sessions",
                Some("background-sessions"),
            );
        }
    } else {
        out.must_be_off(
            sessions,
            "EnableUserBackgroundSession",
            "background-sessions",
        );
    }
}

/// Either spelling counts. Source: EMR Management Guide, *Getting started with IAM Identity Center* (one) and
/// *Connecting to EMR from `SageMaker` Unified Studio* (the other).
fn judge_assignment(want: &Setting, section: Node<'_>, out: &mut Conditions) {
    let [one, other] = SPELLINGS.map(|key| section.get(key));
    if one.is_set() && other.is_set() && one.switch() != other.switch() {
        out.undecided(
            section,
            "the assignment key stands in both spellings, with different values",
            "keep the spelling that the service returns",
        )
        .under("assignment-required");
        return;
    }
    if want.assignment_required {
        let node = if one.is_absent() { other } else { one };
        out.must_be_on(node, SPELLINGS[1], Some("assignment-required"));
    }
}

/// Identity Center alone gives no rights: Lake Formation or S3 Access Grants must.
fn judge_rights(document: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let standing = Standing::lake_formation(document);
    if standing.is_on() {
        out.held();
        return;
    }
    let message =
        "neither Lake Formation nor S3 Access Grants is in use, one of which Identity Center needs";
    let Standing::Off(node) = standing else {
        out.must_stand(standing, message, "Lake Formation or S3 Access Grants");
        return;
    };
    if !seen.is_cluster() {
        out.undecided(
            node,
            "there is no Lake Formation, and only a cluster shows whether S3 Access Grants are in use",
            "judge the clusters that use this document together with it",
        );
        return;
    }
    match seen.property("emrfs-site", "fs.s3.s3AccessGrants.enabled") {
        Known::Set(text) if text.eq_ignore_ascii_case("true") => out.held(),
        Known::Unreadable(reason) => {
            out.unknown(node, reason, format!("cannot be known: {message}"));
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.failed(node, message)
                .expected("Lake Formation or S3 Access Grants")
                .observed("neither");
        }
    }
}
