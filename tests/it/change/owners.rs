//! Whose the bucket of a registered location is.

use super::*;

/// A snapshot of these records.
fn of_records(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let empty = snapshot(&[]);
    let (start, end) = empty.rsplit_once('\n').unwrap();
    format!("{start}\n{}\n{end}", lines.join("\n"))
}

/// What `lake.locations` says of a location that is registered, beside these records of its bucket.
fn of_location(accounts: &str, listed: bool, bucket: Option<&Value>) -> (String, String) {
    let location = if listed {
        "[[lake.locations.location]]\npath = \"s3://lake/sales\"\n"
    } else {
        ""
    };
    let text = baseline(&format!("[lake.locations]\n{accounts}\n{location}"));
    let registered = json!({
        "record": "resource", "kind": "lake-formation-location", "id": "arn:aws:s3:::lake/sales",
        "calls": { "lakeformation:ListResources": { "answer": {
            "ResourceArn": "arn:aws:s3:::lake/sales", "RoleArn": "arn:aws:iam::111122223333:role/lake" } } },
    });
    let bucket = bucket.map(|calls| {
        json!({ "record": "fact", "kind": "s3-bucket", "id": "lake", "name": "lake", "calls": calls })
    });
    let facts: Vec<Value> = bucket.into_iter().chain([registered]).collect();
    let report = audited(&text, &of_records(&facts));
    let all = report["evaluations"].as_array().unwrap().iter();
    let mut own = all.filter(|one| {
        one["control"] == "lake.locations" && one["resource"]["kind"] == "lake-formation-location"
    });
    let own = own.next().unwrap();
    let text = |member: &str| own[member].as_str().unwrap().to_owned();
    (text("verdict"), text("message"))
}

#[test]
fn an_audit_takes_the_owner_of_a_bucket_from_s3_and_else_from_the_baseline() {
    let answered =
        json!({ "s3:GetBucketLocation": { "answer": { "LocationConstraint": "us-west-2" } } });
    let refused = |listed: &[&str]| {
        let buckets: Vec<Value> = listed.iter().map(|name| json!({ "Name": name })).collect();
        json!({
            "s3:GetBucketLocation": { "error": { "code": "AccessDenied", "message": "no" } },
            "s3:ListAllMyBuckets": { "answer": { "Buckets": buckets } },
        })
    };
    let gone =
        json!({ "s3:GetBucketLocation": { "error": { "code": "NoSuchBucket", "message": "no" } } });
    let other = "accounts = [\"444455556666\"]";
    for (accounts, listed, bucket, verdict) in [
        ("", true, None, "compliant"),
        ("", false, None, "indeterminate"),
        ("", false, Some(&answered), "compliant"),
        (other, true, Some(&answered), "noncompliant"),
        ("", true, Some(&refused(&["other"])), "noncompliant"),
        ("", false, Some(&refused(&["lake"])), "compliant"),
        // It may be that account's.
        (other, true, Some(&refused(&["other"])), "compliant"),
        (other, false, Some(&refused(&["other"])), "indeterminate"),
        ("", true, Some(&gone), "noncompliant"),
    ] {
        let (found, message) = of_location(accounts, listed, bucket);
        assert_eq!(found, verdict, "{accounts} {listed} {bucket:?}: {message}");
    }
}
