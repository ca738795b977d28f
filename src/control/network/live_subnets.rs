//! Whether a live subnet has a way in from the internet: what EC2 answers of it and of its routes.
//!
//! Source: Amazon VPC User Guide, "Subnet types" and "Subnet route tables": a subnet has the table that it is associated
//! with, or else the main one of its VPC; it is public when a route of that table leads to an internet gateway.

use super::ways_in::Lets;
use crate::control::verdict::Conditions;
use crate::control::view::View;
use crate::observed::{Node, Reason};

const SUBNETS: &str = "ec2:DescribeSubnets";
const TABLES: &str = "ec2:DescribeRouteTables";

/// A live subnet.
#[derive(Clone, Debug)]
pub(crate) struct LiveSubnet<'t> {
    /// Its VPC.
    pub(crate) vpc: Node<'t>,
    /// The account that it belongs to, which may share it with others.
    pub(crate) owner: Option<&'t str>,
    /// The id of its route table, or why it is not known.
    pub(crate) table: Result<Node<'t>, Reason>,
}

impl<'t> View<'_, 't> {
    /// What EC2 answers of a subnet.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn live_subnet(&self, id: &str) -> Result<LiveSubnet<'t>, Reason> {
        let subnet = found(self, SUBNETS, "Subnets", |one| {
            text(one, "SubnetId") == Some(id)
        })?;
        let vpc = subnet.get("VpcId");
        Ok(LiveSubnet {
            vpc,
            owner: text(subnet, "OwnerId"),
            table: table_of(self, id, vpc).map(|table| table.get("RouteTableId")),
        })
    }
}

impl Conditions {
    /// A live subnet must have no way in from the internet. Returns its VPC, where that is known.
    pub(crate) fn live_subnet_must_be_private<'t>(
        &mut self,
        seen: &View<'_, 't>,
        node: Node<'_>,
        id: &str,
        lets: Lets,
    ) -> Option<Node<'t>> {
        let subnet = match found(seen, SUBNETS, "Subnets", |one| {
            text(one, "SubnetId") == Some(id)
        }) {
            Ok(subnet) => subnet,
            Err(reason) => {
                self.unknown(
                    node,
                    &reason,
                    format!("what subnet `{id}` is like is unknown"),
                );
                return None;
            }
        };
        if !lets.auto_assign_public {
            for key in ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"] {
                self.must_not_be_on(subnet.get(key), key);
            }
        }
        let vpc = subnet.get("VpcId");
        match table_of(seen, id, vpc) {
            Ok(table) => self.routes_must_lead_inside(node, id, table, lets),
            Err(reason) => {
                self.unknown(
                    node,
                    &reason,
                    format!("the routes of subnet `{id}` are unknown"),
                );
            }
        }
        Some(vpc)
    }

    fn routes_must_lead_inside(&mut self, node: Node<'_>, id: &str, table: Node<'_>, lets: Lets) {
        let routes = table.get("Routes");
        if let Some(reason) = routes.reason() {
            self.unknown(
                node,
                reason,
                format!("the routes of subnet `{id}` are unknown"),
            );
            return;
        }
        self.held();
        // A route whose target is gone leads nowhere: `blackhole`.
        let active = |route: &Node<'_>| text(*route, "State") != Some("blackhole");
        for route in routes.items().filter(active) {
            let set = |key: &'static str| route.get(key).is_set();
            let gateway = route.get("GatewayId");
            let condition = if gateway.as_text().is_some_and(|id| id.starts_with("igw-")) {
                self.failed(gateway, "a route leads to an internet gateway")
            } else if set("CarrierGatewayId") {
                self.failed(
                    route.get("CarrierGatewayId"),
                    "a route leads to a carrier gateway",
                )
            } else if set("LocalGatewayId") && !lets.local_gateway {
                self.failed(
                    route.get("LocalGatewayId"),
                    "a route leads to a local gateway",
                )
                .under("local-gateway")
            } else {
                continue;
            };
            condition
                .expected("no route from the internet")
                .observed(route.display());
        }
    }
}

fn text<'t>(node: Node<'t>, key: &'static str) -> Option<&'t str> {
    node.get(key).as_text()
}

/// The associations of a route table that are in force.
fn associations(table: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let all = table.get("Associations").items();
    all.filter(|one| {
        one.path("AssociationState/State")
            .as_text()
            .is_none_or(|state| state == "associated")
    })
}

/// The route table of a subnet: its own, or else the main one of its VPC.
fn table_of<'t>(seen: &View<'_, 't>, id: &str, vpc: Node<'t>) -> Result<Node<'t>, Reason> {
    let own = |one: Node<'_>| associations(one).any(|by| text(by, "SubnetId") == Some(id));
    let main = |one: Node<'_>| {
        text(one, "VpcId").is_some()
            && text(one, "VpcId") == vpc.as_text()
            && associations(one).any(|by| by.get("Main").switch() == crate::observed::Switch::On)
    };
    found(seen, TABLES, "RouteTables", own).or_else(|_| found(seen, TABLES, "RouteTables", main))
}

/// The entry of a shared answer that is the one.
fn found<'t>(
    seen: &View<'_, 't>,
    action: &'static str,
    list: &'static str,
    is_it: impl Fn(Node<'t>) -> bool,
) -> Result<Node<'t>, Reason> {
    let answer = seen.shared_answer(action)?;
    let mut all = answer.get(list).items();
    // Subnets that others share may have tables that are not shown.
    all.find(|one| is_it(*one))
        .ok_or_else(|| Reason::NotObserved {
            action: action.to_owned(),
        })
}
