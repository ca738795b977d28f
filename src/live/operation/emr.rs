//! EMR's calls.

use super::{Operation, Service, marker, plain, quota};

const CLUSTERS: &str = "arn:*:elasticmapreduce:*:*:cluster/*";

/// EMR's own quotas are those of Service Quotas (`elasticmapreduce`), as AWS sets them for a new account.
macro_rules! emr {
    ($constant:ident, $name:literal, $resource:expr, $page:expr, $quota:expr, $doc:literal) => {
        #[doc = $doc]
        pub static $constant: Operation = Operation {
            resource: $resource,
            page: $page,
            quota: $quota,
            ..plain(Service::Emr, $name, concat!("elasticmapreduce:", $name))
        };
    };
}

emr!(
    LIST_CLUSTERS,
    "ListClusters",
    "*",
    Some(marker(&["Clusters"])),
    Some(quota(20.0, 0.5)),
    "Clusters by state and time of creation."
);
emr!(
    DESCRIBE_CLUSTER,
    "DescribeCluster",
    CLUSTERS,
    None,
    Some(quota(10.0, 1.0)),
    "One cluster."
);
emr!(
    LIST_INSTANCE_GROUPS,
    "ListInstanceGroups",
    CLUSTERS,
    Some(marker(&["InstanceGroups"])),
    Some(quota(10.0, 1.0)),
    "The instance groups of a cluster."
);
emr!(
    LIST_INSTANCE_FLEETS,
    "ListInstanceFleets",
    CLUSTERS,
    Some(marker(&["InstanceFleets"])),
    Some(quota(5.0, 0.5)),
    "The instance fleets of a cluster."
);
emr!(
    LIST_BOOTSTRAP_ACTIONS,
    "ListBootstrapActions",
    CLUSTERS,
    Some(marker(&["BootstrapActions"])),
    Some(quota(10.0, 1.0)),
    "The bootstrap actions of a cluster."
);
emr!(
    LIST_STEPS,
    "ListSteps",
    CLUSTERS,
    Some(marker(&["Steps"])),
    Some(quota(10.0, 0.5)),
    "The steps of a cluster."
);
emr!(
    GET_AUTO_TERMINATION_POLICY,
    "GetAutoTerminationPolicy",
    CLUSTERS,
    None,
    None,
    "When an idle cluster ends."
);
emr!(
    GET_MANAGED_SCALING_POLICY,
    "GetManagedScalingPolicy",
    CLUSTERS,
    None,
    None,
    "Between which sizes a cluster scales."
);
emr!(
    LIST_SECURITY_CONFIGURATIONS,
    "ListSecurityConfigurations",
    "*",
    Some(marker(&["SecurityConfigurations"])),
    Some(quota(5.0, 0.5)),
    "Names of security configurations, and when each was made: whether one is still the one that is remembered."
);
emr!(
    DESCRIBE_SECURITY_CONFIGURATION,
    "DescribeSecurityConfiguration",
    "*",
    None,
    Some(quota(5.0, 0.5)),
    "A security configuration by its name."
);
emr!(
    GET_BLOCK_PUBLIC_ACCESS,
    "GetBlockPublicAccessConfiguration",
    "*",
    None,
    None,
    "Whether clusters may be launched behind public security groups."
);
emr!(
    LIST_STUDIOS,
    "ListStudios",
    "*",
    Some(marker(&["Studios"])),
    None,
    "Studios."
);
emr!(
    DESCRIBE_STUDIO,
    "DescribeStudio",
    "arn:*:elasticmapreduce:*:*:studio/*",
    None,
    None,
    "One Studio."
);
emr!(
    LIST_STUDIO_SESSION_MAPPINGS,
    "ListStudioSessionMappings",
    "*",
    Some(marker(&["SessionMappings"])),
    None,
    "Who may use Studios."
);
