//! No grant is wide by nature.

use crate::aws::lake_formation::permissions::PERMISSIONS;
use crate::aws::lake_formation::principal::PrincipalKind;
use crate::control::lake::width::{Holding, Limits, Part, Wide};
use crate::control::lake::{Context, SeenGrant};
use crate::control::settings::{
    Allowance, Domain, Excludes, Only, Pattern, Plain, Vocabulary, settings,
};
use crate::control::{Conditions, Control, Meta, Review, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum WideGrants {}

#[derive(Debug)]
pub(crate) enum Permission {}
impl Vocabulary for Permission {
    const DOMAIN: Domain = Domain::Words(&PERMISSIONS);
}
#[derive(Debug)]
pub(crate) enum Kind {}
impl Vocabulary for Kind {
    const DOMAIN: Domain = Domain::Words(&PrincipalKind::WORDS);
}

settings! {
    pub(crate) struct Setting {
        /// Permissions that nobody may hold; `ALL` and `SUPER_USER` count as each of their parts.
        denied_permissions: Excludes<Permission> = &["ALL", "SUPER_USER"],
        /// Whether a grant may be on all tables of a database.
        all_tables: Allowance = false,
        /// Patterns of the principals that may grant on: the stewards.
        grant_option: Only<Pattern> = &[],
        /// Kinds of principal that may hold a grant.
        kinds: Only<Kind> = &["role", "saml", "identity-center"],
        /// Other accounts whose principals may hold a grant.
        accounts: Only<Plain> = &[],
        /// Organizations and units that may hold a grant.
        organizations: Only<Pattern> = &[],
    }
}

impl Control for WideGrants {
    const META: &'static Meta = &Meta {
        id: "lake.wide-grants",
        title: "no grant is wide by nature",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("wide_grants.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() {
            return;
        }
        let context = Context::of(seen);
        let grant = seen.grant();
        let (permissions, grantable) = grant.known_permissions(out);
        let holding = Holding {
            principal: grant.principal.as_ref().ok(),
            object: grant.object.as_ref().ok(),
            permissions: &permissions,
            grantable: &grantable,
            conditional: grant.condition.is_some(),
        };
        let wide = want.limits(context.account()).exceeded_by(holding);
        let troubles = [grant.principal.as_ref().err(), grant.object.as_ref().err()];
        for trouble in troubles.into_iter().flatten() {
            trouble.record(out);
        }
        for one in &wide {
            record(one, grant, out);
        }
        if out.clean() {
            out.held();
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let account = review.target().map(|target| target.account.clone());
        let grants = review.requirement("lake.grants");
        for grant in review.declared().grants() {
            let wide = want
                .limits(account.as_deref())
                .exceeded_by(Holding::from(grant));
            for one in wide.into_iter().filter(|one| one.certain) {
                let declared = grants.map(|grants| grants.row_places("grant", &grant.identity));
                let limits = review.own().places(Some(one.setting));
                let declared = declared
                    .into_iter()
                    .flatten()
                    .map(|origin| (origin.clone(), "declared here".to_owned()));
                let limits = limits
                    .iter()
                    .map(|origin| (origin.clone(), "limited here".to_owned()));
                let places = declared.chain(limits).collect();
                let help = format!("narrow the grant, or permit it with `{}`", one.setting);
                review.object(
                    places,
                    format!(
                        "the declared grant on {} is wide: {}",
                        grant.object, one.message
                    ),
                    help,
                );
            }
        }
    }
}

impl Setting {
    fn limits<'a>(&'a self, own_account: Option<&'a str>) -> Limits<'a> {
        Limits {
            denied: &self.denied_permissions,
            all_tables: self.all_tables,
            stewards: &self.grant_option,
            kinds: &self.kinds,
            accounts: &self.accounts,
            organizations: &self.organizations,
            own_account,
        }
    }
}

fn record(wide: &Wide, seen: &SeenGrant<'_>, out: &mut Conditions) {
    let node = match wide.part {
        Part::Permissions => seen.grant.permissions,
        Part::GrantOption => seen.grant.grantable,
        Part::Object => seen.grant.root.get("Resource"),
        Part::Principal => seen.grant.principal,
    };
    let condition = match (wide.certain, seen.grant.principal.reason()) {
        (true, _) => out.failed(node, wide.message.clone()),
        (false, Some(reason)) => out.unknown(seen.grant.principal, reason, wide.message.clone()),
        (false, None) => out.undecided(node, wide.message.clone(), "name the principal by its ARN"),
    };
    condition
        .under(wide.setting)
        .expected(wide.expected.clone())
        .observed(node.display());
}
