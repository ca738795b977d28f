//! Which engine applies which filters. Source: Lake Formation Developer Guide, *Working with other AWS services*; EMR
//! Management Guide, *Considerations for Amazon EMR with Lake Formation*.

use super::members::likeness;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::aws::release::Release;
use crate::control::View;
use crate::control::settings::{CellKind, Column, Domain, Table, TextType, cell_text};
use crate::lattice::KeyedRows;
use crate::observed::cluster::Attribute;
use crate::observed::{Resource, ResourceKind, Word};

const ENGINES: [&str; 6] = [
    "emr-spark",
    "emr-hive",
    "emr-trino",
    "athena",
    "glue",
    "redshift",
];

/// The table `[[lake.filter-enforcement.engine]]`.
#[derive(Debug)]
pub enum EngineTable {}

impl Table for EngineTable {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "principal",
            CellKind::One(Domain::Patterns(TextType::String)),
            "A pattern of principals.",
        )
        .identifying(),
        Column::required(
            "engine",
            CellKind::One(Domain::Words(&ENGINES)),
            "What they run.",
        )
        .identifying(),
    ];
}

/// How fine a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// Columns.
    Columns,
    /// Rows, or cells.
    Rows,
}

impl Grain {
    /// What it hides.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Rows => "rows",
        }
    }
}

/// An engine that a principal runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Engine {
    /// Its word in baselines.
    pub name: String,
    /// The release label of the cluster that it runs on.
    pub release: Option<String>,
}

/// Whether an engine applies filters of a grain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Yes,
    /// It does not, and why.
    No(&'static str),
    /// AWS's pages do not say, and what they say.
    Unsaid(&'static str),
}

impl Engine {
    /// Whether it applies filters of a grain.
    pub fn enforces(&self, grain: Grain) -> Verdict {
        let reached = self.release.as_deref().map(|label| {
            Release::of(label).is_some_and(|release| release.reaches(&["emr-6.15.0"]))
        });
        match (self.name.as_str(), grain) {
            ("emr-spark", _) if reached == Some(false) => {
                Verdict::No("filters from emr-6.15.0 on only")
            }
            ("emr-hive", Grain::Rows) => Verdict::No("does not filter rows"),
            ("emr-trino", _) => Verdict::Unsaid("no AWS page says that it filters"),
            _ => Verdict::Yes,
        }
    }
}

/// The engines of a principal: those that the baseline writes, else those of the clusters that run jobs under it.
pub fn engines_of(rows: &KeyedRows, seen: &View<'_, '_>, principal: &Name) -> Vec<Engine> {
    let declared = rows.values().filter(|row| {
        cell_text(row, "principal").is_some_and(|want| likeness(want, principal) == Likeness::Same)
    });
    let mut engines: Vec<Engine> = declared
        .filter_map(|row| cell_text(row, "engine"))
        .map(|engine| Engine {
            name: engine.to_string(),
            release: None,
        })
        .collect();
    if engines.is_empty() {
        let clusters = seen.scope.resources_by::<ByStepRole>(
            ResourceKind::EmrCluster,
            |one| {
                let role = one.cluster().attribute(Attribute::StepExecutionRoleArn);
                Some(role.as_text().map(Word::text).into_iter().collect())
            },
            || Some(principal.as_known().map(Word::text).into_iter().collect()),
        );
        engines = clusters
            .flat_map(|cluster| of_cluster(cluster, principal))
            .collect();
    }
    engines.sort();
    engines.dedup();
    engines
}

/// Clusters by the roles that their steps run under.
enum ByStepRole {}

fn of_cluster(cluster: &Resource<'_>, principal: &Name) -> Vec<Engine> {
    let cluster = cluster.cluster();
    let role = cluster.attribute(Attribute::StepExecutionRoleArn);
    if role.as_text().is_none() || role.as_text() != principal.as_known() {
        return Vec::new();
    }
    let release = cluster
        .attribute(Attribute::ReleaseLabel)
        .as_text()
        .map(str::to_owned);
    let known = [
        ("Spark", "emr-spark"),
        ("Hive", "emr-hive"),
        ("Trino", "emr-trino"),
        ("Presto", "emr-trino"),
    ];
    let names = cluster.attribute(Attribute::Applications).items();
    let names: Vec<&str> = names.filter_map(|one| one.get("Name").as_text()).collect();
    known
        .into_iter()
        .filter(|(application, _)| {
            names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(application))
        })
        .map(|(_, engine)| Engine {
            name: engine.to_owned(),
            release: release.clone(),
        })
        .collect()
}
