//! Who can hold a grant, and how each kind of principal is written.
//!
//! Source: Lake Formation Developer Guide, *Lake Formation permissions reference* and *Granting permissions*.

/// A kind of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// An IAM role.
    Role,
    /// An IAM user.
    User,
    /// The root of an account. No grant should name it.
    Root,
    /// A user or group of a SAML provider.
    Saml,
    /// A user or group of IAM Identity Center.
    IdentityCenter,
    /// A user or group of Amazon QuickSight.
    QuickSight,
    /// Another account, as a whole.
    Account,
    /// An organization or organizational unit.
    Organization,
    /// Every IAM principal of an account, under Lake Formation's rules.
    AllPrincipals,
    /// `IAM_ALLOWED_PRINCIPALS`: IAM decides, and Lake Formation does nothing.
    IamAllowedPrincipals,
    /// A user-defined function of the Data Catalog.
    Function,
}

impl PrincipalKind {
    /// The words by which a baseline permits kinds.
    pub const WORDS: [&'static str; 9] = [
        "role",
        "user",
        "saml",
        "identity-center",
        "quicksight",
        "account",
        "organization",
        "all-principals",
        "function",
    ];

    /// Its word in baselines; the root and `IAM_ALLOWED_PRINCIPALS` have one that no baseline can permit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Root => "root",
            Self::Saml => "saml",
            Self::IdentityCenter => "identity-center",
            Self::QuickSight => "quicksight",
            Self::Account => "account",
            Self::Organization => "organization",
            Self::AllPrincipals => "all-principals",
            Self::IamAllowedPrincipals => "iam-allowed-principals",
            Self::Function => "function",
        }
    }
}

/// A principal, as its identifier tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal<'a> {
    /// Its kind.
    pub kind: PrincipalKind,
    /// The account it is of, where the identifier says one.
    pub account: Option<&'a str>,
    /// For organizations and units, the identifier after the account: `o-…` or `o-…/ou-…`.
    pub organization: Option<&'a str>,
}

impl<'a> Principal<'a> {
    /// Reads an identifier. Parts that are not known may stand in it as `${…}` without colons or slashes.
    pub fn of(text: &'a str) -> Option<Self> {
        let plain = |kind| {
            Some(Self {
                kind,
                account: None,
                organization: None,
            })
        };
        if is_iam_allowed_principals(text) {
            return plain(PrincipalKind::IamAllowedPrincipals);
        }
        if is_account(text) {
            return Some(Self {
                account: Some(text),
                ..plain(PrincipalKind::Account)?
            });
        }
        if let Some(account) = text.strip_suffix(EVERYBODY) {
            return Some(Self {
                account: Some(account),
                ..plain(PrincipalKind::AllPrincipals)?
            });
        }
        Self::of_arn(text)
    }

    fn of_arn(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (Some("arn"), Some(_), Some(service), Some(_), Some(account), Some(resource)) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) else {
            return None;
        };
        let (family, rest) = resource.split_once('/').unwrap_or((resource, ""));
        let kind = match (service, family) {
            ("iam", "role") => PrincipalKind::Role,
            ("iam", "user") => PrincipalKind::User,
            ("iam", "root") => PrincipalKind::Root,
            ("iam", "saml-provider") => PrincipalKind::Saml,
            ("identitystore", "user" | "group") => PrincipalKind::IdentityCenter,
            ("quicksight", "user" | "group") => PrincipalKind::QuickSight,
            ("organizations", "organization" | "ou") => PrincipalKind::Organization,
            ("glue", "userDefinedFunction") => PrincipalKind::Function,
            _ => return None,
        };
        if rest.is_empty() && kind != PrincipalKind::Root {
            return None;
        }
        Some(Self {
            kind,
            account: Some(account).filter(|account| !account.is_empty()),
            organization: (kind == PrincipalKind::Organization).then_some(rest),
        })
    }
}

/// Whether an administrator on the list is the caller: the user it is, or the role that it assumed, whose path the
/// session's ARN does not tell.
pub fn administers(admin: &str, caller: &str) -> bool {
    let role = role_of(caller);
    admin == caller || role.is_some_and(|role| is_role(admin, role))
}

/// Account and name of the role behind an assumed role's session.
fn role_of(caller: &str) -> Option<(&str, &str)> {
    let (before, rest) = caller.split_once(":assumed-role/")?;
    let account = before.rsplit(':').next()?;
    Some((account, rest.split('/').next()?))
}

fn is_role(arn: &str, role: (&str, &str)) -> bool {
    arn.split_once(":role/").is_some_and(|(before, rest)| {
        let account = before.rsplit(':').next().unwrap_or_default();
        let name = rest.rsplit('/').next().unwrap_or_default();
        (account, name) == role
    })
}

/// What the identifier of every IAM principal of an account ends with.
const EVERYBODY: &str = ":IAMPrincipals";

/// Whether the text stands for every IAM principal of an account.
pub fn is_everybody(text: &str) -> bool {
    text.ends_with(EVERYBODY)
}

/// Whether the text is twelve digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `IAM_ALLOWED_PRINCIPALS`, also as the guide's listings print it (`IAM_Allowed_Principals`) and as the
/// console names it (`IAMAllowedPrincipals`).
pub fn is_iam_allowed_principals(text: &str) -> bool {
    text.trim()
        .replace('_', "")
        .eq_ignore_ascii_case("IAMALLOWEDPRINCIPALS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_identifier_has_its_kind() {
        for (text, kind) in [
            ("arn:aws:iam::111122223333:role/path/x", PrincipalKind::Role),
            ("arn:aws-cn:iam::111122223333:user/x", PrincipalKind::User),
            ("arn:aws:iam::111122223333:root", PrincipalKind::Root),
            (
                "arn:aws:iam::111122223333:saml-provider/idp:group/g",
                PrincipalKind::Saml,
            ),
            (
                "arn:aws:identitystore:::group/0a1b",
                PrincipalKind::IdentityCenter,
            ),
            (
                "arn:aws:quicksight:us-east-1:111122223333:group/default/g",
                PrincipalKind::QuickSight,
            ),
            ("111122223333", PrincipalKind::Account),
            (
                "arn:aws:organizations::111122223333:ou/o-abc/ou-def",
                PrincipalKind::Organization,
            ),
            ("111122223333:IAMPrincipals", PrincipalKind::AllPrincipals),
            (
                "IAM_ALLOWED_PRINCIPALS",
                PrincipalKind::IamAllowedPrincipals,
            ),
            (
                "IAM_Allowed_Principals",
                PrincipalKind::IamAllowedPrincipals,
            ),
            (
                "arn:aws:glue:us-east-1:111122223333:userDefinedFunction/db/f",
                PrincipalKind::Function,
            ),
            (
                "arn:${partition}:iam::${account}:role/${name}",
                PrincipalKind::Role,
            ),
        ] {
            assert_eq!(
                Principal::of(text).map(|principal| principal.kind),
                Some(kind),
                "{text}"
            );
        }
    }

    #[test]
    fn what_no_grant_can_name_is_no_principal() {
        for text in [
            "",
            "analyst",
            "arn:aws:iam::111122223333:role/",
            "${Role}",
            "11112222333",
            "arn:aws:sts::111122223333:assumed-role/x/y",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(Principal::of(text), None, "{text}");
        }
    }
}
