//! EMR on EKS as requests (`CreateVirtualCluster`, `CreateSecurityConfiguration`, `StartJobRun`) and as the answers that
//! describe virtual clusters and security configurations, in JSON or YAML.

use super::own::{Below, Own};
use super::{Dialect, Reading, Seen, stem};
use crate::observed::tree::Tree;
use crate::observed::{Form, Identity, Node, ResourceKind};

/// What a document of EMR on EKS is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    VirtualCluster,
    SecurityConfiguration,
    JobRun,
}

/// Whether a document is a request to EMR on EKS, or describes something of it.
pub(super) fn recognises(root: Node<'_>) -> bool {
    what(root).is_some()
}

/// What a document is, and where that stands in it. Source: EMR on EKS API Reference.
fn what(root: Node<'_>) -> Option<(What, Node<'_>)> {
    let wrapped = |member: &'static str| {
        let described = root.get(member);
        if described.is_set() { described } else { root }
    };
    let configuration = wrapped("securityConfiguration");
    if is_there(configuration.get("securityConfigurationData")) {
        return Some((What::SecurityConfiguration, configuration));
    }
    let cluster = wrapped("virtualCluster");
    let provider = cluster.get("containerProvider");
    if provider.get("type").as_text() == Some("EKS") || is_there(provider.path("info/eksInfo")) {
        return Some((What::VirtualCluster, cluster));
    }
    let run = wrapped("jobRun");
    let is_run = is_there(run.get("virtualClusterId"))
        && (is_there(run.get("jobDriver")) || is_there(run.get("executionRoleArn")));
    is_run.then_some((What::JobRun, run))
}

/// Whether a member is written, known or not.
fn is_there(node: Node<'_>) -> bool {
    !node.is_absent() && node.missing_key().is_none()
}

/// Reads a request or an answer. No control is about job runs: a note says so.
pub(super) fn read(tree: Tree) -> Reading {
    let (seen, notes) = match seen(tree.root(), stem(&tree.source().name)) {
        Ok(seen) => (vec![seen], Vec::new()),
        Err(note) => (Vec::new(), vec![note]),
    };
    let mut reading = Reading::new(Dialect::RunJobFlow, tree, seen);
    reading.notes = notes;
    reading
}

/// A request or an answer, wherever it stands, `otherwise` being what it is called when its name is not known; `Err` says
/// why it is not judged.
pub(super) fn seen(root: Node<'_>, otherwise: &str) -> Result<Seen, String> {
    let (what, body) = what(root).unwrap_or((What::JobRun, root));
    let text = |key: &'static str| body.get(key).as_text().map(str::to_owned);
    let name = text("name");
    let kind = match what {
        What::VirtualCluster => ResourceKind::EmrContainersVirtualCluster,
        What::SecurityConfiguration => ResourceKind::EmrContainersSecurityConfiguration,
        What::JobRun => {
            let name = name.as_deref().unwrap_or(otherwise);
            return Err(format!(
                "job run `{name}` is not judged: no control is about job runs of EMR on EKS, only about their virtual clusters, security configurations and roles"
            ));
        }
    };
    let id = text("id").or_else(|| name.clone());
    let identity = Identity {
        name,
        arn: text("arn"),
        ..Identity::new(kind, id.unwrap_or_else(|| otherwise.to_owned()))
    };
    Ok(Seen::new(identity, Form::Request, body.id()).within(root.id()))
}

/// Members of what every kind is. Source: EMR on EKS API Reference.
const COMMON: &[&str] = &[
    "arn",
    "clientToken",
    "createdAt",
    "createdBy",
    "id",
    "name",
    "tags",
];

impl What {
    /// The member of an answer that it stands in, and its own members.
    fn members(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::VirtualCluster => (
                "virtualCluster",
                &[
                    "containerProvider",
                    "securityConfigurationId",
                    "sessionEnabled",
                    "state",
                ],
            ),
            Self::SecurityConfiguration => (
                "securityConfiguration",
                &["containerProvider", "securityConfigurationData"],
            ),
            Self::JobRun => (
                "jobRun",
                &[
                    "configurationOverrides",
                    "executionRoleArn",
                    "failureReason",
                    "finishedAt",
                    "jobDriver",
                    "jobTemplateId",
                    "jobTemplateParameters",
                    "releaseLabel",
                    "retryPolicyConfiguration",
                    "retryPolicyExecution",
                    "state",
                    "stateDetails",
                    "virtualClusterId",
                ],
            ),
        }
    }
}

/// What is read of a request or an answer.
pub(super) fn own(root: Node<'_>) -> Vec<Own> {
    let Some((what, body)) = what(root) else {
        return Vec::new();
    };
    let (wrapper, members) = what.members();
    let mut own = vec![Own::these(body, [COMMON, members].concat(), Below::All)];
    if body.id() != root.id() {
        own.push(Own::these(root, vec![wrapper], Below::All));
    }
    own
}

#[cfg(test)]
mod tests {
    use crate::observe::{Dialect, File, Given, Reading, read_file};
    use crate::observed::{ResourceKind, Source};
    use std::sync::Arc;

    fn read(text: &str) -> Reading {
        let source = Arc::new(Source::new("t.json", text));
        match read_file(&source, None, &Given::default()) {
            File::Read(reading) => *reading,
            other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn virtual_clusters_are_read_from_requests_and_answers() {
        let request = r#"{"name": "vc", "securityConfigurationId": "sc-1", "containerProvider":
            {"id": "eks", "type": "EKS", "info": {"eksInfo": {"namespace": "jobs"}}}}"#;
        for text in [request, &format!(r#"{{"virtualCluster": {request}}}"#)] {
            let reading = read(text);
            assert_eq!(reading.dialect, Dialect::RunJobFlow);
            let scopes = reading.scopes();
            let found = &scopes[0].resources()[0];
            assert_eq!(found.kind(), ResourceKind::EmrContainersVirtualCluster);
            assert_eq!(found.identity.id, "vc");
            let cluster = found.virtual_cluster();
            assert_eq!(cluster.namespace().as_text(), Some("jobs"));
            assert_eq!(cluster.configuration_id().as_text(), Some("sc-1"));
        }
    }

    #[test]
    fn security_configurations_are_read_from_requests() {
        let reading = read(
            r#"{"name": "sc", "securityConfigurationData": {"authorizationConfiguration": {
                "lakeFormationConfiguration": {"authorizedSessionTagValue": "EMR on EKS Engine"},
                "encryptionConfiguration": {"inTransitEncryptionConfiguration": {
                    "tlsCertificateConfiguration": {"certificateProviderType": "PEM"}}}}}}"#,
        );
        let scopes = reading.scopes();
        let found = &scopes[0].resources()[0];
        let kind = ResourceKind::EmrContainersSecurityConfiguration;
        assert_eq!(found.kind(), kind);
        let security = found.container_security();
        assert_eq!(security.session_tag().as_text(), Some("EMR on EKS Engine"));
        let tls = security.tls();
        assert_eq!(tls.get(security.tls_members()[0]).as_text(), Some("PEM"));
        assert!(security.disk().is_absent() && security.is_live());
    }

    #[test]
    fn a_job_run_is_noted_and_not_judged() {
        let reading = read(
            r#"{"name": "run", "virtualClusterId": "vc", "executionRoleArn": "${ROLE}", "jobDriver": {}}"#,
        );
        assert_eq!(reading.worlds()[0].resources.len(), 0);
        assert!(reading.notes[0].starts_with("job run `run` is not judged"));
    }
}
