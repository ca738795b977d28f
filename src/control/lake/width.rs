//! What makes a grant wide by nature, whoever asks: a declared grant is held to it before it is compiled, a
//! seen one when it is judged.

use super::declared::DeclaredGrant;
use crate::aws::lake_formation::grant::{Node, Object};
use crate::aws::lake_formation::name::Name;
use crate::aws::lake_formation::permissions::includes;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::control::settings::Choice;
use crate::lattice::Text;
use std::collections::BTreeSet;

/// What a baseline permits of grants by nature.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// Permissions that nobody may hold.
    pub denied: &'a BTreeSet<Text>,
    /// Whether a grant may be on all tables of a database.
    pub all_tables: bool,
    /// Who may hold a grant option.
    pub stewards: &'a Choice,
    /// The kinds of principal.
    pub kinds: &'a Choice,
    /// Other accounts.
    pub accounts: &'a Choice,
    /// Organizations and units.
    pub organizations: &'a Choice,
    /// The account in which grants are made, when a target is bound.
    pub own_account: Option<&'a str>,
}

/// A grant, declared or seen. A part that could not be read is left out.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// Who holds it.
    pub principal: Option<&'a Name>,
    /// What it is on.
    pub object: Option<&'a Object>,
    /// The permissions that are known.
    pub permissions: &'a BTreeSet<String>,
    /// Those with the grant option.
    pub grantable: &'a BTreeSet<String>,
    /// Whether an attribute condition narrows it.
    pub conditional: bool,
}

/// The part of a grant that is wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its permissions.
    Permissions,
    /// What it is on.
    Object,
    /// Its grant option.
    GrantOption,
    /// Who holds it.
    Principal,
}

/// A way in which a grant is wide, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    /// Which part.
    pub part: Part,
    /// The setting that does not permit it.
    pub setting: &'static str,
    /// What is wrong, or what is not known.
    pub message: String,
    /// What is permitted.
    pub expected: String,
    /// False when it depends on what is not known.
    pub certain: bool,
}

impl<'a> From<&'a DeclaredGrant> for Holding<'a> {
    fn from(grant: &'a DeclaredGrant) -> Self {
        Self {
            principal: Some(&grant.principal),
            object: Some(&grant.object),
            permissions: &grant.permissions,
            grantable: &grant.grantable,
            conditional: grant.condition.is_some(),
        }
    }
}

impl Limits<'_> {
    /// Every way in which the grant is wide, or may be.
    pub fn exceeded_by(&self, grant: Holding<'_>) -> Vec<Wide> {
        let mut wide = Vec::new();
        self.permissions(grant, &mut wide);
        if !self.all_tables
            && let Some(object) = grant.object
        {
            let all = matches!(object.node, Node::AllTables(_) | Node::AnyTable);
            if all {
                wide.push(Wide {
                    part: Part::Object,
                    setting: "all-tables",
                    message: format!("the grant is on {object}, those to come included"),
                    expected: "named tables".to_owned(),
                    certain: true,
                });
            }
        }
        if let Some(principal) = grant.principal {
            self.grant_option(grant, principal, &mut wide);
            self.principal(grant, principal, &mut wide);
        }
        wide
    }

    fn permissions(&self, grant: Holding<'_>, wide: &mut Vec<Wide>) {
        let denied: Vec<&str> = self.denied.iter().filter_map(Text::as_literal).collect();
        for held in grant.permissions {
            let found: Vec<&str> = denied
                .iter()
                .copied()
                .filter(|denied| match grant.object {
                    Some(object) => includes(object.class(), held, denied),
                    None => held == denied,
                })
                .collect();
            if found.is_empty() {
                continue;
            }
            let message = if found.contains(&held.as_str()) {
                format!("`{held}` is denied")
            } else {
                format!(
                    "`{held}` includes `{}`, which the baseline denies",
                    found.join("`, `")
                )
            };
            wide.push(Wide {
                part: Part::Permissions,
                setting: "denied-permissions",
                message,
                expected: format!("none of `{}`", denied.join("`, `")),
                certain: true,
            });
        }
    }

    fn grant_option(&self, grant: Holding<'_>, principal: &Name, wide: &mut Vec<Wide>) {
        let permitted = principal
            .as_known()
            .map(|principal| self.stewards.allows(principal));
        if grant.grantable.is_empty() || permitted == Some(true) || self.is_steward(principal) {
            return;
        }
        // Nobody at all may hold one: then who it is does not matter.
        let certain = permitted.is_some() || self.stewards.texts().is_empty();
        let list: Vec<&str> = grant.grantable.iter().map(String::as_str).collect();
        wide.push(Wide {
            part: Part::GrantOption,
            setting: "grant-option",
            message: format!("`{principal}` may grant on `{}`", list.join("`, `")),
            expected: format!("the grant option for {} only", self.stewards),
            certain,
        });
    }

    /// Whether a principal with openings is literally one that the baseline lists with the same openings.
    fn is_steward(&self, principal: &Name) -> bool {
        let shown = principal.to_string();
        self.stewards.allows_by(|text| text.to_string() == shown)
    }

    fn principal(&self, grant: Holding<'_>, name: &Name, wide: &mut Vec<Wide>) {
        let shown = name.to_string();
        let mut add = |setting, message, expected, certain| {
            wide.push(Wide {
                part: Part::Principal,
                setting,
                message,
                expected,
                certain,
            });
        };
        if shown.contains('*') {
            let message = format!("the principal `{shown}` is a pattern, and a grant names one");
            return add("kinds", message, "a principal by its ARN".to_owned(), true);
        }
        let Some(principal) = Principal::of(&shown) else {
            // A baseline's own grants are held to the forms of principals elsewhere.
            let message = format!("what kind of principal `{shown}` is, is not known");
            return add("kinds", message, self.kinds.to_string(), false);
        };
        let word = principal.kind.word();
        if !self.kinds.allows(word) {
            let message = format!("the principal `{shown}` is of kind `{word}`");
            add("kinds", message, self.kinds.to_string(), true);
        }
        if principal.kind == PrincipalKind::AllPrincipals && !grant.conditional {
            let message =
                format!("`{shown}` is every principal of the account, without a condition");
            add("kinds", message, "a condition".to_owned(), true);
        }
        if let Some(unit) = principal.organization {
            let whole = unit.split('/').next().unwrap_or(unit);
            let listed = [unit, whole, shown.as_str()]
                .into_iter()
                .any(|text| self.organizations.allows(text));
            if !listed {
                let message =
                    format!("`{unit}` is not one of the organizations that the baseline lists");
                add(
                    "organizations",
                    message,
                    self.organizations.to_string(),
                    !unit.contains("${"),
                );
            }
            return;
        }
        let Some(account) = principal.account else {
            return;
        };
        let own = account == "${account}" || self.own_account == Some(account);
        // Without a target, which account is the own one is not known, and a principal of an account is judged without it.
        let unjudged = self.own_account.is_none() && principal.kind != PrincipalKind::Account;
        if !own && !unjudged && !self.accounts.allows(account) {
            let message = format!("`{account}` is not one of the accounts that the baseline lists");
            add(
                "accounts",
                message,
                self.accounts.to_string(),
                !account.contains("${"),
            );
        }
    }
}
