//! Properties of applications that undo what a security configuration turns on: which classification carries them,
//! which values are unsafe, for which feature, and who says so.
//!
//! For S3 encryption the security configuration beats the classification (EMR Release Guide, *EMRFS encryption*), so
//! those rows are notes about dead text. For traffic between nodes the classification beats the security
//! configuration (EMR Management Guide, *Data encryption options*), so those rows are breaches. From 7.10.0 S3A is the
//! file system, and an explicit `fs.s3a.*` beats what EMR maps to it.

mod engines;
mod hadoop;
mod storage;

/// A feature that a property can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Encryption of what is written to S3.
    S3,
    /// Encryption of local disks.
    Disk,
    /// Encryption between nodes.
    InTransit,
    /// Kerberos.
    Kerberos,
    /// Roles of users and jobs: EMRFS mappings, runtime roles, S3 Access Grants.
    Roles,
    /// Table rights of Lake Formation.
    LakeFormation,
    /// Ranger.
    Ranger,
    /// Isolation of containers.
    Containers,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 8] = [
        Self::S3,
        Self::Disk,
        Self::InTransit,
        Self::Kerberos,
        Self::Roles,
        Self::LakeFormation,
        Self::Ranger,
        Self::Containers,
    ];

    /// Its name in baselines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Disk => "disk",
            Self::InTransit => "in-transit",
            Self::Kerberos => "kerberos",
            Self::Roles => "roles",
            Self::LakeFormation => "lake-formation",
            Self::Ranger => "ranger",
            Self::Containers => "containers",
        }
    }
}

/// What makes a value unsafe. Values are compared without case and outer blanks.
#[derive(Clone, Copy, Debug)]
pub enum Unsafe {
    /// Any value.
    Present,
    /// One of these.
    Is(&'static [&'static str]),
    /// Anything but these.
    IsNot(&'static [&'static str]),
    /// A list, separated by commas or blanks, that holds one of these.
    Lists(&'static [&'static str]),
    /// A text that contains one of these.
    Contains(&'static [&'static str]),
    /// A text that contains none of these.
    Lacks(&'static [&'static str]),
    /// A text that begins with one of these.
    Begins(&'static [&'static str]),
    /// A number below this one.
    Below(i64),
    /// Plain HTTP, or a host that is not AWS's.
    ForeignEndpoint,
    /// Another value than the security configuration has for this.
    Differs(Fact),
}

/// What a security configuration says that a property repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// `true` under `SSE-S3` and `SSE-KMS`.
    ServerSide,
    /// `true` under `CSE-KMS` and `CSE-Custom`.
    ClientSide,
    /// The key of S3 encryption.
    S3Key,
}

/// A further condition on the document or the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// S3 encryption is client-side.
    ClientSide,
    /// Lake Formation filters rows and columns: access is not full-table.
    FineGrained,
    /// Identity Center is on.
    IdentityCenter,
}

/// Who says that the property has the effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// An AWS page names property and effect.
    Aws,
    /// The open-source project's documentation, or inference.
    Project,
    /// Worth knowing and no more: dead text, a default of EMR's, something no page confirms.
    Note,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The classifications that carry the property.
    pub classifications: &'static [&'static str],
    /// The properties; `*` stands for any run of characters. Sections nested in a classification are joined with dots.
    pub properties: &'static [&'static str],
    /// The unsafe values.
    pub value: Unsafe,
    /// The features that it undoes; one of them must be required or on.
    pub features: &'static [Feature],
    /// Who says so.
    pub basis: Basis,
    /// What the value does, as a message ends.
    pub effect: &'static str,
    /// First release that it holds for.
    pub from: Option<&'static str>,
    /// First release that it does not hold for any more.
    pub before: Option<&'static str>,
    /// A further condition.
    pub only: Option<Where>,
    /// Whether values may be secrets, which are never shown.
    pub secret: bool,
    /// What to do, where that is not "remove it".
    pub fix: Option<&'static str>,
}

/// A row that AWS documents.
const fn aws(
    classifications: &'static [&'static str],
    properties: &'static [&'static str],
    value: Unsafe,
    features: &'static [Feature],
    effect: &'static str,
) -> Rule {
    Rule {
        classifications,
        properties,
        value,
        features,
        basis: Basis::Aws,
        effect,
        from: None,
        before: None,
        only: None,
        secret: false,
        fix: None,
    }
}

/// A row that rests on the open-source project.
const fn project(
    classifications: &'static [&'static str],
    properties: &'static [&'static str],
    value: Unsafe,
    features: &'static [Feature],
    effect: &'static str,
) -> Rule {
    Rule {
        basis: Basis::Project,
        ..aws(classifications, properties, value, features, effect)
    }
}

/// A row that is worth knowing and no more.
const fn note(
    classifications: &'static [&'static str],
    properties: &'static [&'static str],
    value: Unsafe,
    features: &'static [Feature],
    effect: &'static str,
) -> Rule {
    Rule {
        basis: Basis::Note,
        ..aws(classifications, properties, value, features, effect)
    }
}

impl Rule {
    const fn from(self, release: &'static str) -> Self {
        Self {
            from: Some(release),
            ..self
        }
    }
    const fn before(self, release: &'static str) -> Self {
        Self {
            before: Some(release),
            ..self
        }
    }
    const fn only(self, only: Where) -> Self {
        Self {
            only: Some(only),
            ..self
        }
    }
    const fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }
    const fn fix(self, fix: &'static str) -> Self {
        Self {
            fix: Some(fix),
            ..self
        }
    }

    /// Whether it is about this property of this classification. Names are compared exactly.
    pub fn is_about(&self, classification: &str, property: &str) -> bool {
        self.classifications.contains(&classification)
            && self
                .properties
                .iter()
                .any(|pattern| glob(pattern, property))
    }
}

/// Every row.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    storage::RULES
        .iter()
        .chain(hadoop::RULES)
        .chain(engines::RULES)
}

/// The classifications whose properties `spark.hadoop.` carries, and `-D` on a command line.
/// Source: Apache Spark, *Configuration*, custom Hadoop configuration.
pub const HADOOP_SITES: &[&str] = &["core-site", "hdfs-site", "emrfs-site"];
/// What carries them in `spark-defaults`.
pub const SPARK_HADOOP: &str = "spark.hadoop.";

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters, without allocating.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some((_, behind)) = rest.split_once(part) else {
                return false;
            };
            rest = behind;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

impl Unsafe {
    /// Whether a known value is unsafe. [`Self::Differs`] is decided by whoever knows the document.
    pub fn hits(self, value: &str) -> bool {
        let value = value.trim().to_ascii_lowercase();
        let is = |word: &&str| value == word.to_ascii_lowercase();
        let has = |word: &&str| value.contains(&word.to_ascii_lowercase());
        match self {
            Self::Present => true,
            Self::Is(words) => words.iter().any(is),
            Self::IsNot(words) => !words.iter().any(is),
            Self::Lists(words) => value
                .split([',', ' ', ';'])
                .any(|item| words.iter().any(|word| item.eq_ignore_ascii_case(word))),
            Self::Contains(words) => words.iter().any(has),
            Self::Lacks(words) => !words.iter().any(has),
            Self::Begins(words) => words
                .iter()
                .any(|word| value.starts_with(&word.to_ascii_lowercase())),
            Self::Below(floor) => value.parse().is_ok_and(|number: i64| number < floor),
            Self::ForeignEndpoint => is_foreign(&value),
            Self::Differs(_) => false,
        }
    }
}

/// Source: AWS General Reference, *Service endpoints*.
const AWS_HOSTS: &[&str] = &[
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
];

fn is_foreign(endpoint: &str) -> bool {
    if endpoint.starts_with("http://") {
        return true;
    }
    let rest = endpoint.strip_prefix("https://").unwrap_or(endpoint);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    !host.is_empty() && !AWS_HOSTS.iter().any(|suffix| host.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::{Unsafe, glob, rules};

    #[test]
    fn a_star_in_a_property_stands_for_any_run() {
        for (pattern, text, matches) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.*", "a.b.c", true),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.c", false),
            ("a.*.c.*.e", "a.b.c.d.e", true),
            ("*.type", "httpfs.type", true),
            ("*.type", "httpfs.types", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn values_are_compared_without_case_and_outer_blanks() {
        assert!(Unsafe::Is(&["ALLOW_ALL"]).hits(" allow_all "));
        assert!(!Unsafe::IsNot(&["privacy"]).hits("Privacy"));
        assert!(Unsafe::IsNot(&["privacy"]).hits("privacy,integrity"));
        assert!(Unsafe::Lists(&["TLSv1"]).hits("TLSv1.2, TLSv1"));
        assert!(!Unsafe::Lists(&["TLSv1"]).hits("TLSv1.2,TLSv1.3"));
        assert!(Unsafe::Below(256).hits("128"));
        assert!(!Unsafe::Below(256).hits("256"));
    }

    #[test]
    fn an_endpoint_is_foreign_over_http_or_at_another_host() {
        for (endpoint, foreign) in [
            ("s3.us-west-2.amazonaws.com", false),
            ("https://s3.cn-north-1.amazonaws.com.cn/", false),
            ("http://s3.us-west-2.amazonaws.com", true),
            ("https://minio.example.com:9000", true),
            ("https://s3.amazonaws.com.example.com", true),
        ] {
            assert_eq!(
                Unsafe::ForeignEndpoint.hits(endpoint),
                foreign,
                "{endpoint}"
            );
        }
    }

    #[test]
    fn every_row_names_a_feature_and_says_what_happens() {
        for rule in rules() {
            assert!(!rule.features.is_empty(), "{rule:?}");
            assert!(
                !rule.classifications.is_empty() && !rule.properties.is_empty(),
                "{rule:?}"
            );
            assert!(
                !rule.effect.is_empty() && !rule.effect.ends_with('.'),
                "{rule:?}"
            );
        }
    }
}
