//! Granting and revoking.

use super::node::{Columns, Node, Table};
use super::rules::{self, Side};
use super::world::{Entry, Grantee};
use super::{
    Answer, IAM_ALLOWED_PRINCIPALS, Lake, Refusal, invalid, missing, needed, refusal, texts,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const CONFLICT: &str = "Permissions modification is invalid.";
const NOTHING: &str =
    "No permissions revoked. Grantee has no permissions and no grantable permissions on resource.";
const NOTHING_ON_TAG: &str = "No permissions revoked. Revoking Tag permissions on Tags that grantee does not have permissions on.";

/// A request to grant or to revoke, read and checked.
struct Asked {
    grantee: Grantee,
    node: Node,
    permissions: BTreeSet<String>,
    grantable: BTreeSet<String>,
}

impl Lake {
    pub(super) fn grant(&mut self, input: &Value) -> Answer {
        let asked = self.asked(input)?;
        if asked.permissions.is_empty() {
            return Err(invalid("Permissions must not be empty"));
        }
        if !asked.grantable.is_subset(&asked.permissions) {
            return Err(invalid(
                "Permissions with grant option must be a subset of permissions",
            ));
        }
        rules::check(
            &asked.node,
            &self.account,
            &asked.permissions,
            &asked.grantable,
        )?;
        if asked.grantee.1.is_some() {
            if !asked.grantable.is_empty() {
                return Err(invalid(
                    "Grantable permissions are not available with a condition",
                ));
            }
            if matches!(asked.node, Node::TagPolicy(..)) {
                return Err(invalid("LF-Tag policies do not take a condition"));
            }
        }
        self.across_accounts(&asked)?;
        self.may_grant(&asked)?;
        self.exists(&asked.node)?;
        let node = self.widened(&asked);
        self.conflicts(&asked.grantee, &node, &asked.permissions)?;
        self.remember();
        for permission in &asked.permissions {
            let option = asked.grantable.contains(permission);
            let spread = self.quirks.all_is_materialised;
            for (node, permission) in rules::places(&node, permission, spread) {
                self.hold(&asked.grantee, node, &permission, option);
            }
        }
        Ok(json!({}))
    }

    pub(super) fn revoke(&mut self, input: &Value) -> Answer {
        if texts(&input["Permissions"]).is_empty() && !self.quirks.option_is_revoked_alone {
            return Err(invalid("Permissions must not be empty"));
        }
        self.revoke_entry(input)
    }

    /// As [`Self::revoke`], of an entry of a batch, where permissions may be left out.
    pub(super) fn revoke_entry(&mut self, input: &Value) -> Answer {
        let asked = self.asked(input)?;
        self.may_grant(&asked)?;
        self.columns_exist(&asked.node)?;
        let before = Arc::clone(&self.world);
        let mut gone = 0;
        for permission in asked.permissions.union(&asked.grantable) {
            let wholly = asked.permissions.contains(permission);
            // `ALL` is revoked as itself: what it came back as may be held for its own sake.
            for (node, permission) in rules::places(&asked.node, permission, false) {
                gone += self.take(&asked.grantee, &node, &permission, wholly)?;
            }
        }
        if gone == 0 {
            let of_tag = matches!(asked.node, Node::Tag(..));
            return Err(invalid(if of_tag { NOTHING_ON_TAG } else { NOTHING }));
        }
        self.before = Some((before, self.quirks.stale_listings));
        Ok(json!({}))
    }

    fn asked(&mut self, input: &Value) -> Result<Asked, Refusal> {
        let principal = needed(&input["Principal"], "DataLakePrincipalIdentifier")?;
        self.principal_is_known(principal)?;
        let condition = input["Condition"]["Expression"].as_str().map(str::to_owned);
        if condition.as_ref().is_some_and(|text| text.len() > 3000) {
            return Err(invalid("The condition is longer than 3000 characters"));
        }
        let outer = self.catalog_of(input);
        Ok(Asked {
            grantee: (principal.to_owned(), condition),
            node: Node::read(&input["Resource"], &outer)?,
            permissions: texts(&input["Permissions"]),
            grantable: texts(&input["PermissionsWithGrantOption"]),
        })
    }

    fn principal_is_known(&mut self, principal: &str) -> Result<(), Refusal> {
        let account = |text: &str| text.len() == 12 && text.bytes().all(|one| one.is_ascii_digit());
        let everybody = principal
            .strip_suffix(":IAMPrincipals")
            .is_some_and(account);
        let forms = [
            ":role/",
            ":user/",
            ":group/",
            ":federated-user/",
            ":ou/",
            ":organization/",
            ":userDefinedFunction/",
        ];
        // `identitystore` and SAML providers put the word after another.
        let of_form = forms.iter().any(|form| principal.contains(form))
            || principal.contains(":saml-provider/");
        let known = account(principal)
            || everybody
            || principal == IAM_ALLOWED_PRINCIPALS
            || principal.starts_with("arn:") && of_form && !principal.contains(":assumed-role/");
        let fresh = self
            .fresh_principals
            .get_mut(principal)
            .filter(|left| **left > 0);
        let is_fresh = fresh.is_some();
        if let Some(left) = fresh {
            *left -= 1;
        }
        if !known || is_fresh {
            return Err(invalid(&format!("Invalid principal, {principal}")));
        }
        Ok(())
    }

    /// What cannot be given to another account (Lake Formation Developer Guide, *Cross-account data sharing*).
    fn across_accounts(&self, asked: &Asked) -> Result<(), Refusal> {
        let principal = &asked.grantee.0;
        let digits = principal.len() == 12 && principal.bytes().all(|one| one.is_ascii_digit());
        let organization = principal.contains(":organizations:");
        if !(organization || digits && *principal != self.account) {
            return Ok(());
        }
        let never: &[&str] = match asked.node {
            Node::Database(..) => &["ALL", "DROP"],
            Node::Catalog(_) => &["SUPER_USER", "CREATE_LF_TAG"],
            Node::Tag(..) => &["DROP", "ALTER", "GRANT_WITH_LF_TAG_EXPRESSION"],
            _ => &[],
        };
        if let Some(one) = never.iter().find(|one| asked.permissions.contains(**one)) {
            return Err(invalid(&format!(
                "{one} cannot be granted to an external account"
            )));
        }
        if matches!(asked.node, Node::Tag(..)) && asked.grantable != asked.permissions {
            return Err(invalid(
                "An LF-Tag is granted to an external account with the grant option only",
            ));
        }
        Ok(())
    }

    /// Administrators may; others with the grant option.
    fn may_grant(&self, asked: &Asked) -> Result<(), Refusal> {
        if self.administers() {
            return Ok(());
        }
        let own = self.world.held.get(&(self.asker(), None));
        let holds = |permission: &String| {
            let places = rules::places(&asked.node, permission, false);
            places.iter().all(|(node, permission)| {
                let entry = own.and_then(|own| own.get(node));
                entry.is_some_and(|entry| entry.permissions.get(permission) == Some(&true))
            })
        };
        if asked.permissions.union(&asked.grantable).all(holds) {
            return Ok(());
        }
        Err(refusal(
            400,
            "AccessDeniedException",
            "Resource does not exist or requester is not authorized to access requested permissions.",
        ))
    }

    /// Whether what a grant names is there.
    fn exists(&self, node: &Node) -> Result<(), Refusal> {
        let world = &self.world;
        let is_there = match node {
            Node::Database(catalog, name) => self.catalog.database(catalog, name).is_some(),
            Node::Table(catalog, database, Table::Every) => {
                self.catalog.database(catalog, database).is_some()
            }
            Node::Table(catalog, database, Table::Named(name))
            | Node::Columns(catalog, database, Table::Named(name), _) => {
                self.catalog.table(catalog, database, name).is_some()
            }
            Node::Filter(catalog, database, table, name) => {
                let key = [catalog, database, table, name].map(Clone::clone);
                world.filters.contains_key(&key)
            }
            Node::Tag(catalog, key, values) => {
                let known = world.tags.get(&(catalog.clone(), key.clone()));
                known.is_some_and(|known| {
                    values.as_ref().is_none_or(|values| values.is_subset(known))
                })
            }
            Node::TagPolicy(catalog, _, super::node::Asked::Tags(tags)) => {
                let known = |(key, values): (&String, &BTreeSet<String>)| {
                    let known = world.tags.get(&(catalog.clone(), key.clone()));
                    known.is_some_and(|known| values.is_subset(known))
                };
                tags.iter().all(known)
            }
            Node::TagPolicy(_, _, super::node::Asked::Saved(name))
            | Node::TagExpression(_, name) => world.expressions.contains_key(name),
            Node::RowPolicy(_, name) => world.row_policies.contains_key(name),
            Node::Catalog(_)
            | Node::Columns(..)
            | Node::Location(..)
            | Node::Function(..)
            | Node::AnyTable(_) => true,
        };
        if !is_there {
            return Err(missing());
        }
        self.columns_exist(node)
    }

    fn columns_exist(&self, node: &Node) -> Result<(), Refusal> {
        let Node::Columns(catalog, database, Table::Named(name), columns) = node else {
            return Ok(());
        };
        let (Columns::Only(names) | Columns::But(names)) = columns else {
            return Ok(());
        };
        let Some((own, partitions)) = self.catalog.columns(catalog, database, name) else {
            return Ok(());
        };
        if names.iter().any(|name| partitions.contains(name)) {
            return Err(invalid("Partition columns cannot be filtered"));
        }
        match names.iter().find(|name| !own.contains(*name)) {
            // A nested field is named by its path.
            Some(name) if !name.contains('.') => Err(invalid(&format!(
                "cannot grant/revoke permission on non-existent column {name}"
            ))),
            _ => Ok(()),
        }
    }

    /// Columns of a table that is left to IAM come out as all of its columns.
    fn widened(&self, asked: &Asked) -> Node {
        if let Node::Columns(catalog, database, table, columns) = &asked.node
            && *columns != Columns::All
        {
            let everybody = (IAM_ALLOWED_PRINCIPALS.to_owned(), None);
            let on = Node::Table(catalog.clone(), database.clone(), table.clone());
            let held = self
                .world
                .held
                .get(&everybody)
                .and_then(|held| held.get(&on));
            if held.is_some_and(|entry| entry.permissions.contains_key("ALL")) {
                return Node::Columns(
                    catalog.clone(),
                    database.clone(),
                    table.clone(),
                    Columns::All,
                );
            }
        }
        asked.node.clone()
    }

    /// A principal holds a table, or some of its columns.
    fn conflicts(
        &self,
        grantee: &Grantee,
        node: &Node,
        permissions: &BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let Some((side, table)) = rules::side(node) else {
            return Ok(());
        };
        let only_describe = |names: &BTreeSet<String>| {
            !self.quirks.describe_excludes_columns && names.iter().all(|one| one == "DESCRIBE")
        };
        if side == Side::Table && only_describe(permissions) {
            return Ok(());
        }
        let held = self.world.held.get(grantee).into_iter().flatten();
        for (other, entry) in held {
            if self.quirks.exclude_lists_exclude && rules::are_two_lists(node, other) {
                return Err(invalid(CONFLICT));
            }
            let names: BTreeSet<String> = entry.permissions.keys().cloned().collect();
            let other = rules::side(other);
            let against = other.is_some_and(|(own, of)| own != side && of == table);
            if against && !only_describe(&names) {
                return Err(invalid(CONFLICT));
            }
        }
        Ok(())
    }

    fn hold(&mut self, grantee: &Grantee, node: Node, permission: &str, option: bool) {
        let (by, at) = (self.asker(), self.calls);
        let merges = self.quirks.columns_are_merged;
        let world = Arc::make_mut(&mut self.world);
        let nodes = world.held.entry(grantee.clone()).or_default();
        let mut node = node;
        let mut option = option;
        if let Node::Columns(catalog, database, table, Columns::Only(names)) = &node
            && merges
        {
            let mut all = names.clone();
            let others: Vec<Node> = nodes
                .keys()
                .filter(|other| {
                    matches!(other, Node::Columns(c, d, t, Columns::Only(_)) if (c, d, t) == (catalog, database, table))
                })
                .cloned()
                .collect();
            for other in others {
                let entry = nodes.remove(&other).unwrap();
                let grantable = entry.permissions.get(permission) == Some(&true);
                let Node::Columns(_, _, _, Columns::Only(more)) = &other else {
                    continue;
                };
                if grantable != option && !more.is_subset(names) {
                    // One entry has one grant option: these stay two.
                    nodes.insert(other, entry);
                    continue;
                }
                option |= grantable;
                all.extend(more.iter().cloned());
            }
            node = Node::Columns(
                catalog.clone(),
                database.clone(),
                table.clone(),
                Columns::Only(all),
            );
        }
        let entry = nodes.entry(node).or_insert_with(|| Entry {
            permissions: BTreeMap::new(),
            by: String::new(),
            at: 0,
        });
        *entry.permissions.entry(permission.to_owned()).or_default() |= option;
        entry.by = by;
        entry.at = at;
    }

    /// Takes a permission, or only its grant option. How many were there.
    fn take(
        &mut self,
        grantee: &Grantee,
        node: &Node,
        permission: &str,
        wholly: bool,
    ) -> Result<usize, Refusal> {
        let (by, at) = (self.asker(), self.calls);
        let Some(nodes) = self.world.held.get(grantee) else {
            return Ok(0);
        };
        let mut nodes = nodes.clone();
        let mut gone = 0;
        let mut touched: Vec<(Node, Node)> = Vec::new();
        if let Node::Columns(catalog, database, table, Columns::Only(names)) = node {
            let all = Node::Columns(
                catalog.clone(),
                database.clone(),
                table.clone(),
                Columns::All,
            );
            if nodes.contains_key(&all) {
                return Err(invalid(CONFLICT));
            }
            for other in nodes.keys() {
                if let Node::Columns(c, d, t, Columns::Only(held)) = other
                    && (c, d, t) == (catalog, database, table)
                    && !held.is_disjoint(names)
                {
                    let rest: BTreeSet<String> = held.difference(names).cloned().collect();
                    let rest = Node::Columns(c.clone(), d.clone(), t.clone(), Columns::Only(rest));
                    touched.push((other.clone(), rest));
                }
            }
        } else if nodes.contains_key(node) {
            touched.push((node.clone(), node.clone()));
        }
        for (held, rest) in touched {
            let mut entry = nodes[&held].clone();
            let Some(option) = entry.permissions.get_mut(permission) else {
                continue;
            };
            if !wholly && !*option {
                continue;
            }
            gone += 1;
            let mut kept = entry.clone();
            (kept.by, kept.at) = (by.clone(), at);
            if held == rest {
                if wholly {
                    kept.permissions.remove(permission);
                } else {
                    kept.permissions.insert(permission.to_owned(), false);
                }
            } else {
                // Columns: what is left of the list keeps what it had.
                nodes.remove(&held);
                if let Node::Columns(_, _, _, Columns::Only(names)) = &rest
                    && !names.is_empty()
                {
                    join(&mut nodes, rest.clone(), entry.clone());
                }
                if wholly {
                    continue;
                }
                let Node::Columns(c, d, t, Columns::Only(held)) = &held else {
                    continue;
                };
                let Node::Columns(_, _, _, Columns::Only(left)) = &rest else {
                    continue;
                };
                let cut = Columns::Only(held.difference(left).cloned().collect());
                kept.permissions.insert(permission.to_owned(), false);
                let cut = Node::Columns(c.clone(), d.clone(), t.clone(), cut);
                join(&mut nodes, cut, kept);
                continue;
            }
            if kept.permissions.is_empty() {
                nodes.remove(&held);
            } else {
                nodes.insert(held, kept);
            }
        }
        let world = Arc::make_mut(&mut self.world);
        if nodes.is_empty() {
            world.held.remove(grantee);
        } else {
            world.held.insert(grantee.clone(), nodes);
        }
        Ok(gone)
    }

    /// What is true now counts for the listings that lag behind.
    pub(super) fn remember(&mut self) {
        self.before = Some((Arc::clone(&self.world), self.quirks.stale_listings));
    }
}

/// Puts an entry beside those that are held: the same columns may be held by themselves already.
fn join(nodes: &mut BTreeMap<Node, Entry>, node: Node, entry: Entry) {
    match nodes.get_mut(&node) {
        Some(held) => {
            for (permission, option) in entry.permissions {
                *held.permissions.entry(permission).or_default() |= option;
            }
        }
        None => {
            nodes.insert(node, entry);
        }
    }
}
