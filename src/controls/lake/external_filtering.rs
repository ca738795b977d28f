//! Only our engines may filter, under our session tags, and none skips the tag.

use crate::artifact::LakeSetting;
use crate::control::lake::{Context, settings as written};
use crate::control::settings::{Allowance, Only, Plain, Stated, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, Weakening};
use crate::lattice::Shape;
use crate::observed::{Node, ResourceKind, Switch};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum ExternalFiltering {}

settings! {
    pub(crate) struct Setting {
        /// Whether engines outside of Lake Formation may filter: EMR needs it.
        enabled: Stated,
        /// Accounts whose engines may filter.
        accounts: Only<Plain>,
        /// Session tag values that engines may show.
        session_tags: Only<Plain>,
        /// Whether engines may draw credentials for whole tables without a session tag.
        full_table_access: Allowance = false,
    }
}

const ENABLED: &str = "AllowExternalDataFiltering";
const ACCOUNTS: &str = "ExternalDataFilteringAllowList";
const TAGS: &str = "AuthorizedSessionTagValueList";
const FULL_TABLE: &str = "AllowFullTableExternalDataAccess";

impl Control for ExternalFiltering {
    const META: &'static Meta = &Meta {
        id: "lake.external-filtering",
        title: "only our engines may filter, under our session tags, and none skips the tag",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationSettings,
            ResourceKind::GlueCatalog,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-4"],
        docs: include_str!("external_filtering.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.kind() == ResourceKind::GlueCatalog {
            let answer = seen.resource.body.get("glue:GetCatalogs");
            if seen.is_live() && answer.is_set() {
                // Glue spells the switch of a nested catalog as text.
                let node = answer.get(FULL_TABLE);
                judge_full_table(want, node, node.switch_leniently(), out);
            }
            return;
        }
        let settings = seen.resource.lake_settings();
        let requirement = seen.requirement(Self::META.id);
        if requirement.is_some_and(|own| own.shape("enabled").is_some()) {
            let node = settings.get(ENABLED);
            judge_enabled(want.enabled, node, seen.resource.lake_switch(node), out);
        }
        let context = Context::of(seen);
        let accounts = context.principals(settings.get(ACCOUNTS), "the accounts that may filter");
        out.must_be_understood(&accounts);
        out.must_all_be_permitted(&accounts, &want.accounts, "accounts", "account");
        let tags = context.texts(settings.get(TAGS), "the session tags");
        out.must_be_understood(&tags);
        out.must_all_be_permitted(&tags, &want.session_tags, "session-tags", "session tag");
        let node = settings.get(FULL_TABLE);
        judge_full_table(want, node, seen.resource.lake_switch(node), out);
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if let Some(Shape::Exactly(_)) = draft.own.shape("enabled") {
            let member = LakeSetting::AllowExternalDataFiltering;
            draft.lake_setting(member, want.enabled, Some("enabled"));
        }
        if !want.accounts.is_any() {
            let accounts = draft.bound_all("accounts", &want.accounts);
            let member = LakeSetting::ExternalDataFilteringAllowList;
            draft.lake_setting(member, written::principals(&accounts), Some("accounts"));
        }
        if !want.session_tags.is_any() {
            let tags = draft.bound_all("session-tags", &want.session_tags);
            let member = LakeSetting::AuthorizedSessionTagValueList;
            draft.lake_setting(member, json!(tags), Some("session-tags"));
        }
        if !want.full_table_access {
            let member = LakeSetting::AllowFullTableExternalDataAccess;
            draft.lake_setting(member, false, Some("full-table-access"));
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set("/DataLakeSettings/AllowFullTableExternalDataAccess", "true")
            .in_lake_settings(),
        Weakening::set(
            "/DataLakeSettings/ExternalDataFilteringAllowList",
            r#"[{"DataLakePrincipalIdentifier":"999988887777"}]"#,
        )
        .in_lake_settings()
        .also(&["emr.lake-formation"]),
        Weakening::set(
            "/DataLakeSettings/AuthorizedSessionTagValueList",
            r#"["Amazon EMR","Somebody else"]"#,
        )
        .in_lake_settings(),
    ];
}

/// Absent and `null` are `false`. Source: Lake Formation API, `DataLakeSettings`.
fn judge_enabled(want: bool, node: Node<'_>, switch: Switch<'_>, out: &mut Conditions) {
    let null = node.is_set() && node.display() == "null";
    let condition = match (switch, want) {
        (Switch::On, true) | (Switch::Off | Switch::Absent, false) => return out.held(),
        (_, false) if null => return out.held(),
        (Switch::Unreadable(reason), _) => {
            out.unknown(node, reason, format!("`{ENABLED}` is unknown"))
        }
        (Switch::TextOn, true) | (Switch::TextOff, false) => out.undecided(
            node,
            format!(
                "`{ENABLED}` is a string, and no AWS page says that strings are read as booleans"
            ),
            format!("write `{ENABLED}` as the boolean {want}"),
        ),
        (
            Switch::On
            | Switch::Off
            | Switch::Absent
            | Switch::TextOn
            | Switch::TextOff
            | Switch::Odd,
            _,
        ) => out.failed(node, format!("`{ENABLED}` is {}", node.display())),
    };
    condition
        .under("enabled")
        .expected(want.to_string())
        .observed(node.display())
        .mended_as(node, ENABLED, Some(want));
}

/// With full-table access, engines draw credentials for whole tables without showing a session tag.
fn judge_full_table(want: &Setting, node: Node<'_>, switch: Switch<'_>, out: &mut Conditions) {
    let null = node.is_set() && node.display() == "null";
    let condition = match switch {
        Switch::Off | Switch::Absent => return out.held(),
        Switch::On | Switch::TextOn if want.full_table_access => return out.held(),
        Switch::Odd if null => return out.held(),
        Switch::On | Switch::TextOn => out.failed(
            node,
            format!(
                "`{FULL_TABLE}` is on: it drops the check of the session tag for the whole account"
            ),
        ),
        Switch::Unreadable(reason) => {
            out.unknown(node, reason, format!("`{FULL_TABLE}` is unknown"))
        }
        Switch::TextOff | Switch::Odd => out.undecided(
            node,
            format!("`{FULL_TABLE}` is {}, not a boolean", node.display()),
            format!("write `{FULL_TABLE}` as the boolean false"),
        ),
    };
    condition
        .under("full-table-access")
        .expected("false")
        .observed(node.display());
}
