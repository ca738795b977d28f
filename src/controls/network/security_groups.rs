//! Nothing outside the trusted ranges may connect to a node.

use crate::aws::network::{Addresses, Ports};
use crate::control::network::{
    Allowed, Direction, GroupRules, Peer, Rule, attached, port_layers, rules_of,
};
use crate::control::settings::{Only, Plain, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum SecurityGroups {}

settings! {
    pub(crate) struct Setting {
        /// Address ranges and prefix lists that may connect, beside private ranges.
        trusted: Only<Plain> = &[] as &[&str],
        /// Ports, or ranges such as `8000-8010`, that may be open to all.
        open_ports: Only<Plain> = &[] as &[&str],
        /// Security groups that the baseline vouches for, by id.
        groups: Only<Plain> = &[] as &[&str],
    }
}

impl Control for SecurityGroups {
    const META: &'static Meta = &Meta {
        id: "network.security-groups",
        title: "nothing outside the trusted ranges may connect to a node",
        severity: Severity::Critical,
        kinds: &[
            ResourceKind::EmrCluster,
            ResourceKind::EmrStudio,
            ResourceKind::EmrServerlessApplication,
        ],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 SC-7"],
        docs: include_str!("security_groups.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.is_cluster() && seen.resource.cluster().terminated() {
            return;
        }
        let allowed = Allowed::new(&Addresses::private(), &want.trusted);
        let open = port_layers(&want.open_ports);
        for (_, group) in attached(seen) {
            match rules_of(seen, group, Direction::Ingress) {
                GroupRules::Rules(rules) => {
                    out.held();
                    for rule in &rules {
                        judge_rule(rule, &allowed, &open, out);
                    }
                }
                GroupRules::Named(id) if want.groups.allows(id) => out.held(),
                GroupRules::Named(id) => {
                    out.undecided(
                        group,
                        format!("security group `{id}` is only named here: its rules are unknown"),
                        "name the group in `groups`, or audit the live cluster",
                    )
                    .under("groups")
                    .expected(want.groups.to_string())
                    .observed(group.display());
                }
                GroupRules::Unknown(reason) => {
                    out.unknown(group, &reason, "the rules of a security group are unknown");
                }
            }
        }
    }
}

fn judge_rule(rule: &Rule<'_>, allowed: &Allowed, open: &[Vec<Ports>], out: &mut Conditions) {
    let on_open_port = rule
        .ports
        .is_some_and(|ports| !open.is_empty() && open.iter().all(|ranges| ports.lie_in(ranges)));
    let shown = rule.ports.map_or_else(
        || "a port that is not known".to_owned(),
        |ports| ports.to_string(),
    );
    let node: Node<'_> = rule.node;
    let condition = match &rule.peer {
        Peer::Group(_) => return out.held(),
        Peer::Range(range) if on_open_port || allowed.holds(range) => return out.held(),
        Peer::PrefixList(id) if on_open_port || allowed.names(id) => return out.held(),
        Peer::Range(range) => out.failed(node, format!("`{range}` may connect to {shown}")),
        Peer::PrefixList(id) => out.undecided(
            node,
            format!("prefix list `{id}` may connect to {shown}, and its entries are unknown"),
            "name the prefix list in `trusted`, or audit the live cluster",
        ),
        Peer::Unknown(reason) => out.unknown(
            node,
            reason,
            format!("who may connect to {shown} is unknown"),
        ),
        Peer::Odd => out.undecided(
            node,
            format!("the source of a rule for {shown} is nothing that AWS takes"),
            "write an address range, a prefix list or a security group",
        ),
    };
    condition
        .under("trusted")
        .expected("private ranges, and what `trusted` names")
        .observed(node.display());
}

#[cfg(test)]
mod tests {
    use super::SecurityGroups;
    use crate::control::testing::{judge_among, only, resource};
    use crate::control::{Entry, Verdict};
    use crate::observed::{Form, ResourceKind};
    use serde_json::{Value, json};

    const GROUP: &str = "AWS::EC2::SecurityGroup";

    fn verdict(rules: &Value, apart: &[Value], settings: &[(&str, &[&str])]) -> Verdict {
        let cluster = json!({ "Instances": {
            "EmrManagedMasterSecurityGroup": { "$ref": "Nodes" },
            "EmrManagedSlaveSecurityGroup": { "$attribute": ["Nodes", "GroupId"] } } });
        let cluster = resource(
            ResourceKind::EmrCluster,
            Form::CloudFormation,
            "C",
            &cluster,
        );
        let mut beside = vec![(GROUP, "Nodes", json!({ "SecurityGroupIngress": rules }))];
        for rule in apart {
            beside.push(("AWS::EC2::SecurityGroupIngress", "Rule", rule.clone()));
        }
        let settings: Vec<_> = settings
            .iter()
            .map(|(key, texts)| (*key, only(texts)))
            .collect();
        let entry = Entry::of::<SecurityGroups>();
        judge_among(&entry, &settings, &[], vec![cluster], &beside).verdict
    }

    fn tcp(port: u16, source: &Value) -> Value {
        let mut rule = json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port });
        for (key, value) in source.as_object().unwrap() {
            rule[key] = value.clone();
        }
        rule
    }

    #[test]
    fn any_public_source_on_any_port_is_noncompliant() {
        for source in [
            json!({ "CidrIp": "0.0.0.0/0" }),
            json!({ "CidrIpv6": "::/0" }),
            json!({ "CidrIp": "128.0.0.0/1" }),
            json!({ "CidrIp": "203.0.113.7/32" }),
        ] {
            assert_eq!(
                verdict(&json!([tcp(8443, &source)]), &[], &[]),
                Verdict::Noncompliant
            );
            let mut apart = tcp(22, &source);
            apart["GroupId"] = json!({ "$attribute": ["Nodes", "GroupId"] });
            assert_eq!(verdict(&json!([]), &[apart], &[]), Verdict::Noncompliant);
        }
        let ping = json!([{ "IpProtocol": "icmp", "FromPort": "-1", "ToPort": "-1", "CidrIp": "0.0.0.0/0" }]);
        assert_eq!(
            verdict(&ping, &[], &[("open-ports", &["22"])]),
            Verdict::Noncompliant
        );
    }

    #[test]
    fn private_and_trusted_sources_and_groups_are_compliant() {
        let rules = json!([
            tcp(22, &json!({ "CidrIp": "10.0.0.0/8" })),
            tcp(22, &json!({ "CidrIp": "203.0.113.0/24" })),
            tcp(
                8443,
                &json!({ "SourceSecurityGroupId": { "$ref": "Service" } })
            ),
            tcp(443, &json!({ "CidrIp": "0.0.0.0/0" })),
        ]);
        let settings: &[(&str, &[&str])] = &[
            ("trusted", &["203.0.113.0/25", "203.0.113.128/25"]),
            ("open-ports", &["443"]),
        ];
        assert_eq!(verdict(&rules, &[], settings), Verdict::Compliant);
        assert_eq!(verdict(&json!([]), &[], &[]), Verdict::Compliant);
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        for source in [
            json!({ "CidrIp": { "$unknown": "Office" } }),
            json!({ "SourcePrefixListId": "pl-0123456789abcdef0" }),
            json!({}),
        ] {
            assert_eq!(
                verdict(&json!([tcp(22, &source)]), &[], &[]),
                Verdict::Indeterminate
            );
        }
        assert_eq!(
            verdict(&json!({ "$unknown": "Rules" }), &[], &[]),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn a_named_group_passes_on_the_baselines_word_alone() {
        let body = json!({ "Instances": { "EmrManagedMasterSecurityGroup": "sg-1",
            "EmrManagedSlaveSecurityGroup": "sg-1" } });
        let judged = |form, body: &Value, groups: &[&str]| {
            let cluster = resource(ResourceKind::EmrCluster, form, "C", body);
            let settings = [("groups", only(groups))];
            let entry = Entry::of::<SecurityGroups>();
            judge_among(&entry, &settings, &[], vec![cluster], &[]).verdict
        };
        assert_eq!(judged(Form::Request, &body, &["sg-1"]), Verdict::Compliant);
        assert_eq!(judged(Form::Request, &body, &[]), Verdict::Indeterminate);
        assert_eq!(
            judged(Form::Request, &json!({}), &["sg-1"]),
            Verdict::Indeterminate
        );
    }

    #[test]
    fn live_the_rules_come_from_ec2() {
        let judged = |permissions: Value| {
            let group = json!({ "GroupId": "sg-1", "IpPermissions": permissions });
            let body = json!({
                "elasticmapreduce:DescribeCluster": { "Cluster": { "Ec2InstanceAttributes": {
                    "EmrManagedMasterSecurityGroup": "sg-1", "EmrManagedSlaveSecurityGroup": "sg-1" } } },
                "ec2:DescribeSecurityGroups": { "SecurityGroups": [group] },
            });
            let cluster = resource(ResourceKind::EmrCluster, Form::Live, "j-1", &body);
            let entry = Entry::of::<SecurityGroups>();
            judge_among(&entry, &[], &[], vec![cluster], &[]).verdict
        };
        let open = json!([{ "IpProtocol": "-1", "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] }]);
        assert_eq!(judged(open), Verdict::Noncompliant);
        let own = json!([{ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": "sg-1" }] }]);
        assert_eq!(judged(own), Verdict::Compliant);
        assert_eq!(judged(json!({ "$unknown": "x" })), Verdict::Indeterminate);
    }
}
