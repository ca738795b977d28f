use crate::observe::testing::{Dice, all, plain, written as as_written};
use crate::observe::{Dialect, File, Given, Reading, Withheld, read_file};
use crate::observed::Source;
use crate::observed::{Lookup, Node, Reason, ResourceKind, Scope, Value};
use std::fmt::Write as _;
use std::sync::Arc;

fn read_given(text: &str, given: &Given) -> Reading {
    let source = Arc::new(Source::new("dir/template.yaml", text));
    match read_file(&source, None, given) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
    }
}

fn read(text: &str) -> Reading {
    let reading = read_given(text, &Given::default());
    assert_eq!(reading.dialect, Dialect::CloudFormation);
    reading
}

/// A template with one cluster, whose log destination is `value`.
fn template(value: &str) -> String {
    format!(
        "Parameters:
  Default: {{Type: String, Default: known}}
  Number: {{Type: Number, Default: 5}}
  None: {{Type: String}}
  Secret: {{Type: String, NoEcho: true}}
  OpenSecret: {{Type: String, NoEcho: true, Default: hunter2}}
  List: {{Type: CommaDelimitedList, Default: 'a, b,c'}}
  Subnets: {{Type: 'List<AWS::EC2::Subnet::Id>'}}
  Ssm: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /emr/key}}
Mappings:
  Keys: {{eu: {{s3: key-eu, all: [x, y]}}}}
Conditions:
  IsKnown: !Equals [!Ref Default, known]
  IsOther: !Not [!Condition IsKnown]
  Loop: !Not [!Condition Loop]
Resources:
  Bucket: {{Type: 'AWS::S3::Bucket'}}
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      LogUri: {value}
"
    )
}

fn in_world(reading: &Reading, world: usize) -> Scope<'_> {
    reading.scopes().swap_remove(world)
}

fn body<'t>(scope: &Scope<'t>, id: &str) -> Node<'t> {
    let found = scope.resources().iter().find(|it| it.identity.id == id);
    found.unwrap().body
}

/// What the value of the template above comes to.
fn value(written: &str) -> serde_json::Value {
    value_given(written, &Given::default())
}

fn value_given(written: &str, given: &Given) -> serde_json::Value {
    let text = template(written);
    let reading = read_given(&text, given);
    plain(body(&in_world(&reading, 0), "Cluster").get("LogUri"))
}

#[test]
fn functions_of_known_values_are_known() {
    for (written, expected) in [
        ("!Ref Default", "\"known\""),
        ("!Ref Number", "\"5\""),
        ("!Ref OpenSecret", "\"hunter2\""),
        ("!Ref List", r#"["a","b","c"]"#),
        ("!Sub 's3://${Default}/x'", "\"s3://known/x\""),
        ("!Sub ['${a}-${Default}', {a: !Ref Number}]", "\"5-known\""),
        ("!Sub '${!Default}$${x'", "\"${Default}$${x\""),
        (
            "!Join ['/', [a, !Ref Default, 1, true]]",
            "\"a/known/1/true\"",
        ),
        ("!Join [',', !Ref List]", "\"a,b,c\""),
        ("!Select [1, !Ref List]", "\"b\""),
        ("!Select ['0', !Split ['|', 'x|y']]", "\"x\""),
        ("!Split ['-', !Sub '${Default}-b']", r#"["known","b"]"#),
        ("!FindInMap [Keys, eu, s3]", "\"key-eu\""),
        ("!FindInMap [Keys, eu, all]", r#"["x","y"]"#),
        (
            "!FindInMap [Keys, us, s3, {DefaultValue: !Ref Default}]",
            "\"known\"",
        ),
        ("!Base64 known", "\"a25vd24=\""),
        ("{'Fn::Length': !Ref List}", "3"),
        ("!If [IsKnown, a, !Ref None]", "\"a\""),
        ("!If [IsOther, a, !Ref Default]", "\"known\""),
        ("!If [IsOther, a, !Ref 'AWS::NoValue']", "\"absent\""),
        (
            "[a, !Ref 'AWS::NoValue', !If [IsOther, b, c]]",
            r#"["a","c"]"#,
        ),
        (
            "{a: !Ref 'AWS::NoValue', b: !Ref Default}",
            r#"{"b":"known"}"#,
        ),
        // A policy's `Condition` is no function.
        (
            "{Condition: {Bool: {x: true}}}",
            r#"{"Condition":{"Bool":{"x":true}}}"#,
        ),
    ] {
        assert_eq!(value(written).to_string(), expected, "{written}");
    }
}

#[test]
fn references_to_what_is_unknown_say_why() {
    for (written, expected) in [
        ("!Ref None", "?parameter `None` has no value"),
        ("!Ref Secret", "?parameter `Secret` has no value"),
        ("!Ref Subnets", "?parameter `Subnets` has no value"),
        (
            "!Select [0, !Ref Subnets]",
            "?parameter `Subnets` has no value",
        ),
        (
            "!Ref Ssm",
            "?`{{resolve:ssm:/emr/key}}` is resolved by the service",
        ),
        ("!Ref Bucket", "?reference to `Bucket`"),
        ("!GetAtt Bucket.Arn", "?reference to `Bucket.Arn`"),
        (
            "{'Fn::GetAtt': [Bucket, Arn]}",
            "?reference to `Bucket.Arn`",
        ),
        ("!Sub '${Bucket}'", "?reference to `Bucket`"),
        ("!Sub '${Bucket.Arn}'", "?reference to `Bucket.Arn`"),
        ("!Ref 'AWS::Region'", "?`AWS::Region` depends on the target"),
        ("!Ref 'AWS::StackName'", "?known only after apply"),
        (
            "!Ref 'AWS::Nothing'",
            "?`AWS::Nothing` is no pseudo parameter",
        ),
        (
            "!Ref Nobody",
            "?`Nobody` is neither a parameter nor a resource",
        ),
        ("!GetAtt Nobody.Arn", "?`Nobody` is not a resource"),
        ("!Sub 'a/${None}/b'", "\"a/${…}/b\""),
    ] {
        assert_eq!(value(written), expected, "{written}");
    }
}

#[test]
fn functions_of_unknown_values_say_why() {
    for (written, expected) in [
        ("!Join ['', [a, !Ref None]]", "\"a${…}\""),
        (
            "!Join [!Ref None, [a, b]]",
            "?parameter `None` has no value",
        ),
        (
            "!Join [',', !Ref Subnets]",
            "?parameter `Subnets` has no value",
        ),
        ("!Split [',', !Ref None]", "?parameter `None` has no value"),
        (
            "!Split [',', !Sub 'a,${None}']",
            "?parameter `None` has no value",
        ),
        (
            "!FindInMap [Keys, !Ref None, s3]",
            "?parameter `None` has no value",
        ),
        (
            "!FindInMap [Keys, us, s3]",
            "?mapping `Keys/us/s3` has no such value",
        ),
        ("!Base64 {Ref: None}", "?parameter `None` has no value"),
        (
            "{'Fn::Length': !Ref Subnets}",
            "?parameter `Subnets` has no value",
        ),
        ("!ImportValue shared", "?import of `shared`"),
        (
            "{'Fn::ImportValue': !Sub '${None}-x'}",
            "?import of `${…}-x`",
        ),
    ] {
        assert_eq!(value(written), expected, "{written}");
    }
}

#[test]
fn what_only_the_service_can_tell_says_so() {
    for (written, expected) in [
        ("{'Fn::GetAZs': ''}", "?known only after apply"),
        ("!Cidr [10.0.0.0/16, 2, 8]", "?`Fn::Cidr` is not evaluated"),
        (
            "{'Fn::Transform': {Name: Mine}}",
            "?macro `Mine` is not evaluated",
        ),
        (
            "{'Fn::ToJsonString': {a: 1}}",
            "?`Fn::ToJsonString` is not evaluated",
        ),
        (
            "{'Fn::ForEach::X': [i, [a], {}]}",
            "?`Fn::ForEach::X` is not evaluated",
        ),
        ("{'Fn::Nonsense': 1}", "?`Fn::Nonsense` is not evaluated"),
        (
            "'{{resolve:secretsmanager:x}}'",
            "?`{{resolve:secretsmanager:x}}` is resolved by the service",
        ),
        ("'a {{resolve:ssm:x}} b'", "\"a ${…} b\""),
        (
            "!Sub '{{resolve:secretsmanager:${None}:y}}'",
            "?`{{resolve:secretsmanager:${…}:y}}` is resolved by the service",
        ),
        ("!If [Loop, a, b]", "?condition `Loop` cannot be decided"),
        ("!If [Nobody, a, b]", "?condition `Nobody` is not declared"),
    ] {
        assert_eq!(value(written), expected, "{written}");
    }
}

#[test]
fn misused_functions_are_malformed_and_nothing_else() {
    for written in [
        "{Ref: [a]}",
        "{'Fn::GetAtt': a}",
        "{'Fn::GetAtt': [a, b, c]}",
        "{'Fn::Sub': {}}",
        "{'Fn::Sub': [a, {}, b]}",
        "!Sub '${aws:username}'",
        "{'Fn::Join': a}",
        "{'Fn::Join': [',', a]}",
        "{'Fn::Select': [9, [a]]}",
        "{'Fn::Select': [x, [a]]}",
        "{'Fn::Split': ['', a]}",
        "{'Fn::FindInMap': [Keys]}",
        "{'Fn::If': [IsKnown]}",
        "{'Fn::If': [[], a, b]}",
        "{'Fn::Equals': [a, a]}",
        "{'Fn::Join': [',', []], Other: 1}",
        "{'Fn::Base64': []}",
    ] {
        let text = template(written);
        let reading = read(&text);
        let scope = in_world(&reading, 0);
        let node = body(&scope, "Cluster").get("LogUri");
        let reason = node.reason();
        assert!(
            matches!(reason, Some(Reason::Malformed { .. })),
            "{written}: {node:?} {reason:?}"
        );
    }
}

#[test]
fn what_is_given_takes_the_place_of_defaults() {
    let given = Given {
        references: std::collections::BTreeMap::new(),
        withheld: Withheld::None,
        parameters: [("None", "x"), ("Default", "y"), ("Secret", "z")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        partition: Some("aws".to_owned()),
    };
    let written = "!Sub '${AWS::Partition} ${AWS::Region} ${AWS::AccountId} ${AWS::URLSuffix} ${None} ${Default}'";
    assert_eq!(
        value_given(written, &given),
        "aws eu-west-1 111122223333 amazonaws.com x y"
    );
    // What the deployer gives for a secret does not stand in the template.
    assert_eq!(
        value_given("!Ref Secret", &given),
        "?parameter `Secret` has no value"
    );
}

#[test]
fn a_member_that_a_macro_may_add_is_unknown_and_not_absent() {
    let text = template("{a: 1, 'Fn::Transform': {Name: 'AWS::Include'}}");
    let reading = read(&text);
    let scope = in_world(&reading, 0);
    let node = body(&scope, "Cluster").get("LogUri");
    assert!(node.get("a").is_set());
    assert!(matches!(node.get("b").value(), Value::Unreadable(_)));
}

#[test]
fn values_keep_the_place_where_they_stand() {
    let text = template("!Sub 's3://${Default}'");
    let reading = read(&text);
    let scope = in_world(&reading, 0);
    let place = body(&scope, "Cluster").get("LogUri").place();
    assert_eq!(place.pointer, "/Resources/Cluster/Properties/LogUri");
    let line = text.lines().nth(place.line as usize - 1).unwrap();
    assert!(line.trim_start().starts_with("LogUri:"), "{line}");
}

const DOCUMENT: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Key: {Type: String}
  Mode: {Type: String, Default: SSE-KMS}
Resources:
  Configuration:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      Name: !Sub "sc-${Mode}"
      SecurityConfiguration: !Sub |
        {
          "EncryptionConfiguration": {
            "EnableInTransitEncryption": false,
            "AtRestEncryptionConfiguration": {"S3EncryptionConfiguration":
              {"EncryptionMode": "${Mode}", "AwsKmsKey": "arn:aws:kms:${AWS::Region}:1:key/${Key}"}}
          }
        }
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      SecurityConfiguration: !Ref Configuration
      Tags: [{Key: team, Value: data}, {Key: secret, Value: !Ref Key}]
"#;

#[test]
fn json_in_a_sub_in_yaml_leads_back_to_the_line_it_is_written_on() {
    let reading = read(DOCUMENT);
    let scope = in_world(&reading, 0);
    let document = body(&scope, "Configuration");
    let switch = document.path("EncryptionConfiguration/EnableInTransitEncryption");
    let place = switch.place();
    assert_eq!((place.line, place.column), (13, 42));
    assert_eq!(
        place.pointer,
        "/Resources/Configuration/Properties/SecurityConfiguration/EncryptionConfiguration/EnableInTransitEncryption"
    );
    assert_eq!(as_written(switch), "false");
    let s3 = document
        .path("EncryptionConfiguration/AtRestEncryptionConfiguration/S3EncryptionConfiguration");
    assert_eq!(s3.get("EncryptionMode").as_text(), Some("SSE-KMS"));
    assert_eq!(s3.get("EncryptionMode").place().line, 15);
    assert_eq!(
        s3.get("AwsKmsKey").pieces(),
        [Some("arn:aws:kms:"), None, Some(":1:key/"), None,]
    );
}

#[test]
fn a_cluster_finds_its_configuration_by_logical_id() {
    let reading = read(DOCUMENT);
    let scope = in_world(&reading, 0);
    let cluster = scope
        .resources()
        .iter()
        .find(|it| it.kind() == ResourceKind::EmrCluster)
        .unwrap();
    let named = cluster.cluster().security_configuration();
    let (id, attribute) = named.reason().unwrap().reference().unwrap();
    assert_eq!((id, attribute), ("Configuration", None));
    let Lookup::Found(found) = scope.by_id(ResourceKind::EmrSecurityConfiguration, id) else {
        panic!("{id} is in the same template");
    };
    assert_eq!(found.identity.name.as_deref(), Some("sc-SSE-KMS"));
    assert_eq!(
        cluster.identity.tags.iter().collect::<Vec<_>>(),
        [(&"team".to_owned(), &"data".to_owned())]
    );
}

/// The forms in which a template may hold a document.
#[test]
fn a_document_is_read_in_every_form() {
    let switch = "EncryptionConfiguration: {EnableInTransitEncryption: true}";
    let json = r#"{"EncryptionConfiguration":{"EnableInTransitEncryption":true}}"#;
    for written in [
        format!("{{{switch}}}"),
        format!("'{json}'"),
        format!("!Sub '{json}'"),
        "!Join ['', ['{\"EncryptionConfiguration\":', '{\"EnableInTransitEncryption\":', true, '}}']]".to_owned(),
        format!("{{'Fn::ToJsonString': {{{switch}}}}}"),
        "!Ref Document".to_owned(),
    ] {
        let text = format!(
            "Parameters: {{Document: {{Type: String, Default: '{json}'}}}}\nResources:\n  C:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      SecurityConfiguration: {written}\n"
        );
        let reading = read(&text);
        let scope = in_world(&reading, 0);
        let switch = body(&scope, "C").path("EncryptionConfiguration/EnableInTransitEncryption");
        assert!(
            matches!(switch.value(), Value::Bool(true)),
            "{written}: {switch:?}"
        );
        assert_eq!(as_written(switch), "true", "{written}");
    }
}

#[test]
fn a_document_that_is_none_is_unreadable() {
    for written in ["'{'", "'[]'", "12", "[]", "!Ref Nobody", "!ImportValue x"] {
        let text = format!(
            "Resources:\n  C:\n    Type: AWS::EMR::SecurityConfiguration\n    Properties:\n      SecurityConfiguration: {written}\n"
        );
        let reading = read(&text);
        let scope = in_world(&reading, 0);
        assert!(body(&scope, "C").reason().is_some(), "{written}");
    }
    let reading = read("Resources:\n  C:\n    Type: AWS::EMR::SecurityConfiguration\n");
    assert!(body(&in_world(&reading, 0), "C").reason().is_some());
}

const WORLDS: &str = "
Parameters:
  Environment: {Type: String}
  Size: {Type: String, AllowedValues: [small, large]}
Conditions:
  IsProd: !Equals [!Ref Environment, prod]
  IsTest: !Equals [test, !Ref Environment]
  IsLarge: !Equals [!Ref Size, large]
  IsHuge: !Equals [!Ref Size, huge]
Resources:
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      LogUri: !If [IsProd, prod, !If [IsTest, test, other]]
      ServiceRole: !If [IsProd, prod-role, other-role]
      JobFlowRole: !If [IsHuge, huge, !Ref Environment]
  Extra:
    Type: AWS::EMR::Cluster
    Condition: IsProd
    Properties: {LogUri: x}
";

#[test]
fn ifs_on_one_condition_stay_together_in_each_world() {
    let reading = read(WORLDS);
    let mut worlds = Vec::new();
    for scope in reading.scopes() {
        let cluster = body(&scope, "Cluster");
        let text = |key: &'static str| plain(cluster.get(key)).as_str().unwrap().to_owned();
        worlds.push((
            scope.world.clone().unwrap(),
            text("LogUri"),
            text("ServiceRole"),
            text("JobFlowRole"),
            scope.resources().len(),
        ));
    }
    let world = |label: &str, log: &str, role: &str, profile: &str, resources| {
        let own = str::to_owned;
        (own(label), own(log), own(role), own(profile), resources)
    };
    assert_eq!(
        worlds,
        [
            world(
                "`IsProd` is true, `IsTest` is false",
                "prod",
                "prod-role",
                "prod",
                2
            ),
            world(
                "`IsProd` is false, `IsTest` is true",
                "test",
                "other-role",
                "test",
                1
            ),
            world(
                "`IsProd` is false, `IsTest` is false",
                "other",
                "other-role",
                "?parameter `Environment` has no value",
                1
            ),
        ]
    );
}

#[test]
fn a_template_without_undecidable_conditions_has_one_world_without_a_name() {
    let text = template("!If [IsKnown, a, b]");
    let reading = read(&text);
    assert_eq!(reading.worlds().len(), 1);
    assert_eq!(reading.worlds()[0].label, None);
}

#[test]
fn conditions_on_anything_else_are_tried_both_ways() {
    let text = "
Parameters: {A: {Type: String}, B: {Type: String}}
Conditions:
  Same: !Equals [!Ref A, !Ref B]
  Different: !Not [!Equals [!Ref B, !Ref A]]
  Always: !Equals [!Ref A, !Ref A]
  Either: !Or [!Condition Same, !Condition Different]
Resources:
  C:
    Type: AWS::EMR::Cluster
    Properties:
      LogUri: !If [Same, a, b]
      Name: !If [Different, b, a]
      ServiceRole: !If [Always, yes, no]
      JobFlowRole: !If [Either, yes, no]
";
    let reading = read(text);
    let scopes = reading.scopes();
    assert_eq!(scopes.len(), 2);
    for scope in &scopes {
        let cluster = body(scope, "C");
        assert_eq!(plain(cluster.get("LogUri")), plain(cluster.get("Name")));
        assert_eq!(plain(cluster.get("ServiceRole")), true);
        assert_eq!(plain(cluster.get("JobFlowRole")), true);
    }
}

#[test]
fn a_mapping_is_looked_up_by_each_allowed_value() {
    let text = "
Parameters: {Environment: {Type: String, AllowedValues: [dev, prod]}}
Mappings: {Logs: {dev: {uri: s3://dev}, prod: {uri: s3://prod}}}
Resources:
  C: {Type: 'AWS::EMR::Cluster', Properties: {LogUri: !FindInMap [Logs, !Ref Environment, uri]}}
";
    let reading = read(text);
    let seen: Vec<_> = reading
        .scopes()
        .iter()
        .map(|scope| (scope.world.clone(), plain(body(scope, "C").get("LogUri"))))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("`Environment` is `dev`".to_owned()), "s3://dev".into()),
            (
                Some("`Environment` is `prod`".to_owned()),
                "s3://prod".into()
            ),
        ]
    );
}

#[test]
fn beyond_the_bound_a_condition_stays_undecided() {
    let mut text = "Parameters:\n".to_owned();
    for index in 0..9 {
        writeln!(text, "  P{index}: {{Type: String}}").unwrap();
    }
    text.push_str("Conditions:\n");
    for index in 0..9 {
        writeln!(text, "  C{index}: !Equals [!Ref P{index}, x]").unwrap();
    }
    text.push_str("Resources:\n  C:\n    Type: AWS::EMR::Cluster\n    Properties:\n");
    for index in 0..9 {
        writeln!(text, "      M{index}: !If [C{index}, a, b]").unwrap();
    }
    let reading = read(&text);
    let scopes = reading.scopes();
    assert_eq!(scopes.len(), 64);
    let cluster = body(&scopes[0], "C");
    assert_eq!(plain(cluster.get("M0")), "a");
    assert_eq!(
        plain(cluster.get("M8")),
        "?condition `C8` cannot be decided"
    );
}

#[test]
fn functions_that_multiply_their_results_end_as_unknown() {
    let mut written = "'x'".to_owned();
    for _ in 0..60 {
        written = format!("{{'Fn::Sub': ['${{a}}${{a}}', {{a: {written}}}]}}");
    }
    let text = template(&written);
    let reading = read(&text);
    let scope = in_world(&reading, 0);
    let node = body(&scope, "Cluster").get("LogUri");
    assert!(matches!(node.reason(), Some(Reason::Unsupported { .. })));
}

#[test]
fn deep_nesting_ends_as_a_value() {
    for (open, close) in [
        ("[", "]"),
        ("{\"Fn::Base64\":", "}"),
        ("{\"Fn::ToJsonString\":", "}"),
        ("{\"Fn::Sub\":[\"${a}\",{\"a\":", "}]}"),
        ("{\"Fn::If\":[\"C\",\"a\",", "]}"),
        ("{\"Fn::Not\":[", "]}"),
    ] {
        let levels = 240 / open.matches(['[', '{']).count().max(1);
        let deep = format!("{}\"x\"{}", open.repeat(levels), close.repeat(levels));
        let text = format!(
            r#"{{"Conditions": {{"C": {deep}}},
            "Resources": {{"C": {{"Type": "AWS::EMR::Cluster", "Properties": {{"LogUri": {deep}}}}}}}}}"#
        );
        let reading = read(&text);
        assert!(!body(&in_world(&reading, 0), "C").get("LogUri").is_absent());
    }
}

#[test]
fn what_hides_resources_is_a_problem() {
    let reading = read(
        "Transform: [AWS::LanguageExtensions, Mine]
Resources:
  C: {Type: 'AWS::EMR::Cluster'}
  'Fn::ForEach::Loop': [i, [a], {'C${i}': {Type: 'AWS::EMR::Cluster'}}]
  'Fn::Transform': {Name: 'AWS::Include'}
",
    );
    let what: Vec<_> = reading.problems.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "could not apply macro `Mine`",
            "could not repeat the resources of `Fn::ForEach::Loop`",
            "could not apply `Fn::Transform`",
        ]
    );
}

#[test]
fn groups_and_steps_declared_apart_are_parts_of_their_cluster() {
    let text = "
Resources:
  Cluster:
    Type: AWS::EMR::Cluster
    Properties:
      Name: etl
      Instances: {TaskInstanceGroups: [{InstanceType: a}]}
  Group:
    Type: AWS::EMR::InstanceGroupConfig
    Properties: {JobFlowId: !Ref Cluster, InstanceType: b}
  Step:
    Type: AWS::EMR::Step
    Properties: {JobFlowId: !GetAtt Cluster.Id, Name: s}
  Stray:
    Type: AWS::EMR::Step
    Properties: {JobFlowId: j-1}
";
    let reading = read(text);
    let scope = in_world(&reading, 0);
    let cluster = body(&scope, "Cluster");
    assert_eq!(cluster.get("Name").as_text(), Some("etl"));
    let groups: Vec<_> = cluster
        .path("Instances/TaskInstanceGroups")
        .items()
        .collect();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[1].get("InstanceType").as_text(), Some("b"));
    assert_eq!(
        groups[1].get("InstanceType").place().pointer,
        "/Resources/Group/Properties/InstanceType"
    );
    let steps: Vec<_> = cluster.get("Steps").items().collect();
    assert_eq!(steps[0].get("Name").as_text(), Some("s"));
    let what: Vec<_> = reading.problems.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(what, ["could not judge `Stray`"]);
}

const WORDS: &[&str] = &[
    "a",
    "",
    "P",
    "Q",
    "C",
    "D",
    "M",
    "Cluster",
    "AWS::Region",
    "AWS::NoValue",
    "${P}",
    "${",
    "${!x}",
    "${Cluster.Arn}",
    "{{resolve:ssm:x}}",
    "{{resolve:",
    "}}",
    ",",
    "a,b",
    "0",
    "1",
    "-1",
    r#"{\"a\":"#,
    "}",
    "\u{e9}",
];
const NAMES: &[&str] = &[
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Split",
    "Fn::Select",
    "Fn::FindInMap",
    "Fn::Base64",
    "Fn::Length",
    "Fn::ToJsonString",
    "Fn::ImportValue",
    "Fn::GetAZs",
    "Fn::Transform",
    "Fn::Cidr",
    "Fn::ForEach::X",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "Fn::Equals",
    "Condition",
    "Fn::Other",
    "Default",
    "Type",
    "a",
];

/// A value of a template, as JSON, at random.
fn random(dice: &mut Dice, depth: usize) -> String {
    let choice = dice.below(if depth == 0 { 4 } else { 10 });
    match choice {
        0..=2 => format!("\"{}\"", WORDS[dice.below(WORDS.len())]),
        3 => ["1", "true", "null", "0.5"][dice.below(4)].to_owned(),
        4..=6 => {
            let items: Vec<String> = (0..dice.below(4))
                .map(|_| random(dice, depth - 1))
                .collect();
            format!("[{}]", items.join(","))
        }
        7..=8 => {
            let name = NAMES[dice.below(NAMES.len())];
            format!("{{\"{name}\":{}}}", random(dice, depth - 1))
        }
        _ => {
            let (first, second) = (
                NAMES[dice.below(NAMES.len())],
                NAMES[dice.below(NAMES.len())],
            );
            let (one, two) = (random(dice, depth - 1), random(dice, depth - 1));
            format!("{{\"{first}\":{one},\"{second}\":{two}}}")
        }
    }
}

#[test]
fn no_template_however_odd_breaks_the_reader() {
    let mut dice = Dice(7);
    for _ in 0..3000 {
        let mut next = || random(&mut dice, 5);
        let text = format!(
            r#"{{"Transform":{},"Parameters":{{"P":{},"Q":{{"Type":"String","AllowedValues":["a","b"]}}}},
            "Mappings":{{"M":{}}},"Conditions":{{"C":{},"D":{}}},
            "Resources":{{
            "Document":{{"Type":"AWS::EMR::SecurityConfiguration","Properties":{{"SecurityConfiguration":{}}}}},
            "Step":{{"Type":"AWS::EMR::Step","Properties":{{"JobFlowId":{{"Ref":"Cluster"}},"x":{}}}}},
            "Cluster":{{"Type":"AWS::EMR::Cluster","Condition":"C","Properties":{}}}}}}}"#,
            next(),
            next(),
            next(),
            next(),
            next(),
            next(),
            next(),
            next(),
        );
        let source = Arc::new(Source::new("t", text.as_str()));
        let File::Read(reading) = read_file(&source, None, &Given::default()) else {
            panic!("{text}")
        };
        for scope in reading.scopes() {
            for resource in scope.resources() {
                for node in all(resource.body) {
                    let place = node.place();
                    assert!(place.bytes.1 <= text.len(), "{text}");
                }
            }
        }
    }
}

#[test]
fn what_has_no_kind_of_its_own_stands_beside_the_resources() {
    let reading = read(
        &serde_json::json!({ "Resources": {
        "C": { "Type": "AWS::EMR::Cluster", "Properties": {
            "Name": "c", "Instances": { "Ec2SubnetId": { "Ref": "Private" } } } },
        "Private": { "Type": "AWS::EC2::Subnet", "Properties": { "MapPublicIpOnLaunch": "false" } },
        "Other": { "Type": "AWS::EC2::Subnet" },
    } })
        .to_string(),
    );
    let scopes = reading.scopes();
    let cluster = &scopes[0].resources()[0];
    let subnet = cluster.body.path("Instances/Ec2SubnetId");
    let found = scopes[0].neighbour("AWS::EC2::Subnet", subnet).unwrap();
    assert_eq!(&*found.id, "Private");
    assert_eq!(
        found.body.get("MapPublicIpOnLaunch").as_text(),
        Some("false")
    );
    assert_eq!(scopes[0].neighbours("AWS::EC2::Subnet").count(), 2);
    assert!(
        scopes[0]
            .neighbour("AWS::EC2::RouteTable", subnet)
            .is_none()
    );
    assert!(cluster.is_a("AWS::EMR::Cluster"));
}

/// A template of stacks with these members.
fn stacks(resources: &serde_json::Value) -> super::Evaluated {
    let template = serde_json::json!({
        "Parameters": { "Stage": { "Type": "String" }, "Fixed": { "Type": "String", "Default": "f" } },
        "Conditions": { "Never": { "Fn::Equals": ["a", "b"] } },
        "Resources": resources,
    });
    let source = crate::observe::testing::source(&template.to_string());
    let tree = crate::observe::json::read(source).unwrap();
    super::evaluate(tree, &crate::observe::Given::default())
}

#[test]
fn a_stack_of_a_file_says_what_it_gives_to_its_parameters() {
    let found = stacks(&serde_json::json!({
        "A": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "./nested.yaml",
            "Parameters": { "One": "1", "Two": { "Ref": "Stage" }, "Three": { "Ref": "Fixed" }, "Four": ["a", "b"] },
        } },
        "B": { "Type": "AWS::Serverless::Application", "Properties": { "Location": "app/t.yaml" } },
        "C": { "Type": "AWS::CloudFormation::Stack",
            "Metadata": { "aws:asset:path": "C.nested.template.json" },
            "Properties": { "TemplateURL": { "Fn::Sub": "https://s3/${AWS::Region}/x" }, "Parameters": { "Ref": "Stage" } } },
        "D": { "Type": "AWS::CloudFormation::Stack", "Condition": "Never", "Properties": { "TemplateURL": "d.yaml" } },
    }));
    assert!(found.problems.is_empty() && found.notes.is_empty());
    let paths: Vec<(&str, &str, bool)> = found
        .nested
        .iter()
        .map(|one| (one.stack.as_str(), one.path.as_str(), one.open))
        .collect();
    assert_eq!(
        paths,
        [
            ("A", "./nested.yaml", false),
            ("B", "app/t.yaml", false),
            ("C", "C.nested.template.json", true),
        ]
    );
    let given: Vec<(&str, Option<&str>)> = found.nested[0]
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref()))
        .collect();
    assert_eq!(
        given,
        [
            ("Four", Some("a,b")),
            ("One", Some("1")),
            ("Three", Some("f")),
            ("Two", None),
        ]
    );
}

#[test]
fn a_stack_whose_template_is_not_seen_is_noted_or_a_problem_when_it_is_called_after_ours() {
    let stack = |url: &str| serde_json::json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": url } });
    let found = stacks(&serde_json::json!({
        "Vpc": stack("https://s3.amazonaws.com/b/vpc.yaml"),
        "Lake": stack("https://s3.amazonaws.com/b/emr.yaml"),
        "EmrCluster": stack("s3://b/x.yaml"),
        "App": { "Type": "AWS::Serverless::Application", "Properties": {
            "Location": { "ApplicationId": "arn:aws:serverlessrepo:us-east-1:1:applications/x", "SemanticVersion": "1" },
        } },
    }));
    assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
    assert!(found.notes[0].contains("stack `Vpc` is not seen"));
    let whats: Vec<&str> = found.problems.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "could not judge the stack of `Lake`",
            "could not judge the stack of `EmrCluster`",
        ]
    );
}

#[test]
fn the_body_of_a_stack_set_is_judged_with_its_parameters_unknown() {
    let set = |properties: serde_json::Value| serde_json::json!({ "Type": "AWS::CloudFormation::StackSet", "Properties": properties });
    let body = "Parameters:\n  Label: {Type: String, Default: emr-7.9.0}\nResources:\n  K:\n    Type: AWS::EMR::Cluster\n    \
        Properties: {Name: k, ReleaseLabel: !Ref Label}\n";
    let found = stacks(&serde_json::json!({
        "C": { "Type": "AWS::EMR::Cluster", "Properties": { "Name": "c" } },
        "S": set(serde_json::json!({ "TemplateBody": body })),
        "Other": set(serde_json::json!({ "TemplateBody": "Resources: {}" })),
        "Broken": set(serde_json::json!({ "TemplateBody": "{\"Resources\": \"AWS::EMR::Cluster" })),
        "Lost": set(serde_json::json!({ "TemplateBody": { "Ref": "Stage" } })),
        "Url": set(serde_json::json!({ "TemplateURL": "https://s3/x/emr.yaml" })),
        "Vpc": set(serde_json::json!({ "TemplateURL": "https://s3/x/vpc.yaml" })),
        "File": set(serde_json::json!({ "TemplateURL": "k.yaml", "Parameters": [] })),
    }));
    let clusters: Vec<_> = found
        .worlds
        .iter()
        .flat_map(|world| &world.resources)
        .map(|seen| (seen.identity.id.as_str(), plain(found.tree.node(seen.body))))
        .collect();
    assert_eq!(clusters.len(), 2, "{clusters:?}");
    assert_eq!(clusters[0].0, "C");
    assert_eq!(clusters[1].0, "K");
    assert_eq!(clusters[1].1["Name"], "k");
    let label = clusters[1].1["ReleaseLabel"].as_str().unwrap();
    assert!(label.starts_with('?'), "{label}");
    let mut whats: Vec<&str> = found.problems.iter().map(|one| one.what.as_str()).collect();
    whats.sort_unstable();
    let said = ["Broken", "Lost", "Url"].map(|id| format!("could not judge the stack of `{id}`"));
    assert_eq!(whats, said);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(found.nested[0].open && found.nested[0].parameters.is_empty());
}
