//! A tiny data lake: who may be granted what, on which tables, with which rows. The model knows nothing of the program.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};

pub const ACCOUNT: &str = "111122223333";
pub const DATABASES: [&str; 2] = ["sales", "hr"];
pub const TABLES: [&str; 2] = ["orders", "staff"];
/// The columns that somebody may name. Every table has another that nobody names, for what a list of columns does not say.
pub const COLUMNS: [&str; 3] = ["id", "amount", "country"];
pub const UNNAMED: &str = "later";
pub const ANN: &str = "arn:aws:iam::111122223333:role/ann";
pub const BOB: &str = "arn:aws:iam::111122223333:role/bob";
pub const EVERYBODY: &str = "111122223333:IAMPrincipals";
pub const LEFT_TO_IAM: &str = "IAM_ALLOWED_PRINCIPALS";
pub const HOLDERS: [&str; 4] = [ANN, BOB, EVERYBODY, LEFT_TO_IAM];

/// A row of any table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub amount: i64,
    pub country: &'static str,
}

/// Rows that any two different expressions tell apart.
pub fn rows() -> Vec<Row> {
    let amounts = [1, 3, 4, 9].into_iter();
    let each = amounts.flat_map(|amount| ["DE", "FR", "US"].map(|country| Row { amount, country }));
    each.collect()
}

/// Which rows an expression lets through.
type Passes = fn(Row) -> bool;

/// Expressions over rows, and what they mean. Source: Lake Formation Developer Guide, *PartiQL support in row filter
/// expressions*.
pub const EXPRESSIONS: [(&str, Passes); 6] = [
    ("country = 'DE'", |row| row.country == "DE"),
    ("country IN ('DE', 'FR')", |row| {
        row.country == "DE" || row.country == "FR"
    }),
    ("amount > 3", |row| row.amount > 3),
    ("amount BETWEEN 3 AND 4", |row| {
        (3..=4).contains(&row.amount)
    }),
    ("(country = 'US') AND (amount <= 3)", |row| {
        row.country == "US" && row.amount <= 3
    }),
    ("(country <> 'US') OR (amount > 3)", |row| {
        row.country != "US" || row.amount > 3
    }),
];

/// Rows that somebody may see: all, or those of an expression, by its place in [`EXPRESSIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rows {
    All,
    Where(usize),
}

impl Rows {
    pub fn every() -> Vec<Self> {
        let expressions = (0..EXPRESSIONS.len()).map(Self::Where);
        std::iter::once(Self::All).chain(expressions).collect()
    }

    pub fn has(self, row: Row) -> bool {
        match self {
            Self::All => true,
            Self::Where(at) => EXPRESSIONS[at].1(row),
        }
    }
}

/// A table: its database, its name.
pub type Table = (&'static str, &'static str);

pub fn tables() -> impl Iterator<Item = Table> {
    DATABASES
        .into_iter()
        .flat_map(|database| TABLES.map(|table| (database, table)))
}

/// Which columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    All,
    Only(BTreeSet<&'static str>),
    AllBut(BTreeSet<&'static str>),
}

impl Columns {
    pub fn has(&self, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(column),
            Self::AllBut(names) => !names.contains(column),
        }
    }
}

/// What a grant is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    Catalog,
    Database(&'static str),
    AllTables(&'static str),
    Table(Table, Columns),
    Filter(Table, &'static str),
    /// What bears one of these values of each key; of databases or of tables.
    Tags(bool, BTreeMap<&'static str, BTreeSet<&'static str>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub holder: &'static str,
    pub on: On,
    pub permissions: BTreeSet<&'static str>,
    pub grantable: BTreeSet<&'static str>,
    /// Whether an attribute condition narrows who holds it.
    pub conditional: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub rows: Rows,
    pub columns: Columns,
}

pub const FILTERS: [&str; 2] = ["f", "g"];
/// What may bear tags of its own, and the tags.
const BEARERS: [&str; 8] = [
    "sales",
    "hr",
    "sales.orders",
    "sales.staff",
    "hr.orders",
    "sales.orders.id",
    "sales.orders.amount",
    "hr.staff.country",
];
pub const KEYS: [&str; 2] = ["domain", "level"];
pub const VALUES: [&str; 2] = ["x", "y"];

#[derive(Clone, Debug, Default)]
pub struct Lake {
    pub grants: Vec<Grant>,
    pub filters: BTreeMap<(Table, &'static str), Filter>,
    /// The own tags of databases, tables and columns.
    pub tags: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
}

fn columns() -> impl Strategy<Value = Columns> {
    let some = btree_set(select(&COLUMNS[..]), 1..3);
    (any::<bool>(), some).prop_map(|(only, some)| {
        if only {
            Columns::Only(some)
        } else {
            Columns::AllBut(some)
        }
    })
}

fn on() -> impl Strategy<Value = On> {
    let database = select(&DATABASES[..]);
    let table = (select(&DATABASES[..]), select(&TABLES[..]));
    let wanted = btree_map(
        select(&KEYS[..]),
        btree_set(select(&VALUES[..]), 1..3),
        1..3,
    );
    prop_oneof![
        1 => Just(On::Catalog),
        1 => database.clone().prop_map(On::Database),
        2 => database.prop_map(On::AllTables),
        3 => table.clone().prop_map(|table| On::Table(table, Columns::All)),
        4 => (table.clone(), columns()).prop_map(|(table, columns)| On::Table(table, columns)),
        3 => (table, select(&FILTERS[..])).prop_map(|(table, name)| On::Filter(table, name)),
        3 => (prop::bool::weighted(0.2), wanted).prop_map(|(databases, wanted)| On::Tags(databases, wanted)),
    ]
}

/// Permissions that an object takes. Source: *Lake Formation permissions reference*.
pub fn taken(on: &On) -> &'static [&'static str] {
    match on {
        On::Catalog => &["CREATE_DATABASE", "DESCRIBE"],
        On::Database(_) | On::Tags(true, _) => &["ALL", "DESCRIBE", "ALTER", "CREATE_TABLE"],
        On::AllTables(_) | On::Table(_, Columns::All) | On::Tags(false, _) => {
            &["ALL", "SELECT", "INSERT", "DELETE", "DESCRIBE", "ALTER"]
        }
        On::Table(..) => &["SELECT"],
        On::Filter(..) => &["SELECT", "DESCRIBE"],
    }
}

/// Whether the object takes the grant option. An exclude list of columns does not; that of a filter is not confirmed.
fn may_be_granted_on(on: &On) -> bool {
    !matches!(on, On::Table(_, Columns::AllBut(_)) | On::Filter(..))
}

pub fn grant() -> impl Strategy<Value = Grant> {
    let holder =
        prop_oneof![4 => Just(ANN), 3 => Just(BOB), 2 => Just(EVERYBODY), 1 => Just(LEFT_TO_IAM)];
    (holder, on(), any::<[u8; 2]>(), 0..4_u8, any::<bool>()).prop_map(
        |(holder, on, which, option, condition)| {
            let taken = taken(&on);
            let permissions: BTreeSet<&str> =
                which.map(|at| taken[usize::from(at) % taken.len()]).into();
            // `ALL` is all there is.
            let permissions = if permissions.contains("ALL") {
                BTreeSet::from(["ALL"])
            } else {
                permissions
            };
            // Attribute conditions narrow every principal of an account, without the grant option, and not by tags.
            let conditional = condition && holder == EVERYBODY && !matches!(on, On::Tags(..));
            let own = [ANN, BOB].contains(&holder);
            let grantable = if option == 0 && own && may_be_granted_on(&on) {
                permissions.clone()
            } else {
                BTreeSet::new()
            };
            Grant {
                holder,
                on,
                permissions,
                grantable,
                conditional,
            }
        },
    )
}

/// The same grants as the service keeps them: one of each holder, object and condition.
pub fn merged(grants: &[Grant]) -> Vec<Grant> {
    let mut merged: Vec<Grant> = Vec::new();
    for grant in grants {
        let same = merged.iter_mut().find(|one| {
            one.holder == grant.holder && one.on == grant.on && one.conditional == grant.conditional
        });
        let Some(one) = same else {
            merged.push(grant.clone());
            continue;
        };
        one.permissions.extend(&grant.permissions);
        one.grantable.extend(&grant.grantable);
        for list in [&mut one.permissions, &mut one.grantable] {
            if list.contains("ALL") {
                *list = BTreeSet::from(["ALL"]);
            }
        }
        if one.permissions.contains("ALL") {
            one.grantable.retain(|permission| *permission == "ALL");
        }
    }
    merged
}

/// Filters, every one that a grant may be on.
fn filters() -> impl Strategy<Value = BTreeMap<(Table, &'static str), Filter>> {
    let rows = prop_oneof![
        1 => Just(Rows::All),
        4 => (0..EXPRESSIONS.len()).prop_map(Rows::Where),
    ];
    let filter = (rows, columns(), any::<bool>()).prop_map(|(rows, columns, whole)| Filter {
        rows,
        // A filter limits something.
        columns: if whole && rows != Rows::All {
            Columns::All
        } else {
            columns
        },
    });
    vec(filter, 8).prop_map(|each| {
        let names = tables().flat_map(|table| FILTERS.map(|name| (table, name)));
        names.zip(each).collect()
    })
}

pub fn lakes() -> impl Strategy<Value = Lake> {
    let tags = btree_map(
        select(&BEARERS[..]),
        btree_map(select(&KEYS[..]), select(&VALUES[..]), 1..3),
        0..5,
    );
    (vec(grant(), 0..7), filters(), tags).prop_map(|(grants, filters, tags)| Lake {
        grants: merged(&grants),
        filters,
        tags,
    })
}

/// What of a lake a baseline may declare: nobody holds a table and columns of it, nor two lists of columns, and what is
/// left to IAM is no grant. Source: *Lake Formation permissions reference*.
pub fn declarable(lake: &Lake) -> Lake {
    let mut kept: Vec<Grant> = Vec::new();
    for grant in &lake.grants {
        let collides = kept.iter().any(|other| match (&other.on, &grant.on) {
            (On::Table(one, _), On::Table(other_table, _)) => {
                other.holder == grant.holder && one == other_table
            }
            _ => false,
        });
        if !collides && grant.holder != LEFT_TO_IAM {
            kept.push(grant.clone());
        }
    }
    Lake {
        grants: kept,
        ..lake.clone()
    }
}
