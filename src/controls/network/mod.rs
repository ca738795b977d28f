//! Controls over the network that clusters and their neighbours stand in.

pub(super) mod private_subnet;
