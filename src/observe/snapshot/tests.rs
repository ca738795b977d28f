use super::{Event, Reader};
use crate::observed::cluster::{Attribute, Fact};
use crate::observed::{Form, Reason, ResourceKind, Value};

const ESTATE: &str = r#"{"record":"estate","schema":"emr-baseline/snapshot/v1","observed_at":"2026-11-22T12:00:00Z"}"#;
const FIRST: &str = r#"{"record":"region","account":"111122223333","region":"eu-west-1","services":["elasticmapreduce"]}"#;
const SECOND: &str =
    r#"{"record":"region","account":"444455556666","region":"us-east-1","services":[]}"#;
const FACT: &str = r#"{"record":"fact","kind":"emr-security-configuration","id":"prod","name":"prod","calls":{"elasticmapreduce:DescribeSecurityConfiguration":{"answer":{"Name":"prod","SecurityConfiguration":"{\"EncryptionConfiguration\":{\"EnableInTransitEncryption\":true}}","CreationDateTime":"2026-01-01T00:00:00Z"}}}}"#;
const CLUSTER: &str = r#"{"record":"resource","kind":"emr-cluster","id":"j-1","arn":"arn:x","calls":{"elasticmapreduce:DescribeCluster":{"answer":{"Cluster":{"Id":"j-1","Name":"etl","ReleaseLabel":"emr-7.1.0","KerberosAttributes":{"Realm":"R","KdcAdminPassword":"hunter2"},"Tags":[{"Key":"team","Value":"data"}]}}},"elasticmapreduce:ListInstanceGroups":{"error":{"code":"ThrottlingException","message":"Rate exceeded"}}}}"#;
const END: &str = r#"{"record":"end-of-region","complete":true,"listed":["emr-cluster"]}"#;

fn events(lines: &[&str]) -> Vec<Event> {
    let text = lines.join("\n");
    Reader::new("s.jsonl", text.as_bytes()).unwrap().collect()
}

/// The events in short.
fn outline(events: &[Event]) -> Vec<String> {
    let one = |event: &Event| match event {
        Event::Estate { observed_at } => format!("estate {}", observed_at.as_deref().unwrap()),
        Event::Region(region) => format!("region {} {}", region.account, region.region),
        Event::Fact(record) => format!("fact {}", record.seen.identity.id),
        Event::Resource(record) => format!("resource {}", record.seen.identity.id),
        Event::End { complete, listed } => format!("end {complete} {}", listed.len()),
        Event::Problem(problem) => {
            let place = problem.place.as_ref().unwrap();
            format!("problem {}:{}: {}", place.line, place.column, problem.why)
        }
    };
    events.iter().map(one).collect()
}

#[test]
fn two_regions_are_told_apart_and_the_one_without_a_footer_is_partial() {
    let events = events(&[ESTATE, FIRST, FACT, CLUSTER, END, SECOND, CLUSTER]);
    assert_eq!(
        outline(&events),
        [
            "estate 2026-11-22T12:00:00Z",
            "region 111122223333 eu-west-1",
            "fact prod",
            "resource j-1",
            "end true 1",
            "region 444455556666 us-east-1",
            "resource j-1",
            "end false 0",
        ]
    );
    let Event::Resource(record) = &events[6] else {
        panic!("a cluster")
    };
    assert_eq!(
        record.seen.identity.account.as_deref(),
        Some("444455556666")
    );
    assert_eq!(record.seen.identity.region.as_deref(), Some("us-east-1"));
}

fn cluster() -> Box<super::Record> {
    let found = events(&[ESTATE, FIRST, CLUSTER])
        .into_iter()
        .find_map(|event| match event {
            Event::Resource(record) => Some(record),
            Event::Estate { .. }
            | Event::Region(_)
            | Event::Fact(_)
            | Event::End { .. }
            | Event::Problem(_) => None,
        });
    found.unwrap()
}

#[test]
fn facts_of_a_cluster_name_the_call_that_answered() {
    let record = cluster();
    let resource = record.resource();
    assert_eq!(resource.form, Form::Live);
    assert_eq!(resource.identity.name.as_deref(), Some("etl"));
    assert_eq!(resource.identity.tags["team"], "data");
    let release = resource.cluster().attribute(Attribute::ReleaseLabel);
    assert_eq!(release.as_text(), Some("emr-7.1.0"));
    let place = release.place();
    assert_eq!(
        place.api.as_deref(),
        Some("elasticmapreduce:DescribeCluster")
    );
    assert_eq!(place.pointer, "/Cluster/ReleaseLabel");
    assert_eq!(place.line, 3);
    // What the call would have answered is known to be absent.
    let configuration = resource.cluster().security_configuration();
    assert!(configuration.is_absent());
    assert_eq!(
        configuration.place().pointer,
        "/Cluster/SecurityConfiguration"
    );
}

#[test]
fn calls_that_failed_or_were_not_made_leave_their_facts_unknown() {
    let record = cluster();
    let resource = record.resource();
    let groups = resource.body.get("elasticmapreduce:ListInstanceGroups");
    assert_eq!(
        groups.get("InstanceGroups").reason(),
        Some(&Reason::Call {
            action: "elasticmapreduce:ListInstanceGroups".to_owned(),
            why: "ThrottlingException: Rate exceeded".to_owned(),
        })
    );
    let Fact::Says(timeout) = resource.cluster().fact(Attribute::IdleTimeout) else {
        panic!("a call answers it")
    };
    assert_eq!(
        timeout.reason(),
        Some(&Reason::NotObserved {
            action: "elasticmapreduce:GetAutoTerminationPolicy".to_owned()
        })
    );
    let other = resource.body.get("ec2:DescribeInstances").reason();
    assert!(matches!(other, Some(Reason::NotObserved { .. })));
}

#[test]
fn passwords_do_not_pass_the_reader() {
    let record = cluster();
    let kerberos = record
        .resource()
        .cluster()
        .attribute(Attribute::KerberosAttributes);
    assert_eq!(kerberos.get("Realm").as_text(), Some("R"));
    let secret = kerberos.get("KdcAdminPassword");
    assert!(matches!(secret.value(), Value::Unreadable(_)));
    assert!(!secret.display().contains("hunter2"));
}

#[test]
fn a_fact_holds_the_document_of_its_configuration() {
    let events = events(&[ESTATE, FIRST, FACT]);
    let Event::Fact(record) = &events[2] else {
        panic!("a fact")
    };
    let resource = record.resource();
    assert_eq!(resource.kind(), ResourceKind::EmrSecurityConfiguration);
    assert!(resource.outer.get("CreationDateTime").is_set());
    let switch = resource
        .body
        .path("EncryptionConfiguration/EnableInTransitEncryption");
    assert!(matches!(switch.value(), Value::Bool(true)));
    let place = switch.place();
    assert_eq!(
        place.api.as_deref(),
        Some("elasticmapreduce:DescribeSecurityConfiguration")
    );
    assert_eq!(
        place.pointer,
        "/SecurityConfiguration/EncryptionConfiguration/EnableInTransitEncryption"
    );
}

#[test]
fn a_configuration_that_could_not_be_described_is_unknown() {
    for call in [
        r#"{"error":{"code":"AccessDeniedException"}}"#,
        "{}",
        r#"{"answer":{}}"#,
        r#"{"answer":{"SecurityConfiguration":"{"}}"#,
        r#"{"answer":{"SecurityConfiguration":7}}"#,
    ] {
        let record = format!(
            r#"{{"record":"fact","kind":"emr-security-configuration","id":"x","calls":{{"elasticmapreduce:DescribeSecurityConfiguration":{call}}}}}"#
        );
        let events = events(&[ESTATE, FIRST, &record]);
        let Event::Fact(record) = &events[2] else {
            panic!("{call}")
        };
        assert!(record.resource().body.reason().is_some(), "{call}");
    }
}

#[test]
fn a_broken_record_is_a_problem_with_its_line_and_the_rest_is_read() {
    let events = events(&[
        ESTATE,
        CLUSTER,
        FIRST,
        "",
        "{\"record\":\"resource\",",
        r#"{"record":"resource","kind":"teapot","id":"x","calls":{}}"#,
        r#"{"record":"resource","kind":"emr-cluster","calls":{}}"#,
        r#"{"record":"resource","kind":"emr-cluster","id":"x"}"#,
        r#"{"record":"weather"}"#,
        "[]",
        CLUSTER,
        END,
        r#"{"record":"region"}"#,
        END,
    ]);
    assert_eq!(
        outline(&events),
        [
            "estate 2026-11-22T12:00:00Z",
            "problem 2:1: record `resource` stands outside of any region",
            "region 111122223333 eu-west-1",
            "problem 5:22: expected a key, but the text ends here",
            "problem 6:1: kind `teapot` is not known",
            "problem 7:1: a record needs an `id`",
            "problem 8:1: a record needs `calls`",
            "problem 9:1: record `weather` is not known",
            "problem 10:1: record `` is not known",
            "resource j-1",
            "end true 1",
            "problem 13:1: a region's record needs `account` and `region`",
            "problem 14:1: record `end-of-region` stands outside of any region",
        ]
    );
}

#[test]
fn a_text_that_is_no_snapshot_is_one_problem() {
    let wrong = r#"{"record":"estate","schema":"emr-baseline/snapshot/v9"}"#;
    for lines in [&["{}", FIRST][..], &[wrong, FIRST], &[""], &[]] {
        let outline = outline(&events(lines));
        assert_eq!(outline.len(), 1, "{outline:?}");
        assert!(outline[0].starts_with("problem 1:1"), "{outline:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_problem_of_their_line() {
    let mut bytes = format!("{ESTATE}\n{FIRST}\n").into_bytes();
    bytes.extend(b"\xff\xfe\n");
    bytes.extend(format!("{END}\n").bytes());
    let events: Vec<Event> = Reader::new("s", &bytes[..]).unwrap().collect();
    assert_eq!(
        outline(&events)[2..],
        ["problem 3:1: the line is not UTF-8", "end true 1"]
    );
}

#[test]
fn a_compressed_snapshot_is_told_by_its_first_bytes() {
    let text = [ESTATE, FIRST, CLUSTER, END].join("\n");
    let compressed = ruzstd::encoding::compress_to_vec(
        text.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let events: Vec<Event> = Reader::new("s", &compressed[..]).unwrap().collect();
    assert_eq!(outline(&events).len(), 4);
    // A stream that breaks off is a problem, and the open region is partial.
    let cut = &compressed[..compressed.len() - 8];
    let events: Vec<Event> = match Reader::new("s", cut) {
        Ok(reader) => reader.collect(),
        Err(_) => return,
    };
    assert!(
        outline(&events)
            .iter()
            .any(|event| event.starts_with("problem"))
    );
}

#[test]
fn an_answer_without_what_was_asked_for_is_none() {
    for (answer, why) in [
        ("null", "its answer is null, not an object"),
        ("[]", "its answer is a list, not an object"),
        ("\"x\"", "its answer is a string, not an object"),
        ("{}", "`application` of its answer is not recorded"),
        (
            r#"{"application":null}"#,
            "`application` of its answer is null, not an object",
        ),
    ] {
        let fact = format!(
            r#"{{"record":"fact","kind":"emr-serverless-application","id":"a","calls":{{"emr-serverless:GetApplication":{{"answer":{answer}}}}}}}"#
        );
        let events = events(&[ESTATE, FIRST, &fact, END]);
        let Some(Event::Fact(record)) = events.get(2) else {
            panic!("{answer}: {:?}", outline(&events));
        };
        let resource = record.resource();
        let body = resource.body.get("emr-serverless:GetApplication");
        let Some(Reason::Call { why: said, .. }) = body.reason() else {
            panic!("{answer} counts as an answer");
        };
        assert_eq!(said, why);
    }
}
