//! LF-Tags stand where the baseline puts them.

use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::lake::tags::{
    Assignment, AssignmentTable, Bearer, SeenTag, TagTable, assignment_request, assignments,
    definitions, tag_request,
};
use crate::control::lake::{Context, checks, tagged};
use crate::control::settings::{Includes, Pattern, Plain, Rows, cell_text, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Draft, Meta, Missing, Review, RunFindings, Severity,
    Span, View,
};
use crate::lattice::{Cell, KeyedRows, Row};
use crate::observed::lake::{TAG, TAG_ASSOCIATION};
use crate::observed::{Node, ResourceKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) enum Tags {}

settings! {
    pub(crate) struct Setting {
        /// The tags, each with all its values.
        tag: Rows<TagTable>,
        /// What bears which tags: databases, tables and columns.
        assignment: Rows<AssignmentTable>,
        /// Keys that every table and column of `databases` must bear.
        required: Includes<Plain>,
        /// Patterns of the databases whose tables must bear them.
        databases: Includes<Pattern>,
    }
}

/// The declared tags: by key, the identity of the table and the values.
type Definitions = BTreeMap<String, (Arc<str>, BTreeSet<Name>)>;

const TAGS: Declares = Declares {
    kind: ResourceKind::LakeFormationTag,
    what: "declared tags",
    action: "lakeformation:ListLFTags",
    setting: "tag",
};

const ASSIGNMENTS: Declares = Declares {
    what: "declared assignments of tags",
    action: "lakeformation:GetResourceLFTags",
    setting: "assignment",
    ..TAGS
};

impl Control for Tags {
    const META: &'static Meta = &Meta {
        id: "lake.tags",
        title: "LF-Tags stand where the baseline puts them",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationTag],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-16"],
        docs: include_str!("tags.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let context = Context::of(seen);
        let tags = definitions(&want.tag);
        let (declared, _) = assignments(&want.assignment);
        match seen.resource.lf_tag() {
            (TAG, node) if !tags.is_empty() => match context.lf_tag(node) {
                Ok(tag) => judge_definition(&tags, &tag, out),
                Err(trouble) => trouble.record(out),
            },
            (TAG_ASSOCIATION, node) if seen.is_live() => {
                let keys = (&want.required, &want.databases);
                tagged::judge_effective(&context, &declared, keys, (seen.resource, node), out);
            }
            (TAG_ASSOCIATION, node) => {
                let bearers = match context.bearers(node.get("Resource")) {
                    Ok(bearers) => bearers,
                    Err(trouble) => return trouble.record(out),
                };
                judge_assignment(&context, &tags, &declared, (&bearers, node), out);
            }
            _ => {}
        }
    }

    fn judge_absent(want: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let tags = definitions(&want.tag);
        let unseen = { tags.iter() }.filter(|(key, _)| !seen.presence.has_tag(key));
        let unseen = unseen.map(|(key, (identity, _))| Missing {
            identity,
            shown: format!("tag `{key}`"),
            unclear: None,
        });
        seen.tell(&TAGS, unseen, out, |condition| {
            condition.fix("create it: `plan` shows the call, and `apply` makes it");
        });
        let (declared, _) = assignments(&want.assignment);
        let unseen = { declared.iter() }.filter(|one| !seen.presence.has_bearer(&one.bearer));
        let unseen = unseen.map(|one| Missing {
            identity: &one.identity,
            shown: format!("{} on `{}`", one.words(), one.bearer),
            // Where there are no tags, nothing bears any.
            unclear: (seen.presence.has_tags())
                .then(|| format!("the tags of `{}` were not observed", one.bearer.table())),
        });
        seen.tell(&ASSIGNMENTS, unseen, out, |condition| {
            condition.fix("put it on: `plan` shows the call, and `apply` makes it");
        });
        for table in seen.presence.unasked_tables() {
            must_bear_required(want, table, seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let bound = |rows: &KeyedRows, key, draft: &mut Draft<'_>| {
            let cells = rows.values().flat_map(Row::values);
            let open = cells
                .flat_map(Cell::texts)
                .filter(|text| draft.bound(key, text).is_none());
            open.count() == 0
        };
        let account = draft.target.account.clone();
        if bound(&want.tag, "tag", draft) {
            for (key, (identity, values)) in &definitions(&want.tag) {
                let body = tag_request(key, values, &account);
                let whole = (String::new(), identity.clone());
                draft.request(
                    &format!("create-lf-tag-{}", file(key)),
                    body,
                    "tag",
                    [whole],
                );
            }
        }
        if bound(&want.assignment, "assignment", draft) {
            for one in assignments(&want.assignment).0 {
                let body = assignment_request(&one, &account);
                let whole = (String::new(), one.identity.clone());
                let name = format!("add-lf-tags-to-resource-{}", file(&one.bearer.to_string()));
                draft.request(&name, body, "assignment", [whole]);
            }
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let tags = definitions(&want.tag);
        let (declared, faults) = assignments(&want.assignment);
        checks::faults(review, "assignment", &faults);
        let keys = want.tag.iter().filter_map(|(identity, row)| {
            let key = cell_text(row, "key")?.to_string();
            Some((key.to_lowercase(), Arc::clone(identity)))
        });
        checks::one_of_each(review, "tag", keys);
        let bearers = declared.iter();
        let bearers = bearers.map(|one| (&one.bearer, Arc::clone(&one.identity)));
        checks::one_of_each(review, "assignment", bearers);
        for one in &declared {
            for (key, value) in &one.tags {
                let known = tags.get(key).is_some_and(|(_, values)| {
                    values
                        .iter()
                        .any(|known| known.likeness(value) != Likeness::Different)
                });
                if !tags.is_empty() && !known {
                    let places =
                        checks::places(review, "assignment", &one.identity, "assigned here");
                    let message = format!("`{key}={value}` is no value of a declared tag");
                    review.object(places, message, "add the value to its `[[lake.tags.tag]]`");
                }
            }
        }
    }
}

/// A table of which nobody asked what tags it bears: none, where there are no tags.
fn must_bear_required(want: &Setting, table: &Bearer, seen: &Absent<'_>, out: &mut RunFindings) {
    let is_governed = |database: &Name| {
        let mut all = want.databases.iter();
        let known = database.as_known();
        all.any(|one| known.is_some_and(|name| one.accepts_as_pattern(name)))
    };
    if want.required.is_empty() || !table.0.first().is_some_and(is_governed) {
        return;
    }
    let kind = ResourceKind::LakeFormationTag;
    let bears_none = seen.listed.contains(&kind) && !seen.presence.has_tags();
    let mut conditions = Conditions::new();
    for key in &want.required {
        let place = Absent::list(ASSIGNMENTS.action);
        let condition = if bears_none {
            conditions.failed(place, format!("`{table}` bears no tag `{key}`"))
        } else {
            let message = format!("whether `{table}` bears a tag `{key}` is unknown");
            let remedy = format!("allow `{}`, and observe again", ASSIGNMENTS.action);
            conditions.undecided(place, message, remedy)
        };
        condition.under("required").expected(format!("`{key}`"));
    }
    out.push((seen.identity(kind, &table.to_string()), conditions));
}

/// A name as a part of the name of a file.
fn file(name: &str) -> String {
    let plain = |char: char| char.is_alphanumeric() || "._-".contains(char);
    name.chars()
        .map(|char| if plain(char) { char } else { '_' })
        .collect()
}

/// A tag has the declared values, all of them and no others.
fn judge_definition(tags: &Definitions, tag: &SeenTag<'_>, out: &mut Conditions) {
    let Some(key) = tag.key.as_known() else {
        return record_unknown(tag.node.get("TagKey"), "the key of the tag", out);
    };
    let Some((identity, values)) = tags.get(key) else {
        out.failed(tag.node, format!("tag `{key}` is not declared"))
            .under("tag")
            .expected("the declared tags")
            .observed(format!("`{key}`"));
        return;
    };
    let mut found: BTreeSet<&Name> = BTreeSet::new();
    for (node, value) in &tag.values {
        if is_declared_value(values, (key, identity), (*node, value), out) {
            out.held();
        }
        found.insert(value);
    }
    let unknown = tag
        .values
        .iter()
        .any(|(_, value)| value.as_known().is_none());
    for missing in values.iter().filter(|value| !found.contains(value)) {
        let list = tag.node.get("TagValues");
        let message = format!("tag `{key}` lacks the value `{missing}`");
        if unknown || missing.as_known().is_none() {
            out.undecided(
                list,
                message,
                "name its values literally, or choose a target with `--target`",
            )
        } else {
            out.failed(list, message)
        }
        .under("tag")
        .row(identity.clone())
        .expected(format!("`{missing}`"));
    }
}

/// Whether the value is a declared one; anything else is recorded.
fn is_declared_value(
    values: &BTreeSet<Name>,
    (key, identity): (&str, &str),
    (node, value): (Node<'_>, &Name),
    out: &mut Conditions,
) -> bool {
    let best = values.iter().map(|want| want.likeness(value)).max();
    match best.unwrap_or(Likeness::Different) {
        Likeness::Same => return true,
        Likeness::Possible => record_unknown(node, "a value of the tag", out),
        Likeness::Different => {
            out.failed(
                node,
                format!("`{value}` is no declared value of tag `{key}`"),
            )
            .under("tag")
            .row(identity)
            .expected(
                values
                    .iter()
                    .map(|one| format!("`{one}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
            )
            .observed(node.display());
        }
    }
    false
}

fn record_unknown(node: Node<'_>, what: &str, out: &mut Conditions) {
    match node.reason() {
        Some(reason) => out.unknown(node, reason, format!("{what} is unknown")),
        None => out.undecided(
            node,
            format!("{what} is unknown"),
            "choose a target with `--target`",
        ),
    };
}

/// What is put on something is declared, and what is declared for it has no other value.
fn judge_assignment(
    context: &Context<'_, '_>,
    tags: &Definitions,
    declared: &[Assignment],
    (bearers, node): (&[Bearer], Node<'_>),
    out: &mut Conditions,
) {
    let list = node.get("LFTags");
    if list.items().len() == 0 {
        record_unknown(list, "which tags are put on it", out);
    }
    for item in list.items() {
        let tag = match context.lf_tag(item) {
            Ok(tag) => tag,
            Err(trouble) => {
                trouble.record(out);
                continue;
            }
        };
        let Some(key) = tag.key.as_known() else {
            record_unknown(tag.node.get("TagKey"), "the key of a tag", out);
            continue;
        };
        match tags.get(key) {
            Some((identity, values)) => {
                for (node, value) in &tag.values {
                    let known = is_declared_value(values, (key, identity), (*node, value), out);
                    // Where assignments are declared, one that stands elsewhere is none of them.
                    if known && declared.is_empty() {
                        out.held();
                    }
                }
            }
            None if tags.is_empty() => {}
            None => {
                out.failed(tag.node, format!("tag `{key}` is not declared"))
                    .under("tag")
                    .observed(format!("`{key}`"));
            }
        }
        for bearer in bearers {
            tagged::judge_bearer(declared, bearer, &tag, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tags;
    use crate::control::testing::{judge, resource};
    use crate::control::{Entry, Verdict};
    use crate::lattice::{Cell, Row, Shape, Text};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn of_answer(answer: &Value) -> Verdict {
        let all = |text: &str| Shape::AllOf(BTreeSet::from([Text::from(text)]));
        let settings = [("required", all("env")), ("databases", all("*"))];
        judged(answer, &settings)
    }

    fn judged(answer: &Value, settings: &[(&str, Shape)]) -> Verdict {
        let body = json!({ "lakeformation:GetResourceLFTags": answer });
        let table = resource(
            ResourceKind::LakeFormationTag,
            Form::Live,
            "sales.orders",
            &body,
        );
        judge(&Entry::of::<Tags>(), settings, &[], vec![table]).verdict
    }

    #[test]
    fn a_tag_is_missing_only_where_all_tags_were_read() {
        let borne = json!([{ "TagKey": "env", "TagValues": ["dev"] }]);
        let other = json!([{ "TagKey": "team", "TagValues": ["a"] }]);
        for (tags, verdict) in [
            (borne, Verdict::Compliant),
            (other, Verdict::Noncompliant),
            (json!([]), Verdict::Noncompliant),
            (json!("x"), Verdict::Indeterminate),
            (json!([{ "TagValues": ["dev"] }]), Verdict::Indeterminate),
            (json!({ "$ref": "Tags" }), Verdict::Indeterminate),
        ] {
            let answer = json!({ "LFTagsOnTable": tags });
            assert_eq!(of_answer(&answer), verdict, "{answer}");
        }
    }

    #[test]
    fn what_the_columns_bear_is_known_only_where_each_is_told() {
        let env = json!([{ "TagKey": "env", "TagValues": ["dev"] }]);
        let column = |name: Value, tags: &Value| json!({ "Name": name, "LFTags": tags });
        for (columns, verdict) in [
            (json!(null), Verdict::Compliant),
            (json!([]), Verdict::Compliant),
            (json!([column(json!("card"), &env)]), Verdict::Compliant),
            (
                json!([column(json!("card"), &json!("x"))]),
                Verdict::Indeterminate,
            ),
            (json!([{ "LFTags": env }]), Verdict::Indeterminate),
            (json!([column(json!(false), &env)]), Verdict::Indeterminate),
            (json!(["card"]), Verdict::Indeterminate),
            (json!("card"), Verdict::Indeterminate),
            (json!({ "card": env }), Verdict::Indeterminate),
            (json!({ "$ref": "Columns" }), Verdict::Indeterminate),
        ] {
            let answer = json!({ "LFTagsOnTable": env, "LFTagsOnColumns": columns });
            assert_eq!(of_answer(&answer), verdict, "{answer}");
        }
    }

    #[test]
    fn what_is_put_on_a_column_counts_where_nothing_is_told_of_it() {
        let tag = |value: &str| json!([{ "TagKey": "env", "TagValues": [value] }]);
        let declared = Row::from([
            ("resource", Cell::Text(Text::from("sales.orders.card"))),
            (
                "tags",
                Cell::Map([("env".to_owned(), Text::from("dev"))].into()),
            ),
        ]);
        let declared = Shape::Rows(Arc::new([("a".into(), declared)].into()));
        let settings = [("assignment", declared)];
        for (answer, verdict) in [
            (json!({ "LFTagsOnTable": tag("dev") }), Verdict::Compliant),
            (
                json!({ "LFTagsOnTable": tag("prod") }),
                Verdict::Noncompliant,
            ),
            (json!({ "LFTagsOnTable": [] }), Verdict::Noncompliant),
            (
                json!({ "LFTagsOnColumns": [{ "Name": "CARD", "LFTags": tag("dev") }] }),
                Verdict::Compliant,
            ),
            (
                json!({ "LFTagsOnTable": tag("dev"), "LFTagsOnColumns": [{ "LFTags": tag("prod") }] }),
                Verdict::Indeterminate,
            ),
            (
                json!({ "LFTagsOnTable": tag("dev"), "LFTagsOnColumns": "card" }),
                Verdict::Indeterminate,
            ),
        ] {
            assert_eq!(judged(&answer, &settings), verdict, "{answer}");
        }
    }
}
