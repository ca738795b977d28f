//! Filters are given only where an engine or view enforces them.

use crate::aws::lake_formation::grant::Node as On;
use crate::aws::lake_formation::name::Likeness;
use crate::control::lake::catalog::tables_named;
use crate::control::lake::engines::{EngineTable, Grain, Verdict, engines_of};
use crate::control::lake::others::grants_held_by;
use crate::control::lake::unfiltered::restricted_by;
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{Rows, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum FilterEnforcement {}

settings! {
    pub(crate) struct Setting {
        /// Which engine each principal runs; others are found among the clusters that run jobs under them.
        engine: Rows<EngineTable>,
        /// Whether views over filtered tables count.
        views: Switch = true,
    }
}

impl Control for FilterEnforcement {
    const META: &'static Meta = &Meta {
        id: "lake.filter-enforcement",
        title: "filters are given only where an engine or view enforces them",
        severity: Severity::Medium,
        kinds: &[ResourceKind::LakeFormationGrant, ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("filter_enforcement.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let of_grant = seen.resource.kind() == ResourceKind::LakeFormationGrant;
        if !seen.is_live() || !of_grant || seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        let object = match &grant.object {
            Ok(object) => object,
            Err(trouble) => return trouble.record(out),
        };
        let grain = if matches!(object.node, On::Filter(..)) {
            Some(Grain::Rows)
        } else {
            matches!(object.node, On::Columns(..)).then_some(Grain::Columns)
        };
        if let Some(grain) = grain {
            judge_engines(want, seen, grant, grain, out);
        } else if want.views {
            judge_view(seen, grant, out);
        }
    }
}

fn judge_engines(
    want: &Setting,
    seen: &View<'_, '_>,
    grant: &SeenGrant<'_>,
    grain: Grain,
    out: &mut Conditions,
) {
    let node = grant.grant.principal;
    let principal = match &grant.principal {
        Ok(principal) => principal,
        Err(trouble) => return trouble.record(out),
    };
    let engines = engines_of(&want.engine, seen, principal);
    if engines.is_empty() {
        out.undecided(
            node,
            format!("which engine `{principal}` runs is unknown"),
            "write it in `[[lake.filter-enforcement.engine]]`",
        )
        .under("engine");
    }
    for engine in engines {
        match engine.enforces(grain) {
            Verdict::Yes => out.held(),
            Verdict::No(why) => {
                out.failed(
                    node,
                    format!("`{principal}` runs {}, which {why}", engine.name),
                )
                .under("engine")
                .expected(format!("an engine that filters {}", grain.noun()))
                .observed(engine.name.clone());
            }
            Verdict::Unsaid(why) => {
                out.failed(
                    node,
                    format!("`{principal}` runs {}, of which {why}", engine.name),
                )
                .under("engine")
                .at(Severity::Info);
            }
        }
    }
}

/// A grant on a view does not pass on the filters of the tables in it.
/// Source: Athena User Guide, *Considerations and limitations for querying data registered with Lake Formation*.
fn judge_view(seen: &View<'_, '_>, grant: &SeenGrant<'_>, out: &mut Conditions) {
    let (Ok(principal), Ok(object)) = (&grant.principal, &grant.object) else {
        return;
    };
    let Some((database, view)) = object.table() else {
        return;
    };
    let context = Context::of(seen);
    let text = tables_named(&context, database, view)
        .find_map(|one| Some(one.catalog_object()?.1.input.get("ViewOriginalText")));
    let Some(text) = text.filter(|text| text.is_set() && text.display() != "null") else {
        return;
    };
    for (_, other) in grants_held_by(&context, seen, principal) {
        let (Ok(holder), Ok(held)) = (&other.principal, &other.object) else {
            continue;
        };
        let Some((_, table)) = restricted_by(held) else {
            continue;
        };
        if principal.likeness(holder) != Likeness::Same {
            continue;
        }
        let sql = text.as_text().unwrap_or_default();
        let name = table.to_string();
        if sql.trim_start().starts_with("/*") {
            out.undecided(text, format!("whether the view reads `{name}`, which is filtered for `{principal}`, is not readable"), "look at the view's definition");
        } else if words(sql).any(|word| word.eq_ignore_ascii_case(&name)) {
            out.failed(
                text,
                format!(
                    "the view reads `{name}`, whose filter does not hold in it for `{principal}`"
                ),
            )
            .under("views")
            .expected("no grant on a view over a filtered table");
        } else {
            out.held();
        }
    }
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|char: char| !char.is_alphanumeric() && char != '_')
}
