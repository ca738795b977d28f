//! Table metadata holds no data.

use crate::aws::lake_formation::grant::Object;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::lake::Context;
use crate::control::lake::members::likeness;
use crate::control::lake::others::grants_within;
use crate::control::lake::unfiltered::restricted_by;
use crate::control::settings::{Excludes, Includes, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::lattice::{Text, pattern_accepts};
use crate::observed::lake::TABLE;
use crate::observed::{Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum TableProperties {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of databases all of whose tables count; others count with a filter or a grant on columns.
        databases: Includes<Pattern>,
        /// Patterns of the names of parameters that no such table may have, in any case.
        names: Excludes<Pattern> = &["avro.schema.literal", "avro.schema.url", "*password*", "*secret*"],
    }
}

impl Control for TableProperties {
    const META: &'static Meta = &Meta {
        id: "lake.table-properties",
        title: "table metadata holds no data",
        severity: Severity::Low,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-4"],
        docs: include_str!("table_properties.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some((TABLE, table)) = seen.resource.catalog_object() else {
            return;
        };
        let context = Context::of(seen);
        let text = |node| context.text_of(node).map(|name| name.lower());
        let (Some(database), Some(name)) = (text(table.database), text(table.input.get("Name")))
        else {
            return;
        };
        let counts = want
            .databases
            .iter()
            .any(|one| likeness(one, &database) > Likeness::Different);
        if !counts && !is_filtered(seen, &database, &name) {
            return;
        }
        let places = ["Parameters", "StorageDescriptor/SerdeInfo/Parameters"];
        for parameters in places.map(|path| table.input.path(path)) {
            judge_parameters(want, parameters, out);
        }
        if out.clean() {
            out.held();
        }
    }
}

/// Whether a grant, in sight or declared, shows a part of the table only.
fn is_filtered(seen: &View<'_, '_>, database: &Name, table: &Name) -> bool {
    let context = Context::of(seen);
    let is = |object: &Object| restricted_by(object) == Some((database, table));
    let declared = seen.declared().grants();
    declared.iter().any(|grant| is(&grant.object))
        || grants_within(&context, (database, table))
            .any(|grant| grant.object.is_ok_and(|object| is(&object)))
}

fn judge_parameters(want: &Setting, parameters: Node<'_>, out: &mut Conditions) {
    if let Some(reason) = parameters.reason().or_else(|| parameters.open()) {
        out.unknown(
            parameters,
            reason,
            "the parameters of the table are unknown",
        );
        return;
    }
    if !matches!(parameters.value(), Value::Map) {
        return;
    }
    for (name, _) in parameters.members() {
        let hit = want
            .names
            .iter()
            .filter_map(Text::as_literal)
            .find(|pattern| pattern_accepts(&pattern.to_lowercase(), &name.to_lowercase()));
        if hit.is_some() {
            out.failed(
                parameters.key_place(name),
                format!(
                    "the table has the parameter `{name}`, which whoever may describe it reads"
                ),
            )
            .under("names")
            .expected("none of the forbidden parameters")
            .observed(format!("`{name}`"));
        }
    }
}
