//! Which permissions an object takes, which of them with the grant option, and what a wide one stands for.
//!
//! Source: Lake Formation Developer Guide, *Lake Formation permissions reference*; API model 2017-03-31.

/// A class of objects that take the same permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectClass {
    /// The account's own catalog.
    Catalog,
    /// A catalog within it: S3 tables, Redshift, federated.
    NestedCatalog,
    /// A database, or a tag policy over databases.
    Database,
    /// A table, all tables of a database, all columns of a table, or a tag policy over tables.
    Table,
    /// Some columns, listed.
    IncludedColumns,
    /// All columns but some.
    ExcludedColumns,
    /// A registered location.
    Location,
    /// A data cells filter.
    Filter,
    /// An LF-Tag with all its values.
    Tag,
    /// Some values of an LF-Tag.
    TagValues,
    /// A saved tag expression.
    TagExpression,
    /// A row-level-security policy.
    RowPolicy,
    /// A user-defined function.
    Function,
    /// Every table, for a function.
    AnyTable,
}

/// Every permission that the API's model knows.
pub const PERMISSIONS: [&str; 17] = [
    "ALL",
    "SELECT",
    "ALTER",
    "DROP",
    "DELETE",
    "INSERT",
    "DESCRIBE",
    "CREATE_DATABASE",
    "CREATE_TABLE",
    "DATA_LOCATION_ACCESS",
    "CREATE_LF_TAG",
    "ASSOCIATE",
    "GRANT_WITH_LF_TAG_EXPRESSION",
    "CREATE_LF_TAG_EXPRESSION",
    "CREATE_CATALOG",
    "SUPER_USER",
    "EXECUTE",
];

impl ObjectClass {
    /// The permissions that it takes with the grant option, and those that it takes only without.
    const fn taken(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Catalog => (
                &["CREATE_DATABASE", "CREATE_LF_TAG", "DESCRIBE"],
                &["CREATE_LF_TAG_EXPRESSION", "CREATE_CATALOG"],
            ),
            Self::NestedCatalog => (
                &["ALL", "DESCRIBE", "ALTER", "DROP", "CREATE_DATABASE"],
                &["SUPER_USER"],
            ),
            Self::Database => (&["ALL", "DESCRIBE", "ALTER", "DROP", "CREATE_TABLE"], &[]),
            Self::Table => (
                &[
                    "ALL", "DESCRIBE", "ALTER", "DROP", "SELECT", "INSERT", "DELETE",
                ],
                &[],
            ),
            Self::IncludedColumns => (&["SELECT"], &[]),
            Self::ExcludedColumns | Self::AnyTable => (&[], &["SELECT"]),
            Self::Location => (&["DATA_LOCATION_ACCESS"], &[]),
            Self::Filter => (&[], &["SELECT", "DESCRIBE", "DROP"]),
            Self::Tag => (
                &[
                    "DESCRIBE",
                    "ASSOCIATE",
                    "GRANT_WITH_LF_TAG_EXPRESSION",
                    "ALTER",
                    "DROP",
                ],
                &[],
            ),
            Self::TagValues => (
                &["DESCRIBE", "ASSOCIATE", "GRANT_WITH_LF_TAG_EXPRESSION"],
                &[],
            ),
            Self::TagExpression => (&[], &["DESCRIBE", "DROP"]),
            Self::RowPolicy => (&[], &["DESCRIBE", "ALTER", "DROP", "ASSOCIATE"]),
            Self::Function => (&[], &["ALL", "DESCRIBE", "ALTER", "DROP", "EXECUTE"]),
        }
    }

    /// Whether it takes the permission.
    pub fn takes(self, permission: &str) -> bool {
        let (grantable, plain) = self.taken();
        grantable.contains(&permission) || plain.contains(&permission)
    }

    /// Whether it takes the permission with the grant option.
    pub fn takes_grantable(self, permission: &str) -> bool {
        self.taken().0.contains(&permission)
    }

    /// Every permission that it takes.
    pub fn permissions(self) -> impl Iterator<Item = &'static str> {
        let (grantable, plain) = self.taken();
        grantable.iter().chain(plain).copied()
    }

    /// What `ALL` comes back as. `ALL` also covers permissions to come.
    pub const fn parts_of_all(self) -> &'static [&'static str] {
        match self {
            Self::Table => &["ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT"],
            Self::Database => &["ALTER", "CREATE_TABLE", "DESCRIBE", "DROP"],
            Self::NestedCatalog => &["ALTER", "CREATE_DATABASE", "DESCRIBE", "DROP"],
            Self::Function => &["ALTER", "DESCRIBE", "DROP", "EXECUTE"],
            Self::Catalog
            | Self::IncludedColumns
            | Self::ExcludedColumns
            | Self::Location
            | Self::Filter
            | Self::Tag
            | Self::TagValues
            | Self::TagExpression
            | Self::RowPolicy
            | Self::AnyTable => &[],
        }
    }

    /// What it is called in messages.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Catalog => "the default catalog",
            Self::NestedCatalog => "a nested catalog",
            Self::Database => "a database",
            Self::Table => "a table",
            Self::IncludedColumns => "a list of columns",
            Self::ExcludedColumns => "an exclude list of columns",
            Self::Location => "a location",
            Self::Filter => "a filter",
            Self::Tag => "a tag",
            Self::TagValues => "some values of a tag",
            Self::TagExpression => "a saved tag expression",
            Self::RowPolicy => "a row-level-security policy",
            Self::Function => "a function",
            Self::AnyTable => "any table",
        }
    }
}

/// Whether holding `held` on an object of the class includes `permission`.
///
/// `SUPER_USER` of a nested catalog is every permission on everything in it.
pub fn includes(class: ObjectClass, held: &str, permission: &str) -> bool {
    held == permission
        || held == "SUPER_USER"
        || (held == "ALL" && class.parts_of_all().contains(&permission))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_refuses_what_the_service_refuses() {
        for (class, permission, taken, grantable) in [
            (ObjectClass::Database, "SELECT", false, false),
            (ObjectClass::Database, "CREATE_TABLE", true, true),
            (ObjectClass::Table, "CREATE_TABLE", false, false),
            (ObjectClass::Table, "SELECT", true, true),
            (ObjectClass::IncludedColumns, "SELECT", true, true),
            (ObjectClass::ExcludedColumns, "SELECT", true, false),
            (ObjectClass::IncludedColumns, "DESCRIBE", false, false),
            (ObjectClass::Catalog, "SUPER_USER", false, false),
            (ObjectClass::NestedCatalog, "SUPER_USER", true, false),
            (ObjectClass::TagValues, "ALTER", false, false),
            (ObjectClass::Tag, "ALTER", true, true),
        ] {
            assert_eq!(class.takes(permission), taken, "{class:?} {permission}");
            assert_eq!(
                class.takes_grantable(permission),
                grantable,
                "{class:?} {permission}"
            );
        }
    }

    #[test]
    fn every_permission_of_the_matrix_is_one_of_the_model() {
        use ObjectClass::{
            AnyTable, Catalog, Database, ExcludedColumns, Filter, Function, IncludedColumns,
            Location, NestedCatalog, RowPolicy, Table, Tag, TagExpression, TagValues,
        };
        for class in [
            Catalog,
            NestedCatalog,
            Database,
            Table,
            IncludedColumns,
            ExcludedColumns,
            Location,
            Filter,
            Tag,
            TagValues,
            TagExpression,
            RowPolicy,
            Function,
            AnyTable,
        ] {
            assert!(
                class
                    .permissions()
                    .all(|permission| PERMISSIONS.contains(&permission)),
                "{class:?}"
            );
            assert!(
                class.parts_of_all().iter().all(|part| class.takes(part)),
                "{class:?}"
            );
        }
    }
}
