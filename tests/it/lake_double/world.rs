//! Everything that calls can change.

use super::node::{Node, Tags};
use super::{IAM_ALLOWED_PRINCIPALS, settings};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Who holds something: the principal and the attribute condition.
pub type Grantee = (String, Option<String>);

/// What one grantee holds on one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Each permission, and whether it may be granted on.
    pub permissions: BTreeMap<String, bool>,
    pub by: String,
    /// The number of the call that wrote it last.
    pub at: usize,
}

/// Of a database, a table or a column: catalog, database, table, column.
pub type Bearer = (String, String, Option<String>, Option<String>);

/// Everything that calls can change.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub settings: Value,
    pub held: BTreeMap<Grantee, BTreeMap<Node, Entry>>,
    /// By catalog, database, table and name.
    pub filters: BTreeMap<[String; 4], Value>,
    pub locations: BTreeMap<String, Value>,
    /// The values of each tag, by catalog and key.
    pub tags: BTreeMap<(String, String), BTreeSet<String>>,
    /// The value of each key that something bears itself.
    pub bearers: BTreeMap<Bearer, BTreeMap<String, String>>,
    /// Saved expressions: description and tags.
    pub expressions: BTreeMap<String, (Option<String>, Tags)>,
    pub opt_ins: BTreeMap<String, Value>,
    /// Row-level-security policies, and what each is attached to.
    pub row_policies: BTreeMap<String, Value>,
    pub attachments: Vec<Value>,
    pub identity_center: Option<Value>,
    /// Security configurations of EMR: body and the second of their creation.
    pub configurations: BTreeMap<String, (String, i64)>,
    pub block_public_access: Value,
}

impl World {
    pub(super) fn of_a_new_account(account: &str) -> Self {
        let mut world = Self {
            settings: settings::of_a_new_account(),
            block_public_access: serde_json::json!({"BlockPublicSecurityGroupRules": true,
                "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}]}),
            ..Self::default()
        };
        let everybody = (IAM_ALLOWED_PRINCIPALS.to_owned(), None);
        let create = BTreeMap::from([("CREATE_DATABASE".to_owned(), false)]);
        let entry = Entry {
            permissions: create,
            by: String::new(),
            at: 0,
        };
        let on = Node::Catalog(account.to_owned());
        world.held.entry(everybody).or_default().insert(on, entry);
        world
    }

    /// The administrators, and with `reading` those who only read.
    pub fn administrators(&self, reading: bool) -> BTreeSet<String> {
        let lists = ["DataLakeAdmins", "ReadOnlyAdmins"];
        let lists = lists.iter().take(if reading { 2 } else { 1 });
        lists
            .filter_map(|list| self.settings[*list].as_array())
            .flatten()
            .filter_map(|one| one["DataLakePrincipalIdentifier"].as_str())
            .map(str::to_owned)
            .collect()
    }

    /// The effective tags of a database, a table or a column: the nearest value of each key.
    pub fn tags_of(&self, bearer: &Bearer) -> BTreeMap<String, String> {
        let (catalog, database, table, column) = bearer;
        let above = [
            (catalog.clone(), database.clone(), None, None),
            (catalog.clone(), database.clone(), table.clone(), None),
            (
                catalog.clone(),
                database.clone(),
                table.clone(),
                column.clone(),
            ),
        ];
        let mut tags = BTreeMap::new();
        for one in &above {
            tags.extend(self.bearers.get(one).cloned().unwrap_or_default());
        }
        tags
    }
}
