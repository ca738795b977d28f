//! What earlier runs were told, where it takes the place of a call.

use super::{Call, DESCRIBE_CLUSTER, Observer, Outcome, emr, items, text};
use crate::live::operation::{
    DESCRIBE_SECURITY_CONFIGURATION, DESCRIBE_STUDIO, LIST_SECURITY_CONFIGURATIONS,
    LIST_STUDIO_SESSION_MAPPINGS, Operation, Service,
};
use crate::live::withheld::withheld;
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// States in which a cluster stays as it is: one that starts has no subnet yet, and one that ends loses its nodes.
const SETTLED: &[&str] = &["RUNNING", "WAITING"];
/// Times are told in milliseconds.
const MILLISECOND: f64 = 0.001;

/// What kind of thing a call about one thing is about.
pub(super) fn subject(operation: &'static Operation) -> ResourceKind {
    match operation.service {
        Service::Kms => ResourceKind::KmsKey,
        Service::Iam => ResourceKind::IamRole,
        Service::S3 | Service::S3Control => ResourceKind::S3Bucket,
        Service::LakeFormation => ResourceKind::LakeFormationSettings,
        Service::Glue => ResourceKind::GlueCatalog,
        Service::Serverless => ResourceKind::EmrServerlessApplication,
        Service::Containers => ResourceKind::EmrContainersSecurityConfiguration,
        Service::Ec2 | Service::Sts | Service::Organizations | Service::ServiceQuotas => {
            ResourceKind::EmrAccount
        }
        Service::Emr if operation == &DESCRIBE_SECURITY_CONFIGURATION => {
            ResourceKind::EmrSecurityConfiguration
        }
        Service::Emr if [&DESCRIBE_STUDIO, &LIST_STUDIO_SESSION_MAPPINGS].contains(&operation) => {
            ResourceKind::EmrStudio
        }
        Service::Emr => ResourceKind::EmrCluster,
    }
}

/// Whether a list of configurations goes on for longer than it saves: there may be thousands, and few in use. Each of
/// those that are known saves one call, and a page holds fifty.
pub(super) fn is_enough(call: &Call, listed: &Map<String, Value>, known: usize) -> bool {
    call.operation == &LIST_SECURITY_CONFIGURATIONS
        && items(listed, "SecurityConfigurations").len() >= 50 * known
}

impl Observer {
    /// Answers what is remembered, and what follows from that; the calls that are left are to be made.
    pub(super) fn ask(&mut self, calls: Vec<Call>) -> Vec<Call> {
        let mut open = calls;
        let mut left = Vec::new();
        while !open.is_empty() {
            for call in std::mem::take(&mut open) {
                if self.is_postponed(&call) {
                    self.postponed.push(call);
                    continue;
                }
                match self.remembered(&call) {
                    Some(next) => open.extend(next),
                    None => left.push(call),
                }
            }
        }
        self.count(left)
    }

    /// What follows from the remembered outcome of a call, when there is one.
    fn remembered(&mut self, call: &Call) -> Option<Vec<Call>> {
        let is_over = self.ended.contains(&call.about);
        let is_cluster = subject(call.operation) == ResourceKind::EmrCluster;
        // Somebody asks about this very cluster now.
        if is_cluster && self.wanted.clusters.contains(&call.about) {
            return None;
        }
        if is_cluster && !is_over && !self.is_settled(&call.about) {
            return None;
        }
        if call.operation == &DESCRIBE_SECURITY_CONFIGURATION && !self.is_the_same(call) {
            return None;
        }
        let (outcome, at) = self.memory.recall(call, is_over)?;
        let mut outcome = outcome.map(withheld);
        if call.operation == &DESCRIBE_CLUSTER {
            outcome = self.brought_up_to_date(&call.about, outcome, is_over)?;
        }
        self.memory.took_the_place_of(call, at);
        let next = self.take_in(call, &outcome);
        let thing = self.kept.thing(subject(call.operation), &call.about);
        thing.was_told(call.operation.action, at);
        Some(next)
    }

    /// A remembered description with the state that the list of clusters tells. `None` when it is of another time of the
    /// cluster's life.
    fn brought_up_to_date(&self, id: &str, outcome: Outcome, is_over: bool) -> Option<Outcome> {
        let mut answer = outcome.ok()?;
        let cluster = answer.get_mut("Cluster")?;
        let was_over = emr::ENDED.contains(&text(cluster, "/Status/State")?);
        if was_over != is_over {
            return None;
        }
        if let (false, Some(state)) = (is_over, self.states.get(id))
            && let Value::Object(cluster) = cluster
        {
            cluster.insert("Status".to_owned(), state.clone());
        }
        Some(Ok(answer))
    }

    fn is_settled(&self, cluster: &str) -> bool {
        let status = self.states.get(cluster);
        status.is_some_and(|status| SETTLED.contains(&text(status, "/State").unwrap_or_default()))
    }

    /// Keeps what a call told, for later runs.
    pub(super) fn learn(&mut self, call: &Call, outcome: &Outcome) {
        let mut is_over = self.ended.contains(&call.about);
        if subject(call.operation) == ResourceKind::EmrCluster {
            if call.operation == &DESCRIBE_CLUSTER
                && let Ok(answer) = outcome
            {
                let state = answer
                    .get("Cluster")
                    .and_then(|one| text(one, "/Status/State"));
                is_over = state.is_some_and(|state| emr::ENDED.contains(&state));
            }
            if !is_over && !self.is_settled(&call.about) {
                return;
            }
        }
        self.memory.learn(call, outcome, is_over);
    }

    /// The call that tells which of the remembered configurations are still those that there are.
    pub(super) fn list_configurations(&mut self) -> Option<Call> {
        self.known = self.memory.knows(&DESCRIBE_SECURITY_CONFIGURATION);
        (self.known > 0).then(|| Call::new(&LIST_SECURITY_CONFIGURATIONS, "", json!({})))
    }

    /// When the configurations were made that there are. Without the list, each is asked about.
    pub(super) fn configurations(&mut self, outcome: &Outcome) -> Vec<Call> {
        let mut made = BTreeMap::new();
        if let Ok(answer) = outcome {
            for one in items(answer, "SecurityConfigurations") {
                if let (Some(name), Some(time)) = (text(one, "/Name"), one.get("CreationDateTime"))
                {
                    made.insert(name.to_owned(), time.clone());
                }
            }
        }
        self.made = Some(made);
        std::mem::take(&mut self.postponed)
    }

    /// Whether it is not known yet if a remembered configuration still is the one of that name.
    fn is_postponed(&self, call: &Call) -> bool {
        call.operation == &DESCRIBE_SECURITY_CONFIGURATION && self.made.is_none() && self.known > 0
    }

    /// Whether the configuration that is remembered was made when the one was that there is now.
    fn is_the_same(&self, call: &Call) -> bool {
        let made = self
            .made
            .as_ref()
            .and_then(|made| made.get(&call.about)?.as_f64());
        let known = self.memory.peek(call);
        let known = known.and_then(|answer| answer.get("CreationDateTime")?.as_f64());
        matches!((made, known), (Some(made), Some(known)) if (made - known).abs() < MILLISECOND / 2.0)
    }
}
