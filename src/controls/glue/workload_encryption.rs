//! Jobs, crawlers, endpoints and transforms use a security configuration.

use crate::control::settings::{Includes, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::glue::{CRAWLER, ENDPOINT, JOB, SECURITY_CONFIGURATION, TRANSFORM};
use crate::observed::{Form, Known, Node, Reason, ResourceKind, Word};

#[derive(Debug)]
pub(crate) enum WorkloadEncryption {}

vocabulary!(pub(crate) Workload: "job", "crawler", "endpoint", "transform");
settings! {
    pub(crate) struct Setting {
        /// What must use a security configuration.
        kinds: Includes<Workload> = &["job", "crawler", "endpoint", "transform"],
    }
}

/// What works on data: its word, its type, and the member that names the security configuration.
const WORKLOADS: &[(&str, &str, &str)] = &[
    ("job", JOB, "SecurityConfiguration"),
    ("crawler", CRAWLER, "CrawlerSecurityConfiguration"),
    ("endpoint", ENDPOINT, "SecurityConfiguration"),
];

impl Control for WorkloadEncryption {
    const META: &'static Meta = &Meta {
        id: "glue.workload-encryption",
        title: "jobs, crawlers, endpoints and transforms use a security configuration",
        severity: Severity::Medium,
        kinds: &[ResourceKind::GlueCatalog],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["AWS-FSBP Glue.3"],
        docs: include_str!("workload_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let asked = |word: &str| {
            want.kinds
                .iter()
                .any(|kind| kind.as_literal() == Some(word))
        };
        for (word, type_name, member) in WORKLOADS {
            if let Some(body) = seen.resource.glue(type_name).filter(|_| asked(word)) {
                judge_name(body.get(member), member, seen, out);
            }
        }
        if let Some(body) = seen.resource.glue(TRANSFORM).filter(|_| asked("transform")) {
            judge_transform(body, seen, out);
        }
    }
}

fn judge_transform(body: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let encryption = body.get("TransformEncryption");
    if seen.resource.form == Form::Terraform && encryption.is_absent() {
        out.undecided(
            body,
            "the Terraform provider has no argument for the encryption of a transform",
            "audit the live transform",
        )
        .under("kinds");
        return;
    }
    // The API and CloudFormation differ in case.
    let (block, name) = if seen.is_live() {
        ("MlUserDataEncryption", "MlUserDataEncryptionMode")
    } else {
        ("MLUserDataEncryption", "MLUserDataEncryptionMode")
    };
    let mode = encryption.get(block).get(name);
    let condition = match mode.text() {
        Known::Set("SSE-KMS") => {
            out.held();
            None
        }
        Known::Unreadable(reason) => {
            Some(out.unknown(mode, reason, format!("`{name}` is unknown")))
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            Some(out.failed(mode, format!("`{name}` is {}", mode.display())))
        }
    };
    if let Some(condition) = condition {
        condition
            .under("kinds")
            .expected("`SSE-KMS`")
            .observed(mode.display());
    }
    let member = "TaskRunSecurityConfigurationName";
    judge_name(encryption.get(member), member, seen, out);
}

/// What came of looking for the configuration that a value names.
enum Named<'t> {
    Found,
    Missing(String),
    OutOfSight(String),
    Unknown(&'t Reason),
    Nothing,
}

fn judge_name(node: Node<'_>, member: &str, seen: &View<'_, '_>, out: &mut Conditions) {
    let condition = match find(node, seen) {
        Named::Found => return out.held(),
        Named::Nothing => out.failed(node, format!("`{member}` names no security configuration")),
        Named::Missing(name) => {
            out.failed(node, format!("security configuration `{name}` does not exist"))
        }
        Named::OutOfSight(name) if seen.is_live() => {
            let action = "glue:GetSecurityConfigurations".to_owned();
            let message = format!("whether security configuration `{name}` exists is unknown");
            out.unknown(node, &Reason::NotObserved { action }, message)
        }
        Named::OutOfSight(name) => out.undecided(
            node,
            format!("security configuration `{name}` is only named here, and whether it exists is unknown"),
            "judge it together with what declares it, or audit the live account",
        ),
        Named::Unknown(reason) => out.unknown(node, reason, format!("`{member}` is unknown")),
    };
    condition
        .under("kinds")
        .expected("a security configuration that exists")
        .observed(node.display());
}

/// Security configurations by what names them.
enum ByName {}

fn find<'t>(node: Node<'t>, seen: &View<'_, '_>) -> Named<'t> {
    let mut named = seen.scope.resources_by::<ByName>(
        ResourceKind::GlueCatalog,
        |one| {
            if one.glue(SECURITY_CONFIGURATION).is_none() {
                return Some(Vec::new());
            }
            let mut words = Word::of_identity(&one.identity);
            words.extend(one.glue_name().map(Word::text));
            Some(words)
        },
        || Some(Word::of(node).into_iter().collect()),
    );
    let declared = named.any(|one| {
        one.glue(SECURITY_CONFIGURATION).is_some()
            && (one.identity.is_named_by(node)
                || node
                    .as_text()
                    .is_some_and(|text| one.glue_name() == Some(text)))
    });
    match node.text() {
        _ if declared => Named::Found,
        Known::Absent | Known::Mistyped | Known::Set("") => Named::Nothing,
        Known::Unreadable(reason) => Named::Unknown(reason),
        Known::Set(name) if seen.scope.holds_all(ResourceKind::GlueCatalog) => {
            Named::Missing(name.to_owned())
        }
        Known::Set(name) => Named::OutOfSight(name.to_owned()),
    }
}
