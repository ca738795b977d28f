//! What a control sees at the end of an account and region, when everything there has passed: what a baseline declares,
//! and nobody saw.

use super::Target;
use super::lake::presence::Presence;
use super::run::RunFindings;
use super::verdict::{Condition, Conditions};
use crate::observed::{Identity, Place, Resource, ResourceKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An account and region to which the baseline is bound, after everything in it was seen.
#[derive(Debug)]
pub struct Absent<'a> {
    /// The account and region.
    pub target: &'a Target,
    /// What was seen of its data lake.
    pub presence: &'a Presence<'a>,
    /// The kinds of which everything was listed.
    pub listed: &'a BTreeSet<ResourceKind>,
    /// Whether each thing that was listed could be read.
    pub legible: bool,
}

/// What there is one of in each account and region. A control over one that was not observed is not determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Once {
    /// What EMR says of the account.
    EmrAccount,
    /// The settings of the data lake.
    LakeSettings,
    /// The Data Catalog itself.
    Catalog,
}

impl Once {
    /// Which of these a resource is.
    pub fn of(resource: &Resource<'_>) -> Option<Self> {
        if resource.kind() == ResourceKind::EmrAccount {
            Some(Self::EmrAccount)
        } else if resource.kind() == ResourceKind::LakeFormationSettings {
            Some(Self::LakeSettings)
        } else {
            resource.is_live_catalog().then_some(Self::Catalog)
        }
    }

    /// What it is called, what it is in reports, and the call that tells of it.
    const fn words(self) -> (&'static str, ResourceKind, &'static str) {
        match self {
            Self::EmrAccount => (
                "the account's settings of EMR",
                ResourceKind::EmrAccount,
                "elasticmapreduce:GetBlockPublicAccessConfiguration",
            ),
            Self::LakeSettings => (
                "the settings of the data lake",
                ResourceKind::LakeFormationSettings,
                "lakeformation:GetDataLakeSettings",
            ),
            Self::Catalog => (
                "the settings of the Data Catalog",
                ResourceKind::GlueCatalog,
                "glue:GetDataCatalogEncryptionSettings",
            ),
        }
    }

    /// Says that it was not observed in an account and region.
    pub fn unseen(self, (account, region): (&str, &str)) -> (Identity, Conditions) {
        let (what, kind, action) = self.words();
        let identity = Identity {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            ..Identity::new(kind, account)
        };
        let mut conditions = Conditions::new();
        conditions.undecided(
            place(action),
            format!("{what} were not observed"),
            format!("allow `{action}`, and observe them too"),
        );
        (identity, conditions)
    }
}

/// A kind of thing that a list of a baseline declares.
#[derive(Clone, Copy, Debug)]
pub struct Declares {
    /// What each is.
    pub kind: ResourceKind,
    /// What they are together: "declared filters".
    pub what: &'static str,
    /// The call that lists them.
    pub action: &'static str,
    /// The setting that declares them.
    pub setting: &'static str,
}

/// Something that is declared.
#[derive(Clone, Debug)]
pub struct Missing<'m> {
    /// What it is called in the baseline: its key among the tables of the list.
    pub identity: &'m Arc<str>,
    /// What it is, in words.
    pub shown: String,
    /// Why it cannot be known whether it is there, where that is so of this one.
    pub unclear: Option<String>,
}

impl Absent<'_> {
    /// Tells of each declared thing that was not seen that it is missing; of all together, that this is not known, where not
    /// everything was listed. What more there is to say of one is added by `more`.
    pub fn tell<'m>(
        &self,
        declares: &Declares,
        unseen: impl Iterator<Item = Missing<'m>>,
        out: &mut RunFindings,
        more: impl Fn(&mut Condition),
    ) {
        if self.listed.contains(&declares.kind) {
            out.extend(unseen.map(|one| self.missing(declares, one, &more)));
            return;
        }
        let count = unseen.count();
        if count == 0 {
            return;
        }
        let mut conditions = Conditions::new();
        let Declares { what, action, .. } = declares;
        conditions
            .undecided(
                place(action),
                format!(
                    "whether {count} of the {what} are there is unknown: not everything was listed"
                ),
                format!(
                    "let a read-only administrator of the data lake observe it, who may call `{action}`"
                ),
            )
            .under(declares.setting);
        out.push((self.identity(declares.kind, what), conditions));
    }

    fn missing(
        &self,
        declares: &Declares,
        one: Missing<'_>,
        more: impl Fn(&mut Condition),
    ) -> (Identity, Conditions) {
        let mut conditions = Conditions::new();
        let seen = place(declares.action);
        let unclear = one.unclear.or_else(|| self.obscure(declares.kind));
        let condition = if let Some(why) = unclear {
            let message = format!("whether {} is there is unknown: {why}", one.shown);
            conditions.undecided(seen, message, "look at it by hand, or observe again")
        } else {
            let condition = conditions.failed(seen, format!("{} is missing", one.shown));
            more(condition);
            condition
        };
        condition
            .under(declares.setting)
            .row(Arc::clone(one.identity))
            .expected(one.shown)
            .observed("nothing of it");
        (self.identity(declares.kind, one.identity), conditions)
    }

    /// Why it cannot be known what is missing of a kind.
    fn obscure(&self, kind: ResourceKind) -> Option<String> {
        if !self.legible {
            return Some("a part of what was observed could not be read".to_owned());
        }
        let id = self.presence.obscure(kind)?;
        Some(format!("it could not be understood what `{id}` is"))
    }

    /// The list that a call gives, as the place where something is not.
    pub fn list(action: &str) -> Place {
        place(action)
    }

    /// Something in this account and region.
    pub fn identity(&self, kind: ResourceKind, id: &str) -> Identity {
        Identity {
            account: Some(self.target.account.clone()),
            region: Some(self.target.region.clone()),
            ..Identity::new(kind, id)
        }
    }
}

/// A list, as the place where something is not.
fn place(action: &str) -> Place {
    Place {
        file: None,
        api: Some(action.to_owned()),
        pointer: String::new(),
        marks: None,
        line: 1,
        column: 1,
        bytes: (0, 0),
    }
}
