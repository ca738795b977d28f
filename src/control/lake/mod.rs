//! What the controls over Lake Formation share: declared and seen grants in one form, and how they compare.

pub mod bucket_policies;
pub mod bypass;
pub mod catalog;
pub mod checks;
mod compare;
pub mod declared;
pub mod engines;
pub mod filter;
mod index;
mod known;
pub mod maker;
pub mod members;
mod object;
pub mod others;
pub mod outstanding;
pub mod places;
pub mod prefixes;
pub mod presence;
pub mod registration;
pub mod request;
pub mod row_policies;
pub mod seen;
pub mod settings;
pub mod shown;
pub mod standing;
pub mod tag_expressions;
pub mod tagged;
pub mod tags;
pub mod trails;
pub mod unfiltered;
pub mod unheard;
pub mod width;

pub use compare::judge;
pub use declared::{DeclaredGrant, GrantTable};
pub use seen::{Context, SeenGrant, Trouble, unheard_in};
pub use standing::Asked;

use crate::aws::lake_formation::name::{Name, Part};
use crate::aws::lake_formation::principal::is_account;
use crate::lattice::{Piece, Text};
use std::sync::Arc;

/// The label of an opening that stands for the account that the grant is made in.
const ACCOUNT: &str = "account";

/// A text of the baseline as a name.
pub(crate) fn name(text: &Text) -> Name {
    if let Some(known) = text.to_shared() {
        return Name::known(known);
    }
    Name::new(text.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => Part::Known(Arc::clone(text)),
        Piece::Open(label) => Part::Open(Arc::clone(label)),
    }))
}

/// The name that [`Name`]'s display shows: openings stand in it as `${label}`.
fn parsed(text: &str) -> Name {
    if !text.contains("${") {
        return Name::known(text);
    }
    let mut parts = Vec::new();
    for (at, piece) in text.split("${").enumerate() {
        match piece.split_once('}') {
            Some((label, rest)) if at > 0 => {
                parts.push(Part::Open(label.into()));
                parts.push(Part::Known(rest.into()));
            }
            _ => parts.push(Part::Known(piece.into())),
        }
    }
    Name::new(parts)
}

/// A catalog in one form: `None` is the account's own. Without a target any account is taken for the own one.
fn own_or_other(catalog: Name, account: Option<&str>) -> Option<Name> {
    let own = match (catalog.as_known(), account) {
        (Some(id), Some(account)) => id == account,
        (Some(id), None) => is_account(id),
        (None, _) => catalog == Name::new([Part::Open(ACCOUNT.into())]),
    };
    (!own).then_some(catalog)
}
