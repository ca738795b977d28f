//! What a cluster runs is the text that can be read now.

use crate::control::settings::{Switch, settings};
use crate::control::{
    Conditions, Content, Control, Effective, Meta, Others, Remembered, Run, Severity, Span, View,
    timestamp,
};
use crate::observed::cluster::Attribute;
use crate::observed::{Lookup, Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum DocumentIdentity {}

settings! {
    pub(crate) struct Setting {
        /// Whether one name must stand for one content, over all accounts and regions in scope.
        same_everywhere: Switch = true,
        /// Whether documents must be what is compiled for the target.
        compiled: Switch = false,
    }
}

impl Control for DocumentIdentity {
    const META: &'static Meta = &Meta {
        id: "emr.document-identity",
        title: "what a cluster runs is the text that can be read now",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Estate,
        since: "0.2.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("document_identity.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // A file tells no dates, and `emr.security-configuration` judges the name that it gives.
        if !seen.is_live() {
            return;
        }
        let document = match seen.document {
            Effective::None => return,
            Effective::Document(document) => *document,
            Effective::Missing(node, name) => {
                let message = format!(
                    "security configuration `{name}` was deleted since the cluster was launched"
                );
                out.undecided(
                    *node,
                    message,
                    "launch the cluster again under one that exists",
                );
                return;
            }
            Effective::Unknown(node, Reason::Replaced { what }) if is_younger(seen) => {
                out.failed(*node, what.clone())
                    .expected("a security configuration that is older than the cluster");
                return;
            }
            Effective::Unnamed(_) | Effective::Unknown(..) => {
                seen.document(out);
                return;
            }
        };
        if seen.is_cluster() {
            judge_age(seen, out);
        }
        if want.compiled {
            out.must_be_compiled(document, "compiled", seen);
        }
    }

    fn judge_beside(want: &Setting, one: &Remembered, run: &Run<'_>, out: &mut Conditions) {
        let Some(name) = one.name().filter(|_| want.same_everywhere) else {
            return;
        };
        if let Some(namesakes) = run.namesakes(name) {
            judge_namesakes(&namesakes.beside(one), name, one, out);
        }
        let unseen = run
            .tallies
            .iter()
            .find(|(_, tally)| run.live && tally.partial.is_some());
        if let Some(((account, region), _)) = unseen {
            out.undecided(
                one.place.clone(),
                format!("account {account} region {region} was not observed completely"),
                "observe it again",
            )
            .under("same-everywhere");
        } else if out.clean() {
            out.held();
        }
    }
}

/// Every other one of the name must say the same.
fn judge_namesakes(others: &Others<'_>, name: &str, one: &Remembered, out: &mut Conditions) {
    let remedy = "write the documents without unknown parts, or audit the live accounts";
    out.held_times(others.same);
    for (other, differs) in &others.told {
        let place = place_of(other);
        let condition = if *differs {
            let message = format!("`{name}` says something else in {place}");
            out.failed(one.place.clone(), message)
        } else {
            let message = format!("whether `{name}` says the same in {place} cannot be known");
            out.undecided(one.place.clone(), message, remedy)
        };
        condition
            .under("same-everywhere")
            .expected(format!("digest {}", shown(other)))
            .observed(format!("digest {}", shown(one)));
    }
    if others.more == 0 {
        return;
    }
    let more = format!("in {} more places", others.more);
    let condition = if others.told.iter().any(|(_, differs)| *differs) {
        let message = format!("`{name}` says something else, or may, {more}");
        out.failed(one.place.clone(), message)
    } else {
        let message = format!("whether `{name}` says the same {more} cannot be known");
        out.undecided(one.place.clone(), message, remedy)
    };
    condition.under("same-everywhere");
}

/// Whether a security configuration of the name that the cluster gives was created after it.
fn is_younger(seen: &View<'_, '_>) -> bool {
    let cluster = seen.resource.cluster();
    let named = cluster.security_configuration().as_text();
    let kind = ResourceKind::EmrSecurityConfiguration;
    let found = named.map(|name| seen.scope.by_name(kind, name));
    let Some(Lookup::Found(document)) = found else {
        return false;
    };
    let launched = timestamp(cluster.attribute(Attribute::CreationDateTime));
    let created = timestamp(document.outer.get("CreationDateTime"));
    created
        .zip(launched)
        .is_some_and(|(created, launched)| created > launched)
}

fn place_of(other: &Remembered) -> String {
    let file = other.place.file.as_ref().map(|file| format!("`{file}`"));
    file.unwrap_or_else(|| {
        let (account, region) = other.region();
        format!("account {account} region {region}")
    })
}

fn shown(one: &Remembered) -> String {
    let all = one.contents.iter().map(|content| match content {
        Content::Digest(digest) => digest.as_str(),
        Content::Unknown(_) => "unknown",
    });
    all.collect::<Vec<_>>().join(" or ")
}

/// A configuration that is younger than the cluster replaced the one that it was launched with.
fn judge_age(seen: &View<'_, '_>, out: &mut Conditions) {
    let node: Node<'_> = seen
        .resource
        .cluster()
        .attribute(Attribute::CreationDateTime);
    let condition = match (seen.document_created(), timestamp(node)) {
        (Some(created), Some(launched)) if created <= launched => return out.held(),
        (Some(created), Some(_)) => {
            out.failed(
                node,
                "the security configuration was created after the cluster: the cluster runs an older text",
            )
            .observed(format!("created at {created}"))
        }
        (None, _) => out.undecided(
            node,
            "when the security configuration was created is unknown",
            "observe the security configuration again",
        ),
        (Some(_), None) => match node.reason() {
            Some(reason) => out.unknown(node, reason, "when the cluster was created is unknown"),
            None => out.undecided(
                node,
                "when the cluster was created is unknown",
                "observe the cluster again",
            ),
        },
    };
    condition.expected("a security configuration that is older than the cluster");
}
