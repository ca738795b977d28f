//! Controls over EMR Studio.

pub(super) mod authentication;
pub(super) mod encryption;
pub(super) mod network;
