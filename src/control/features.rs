//! Which features are asked for: required by the baseline, or on in the effective document.

use super::Effective;
use super::settings::Requirement;
use super::standing::Standing;
use super::view::{Requirements, View};
use crate::aws::overrides::{Feature, Where};
use crate::lattice::{Shape, Text};
use crate::observed::{Node, Reason, Value};

/// Whether something is in force, as far as the baseline and the document tell.
#[derive(Clone, Debug)]
pub enum InForce {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The document that would tell is not known.
    Unknown(String),
}

const AT_REST: &str = "EncryptionConfiguration/EnableAtRestEncryption";
const S3: &str = "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration";
const MAPPINGS: &str = "AuthorizationConfiguration/EmrFsConfiguration/RoleMappings";
const RANGER: &str = "AuthorizationConfiguration/RangerConfiguration";

/// EMRFS role mappings: on when the list holds an entry.
pub fn mappings(document: Node<'_>) -> Standing<'_> {
    let list = document.path(MAPPINGS);
    match list.value() {
        Value::Unreadable(reason) => Standing::Unknown(list, Some(reason)),
        Value::List if list.items().len() > 0 => Standing::On,
        Value::List
        | Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::Map => Standing::Off(list),
    }
}

/// Ranger: on when its section stands.
pub fn ranger(document: Node<'_>) -> Standing<'_> {
    Standing::of_section(document.path(RANGER))
}

/// Encryption of S3: the switch and the section.
pub fn s3_encryption(document: Node<'_>) -> Standing<'_> {
    Standing::of_switch(document.path(AT_REST)).and(Standing::of_section(document.path(S3)))
}

/// Whether a control that may also ask for a feature's absence asks for the feature: by `required`.
pub fn is_required(requirements: &Requirements, control: &str) -> bool {
    let required = requirements
        .get(control)
        .and_then(|own| own.shape("required"));
    matches!(required, Some(Shape::AtLeast(level)) if *level > 0)
}

/// Whether a baseline leaves Lake Formation no other access than to whole tables.
pub fn is_full_table(requirement: &Requirement) -> bool {
    let Some(Shape::OneOf(sets)) = requirement.shape("access") else {
        return false;
    };
    let full = |text: &Text| text.as_literal() == Some("full-table");
    sets.iter().any(|set| set.iter().all(full))
}

fn required(feature: Feature, requirements: &Requirements) -> bool {
    let has = |control: &str| requirements.contains_key(control);
    match feature {
        Feature::S3 => has("emr.s3-encryption"),
        Feature::Disk => has("emr.disk-encryption"),
        Feature::InTransit => has("emr.in-transit-encryption"),
        Feature::Kerberos => has("emr.kerberos"),
        Feature::Roles => has("emr.role-mappings") || has("emr.runtime-roles"),
        Feature::LakeFormation => has("emr.lake-formation") || has("serverless.lake-formation"),
        Feature::Ranger => is_required(requirements, "emr.ranger"),
        // No document turns isolation of containers on; a baseline asks for it by listing it.
        Feature::Containers => true,
    }
}

fn stands(feature: Feature, document: Node<'_>) -> Standing<'_> {
    match feature {
        Feature::S3 => s3_encryption(document),
        Feature::Disk => Standing::local_disk(document),
        Feature::InTransit => Standing::transit(document),
        Feature::Kerberos => Standing::kerberos(document),
        Feature::Roles => mappings(document).or(Standing::runtime_roles(document)),
        Feature::LakeFormation => Standing::lake_formation(document),
        Feature::Ranger => ranger(document),
        Feature::Containers => Standing::Off(document),
    }
}

impl InForce {
    fn of_document<'t>(seen: &View<'_, 't>, stands: impl FnOnce(Node<'t>) -> Standing<'t>) -> Self {
        match seen.document {
            Effective::Document(document) => match stands(*document) {
                Standing::On => Self::Yes,
                Standing::Off(_) => Self::No,
                Standing::Unknown(_, reason) => Self::Unknown(
                    reason.map_or_else(|| "a switch is a string".to_owned(), Reason::to_string),
                ),
            },
            Effective::Unknown(_, reason) => Self::Unknown(reason.to_string()),
            Effective::None | Effective::Unnamed(_) | Effective::Missing(..) => Self::No,
        }
    }

    /// A feature that properties can undo.
    pub fn of(feature: Feature, seen: &View<'_, '_>) -> Self {
        if required(feature, seen.requirements) {
            return Self::Yes;
        }
        Self::of_document(seen, |document| stands(feature, document))
    }

    /// A further condition of a property.
    pub fn of_where(only: Where, seen: &View<'_, '_>) -> Self {
        match only {
            Where::ClientSide => Self::of_client_side(seen),
            Where::FineGrained => {
                let own = seen.requirement("emr.lake-formation");
                if own.is_some_and(is_full_table) {
                    Self::No
                } else {
                    Self::Yes
                }
            }
            Where::IdentityCenter => {
                if is_required(seen.requirements, "emr.identity-center") {
                    return Self::Yes;
                }
                Self::of_document(seen, Standing::identity_center)
            }
        }
    }

    fn of_client_side(seen: &View<'_, '_>) -> Self {
        if let Effective::Document(document) = seen.document {
            let mode = document.path(S3).get("EncryptionMode");
            return match mode.reason() {
                Some(reason) => Self::Unknown(reason.to_string()),
                None if mode.as_text().is_some_and(|mode| mode.starts_with("CSE-")) => Self::Yes,
                None => Self::No,
            };
        }
        Self::of_document(seen, Standing::Off)
    }

    /// Yes when any is, unknown when one of the others is not known.
    pub fn any(all: impl Iterator<Item = Self>) -> Self {
        let mut found = Self::No;
        for one in all {
            match one {
                Self::Yes => return Self::Yes,
                Self::Unknown(_) => found = one,
                Self::No => {}
            }
        }
        found
    }

    /// Yes when both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}
