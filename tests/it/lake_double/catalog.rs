//! What Glue says of catalogs, databases and tables. Only tests change it.

use super::{Answer, Lake, missing, needed};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// By catalog and name.
    databases: BTreeMap<(String, String), Value>,
    /// By catalog, database and name.
    tables: BTreeMap<(String, String, String), Value>,
    /// Nested catalogs by id.
    nested: BTreeMap<String, Value>,
}

fn names(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .map(|one| one["Name"].as_str().unwrap().to_owned())
        .collect()
}

impl Catalog {
    pub(super) fn database(&self, catalog: &str, name: &str) -> Option<&Value> {
        self.databases.get(&(catalog.to_owned(), name.to_owned()))
    }

    pub(super) fn table(&self, catalog: &str, database: &str, name: &str) -> Option<&Value> {
        let key = (catalog.to_owned(), database.to_owned(), name.to_owned());
        self.tables.get(&key)
    }

    /// The columns of a table, and those that it is partitioned by.
    pub(super) fn columns(
        &self,
        catalog: &str,
        database: &str,
        name: &str,
    ) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        let table = self.table(catalog, database, name)?;
        let own = names(&table["StorageDescriptor"]["Columns"]);
        Some((own, names(&table["PartitionKeys"])))
    }

    /// Every database, and after it every one of its tables.
    pub(super) fn names(&self, catalog: &str) -> Vec<(String, Option<String>)> {
        let databases = self.databases.keys().filter(|(own, _)| own == catalog);
        let mut all = Vec::new();
        for (_, database) in databases {
            all.push((database.clone(), None));
            let tables = self.tables.keys();
            let tables = tables.filter(|(c, d, _)| c == catalog && d == database);
            all.extend(tables.map(|(_, _, table)| (database.clone(), Some(table.clone()))));
        }
        all
    }

    /// Every table: catalog, database, name.
    pub fn tables(&self) -> impl Iterator<Item = &(String, String, String)> {
        self.tables.keys()
    }
}

impl Lake {
    /// Makes a database below a location; new tables in it are left to nobody.
    pub fn database(&mut self, name: &str) {
        self.database_of(&self.account.clone(), name);
    }

    pub fn database_of(&mut self, catalog: &str, name: &str) {
        let database = json!({"Name": name, "CatalogId": catalog, "CreateTime": super::time(0),
            "LocationUri": format!("s3://lake-{}/{name}/", self.account), "CreateTableDefaultPermissions": []});
        let key = (catalog.to_owned(), name.to_owned());
        self.catalog.databases.insert(key, database);
    }

    /// Makes a table with its columns, each `name type`, and those that it is partitioned by.
    pub fn table(&mut self, database: &str, name: &str, columns: &[&str], partitions: &[&str]) {
        self.table_of(&self.account.clone(), database, name, columns, partitions);
    }

    pub fn table_of(
        &mut self,
        catalog: &str,
        database: &str,
        name: &str,
        columns: &[&str],
        partitions: &[&str],
    ) {
        assert!(self.catalog.database(catalog, database).is_some());
        let list = |columns: &[&str]| -> Vec<Value> {
            let each = columns.iter();
            each.map(|column| {
                let (name, kind) = column.split_once(' ').unwrap_or((column, "string"));
                json!({"Name": name, "Type": kind})
            })
            .collect()
        };
        let location = format!("s3://lake-{}/{database}/{name}/", self.account);
        let table = json!({"Name": name, "DatabaseName": database, "CatalogId": catalog,
            "CreateTime": super::time(0), "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {"Columns": list(columns), "Location": location,
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"},
            "PartitionKeys": list(partitions)});
        let key = (catalog.to_owned(), database.to_owned(), name.to_owned());
        self.catalog.tables.insert(key, table);
    }

    /// The columns of a table by its name, `database.table`, with its catalog before it where it is another.
    pub fn columns_of(&self, name: &str) -> BTreeSet<String> {
        let (catalog, name) = match name.rsplit_once(':') {
            Some((catalog, name)) => (catalog, name),
            None => (self.account.as_str(), name),
        };
        let (database, table) = name.split_once('.').unwrap();
        let columns = self.catalog.columns(catalog, database, table);
        let (own, partitions) = columns.unwrap_or_default();
        own.into_iter().chain(partitions).collect()
    }

    /// Makes a nested catalog.
    pub fn nested_catalog(&mut self, name: &str) -> String {
        let id = format!("{}:{name}", self.account);
        let catalog = json!({"CatalogId": id, "Name": name.rsplit('/').next().unwrap(),
            "ResourceArn": format!("arn:aws:glue:us-west-2:{}:catalog/{name}", self.account),
            "CreateTableDefaultPermissions": [], "CreateDatabaseDefaultPermissions": [],
            "AllowFullTableExternalDataAccess": "False"});
        self.catalog.nested.insert(id.clone(), catalog);
        id
    }

    /// Changes a database or table as somebody would through Glue.
    pub fn amend(&mut self, database: &str, table: Option<&str>, member: &str, value: Value) {
        let account = self.account.clone();
        let object = match table {
            None => self
                .catalog
                .databases
                .get_mut(&(account, database.to_owned())),
            Some(table) => {
                let key = (account, database.to_owned(), table.to_owned());
                self.catalog.tables.get_mut(&key)
            }
        };
        object.unwrap()[member] = value;
    }

    pub(super) fn glue(&mut self, operation: &str, input: &Value) -> Answer {
        let catalog = self.catalog_of(input);
        match operation {
            "GetDataCatalogEncryptionSettings" => Ok(json!({"DataCatalogEncryptionSettings": {
                "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
                "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": false}}})),
            "GetCatalogs" => {
                let all = self.catalog.nested.values().filter(|_| self.sees_all());
                self.page("CatalogList", all.cloned().collect(), input, 100)
            }
            "GetDatabases" => {
                let own = self
                    .catalog
                    .databases
                    .iter()
                    .filter(|((c, _), _)| *c == catalog);
                let own = own.filter(|((_, name), _)| self.describes(&catalog, name));
                let all = own.map(|(_, database)| database.clone()).collect();
                self.page("DatabaseList", all, input, 100)
            }
            "GetTables" => {
                let database = needed(input, "DatabaseName")?.to_lowercase();
                self.catalog
                    .database(&catalog, &database)
                    .ok_or_else(missing)?;
                let tables = self.catalog.tables.iter();
                let own = tables.filter(|((c, d, _), _)| *c == catalog && *d == database);
                let own = own.filter(|_| self.describes(&catalog, &database));
                let all = own
                    .map(|(_, table)| self.with_registration(table))
                    .collect();
                self.page("TableList", all, input, 100)
            }
            other => panic!("Glue's {other} is not doubled"),
        }
    }

    /// A table says whether its location is registered.
    fn with_registration(&self, table: &Value) -> Value {
        let location = table["StorageDescriptor"]["Location"]
            .as_str()
            .unwrap_or_default();
        let arn = location.replace("s3://", "arn:aws:s3:::");
        let places = self.world.locations.keys();
        let below = |place: &&String| arn == **place || arn.starts_with(&format!("{place}/"));
        let mut table = table.clone();
        let known = places.into_iter().any(|place| below(&place));
        table["IsRegisteredWithLakeFormation"] = json!(known);
        table
    }

    /// Whether who asks is shown a database: as an administrator, or by holding something in it.
    fn describes(&self, catalog: &str, database: &str) -> bool {
        use super::node::Node;
        if self.sees_all() {
            return true;
        }
        let held = self.world.held.get(&(self.asker(), None));
        held.into_iter().flatten().any(|(node, _)| match node {
            Node::Database(c, d) => c == catalog && d == database,
            other => other
                .table()
                .is_some_and(|(c, d, _)| c == catalog && d == database),
        })
    }
}
