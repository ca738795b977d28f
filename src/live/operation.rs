//! The calls that are ever made, as a table: how each is asked, paged, limited and permitted.
//!
//! Every one of [`ALL`] reads. A test compares the table with botocore's models and with what a run really sends.

use std::fmt;

/// A service, as endpoints and signatures name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon EMR.
    Emr,
    /// EMR Serverless.
    Serverless,
    /// EMR on EKS.
    Containers,
    /// EC2.
    Ec2,
    /// KMS.
    Kms,
    /// IAM, which is global.
    Iam,
    /// STS.
    Sts,
    /// S3.
    S3,
    /// S3's calls about accounts.
    S3Control,
    /// Lake Formation.
    LakeFormation,
    /// Glue.
    Glue,
    /// AWS Organizations, which is global.
    Organizations,
    /// Service Quotas.
    ServiceQuotas,
}

/// A token bucket's size and refill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Calls at once.
    pub burst: f64,
    /// Calls a second.
    pub rate: f64,
}

const fn quota(burst: f64, rate: f64) -> Quota {
    Quota { burst, rate }
}

impl Service {
    /// The prefix of its IAM actions.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Emr => "elasticmapreduce",
            Self::Serverless => "emr-serverless",
            Self::Containers => "emr-containers",
            Self::Ec2 => "ec2",
            Self::Kms => "kms",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::S3 | Self::S3Control => "s3",
            Self::LakeFormation => "lakeformation",
            Self::Glue => "glue",
            Self::Organizations => "organizations",
            Self::ServiceQuotas => "servicequotas",
        }
    }

    /// What all calls of the service share in one account and region.
    /// Sources: Service Quotas of EMR (25, then 5 a second); KMS Developer Guide, request quotas; EC2 API throttling
    /// (100, then 20 a second, for filtered or paginated calls). EMR Serverless, EMR on EKS, IAM, STS, S3's configuration calls,
    /// Lake Formation, Glue, Organizations and Service Quotas publish no such rate: these are rates at which nobody was seen to be throttled, and the retreat does the rest.
    pub const fn total(self) -> Quota {
        match self {
            Self::Emr => Quota {
                burst: 25.0,
                rate: 5.0,
            },
            Self::Ec2 => Quota {
                burst: 100.0,
                rate: 20.0,
            },
            Self::Kms => Quota {
                burst: 500.0,
                rate: 500.0,
            },
            Self::Iam | Self::Sts | Self::S3Control | Self::Glue => Quota {
                burst: 10.0,
                rate: 10.0,
            },
            Self::S3 => Quota {
                burst: 50.0,
                rate: 50.0,
            },
            Self::Serverless
            | Self::Containers
            | Self::LakeFormation
            | Self::Organizations
            | Self::ServiceQuotas => Quota {
                burst: 5.0,
                rate: 5.0,
            },
        }
    }
}

/// How the pages of a listing hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The member of the request that asks for a page.
    pub ask: &'static str,
    /// The member of the answer that names the next page.
    pub next: &'static str,
    /// The members of the answer that go on from page to page.
    pub lists: &'static [&'static str],
    /// The member of the request that asks for a page's size, and the largest.
    pub size: Option<(&'static str, u32)>,
    /// Items on a full page.
    pub full: u32,
}

/// A call.
#[derive(Debug)]
pub struct Operation {
    /// The service that answers it.
    pub service: Service,
    /// Its name in the API.
    pub name: &'static str,
    /// The IAM action that permits it, which is not always its name.
    pub action: &'static str,
    /// The resources that the action can be limited to, as in a policy.
    pub resource: &'static str,
    /// How it is paged.
    pub page: Option<Page>,
    /// A quota of its own, besides the service's.
    pub quota: Option<Quota>,
    /// For services with paths: the path and query, with `{}` for the bucket or account, or a member's name in the braces.
    pub path: &'static str,
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.action == other.action
    }
}

impl Eq for Operation {}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action)
    }
}

const fn marker(lists: &'static [&'static str]) -> Page {
    Page {
        ask: "Marker",
        next: "Marker",
        lists,
        size: None,
        full: 50,
    }
}

const fn token(lists: &'static [&'static str]) -> Page {
    Page {
        ask: "NextToken",
        next: "NextToken",
        lists,
        size: Some(("MaxResults", 1000)),
        full: 1000,
    }
}

const fn plain(service: Service, name: &'static str, action: &'static str) -> Operation {
    Operation {
        service,
        name,
        action,
        resource: "*",
        page: None,
        quota: None,
        path: "/",
    }
}

mod changing;
mod elsewhere;
mod emr;
mod others;

pub use changing::*;
pub use elsewhere::*;
pub use emr::*;
pub use others::*;

/// Every call, in the order of the documentation.
pub static ALL: &[&Operation] = &[
    &GET_CALLER_IDENTITY,
    &LIST_SERVICE_QUOTAS,
    &LIST_CLUSTERS,
    &DESCRIBE_CLUSTER,
    &LIST_INSTANCE_GROUPS,
    &LIST_INSTANCE_FLEETS,
    &LIST_BOOTSTRAP_ACTIONS,
    &LIST_STEPS,
    &GET_AUTO_TERMINATION_POLICY,
    &GET_MANAGED_SCALING_POLICY,
    &LIST_SECURITY_CONFIGURATIONS,
    &DESCRIBE_SECURITY_CONFIGURATION,
    &GET_BLOCK_PUBLIC_ACCESS,
    &LIST_STUDIOS,
    &DESCRIBE_STUDIO,
    &LIST_STUDIO_SESSION_MAPPINGS,
    &LIST_APPLICATIONS,
    &GET_APPLICATION,
    &LIST_VIRTUAL_CLUSTERS,
    &DESCRIBE_CONTAINER_CONFIGURATION,
    &DESCRIBE_REGIONS,
    &DESCRIBE_INSTANCES,
    &DESCRIBE_VOLUMES,
    &DESCRIBE_SECURITY_GROUPS,
    &DESCRIBE_SUBNETS,
    &DESCRIBE_ROUTE_TABLES,
    &DESCRIBE_VPC_ENDPOINTS,
    &DESCRIBE_KEY,
    &GET_KEY_ROTATION_STATUS,
    &GET_KEY_POLICY,
    &LIST_GRANTS,
    &GET_ACCOUNT_AUTHORIZATION_DETAILS,
    &GET_INSTANCE_PROFILE,
    &GET_BUCKET_LOCATION,
    &GET_BUCKET_POLICY,
    &GET_BUCKET_POLICY_STATUS,
    &GET_BUCKET_ENCRYPTION,
    &GET_BUCKET_VERSIONING,
    &GET_PUBLIC_ACCESS_BLOCK,
    &GET_ACCOUNT_PUBLIC_ACCESS_BLOCK,
    &GET_DATA_LAKE_SETTINGS,
    &LIST_PERMISSIONS,
    &LIST_RESOURCES,
    &LIST_DATA_CELLS_FILTER,
    &LIST_OPT_INS,
    &DESCRIBE_IDENTITY_CENTER,
    &GET_DATA_LAKE_PRINCIPAL,
    &LIST_LF_TAGS,
    &LIST_LF_TAG_EXPRESSIONS,
    &GET_RESOURCE_LF_TAGS,
    &LIST_RLS_POLICIES,
    &LIST_RLS_ATTACHMENTS,
    &GET_DATA_CATALOG_ENCRYPTION_SETTINGS,
    &GET_DATABASES,
    &GET_TABLES,
    &GET_CATALOGS,
];

/// The calls of the account from which others are observed.
pub static OF_HUB: &[&Operation] = &[&LIST_ACCOUNTS, &ASSUME_ROLE];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{NEVER_CALLED, ResourceKind};

    #[test]
    fn every_call_reads_and_has_an_action_of_its_own() {
        let mut actions: Vec<&str> = ALL.iter().chain(OF_HUB).map(|one| one.action).collect();
        for one in ALL.iter().chain(OF_HUB) {
            let reads = ["List", "Describe", "Get", "AssumeRole"];
            assert!(reads.iter().any(|verb| one.name.starts_with(verb)), "{one}");
            let prefix = one.action.split_once(':').unwrap().0;
            assert_eq!(prefix, one.service.prefix(), "{one}");
        }
        actions.sort_unstable();
        let all = actions.len();
        actions.dedup();
        assert_eq!(actions.len(), all);
    }

    #[test]
    fn what_no_run_calls_is_said_to_be_called_by_none() {
        let is_made = |action: &str| ALL.iter().any(|one| one.action == action);
        for action in NEVER_CALLED {
            assert!(!is_made(action), "{action}");
        }
        for kind in ResourceKind::ALL {
            for action in crate::observe::snapshot::calls_of(*kind) {
                assert!(is_made(action) || NEVER_CALLED.contains(action), "{action}");
            }
        }
    }
}
