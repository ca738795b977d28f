//! Conditions on EMR on EKS that several controls share.

use super::verdict::Conditions;
use super::view::View;
use crate::observed::containers::{ContainerSecurity, DESCRIBE, Secured};
use crate::observed::{Reason, ResourceKind};

impl<'t> View<'_, 't> {
    /// The security configuration of EMR on EKS that the resource is, or that applies to it. Without one the condition
    /// fails or is unknown, and is recorded as such.
    pub fn container_security(&self, out: &mut Conditions) -> Option<ContainerSecurity<'t>> {
        let resource = self.resource;
        if resource.kind() == ResourceKind::EmrContainersSecurityConfiguration {
            return Some(resource.container_security());
        }
        let cluster = resource.virtual_cluster();
        if cluster.is_over() {
            return None;
        }
        match cluster.secured(self.scope) {
            Secured::By(found) => Some(found.container_security()),
            other @ (Secured::Nothing(_)
            | Secured::Missing(_)
            | Secured::Unknown(_)
            | Secured::Inexpressible(_)) => {
                out.not_secured(other, self);
                None
            }
        }
    }
}

impl Conditions {
    /// No security configuration of a virtual cluster was found: it fails, or is unknown.
    pub fn not_secured(&mut self, found: Secured<'_, '_>, seen: &View<'_, '_>) {
        let (node, condition) = match found {
            Secured::By(_) => return,
            Secured::Nothing(node) => {
                let message = "the virtual cluster names no security configuration";
                (node, self.failed(node, message))
            }
            Secured::Missing(node) => {
                let message = "the security configuration does not exist";
                (node, self.failed(node, message))
            }
            Secured::Inexpressible(node) => {
                let message =
                    "the Terraform provider has no argument for the security configuration";
                (
                    node,
                    self.undecided(node, message, "audit the live virtual cluster"),
                )
            }
            Secured::Unknown(node) => {
                let message = "the security configuration is unknown";
                let not_seen = Reason::NotObserved {
                    action: DESCRIBE.to_owned(),
                };
                let condition = match node.reason() {
                    Some(reason) => self.unknown(node, reason, message),
                    None if seen.is_live() => self.unknown(node, &not_seen, message),
                    None => self.undecided(
                        node,
                        "the security configuration is only named here",
                        "judge it together with what declares it, or audit the live account",
                    ),
                };
                (node, condition)
            }
        };
        condition
            .expected("a security configuration that exists")
            .observed(node.display());
    }
}
