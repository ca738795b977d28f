//! New databases and tables are governed by Lake Formation, not by IAM.

use crate::artifact::LakeSetting;
use crate::aws::lake_formation::principal::is_iam_allowed_principals;
use crate::control::settings::{Only, Pattern, settings};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, Weakening};
use crate::observed::lake::DATABASE;
use crate::observed::{Node, ResourceKind, Value};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum DefaultPermissions {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of databases whose new tables may be left to IAM.
        databases: Only<Pattern> = &[],
    }
}

const FOR_DATABASES: &str = "CreateDatabaseDefaultPermissions";
const FOR_TABLES: &str = "CreateTableDefaultPermissions";
/// A list that gives everything to IAM.
const TO_IAM: &str = r#"[{"Principal":{"DataLakePrincipalIdentifier":"IAM_ALLOWED_PRINCIPALS"},"Permissions":["ALL"]}]"#;

impl Control for DefaultPermissions {
    const META: &'static Meta = &Meta {
        id: "lake.default-permissions",
        title: "new databases and tables are governed by Lake Formation, not by IAM",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationSettings,
            ResourceKind::GlueCatalog,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("default_permissions.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let resource = seen.resource;
        if resource.kind() == ResourceKind::LakeFormationSettings {
            let settings = resource.lake_settings();
            for key in [FOR_DATABASES, FOR_TABLES] {
                judge_list(settings.get(key), key, out);
            }
            return;
        }
        if let Some(catalog) = nested_catalog(seen) {
            for key in [FOR_DATABASES, FOR_TABLES] {
                judge_list(catalog.get(key), key, out);
            }
            return;
        }
        if let Some((DATABASE, database)) = resource.catalog_object() {
            judge_database(want, database.input, out);
        }
    }

    fn compile(_: &Setting, draft: &mut Draft<'_>) {
        draft.lake_setting(
            LakeSetting::CreateDatabaseDefaultPermissions,
            json!([]),
            None,
        );
        draft.lake_setting(LakeSetting::CreateTableDefaultPermissions, json!([]), None);
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set("/DataLakeSettings/CreateDatabaseDefaultPermissions", TO_IAM)
            .in_lake_settings(),
        Weakening::set("/DataLakeSettings/CreateTableDefaultPermissions", TO_IAM)
            .in_lake_settings(),
    ];
}

/// The members of a catalog within the account's own.
fn nested_catalog<'t>(seen: &View<'_, 't>) -> Option<Node<'t>> {
    let answer = seen.resource.body.get("glue:GetCatalogs");
    (seen.is_live() && answer.is_set()).then_some(answer)
}

/// A list of what new objects are granted: it must be empty.
fn judge_list(list: Node<'_>, name: &str, out: &mut Conditions) {
    match list.value() {
        Value::List if list.items().len() == 0 => out.held(),
        Value::List => {
            for item in list.items() {
                judge_entry(item, name, out);
            }
        }
        Value::Unreadable(reason) => {
            out.unknown(list, reason, format!("`{name}` is unknown"));
        }
        // Left out, the API clears it, a fresh account has the insecure value, and users of templates report both.
        Value::Absent | Value::Null => {
            out.undecided(
                list,
                format!("`{name}` is left out, and what then stands differs"),
                format!("write `{name}` as an empty list"),
            )
            .expected("an empty list")
            .observed(list.display());
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Template | Value::Map => {
            out.failed(list, format!("`{name}` is {}", list.value().type_name()))
                .expected("an empty list")
                .observed(list.display());
        }
    }
}

fn judge_entry(item: Node<'_>, name: &str, out: &mut Conditions) {
    let principal = item.get("Principal").get("DataLakePrincipalIdentifier");
    let condition = match (principal.as_text(), principal.reason()) {
        (Some(text), _) if is_iam_allowed_principals(text) => {
            out.failed(item, format!("`{name}` leaves what is new to IAM"))
        }
        (Some(text), _) => out.failed(item, format!("`{name}` gives what is new to `{text}`")),
        (None, Some(reason)) => {
            out.unknown(item, reason, format!("to whom `{name}` gives is unknown"))
        }
        (None, None) => out.failed(item, format!("`{name}` is not empty")),
    };
    condition
        .expected("an empty list")
        .observed(principal.display());
}

/// The value of the database is the one that acts on its new tables; the account's only presets it.
fn judge_database(want: &Setting, database: Node<'_>, out: &mut Conditions) {
    // A link to a database elsewhere holds no tables of its own.
    if database.get("TargetDatabase").is_set() {
        return;
    }
    let name = database.get("Name").as_text();
    if name.is_some_and(|name| want.databases.allows(name)) {
        return out.held();
    }
    judge_list(database.get(FOR_TABLES), FOR_TABLES, out);
}
