//! Where services answer: their hosts, by region, and by what is wanted of the way to them.
//!
//! Source: the endpoint rules of botocore 1.44.5, with which a test compares.

use super::{Place, signing_name};
use crate::live::operation::Service;

/// What all regions of a partition share.
struct Partition {
    /// The suffix of host names, and that of those that answer on IPv6 too.
    suffixes: [&'static str; 2],
    /// The region that signs for what is one for the partition: IAM, and Organizations where it is another one.
    own: &'static str,
    organizations: &'static str,
}

/// Partitions by how the names of their regions begin; any other region is one of AWS's first.
const PARTITIONS: &[(&str, Partition)] = &[
    (
        "cn-",
        Partition {
            organizations: "cn-northwest-1",
            ..of(
                ["amazonaws.com.cn", "api.amazonwebservices.com.cn"],
                "cn-north-1",
            )
        },
    ),
    ("us-gov-", of(["amazonaws.com", "api.aws"], "us-gov-west-1")),
    (
        "eusc-",
        of(
            ["amazonaws.eu", "api.amazonwebservices.eu"],
            "eusc-de-east-1",
        ),
    ),
    (
        "us-iso-",
        of(["c2s.ic.gov", "api.aws.ic.gov"], "us-iso-east-1"),
    ),
    (
        "us-isob-",
        of(["sc2s.sgov.gov", "api.aws.scloud"], "us-isob-east-1"),
    ),
];
const FIRST: Partition = of(["amazonaws.com", "api.aws"], "us-east-1");

const fn of(suffixes: [&'static str; 2], own: &'static str) -> Partition {
    Partition {
        suffixes,
        own,
        organizations: own,
    }
}

fn partition(region: &str) -> &'static Partition {
    let mut partitions = PARTITIONS.iter();
    let found = partitions.find(|(start, _)| region.starts_with(start));
    found.map_or(&FIRST, |(_, partition)| partition)
}

/// Services whose plain hosts in `GovCloud` are the ones with validated cryptography, and have no others.
const PLAIN_IN_GOVCLOUD: &[Service] = &[
    Service::Emr,
    Service::Containers,
    Service::Ec2,
    Service::Iam,
    Service::Sts,
    Service::Organizations,
    Service::ServiceQuotas,
];

/// The host of a service, and the region that signatures for it name.
pub(super) fn host(service: Service, region: &str, place: &Place) -> (String, String) {
    let of = partition(region);
    let is_govcloud = of.own == "us-gov-west-1";
    let [plain, dual] = of.suffixes;
    let suffix = if place.dual_stack { dual } else { plain };
    let is_global = matches!(service, Service::Iam | Service::Organizations);
    let is_plain =
        is_govcloud && PLAIN_IN_GOVCLOUD.contains(&service) && (is_global || !place.dual_stack);
    let fips = if place.fips && !is_plain { "-fips" } else { "" };
    let name = signing_name(service);
    match service {
        Service::Iam => (
            iam(fips, is_govcloud, of, place.dual_stack),
            of.own.to_owned(),
        ),
        Service::Organizations => {
            let own = of.organizations;
            (format!("{name}{fips}.{own}.{suffix}"), own.to_owned())
        }
        Service::S3 | Service::S3Control => {
            let dual = if place.dual_stack { "dualstack." } else { "" };
            let name = if service == Service::S3 {
                "s3".to_owned()
            } else {
                format!("{}.s3-control", place.account)
            };
            let host = format!("{name}{fips}.{dual}{region}.{plain}");
            (host, region.to_owned())
        }
        Service::Emr
        | Service::Serverless
        | Service::Containers
        | Service::Ec2
        | Service::Kms
        | Service::Sts
        | Service::LakeFormation
        | Service::Glue
        | Service::ServiceQuotas => (format!("{name}{fips}.{region}.{suffix}"), region.to_owned()),
    }
}

/// IAM is one for a partition, and each has its own way to say so.
fn iam(fips: &str, is_govcloud: bool, of: &Partition, dual_stack: bool) -> String {
    let [plain, dual] = of.suffixes;
    match (of.own, dual_stack) {
        ("us-east-1", false) => format!("iam{fips}.{plain}"),
        ("us-iso-east-1" | "us-isob-east-1", true) => format!("iam{fips}.{dual}"),
        (_, true) if is_govcloud => format!("iam.us-gov.{dual}"),
        (_, false) if is_govcloud => format!("iam.us-gov.{plain}"),
        (_, true) => format!("iam{fips}.global.{dual}"),
        (own, false) => format!("iam{fips}.{own}.{plain}"),
    }
}
