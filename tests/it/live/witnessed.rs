//! The double and the reader of answers, before botocore: shapes are AWS's, not ours.

use super::estate::Estate;
use super::server::{Network, Server};
use crate::binary::Bench;
use crate::witness;
use emr_baseline::live::call::Call;
use emr_baseline::live::operation::{ALL, OF_HUB, Operation};
use emr_baseline::live::wire::{Answer, Place, outcome, request};
use serde_json::{Value, json};
use std::process::Stdio;

/// Operations whose answers come in XML, as botocore calls them.
const IN_XML: &[&str] = &[
    "ec2:DescribeInstances",
    "ec2:DescribeRegions",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcEndpoints",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetInstanceProfile",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketEncryption",
    "s3:GetBucketVersioning",
    "s3:GetPublicAccessBlock",
    "s3control:GetPublicAccessBlock",
];

fn operation(service: &str, name: &str) -> &'static Operation {
    let of = |one: &&&Operation| {
        one.service.prefix() == service && (one.name == name || one.action.ends_with(name))
    };
    let mut found = ALL.iter().filter(of);
    found.next().unwrap_or_else(|| panic!("{service}:{name}"))
}

#[test]
fn the_double_answers_in_the_shapes_of_aws_and_both_readers_read_the_same() {
    let server = Server::over(Estate::of(5), Network::Well);
    let bench = Bench::new();
    let mut command = bench.command(&["observe", "--share", "100", "--steps"]);
    let output = command
        .env("AWS_ENDPOINT_URL", &server.url)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_REGION", super::estate::REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = server.said.lock().unwrap();
    let mut files = Vec::new();
    for (at, (service, name, body)) in said.iter().enumerate() {
        let answer = Answer {
            status: 200,
            body: body.clone(),
            ..Answer::default()
        };
        let call = Call::new(operation(service, name), "", json!({}));
        let read = outcome(&call, &answer).unwrap();
        let heard = json!({"service": service, "operation": name, "body": body, "read": Value::Object(read)});
        let file = bench.path().join(format!("{at}.json"));
        std::fs::write(&file, heard.to_string()).unwrap();
        files.push(file.to_str().unwrap().to_owned());
    }
    assert!(files.len() > 40);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let testimony = witness::call("answer.py", &files);
    assert!(testimony.passed, "{}", testimony.said);
}

#[test]
fn hosts_and_the_regions_that_sign_are_those_of_botocores_rules() {
    let testimony = witness::call("hosts.py", &[]);
    assert!(testimony.passed, "{}", testimony.said);
    let mut wrong = Vec::new();
    for line in testimony.said.lines() {
        let [service, region, fips, dual_stack, host, signing] =
            line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let place = Place {
            region: region.to_owned(),
            account: "111122223333".to_owned(),
            endpoint: None,
            fips: fips == "true",
            dual_stack: dual_stack == "true",
        };
        let mut all = ALL.iter().chain(OF_HUB).copied();
        let of_account = |one: &Operation| one.action == "s3:GetAccountPublicAccessBlock";
        let operation = all.find(|one| match service {
            "s3control" => of_account(one),
            prefix => one.service.prefix() == prefix && !of_account(one),
        });
        let call = Call::new(operation.unwrap(), "", json!({"Bucket": "b"}));
        let asked = request(&call, &place);
        let found = asked
            .url
            .strip_prefix("https://")
            .unwrap()
            .split('/')
            .next();
        if (found, asked.signing_region.as_str()) != (Some(host), signing) {
            wrong.push(format!("{line}: {} {}", asked.url, asked.signing_region));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(testimony.said.lines().count() > 300);
}

#[test]
fn the_names_of_xml_answers_are_those_of_botocores_models() {
    let testimony = witness::call("xml_names.py", IN_XML);
    assert!(testimony.passed, "{}", testimony.said);
    let golden = crate::support::root().join("src/live/wire/names.txt");
    let known = std::fs::read_to_string(&golden).unwrap();
    let mut rows: Vec<&str> = testimony.said.lines().collect();
    rows.sort_unstable();
    rows.dedup();
    let fresh = rows.join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &fresh).unwrap();
    }
    assert_eq!(known, fresh, "run with UPDATE_GOLDEN=1");
}
