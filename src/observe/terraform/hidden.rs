//! Requests and documents in what is not read of Terraform: arguments of resources of others, values that are handed on.

use crate::observe::{Problem, inside};
use crate::observed::tree::{NodeId, Tree};

/// The problem with a value that nobody reads and that something of ours stands in. `what` could not be judged, and the
/// value is that of `holder`.
pub(super) fn problem(
    tree: &mut Tree,
    value: NodeId,
    (what, holder): (&str, &str),
) -> Option<Problem> {
    let (at, found) = inside::hidden(tree, value)?;
    let what = format!("could not judge {what}");
    let why = format!(
        "what looks like {found} stands in {holder}, which is not read: judge it in a file of its own"
    );
    Some(Problem::at(tree.node(at), what, why))
}
