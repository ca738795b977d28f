//! Whether a declared subnet has a way in from the internet: its routes and the addresses it gives.

use super::{neighbours_naming, reference_or_text, route_table};
use crate::control::verdict::Conditions;
use crate::control::view::View;
use crate::observed::{Neighbour, Node, Switch, Value, Word};

/// Route tables by their ids.
enum ById {}

/// What a baseline lets a subnet have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lets {
    /// Public addresses on launch.
    pub(crate) auto_assign_public: bool,
    /// Routes to the local gateway of an Outpost.
    pub(crate) local_gateway: bool,
}

impl Conditions {
    /// A subnet that is declared beside what stands in it must have no way in from the internet.
    pub(crate) fn must_be_private(
        &mut self,
        seen: &View<'_, '_>,
        named: Node<'_>,
        subnet: &Neighbour<'_>,
        lets: Lets,
    ) {
        if !lets.auto_assign_public {
            for key in ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"] {
                self.must_not_be_on(subnet.body.get(key), key);
            }
        }
        let Some(table) = route_table(seen, named) else {
            self.undecided(
                named,
                format!(
                    "subnet `{}` is associated with no route table here: it has the VPC's main one, which is unknown",
                    subnet.id
                ),
                "declare the route table of the subnet, with its association",
            );
            return;
        };
        let mut tables = seen.scope.neighbours_by::<ById>(
            "AWS::EC2::RouteTable",
            |one| Some(vec![Word::text(&*one.id)]),
            || Some(vec![Word::text(table)]),
        );
        if !tables.any(|one| &*one.id == table) {
            self.undecided(
                named,
                format!("route table `{table}` is only named here: its routes are unknown"),
                "declare the route table beside the subnet, or audit the live cluster",
            );
            return;
        }
        self.held();
        for route in neighbours_naming(seen, "AWS::EC2::Route", "RouteTableId", table) {
            if reference_or_text(route.body.get("RouteTableId")) == Some(table) {
                self.must_lead_inside(seen, route, lets);
            }
        }
    }

    pub(super) fn must_not_be_on(&mut self, node: Node<'_>, name: &str) {
        let condition = match node.switch_leniently() {
            Switch::Off | Switch::TextOff | Switch::Absent => return self.held(),
            Switch::Unreadable(reason) => {
                self.unknown(node, reason, format!("`{name}` is unknown"))
            }
            Switch::On | Switch::TextOn | Switch::Odd => {
                self.failed(node, format!("`{name}` gives nodes public addresses"))
            }
        };
        condition
            .under("auto-assign-public")
            .expected("off")
            .observed(node.display());
    }

    fn must_lead_inside(&mut self, seen: &View<'_, '_>, route: &Neighbour<'_>, lets: Lets) {
        let gateway = route.body.get("GatewayId");
        let carrier = route.body.get("CarrierGatewayId");
        let local = route.body.get("LocalGatewayId");
        let is_declared = |kind| seen.scope.neighbour(kind, gateway).is_some();
        let condition = if carrier.is_set() || carrier.reason().is_some() {
            self.failed(carrier, "a route leads to a carrier gateway")
        } else if (local.is_set() || local.reason().is_some()) && !lets.local_gateway {
            self.failed(local, "a route leads to a local gateway")
                .under("local-gateway")
        } else {
            match gateway.value() {
                Value::Absent | Value::Null => return self.held(),
                Value::String(id) if id.starts_with("igw-") => {
                    self.failed(gateway, "a route leads to an internet gateway")
                }
                Value::Unreadable(_) if is_declared("AWS::EC2::InternetGateway") => {
                    self.failed(gateway, "a route leads to an internet gateway")
                }
                // `local`, a virtual private gateway, a gateway endpoint.
                Value::String(id)
                    if id == "local" || id.starts_with("vgw-") || id.starts_with("vpce-") =>
                {
                    return self.held();
                }
                Value::Unreadable(_)
                    if is_declared("AWS::EC2::VPNGateway")
                        || is_declared("AWS::EC2::VPCEndpoint") =>
                {
                    return self.held();
                }
                Value::Unreadable(reason) => {
                    self.unknown(gateway, reason, "where a route leads is unknown")
                }
                Value::String(_)
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Template
                | Value::List
                | Value::Map => self.undecided(
                    gateway,
                    "where a route leads is unknown",
                    "name the gateway literally",
                ),
            }
        };
        condition
            .expected("no route from the internet")
            .observed(route.body.display());
    }
}
