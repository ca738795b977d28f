//! A double of Lake Formation, of the databases and tables of Glue's catalog, and of EMR's security configurations:
//! state that calls change, with the rules by which AWS refuses and the ways in which it words back what it was told.
//!
//! It shares no code with what it judges: the rules are written here a second time, from the Lake Formation Developer
//! Guide, botocore's model and the behaviour that public tools recorded. Where these leave a question open, a
//! [`Quirks`] member answers it either way, so that a client can be held to both.
//!
//! It is pure: [`Lake::answer`] is a function of the state and the call. `live::estate::Estate` answers with it over
//! HTTP when it has one.
#![expect(
    clippy::needless_pass_by_value,
    clippy::struct_excessive_bools,
    reason = "a call is written as it stands; each quirk is a question of its own"
)]
#![expect(
    dead_code,
    reason = "a double offers what any test may need, in builds with and without the `live` feature"
)]

mod batch;
mod catalog;
mod configurations;
mod filters;
mod grants;
pub mod history;
mod listing;
pub mod node;
mod opt_ins;
mod places;
pub mod reads;
mod row_policies;
mod rules;
mod settings;
mod tag_search;
mod tags;
pub mod world;

mod tests;

pub use crate::live::estate::{Refusal, refusal};
use history::{Fault, Step};
use world::World;

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-west-2";
pub const IAM_ALLOWED_PRINCIPALS: &str = "IAM_ALLOWED_PRINCIPALS";
/// 2026-11-01T00:00:00Z.
const CREATED: i64 = 1_793_491_200;

/// How an answer ends that never comes: the connection closes.
pub const NO_ANSWER: u16 = 0;

pub type Answer = Result<Value, Refusal>;

/// What the sources leave open, one way; tests run the other way, too.
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    /// `ALL` leaves the single permissions behind that it came back as when it is revoked itself.
    pub all_is_materialised: bool,
    /// Two grants on columns of one table to one principal come back as one.
    pub columns_are_merged: bool,
    /// `DESCRIBE` on a table and a grant on some of its columns exclude each other.
    pub describe_excludes_columns: bool,
    /// A list of columns of a table and an exclude list of it, or two exclude lists, exclude each other.
    pub exclude_lists_exclude: bool,
    /// Grants on data cells filters stand in the listing of everything.
    pub filters_are_listed: bool,
    /// Grants in nested catalogs stand in the listing of the account's own.
    pub nested_are_listed: bool,
    /// A single `RevokePermissions` takes the grant option away without a permission.
    pub option_is_revoked_alone: bool,
    /// `UpdateDataCellsFilter` refuses a `VersionId` that is not the present one.
    pub versions_are_checked: bool,
    /// So many listings of grants still say what was true before the last change.
    pub stale_listings: usize,
    /// So many items fill a page at most, whatever was asked for.
    pub page: usize,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            all_is_materialised: true,
            columns_are_merged: true,
            describe_excludes_columns: true,
            exclude_lists_exclude: true,
            filters_are_listed: false,
            nested_are_listed: false,
            option_is_revoked_alone: false,
            versions_are_checked: true,
            stale_listings: 0,
            page: usize::MAX,
        }
    }
}

/// One account and region.
#[derive(Debug)]
pub struct Lake {
    pub account: String,
    /// The ARN of who asks: a user, a role, or a session of a role.
    pub caller: String,
    pub quirks: Quirks,
    /// What grants name: no call of the double's changes it.
    pub catalog: catalog::Catalog,
    /// Principals that IAM has not made known yet, each for so many calls more.
    pub fresh_principals: BTreeMap<String, usize>,
    /// Refusals to come, by operation.
    refusals: BTreeMap<String, VecDeque<Refusal>>,
    /// Refusals of entries of batches to come.
    entry_refusals: VecDeque<Refusal>,
    /// What the next listing with related grants is refused with.
    related_refusal: Option<Refusal>,
    /// What becomes of which call, counted from 1.
    faults: BTreeMap<usize, Fault>,
    killed: bool,
    keeps_history: bool,
    world: Arc<World>,
    /// What was true before the last change of grants, and for how many listings it still counts.
    before: Option<(Arc<World>, usize)>,
    history: Vec<Step>,
    calls: usize,
}

impl Default for Lake {
    fn default() -> Self {
        Self::new()
    }
}

impl Lake {
    /// A lake that is closed already: no default for IAM, one administrator, who asks, and one who only reads.
    pub fn new() -> Self {
        let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
        let named = |arn: String| json!({"DataLakePrincipalIdentifier": arn});
        let mut lake = Self::fresh();
        let world = Arc::make_mut(&mut lake.world);
        world.held.clear();
        world.settings =
            settings::closed(named(role("lake-admin")), named(role("emr-baseline-audit")));
        lake
    }

    /// A lake as a new account has it: everything is left to IAM.
    pub fn fresh() -> Self {
        Self {
            account: ACCOUNT.to_owned(),
            caller: format!("arn:aws:sts::{ACCOUNT}:assumed-role/lake-admin/session"),
            quirks: Quirks::default(),
            catalog: catalog::Catalog::default(),
            fresh_principals: BTreeMap::new(),
            refusals: BTreeMap::new(),
            entry_refusals: VecDeque::new(),
            related_refusal: None,
            faults: BTreeMap::new(),
            killed: false,
            keeps_history: true,
            world: Arc::new(World::of_a_new_account(ACCOUNT)),
            before: None,
            history: Vec::new(),
            calls: 0,
        }
    }

    /// The session of a role asks from here on.
    pub fn ask_as(&mut self, role: &str) {
        self.caller = format!("arn:aws:sts::{}:assumed-role/{role}/session", self.account);
    }

    /// What is true now.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// To change what is true without a call, as somebody else would.
    pub fn world_mut(&mut self) -> &mut World {
        Arc::make_mut(&mut self.world)
    }

    /// Whether this is a call of the double's.
    pub fn answers(service: &str, operation: &str) -> bool {
        match service {
            "lakeformation" | "glue" => true,
            "elasticmapreduce" => configurations::OPERATIONS.contains(&operation),
            _ => false,
        }
    }

    /// Answers a call.
    pub fn answer(&mut self, service: &str, operation: &str, input: &Value) -> Answer {
        if self.killed {
            return Err(history::no_answer());
        }
        self.calls += 1;
        let fault = self.faults.remove(&self.calls);
        let outcome = match &fault {
            Some(Fault::Refuse(refusal)) => Err(refusal.clone()),
            Some(Fault::KillBefore) => Err(history::no_answer()),
            Some(Fault::LoseAnswer | Fault::KillAfter) | None => {
                let queued = self
                    .refusals
                    .get_mut(operation)
                    .and_then(VecDeque::pop_front);
                match queued {
                    Some(refusal) => Err(refusal),
                    None => self.act(service, operation, input),
                }
            }
        };
        self.killed = matches!(fault, Some(Fault::KillBefore | Fault::KillAfter));
        if self.keeps_history {
            self.history.push(Step {
                call: format!("{service}:{operation}"),
                input: input.clone(),
                outcome: outcome.as_ref().map(|_| ()).map_err(Clone::clone),
                world: Arc::clone(&self.world),
            });
        }
        match fault {
            Some(Fault::LoseAnswer | Fault::KillAfter) => Err(history::no_answer()),
            Some(Fault::Refuse(_) | Fault::KillBefore) | None => outcome,
        }
    }

    fn act(&mut self, service: &str, operation: &str, input: &Value) -> Answer {
        match service {
            "glue" => self.glue(operation, input),
            "elasticmapreduce" => self.configuration(operation, input),
            "lakeformation" => self.lake(operation, input),
            other => panic!("{other} is not doubled"),
        }
    }

    fn lake(&mut self, operation: &str, input: &Value) -> Answer {
        match operation {
            "GetDataLakeSettings"
            | "PutDataLakeSettings"
            | "GetDataLakePrincipal"
            | "DescribeLakeFormationIdentityCenterConfiguration" => self.settings(operation, input),
            "GrantPermissions" => self.grant(input),
            "RevokePermissions" => self.revoke(input),
            "BatchGrantPermissions" | "BatchRevokePermissions" => self.batch(operation, input),
            "ListPermissions" => self.list_permissions(input),
            "RegisterResource" | "UpdateResource" | "DeregisterResource" | "DescribeResource"
            | "ListResources" => self.place(operation, input),
            "CreateDataCellsFilter"
            | "UpdateDataCellsFilter"
            | "DeleteDataCellsFilter"
            | "GetDataCellsFilter"
            | "ListDataCellsFilter" => self.filter(operation, input),
            "CreateLFTag" | "UpdateLFTag" | "DeleteLFTag" | "GetLFTag" | "ListLFTags" => {
                self.tag(operation, input)
            }
            "AddLFTagsToResource" | "RemoveLFTagsFromResource" | "GetResourceLFTags" => {
                self.bearer(operation, input)
            }
            "SearchTablesByLFTags" | "SearchDatabasesByLFTags" => self.search(operation, input),
            "CreateLFTagExpression"
            | "UpdateLFTagExpression"
            | "DeleteLFTagExpression"
            | "GetLFTagExpression"
            | "ListLFTagExpressions" => self.expression(operation, input),
            "CreateLakeFormationOptIn" | "DeleteLakeFormationOptIn" | "ListLakeFormationOptIns" => {
                self.opt_in(operation, input)
            }
            "ListRLSPolicies" | "GetRLSPolicy" | "ListRLSPolicyAttachments" => {
                self.row_policy(operation, input)
            }
            other => panic!("Lake Formation's {other} is not doubled"),
        }
    }

    /// One page of a list.
    fn page(&self, member: &str, items: Vec<Value>, input: &Value, most: usize) -> Answer {
        let asked = usize::try_from(input["MaxResults"].as_u64().unwrap_or(most as u64)).unwrap();
        if asked == 0 || asked > most {
            return Err(invalid(&format!("MaxResults must be between 1 and {most}")));
        }
        let from: usize = match input["NextToken"].as_str() {
            Some(token) => token
                .strip_prefix("from-")
                .and_then(|from| from.parse().ok())
                .ok_or_else(|| invalid("Invalid NextToken"))?,
            None => 0,
        };
        let end = (from + asked.min(self.quirks.page)).min(items.len());
        let mut answer = Map::new();
        answer.insert(member.to_owned(), json!(items[from.min(end)..end]));
        if end < items.len() {
            answer.insert("NextToken".to_owned(), json!(format!("from-{end}")));
        }
        Ok(Value::Object(answer))
    }

    /// Who asks, as settings and grants name them: the role, when it is a session of one.
    fn asker(&self) -> String {
        let Some((before, rest)) = self.caller.split_once(":assumed-role/") else {
            return self.caller.clone();
        };
        let account = before.rsplit(':').next().unwrap();
        let role = rest.split('/').next().unwrap();
        let named = format!("arn:aws:iam::{account}:role/{role}");
        // A session does not say the path of its role.
        let listed = self.world.administrators(true);
        let ending = format!("/{role}");
        let pathed = listed.into_iter().find(|one| one.ends_with(&ending));
        pathed.unwrap_or(named)
    }

    fn administers(&self) -> bool {
        self.world.administrators(false).contains(&self.asker())
    }

    fn sees_all(&self) -> bool {
        self.world.administrators(true).contains(&self.asker())
    }

    /// Refuses who is no administrator of the lake.
    fn only_administrators(&self) -> Result<(), Refusal> {
        if self.administers() {
            return Ok(());
        }
        Err(refusal(
            400,
            "AccessDeniedException",
            "Insufficient Lake Formation permission(s): Required Lake Formation admin",
        ))
    }

    fn catalog_of(&self, input: &Value) -> String {
        input["CatalogId"]
            .as_str()
            .unwrap_or(&self.account)
            .to_owned()
    }
}

pub(crate) fn invalid(message: &str) -> Refusal {
    refusal(400, "InvalidInputException", message)
}

/// What is missing, in the words that say nothing of it.
fn missing() -> Refusal {
    refusal(400, "EntityNotFoundException", "Entity not found.")
}

/// Texts of a list.
fn texts(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .map(|one| one.as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A member that must be a text that is not empty.
fn needed<'v>(input: &'v Value, member: &str) -> Result<&'v str, Refusal> {
    let found = input[member].as_str().filter(|text| !text.is_empty());
    found.ok_or_else(|| invalid(&format!("Missing required parameter: {member}")))
}

/// A time as these services write it.
fn time(call: usize) -> Value {
    json!(
        f64::from(u32::try_from(CREATED).unwrap()) + f64::from(u32::try_from(call).unwrap()) + 0.5
    )
}
