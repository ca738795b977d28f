//! Things that are declared beside resources and have no kind of their own in reports: subnets, security groups and
//! their rules, bucket policies. Controls over the resources that name them look them up here.

use super::{Identity, Node};
use std::sync::Arc;

/// A declared thing without a kind of its own.
#[derive(Clone, Debug)]
pub struct Neighbour<'t> {
    /// Its CloudFormation type, such as `AWS::EC2::Subnet`, whatever form it is written in.
    pub type_name: &'static str,
    /// Its logical id, or its address.
    pub id: Arc<str>,
    /// What else names it, where that is known: the ids and ARNs that a plan or state tells.
    pub names: Arc<[String]>,
    /// Its members, shaped as the properties of its type.
    pub body: Node<'t>,
}

impl Neighbour<'_> {
    /// Whether a value refers to this thing. Names that AWS gives are mostly not known before it exists, so only a
    /// reference does; other known text names something else, or the same by a name that cannot be told.
    pub fn is_referred_to_by(&self, node: Node<'_>) -> bool {
        let reference = node.reference();
        reference.is_some_and(|(id, _)| id == &*self.id)
            || node
                .as_text()
                .is_some_and(|text| self.names.iter().any(|name| name == text))
    }
}

impl Identity {
    /// Whether a text or reference names the thing of this identity.
    pub fn is_named_by(&self, node: Node<'_>) -> bool {
        let by_reference = node.reference();
        by_reference.is_some_and(|(id, _)| id == self.id)
            || node.as_text().is_some_and(|text| {
                self.arn.as_deref() == Some(text) || self.name.as_deref() == Some(text)
            })
    }
}
