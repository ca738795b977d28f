//! Runtime, EMRFS and Serverless roles can be assumed by their cluster only.

use crate::aws::policy::Pattern;
use crate::control::policy::{
    Allowed, Document, Limit, Opening, RolesInUse, Test, Who, is_principal, trust_of,
};
use crate::control::roles::is_role;
use crate::control::settings::{Exactly, Only, Plain, RolePattern, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::lattice::{Shape, Text};
use crate::observed::{Form, ResourceKind, named};

#[derive(Debug)]
pub(crate) enum RoleTrust {}

settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may assume data roles; the roles of instance profiles in sight, when none is given.
        trusted: Only<RolePattern>,
        /// The session tag that callers must carry; that of `emr.lake-formation`, when none is given.
        session_tag: Exactly<Plain>,
        /// Whether an external id must be asked for.
        external_id: Switch = false,
    }
}

const SERVERLESS: &str = "emr-serverless.amazonaws.com";
const TAG: &str = "aws:RequestTag/LakeFormationAuthorizedCaller";

impl Control for RoleTrust {
    const META: &'static Meta = &Meta {
        id: "iam.role-trust",
        title: "runtime, EMRFS and Serverless roles can be assumed by their cluster only",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3", "own NIST-800-53 AC-6"],
        docs: include_str!("role_trust.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let role = seen.resource;
        let purposes = named::purposes(role, seen.scope);
        let is_runtime = purposes.contains(&"runtime") || is_listed(seen);
        let is_emrfs = purposes.contains(&"emrfs");
        if role.form == Form::Named {
            if is_runtime || is_emrfs {
                out.leave_to_audit();
            }
            return;
        }
        if !is_principal(role) || role.is_a("AWS::IAM::User") || role.is_a("AWS::IAM::Group") {
            return;
        }
        let trust = Document::of(trust_of(role), seen.scope);
        let openings = trust.openings(&["sts:AssumeRole"], None);
        let is_serverless = openings
            .iter()
            .any(|one| matches!(&one.principal.who, Who::Service(name) if name == SERVERLESS));
        if !is_runtime && !is_emrfs && !is_serverless {
            return;
        }
        if out.unknown_policies(&[trust], "the trust of the role") {
            return;
        }
        for opening in &openings {
            judge_opening(want, opening, seen, out);
        }
        if openings.is_empty() {
            out.failed(trust.node, "nobody may assume the role")
                .expected("`sts:AssumeRole` for the cluster's role")
                .observed(trust.node.display());
        }
        if is_runtime {
            judge_actions(want, trust, seen, out);
        }
    }
}

/// Whether the baseline lists the role among those that jobs run under.
fn is_listed(seen: &View<'_, '_>) -> bool {
    let shape = seen
        .requirement("emr.runtime-roles")
        .and_then(|own| own.shape("roles"));
    let Some(Shape::OneOf(sets)) = shape else {
        return false;
    };
    let identity = &seen.resource.identity;
    let name = identity.arn.as_deref().or(identity.name.as_deref());
    name.is_some_and(|name| {
        sets.iter()
            .all(|set| set.iter().any(|want| is_role(want, name)))
    })
}

/// Whether a principal is one of those that are trusted.
fn is_trusted(want: &Setting, arn: &Pattern, seen: &View<'_, '_>) -> Limit {
    if want.trusted.is_any() {
        let nodes = [true, false, false];
        return if RolesInUse::of(seen.scope).cover(nodes, arn) {
            Limit::Closed
        } else {
            Limit::Unknown
        };
    }
    match arn.last_name() {
        Some(name) if want.trusted.allows_by(|text| is_role(text, &name)) => {
            // A name says nothing of the account, which the pattern may fix.
            match (
                arn.segments().get(4).and_then(Pattern::literal),
                want.trusted
                    .texts()
                    .iter()
                    .find_map(|text| account_of(text)),
            ) {
                (Some(own), Some(asked)) if own != asked => Limit::Open,
                _ => Limit::Closed,
            }
        }
        Some(_) => Limit::Open,
        None if arn.is_wild() => Limit::Open,
        None => Limit::Unknown,
    }
}

fn account_of(text: &Text) -> Option<String> {
    let account = text.as_literal()?.split(':').nth(4)?.to_owned();
    (!account.contains(['*', '?'])).then_some(account)
}

fn judge_opening(
    want: &Setting,
    opening: &Opening<'_, '_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let node = opening.principal.node;
    let who = &opening.principal.who;
    let by_arn = |test: &Test<'_>| {
        if test.is("aws:PrincipalArn") {
            test.each(seen.scope, |arn| is_trusted(want, arn, seen))
        } else {
            Limit::Open
        }
    };
    let closed = opening.statement.limit(by_arn) == Limit::Closed;
    let limit = match who {
        _ if opening.all_others => Limit::Open,
        Who::Identity(arn) => is_trusted(want, arn, seen),
        Who::Anyone | Who::Account(_) if closed => Limit::Closed,
        Who::Service(name) if name == SERVERLESS => {
            // Source: EMR Serverless User Guide, *Job runtime roles*: the trust names the account, or its applications.
            let source = |test: &Test<'_>| {
                let about = test.is("aws:SourceAccount") || test.is("aws:SourceArn");
                if about {
                    test.each(seen.scope, |value| {
                        if value.is_everything() {
                            Limit::Open
                        } else {
                            Limit::Closed
                        }
                    })
                } else {
                    Limit::Open
                }
            };
            opening.statement.limit(source)
        }
        Who::Unknown => Limit::Unknown,
        Who::Anyone | Who::Account(_) | Who::Service(_) | Who::Outside(_) | Who::Deleted(_) => {
            Limit::Open
        }
    };
    let condition = match limit {
        Limit::Closed if opening.sure == Allowed::Yes => {
            out.held();
            if want.external_id && !opening.statement.tests().is_ok_and(|tests| tests.iter().any(|test| test.is("sts:ExternalId") && test.is_positive())) {
                out.failed(node, "the trust asks for no external id").under("external-id").expected("a condition on `sts:ExternalId`");
            }
            return;
        }
        Limit::Open if matches!(who, Who::Service(name) if name == SERVERLESS) => {
            out.failed(node, "EMR Serverless may assume the role for whoever asks: no condition on `aws:SourceAccount` or `aws:SourceArn`")
        }
        Limit::Open => out.failed(node, format!("{} may assume the role", who.display())),
        Limit::Closed | Limit::Unknown => {
            out.undecided(node, format!("whether {} is trusted to assume the role is not known", who.display()), "name the roles under `trusted`, or declare the instance profile beside the role")
        }
    };
    condition
        .under("trusted")
        .expected(want.trusted.to_string())
        .observed(node.display());
}

/// Jobs need the tag of Lake Formation, and the source identity where the baseline propagates it.
fn judge_actions(
    want: &Setting,
    trust: Document<'_, '_>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let tag = want.session_tag.clone().or_else(|| {
        seen.requirement("emr.lake-formation").map(|own| {
            own.text("session-tag")
                .unwrap_or_else(|| Text::from("Amazon EMR"))
        })
    });
    if let Some(tag) = tag {
        let statements = trust.statements();
        let tagging: Vec<_> = statements
            .iter()
            .filter(|one| one.allows(&["sts:TagSession"], None) == Allowed::Yes)
            .collect();
        let tests = |test: &Test<'_>| {
            test.is(TAG)
                && test.is_positive()
                && test
                    .values()
                    .iter()
                    .all(|node| node.as_text().is_some_and(|text| tag.accepts(text)))
        };
        if tagging.is_empty() {
            out.failed(
                trust.node,
                "the trust does not allow `sts:TagSession`, which Lake Formation needs",
            )
            .under("session-tag")
            .expected(format!("`{tag}` under `{TAG}`"));
        } else if tagging
            .iter()
            .all(|one| one.tests().is_ok_and(|all| all.iter().any(tests)))
        {
            out.held();
        } else {
            out.failed(
                trust.node,
                format!("`sts:TagSession` is not limited to the session tag `{tag}`"),
            )
            .under("session-tag")
            .expected(format!("`{tag}` under `{TAG}`"));
        }
    }
    let propagates = seen.requirement("emr.runtime-roles").is_some_and(|own| {
        !matches!(
            own.shape("propagate-source-identity"),
            Some(Shape::AtLeast(0))
        )
    });
    if propagates {
        if trust
            .statements()
            .iter()
            .any(|one| one.allows(&["sts:SetSourceIdentity"], None) == Allowed::Yes)
        {
            out.held();
        } else {
            out.failed(trust.node, "the trust does not allow `sts:SetSourceIdentity`, which propagating the caller needs").expected("`sts:SetSourceIdentity`");
        }
    }
}
