//! The registry: one line a control, in the order of the documentation. Nothing else.

mod emr;

use crate::control::Entry;

/// Every control.
pub static REGISTRY: &[Entry] = &[Entry::of::<emr::disk_encryption::DiskEncryption>()];

/// The control of this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    REGISTRY
        .iter()
        .find(|entry| entry.meta.id == id || entry.meta.aliases.contains(&id))
}
