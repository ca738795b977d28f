//! The volumes of running nodes are encrypted, with the right key.

use crate::control::settings::{Exactly, KmsKey, Switch as Flag, settings};
use crate::control::volumes::{Luks, Nodes, Volume, nodes_of};
use crate::control::{Condition, Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind, Switch};

#[derive(Debug)]
pub(crate) enum VolumeEncryption {}

settings! {
    pub(crate) struct Setting {
        /// Whether root volumes must be encrypted.
        root: Flag = true,
        /// Whether storage volumes must be encrypted.
        storage: Flag = true,
        /// The KMS key that they must be encrypted under.
        kms_key: Exactly<KmsKey>,
    }
}

impl Control for VolumeEncryption {
    const META: &'static Meta = &Meta {
        id: "emr.volume-encryption",
        title: "the volumes of running nodes are encrypted, with the right key",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrCluster],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own AWS-FSBP EC2.3"],
        docs: include_str!("volume_encryption.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        // A file has no volumes; those of a cluster that has ended are gone (EMR deletes them).
        if !seen.is_live() || seen.resource.cluster().terminated() || !want.root && !want.storage {
            return;
        }
        match nodes_of(seen) {
            Nodes::Unknown(node, reason) => {
                out.unknown(node, &reason, "the nodes of the cluster are unknown");
            }
            Nodes::None(node) => {
                // EC2 tags appear late: an active cluster without a node is one that is not seen yet.
                out.undecided(
                    node,
                    "no node of the cluster was found",
                    "observe again when its nodes are running",
                );
            }
            Nodes::Volumes(volumes) => {
                for volume in volumes {
                    if if volume.is_root {
                        want.root
                    } else {
                        want.storage
                    } {
                        judge_volume(want, &volume, seen, out);
                    }
                }
            }
        }
    }
}

fn judge_volume<'t>(
    want: &Setting,
    volume: &Volume<'t>,
    seen: &View<'_, 't>,
    out: &mut Conditions,
) {
    let kind = if volume.is_root { "root" } else { "storage" };
    let what = format!("the {kind} volume `{}`", volume.id);
    let facts = match volume.facts(seen) {
        Ok(facts) => facts,
        Err(reason) => {
            out.unknown(volume.node, &reason, format!("{what} is unknown"))
                .under(kind);
            return;
        }
    };
    let node = facts.get("Encrypted");
    let whether = format!("whether {what} is encrypted is unknown");
    let condition = match node.switch() {
        Switch::On if want.kms_key.is_some() => {
            let (name, key) = ("KmsKeyId", want.kms_key.as_ref());
            return out.must_name_key(facts.get(name), name, key, "kms-key", seen.scope);
        }
        Switch::On => return out.held(),
        Switch::Unreadable(reason) => out.unknown(node, reason, whether),
        Switch::Absent | Switch::Odd | Switch::TextOn | Switch::TextOff => {
            out.undecided(node, whether, "observe the volume again")
        }
        Switch::Off if volume.is_root => out.failed(node, format!("{what} is not encrypted")),
        Switch::Off => match luks(&Luks::of(seen), node, &what, out) {
            Some(condition) => condition,
            None => return,
        },
    };
    condition
        .under(kind)
        .expected("an encrypted volume")
        .observed(node.display());
}

/// A storage volume that is plain to EBS may be encrypted by its node.
fn luks<'c>(
    luks: &Luks,
    node: Node<'_>,
    what: &str,
    out: &'c mut Conditions,
) -> Option<&'c mut Condition> {
    let condition = match luks {
        Luks::On => {
            out.held();
            return None;
        }
        Luks::Off => out.failed(
            node,
            format!("{what} is not encrypted, and no security configuration encrypts what is on it"),
        ),
        Luks::EbsPromised => out.failed(
            node,
            format!("{what} is not encrypted, though the security configuration turns EBS encryption on"),
        ),
        Luks::Unknown(why) => out.undecided(
            node,
            format!("{what} is plain to EBS, and whether its node encrypts what is on it is not known: {why}"),
            "audit the security configuration that the cluster was launched with",
        ),
    };
    Some(condition)
}

#[cfg(test)]
mod tests;
