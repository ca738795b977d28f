//! The cluster takes its table rights from Lake Formation, under the agreed session tag.

use crate::artifact::Leaf;
use crate::control::settings::{Exactly, Level, OneOf, Plain, Prefer, settings, vocabulary};
use crate::control::{
    Conditions, Control, Draft, Meta, Review, Severity, Span, Standing, View, Weakening,
};
use crate::lattice::Text;
use crate::observed::{Known, Node, Reason, ResourceKind};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum LakeFormation {}

vocabulary!(pub(crate) Access: "fine-grained", "full-table");
vocabulary!(pub(crate) Filtering: "table", "row");
settings! {
    pub(crate) struct Setting {
        /// How the cluster may reach governed tables. `full-table` passes only where it is listed.
        access: OneOf<Access>,
        /// The access that is compiled.
        prefer: Prefer<Access>,
        /// The session tag under which the cluster asks.
        session_tag: Exactly<Plain> = "Amazon EMR",
        /// What the release must be able to filter: whole tables, or columns, rows and cells too.
        filtering: Level<Filtering> = "row",
    }
}

const SECTION: &str = "AuthorizationConfiguration/LakeFormationConfiguration";

impl Control for LakeFormation {
    const META: &'static Meta = &Meta {
        id: "emr.lake-formation",
        title: "the cluster takes its table rights from Lake Formation, under the agreed session tag",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
            ResourceKind::LakeFormationSettings,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("lake_formation.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::LakeFormationSettings {
            if fine_grained(want) {
                judge_settings(want, seen, out);
            }
            return;
        }
        let Some(document) = seen.document(out) else {
            return;
        };
        let section = document.path(SECTION);
        if full_table(want) && section.is_absent() {
            out.held();
            // EMR Management Guide, *Lake Formation unfiltered access*: from 7.8.0.
            let floor = &["emr-7.8.0"];
            out.must_reach_release(seen, floor, "full-table access", Some("access"));
            return;
        }
        if !fine_grained(want) {
            match section.reason() {
                Some(reason) => {
                    out.unknown(section, reason, "`LakeFormationConfiguration` is unknown")
                }
                None => out.failed(
                    section,
                    "`LakeFormationConfiguration` stands, which excludes full-table access",
                ),
            }
            .under("access")
            .expected("absent")
            .observed(section.display());
            return;
        }
        judge_section(want, document, section, out);
        if let Some(condition) = out.must_stand(
            Standing::transit(document),
            "`EnableInTransitEncryption` is off, which AWS recommends beside Lake Formation",
            "encryption in transit",
        ) {
            condition.at(Severity::Low);
        }
        // EMR Management Guide, *Lake Formation with Amazon EMR* and *Identity Center considerations*.
        let row = want.filtering == "row";
        let floor = match (row, Standing::identity_center(document).is_on()) {
            (true, true) => "emr-7.2.0",
            (true, false) | (false, true) => "emr-6.15.0",
            (false, false) => "emr-6.7.0",
        };
        let feature = if row {
            "row, column and cell filters"
        } else {
            "Lake Formation"
        };
        out.must_reach_release(seen, &[floor], feature, Some("filtering"));
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let access = if want.access.is_any() && want.prefer.is_none() {
            "fine-grained".to_owned()
        } else {
            let Some(access) = draft.choose("access", &want.access, want.prefer.as_ref()) else {
                return;
            };
            access
        };
        if access == "full-table" {
            return;
        }
        let Some(tag) = draft.need("session-tag", want.session_tag.as_ref()) else {
            return;
        };
        let setting = "session-tag";
        if draft.requirements.contains_key("emr.runtime-roles") {
            draft.document(Leaf::AuthorizedSessionTagValue, tag.as_str(), Some(setting));
            let condition =
                json!({ "StringEquals": { "aws:RequestTag/LakeFormationAuthorizedCaller": tag } });
            let roles = draft.listed("emr.runtime-roles", "roles");
            let actions = &["sts:TagSession"];
            draft.trusts(
                &roles,
                "InstanceProfileTagsThisSession",
                actions,
                Some(&condition),
                setting,
            );
        } else if draft.requirements.contains_key("emr.identity-center") {
            draft.document(Leaf::EnableLakeFormation, true, None);
        } else {
            draft.refuse(
                None,
                "Lake Formation on a cluster needs runtime roles or Identity Center",
                "add `[emr.runtime-roles]` or `[emr.identity-center]`",
            );
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let by = ["emr.runtime-roles", "emr.identity-center"];
        if fine_grained(want)
            && by
                .iter()
                .all(|control| review.requirement(control).is_none())
        {
            review.warn(
                Vec::new(),
                "Lake Formation on a cluster needs runtime roles or Identity Center",
                "add `[emr.runtime-roles]` or `[emr.identity-center]`; `compile` refuses without",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/AuthorizationConfiguration/LakeFormationConfiguration")
            .also(&["emr.feature-combinations", "emr.identity-center"]),
        Weakening::set(
            "/AuthorizationConfiguration/LakeFormationConfiguration/AuthorizedSessionTagValue",
            "\"Somebody Else\"",
        ),
    ];
}

fn fine_grained(want: &Setting) -> bool {
    want.access.allows("fine-grained")
}

fn full_table(want: &Setting) -> bool {
    !want.access.is_any() && want.access.allows("full-table")
}

fn judge_section(want: &Setting, document: Node<'_>, section: Node<'_>, out: &mut Conditions) {
    if section.is_absent() {
        out.failed(section, "`LakeFormationConfiguration` is absent")
            .under("access")
            .expected("`LakeFormationConfiguration`")
            .observed("absent");
        return;
    }
    let tag = section.get("AuthorizedSessionTagValue");
    let switch = section.get("EnableLakeFormation");
    if tag.is_absent() && !switch.is_absent() {
        // The form of Identity Center has no tag. AWS shows it in its tutorial for trusted identity propagation only.
        out.must_be_on(switch, "EnableLakeFormation", None);
        out.must_stand(
            Standing::identity_center(document),
            "`EnableLakeFormation` stands without Identity Center",
            "`EnableIdentityCenter`",
        );
        return;
    }
    out.must_equal(
        tag,
        "AuthorizedSessionTagValue",
        want.session_tag.as_ref(),
        "session-tag",
    );
    let identity = Standing::of_switch(switch).and(Standing::identity_center(document));
    out.must_stand(
        Standing::runtime_roles(document).or(identity),
        "Lake Formation is named, but neither runtime roles are on, nor Identity Center with `EnableLakeFormation`",
        "`EnableApplicationScopedIAMRole`",
    );
}

/// Data lake settings must know the tag, filter for external engines, and have the account on the list of those.
fn judge_settings(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    let body = seen.resource.body;
    let settings = if seen.is_live() {
        body.get("lakeformation:GetDataLakeSettings")
            .get("DataLakeSettings")
    } else {
        let wrapped = body.get("DataLakeSettings");
        if wrapped.is_set() { wrapped } else { body }
    };
    let tags = settings.get("AuthorizedSessionTagValueList");
    let tag = want
        .session_tag
        .clone()
        .unwrap_or_else(|| Text::from("Amazon EMR"));
    must_hold(
        tags,
        |node| holds(node, |text| tag.accepts(text)),
        "the session tag is not among the authorised ones",
        &format!("`{tag}`"),
        out,
    );
    let filtering = settings.get("AllowExternalDataFiltering");
    let lenient = seen.resource.form.is_template();
    if lenient && filtering.switch_leniently() == crate::observed::Switch::On {
        out.held();
    } else {
        out.must_be_on(filtering, "AllowExternalDataFiltering", None);
    }
    let list = settings.get("ExternalDataFilteringAllowList");
    let account = seen
        .resource
        .identity
        .account
        .clone()
        .or_else(|| seen.target.map(|target| target.account.clone()));
    let is_account = |node: Node<'_>| {
        let id = node.get("DataLakePrincipalIdentifier");
        match (id.text(), &account) {
            (Known::Set(text), Some(account)) => Some(text == account),
            (Known::Unreadable(Reason::Pseudo { name }), _) => Some(name == "AWS::AccountId"),
            (Known::Set(_), None) | (Known::Unreadable(_), _) => None,
            (Known::Absent | Known::Mistyped, _) => Some(false),
        }
    };
    let expected = account.as_deref().unwrap_or("the account of the settings");
    must_hold(
        list,
        is_account,
        "the account is not on the list of those that may filter",
        &format!("`{expected}`"),
        out,
    );
}

fn holds(node: Node<'_>, is: impl Fn(&str) -> bool) -> Option<bool> {
    match node.text() {
        Known::Set(text) => Some(is(text)),
        Known::Unreadable(_) => None,
        Known::Absent | Known::Mistyped => Some(false),
    }
}

/// The list must hold an item of which this is so; an item of which it is not known makes its absence unknown.
fn must_hold(
    list: Node<'_>,
    is: impl Fn(Node<'_>) -> Option<bool>,
    message: &str,
    expected: &str,
    out: &mut Conditions,
) {
    if list.items().any(|item| is(item) == Some(true)) {
        out.held();
        return;
    }
    let unknown = list.reason().or_else(|| list.open());
    let unsure = list.items().find(|item| is(*item).is_none());
    let condition = match (unknown, unsure) {
        (Some(reason), _) => out.unknown(list, reason, format!("cannot be known: {message}")),
        (None, Some(item)) => match item.reason() {
            Some(reason) => out.unknown(item, reason, format!("cannot be known: {message}")),
            None => out.undecided(
                item,
                format!("cannot be known: {message}"),
                "choose a target with `--target`",
            ),
        },
        (None, None) => out.failed(list, message),
    };
    condition.expected(expected).observed(list.display());
}
