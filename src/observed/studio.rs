//! The facts of an EMR Studio, which the API and CloudFormation name alike.

use super::{Form, Node, Resource};

/// The type of a mapping, in CloudFormation.
pub const SESSION_MAPPING: &str = "AWS::EMR::StudioSessionMapping";

impl<'t> Resource<'t> {
    /// The members of a Studio.
    pub fn studio(&self) -> Node<'t> {
        if self.form == Form::Live {
            self.body
                .get("elasticmapreduce:DescribeStudio")
                .get("Studio")
        } else {
            self.body
        }
    }

    /// The answer that lists who may use a live Studio, and with which session policy.
    pub fn session_mappings(&self) -> Node<'t> {
        self.body
            .get("elasticmapreduce:ListStudioSessionMappings")
            .get("SessionMappings")
    }
}
