//! Which features a document, or a cluster with its document, uses; and which a baseline asks for.

mod asked;
mod cluster;

pub use asked::asked_by;

use super::features::{InForce, mappings, ranger};
use super::standing::Standing;
use super::view::{Effective, View};
use crate::aws::features::Feature;
use crate::observed::groups::Listed;
use crate::observed::properties::Property;
use crate::observed::{Known, Node, Reason};
use std::cell::OnceCell;

/// A feature as it was looked for.
#[derive(Clone, Debug)]
pub struct Sighting<'t> {
    /// Whether it is in use.
    pub in_use: InForce,
    /// Where it is, or would be.
    pub node: Node<'t>,
}

/// The features of one resource, each looked for when it is first asked for.
#[derive(Debug)]
pub struct Used<'v, 'a, 't> {
    seen: &'v View<'a, 't>,
    sightings: [OnceCell<Option<Sighting<'t>>>; Feature::COUNT],
    properties: OnceCell<Listed<'t, Property<'t>>>,
}

const AT_REST: &str = "EncryptionConfiguration/EnableAtRestEncryption";
const S3_MODE: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/EncryptionMode";
const WAL: &str = "EncryptionConfiguration/EMRWALEncryptionConfiguration";
const CERTIFICATES: &str = "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/CertificateProviderType";
const KDC: &str = "AuthenticationConfiguration/KerberosConfiguration/Provider";
const TRUST: &str = "AuthenticationConfiguration/KerberosConfiguration/ClusterDedicatedKdcConfiguration/CrossRealmTrustConfiguration";
const SESSIONS: &str =
    "AuthenticationConfiguration/IdentityCenterConfiguration/EnableUserBackgroundSession";

/// A feature's path in the document, for messages that point at it.
const fn path(feature: Feature) -> &'static str {
    match feature {
        Feature::Tls => "EncryptionConfiguration/EnableInTransitEncryption",
        Feature::LocalDisk => {
            "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration"
        }
        Feature::ClientSide => S3_MODE,
        Feature::Wal => WAL,
        Feature::InstanceMetadata => "InstanceMetadataServiceConfiguration",
        Feature::Kerberos => "AuthenticationConfiguration/KerberosConfiguration",
        Feature::DedicatedKdc | Feature::ExternalKdc => KDC,
        Feature::Trust => TRUST,
        Feature::Ldap => "AuthenticationConfiguration/LDAPConfiguration",
        Feature::IdentityCenter => "AuthenticationConfiguration/IdentityCenterConfiguration",
        Feature::BackgroundSessions => SESSIONS,
        Feature::Mappings => "AuthorizationConfiguration/EmrFsConfiguration/RoleMappings",
        Feature::RuntimeRoles => "AuthorizationConfiguration/IAMConfiguration",
        Feature::LakeFormation => "AuthorizationConfiguration/LakeFormationConfiguration",
        Feature::SamlLakeFormation => "LakeFormationConfiguration",
        Feature::Ranger => "AuthorizationConfiguration/RangerConfiguration",
        Feature::EmrCertificates => CERTIFICATES,
        Feature::KerberosAttributes
        | Feature::SameRealm
        | Feature::ThreePrimaries
        | Feature::AccessGrants
        | Feature::FullTableResolver
        | Feature::HiveMetastore
        | Feature::TableFormats
        | Feature::ForeignToRanger => "",
    }
}

/// A word that stands for a feature: on when it is that word.
fn word(node: Node<'_>, is: impl FnOnce(&str) -> bool) -> Standing<'_> {
    match node.text() {
        Known::Set(text) if is(text) => Standing::On,
        Known::Unreadable(reason) => Standing::Unknown(node, Some(reason)),
        Known::Set(_) | Known::Absent | Known::Mistyped => Standing::Off(node),
    }
}

fn stands(feature: Feature, document: Node<'_>) -> Standing<'_> {
    let node = document.path(path(feature));
    match feature {
        Feature::Tls => Standing::transit(document),
        Feature::LocalDisk => Standing::local_disk(document),
        Feature::ClientSide => Standing::of_switch(document.path(AT_REST))
            .and(word(node, |mode| mode.starts_with("CSE-"))),
        Feature::EmrCertificates => {
            Standing::transit(document).and(word(node, |provider| provider == "EMR"))
        }
        Feature::DedicatedKdc => word(node, |provider| provider == "ClusterDedicatedKdc"),
        Feature::ExternalKdc => word(node, |provider| provider == "ExternalKdc"),
        Feature::Ldap => Standing::ldap(document),
        Feature::IdentityCenter => Standing::identity_center(document),
        Feature::BackgroundSessions => {
            Standing::identity_center(document).and(Standing::of_switch(node))
        }
        Feature::Mappings => mappings(document),
        Feature::RuntimeRoles => Standing::runtime_roles(document),
        Feature::LakeFormation => Standing::lake_formation(document),
        Feature::Ranger => ranger(document),
        Feature::Wal
        | Feature::InstanceMetadata
        | Feature::Kerberos
        | Feature::Trust
        | Feature::SamlLakeFormation => Standing::of_section(node),
        Feature::KerberosAttributes
        | Feature::SameRealm
        | Feature::ThreePrimaries
        | Feature::AccessGrants
        | Feature::FullTableResolver
        | Feature::HiveMetastore
        | Feature::TableFormats
        | Feature::ForeignToRanger => Standing::Off(document),
    }
}

impl<'v, 'a, 't> Used<'v, 'a, 't> {
    /// The features of a resource.
    pub fn of(seen: &'v View<'a, 't>) -> Self {
        Self {
            seen,
            sightings: [const { OnceCell::new() }; Feature::COUNT],
            properties: OnceCell::new(),
        }
    }

    /// Whether a feature is in use; `None` where this resource cannot tell, which is no gap: a document does not know
    /// its clusters.
    pub fn look(&self, feature: Feature) -> Option<&Sighting<'t>> {
        let sighting = self.sightings.get(feature as usize)?;
        let look = || {
            if feature.is_of_document() {
                return Some(self.in_document(feature));
            }
            self.seen.is_cluster().then(|| self.on_cluster(feature))
        };
        sighting.get_or_init(look).as_ref()
    }

    fn in_document(&self, feature: Feature) -> Sighting<'t> {
        let whole = self.seen.resource.body;
        let Effective::Document(document) = self.seen.document else {
            let in_use = match self.seen.document {
                Effective::Unknown(_, reason) => InForce::Unknown(reason.to_string()),
                Effective::Document(_)
                | Effective::None
                | Effective::Unnamed(_)
                | Effective::Missing(..) => InForce::No,
            };
            let node = whole;
            return Sighting { in_use, node };
        };
        let node = document.path(path(feature));
        let in_use = match stands(feature, *document) {
            Standing::On => InForce::Yes,
            Standing::Off(_) => InForce::No,
            Standing::Unknown(_, reason) => InForce::Unknown(
                reason.map_or_else(|| "a switch is a string".to_owned(), Reason::to_string),
            ),
        };
        Sighting { in_use, node }
    }
}
