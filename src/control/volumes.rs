//! The volumes of a live cluster's nodes, and whether what is on them is encrypted above EBS.

use super::{Effective, Standing, View, timestamp};
use crate::observed::cluster::Attribute;
use crate::observed::{Node, Reason, Switch};

const INSTANCES: &str = "ec2:DescribeInstances";
const VOLUMES: &str = "ec2:DescribeVolumes";

/// A volume that is attached to a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Volume<'t> {
    /// Where the node names it.
    pub(crate) node: Node<'t>,
    /// Its id; empty when the node does not tell it.
    pub(crate) id: &'t str,
    /// Whether the node boots from it.
    pub(crate) is_root: bool,
}

/// What is known of a cluster's nodes.
#[derive(Clone, Debug)]
pub(crate) enum Nodes<'t> {
    /// Their volumes.
    Volumes(Vec<Volume<'t>>),
    /// No node was found.
    None(Node<'t>),
    /// They are not known.
    Unknown(Node<'t>, Reason),
}

/// The EBS volumes of a live cluster's nodes. Instance store is encrypted by hardware and has no volume.
/// Source: EC2 API, `DescribeInstances`; EC2 User Guide, *Data protection*.
pub(crate) fn nodes_of<'t>(seen: &View<'_, 't>) -> Nodes<'t> {
    let answer = seen.resource.body.get(INSTANCES);
    let reservations = answer.get("Reservations");
    for node in [answer, reservations] {
        if let Some(reason) = node.reason() {
            return Nodes::Unknown(node, not_made(reason, INSTANCES));
        }
    }
    let mut volumes = Vec::new();
    let mut any = false;
    for instance in reservations
        .items()
        .flat_map(|reservation| reservation.get("Instances").items())
    {
        // Source: EC2 API, `InstanceState`: their volumes are gone.
        let state = instance.path("State/Name").as_text();
        if matches!(state, Some("terminated" | "shutting-down")) {
            continue;
        }
        any = true;
        let root = instance.get("RootDeviceName");
        let mappings = instance.get("BlockDeviceMappings");
        for node in [instance, root, mappings] {
            if let Some(reason) = node.reason() {
                return Nodes::Unknown(node, reason.clone());
            }
        }
        for mapping in mappings.items() {
            let node = mapping.path("Ebs/VolumeId");
            if mapping.get("Ebs").is_absent() {
                continue;
            }
            volumes.push(Volume {
                node,
                id: node.as_text().unwrap_or_default(),
                // A device that cannot be told from the root is judged as the root, of which nothing excuses.
                is_root: root.as_text().is_none_or(|root| {
                    mapping
                        .get("DeviceName")
                        .as_text()
                        .is_none_or(|name| name == root)
                }),
            });
        }
    }
    if any && !volumes.is_empty() {
        Nodes::Volumes(volumes)
    } else {
        Nodes::None(answer)
    }
}

impl<'t> Volume<'t> {
    /// What EC2 says of it.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn facts(&self, seen: &View<'_, 't>) -> Result<Node<'t>, Reason> {
        let volumes = seen.shared_answer(VOLUMES)?.get("Volumes");
        if let Some(reason) = volumes.reason() {
            return Err(reason.clone());
        }
        let mut all = volumes.items();
        all.find(|volume| !self.id.is_empty() && volume.get("VolumeId").as_text() == Some(self.id))
            .ok_or_else(|| Reason::NotObserved {
                action: VOLUMES.to_owned(),
            })
    }
}

/// Whether the nodes of a cluster encrypt their storage volumes with LUKS, which no API shows: by the document that the
/// cluster was launched with. Source: EMR Management Guide, *Data encryption options*: LUKS without the EBS flag.
#[derive(Clone, Debug)]
pub(crate) enum Luks {
    /// They do.
    On,
    /// They do not.
    Off,
    /// The document asks for EBS encryption instead, in which storage volumes are encrypted by EBS.
    EbsPromised,
    /// It is not known, and why.
    Unknown(String),
}

impl Luks {
    /// By the effective document of the cluster.
    pub(crate) fn of(seen: &View<'_, '_>) -> Self {
        let document = match seen.document {
            Effective::Document(document) => *document,
            Effective::Unnamed(_) | Effective::None => return Self::Off,
            Effective::Unknown(_, reason) => return Self::Unknown(reason.to_string()),
            Effective::Missing(_, name) => {
                return Self::Unknown(format!("security configuration `{name}` was deleted"));
            }
        };
        let launched = timestamp(
            seen.resource
                .cluster()
                .attribute(Attribute::CreationDateTime),
        );
        if seen
            .document_created()
            .zip(launched)
            .is_some_and(|(created, launched)| created > launched)
        {
            return Self::Unknown(
                "the security configuration is younger than the cluster".to_owned(),
            );
        }
        match Standing::local_disk(document) {
            Standing::Off(_) => return Self::Off,
            Standing::Unknown(_, reason) => {
                let why = reason.map_or_else(
                    || "a switch of its document is no boolean".to_owned(),
                    ToString::to_string,
                );
                return Self::Unknown(why);
            }
            Standing::On => {}
        }
        match document.path(EBS).switch() {
            Switch::Absent | Switch::Off => Self::On,
            Switch::On => Self::EbsPromised,
            Switch::Unreadable(reason) => Self::Unknown(reason.to_string()),
            Switch::TextOn | Switch::TextOff | Switch::Odd => {
                Self::Unknown("`EnableEbsEncryption` is no boolean".to_owned())
            }
        }
    }
}

const EBS: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/EnableEbsEncryption";

/// A call that failed, with why; any other gap is the call itself.
fn not_made(reason: &Reason, action: &str) -> Reason {
    if matches!(reason, Reason::NotObserved { .. }) {
        return Reason::NotObserved {
            action: action.to_owned(),
        };
    }
    reason.clone()
}
