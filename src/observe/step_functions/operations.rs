//! The operations that tasks call, by the names that Step Functions has for them.

use crate::observe::afterwards::Change;
use crate::observe::lake_formation::Request;

/// What a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Creates a cluster.
    Create,
    /// Creates a security configuration.
    CreateConfiguration,
    /// Creates an EMR Serverless application.
    CreateApplication,
    /// Sets the account's block public access.
    PublicAccess,
    /// Asks Lake Formation for something.
    LakeFormation(Request),
    /// Asks Lake Formation for something that only its members tell.
    LakeFormationByMembers,
    /// Changes a cluster.
    Change(Change),
    /// Ends a cluster.
    Terminate,
}

use Action::{CreateApplication, LakeFormation};

/// Operations of a service, and what they ask for.
type Operations = &'static [(&'static str, Action)];

/// What begins the names of the tasks of EMR and Lake Formation, and the operations that are read.
/// Source: Step Functions Developer Guide, *Create and manage Amazon EMR clusters with Step Functions* and *AWS SDK
/// service integrations*.
const SERVICES: &[(&str, Operations)] = &[
    (
        "elasticmapreduce:",
        &[
            ("createCluster", Action::Create),
            ("addStep", Action::Change(Change::Step)),
            (
                "setClusterTerminationProtection",
                Action::Change(Change::Protection),
            ),
            ("modifyInstanceGroupByName", Action::Change(Change::Group)),
            ("modifyInstanceFleetByName", Action::Change(Change::Fleet)),
            ("terminateCluster", Action::Terminate),
        ],
    ),
    ("aws-sdk:emr:", EMR),
    (
        "emr-serverless:",
        &[("createApplication", CreateApplication)],
    ),
    (
        "aws-sdk:emrserverless:",
        &[("createApplication", CreateApplication)],
    ),
    ("emr-containers:", &[]),
    ("aws-sdk:emrcontainers:", &[]),
    ("aws-sdk:lakeformation:", LAKE_FORMATION),
];

/// EMR's own operations.
const EMR: Operations = &[
    ("runJobFlow", Action::Create),
    ("createSecurityConfiguration", Action::CreateConfiguration),
    ("putBlockPublicAccessConfiguration", Action::PublicAccess),
    ("addJobFlowSteps", Action::Change(Change::Steps)),
    (
        "setTerminationProtection",
        Action::Change(Change::Protection),
    ),
    ("modifyInstanceFleet", Action::Change(Change::Fleet)),
    ("modifyInstanceGroups", Action::Change(Change::Groups)),
    ("addInstanceGroups", Action::Change(Change::AddGroups)),
    ("addInstanceFleet", Action::Change(Change::AddFleet)),
    (
        "putAutoTerminationPolicy",
        Action::Change(Change::Set(&["AutoTerminationPolicy"])),
    ),
    (
        "removeAutoTerminationPolicy",
        Action::Change(Change::Unset("AutoTerminationPolicy")),
    ),
    (
        "putManagedScalingPolicy",
        Action::Change(Change::Set(&["ManagedScalingPolicy"])),
    ),
    (
        "removeManagedScalingPolicy",
        Action::Change(Change::Unset("ManagedScalingPolicy")),
    ),
    (
        "setKeepJobFlowAliveWhenNoSteps",
        Action::Change(Change::Set(&["Instances", "KeepJobFlowAliveWhenNoSteps"])),
    ),
    ("terminateJobFlows", Action::Terminate),
];

/// Lake Formation's.
const LAKE_FORMATION: Operations = &[
    ("grantPermissions", LakeFormation(Request::Grant)),
    ("batchGrantPermissions", LakeFormation(Request::Grants)),
    ("createDataCellsFilter", LakeFormation(Request::Filter)),
    ("updateDataCellsFilter", LakeFormation(Request::Filter)),
    ("putDataLakeSettings", LakeFormation(Request::Settings)),
    ("registerResource", LakeFormation(Request::Location)),
    ("updateResource", LakeFormation(Request::Location)),
    ("createLFTag", LakeFormation(Request::Tag)),
    (
        "createLFTagExpression",
        LakeFormation(Request::TagExpression),
    ),
    ("addLFTagsToResource", LakeFormation(Request::TagAssignment)),
    ("createLakeFormationOptIn", LakeFormation(Request::OptIn)),
];

/// How the names of operations begin that ask for nothing that a control is about: they look, they end something or take a
/// right away, they run a job in what is judged where it is made, or they say how many nodes or who is shown a list.
const HARMLESS: &[&str] = &[
    "batchRevoke",
    "cancel",
    "commit",
    "delete",
    "deregister",
    "describe",
    "extend",
    "get",
    "list",
    "modifyCluster",
    "removeTags",
    "removeAutoScalingPolicy",
    "removeLFTags",
    "revoke",
    "search",
    "setUnhealthyNodeReplacement",
    "setVisibleToAllUsers",
    "start",
    "stop",
    "tagResource",
    "addTags",
    "terminate",
    "untagResource",
];

/// Whether an operation of ours asks for nothing that a control is about.
pub(super) fn is_harmless(operation: &str) -> bool {
    HARMLESS.iter().any(|start| operation.starts_with(start))
}

/// What an operation asks for that is read. `name` is that of the task, such as `elasticmapreduce:addStep`.
pub(super) fn action(name: &str) -> Option<Action> {
    SERVICES.iter().find_map(|(service, operations)| {
        let (start, operation) = name.split_at_checked(service.len())?;
        let known = |(known, _): &&(&str, Action)| known.eq_ignore_ascii_case(operation);
        let found = operations.iter().find(known);
        found
            .filter(|_| start.eq_ignore_ascii_case(service))
            .map(|(_, action)| *action)
    })
}

/// The services and operations of which requests, or changes of clusters, are read.
#[cfg(test)]
pub(in crate::observe) fn operations_read() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVICES.iter().flat_map(|(service, operations)| {
        let service = service.strip_prefix("aws-sdk:");
        let service = service.and_then(|service| service.strip_suffix(':'));
        let read = operations.iter();
        let read = read.filter(|(_, action)| *action != Action::Terminate);
        read.filter_map(move |(operation, _)| Some((service?, *operation)))
    })
}

/// What begins the names of the tasks of EMR and Lake Formation.
pub(super) fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(service, _)| *service)
}

/// Whether a text names a task of interest.
pub(in crate::observe) fn names_task(text: &str) -> bool {
    let reads = |(service, operations): &(&'static str, Operations)| {
        let mut rests = rests(text, service);
        rests.any(|rest| {
            let named = |(name, action): &(&str, Action)| {
                *action != Action::Terminate && rest.starts_with(name)
            };
            operations.iter().any(named)
        })
    };
    SERVICES.iter().any(reads) || unread(text).is_some()
}

/// What follows upon each mention of a service.
fn rests<'t>(text: &'t str, service: &'static str) -> impl Iterator<Item = &'t str> {
    let found = text.match_indices(service);
    found.filter_map(move |(at, _)| text.get(at + service.len()..))
}

/// The first operation of our services in a text that is not read and may open something. The actions of policies begin in
/// upper case.
pub(super) fn unread(text: &str) -> Option<&str> {
    SERVICES.iter().find_map(|(service, operations)| {
        let names = rests(text, service).filter_map(|rest| {
            let end = rest.find(|char: char| !char.is_ascii_alphanumeric());
            rest.get(..end.unwrap_or(rest.len()))
        });
        let mut unread = names.filter(|name| {
            let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
            let mut known = operations.iter().map(|(known, _)| known);
            begins && !known.any(|known| known.eq_ignore_ascii_case(name)) && !is_harmless(name)
        });
        unread.next()
    })
}
