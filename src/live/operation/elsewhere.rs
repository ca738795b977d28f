//! The calls of EMR where it needs no EC2 of the account's: EMR Serverless, and EMR on EKS.

use super::{Operation, Page, Service, plain};

/// Pages of both services. Nobody says how long those of EMR on EKS are.
const fn pages(lists: &'static [&'static str]) -> Page {
    Page {
        ask: "nextToken",
        next: "nextToken",
        lists,
        size: None,
        full: 50,
    }
}

/// Applications of EMR Serverless, by state.
pub static LIST_APPLICATIONS: Operation = Operation {
    page: Some(pages(&["applications"])),
    path: "/applications",
    ..plain(
        Service::Serverless,
        "ListApplications",
        "emr-serverless:ListApplications",
    )
};
/// One application.
pub static GET_APPLICATION: Operation = Operation {
    resource: "arn:*:emr-serverless:*:*:/applications/*",
    path: "/applications/{applicationId}",
    ..plain(
        Service::Serverless,
        "GetApplication",
        "emr-serverless:GetApplication",
    )
};
/// Virtual clusters of EMR on EKS, each in full.
pub static LIST_VIRTUAL_CLUSTERS: Operation = Operation {
    page: Some(pages(&["virtualClusters"])),
    path: "/virtualclusters",
    ..plain(
        Service::Containers,
        "ListVirtualClusters",
        "emr-containers:ListVirtualClusters",
    )
};
/// A security configuration of EMR on EKS, by the id that virtual clusters name.
pub static DESCRIBE_CONTAINER_CONFIGURATION: Operation = Operation {
    resource: "arn:*:emr-containers:*:*:/securityconfigurations/*",
    path: "/securityconfigurations/{id}",
    ..plain(
        Service::Containers,
        "DescribeSecurityConfiguration",
        "emr-containers:DescribeSecurityConfiguration",
    )
};

/// Regions in which a service is offered, as far as is known: where its name leads nowhere in another, it is not there.
/// Source: botocore 1.44.5, `endpoints.json`.
pub fn is_offered(service: Service, region: &str) -> bool {
    match service {
        Service::Serverless => EVERYWHERE.contains(&region) || SERVERLESS_TOO.contains(&region),
        Service::Containers => EVERYWHERE.contains(&region),
        Service::Emr
        | Service::Ec2
        | Service::Kms
        | Service::Iam
        | Service::Sts
        | Service::S3
        | Service::S3Control
        | Service::LakeFormation
        | Service::Glue
        | Service::Organizations
        | Service::ServiceQuotas => true,
    }
}

/// Regions with both.
const EVERYWHERE: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-7",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Regions with EMR Serverless alone.
const SERVERLESS_TOO: &[&str] = &[
    "ap-east-2",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ca-west-1",
    "eusc-de-east-1",
    "mx-central-1",
    "us-iso-east-1",
    "us-isob-east-1",
];
