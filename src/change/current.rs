//! What stands in an account and region, from the records of a snapshot: no more of each than changes need.

mod held;
mod see;

pub use see::Reading;

use super::plan::{Evidence, Kind};
use crate::aws::lake_formation::grant::Object;
use crate::control::Verdict;
use crate::control::lake::row_policies::SeenPolicies;
use crate::observed::ResourceKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A fact that was asked for, or why it is not known.
pub(super) type Fact<T> = Result<T, String>;

/// What stands in an account and region.
#[derive(Debug, Default)]
pub struct Current {
    /// Who observed it.
    pub caller: Option<String>,
    pub(super) settings: Option<Fact<Settings>>,
    pub(super) grants: Vec<Held>,
    pub(super) filters: Vec<SeenFilter>,
    /// Row-level-security policies, and what they are attached to.
    pub(super) policies: SeenPolicies,
    pub(super) tags: BTreeMap<String, SeenTag>,
    /// The tags of databases, tables and columns, by their names: what is inherited included.
    pub(super) tagged: BTreeMap<Vec<String>, BTreeMap<String, String>>,
    pub(super) expressions: BTreeMap<String, SeenExpression>,
    pub(super) locations: BTreeMap<String, SeenLocation>,
    pub(super) opt_ins: BTreeSet<(String, Object, Option<String>)>,
    pub(super) configurations: BTreeMap<String, Fact<Option<Value>>>,
    pub(super) block_public_access: Option<Fact<(Value, Verdict)>>,
    /// The kinds of which everything was listed.
    pub(super) listed: BTreeSet<ResourceKind>,
    /// What could not be understood or observed, by what it is about.
    pub(super) unknown: Vec<(ResourceKind, String)>,
    /// Members of answers that this version does not know: of what kind, their name, and what bears them.
    pub(super) unheard: BTreeMap<(Kind, String), Bears>,
    /// What the observer itself could not do.
    pub(super) problems: Vec<String>,
}

impl Current {
    /// What the observer itself could not do.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

/// What bears a member that is not known.
#[derive(Clone, Debug)]
pub(super) struct Bears {
    /// The first of them.
    pub(super) first: String,
    /// How many more.
    pub(super) others: usize,
}

/// Data lake settings as they came, and the controls that are not content with them.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) raw: Value,
    pub(super) failing: BTreeSet<&'static str>,
}

/// A grant that somebody holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) principal: Arc<str>,
    pub(super) object: Object,
    pub(super) condition: Option<String>,
    pub(super) rights: Vec<HeldRight>,
    /// `Principal`, `Resource` and `Condition` as they came, where the grant may have to be revoked.
    pub(super) entry: Option<Value>,
    pub(super) evidence: Evidence,
    /// A waiver of the baseline accepts what is beyond it.
    pub(super) waived: Option<String>,
    /// Its first member that this version does not know.
    pub(super) unheard: Option<String>,
    /// What the control says that lets nothing be left to IAM, where the grant is one.
    pub(super) left_to_iam: Option<LeftToIam>,
}

/// What is said of a grant to `IAM_ALLOWED_PRINCIPALS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftToIam {
    /// It must go.
    Refused,
    /// It stands where it does little harm.
    Minor,
    /// It may stand, or nothing is asked of it.
    Accepted,
    /// It depends on what is not known.
    Unclear,
}

/// A permission that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeldRight {
    pub(super) name: String,
    pub(super) grantable: bool,
    pub(super) stands: Stands,
}

/// Where a permission stands against the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// It is declared.
    Declared,
    /// It is not the baseline's to say.
    Ungoverned,
    /// It is not declared.
    Excess,
    /// It goes beyond a declared grant: the key of that grant's table, and how.
    Wider(Arc<str>, String),
    /// It stands beside an `ALL` of which it is a part, and is no more declared than that.
    PartOfAll,
    /// It is not declared, and comes with having made the table.
    OfMaker,
    /// Whether it is declared is not known.
    Unclear,
}

impl Stands {
    /// Whether it is more than the baseline gives.
    pub(super) fn is_beyond(&self) -> bool {
        matches!(self, Self::Excess | Self::Wider(..) | Self::PartOfAll)
    }
}

/// A location that is registered.
#[derive(Clone, Debug)]
pub(super) struct SeenLocation {
    pub(super) raw: Value,
    /// What `lake.locations` says against it.
    pub(super) wrong: Option<String>,
    /// What `lake.hybrid-access` says against it.
    pub(super) hybrid: Option<String>,
}

/// A filter that stands.
#[derive(Clone, Debug)]
pub(super) struct SeenFilter {
    /// Catalog where it is another than the account's, database, table, name.
    pub(super) key: FilterKey,
    pub(super) raw: Value,
    pub(super) verdict: Verdict,
    pub(super) message: String,
    /// Its first member that this version does not know.
    pub(super) unheard: Option<String>,
}

/// What names a filter.
pub(super) type FilterKey = (Option<String>, String, String, String);

/// A tag that stands.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenTag {
    /// Its key as it is spelt.
    pub(super) key: String,
    /// Its values, each in lower case and as it is spelt.
    pub(super) values: BTreeMap<String, String>,
}

/// A saved expression that stands.
#[derive(Clone, Debug)]
pub(super) struct SeenExpression {
    pub(super) tags: BTreeMap<String, BTreeSet<String>>,
    pub(super) raw: Value,
}
