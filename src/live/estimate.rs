//! What a run will cost, before it makes a call: how many calls, and how long at which share of the quotas.

use super::operation::{
    DESCRIBE_CLUSTER, DESCRIBE_CONTAINER_CONFIGURATION, DESCRIBE_IDENTITY_CENTER,
    DESCRIBE_INSTANCES, DESCRIBE_KEY, DESCRIBE_ROUTE_TABLES, DESCRIBE_SECURITY_CONFIGURATION,
    DESCRIBE_SECURITY_GROUPS, DESCRIBE_STUDIO, DESCRIBE_SUBNETS, DESCRIBE_VOLUMES,
    DESCRIBE_VPC_ENDPOINTS, GET_ACCOUNT_AUTHORIZATION_DETAILS, GET_ACCOUNT_PUBLIC_ACCESS_BLOCK,
    GET_APPLICATION, GET_AUTO_TERMINATION_POLICY, GET_BLOCK_PUBLIC_ACCESS, GET_BUCKET_ENCRYPTION,
    GET_BUCKET_LOCATION, GET_BUCKET_POLICY, GET_BUCKET_POLICY_STATUS, GET_BUCKET_VERSIONING,
    GET_CALLER_IDENTITY, GET_CATALOGS, GET_DATA_CATALOG_ENCRYPTION_SETTINGS,
    GET_DATA_LAKE_PRINCIPAL, GET_DATA_LAKE_SETTINGS, GET_DATABASES, GET_INSTANCE_PROFILE,
    GET_KEY_POLICY, GET_KEY_ROTATION_STATUS, GET_MANAGED_SCALING_POLICY, GET_PUBLIC_ACCESS_BLOCK,
    GET_RESOURCE_LF_TAGS, GET_TABLES, LIST_APPLICATIONS, LIST_BOOTSTRAP_ACTIONS, LIST_CLUSTERS,
    LIST_DATA_CELLS_FILTER, LIST_GRANTS, LIST_INSTANCE_FLEETS, LIST_INSTANCE_GROUPS,
    LIST_LF_TAG_EXPRESSIONS, LIST_LF_TAGS, LIST_OPT_INS, LIST_PERMISSIONS, LIST_RESOURCES,
    LIST_RLS_ATTACHMENTS, LIST_RLS_POLICIES, LIST_SECURITY_CONFIGURATIONS, LIST_SERVICE_QUOTAS,
    LIST_STEPS, LIST_STUDIO_SESSION_MAPPINGS, LIST_STUDIOS, LIST_VIRTUAL_CLUSTERS, Operation,
    Service,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How much there is in an account and region, as far as the number of calls depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Clusters that run.
    pub active: u64,
    /// Of them, those of instance fleets.
    pub fleets: u64,
    /// Clusters that EMR lists as ended, `None` when they are not asked for.
    pub ended_listed: Option<u64>,
    /// Of them, those that ended lately enough to be described.
    pub ended: u64,
    /// Security configurations that clusters name.
    pub configurations: u64,
    /// Of the clusters that run, those of which everything that costs a call is remembered.
    pub known: u64,
    /// Of them, those of instance fleets.
    pub known_fleets: u64,
    /// Of those that ended lately enough, those that are remembered.
    pub known_ended: u64,
    /// Configurations that are remembered; with one at least, all there are in the region are listed.
    pub known_configurations: u64,
    /// Configurations that there are in the region.
    pub listed_configurations: u64,
    /// Studios.
    pub studios: u64,
    /// Applications of EMR Serverless.
    pub applications: u64,
    /// Virtual clusters of EMR on EKS.
    pub virtual_clusters: u64,
    /// Security configurations that they name.
    pub container_configurations: u64,
    /// Reservations of nodes.
    pub reservations: u64,
    /// Nodes of the clusters that run.
    pub nodes: u64,
    /// Security groups.
    pub groups: u64,
    /// Subnets of clusters and Studios.
    pub subnets: u64,
    /// VPCs of those subnets.
    pub vpcs: u64,
    /// Distinct keys that are named and not AWS's own.
    pub keys: u64,
    /// Of them, those that exist.
    pub described_keys: u64,
    /// Of them, those of this account.
    pub own_keys: u64,
    /// Instance profiles.
    pub profiles: u64,
    /// Roles and policies of the account; none are listed when no role is named.
    pub identities: u64,
    /// Buckets.
    pub buckets: u64,
    /// Lake Formation grants.
    pub grants: u64,
    /// Registered locations.
    pub locations: u64,
    /// Data cells filters.
    pub filters: u64,
    /// Opt-ins.
    pub opt_ins: u64,
    /// Tables that have some.
    pub filtered_tables: u64,
    /// LF-Tags; with one at least, every database and table is asked which it bears.
    pub tags: u64,
    /// Saved tag expressions.
    pub expressions: u64,
    /// Row-level-security policies.
    pub row_policies: u64,
    /// What those are attached to.
    pub attachments: u64,
    /// Databases.
    pub databases: u64,
    /// Pages of tables, over all databases: one each at least.
    pub table_pages: u64,
    /// Tables.
    pub tables: u64,
    /// Catalogs within the account's own.
    pub nested: u64,
    /// Whether the caller administers the lake; who does not is not asked to list grants.
    pub lake_admin: bool,
    /// Whether steps are asked for: pages of them, over all clusters.
    pub step_pages: u64,
    /// Whether the grants on keys are asked for: pages of them, over all keys.
    pub key_grant_pages: u64,
}

/// Calls of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The operation.
    pub operation: &'static Operation,
    /// How often it is called.
    pub calls: u64,
}

/// Pages of so many items: a list has one page at least.
fn pages(items: u64, full: u64) -> u64 {
    items.div_ceil(full).max(1)
}

/// The calls of a run over one account and region, in the order of [`super::operation::ALL`].
pub fn calls(sizes: &Sizes, services: &BTreeSet<Service>) -> Vec<Calls> {
    let mut counts = vec![(&GET_CALLER_IDENTITY, 1), (&LIST_SERVICE_QUOTAS, 1)];
    counts.extend(of_emr(sizes));
    counts.extend(of_elsewhere(sizes));
    counts.extend(of_others(sizes));
    let asked = |&(operation, calls): &(&'static Operation, u64)| {
        (calls > 0 && is_asked(operation, services)).then_some(Calls { operation, calls })
    };
    counts.iter().filter_map(asked).collect()
}

/// So many calls, unless there is nothing to ask about.
fn some(count: u64, calls: u64) -> u64 {
    if count == 0 { 0 } else { calls }
}

fn of_emr(sizes: &Sizes) -> [(&'static Operation, u64); 14] {
    let new = sizes.active - sizes.known;
    let new_fleets = sizes.fleets - sizes.known_fleets;
    let described = new + sizes.ended - sizes.known_ended;
    [
        (
            &LIST_CLUSTERS,
            pages(sizes.active, 50) + sizes.ended_listed.map_or(0, |ended| pages(ended, 50)),
        ),
        (&DESCRIBE_CLUSTER, described),
        (&LIST_INSTANCE_GROUPS, new - new_fleets),
        (&LIST_INSTANCE_FLEETS, new_fleets),
        (&LIST_BOOTSTRAP_ACTIONS, new),
        (&LIST_STEPS, sizes.step_pages),
        (&GET_AUTO_TERMINATION_POLICY, new),
        (&GET_MANAGED_SCALING_POLICY, new),
        (
            &LIST_SECURITY_CONFIGURATIONS,
            some(
                sizes.known_configurations,
                pages(sizes.listed_configurations, 50),
            ),
        ),
        (
            &DESCRIBE_SECURITY_CONFIGURATION,
            sizes.configurations - sizes.known_configurations,
        ),
        (&GET_BLOCK_PUBLIC_ACCESS, 1),
        (&LIST_STUDIOS, pages(sizes.studios, 50)),
        (&DESCRIBE_STUDIO, sizes.studios),
        (&LIST_STUDIO_SESSION_MAPPINGS, sizes.studios),
    ]
}

fn of_elsewhere(sizes: &Sizes) -> [(&'static Operation, u64); 4] {
    [
        (&LIST_APPLICATIONS, pages(sizes.applications, 50)),
        (&GET_APPLICATION, sizes.applications),
        (&LIST_VIRTUAL_CLUSTERS, pages(sizes.virtual_clusters, 50)),
        (
            &DESCRIBE_CONTAINER_CONFIGURATION,
            sizes.container_configurations,
        ),
    ]
}

fn of_others(sizes: &Sizes) -> [(&'static Operation, u64); 35] {
    let admin = u64::from(sizes.lake_admin);
    [
        (&DESCRIBE_INSTANCES, pages(sizes.reservations, 1000)),
        // Two hundred nodes have fewer than a thousand volumes, as a rule.
        (&DESCRIBE_VOLUMES, sizes.nodes.div_ceil(200)),
        (&DESCRIBE_SECURITY_GROUPS, sizes.groups.div_ceil(200)),
        (&DESCRIBE_SUBNETS, sizes.subnets.div_ceil(200)),
        (
            &DESCRIBE_ROUTE_TABLES,
            // A subnet has one table of its own at most, and a VPC one main table.
            sizes.subnets.div_ceil(200) + sizes.vpcs.div_ceil(200),
        ),
        (&DESCRIBE_VPC_ENDPOINTS, sizes.vpcs.div_ceil(200)),
        (&DESCRIBE_KEY, sizes.keys),
        (&GET_KEY_ROTATION_STATUS, sizes.described_keys),
        (&GET_KEY_POLICY, sizes.own_keys),
        (&LIST_GRANTS, sizes.key_grant_pages),
        (
            &GET_ACCOUNT_AUTHORIZATION_DETAILS,
            some(sizes.identities, pages(sizes.identities, 1000)),
        ),
        (&GET_INSTANCE_PROFILE, sizes.profiles),
        (&GET_BUCKET_LOCATION, sizes.buckets),
        (&GET_BUCKET_POLICY, sizes.buckets),
        (&GET_BUCKET_POLICY_STATUS, sizes.buckets),
        (&GET_BUCKET_ENCRYPTION, sizes.buckets),
        (&GET_BUCKET_VERSIONING, sizes.buckets),
        (&GET_PUBLIC_ACCESS_BLOCK, sizes.buckets),
        (&GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, 1),
        (&GET_DATA_LAKE_SETTINGS, 1),
        (
            &LIST_PERMISSIONS,
            // Of everything, of tables with filters, of nested catalogs.
            admin * (pages(sizes.grants, 1000) + sizes.filtered_tables + sizes.nested),
        ),
        (&LIST_RESOURCES, pages(sizes.locations, 1000)),
        (&LIST_DATA_CELLS_FILTER, pages(sizes.filters, 1000)),
        (&LIST_OPT_INS, admin * pages(sizes.opt_ins, 1000)),
        (&DESCRIBE_IDENTITY_CENTER, 1),
        (&GET_DATA_LAKE_PRINCIPAL, 1),
        (&LIST_LF_TAGS, admin * pages(sizes.tags, 1000)),
        (
            &LIST_LF_TAG_EXPRESSIONS,
            admin * pages(sizes.expressions, 1000),
        ),
        (
            &GET_RESOURCE_LF_TAGS,
            admin * some(sizes.tags, sizes.databases + sizes.tables),
        ),
        (&LIST_RLS_POLICIES, admin * pages(sizes.row_policies, 1000)),
        (
            &LIST_RLS_ATTACHMENTS,
            admin * some(sizes.row_policies, pages(sizes.attachments, 1000)),
        ),
        (&GET_DATABASES, admin * pages(sizes.databases, 100)),
        (&GET_TABLES, admin * sizes.table_pages),
        (&GET_CATALOGS, admin * pages(sizes.nested, 100)),
        (&GET_DATA_CATALOG_ENCRYPTION_SETTINGS, 1),
    ]
}

/// Whether a run over these services makes such a call.
fn is_asked(operation: &Operation, services: &BTreeSet<Service>) -> bool {
    let service = if operation.service == Service::S3Control {
        Service::S3
    } else if operation.service == Service::ServiceQuotas {
        // EMR's quotas are asked for.
        Service::Emr
    } else {
        operation.service
    };
    // What stands in the catalog is asked when the lake tells who sees all of it; tags, of what stands there.
    let beside = if [&GET_DATABASES, &GET_TABLES, &GET_CATALOGS].contains(&operation) {
        Service::LakeFormation
    } else if operation == &GET_RESOURCE_LF_TAGS {
        Service::Glue
    } else {
        service
    };
    service == Service::Sts || services.contains(&service) && services.contains(&beside)
}

/// The shortest time that these calls take at a share of the quotas, when nothing else is in the way:
/// `max (calls − burst) / rate` over the buckets.
pub fn shortest(calls: &[Calls], share: f64) -> Duration {
    let mut totals: BTreeMap<Service, u64> = BTreeMap::new();
    let mut longest = 0.0_f64;
    let mut take = |calls: u64, quota: super::operation::Quota| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run has fewer than 2^52 calls"
        )]
        let calls = calls as f64;
        let burst = (quota.burst * share).max(1.0);
        longest = longest.max((calls - burst) / (quota.rate * share));
    };
    for one in calls {
        *totals.entry(one.operation.service).or_default() += one.calls;
        if let Some(quota) = one.operation.quota {
            take(one.calls, quota);
        }
    }
    for (service, calls) in totals {
        take(calls, service.total());
    }
    Duration::from_secs_f64(longest.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emr(sizes: &Sizes) -> Vec<Calls> {
        calls(sizes, &BTreeSet::from([Service::Emr]))
    }

    #[test]
    fn five_hundred_clusters_take_eight_minutes_of_the_whole_quota() {
        let calls = emr(&Sizes {
            active: 500,
            configurations: 10,
            ..Sizes::default()
        });
        let all: u64 = calls.iter().map(|one| one.calls).sum();
        // Who asks, quotas, block public access, Studios; 10 pages; five calls a cluster; the configurations.
        assert_eq!(all, 4 + 10 + 5 * 500 + 10);
        // 2,522 of EMR's: (2,522 − 25) / 5, longer than the 490 s of DescribeCluster alone.
        assert_eq!(shortest(&calls, 1.0).as_millis(), 499_400);
        assert_eq!(shortest(&calls, 0.4).as_millis(), 1_256_000);
    }

    #[test]
    fn an_empty_region_is_asked_what_there_is() {
        let calls = emr(&Sizes::default());
        let asked: Vec<(&str, u64)> = calls
            .iter()
            .map(|one| (one.operation.name, one.calls))
            .collect();
        assert_eq!(
            asked,
            [
                ("GetCallerIdentity", 1),
                ("ListServiceQuotas", 1),
                ("ListClusters", 1),
                ("GetBlockPublicAccessConfiguration", 1),
                ("ListStudios", 1),
            ]
        );
        assert_eq!(shortest(&calls, 0.4), Duration::ZERO);
    }
}
