//! Who may assume the execution role of a job on EKS: EMR's service accounts of one namespace, and nobody else.
//!
//! Sources: EMR on EKS Development Guide, *Update the trust policy of the job execution role*; EKS User Guide, *IAM roles
//! for service accounts* and *EKS Pod Identity*.

use super::policy::{Allowed, Document, Limit, Opening, Test, Who as Principal};
use super::settings::Choice;
use crate::aws::policy::{Pattern, Reach};
use crate::lattice::Text;
use crate::observed::Scope;

/// Every service account that EMR makes for jobs.
const EMR: &str = "system:serviceaccount:*:emr-containers-sa-*";
/// The end of the condition key that names the service account, behind the provider.
const SUBJECT: &str = ":sub";

/// Who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whom an identity provider vouches for.
    Web,
    /// Pods, by EKS Pod Identity.
    Pods,
    /// Not known.
    Unknown,
    /// Somebody else, as a message names them.
    Other(String),
}

impl Who {
    /// Of one opening of a trust.
    pub(crate) fn of(opening: &Opening<'_, '_>) -> Self {
        let who = &opening.principal.who;
        if opening.all_others {
            return Self::Other(format!("everybody but {}", who.display()));
        }
        match who {
            Principal::Outside(_) => Self::Web,
            Principal::Service(name) if name == "pods.eks.amazonaws.com" => Self::Pods,
            Principal::Unknown => Self::Unknown,
            who @ (Principal::Anyone
            | Principal::Account(_)
            | Principal::Identity(_)
            | Principal::Service(_)
            | Principal::Deleted(_)) => Self::Other(who.display()),
        }
    }
}

/// Whether a trust lets in service accounts of EMR's, as far as its conditions tell.
pub(crate) fn may_be_emr(trust: Document<'_, '_>) -> bool {
    let emr = Pattern::of(EMR);
    let openings = trust.openings(&["sts:AssumeRoleWithWebIdentity"], None);
    openings.iter().any(|opening| {
        let tests = opening.statement.tests().unwrap_or_default();
        let mut subjects = tests.iter().filter(|test| is_subject(test));
        subjects.any(|test| {
            let scope = opening.statement.scope();
            let values = test.values().into_iter();
            let mut patterns = values.map(|node| super::policy::pattern_of(node, scope));
            patterns.any(|value| matches!(value.reach(&emr), Reach::Part | Reach::All))
        })
    })
}

/// The provider before `:sub`, or behind `oidc-provider/`, is one of EKS's.
fn is_eks(provider: &str) -> bool {
    provider.starts_with("oidc.eks.") || provider.starts_with("oidc-eks.")
}

fn is_subject(test: &Test<'_>) -> bool {
    let key = test.key.to_ascii_lowercase();
    key.strip_suffix(SUBJECT).is_some_and(is_eks)
}

/// How an identity provider's users are bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ForWeb {
    /// To EMR's service accounts of allowed namespaces.
    Bound,
    /// Not known.
    Unknown,
    /// The provider is none of those that are trusted.
    OtherProvider(String),
    /// They are not: whom they let in.
    Open(String),
}

impl ForWeb {
    /// Of an opening for whom an identity provider vouches for.
    pub(crate) fn of(
        opening: &Opening<'_, '_>,
        namespaces: &Choice,
        provider: Option<&Text>,
        scope: &Scope<'_>,
    ) -> Self {
        let node = opening.principal.node;
        // A provider that is not known is the one of the condition's key: no other sets that key.
        if let Some(arn) = node.as_text() {
            let name = arn
                .split_once(":oidc-provider/")
                .map_or("", |(_, name)| name);
            if !is_eks(name) || provider.is_some_and(|own| !own.accepts(name)) {
                return Self::OtherProvider(node.display());
            }
        }
        let Ok(tests) = opening.statement.tests() else {
            return Self::Unknown;
        };
        let subjects = tests.iter().filter(|test| {
            let own = test.key.get(..test.key.len().saturating_sub(SUBJECT.len()));
            is_subject(test)
                && provider.is_none_or(|provider| own.is_some_and(|own| provider.accepts(own)))
        });
        let best = subjects
            .map(|test| {
                (
                    test.each(scope, |value| limit_of(value, namespaces)),
                    test.node.display(),
                )
            })
            .max();
        match best {
            Some((Limit::Closed, _)) if opening.sure == Allowed::Yes => Self::Bound,
            Some((Limit::Closed | Limit::Unknown, _)) => Self::Unknown,
            Some((Limit::Open, shown)) => Self::Open(format!("service accounts {shown}")),
            None => Self::Open("every service account of the EKS cluster".to_owned()),
        }
    }
}

/// Whether a `sub` is of EMR's service accounts in an allowed namespace.
fn limit_of(value: &Pattern, namespaces: &Choice) -> Limit {
    let segments = value.segments();
    let [system, kind, namespace, account] = segments.as_slice() else {
        return if value.is_unknown() {
            Limit::Unknown
        } else {
            Limit::Open
        };
    };
    if system.literal().as_deref() != Some("system")
        || kind.literal().as_deref() != Some("serviceaccount")
    {
        return if value.is_unknown() {
            Limit::Unknown
        } else {
            Limit::Open
        };
    }
    let in_namespace = match namespace.literal() {
        Some(name) if namespaces.allows(&name) => Limit::Closed,
        Some(_) => Limit::Open,
        None if namespace.is_wild() => Limit::Open,
        None => Limit::Unknown,
    };
    let of_emr = if Pattern::of("emr-containers-sa-*").covers(account) {
        Limit::Closed
    } else if account.is_open() && !account.is_wild() {
        Limit::Unknown
    } else {
        Limit::Open
    };
    in_namespace.min(of_emr)
}

/// How EKS Pod Identity is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForPods {
    /// To clusters of a known account.
    Bound,
    /// Not known.
    Unknown,
    /// Sessions may not be tagged, which Pod Identity needs.
    NoTags,
    /// It is not.
    Open,
}

impl ForPods {
    /// Of an opening for EKS Pod Identity.
    pub(crate) fn of(
        opening: &Opening<'_, '_>,
        trust: Document<'_, '_>,
        scope: &Scope<'_>,
    ) -> Self {
        let statements = trust.statements();
        let tags = statements
            .iter()
            .map(|one| one.allows(&["sts:TagSession"], None));
        if tags.max().unwrap_or(Allowed::No) == Allowed::No {
            return Self::NoTags;
        }
        let limit = opening.statement.limit(|test| {
            if !test.is("aws:SourceAccount") && !test.is("aws:SourceArn") {
                return Limit::Open;
            }
            test.each(scope, |value| {
                if value.is_everything() {
                    Limit::Open
                } else {
                    Limit::Closed
                }
            })
        });
        match (limit, opening.sure) {
            (Limit::Closed, Allowed::Yes) => Self::Bound,
            (Limit::Open, _) => Self::Open,
            (Limit::Closed | Limit::Unknown, _) => Self::Unknown,
        }
    }
}
