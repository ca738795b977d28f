//! What clusters, Studios and applications are connected to: their security groups with the rules of each, their subnets.
//!
//! Groups and subnets have no kind of their own. In a file they stand beside what names them; live, in the answers of EC2.

mod groups;
mod live_subnets;
mod rules;
mod subnets;
mod ways_in;

pub(crate) use groups::{Role, attached};
pub(crate) use live_subnets::LiveSubnet;
pub(crate) use rules::{Direction, GroupRules, Peer, Rule, rules_of};
pub(crate) use subnets::{neighbours_naming, reference_or_text, route_table, subnet_nodes};
pub(crate) use ways_in::Lets;

use super::settings::Choice;
use super::view::View;
use crate::aws::network::{Addresses, Ports};
use crate::lattice::Text;
use crate::observed::{Known, Node, Reason, ResourceKind};
use std::collections::BTreeSet;

impl<'t> View<'_, 't> {
    /// The answer of a call that is shared by the resources of an account and region: with the resource's own answers, or
    /// with the account's.
    ///
    /// # Errors
    /// Why it is not known.
    pub(crate) fn shared_answer(&self, action: &'static str) -> Result<Node<'t>, Reason> {
        let accounts = self.scope.resources_of(ResourceKind::EmrAccount);
        let account = accounts.map(|resource| resource.body);
        let found = std::iter::once(self.resource.body)
            .chain(account)
            .map(|body| body.get(action));
        let mut refused = None;
        for answer in found {
            match answer.reason() {
                None if answer.is_set() => return Ok(answer),
                Some(reason @ Reason::Call { .. }) => refused = Some(reason.clone()),
                None | Some(_) => {}
            }
        }
        Err(refused.unwrap_or_else(|| Reason::NotObserved {
            action: action.to_owned(),
        }))
    }
}

/// The peers that a baseline allows beside private ranges: address ranges, and ids of prefix lists and groups.
#[derive(Debug)]
pub(crate) struct Allowed {
    layers: Vec<(Addresses, BTreeSet<Text>)>,
}

impl Allowed {
    /// What `choice` allows, with `base` in each layer. Without a layer `base` alone is allowed.
    pub(crate) fn new(base: &Addresses, choice: &Choice) -> Self {
        let layers: Vec<_> = choice
            .sets()
            .map(|set| {
                let ranges = Addresses::of(set.iter().filter_map(Text::as_literal));
                (base.and(&ranges), set.clone())
            })
            .collect();
        if layers.is_empty() {
            return Self {
                layers: vec![(base.clone(), BTreeSet::new())],
            };
        }
        Self { layers }
    }

    /// Whether a range lies inside. A parameter of the baseline without a value stands for any range.
    pub(crate) fn holds(&self, range: &ipnet::IpNet) -> bool {
        let text = range.to_string();
        self.layers.iter().all(|(addresses, texts)| {
            addresses.hold(range)
                || texts
                    .iter()
                    .any(|allowed| allowed.is_open() && allowed.accepts(&text))
        })
    }

    /// Whether an id is named.
    pub(crate) fn names(&self, id: &str) -> bool {
        self.layers
            .iter()
            .all(|(_, texts)| texts.iter().any(|allowed| allowed.accepts(id)))
    }
}

/// The ranges of ports that every layer allows; `None` when no layer says.
pub(crate) fn port_layers(choice: &Choice) -> Vec<Vec<Ports>> {
    choice
        .sets()
        .map(|set| {
            set.iter()
                .filter_map(Text::as_literal)
                .filter_map(Ports::of)
                .collect()
        })
        .collect()
}

/// The text of a node, when it is known and there.
pub(crate) fn known_text(node: Node<'_>) -> Option<&str> {
    match node.text() {
        Known::Set(text) if !text.is_empty() => Some(text),
        Known::Set(_) | Known::Absent | Known::Mistyped | Known::Unreadable(_) => None,
    }
}
