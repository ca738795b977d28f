//! Studios stand in allowed subnets with bounded engine and workspace groups.

use crate::aws::network::{Addresses, Ports};
use crate::control::network::{
    Allowed, Direction, GroupRules, Peer, Rule, port_layers, reference_or_text, rules_of,
};
use crate::control::settings::{Choice, OneOf, Only, Plain, Subnet, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind, Value};
use ipnet::IpNet;

#[derive(Debug)]
pub(crate) enum Network {}

settings! {
    pub(crate) struct Setting {
        /// The VPCs that Studios may stand in.
        vpcs: OneOf<Plain>,
        /// The subnets that Studios may stand in.
        subnets: OneOf<Subnet>,
        /// Ports, or ranges such as `8000-8010`, on which workspaces may reach clusters.
        engine_ports: Only<Plain> = &["18888"],
    }
}

impl Control for Network {
    const META: &'static Meta = &Meta {
        id: "studio.network",
        title: "Studios stand in allowed subnets with bounded engine and workspace groups",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrStudio],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("network.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let studio = seen.resource.studio();
        judge_place(studio.get("VpcId"), "VPC", (&want.vpcs, "vpcs"), out);
        let subnets = studio.get("SubnetIds");
        match subnets.value() {
            Value::List => {
                for subnet in subnets.items() {
                    judge_place(subnet, "subnet", (&want.subnets, "subnets"), out);
                }
            }
            Value::Absent
            | Value::Null
            | Value::Unreadable(_)
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template
            | Value::Map => judge_place(subnets, "subnet", (&want.subnets, "subnets"), out),
        }
        let workspace = studio.get("WorkspaceSecurityGroupId");
        judge_engine(
            want,
            studio.get("EngineSecurityGroupId"),
            workspace,
            seen,
            out,
        );
        judge_workspace(workspace, seen, out);
    }
}

fn judge_place(
    node: Node<'_>,
    what: &str,
    (allowed, setting): (&Choice, &'static str),
    out: &mut Conditions,
) {
    if allowed.is_any() {
        return;
    }
    let condition = match node.text() {
        Known::Set(id) if allowed.allows(id) => return out.held(),
        Known::Set(id) => out.failed(node, format!("the Studio stands in {what} `{id}`")),
        Known::Absent | Known::Mistyped => {
            out.failed(node, format!("the {what} is {}", node.display()))
        }
        Known::Unreadable(reason) => {
            out.unknown(node, reason, format!("the {what} of the Studio is unknown"))
        }
    };
    condition
        .under(setting)
        .expected(allowed.to_string())
        .observed(node.display());
}

/// The rules of a group; records why they are not known.
fn known_rules<'t>(
    group: Node<'t>,
    what: &str,
    direction: Direction,
    seen: &View<'_, 't>,
    out: &mut Conditions,
) -> Option<Vec<Rule<'t>>> {
    match rules_of(seen, group, direction) {
        GroupRules::Rules(rules) => {
            out.held();
            return Some(rules);
        }
        GroupRules::Named(id) => out.undecided(
            group,
            format!("the {what} group `{id}` is only named here: its rules are unknown"),
            "declare the group beside the Studio, or audit the live account",
        ),
        GroupRules::Unknown(reason) => out.unknown(
            group,
            &reason,
            format!("the rules of the {what} group are unknown"),
        ),
    };
    None
}

/// Source: EMR Management Guide, *Define security groups to control EMR Studio network traffic*.
fn judge_engine<'t>(
    want: &Setting,
    engine: Node<'t>,
    workspace: Node<'t>,
    seen: &View<'_, 't>,
    out: &mut Conditions,
) {
    let Some(rules) = known_rules(engine, "engine", Direction::Ingress, seen, out) else {
        return;
    };
    let layers = port_layers(&want.engine_ports);
    for rule in &rules {
        let node = rule.node;
        let condition = match &rule.peer {
            Peer::Group(group) => match (reference_or_text(*group), reference_or_text(workspace)) {
                (Some(from), Some(own)) if from == own => {
                    judge_port(want, rule, &layers, out);
                    continue;
                }
                (Some(_), Some(_))
                    if group.as_text().is_some() == workspace.as_text().is_some() =>
                {
                    out.failed(
                        node,
                        "the engine group lets in another group than the workspaces'",
                    )
                }
                (Some(_) | None, _) => out.undecided(
                    node,
                    "whether the engine group lets in the workspaces' group alone is not known",
                    "refer to the group in the same way in both places",
                ),
            },
            Peer::Range(range) => out.failed(node, format!("the engine group lets in `{range}`")),
            Peer::PrefixList(id) => {
                out.failed(node, format!("the engine group lets in prefix list `{id}`"))
            }
            Peer::Unknown(reason) => {
                out.unknown(node, reason, "whom the engine group lets in is unknown")
            }
            Peer::Odd => out.undecided(
                node,
                "the source of a rule of the engine group is nothing that AWS takes",
                "write the workspaces' security group",
            ),
        };
        condition
            .expected("the workspaces' security group alone")
            .observed(node.display());
    }
}

/// No page of AWS's says that the port is the only one needed: another is worth knowing, and no more.
fn judge_port(want: &Setting, rule: &Rule<'_>, layers: &[Vec<Ports>], out: &mut Conditions) {
    match rule.ports {
        Some(ports) if layers.iter().all(|ranges| ports.lie_in(ranges)) => out.held(),
        Some(ports) => {
            out.failed(
                rule.node,
                format!("workspaces may reach {ports} of clusters"),
            )
            .at(Severity::Info)
            .under("engine-ports")
            .expected(want.engine_ports.to_string())
            .observed(ports.to_string());
        }
        None => {
            out.undecided(
                rule.node,
                "the ports of a rule of the engine group are unknown",
                "write `IpProtocol`, `FromPort` and `ToPort` literally",
            )
            .at(Severity::Info)
            .under("engine-ports");
        }
    }
}

fn judge_workspace<'t>(workspace: Node<'t>, seen: &View<'_, 't>, out: &mut Conditions) {
    let Some(rules) = known_rules(workspace, "workspace", Direction::Egress, seen, out) else {
        return;
    };
    let private = Allowed::new(&Addresses::private(), &Choice::default());
    for rule in &rules {
        let node = rule.node;
        let condition = match &rule.peer {
            Peer::Group(_) | Peer::PrefixList(_) => {
                out.held();
                continue;
            }
            Peer::Range(range) if private.holds(range) || !is_open(range) => {
                out.held();
                continue;
            }
            Peer::Range(range) => out.failed(node, format!("workspaces may reach `{range}`")),
            Peer::Unknown(reason) => {
                out.unknown(node, reason, "what workspaces may reach is unknown")
            }
            Peer::Odd => out.undecided(
                node,
                "the destination of a rule of the workspace group is nothing that AWS takes",
                "write an address range, a prefix list or a security group",
            ),
        };
        condition
            .expected("no egress to the world")
            .observed(node.display());
    }
}

/// Whether a range is wider than any one network: IANA hands out no more than a /8, in IPv6 a /12, at a time.
fn is_open(range: &IpNet) -> bool {
    match range {
        IpNet::V4(range) => range.prefix_len() < 8,
        IpNet::V6(range) => range.prefix_len() < 12,
    }
}

#[cfg(test)]
mod tests;
