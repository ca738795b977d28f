//! The groups that EMR manages hold its own rules only, and none is left over.

use crate::aws::network::Ports;
use crate::control::network::{
    Direction, GroupRules, Peer, Role, Rule, attached, reference_or_text, rules_of,
};
use crate::control::settings::{
    Allowance, CellKind, Column, Domain, OnlyRows, Table, TextType, cell_text, settings,
};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::lattice::Row;
use crate::observed::{Node, Reason, ResourceKind};

#[derive(Debug)]
pub(crate) enum ManagedSecurityGroups {}

#[derive(Debug)]
pub(crate) enum Permitted {}
impl Table for Permitted {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "group",
            CellKind::One(Domain::Words(&["primary", "core", "service"])),
            "Which group the rule may stand in.",
        )
        .identifying(),
        Column::optional(
            "protocol",
            CellKind::One(Domain::Words(&["tcp", "udp", "icmp", "icmpv6", "-1"])),
            "Its protocol; `tcp` when it is not given.",
        )
        .identifying(),
        Column::required(
            "ports",
            CellKind::One(Domain::Texts(TextType::String)),
            "A port, or a range such as `8000-8010`.",
        )
        .identifying(),
        Column::required(
            "source",
            CellKind::One(Domain::Texts(TextType::String)),
            "An address range, a prefix list or a security group.",
        )
        .identifying(),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// Rules that may stand beside EMR's own.
        rule: OnlyRows<Permitted>,
        /// Whether groups of EMR's that nothing uses may be left.
        unused: Allowance = false,
    }
}

/// The ports of the service-access rules that EMR adds. Source: EMR Management Guide, *EMR-managed security group for
/// service access*.
const SERVICE_PORTS: &[Ports] = &[
    Ports {
        from: 8443,
        to: 8443,
    },
    Ports {
        from: 9443,
        to: 9443,
    },
];

impl Control for ManagedSecurityGroups {
    const META: &'static Meta = &Meta {
        id: "network.managed-security-groups",
        title: "the groups that EMR manages hold its own rules only, and none is left over",
        severity: Severity::Low,
        kinds: &[ResourceKind::EmrCluster, ResourceKind::EmrAccount],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-6"],
        docs: include_str!("managed_security_groups.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if !seen.is_cluster() {
            return judge_account(want, seen, out);
        }
        if seen.resource.cluster().terminated() {
            return;
        }
        let groups = attached(seen);
        let managed = groups.iter().filter(|(role, _)| *role != Role::Additional);
        let own: Vec<&str> = managed
            .clone()
            .filter_map(|(_, group)| reference_or_text(*group))
            .collect();
        for (role, group) in managed {
            match rules_of(seen, *group, Direction::Ingress) {
                GroupRules::Rules(rules) => {
                    out.held();
                    for rule in &rules {
                        judge_rule(want, *role, rule, &own, out);
                    }
                }
                GroupRules::Named(id) => {
                    out.undecided(
                        *group,
                        format!("security group `{id}` is only named here: its rules are unknown"),
                        "declare the group beside the cluster, or audit the live cluster",
                    );
                }
                GroupRules::Unknown(reason) => {
                    out.unknown(*group, &reason, "the rules of a security group are unknown");
                }
            }
        }
    }
}

/// Groups that are left over are facts of the account, which only EC2 tells.
fn judge_account(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
    if !seen.is_live() || want.unused {
        return;
    }
    let reason = Reason::NotObserved {
        action: "ec2:DescribeNetworkInterfaces".to_owned(),
    };
    out.unknown(
        seen.resource.body,
        &reason,
        "which groups of EMR's are unused is unknown",
    )
    .under("unused");
}

fn judge_rule(want: &Setting, group: Role, rule: &Rule<'_>, own: &[&str], out: &mut Conditions) {
    let from_own = match &rule.peer {
        Peer::Group(source) => reference_or_text(*source).is_some_and(|id| own.contains(&id)),
        Peer::Range(_) | Peer::PrefixList(_) | Peer::Unknown(_) | Peer::Odd => false,
    };
    let service = rule.ports.is_some_and(|ports| ports.lie_in(SERVICE_PORTS))
        && matches!(rule.peer, Peer::Group(_));
    let declared = want.rule.values().any(|row| describes(row, group, rule));
    if from_own || service || declared {
        return out.held();
    }
    let node: Node<'_> = rule.node;
    let unknown = match &rule.peer {
        Peer::Group(source) => source.reason().filter(|_| source.reference().is_none()),
        Peer::Unknown(reason) => Some(reason),
        Peer::Range(_) | Peer::PrefixList(_) | Peer::Odd => None,
    };
    let ports = rule
        .ports
        .map_or_else(|| "unknown ports".to_owned(), |ports| ports.to_string());
    let condition = match unknown {
        Some(reason) => out.unknown(node, reason, "the source of a rule is unknown"),
        None => out.failed(
            node,
            format!(
                "a rule for {ports} in the {} group is not one of EMR's",
                group.word()
            ),
        ),
    };
    condition
        .under("rule")
        .expected("rules between the cluster's own groups, and declared ones")
        .observed(node.display())
        .fix("move the rule to an additional security group, or declare it in `rule`");
}

/// Whether a table of the baseline describes this rule.
fn describes(permitted: &Row, group: Role, rule: &Rule<'_>) -> bool {
    let cell = |key: &str| cell_text(permitted, key);
    let is = |key: &str, text: &str| cell(key).is_some_and(|want| want.accepts(text));
    let protocol = match rule.protocol {
        Some("6") => "tcp",
        Some("17") => "udp",
        Some(protocol) => protocol,
        None => return false,
    };
    let ports = cell("ports")
        .and_then(|text| text.as_literal())
        .and_then(Ports::of);
    let source = match &rule.peer {
        Peer::Range(range) => is("source", &range.to_string()),
        Peer::PrefixList(id) => is("source", id),
        Peer::Group(source) => source.as_text().is_some_and(|id| is("source", id)),
        Peer::Unknown(_) | Peer::Odd => false,
    };
    is("group", group.word())
        && source
        && (is("protocol", protocol) || (cell("protocol").is_none() && protocol == "tcp"))
        && ports.is_some_and(|ports| rule.ports.is_some_and(|seen| seen.lie_in(&[ports])))
}

#[cfg(test)]
mod tests {
    use super::ManagedSecurityGroups;
    use crate::control::testing::{judge_among, resource};
    use crate::control::{Entry, Verdict};
    use crate::lattice::{Cell, Row, Shape, Text};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn verdict(rules: &Value, settings: &[(&str, Shape)]) -> Verdict {
        let cluster = json!({ "Instances": {
            "EmrManagedMasterSecurityGroup": { "$ref": "Primary" },
            "EmrManagedSlaveSecurityGroup": { "$ref": "Core" } } });
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::CloudFormation,
            "C",
            &cluster,
        );
        let beside = [
            (
                "AWS::EC2::SecurityGroup",
                "Primary",
                json!({ "SecurityGroupIngress": rules }),
            ),
            ("AWS::EC2::SecurityGroup", "Core", json!({})),
        ];
        let entry = Entry::of::<ManagedSecurityGroups>();
        judge_among(&entry, settings, &[], vec![cluster], &beside).verdict
    }

    #[test]
    fn rules_between_the_clusters_own_groups_are_emrs() {
        let own = json!([
            { "IpProtocol": "-1", "SourceSecurityGroupId": { "$attribute": ["Core", "GroupId"] } },
            { "IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "SourceSecurityGroupId": "sg-service" },
        ]);
        assert_eq!(verdict(&own, &[]), Verdict::Compliant);
    }

    #[test]
    fn any_other_rule_must_be_declared() {
        let ssh =
            json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8" }]);
        assert_eq!(verdict(&ssh, &[]), Verdict::Noncompliant);
        let text = |text: &str| Cell::Text(Text::from(text));
        let row = |ports: &str| {
            Row::from([
                ("group", text("primary")),
                ("ports", text(ports)),
                ("source", text("10.0.0.0/8")),
            ])
        };
        let rows = |ports| {
            [(
                "rule",
                Shape::OnlyRows(Arc::new([("r".into(), row(ports))].into())),
            )]
        };
        assert_eq!(verdict(&ssh, &rows("22")), Verdict::Compliant);
        assert_eq!(verdict(&ssh, &rows("443")), Verdict::Noncompliant);
    }

    #[test]
    fn a_source_that_cannot_be_read_is_unknown() {
        let rule =
            json!([{ "IpProtocol": "-1", "SourceSecurityGroupId": { "$unknown": "Other" } }]);
        assert_eq!(verdict(&rule, &[]), Verdict::Indeterminate);
    }
}
