//! Grants of a large data lake: what a baseline declares, what the service lists, and drift that was planted between them.
//!
//! Every planted difference is of a principal of its own, so that whether a tool finds it is whether it names that one.

use crate::corpus::{ACCOUNT, Numbers};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Differences of each kind.
pub(crate) const PLANTED: u64 = 25;
/// The kinds of difference, as the names of their principals have them.
pub(crate) const KINDS: [&str; 4] = ["missing", "excess", "widened", "grantable"];
/// Grants of one principal.
const EACH: u64 = 150;
const DATABASES: u64 = 200;

/// The files of one corpus.
pub(crate) struct Lake {
    /// A table for each grant.
    pub(crate) flat: PathBuf,
    /// A table for all the grants of a principal that differ in their tables only, as `import` writes it.
    pub(crate) grouped: PathBuf,
    pub(crate) estate: PathBuf,
    /// The same for lfpolicy.
    pub(crate) desired: PathBuf,
    pub(crate) current: PathBuf,
    /// The size of the estate.
    pub(crate) bytes: u64,
}

/// A grant: who, which table, which columns when not all, and whether it may be granted on.
#[derive(Clone)]
struct Grant {
    role: String,
    table: u64,
    columns: Option<Vec<&'static str>>,
    grantable: bool,
}

impl Grant {
    fn database(&self) -> String {
        format!("d{}", self.table % DATABASES)
    }

    fn name(&self) -> String {
        format!("t{}", self.table)
    }

    fn principal(&self) -> String {
        format!("arn:aws:iam::{ACCOUNT}:role/{}", self.role)
    }

    /// As the baseline declares it, on one table or several.
    fn declared(&self, table: &str) -> String {
        let columns = self.columns.as_ref().map_or(String::new(), |columns| {
            format!("columns = {}\n", json!(columns))
        });
        let grantable = if self.grantable {
            "grantable = [\"SELECT\"]\n"
        } else {
            ""
        };
        format!(
            "[[lake.grants.grant]]\nprincipal = \"{}\"\ntable = {table}\n{columns}permissions = [\"SELECT\"]\n{grantable}",
            self.principal()
        )
    }

    fn path(&self) -> String {
        format!("{}.{}", self.database(), self.name())
    }

    /// As the service lists it: `SELECT` on a table comes back on all its columns.
    fn listed(&self) -> Value {
        let (database, name) = (self.database(), self.name());
        let mut on = json!({ "CatalogId": ACCOUNT, "DatabaseName": database, "Name": name });
        match &self.columns {
            Some(columns) => on["ColumnNames"] = json!(columns),
            None => on["ColumnWildcard"] = json!({}),
        }
        let grantable: &[&str] = if self.grantable { &["SELECT"] } else { &[] };
        json!({
            "Principal": { "DataLakePrincipalIdentifier": self.principal() },
            "Resource": { "TableWithColumns": on },
            "Permissions": ["SELECT"], "PermissionsWithGrantOption": grantable,
            "LastUpdated": "2026-11-01T06:00:00Z", "LastUpdatedBy": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin"),
        })
    }

    fn of_peer(&self) -> Value {
        let mut on = json!({ "kind": "table_with_columns", "catalog_id": ACCOUNT, "database": self.database(), "table": self.name() });
        match &self.columns {
            Some(columns) => on["columns"] = json!(columns),
            None => on["column_wildcard"] = json!(true),
        }
        let mut grant =
            json!({ "principal": self.principal(), "resource": on, "permissions": ["SELECT"] });
        if self.grantable {
            grant["grantable_permissions"] = json!(["SELECT"]);
        }
        grant
    }
}

/// Writes a lake of so many grants.
///
/// # Errors
/// What the file system refuses.
pub(crate) fn write(folder: &Path, grants: u64) -> io::Result<Lake> {
    fs::create_dir_all(folder)?;
    let (declared, seen) = both(grants);
    let lake = Lake {
        flat: folder.join(format!("{grants}-flat.toml")),
        grouped: folder.join(format!("{grants}-grouped.toml")),
        estate: folder.join(format!("{grants}.jsonl")),
        desired: folder.join(format!("{grants}-desired.json")),
        current: folder.join(format!("{grants}-current.json")),
        bytes: 0,
    };
    let flat = declared
        .iter()
        .map(|grant| grant.declared(&json!(grant.path()).to_string()));
    write_baseline(&lake.flat, flat)?;
    write_baseline(&lake.grouped, grouped(&declared).into_iter())?;
    write_estate(&lake.estate, &seen)?;
    for (file, grants) in [(&lake.desired, &declared), (&lake.current, &seen)] {
        let grants: Vec<Value> = grants.iter().map(Grant::of_peer).collect();
        let state = json!({ "lf_tags": {}, "resource_tags": [], "data_cells_filters": [], "grants": grants });
        fs::write(file, state.to_string())?;
    }
    let bytes = fs::metadata(&lake.estate)?.len();
    Ok(Lake { bytes, ..lake })
}

fn write_baseline(file: &Path, tables: impl Iterator<Item = String>) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(file)?);
    writeln!(
        out,
        "schema = 1\n[baseline]\nname = \"lake\"\n[targets.lake]\naccount = \"{ACCOUNT}\"\nregion = \"us-west-2\"\n[lake.grants]\nexact = true\nscope = [\"*\"]"
    )?;
    for table in tables {
        out.write_all(table.as_bytes())?;
    }
    out.flush()
}

/// The tables of a baseline that says once what the grants of a principal have in common.
fn grouped(declared: &[Grant]) -> Vec<String> {
    let mut alike: BTreeMap<_, Vec<&Grant>> = BTreeMap::new();
    for grant in declared {
        let key = (&grant.role, &grant.columns, grant.grantable);
        alike.entry(key).or_default().push(grant);
    }
    let each = alike.into_values().filter_map(|grants| {
        let paths: Vec<String> = grants.iter().map(|grant| grant.path()).collect();
        Some(grants.first()?.declared(&json!(paths).to_string()))
    });
    each.collect()
}

fn write_estate(file: &Path, seen: &[Grant]) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(file)?);
    writeln!(
        out,
        "{}",
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" })
    )?;
    writeln!(
        out,
        "{}",
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" })
    )?;
    writeln!(out, "{}", settings())?;
    for (at, grant) in seen.iter().enumerate() {
        let calls = json!({ "lakeformation:ListPermissions": { "answer": grant.listed() } });
        writeln!(
            out,
            "{}",
            json!({ "record": "fact", "kind": "lake-formation-grant", "id": format!("g{at}"), "calls": calls })
        )?;
    }
    let listed = [
        "lake-formation-grant",
        "lake-formation-filter",
        "lake-formation-settings",
    ];
    writeln!(
        out,
        "{}",
        json!({ "record": "end-of-region", "complete": true, "listed": listed })
    )?;
    out.flush()
}

/// The record of a lake that its caller administers.
fn settings() -> Value {
    let administrator =
        json!({ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin") });
    let settings = json!({ "lakeformation:GetDataLakeSettings": { "answer": { "DataLakeSettings": { "DataLakeAdmins": [administrator] } } },
        "sts:GetCallerIdentity": { "answer": { "Account": ACCOUNT, "Arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/lake-admin/bench") } } });
    json!({ "record": "fact", "kind": "lake-formation-settings", "id": ACCOUNT, "calls": settings })
}

/// What is declared, and what is there.
fn both(grants: u64) -> (Vec<Grant>, Vec<Grant>) {
    let mut numbers = Numbers::new(7);
    let tables = (grants / 15).max(100);
    let mut declared: Vec<Grant> = (0..grants)
        .map(|at| Grant {
            role: format!("role-{}", at / EACH),
            // One principal holds a table once.
            table: (at % EACH) * (tables / EACH).max(1) + numbers.below((tables / EACH).max(1)),
            columns: (numbers.below(2) == 0).then(|| vec!["amount", "country"]),
            grantable: false,
        })
        .collect();
    let mut seen = declared.clone();
    for number in 0..PLANTED {
        let planted = |kind: &str| Grant {
            role: format!("planted-{kind}-{number}-end"),
            table: number,
            columns: Some(vec!["amount"]),
            grantable: false,
        };
        declared.push(planted("missing"));
        seen.push(planted("excess"));
        declared.push(planted("widened"));
        seen.push(Grant {
            columns: Some(vec!["amount", "card"]),
            ..planted("widened")
        });
        declared.push(planted("grantable"));
        seen.push(Grant {
            grantable: true,
            ..planted("grantable")
        });
    }
    (declared, seen)
}

/// How many of the planted differences of each kind a tool names, and whether it names what does not differ.
pub(crate) fn found(said: &str) -> (Vec<(&'static str, u64)>, bool) {
    let of = |kind: &'static str| {
        let each =
            (0..PLANTED).filter(|number| said.contains(&format!("planted-{kind}-{number}-end")));
        (kind, each.count() as u64)
    };
    (KINDS.map(of).to_vec(), said.contains(":role/role-"))
}
