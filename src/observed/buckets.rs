//! The buckets that resources name, each with its class: what it holds.

use super::cluster::Attribute;
use super::{Form, Node, Resource, ResourceKind, Value};

/// The classes of buckets: logs; certificates and the JARs of providers; code; locations registered with Lake
/// Formation; workspaces of Studios; results of queries.
pub const CLASSES: &[&str] = &[
    "logs",
    "certificates",
    "code",
    "locations",
    "studio",
    "results",
];

/// Objects of a security configuration document that must come from a place nobody else writes.
const OBJECTS: &[&str] = &[
    "EncryptionConfiguration/InTransitEncryptionConfiguration/TLSCertificateConfiguration/S3Object",
    "EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration/S3Object",
    "EncryptionConfiguration/AtRestEncryptionConfiguration/LocalDiskEncryptionConfiguration/S3Object",
];

/// Of other resources: the class, the call and its path, and the path in a template.
/// Source: EMR Serverless `GetApplication`, EMR `DescribeStudio`, Lake Formation `DescribeResource`, and CloudFormation.
const PLACES: &[(ResourceKind, &str, &str, &str, &str)] = &[
    (
        ResourceKind::EmrServerlessApplication,
        "logs",
        "emr-serverless:GetApplication",
        "application/monitoringConfiguration/s3MonitoringConfiguration/logUri",
        "MonitoringConfiguration/S3MonitoringConfiguration/LogUri",
    ),
    (
        ResourceKind::EmrStudio,
        "studio",
        "elasticmapreduce:DescribeStudio",
        "Studio/DefaultS3Location",
        "DefaultS3Location",
    ),
    (
        ResourceKind::LakeFormationLocation,
        "locations",
        "lakeformation:DescribeResource",
        "ResourceInfo/ResourceArn",
        "ResourceArn",
    ),
];

/// A bucket in the text of a place in S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketName<'t> {
    /// Its name.
    Known(&'t str),
    /// What the name refers to: the id of a declared bucket.
    Refers(&'t str),
    /// Not known, or no place in S3.
    Unknown,
}

/// The bucket of `s3://bucket/key`, `arn:<partition>:s3:::bucket/key`, or of a reference to a declared one.
pub fn bucket_in(node: Node<'_>) -> BucketName<'_> {
    if matches!(node.value(), Value::List) {
        return BucketName::Unknown;
    }
    let mut pieces = node.items();
    let Some(first) = pieces.next() else {
        return node.as_text().map_or_else(
            || of_hole(node),
            |text| split(text).map_or(BucketName::Unknown, |(bucket, _)| bucket_or_unknown(bucket)),
        );
    };
    match first.as_text().map(split) {
        // `!Sub ${Bucket.Arn}/x` and `!Sub arn:${AWS::Partition}:s3:::b/x`
        None => of_hole(first),
        Some(Some(("", _))) => pieces.next().map_or(BucketName::Unknown, of_hole),
        Some(Some((bucket, true))) => bucket_or_unknown(bucket),
        Some(Some((_, false))) => BucketName::Unknown,
        Some(None) => match (first.as_text(), pieces.next(), pieces.next()) {
            (Some("arn:"), Some(_), Some(rest)) => {
                match rest.as_text().and_then(|text| text.strip_prefix(":s3:::")) {
                    Some("") => pieces.next().map_or(BucketName::Unknown, of_hole),
                    Some(rest) => match rest.split_once('/') {
                        Some((bucket, _)) => bucket_or_unknown(bucket),
                        None if pieces.next().is_none() => bucket_or_unknown(rest),
                        None => BucketName::Unknown,
                    },
                    None => BucketName::Unknown,
                }
            }
            _ => BucketName::Unknown,
        },
    }
}

fn reference_of(node: Node<'_>) -> Option<&str> {
    node.reference().map(|(id, _)| id)
}

fn bucket_or_unknown(bucket: &str) -> BucketName<'_> {
    if bucket.is_empty() || bucket.contains(char::is_whitespace) {
        BucketName::Unknown
    } else {
        BucketName::Known(bucket)
    }
}

fn of_hole(node: Node<'_>) -> BucketName<'_> {
    reference_of(node).map_or(BucketName::Unknown, BucketName::Refers)
}

/// The bucket at the start of a place, and whether the name surely ends there.
fn split(text: &str) -> Option<(&str, bool)> {
    let scheme = ["s3://", "s3a://", "s3n://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let rest = scheme.or_else(|| {
        let (_, rest) = text.strip_prefix("arn:")?.split_once(':')?;
        rest.strip_prefix("s3:::")
    })?;
    Some(
        rest.split_once('/')
            .map_or((rest, false), |(bucket, _)| (bucket, true)),
    )
}

/// Every place of a resource that names a bucket, with the class of the bucket.
pub fn bucket_nodes<'t>(resource: &Resource<'t>) -> Vec<(&'static str, Node<'t>)> {
    let (body, live) = (resource.body, resource.form == Form::Live);
    let kind = resource.kind();
    if resource.form == Form::Named {
        return Vec::new();
    }
    if kind == ResourceKind::EmrSecurityConfiguration {
        return OBJECTS
            .iter()
            .map(|path| ("certificates", body.path(path)))
            .collect();
    }
    if kind == ResourceKind::EmrCluster {
        let cluster = resource.cluster();
        let mut nodes = vec![("logs", cluster.attribute(Attribute::LogUri))];
        nodes.extend(
            cluster
                .bootstrap_actions()
                .items
                .iter()
                .map(|action| ("code", action.path)),
        );
        nodes.extend(cluster.steps().items.iter().map(|step| ("code", step.jar)));
        return nodes;
    }
    let found = PLACES.iter().filter(|(own, ..)| *own == kind);
    found
        .map(|&(_, class, answer, api, template)| {
            (
                class,
                if live {
                    body.get(answer).path(api)
                } else {
                    body.path(template)
                },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BucketName, bucket_in};
    use crate::control::testing::tree;
    use serde_json::json;

    #[test]
    fn a_bucket_is_known_by_name_by_reference_or_not() {
        for (text, expected) in [
            (json!("s3://b/k/x"), BucketName::Known("b")),
            (json!("s3a://b"), BucketName::Known("b")),
            (json!("arn:aws-cn:s3:::b/k"), BucketName::Known("b")),
            (json!("b/k"), BucketName::Unknown),
            (json!("s3://"), BucketName::Unknown),
            (json!({ "$ref": "Logs" }), BucketName::Refers("Logs")),
            (
                json!({ "$attribute": ["Logs", "Arn"] }),
                BucketName::Refers("Logs"),
            ),
            (
                json!({ "$sub": ["s3://", { "$ref": "Logs" }, "/emr/"] }),
                BucketName::Refers("Logs"),
            ),
            (
                json!({ "$sub": [{ "$attribute": ["Logs", "Arn"] }, "/*"] }),
                BucketName::Refers("Logs"),
            ),
            (
                json!({ "$sub": ["arn:", { "$unknown": "P" }, ":s3:::b/x"] }),
                BucketName::Known("b"),
            ),
            (
                json!({ "$sub": ["arn:", { "$unknown": "P" }, ":s3:::", { "$ref": "Logs" }] }),
                BucketName::Refers("Logs"),
            ),
            (
                json!({ "$sub": ["s3://logs-", { "$unknown": "A" }, "/"] }),
                BucketName::Unknown,
            ),
            (
                json!({ "$sub": ["s3://logs/", { "$unknown": "A" }, "/"] }),
                BucketName::Known("logs"),
            ),
            (json!({ "$unknown": "A" }), BucketName::Unknown),
            (json!(["s3://b"]), BucketName::Unknown),
        ] {
            assert_eq!(bucket_in(tree(&text).root()), expected, "{text}");
        }
    }
}
