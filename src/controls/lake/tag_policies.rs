//! Tag expressions reach what was meant.

use crate::aws::lake_formation::grant::{Expression, Node as On};
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::lake_formation::permissions::{PERMISSIONS, includes};
use crate::control::lake::members::among;
use crate::control::lake::tag_expressions::{
    ExpressionTable, Reach, Sensitive, SensitiveTable, expressions, known_values, sensitive,
};
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{AtLeast, Domain, Excludes, Rows, Vocabulary, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Meta, Missing, RunFindings, Severity, Span, View,
};
use crate::lattice::Text;
use crate::observed::lake::TAG_EXPRESSION;
use crate::observed::{Node, ResourceKind};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(crate) enum TagPolicies {}

#[derive(Debug)]
pub(crate) enum Permission {}
impl Vocabulary for Permission {
    const DOMAIN: Domain = Domain::Words(&PERMISSIONS);
}

settings! {
    pub(crate) struct Setting {
        /// The least keys of an expression.
        min_keys: AtLeast<1, 50> = 1,
        /// Permissions that no tag policy may give; `ALL` counts as each of its parts.
        denied_permissions: Excludes<Permission> = &["ALL", "DROP", "ALTER", "CREATE_TABLE"],
        /// Values that only the listed principals may reach.
        sensitive: Rows<SensitiveTable>,
        /// The saved expressions, each with what it says.
        expression: Rows<ExpressionTable>,
    }
}

const EXPRESSIONS: Declares = Declares {
    kind: ResourceKind::LakeFormationTag,
    what: "declared tag expressions",
    action: "lakeformation:ListLFTagExpressions",
    setting: "expression",
};

impl Control for TagPolicies {
    const META: &'static Meta = &Meta {
        id: "lake.tag-policies",
        title: "tag expressions reach what was meant",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationGrant,
            ResourceKind::LakeFormationTag,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-16"],
        docs: include_str!("tag_policies.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let context = Context::of(seen);
        if seen.resource.kind() == ResourceKind::LakeFormationTag {
            if let (TAG_EXPRESSION, node) = seen.resource.lf_tag() {
                judge_saved(want, &context, node, out);
            }
            return;
        }
        if seen.resource.is_opt_in() {
            return;
        }
        let grant = seen.grant();
        let object = match &grant.object {
            Ok(object) => object,
            Err(trouble) => return trouble.record(out),
        };
        let On::TagPolicy(policy) = &object.node else {
            return;
        };
        judge_permissions(want, grant, out);
        let node = grant.grant.root.get("Resource").get("LFTagPolicy");
        let tags = match &policy.expression {
            Expression::Tags(tags) => Some(tags.clone()),
            Expression::Saved(name) => saved(want, &context, name),
        };
        let Some(tags) = tags else {
            out.undecided(
                node,
                "what the saved tag expression says is unknown",
                "write it in `[[lake.tag-policies.expression]]`",
            )
            .under("expression");
            return;
        };
        judge_expression(want, seen, &tags, node, out);
        for one in sensitive(&want.sensitive) {
            judge_sensitive(&one, seen, &tags, grant, out);
        }
    }

    fn judge_absent(want: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let declared = expressions(&want.expression);
        let unseen = { declared.iter() }.filter(|one| !seen.presence.has_expression(&one.name));
        let unseen = unseen.map(|one| Missing {
            identity: &one.identity,
            shown: format!("tag expression `{}`", one.name),
            unclear: None,
        });
        seen.tell(&EXPRESSIONS, unseen, out, |condition| {
            condition.fix("save it: `plan` shows the call, and `apply` makes it");
        });
    }
}

type Tags = BTreeMap<String, BTreeSet<Name>>;

/// What a saved expression says: on the baseline's word, or as the input declares it.
fn saved(want: &Setting, context: &Context<'_, '_>, name: &Name) -> Option<Tags> {
    let declared = expressions(&want.expression);
    let own = declared
        .into_iter()
        .find(|one| one.name.likeness(name) == Likeness::Same);
    own.and_then(|one| one.tags)
        .or_else(|| context.saved_expression(name))
}

fn judge_saved<'t>(
    want: &Setting,
    context: &Context<'_, 't>,
    node: Node<'t>,
    out: &mut Conditions,
) {
    let declared = expressions(&want.expression);
    let Ok(name) = context.text(node.get("Name")) else {
        return;
    };
    let Some(own) = declared
        .iter()
        .find(|one| one.name.likeness(&name) == Likeness::Same)
    else {
        return;
    };
    let Some(wanted) = &own.tags else { return };
    let condition = match context.expression(node.get("Expression")) {
        Ok(tags) if tags == *wanted => return out.held(),
        Ok(_) => out.failed(
            node,
            format!("the tag expression `{name}` is not the declared one"),
        ),
        Err(trouble) => return trouble.record(out),
    };
    condition
        .under("expression")
        .row(own.identity.clone())
        .expected(own.text.clone())
        .fix("write the declared expression: every grant that names it changes at once");
}

fn judge_permissions(want: &Setting, grant: &SeenGrant<'_>, out: &mut Conditions) {
    let Ok(object) = &grant.object else { return };
    let denied: Vec<&str> = want
        .denied_permissions
        .iter()
        .filter_map(Text::as_literal)
        .collect();
    let (permissions, _) = grant.known_permissions(out);
    for held in &permissions {
        let hit = denied
            .iter()
            .find(|denied| includes(object.class(), held, denied));
        match hit {
            Some(hit) => {
                let node = grant.grant.permissions;
                out.failed(
                    node,
                    format!("a tag policy gives `{held}`, and the baseline denies `{hit}`"),
                )
                .under("denied-permissions")
                .expected(format!("none of `{}`", denied.join("`, `")))
                .observed(format!("`{held}`"));
            }
            None => out.held(),
        }
    }
}

fn judge_expression(
    want: &Setting,
    seen: &View<'_, '_>,
    tags: &Tags,
    node: Node<'_>,
    out: &mut Conditions,
) {
    let least = usize::try_from(want.min_keys.unwrap_or(1)).unwrap_or(1);
    if tags.len() < least {
        out.failed(node, format!("the expression tests {} key", tags.len()))
            .under("min-keys")
            .expected(format!("at least {least} keys"))
            .observed(tags.len().to_string());
    } else {
        out.held();
    }
    for (key, values) in tags {
        // Whether an asterisk stands for all values here, no page says.
        if values.contains(&Name::from("*")) {
            out.undecided(
                node,
                format!("`{key}=*` may stand for every value: no AWS page says what it does in an expression"),
                "list the values",
            );
            continue;
        }
        let Some(all) = known_values(seen, key) else {
            out.undecided(
                node,
                format!("whether the expression lists every value of `{key}` is unknown"),
                "declare the tag in `[[lake.tags.tag]]`",
            );
            continue;
        };
        let every = all.iter().all(|value| {
            values
                .iter()
                .any(|listed| value.likeness(listed) == Likeness::Same)
        });
        if every && all.len() > 1 {
            out.failed(node, format!("the expression lists every value of `{key}`"))
                .expected("some of the values")
                .observed(format!("{} of {}", values.len(), all.len()));
        } else {
            out.held();
        }
    }
}

fn judge_sensitive(
    one: &Sensitive,
    seen: &View<'_, '_>,
    tags: &Tags,
    grant: &SeenGrant<'_>,
    out: &mut Conditions,
) {
    let node = grant.grant.principal;
    let principal = match &grant.principal {
        Ok(principal) => principal,
        Err(trouble) => return trouble.record(out),
    };
    let listed = among(&one.principals, principal);
    if listed == Likeness::Same {
        return out.held();
    }
    let reach = one.reached_by(tags).unwrap_or_else(|| one.expanded(seen));
    let what = format!("`{principal}` reaches what is tagged `{}`", one.shown());
    let condition = match (reach, listed) {
        (Reach::No, _) => return out.held(),
        (Reach::Yes, Likeness::Different) => out.failed(node, what),
        (Reach::Yes | Reach::Unknown, _) => match (node.reason(), reach) {
            (Some(reason), Reach::Yes) => out.unknown(node, reason, what),
            _ => out.undecided(
                grant.grant.root.get("Resource"),
                format!("whether {what} is unknown: the expression does not test `{}`", one.key),
                "test the key in the expression, or audit the live account, where expressions are expanded",
            ),
        },
    };
    condition
        .under("sensitive")
        .row(one.identity.clone())
        .expected(one.expected())
        .observed(node.display());
}
