//! `ListPermissions`: what comes back, to whom, and on which page.

use super::node::{Asked, Columns, Node, Table};
use super::rules::{ON_DATABASE, ON_TABLE};
use super::world::{Entry, Grantee, World};
use super::{Answer, Lake, Refusal, invalid, time};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Lake {
    pub(super) fn list_permissions(&mut self, input: &Value) -> Answer {
        let principal = input["Principal"]["DataLakePrincipalIdentifier"].as_str();
        let resource = &input["Resource"];
        if principal.is_some() && resource.is_null() {
            return Err(invalid(
                "Resource is mandatory if Principal is set in the input.",
            ));
        }
        let related = input["IncludeRelated"].as_str() == Some("TRUE");
        if related && let Some(refusal) = self.related_refusal.take() {
            return Err(refusal);
        }
        let on = self.listed_on(input)?;
        if let (Some(principal), Some(on)) = (principal, &on) {
            return self.effective(principal, on, input);
        }
        let world = self.world_of_listing();
        let kind = input["ResourceType"].as_str();
        let catalog = self.catalog_of(input);
        let (mut plain, mut foreign) = (Vec::new(), Vec::new());
        for (grantee, nodes) in &world.held {
            for (node, entry) in nodes {
                let is_filter = matches!(node, Node::Filter(..));
                let wanted = match &on {
                    Some(on) => is_on(node, on) && (!is_filter || related || node == on),
                    None => {
                        (!is_filter || self.quirks.filters_are_listed)
                            && self.is_of_listing(node, &catalog)
                    }
                };
                if !wanted
                    || !kind.is_none_or(|kind| is_of(node, kind))
                    || !self.sees(grantee, node)
                {
                    continue;
                }
                let foreigners = matches!(node, Node::Tag(..) | Node::TagPolicy(..))
                    && node.catalog() != self.account;
                let list = if foreigners { &mut foreign } else { &mut plain };
                list.extend(self.shown(&world, grantee, node, entry));
            }
        }
        self.pages(plain, foreign, input)
    }

    /// Whether a grant stands in the listing of a catalog: what is not of a nested one stands in the account's own.
    fn is_of_listing(&self, node: &Node, catalog: &str) -> bool {
        if catalog != self.account {
            return node.catalog() == catalog;
        }
        let nested = node.catalog().starts_with(&format!("{}:", self.account));
        !nested || self.quirks.nested_are_listed
    }

    /// Tags of other accounts stand on pages of their own, however few there are.
    fn pages(&self, plain: Vec<Value>, foreign: Vec<Value>, input: &Value) -> Answer {
        let member = "PrincipalResourcePermissions";
        if let Some(token) = input["NextToken"].as_str()
            && let Some(rest) = token.strip_prefix("foreign-")
        {
            let mut input = input.clone();
            input["NextToken"] = json!(format!("from-{rest}"));
            let mut answer = self.page(member, foreign, &input, 1000)?;
            if let Some(next) = answer["NextToken"].as_str().map(str::to_owned) {
                answer["NextToken"] = json!(next.replace("from-", "foreign-"));
            }
            return Ok(answer);
        }
        let mut answer = self.page(member, plain, input, 1000)?;
        if answer["NextToken"].is_null() && !foreign.is_empty() {
            answer["NextToken"] = json!("foreign-0");
        }
        Ok(answer)
    }

    /// The resource that is asked about.
    fn listed_on(&self, input: &Value) -> Result<Option<Node>, Refusal> {
        let resource = &input["Resource"];
        if resource.is_null() {
            return Ok(None);
        }
        let node = Node::read(resource, &self.catalog_of(input)).map_err(|_| unlisted())?;
        match node {
            Node::Columns(..) | Node::RowPolicy(..) | Node::Function(..) | Node::AnyTable(_) => {
                Err(unlisted())
            }
            node => Ok(Some(node)),
        }
    }

    /// What is true, or what was before the last change.
    fn world_of_listing(&mut self) -> Arc<World> {
        if let Some((before, left)) = &mut self.before
            && *left > 0
        {
            *left -= 1;
            return Arc::clone(before);
        }
        Arc::clone(&self.world)
    }

    /// "filtered by the permissions of the caller": who is no administrator sees what it holds itself, and the catalog.
    fn sees(&self, grantee: &Grantee, node: &Node) -> bool {
        self.sees_all() || grantee.0 == self.asker() || matches!(node, Node::Catalog(_))
    }

    /// The entries that an entry comes back as.
    fn shown(&self, world: &World, grantee: &Grantee, node: &Node, entry: &Entry) -> Vec<Value> {
        let one = |node: &Node, permissions: &BTreeMap<String, bool>| {
            let names: Vec<&String> = permissions.keys().collect();
            let mut grantable: Vec<&str> = permissions
                .iter()
                .filter(|(_, option)| **option)
                .map(|(name, _)| name.as_str())
                .collect();
            // What AWS writes of privileged principals, and does not take back.
            let privileged = world.administrators(false).contains(&grantee.0);
            if privileged && matches!(node, Node::Catalog(_)) && !grantable.is_empty() {
                grantable.push("SUPER_USER");
            }
            let mut shown = json!({"Principal": {"DataLakePrincipalIdentifier": grantee.0},
                "Resource": node.json(), "Permissions": names, "PermissionsWithGrantOption": grantable,
                "LastUpdated": time(entry.at), "LastUpdatedBy": entry.by});
            if let Some(condition) = &grantee.1 {
                shown["Condition"] = json!({"Expression": condition});
            }
            let external = grantee.0.len() == 12 && grantee.0 != self.account;
            if external {
                let share = format!("arn:aws:ram:us-west-2:{}:resource-share/1", self.account);
                shown["AdditionalDetails"] = json!({"ResourceShare": [share]});
            }
            shown
        };
        let all = entry.permissions.get("ALL");
        let (Some(all), false) = (all, self.quirks.all_is_materialised) else {
            return vec![one(node, &entry.permissions)];
        };
        // What `ALL` stands for is worded out, although it is not kept.
        let spread = |parts: &[&str]| {
            let mut permissions = entry.permissions.clone();
            for part in parts {
                *permissions.entry((*part).to_owned()).or_default() |= *all;
            }
            permissions
        };
        match node {
            Node::Database(..) => vec![one(node, &spread(&ON_DATABASE))],
            Node::Table(catalog, database, table) => {
                let columns = Node::Columns(
                    catalog.clone(),
                    database.clone(),
                    table.clone(),
                    Columns::All,
                );
                let mut list = vec![one(node, &spread(&ON_TABLE))];
                let own = world.held.get(grantee).and_then(|held| held.get(&columns));
                if own.is_none() {
                    let select = BTreeMap::from([("SELECT".to_owned(), *all)]);
                    list.push(one(&columns, &select));
                }
                list
            }
            _ => vec![one(node, &entry.permissions)],
        }
    }

    /// With principal and resource: what the principal may do, told from nothing that was granted.
    fn effective(&mut self, principal: &str, on: &Node, input: &Value) -> Answer {
        let world = self.world_of_listing();
        let mut list = Vec::new();
        let group = principal.contains("identitystore") && principal.contains(":group/");
        let grantee = (principal.to_owned(), None);
        if !group && self.sees(&grantee, on) {
            for (node, entry) in world.held.get(&grantee).into_iter().flatten() {
                if is_on(node, on) && !matches!(node, Node::Filter(..)) {
                    list.extend(self.shown(&world, &grantee, node, entry));
                }
            }
            let administers = world.administrators(false).contains(principal);
            if administers && matches!(on, Node::Database(..) | Node::Table(..)) {
                let describe = BTreeMap::from([("DESCRIBE".to_owned(), true)]);
                let implicit = Entry {
                    permissions: describe,
                    by: String::new(),
                    at: 0,
                };
                list.extend(self.shown(&world, &grantee, on, &implicit));
            }
        }
        self.page("PrincipalResourcePermissions", list, input, 1000)
    }
}

fn unlisted() -> Refusal {
    invalid("Resource must have either the catalog, table or database field populated.")
}

/// Whether a grant is on the resource that is asked about: of a table, also what is on its columns and filters.
fn is_on(node: &Node, on: &Node) -> bool {
    match (on, node.table()) {
        (Node::Table(catalog, database, table), Some((c, d, t))) => {
            let named = match table {
                Table::Named(name) => Some(name.as_str()),
                Table::Every => None,
            };
            (catalog.as_str(), database.as_str(), named) == (c, d, t)
        }
        _ => node == on,
    }
}

/// Whether a grant is of a `ResourceType`. Filters and row policies have none.
fn is_of(node: &Node, kind: &str) -> bool {
    match node {
        Node::Catalog(_) => kind == "CATALOG",
        Node::Database(..) => kind == "DATABASE",
        Node::Table(..) | Node::Columns(..) => kind == "TABLE",
        Node::Location(..) => kind == "DATA_LOCATION",
        Node::Tag(..) => kind == "LF_TAG",
        Node::TagPolicy(_, over, Asked::Tags(_) | Asked::Saved(_)) => {
            kind == "LF_TAG_POLICY" || kind == format!("LF_TAG_POLICY_{over}")
        }
        Node::TagExpression(..) => kind == "LF_NAMED_TAG_EXPRESSION",
        Node::Function(..) => kind == "USER_DEFINED_FUNCTION",
        Node::AnyTable(_) => kind == "ANY_RESOURCE",
        Node::Filter(..) | Node::RowPolicy(..) => false,
    }
}
