//! Whether the policies of buckets under Lake Formation let a role in past it. Whom each of them lets in is found once for a
//! scope: large ones hold thousands of buckets, and of roles.

use super::prefixes::{Prefix, Prefixes};
use crate::aws::policy::Pattern;
use crate::control::buckets::POLICY;
use crate::control::policy::{Allowed, Document, Limit, Opening, Who};
use crate::control::{Conditions, TOLD, View};
use crate::observed::{Identity, Node, Scope, Word, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const REMEDY: &str = "declare the bucket beside it, list the location in `[[lake.locations.location]]`, or audit the live account";

/// Numbers of prefixes whose buckets let many roles in alike, by how sure that is.
#[derive(Debug, Default)]
struct Alike {
    surely: Vec<usize>,
    perhaps: Vec<usize>,
}

impl Alike {
    fn add(&mut self, number: usize, sure: Allowed) {
        match sure {
            Allowed::No => {}
            Allowed::Perhaps => self.perhaps.push(number),
            Allowed::Yes => self.surely.push(number),
        }
    }

    /// So many of them as are told of one by one, those first that are sure.
    fn told(&self) -> impl Iterator<Item = usize> {
        self.surely.iter().chain(&self.perhaps).take(TOLD).copied()
    }

    /// How many of them are not among these, and whether some that are sure are not.
    fn beyond(&self, told: &BTreeSet<usize>) -> (usize, bool) {
        let count = |all: &[usize]| {
            let among = told.iter().filter(|one| all.binary_search(one).is_ok());
            all.len() - among.count()
        };
        let surely = count(&self.surely);
        (surely + count(&self.perhaps), surely > 0)
    }
}

/// What the policies of the buckets of prefixes have to do with roles.
#[derive(Debug)]
struct BucketPolicies {
    /// The policies of each bucket: numbers of neighbours, by the number of the prefix.
    policies: BTreeMap<usize, Vec<usize>>,
    /// The numbers of prefixes by the roles that those name.
    roles: Words<Self>,
    /// Those that let everybody in.
    everybody: Alike,
    /// Those that let everybody in, or name some role by its ARN: that may be any without a name of its own.
    nameless: Alike,
    /// The numbers of prefixes whose buckets are neither in sight nor named.
    out_of_sight: Vec<usize>,
}

/// Whom a policy lets in.
struct LetIn {
    /// The roles that it names, by each of their names; `None` where it depends on the role otherwise.
    words: Option<Vec<Word>>,
    everybody: Allowed,
    nameless: Allowed,
}

/// Every role, of any account: what one without a name of its own may be called.
fn every_role() -> Pattern {
    Pattern::of("arn:aws:iam::*:role/*")
}

/// Whether a principal that is not known may be any role: it refers to nothing that is declared, as an import or a
/// parameter without a value does.
fn is_anybody(node: Node<'_>) -> bool {
    node.reference().is_none()
}

/// How sure it is that an opening lets those in whom it names.
fn sure_of(opening: &Opening<'_, '_>) -> Allowed {
    match opening.statement.limit(|_| Limit::Unknown) {
        Limit::Open => opening.sure,
        Limit::Unknown | Limit::Closed => opening.sure.min(Allowed::Perhaps),
    }
}

impl LetIn {
    fn of(document: Document<'_, '_>, place: &Prefix, actions: &[&str]) -> Self {
        let mut all = Self {
            words: Some(Vec::new()),
            everybody: Allowed::No,
            nameless: Allowed::No,
        };
        if document.trouble().is_some() {
            all.everybody = Allowed::Perhaps;
        }
        let nameless = every_role();
        for opening in document.openings(actions, Some(&place.objects)) {
            let node = opening.principal.node;
            let name = match &opening.principal.who {
                _ if opening.all_others => {
                    all.words = None;
                    continue;
                }
                Who::Anyone => {
                    all.everybody = all.everybody.max(sure_of(&opening));
                    continue;
                }
                Who::Identity(arn) if arn.is_wild() => {
                    all.words = None;
                    continue;
                }
                Who::Identity(arn) => {
                    if nameless.covers(arn) && node.reference().is_none() {
                        all.nameless = all.nameless.max(sure_of(&opening));
                    }
                    arn.last_name()
                }
                Who::Unknown => {
                    if is_anybody(node) {
                        all.everybody = all.everybody.max(Allowed::Perhaps);
                    }
                    None
                }
                Who::Account(_) | Who::Service(_) | Who::Outside(_) | Who::Deleted(_) => continue,
            };
            if let Some(words) = &mut all.words {
                words.extend(name.map(Word::Text));
                words.extend(Word::of(node));
            }
        }
        all.nameless = all.nameless.max(all.everybody);
        all
    }

    /// What several policies of one bucket let in.
    fn with(self, other: Self) -> Self {
        let words = self.words.zip(other.words);
        Self {
            words: words.map(|(one, other)| [one, other].concat()),
            everybody: self.everybody.max(other.everybody),
            nameless: self.nameless.max(other.nameless),
        }
    }
}

impl BucketPolicies {
    /// Those of a scope; the actions are always the same.
    fn of(places: &Prefixes, scope: &Scope<'_>, actions: &[&str]) -> Arc<Self> {
        scope.kept(|| {
            let neighbours = scope.all_neighbours();
            let all = neighbours.iter().enumerate();
            let all = all.filter(|(_, one)| one.type_name == POLICY);
            let by_bucket = Words::<()>::new(all.map(|(at, one)| {
                let word = Word::of(one.body.get("Bucket"));
                (at, Some(word.into_iter().collect()))
            }));
            let (mut policies, mut out_of_sight) = (BTreeMap::new(), Vec::new());
            let (mut everybody, mut nameless) = (Alike::default(), Alike::default());
            let mut roles = Vec::new();
            for (number, place) in places.all().iter().enumerate() {
                let bucket = place.bucket_in(scope);
                if bucket.is_none() && !place.named {
                    out_of_sight.push(number);
                    continue;
                }
                let identity = bucket.iter();
                let identity = identity.flat_map(|one| Word::of_identity(&one.identity));
                let names = [Word::text(place.bucket_name())].into_iter();
                let found = by_bucket.of_any(&names.chain(identity).collect::<Vec<_>>());
                let bodies = found.iter().filter_map(|at| neighbours.get(*at));
                let each = bodies.map(|one| {
                    let document = Document::of(one.body.get("PolicyDocument"), scope);
                    LetIn::of(document, place, actions)
                });
                if let Some(let_in) = each.reduce(LetIn::with) {
                    everybody.add(number, let_in.everybody);
                    nameless.add(number, let_in.nameless);
                    roles.push((number, let_in.words));
                    policies.insert(number, found);
                }
            }
            Self {
                policies,
                roles: Words::new(roles.into_iter()),
                everybody,
                nameless,
                out_of_sight,
            }
        })
    }

    /// The prefixes that let many roles in alike, this one among them.
    fn alike(&self, role: &Identity) -> &Alike {
        match role.name {
            Some(_) => &self.everybody,
            None => &self.nameless,
        }
    }

    /// The numbers of the prefixes to tell of to a role.
    fn concerning(&self, role: &Identity) -> BTreeSet<usize> {
        let wild = |name: &str| name.contains(['*', '?', '$']);
        let mut numbers: BTreeSet<usize> = match &role.name {
            Some(name) if wild(name) => self.policies.keys().copied().collect(),
            Some(_) | None => {
                let named = self.roles.of_any(&Word::of_identity(role));
                named.into_iter().collect()
            }
        };
        numbers.extend(self.alike(role).told());
        numbers.extend(self.out_of_sight.iter().take(TOLD));
        numbers
    }
}

/// Whether the policy of a bucket in sight lets the role in; a bucket that is neither in sight nor named is unknown.
pub fn judge_bucket_policies(
    seen: &View<'_, '_>,
    places: &Prefixes,
    actions: &[&str],
    out: &mut Conditions,
) {
    let found = BucketPolicies::of(places, seen.scope, actions);
    let neighbours = seen.scope.all_neighbours();
    let role = &seen.resource.identity;
    let told = found.concerning(role);
    for number in &told {
        let Some(prefix) = places.all().get(*number) else {
            continue;
        };
        let Some(policies) = found.policies.get(number) else {
            let message = format!(
                "whether the policy of the bucket of `{}` lets the role in is unknown",
                prefix.shown
            );
            let node = prefix.node(seen.scope).unwrap_or(seen.resource.body);
            out.undecided(node, message, REMEDY);
            continue;
        };
        for policy in policies.iter().filter_map(|at| neighbours.get(*at)) {
            judge_bucket_policy(
                seen,
                policy.body.get("PolicyDocument"),
                prefix,
                actions,
                out,
            );
        }
    }
    let (more, surely) = found.alike(role).beyond(&told);
    if more > 0 {
        let message = format!(
            "the policies of the buckets of {more} more locations let the role in without Lake Formation, or may"
        );
        if surely {
            out.failed(seen.resource.body, message);
        } else {
            out.undecided(
                seen.resource.body,
                message,
                "write the statements for other principals only",
            );
        }
    }
    let more = found.out_of_sight.len().saturating_sub(TOLD);
    if more > 0 {
        let message = format!(
            "whether the policies of the buckets of {more} more locations let the role in is unknown"
        );
        out.undecided(seen.resource.body, message, REMEDY);
    }
}

fn judge_bucket_policy<'t>(
    seen: &View<'_, 't>,
    node: Node<'t>,
    place: &Prefix,
    actions: &[&str],
    out: &mut Conditions,
) {
    let document = Document::of(node, seen.scope);
    if let Some((node, reason)) = document.trouble() {
        match reason {
            Some(reason) => out.unknown(node, reason, "the policy of the bucket is unknown"),
            None => out.undecided(
                node,
                "the policy of the bucket is no policy",
                "write the policy",
            ),
        };
    }
    for opening in document.openings(actions, Some(&place.objects)) {
        let is_anybody =
            opening.principal.who == Who::Unknown && is_anybody(opening.principal.node);
        if !is_anybody && names_role(seen, &opening) == opening.all_others {
            continue;
        }
        let message = format!(
            "{} of the bucket's policy lets the role reach `{}` without Lake Formation",
            opening.statement.label(),
            place.shown
        );
        if is_anybody {
            let message = format!(
                "whether {} of the bucket's policy lets the role reach `{}` is unknown",
                opening.statement.label(),
                place.shown
            );
            let node = opening.principal.node;
            match node.reason() {
                Some(reason) => out.unknown(node, reason, message),
                None => out.undecided(node, message, "name the principal"),
            };
            continue;
        }
        if sure_of(&opening) == Allowed::Yes {
            out.failed(opening.statement.node, message)
                .expected("no right on the objects");
        } else {
            out.undecided(
                opening.statement.node,
                message,
                "write the statement for other principals only",
            );
        }
    }
}

/// Whether the principal of an opening is the role, or everybody.
fn names_role(seen: &View<'_, '_>, opening: &Opening<'_, '_>) -> bool {
    let node = opening.principal.node;
    let referred = seen.resource.identity.is_named_by(node);
    match (&opening.principal.who, &seen.resource.identity.name) {
        (Who::Anyone, _) => true,
        (Who::Identity(arn), Some(name)) => {
            let own = Pattern::of(&format!("arn:aws:iam::*:role/{name}"));
            arn.covers(&own) || own.covers(arn) || referred
        }
        // What is referred to is another declared thing.
        (Who::Identity(arn), None) => {
            let own = every_role();
            arn.covers(&own) || own.covers(arn) && node.reference().is_none() || referred
        }
        (Who::Account(_) | Who::Service(_) | Who::Outside(_) | Who::Deleted(_), _) => false,
        (Who::Unknown, _) => referred,
    }
}
