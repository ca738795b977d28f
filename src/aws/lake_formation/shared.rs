//! Names that very many grants have in common, held once: those of principals, databases and columns.

use super::grant::{Columns, Node};
use super::name::Name;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The names that were met.
#[derive(Debug, Default)]
pub struct SharedNames(BTreeSet<Name>);

impl SharedNames {
    /// The same name, held with others that equal it.
    pub fn name(&mut self, name: &Name) -> Name {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        self.0.insert(name.clone());
        name.clone()
    }

    /// The characters of a name that is known, held with others that equal it.
    pub fn text(&mut self, name: &Name) -> Option<Arc<str>> {
        self.name(name).to_shared()
    }

    /// Has columns share their names.
    pub fn share_columns(&mut self, columns: &mut Columns) {
        let (Columns::Only(names) | Columns::AllBut(names)) = columns;
        *names = names.iter().map(|name| self.name(name)).collect();
    }

    /// The same with the name of its database shared. Those of tables are many and differ.
    #[must_use]
    pub fn node(&mut self, mut node: Node) -> Node {
        match &mut node {
            Node::Database(database)
            | Node::AllTables(database)
            | Node::Table(database, _)
            | Node::Filter(database, ..)
            | Node::Function(database, _)
            | Node::Columns(database, ..) => *database = self.name(database),
            Node::Catalog
            | Node::Location(_)
            | Node::Tag(..)
            | Node::TagPolicy(_)
            | Node::TagExpression(_)
            | Node::AnyTable
            | Node::RowPolicy(_) => {}
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_met_is_held_once() {
        let mut names = SharedNames::default();
        let one = names.text(&Name::from("sales"));
        let other = names.text(&Name::from("sales"));
        assert!(
            one.zip(other)
                .is_some_and(|(one, other)| Arc::ptr_eq(&one, &other))
        );
        let columns = BTreeSet::from([Name::from("sales")]);
        let node = Node::Columns(
            Name::from("sales"),
            Name::from("orders"),
            Columns::Only(columns),
        );
        assert_eq!(
            names.node(node.clone()),
            node,
            "what is shared means the same"
        );
    }
}
