//! How IAM principals are written.

/// A role, or another principal of IAM, as some text names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Principal<'a> {
    /// `role`, `instance-profile`, `user` …
    pub kind: &'a str,
    /// The name without its path.
    pub name: &'a str,
    /// The path, `/` when none is written.
    pub path: &'a str,
    /// Account and partition, for an ARN.
    pub home: Option<(&'a str, &'a str)>,
}

impl<'a> Principal<'a> {
    /// Reads an ARN, or a bare name as one of this kind.
    pub fn of(text: &'a str, kind: &'a str) -> Option<Self> {
        if text.starts_with("arn:") {
            return Self::of_arn(text);
        }
        let (path, name) = split(text);
        is_name(name).then_some(Self {
            kind,
            name,
            path,
            home: None,
        })
    }

    /// Reads a role by name or ARN.
    pub fn role(text: &'a str) -> Option<Self> {
        Self::of(text, "role").filter(|principal| principal.kind == "role")
    }

    /// Reads `arn:<partition>:iam::<account>:<kind>/<path><name>`.
    pub fn of_arn(text: &'a str) -> Option<Self> {
        let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
        let (account, resource) = rest.strip_prefix("iam::")?.split_once(':')?;
        let (kind, rest) = resource.split_once('/')?;
        let (path, name) = split(rest);
        is_name(name).then_some(Self {
            kind,
            name,
            path,
            home: Some((account, partition)),
        })
    }

    /// The account of an ARN.
    pub fn account(self) -> Option<&'a str> {
        self.home.map(|(account, _)| account)
    }

    /// Whether both are one: a name and its ARN are, two ARNs only when they are equal.
    pub fn is_same(self, other: Self) -> bool {
        let homes = self.home.zip(other.home);
        (self.kind, self.name) == (other.kind, other.name)
            && homes.is_none_or(|(one, another)| one == another && self.path == other.path)
    }
}

/// Whether both texts name one role (a role's name and its ARN do).
pub fn is_same_role(one: &str, other: &str) -> bool {
    match (Principal::role(one), Principal::role(other)) {
        (Some(one), Some(other)) => one.is_same(other),
        _ => false,
    }
}

/// The name of a role, from its name or ARN.
pub fn role_name(text: &str) -> Option<&str> {
    Principal::role(text).map(|role| role.name)
}

fn split(text: &str) -> (&str, &str) {
    text.rsplit_once('/')
        .map_or(("/", text), |(path, name)| (path, name))
}

/// Source: IAM API, `CreateRole`: letters, digits and `_+=,.@-`.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "_+=,.@-".contains(char))
}

#[cfg(test)]
mod tests {
    use super::{Principal, is_same_role, role_name};

    #[test]
    fn a_role_and_its_arn_are_one_role() {
        assert!(is_same_role("emr", "arn:aws:iam::111122223333:role/emr"));
        assert!(is_same_role(
            "emr",
            "arn:aws-cn:iam::111122223333:role/team/emr"
        ));
        assert!(!is_same_role(
            "emr",
            "arn:aws:iam::111122223333:instance-profile/emr"
        ));
    }

    #[test]
    fn two_arns_are_one_role_only_when_equal() {
        let arn = "arn:aws:iam::111122223333:role/emr";
        assert!(is_same_role(arn, arn));
        assert!(!is_same_role(arn, "arn:aws:iam::444455556666:role/emr"));
        assert!(!is_same_role(arn, "arn:aws-cn:iam::111122223333:role/emr"));
        assert!(!is_same_role(
            arn,
            "arn:aws:iam::111122223333:role/team/emr"
        ));
    }

    #[test]
    fn the_name_of_a_role_has_no_path() {
        assert_eq!(
            role_name("arn:aws:iam::111122223333:role/a/b/emr"),
            Some("emr")
        );
        assert_eq!(role_name("emr"), Some("emr"));
        assert_eq!(role_name("arn:aws:iam::111122223333:user/emr"), None);
    }

    #[test]
    fn what_is_no_principal_is_refused() {
        for bad in [
            "",
            "a b",
            "arn:aws:iam::1:role",
            "arn:aws:s3:::b/role",
            "arn:aws:iam::1:role/",
        ] {
            assert_eq!(Principal::role(bad), None, "{bad}");
        }
    }
}
