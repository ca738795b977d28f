//! Controls over EMR Serverless applications.

pub(super) mod auto_stop;
pub(super) mod encryption;
pub(super) mod endpoints;
pub(super) mod image;
pub(super) mod lake_formation;
pub(super) mod network;
