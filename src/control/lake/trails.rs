//! Whether trails record reads of objects, as AWS answers.
//!
//! Source: `CloudTrail` API, `GetEventSelectors`, `DataResource`, `AdvancedFieldSelector`.

use crate::observed::Node;

/// Whether some selector of the answer records reads of the objects of a bucket.
pub fn records_reads(answer: Node<'_>, bucket: &str) -> bool {
    answer
        .get("EventSelectors")
        .items()
        .any(|one| basic(one, bucket))
        || answer
            .get("AdvancedEventSelectors")
            .items()
            .any(|one| advanced(one, bucket))
}

fn basic(selector: Node<'_>, bucket: &str) -> bool {
    let reads = selector.get("ReadWriteType").as_text() != Some("WriteOnly");
    let mut resources = selector.get("DataResources").items();
    reads
        && resources.any(|one| {
            one.get("Type").as_text() == Some("AWS::S3::Object")
                && one
                    .get("Values")
                    .items()
                    .filter_map(Node::as_text)
                    .any(|value| covers(value, bucket))
        })
}

/// A value is a prefix of ARNs: all of S3, or a bucket with a slash.
fn covers(value: &str, bucket: &str) -> bool {
    match value.split_once(":s3") {
        Some((_, "" | ":::")) => true,
        Some((_, rest)) => rest.trim_start_matches(':') == format!("{bucket}/"),
        None => false,
    }
}

fn advanced(selector: Node<'_>, bucket: &str) -> bool {
    let fields: Vec<Node<'_>> = selector.get("FieldSelectors").items().collect();
    let field = |name: &str| {
        let mut all = fields.iter();
        all.find(|one| one.get("Field").as_text() == Some(name))
    };
    let equals = |name: &str, value: &str| {
        let values = field(name).map(|one| one.get("Equals"));
        values.is_some_and(|list| list.items().any(|item| item.as_text() == Some(value)))
    };
    let known = [
        "eventCategory",
        "resources.type",
        "resources.ARN",
        "readOnly",
    ];
    // A selector that asks for more records less.
    let narrow = fields.iter().any(|one| {
        one.get("Field")
            .as_text()
            .is_none_or(|name| !known.contains(&name))
    });
    let arn = field("resources.ARN").is_none_or(|one| {
        one.get("StartsWith")
            .items()
            .filter_map(Node::as_text)
            .any(|value| covers(value, bucket))
    });
    let reads = field("readOnly").is_none() || equals("readOnly", "true");
    equals("eventCategory", "Data")
        && equals("resources.type", "AWS::S3::Object")
        && arn
        && reads
        && !narrow
}

#[cfg(test)]
mod tests {
    use super::records_reads;
    use crate::control::testing::tree;
    use serde_json::json;

    #[test]
    fn only_a_selector_that_records_reads_of_the_whole_bucket_counts() {
        let s3 = |values: serde_json::Value| json!([{ "ReadWriteType": "All", "DataResources": [{ "Type": "AWS::S3::Object", "Values": values }] }]);
        let field = |name: &str, value: &str| json!({ "Field": name, "Equals": [value] });
        for (answer, records) in [
            (json!({ "EventSelectors": s3(json!(["arn:aws:s3"])) }), true),
            (
                json!({ "EventSelectors": s3(json!(["arn:aws:s3:::lake/"])) }),
                true,
            ),
            (
                json!({ "EventSelectors": s3(json!(["arn:aws:s3:::lake/sales/"])) }),
                false,
            ),
            (
                json!({ "EventSelectors": s3(json!(["arn:aws:s3:::lake-2/"])) }),
                false,
            ),
            (
                json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "DataResources": [{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }] }] }),
                false,
            ),
            (
                json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object")] }] }),
                true,
            ),
            (
                json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object"), field("readOnly", "false")] }] }),
                false,
            ),
            (
                json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object"), field("eventName", "PutObject")] }] }),
                false,
            ),
            (json!({}), false),
        ] {
            assert_eq!(
                records_reads(tree(&answer).root(), "lake"),
                records,
                "{answer}"
            );
        }
    }
}
