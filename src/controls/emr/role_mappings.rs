//! EMRFS uses one role per user, group or prefix, in the declared order.

use crate::artifact::Leaf;
use crate::aws::s3::Location;
use crate::control::settings::{
    CellKind, Choice, Column, Domain, ExactlyRows, OneOf, RolePattern, Switch, Table, TextType,
    cell_text, cell_texts, settings,
};
use crate::control::{
    Conditions, Control, Draft, Meta, Review, RoleMapping, Severity, Span, Standing, View,
    Weakening, names_place, names_role, shadowed,
};
use crate::lattice::{Row, Text};
use crate::observed::{Known, Node, ResourceKind, Value};
use serde_json::json;
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) enum RoleMappings {}

/// The columns of `[[emr.role-mappings.mapping]]`.
#[derive(Debug)]
pub(crate) enum Mapping {}
const NAMES: CellKind = CellKind::Many(Domain::Texts(TextType::String));
impl Table for Mapping {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "role",
            CellKind::One(Domain::Texts(TextType::IamRole)),
            "The role that EMRFS assumes.",
        )
        .identifying(),
        Column::optional("users", NAMES, "For these users.").identifying(),
        Column::optional("groups", NAMES, "For these groups.").identifying(),
        Column::optional(
            "prefixes",
            CellKind::Many(Domain::Texts(TextType::S3Prefix)),
            "For these prefixes in S3.",
        )
        .identifying(),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// The mappings, in order: the first that matches wins.
        mapping: ExactlyRows<Mapping>,
        /// The roles that may stand, as patterns.
        roles: OneOf<RolePattern>,
        /// Whether mappings by user or group need Kerberos or LDAP beside them.
        require_kerberos: Switch = true,
    }
}

const LIST: &str = "AuthorizationConfiguration/EmrFsConfiguration/RoleMappings";
/// The cell of a mapping, and AWS's word for it.
const TYPES: &[(&str, &str)] = &[
    ("users", "User"),
    ("groups", "Group"),
    ("prefixes", "Prefix"),
];

impl Control for RoleMappings {
    const META: &'static Meta = &Meta {
        id: "emr.role-mappings",
        title: "EMRFS uses one role per user, group or prefix, in the declared order",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("role_mappings.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        // EMR Management Guide, *Configure IAM roles for EMRFS requests to Amazon S3*: from 5.10.0.
        out.must_reach_release(seen, &["emr-5.10.0"], "EMRFS role mappings", None);
        let list = document.path(LIST);
        if let Some(reason) = list.reason().or_else(|| list.open()) {
            out.unknown(list, reason, "`RoleMappings` is unknown");
        }
        let is_list = matches!(list.value(), Value::List);
        if list.reason().is_none() && (!is_list || list.items().len() == 0) {
            out.failed(
                list,
                format!(
                    "`RoleMappings` is {}",
                    if is_list {
                        "empty"
                    } else {
                        list.value().type_name()
                    }
                ),
            )
            .under("mapping")
            .expected("a list of mappings")
            .observed(list.display());
        }
        let mappings: Vec<RoleMapping<'_>> = list.items().map(RoleMapping::of).collect();
        for mapping in &mappings {
            judge_form(mapping, out);
            judge_role(want, mapping, seen, out);
        }
        for (later, mapping) in shadowed(&mappings) {
            let identifiers = mapping.node.get("Identifiers");
            out.failed(
                identifiers,
                format!(
                    "mapping {} can never match: earlier ones match all of it",
                    later + 1
                ),
            )
            .under("mapping")
            .expected("a mapping that can match")
            .observed(identifiers.display());
        }
        if let Some(declared) = &want.mapping {
            judge_declared(declared, list, &mappings, out);
        }
        let by_name = mappings
            .iter()
            .any(|mapping| matches!(mapping.kind, Known::Set("User" | "Group")));
        if want.require_kerberos && by_name {
            let standing = Standing::kerberos(document).or(Standing::ldap(document));
            let message = "mappings by user or group rest on names that nobody checks: there is no Kerberos and no LDAP";
            if let Some(condition) = out.must_stand(standing, message, "`KerberosConfiguration`") {
                condition.under("require-kerberos");
            }
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let Some(rows) = want.mapping.as_ref().filter(|rows| !rows.is_empty()) else {
            draft.refuse(
                None,
                "`emr.role-mappings` needs at least one mapping to compile",
                "add `[[emr.role-mappings.mapping]]`",
            );
            return;
        };
        let (mut mappings, mut roles) = (Vec::new(), BTreeSet::new());
        for row in rows {
            let role = cell_text(row, "role").and_then(|role| draft.bound("mapping", role));
            let (Some(role), Some((cell, kind))) = (role, kind_of(row)) else {
                continue;
            };
            let identifiers = cell_texts(row, cell).into_iter();
            let identifiers: Vec<String> = identifiers
                .filter_map(|text| draft.bound("mapping", text))
                .collect();
            mappings
                .push(json!({ "Role": role, "IdentifierType": kind, "Identifiers": identifiers }));
            roles.insert(role);
        }
        draft.document(Leaf::RoleMappings, mappings, Some("mapping"));
        let roles: Vec<String> = roles.into_iter().collect();
        let actions = &["sts:AssumeRole"];
        draft.may_assume(
            &roles,
            "InstanceProfileAssumesMappedRoles",
            actions,
            "mapping",
        );
        draft.trusts(
            &roles,
            "InstanceProfileAssumesThisRole",
            actions,
            None,
            "mapping",
        );
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        for (at, row) in want.mapping.iter().flatten().enumerate() {
            let given = TYPES
                .iter()
                .filter(|(cell, _)| row.contains_key(cell))
                .count();
            let empty = kind_of(row).is_some_and(|(cell, _)| cell_texts(row, cell).is_empty());
            if given == 1 && !empty {
                continue;
            }
            let places = review.own().row_places("mapping", &at.to_string()).iter();
            let places = places
                .map(|place| (place.clone(), "this mapping".to_owned()))
                .collect();
            review.object(
                places,
                "a mapping is for users, for groups or for prefixes",
                "give it one of `users`, `groups` and `prefixes`, and split it if it needs several",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/AuthorizationConfiguration/EmrFsConfiguration"),
        Weakening::set(
            "/AuthorizationConfiguration/EmrFsConfiguration/RoleMappings",
            "[]",
        )
        .also(&["emr.document-schema"]),
        Weakening::set(
            "/AuthorizationConfiguration/EmrFsConfiguration/RoleMappings/0/Role",
            "\"arn:aws:iam::111122223333:role/everything\"",
        ),
        Weakening::set(
            "/AuthorizationConfiguration/EmrFsConfiguration/RoleMappings/0/Identifiers",
            "[\"somebody-else\"]",
        ),
    ];
}

/// The cell that a row gives, and AWS's word for it.
fn kind_of(row: &Row) -> Option<(&'static str, &'static str)> {
    TYPES
        .iter()
        .copied()
        .find(|(cell, _)| row.contains_key(cell))
}

fn judge_form(mapping: &RoleMapping<'_>, out: &mut Conditions) {
    let kind = mapping.node.get("IdentifierType");
    let any = Choice::default();
    out.must_be_allowed(
        kind,
        "IdentifierType",
        &any,
        "mapping",
        &["User", "Group", "Prefix"],
    );
    let list = mapping.node.get("Identifiers");
    let texts = || list.items().map(Node::text);
    if let Some(reason) = list.reason().or_else(|| list.open()) {
        out.unknown(list, reason, "`Identifiers` is unknown")
            .under("mapping");
    } else if !matches!(list.value(), Value::List)
        || list.items().len() == 0
        || texts().any(|text| matches!(text, Known::Mistyped | Known::Absent | Known::Set("")))
    {
        out.failed(list, "`Identifiers` is not a list of strings")
            .under("mapping")
            .expected("a list of strings")
            .observed(list.display());
    } else if let Some(reason) = list.items().find_map(Node::reason) {
        out.unknown(list, reason, "an identifier is unknown")
            .under("mapping");
    } else if mapping.kind == Known::Set("Prefix")
        && list
            .items()
            .filter_map(Node::as_text)
            .any(|text| Location::of(text).is_none())
    {
        out.failed(list, "a prefix is not a place in S3")
            .under("mapping")
            .expected("`s3://bucket/prefix`")
            .observed(list.display());
    }
}

fn judge_role(
    want: &Setting,
    mapping: &RoleMapping<'_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let role = mapping.node.get("Role");
    if let Some(name) = role.as_text()
        && !want
            .roles
            .allows_by(|text| text.accepts_as_pattern(name) || names_role(text, name))
    {
        out.failed(role, "the role is not among those that the baseline allows")
            .under("roles")
            .expected(want.roles.to_string())
            .observed(role.display());
    } else if role.reason().is_some() && !want.roles.is_any() {
        out.must_equal(role, "Role", None, "roles");
    }
    let named = |name: &str| {
        let rows = want
            .mapping
            .iter()
            .flatten()
            .filter_map(|row| cell_text(row, "role"));
        let listed = want
            .roles
            .texts()
            .into_iter()
            .filter(|text| !text.is_pattern());
        rows.chain(listed)
            .any(|text| text.as_literal().is_some() && names_role(text, name))
    };
    out.must_exist(role, "Role", ResourceKind::IamRole, named, seen);
}

fn judge_declared(
    declared: &[Row],
    list: Node<'_>,
    mappings: &[RoleMapping<'_>],
    out: &mut Conditions,
) {
    if mappings.len() != declared.len() && list.reason().is_none() {
        out.failed(list, "the mappings are not those of the baseline")
            .under("mapping")
            .expected(format!("a list of {}", declared.len()))
            .observed(list.display());
    }
    for (want, mapping) in declared.iter().zip(mappings) {
        let role = cell_text(want, "role");
        out.must_equal_by(
            mapping.node.get("Role"),
            "Role",
            role,
            "mapping",
            names_role,
        );
        let Some((cell, kind)) = kind_of(want) else {
            continue;
        };
        let expected = Text::from(kind);
        out.must_equal(
            mapping.node.get("IdentifierType"),
            "IdentifierType",
            Some(&expected),
            "mapping",
        );
        let identifiers = mapping.node.get("Identifiers");
        let wanted = cell_texts(want, cell);
        let same = |want: &&Text, seen: &str| {
            if kind == "Prefix" {
                names_place(want, seen)
            } else {
                want.accepts(seen)
            }
        };
        let Some(seen) = mapping.identifiers() else {
            continue;
        };
        let all = wanted
            .iter()
            .all(|want| seen.iter().any(|seen| same(want, seen)))
            && seen
                .iter()
                .all(|seen| wanted.iter().any(|want| same(want, seen)));
        if all {
            out.held();
        } else {
            let wanted: Vec<String> = wanted.iter().map(|text| format!("`{text}`")).collect();
            out.failed(identifiers, "the identifiers are not those of the baseline")
                .under("mapping")
                .expected(wanted.join(", "))
                .observed(format!("`{}`", seen.join("`, `")));
        }
    }
}
