//! Nodes reach declared destinations only.

use crate::aws::network::{Addresses, Ports};
use crate::control::network::{
    Allowed, Direction, GroupRules, Peer, Rule, attached, port_layers, rules_of,
};
use crate::control::settings::{Only, Plain, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum Egress {}

settings! {
    pub(crate) struct Setting {
        /// Address ranges, prefix lists and security groups that nodes may reach; without it, private ranges.
        destinations: Only<Plain>,
        /// Ports, or ranges such as `8000-8010`, that rules may open; without it, any.
        ports: Only<Plain>,
    }
}

impl Control for Egress {
    const META: &'static Meta = &Meta {
        id: "network.egress",
        title: "nodes reach declared destinations only",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7(5)", "own NIST-800-53 AC-4"],
        docs: include_str!("egress.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.is_cluster() && seen.resource.cluster().terminated() {
            return;
        }
        let base = if want.destinations.is_any() {
            Addresses::private()
        } else {
            Addresses::default()
        };
        let allowed = Allowed::new(&base, &want.destinations);
        let ports = port_layers(&want.ports);
        for (_, group) in attached(seen) {
            match rules_of(seen, group, Direction::Egress) {
                GroupRules::Rules(rules) => {
                    out.held();
                    for rule in &rules {
                        judge_peer(want, rule, &allowed, out);
                        judge_ports(want, rule, &ports, out);
                    }
                }
                GroupRules::Named(id) => {
                    out.undecided(
                        group,
                        format!("security group `{id}` is only named here: its rules are unknown"),
                        "declare the group beside the cluster, or audit the live cluster",
                    );
                }
                GroupRules::Unknown(reason) => {
                    out.unknown(group, &reason, "the rules of a security group are unknown");
                }
            }
        }
    }
}

fn judge_peer(want: &Setting, rule: &Rule<'_>, allowed: &Allowed, out: &mut Conditions) {
    let node = rule.node;
    let condition = match &rule.peer {
        // A group is nodes of the VPC: inside, unless the baseline lists where else they may go.
        Peer::Group(group) => match group.as_text() {
            Some(id) if !want.destinations.is_any() && !allowed.names(id) => {
                out.failed(node, format!("nodes may reach security group `{id}`"))
            }
            Some(_) | None => return out.held(),
        },
        Peer::Range(range) if allowed.holds(range) => return out.held(),
        Peer::PrefixList(id) if allowed.names(id) => return out.held(),
        Peer::Range(range) => out.failed(node, format!("nodes may reach `{range}`")),
        Peer::PrefixList(id) if !want.destinations.is_any() => {
            out.failed(node, format!("nodes may reach prefix list `{id}`"))
        }
        Peer::PrefixList(id) => out.undecided(
            node,
            format!("nodes may reach prefix list `{id}`, and its entries are unknown"),
            "name the prefix list in `destinations`",
        ),
        Peer::Unknown(reason) => out.unknown(node, reason, "what nodes may reach is unknown"),
        Peer::Odd => out.undecided(
            node,
            "the destination of a rule is nothing that AWS takes",
            "write an address range, a prefix list or a security group",
        ),
    };
    let wish = if want.destinations.is_any() {
        "private ranges".to_owned()
    } else {
        want.destinations.to_string()
    };
    condition
        .under("destinations")
        .expected(wish)
        .observed(node.display());
}

fn judge_ports(want: &Setting, rule: &Rule<'_>, layers: &[Vec<Ports>], out: &mut Conditions) {
    if layers.is_empty() {
        return;
    }
    let condition = match rule.ports {
        Some(ports) if layers.iter().all(|ranges| ports.lie_in(ranges)) => return out.held(),
        Some(ports) => out.failed(rule.node, format!("{ports} may be reached")),
        None => out.undecided(
            rule.node,
            "the ports of a rule are unknown",
            "write `IpProtocol`, `FromPort` and `ToPort` literally",
        ),
    };
    condition.under("ports").expected(want.ports.to_string());
}

#[cfg(test)]
mod tests {
    use super::Egress;
    use crate::control::testing::{judge_among, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    fn verdict(group: Value, settings: &[(&str, &[&str])]) -> Verdict {
        let cluster = json!({ "Instances": { "EmrManagedMasterSecurityGroup": { "$ref": "Nodes" },
            "EmrManagedSlaveSecurityGroup": { "$ref": "Nodes" } } });
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::CloudFormation,
            "C",
            &cluster,
        );
        let settings: Vec<_> = settings
            .iter()
            .map(|(key, texts)| (*key, only(texts)))
            .collect();
        let beside = [("AWS::EC2::SecurityGroup", "Nodes", group)];
        judge_among(
            &Entry::of::<Egress>(),
            &settings,
            &[],
            vec![cluster],
            &beside,
        )
        .verdict
    }

    #[test]
    fn a_group_without_egress_rules_reaches_everything() {
        assert_eq!(verdict(json!({}), &[]), Verdict::Noncompliant);
        assert_eq!(
            verdict(json!({ "SecurityGroupEgress": [] }), &[]),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn every_rule_must_stay_inside() {
        let rule = |cidr: &str| json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr });
        let inside = json!({ "SecurityGroupEgress": [rule("10.0.0.0/16")] });
        let both = json!({ "SecurityGroupEgress": [rule("10.0.0.0/16"), rule("0.0.0.0/0")] });
        assert_eq!(verdict(inside.clone(), &[]), Verdict::Compliant);
        assert_eq!(verdict(both, &[]), Verdict::Noncompliant);
        let named: &[(&str, &[&str])] = &[("destinations", &["10.0.0.0/8"]), ("ports", &["443"])];
        assert_eq!(verdict(inside.clone(), named), Verdict::Compliant);
        let other: &[(&str, &[&str])] = &[("destinations", &["192.168.0.0/16"])];
        assert_eq!(verdict(inside.clone(), other), Verdict::Noncompliant);
        let ports: &[(&str, &[&str])] = &[("ports", &["88"])];
        assert_eq!(verdict(inside, ports), Verdict::Noncompliant);
    }

    #[test]
    fn a_prefix_list_is_known_by_name_only() {
        let list = json!({ "SecurityGroupEgress": [{ "IpProtocol": "-1", "DestinationPrefixListId": "pl-1" }] });
        assert_eq!(verdict(list.clone(), &[]), Verdict::Indeterminate);
        assert_eq!(
            verdict(list.clone(), &[("destinations", &["pl-1"])]),
            Verdict::Compliant
        );
        assert_eq!(
            verdict(list, &[("destinations", &["pl-2"])]),
            Verdict::Noncompliant
        );
    }
}
