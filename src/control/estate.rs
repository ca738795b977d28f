//! What a run remembers until its end: its security configurations, and what its clusters name. For controls that
//! compare them.

use super::settings::Choice;
use super::verdict::Conditions;
use super::{Severity, Target, View, timestamp};
use crate::digest;
use crate::observed::canonical::{Names, canonical};
use crate::observed::{Facts, Form, Identity, Known, Node, Place, Reason, Resource};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The shortest value of a parameter that is taken back out of a text: a shorter one stands in others by chance.
const SHORTEST: usize = 6;

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// A digest of its one spelling.
    Digest(String),
    /// It is not wholly known, and why.
    Unknown(String),
}

/// A security configuration, as far as controls over several look at it.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// What it is called.
    pub identity: Arc<Identity>,
    /// Where it stands.
    pub place: Place,
    /// Whether AWS answered it.
    pub live: bool,
    /// When it was created, where that was seen.
    pub created: Option<Timestamp>,
    /// What it says, under any choice of undecidable conditions.
    pub contents: BTreeSet<Content>,
    /// What it says under each of several choices, by the number of that; nothing where there is only one.
    pub content_in: Vec<(usize, Content)>,
    /// What each control that waits for the end found by then, by its id: under each choice of undecidable conditions, by
    /// the number of that.
    pub judged: BTreeMap<&'static str, Vec<(usize, Conditions)>>,
    /// Those choices, in words and fact by fact; empty where there is only one.
    pub worlds: Arc<[(Option<String>, Facts)]>,
}

impl Remembered {
    /// The same, as it is under one choice of undecidable conditions.
    #[must_use]
    pub fn under(&self, number: usize) -> Self {
        let here = self.content_in.iter().filter(|(known, _)| *known == number);
        Self {
            contents: here.map(|(_, content)| content.clone()).collect(),
            content_in: Vec::new(),
            ..self.clone()
        }
    }

    /// The name under which AWS knows it, where that is known.
    pub fn name(&self) -> Option<&str> {
        let id = Some(self.identity.id.as_str()).filter(|_| self.live);
        self.identity.name.as_deref().or(id)
    }

    /// Its account and region, as tallies are kept.
    pub fn region(&self) -> (String, String) {
        region_of(&self.identity)
    }

    /// Its digest, when it is known and the only one.
    pub fn digest(&self) -> Option<&str> {
        match (self.contents.first(), self.contents.len()) {
            (Some(Content::Digest(digest)), 1) => Some(digest),
            _ => None,
        }
    }

    /// Whether it says the same as another; `None` when that cannot be known.
    pub fn says_the_same(&self, other: &Self) -> Option<bool> {
        if let (Some(one), Some(other)) = (self.digest(), other.digest()) {
            return Some(one == other);
        }
        let known = |one: &Self| {
            let mut all = one.contents.iter();
            all.all(|content| matches!(content, Content::Digest(_)))
        };
        let apart = self.contents.is_disjoint(&other.contents);
        (known(self) && known(other) && apart).then_some(false)
    }
}

fn region_of(identity: &Identity) -> (String, String) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    (text(&identity.account), text(&identity.region))
}

/// What the clusters of an account and region name that have not ended.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The names.
    pub names: BTreeSet<String>,
    /// Why what some cluster names is not known.
    pub unknown: Option<String>,
}

/// What a run remembers until its end.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// Boxed: most runs hold many estates of one document each, and a map makes room for eleven.
    documents: BTreeMap<Box<(Place, Arc<Identity>)>, Box<Remembered>>,
    attached: BTreeMap<(String, String), Attached>,
}

impl Estate {
    /// Every security configuration of the run.
    pub fn documents(&self) -> impl Iterator<Item = &Remembered> {
        self.documents.values().map(Box::as_ref)
    }

    /// What the clusters of an account and region name.
    pub fn attached(&self, region: &(String, String)) -> &Attached {
        static NONE: Attached = Attached {
            names: BTreeSet::new(),
            unknown: None,
        };
        self.attached.get(region).unwrap_or(&NONE)
    }

    /// Remembers a security configuration. One that was seen under another choice of conditions is the same one, and what
    /// was found under each is kept; of what was found twice under one the worse.
    pub fn remember(&mut self, one: Remembered) {
        let key = Box::new((one.place.clone(), Arc::clone(&one.identity)));
        let Some(before) = self.documents.get_mut(&key) else {
            self.documents.insert(key, Box::new(one));
            return;
        };
        before.contents.extend(one.contents);
        before.content_in.extend(one.content_in);
        let verdict = |conditions: &Conditions| conditions.conclude(Severity::High);
        for (control, judged) in one.judged {
            let standing = before.judged.entry(control).or_default();
            for (number, conditions) in judged {
                let mut known = standing.iter_mut();
                match known.find(|(known, _)| *known == number) {
                    Some((_, known)) if verdict(&conditions) > verdict(known) => {
                        *known = conditions;
                    }
                    Some(_) => {}
                    None => standing.push((number, conditions)),
                }
            }
        }
    }

    /// Remembers what a live cluster names.
    pub fn attach(&mut self, cluster: &Resource<'_>) {
        if cluster.form != Form::Live || cluster.cluster().terminated() {
            return;
        }
        let attached = self
            .attached
            .entry(region_of(&cluster.identity))
            .or_default();
        match cluster.cluster().security_configuration().text() {
            Known::Set(name) => drop(attached.names.insert(name.to_owned())),
            Known::Absent => {}
            Known::Mistyped => attached.unknown = Some("a name is not a string".to_owned()),
            Known::Unreadable(reason) => attached.unknown = Some(reason.to_string()),
        }
    }

    /// Takes over what another part of the run remembers.
    pub fn absorb(&mut self, other: Self) {
        for one in other.documents.into_values() {
            self.remember(*one);
        }
        for (region, attached) in other.attached {
            let own = self.attached.entry(region).or_default();
            own.names.extend(attached.names);
            own.unknown = own.unknown.take().or(attached.unknown);
        }
    }
}

/// What is put back into texts before they are compared: the account and region, and the values of parameters.
pub fn names_in(identity: &Identity, target: Option<&Target>) -> Names {
    let own = |own: &Option<String>, of_target: Option<&String>, name: &str| {
        let text = own.as_ref().or(of_target)?;
        Some((text.clone(), name.to_owned()))
    };
    let account = own(&identity.account, target.map(|one| &one.account), "account");
    let region = own(&identity.region, target.map(|one| &one.region), "region");
    let values = target.into_iter().flat_map(|target| &target.values);
    let values = values
        .filter(|(_, value)| value.len() >= SHORTEST)
        .map(|(name, value)| (value.clone(), name.clone()));
    Names::new(account.into_iter().chain(region).chain(values).collect())
}

impl View<'_, '_> {
    /// The document in its one spelling, as it is compared with others.
    ///
    /// # Errors
    /// Why a part of it is not known.
    pub fn spelling(&self, document: Node<'_>) -> Result<String, Reason> {
        let own = &*self.resource.identity;
        let usual = |own: &Option<String>, usual: fn(&Target) -> &String| {
            own.is_none() || own.as_ref() == self.target.map(usual)
        };
        if usual(&own.account, |target| &target.account)
            && usual(&own.region, |target| &target.region)
        {
            return canonical(document, self.names);
        }
        canonical(document, &names_in(own, self.target))
    }

    /// When a security configuration that AWS answered was created.
    pub fn created(&self) -> Option<Timestamp> {
        timestamp(self.resource.outer.get("CreationDateTime"))
    }
}

impl Conditions {
    /// The document must say what `compile` writes for the target.
    pub fn must_be_compiled(
        &mut self,
        document: Node<'_>,
        setting: &'static str,
        seen: &View<'_, '_>,
    ) {
        let spelling = seen.spelling(document);
        let digest = spelling
            .as_ref()
            .ok()
            .map(|text| digest::of(text, digest::SHORT));
        let digest = digest.map_or_else(String::new, |digest| format!(", digest {digest}"));
        let other = seen.compiled.map_or_else(
            || format!("another document{digest}"),
            |name| format!("another document than `{name}`{digest}"),
        );
        let condition = match (seen.compiled_text, spelling) {
            (Some(compiled), Ok(text)) if compiled == text => return self.held(),
            (Some(_), Ok(_)) => self.failed(
                document,
                "the document is not the one that is compiled for the target",
            ),
            (_, Err(reason)) => self.unknown(
                document,
                &reason,
                "whether the document is the compiled one cannot be known",
            ),
            (None, Ok(_)) => self.undecided(
                document,
                "what is compiled is not known without a target for this account and region",
                "bind the account and region in `[targets]`",
            ),
        };
        condition
            .under(setting)
            .expected("the document that `compile` writes")
            .observed(other);
    }

    /// A name must be one of those allowed, as patterns.
    pub fn must_be_named(&mut self, name: Option<&str>, node: Node<'_>, names: &Choice) {
        let condition = match (name, node.reason()) {
            (Some(name), _) if names.allows(name) => return self.held(),
            (Some(name), _) => self.failed(
                node,
                format!(
                    "security configuration `{name}` is not among those that the baseline allows"
                ),
            ),
            (None, Some(reason)) => self.unknown(
                node,
                reason,
                "the name of the security configuration is unknown",
            ),
            (None, None) => self.undecided(
                node,
                "the security configuration has no name of its own: CloudFormation makes one up",
                "give it a name",
            ),
        };
        condition
            .under("names")
            .expected(names.to_string())
            .observed(name.map_or_else(|| node.display(), |name| format!("`{name}`")));
    }
}
