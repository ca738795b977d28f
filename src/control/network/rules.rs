//! The rules of a security group, read alike from declarations and from EC2's answers.

use super::known_text;
use crate::aws::network::{Ports, range};
use crate::control::view::View;
use crate::observed::{Form, Known, Neighbour, Node, Reason, Value, Word};
use ipnet::IpNet;

/// Which way a rule lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the nodes.
    Ingress,
    /// From the nodes.
    Egress,
}

/// One peer of a rule, with the ports that are open for it.
#[derive(Clone, Debug)]
pub(crate) struct Rule<'t> {
    /// Where the peer is written, or the rule.
    pub(crate) node: Node<'t>,
    /// The ports; every port for protocols without ports. `None` when they are not known.
    pub(crate) ports: Option<Ports>,
    /// The protocol as written, when it is known.
    pub(crate) protocol: Option<&'t str>,
    /// Who is at the other end.
    pub(crate) peer: Peer<'t>,
}

/// Who is at the other end of a rule.
#[derive(Clone, Debug)]
pub(crate) enum Peer<'t> {
    /// A range of addresses.
    Range(IpNet),
    /// A managed prefix list.
    PrefixList(&'t str),
    /// Another security group.
    Group(Node<'t>),
    /// It cannot be known.
    Unknown(Reason),
    /// It is nothing that AWS takes.
    Odd,
}

/// The rules of a group, as far as they can be seen.
#[derive(Clone, Debug)]
pub(crate) enum GroupRules<'t> {
    /// All of them.
    Rules(Vec<Rule<'t>>),
    /// The group is only named.
    Named(&'t str),
    /// They are not known.
    Unknown(Reason),
}

/// Every rule of one direction of the group that `group` names.
pub(crate) fn rules_of<'t>(
    seen: &View<'_, 't>,
    group: Node<'t>,
    direction: Direction,
) -> GroupRules<'t> {
    if seen.is_live() {
        return live(seen, group, direction);
    }
    if let Some(declared) = seen.scope.neighbour("AWS::EC2::SecurityGroup", group) {
        return GroupRules::Rules(declared_rules(seen, declared, direction));
    }
    match group.text() {
        Known::Set(id) if !id.is_empty() => GroupRules::Named(id),
        Known::Unreadable(reason) => GroupRules::Unknown(reason.clone()),
        Known::Set(_) | Known::Absent => GroupRules::Unknown(Reason::Elsewhere {
            place: "AWS, which uses a group of its own choice where none is named".to_owned(),
        }),
        Known::Mistyped => GroupRules::Unknown(Reason::Malformed {
            what: "the security group is not a string".to_owned(),
        }),
    }
}

fn live<'t>(seen: &View<'_, 't>, group: Node<'t>, direction: Direction) -> GroupRules<'t> {
    let Some(id) = known_text(group) else {
        let reason = group.reason().cloned().unwrap_or(Reason::Elsewhere {
            place: "AWS, which uses a group of its own choice where none is named".to_owned(),
        });
        return GroupRules::Unknown(reason);
    };
    let answer = match seen.shared_answer("ec2:DescribeSecurityGroups") {
        Ok(answer) => answer,
        Err(reason) => return GroupRules::Unknown(reason),
    };
    let groups = answer.get("SecurityGroups");
    let found = groups
        .items()
        .find(|one| one.get("GroupId").as_text() == Some(id));
    let Some(found) = found else {
        return GroupRules::Unknown(Reason::NotObserved {
            action: "ec2:DescribeSecurityGroups".to_owned(),
        });
    };
    let permissions = found.get(match direction {
        Direction::Ingress => "IpPermissions",
        Direction::Egress => "IpPermissionsEgress",
    });
    let mut rules = Vec::new();
    for permission in permissions.items() {
        let peers = [
            ("IpRanges", "CidrIp"),
            ("Ipv6Ranges", "CidrIpv6"),
            ("PrefixListIds", "PrefixListId"),
            ("UserIdGroupPairs", "GroupId"),
        ];
        for (list, key) in peers {
            for item in permission.get(list).items() {
                rules.extend(rules_for(seen, permission, item.get(key), key));
            }
        }
    }
    match permissions.reason() {
        Some(reason) => GroupRules::Unknown(reason.clone()),
        None => GroupRules::Rules(rules),
    }
}

/// The property of a group that lists rules of its own, the type that declares a rule apart, and a rule's peers.
/// Source: CloudFormation, `AWS::EC2::SecurityGroup`, `AWS::EC2::SecurityGroupIngress` and `…Egress`.
const fn names(direction: Direction) -> (&'static str, &'static str, &'static [&'static str]) {
    match direction {
        Direction::Ingress => (
            "SecurityGroupIngress",
            "AWS::EC2::SecurityGroupIngress",
            &[
                "CidrIp",
                "CidrIpv6",
                "SourcePrefixListId",
                "SourceSecurityGroupId",
                "SourceSecurityGroupName",
            ],
        ),
        Direction::Egress => (
            "SecurityGroupEgress",
            "AWS::EC2::SecurityGroupEgress",
            &[
                "CidrIp",
                "CidrIpv6",
                "DestinationPrefixListId",
                "DestinationSecurityGroupId",
            ],
        ),
    }
}

fn declared_rules<'t>(
    seen: &View<'_, 't>,
    group: &Neighbour<'t>,
    direction: Direction,
) -> Vec<Rule<'t>> {
    let (list, apart, peers) = names(direction);
    let written = group.body.get(list);
    let mut rules = Vec::new();
    match written.value() {
        Value::List => {
            for item in written.items() {
                rules.extend(peers_of(seen, item, peers));
            }
        }
        Value::Map => rules.extend(peers_of(seen, written, peers)),
        Value::Unreadable(reason) => rules.push(unknown(written, reason.clone())),
        Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template => {}
    }
    // CloudFormation gives a group without egress rules of its own AWS's default: everything, everywhere. Terraform removes
    // that rule, and its reader writes an empty list.
    let default = direction == Direction::Egress
        && (written.is_absent()
            || (seen.resource.form == Form::CloudFormation && written.items().len() == 0));
    if default && rules.is_empty() {
        for everywhere in ["0.0.0.0/0", "::/0"].into_iter().filter_map(range) {
            rules.push(Rule {
                node: written,
                ports: Some(Ports::ALL),
                protocol: Some("-1"),
                peer: Peer::Range(everywhere),
            });
        }
    }
    let declared = seen.scope.neighbours_by::<ByGroup>(
        apart,
        |one| Some(Word::of(one.body.get("GroupId")).into_iter().collect()),
        || {
            let names = group.names.iter().cloned().map(Word::Text);
            let id = Word::Reference(group.id.to_string());
            Some(names.chain([id]).collect())
        },
    );
    for one in declared {
        if group.is_referred_to_by(one.body.get("GroupId")) {
            rules.extend(peers_of(seen, one.body, peers));
        }
    }
    rules
}

fn unknown(node: Node<'_>, reason: Reason) -> Rule<'_> {
    Rule {
        node,
        ports: None,
        protocol: None,
        peer: Peer::Unknown(reason),
    }
}

/// Rules declared apart, by their groups.
enum ByGroup {}

/// One rule for each peer that a declared rule names.
fn peers_of<'t>(seen: &View<'_, 't>, written: Node<'t>, peers: &[&'static str]) -> Vec<Rule<'t>> {
    if let Some(reason) = written.reason().or_else(|| written.open()) {
        return vec![unknown(written, reason.clone())];
    }
    let named: Vec<Rule<'t>> = peers
        .iter()
        .map(|&key| (key, written.get(key)))
        .filter(|(_, peer)| !matches!(peer.value(), Value::Absent | Value::Null))
        .flat_map(|(key, peer)| rules_for(seen, written, peer, key))
        .collect();
    if named.is_empty() {
        return vec![Rule {
            peer: Peer::Odd,
            ..unknown(written, Reason::KnownAfterApply)
        }];
    }
    named
}

/// The rules that `written` makes for the peer that stands under `key`: one, or one for each entry of a prefix list that is
/// declared beside the group.
fn rules_for<'t>(
    seen: &View<'_, 't>,
    written: Node<'t>,
    peer: Node<'t>,
    key: &str,
) -> Vec<Rule<'t>> {
    let (protocol, ports) = ports(written);
    let found = match peer.text() {
        _ if key.contains("Group") => vec![Peer::Group(peer)],
        Known::Set(id) if key.contains("PrefixList") => vec![Peer::PrefixList(id)],
        Known::Set(text) => vec![range(text).map_or(Peer::Odd, Peer::Range)],
        Known::Unreadable(reason) => match seen.scope.neighbour("AWS::EC2::PrefixList", peer) {
            Some(list) => entries(list.body.get("Entries")),
            None => vec![Peer::Unknown(reason.clone())],
        },
        Known::Absent | Known::Mistyped => vec![Peer::Odd],
    };
    let rule = |found| Rule {
        node: peer,
        ports,
        protocol,
        peer: found,
    };
    found.into_iter().map(rule).collect()
}

/// The ranges of a declared prefix list.
fn entries(list: Node<'_>) -> Vec<Peer<'_>> {
    if let Some(reason) = list.reason() {
        return vec![Peer::Unknown(reason.clone())];
    }
    let range = |entry: Node<'_>| match entry.get("Cidr").text() {
        Known::Set(text) => range(text).map_or(Peer::Odd, Peer::Range),
        Known::Unreadable(reason) => Peer::Unknown(reason.clone()),
        Known::Absent | Known::Mistyped => Peer::Odd,
    };
    list.items().map(range).collect()
}

/// The protocol and the ports of a rule.
fn ports(written: Node<'_>) -> (Option<&str>, Option<Ports>) {
    let protocol = match written.get("IpProtocol").value() {
        Value::String(text) | Value::Number(text) => text,
        Value::Absent
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Template
        | Value::List
        | Value::Map => return (None, None),
    };
    // Only TCP (6) and UDP (17) have ports; for all others a rule opens everything of the protocol.
    if !matches!(
        protocol.to_ascii_lowercase().as_str(),
        "tcp" | "udp" | "6" | "17"
    ) {
        return (Some(protocol), Some(Ports::ALL));
    }
    let number = |key: &'static str| written.get(key).number_leniently();
    let ports = match (number("FromPort"), number("ToPort")) {
        (Known::Set(-1), _) | (Known::Absent, Known::Absent) => Some(Ports::ALL),
        (Known::Set(from), Known::Set(to)) => {
            let (from, to) = (u16::try_from(from), u16::try_from(to));
            from.ok().zip(to.ok()).map(|(from, to)| Ports { from, to })
        }
        _ => None,
    };
    (Some(protocol), ports)
}
