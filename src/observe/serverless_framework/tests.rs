use crate::observe::testing::plain;
use crate::observe::{Dialect, File, Given, Reading, read_file};
use crate::observed::Source;
use serde_json::{Value, json};
use std::sync::Arc;

fn file(text: &str) -> File {
    let source = Arc::new(Source::new("serverless.yml", text));
    read_file(&source, None, &Given::default())
}

fn read(text: &str) -> Reading {
    match file(text) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
    }
}

/// The resources of a reading: their ids and bodies.
fn seen(reading: &Reading) -> Vec<(String, Value)> {
    let scopes = reading.scopes();
    let all = scopes[0].resources().iter();
    all.map(|one| (one.identity.id.clone(), plain(one.body)))
        .collect()
}

const SERVICE: &str = "service: launcher\nprovider:\n  name: aws\n  stage: ${opt:stage, 'dev'}\n";
const CLUSTER: &str = "\n      C:\n        Type: AWS::EMR::Cluster\n        Properties:";

#[test]
fn the_resources_of_a_service_are_a_template() {
    let text = format!(
        "{SERVICE}resources:\n  Resources:\n    C:\n      Type: AWS::EMR::Cluster\n      Properties:\n        Name: ${{self:service}}-x\n        LogUri: !Sub s3://${{B}}/${{env:P}}/\n        ReleaseLabel: emr-7.9.0\n    B:\n      Type: AWS::S3::Bucket\n"
    );
    let reading = read(&text);
    assert_eq!(reading.dialect, Dialect::CloudFormation);
    assert_eq!(reading.problems, []);
    let scopes = reading.scopes();
    let cluster = &scopes[0].resources()[0];
    assert_eq!(cluster.identity.id, "C");
    assert_eq!(cluster.body.get("Name").display(), "\"${…}-x\"");
    assert_eq!(cluster.body.get("LogUri").display(), "\"s3://${…}/${…}/\"");
    let place = cluster.body.get("ReleaseLabel").place();
    assert_eq!((place.line, place.column), (12, 23));
    assert_eq!(
        place.pointer,
        "/resources/Resources/C/Properties/ReleaseLabel"
    );
}

#[test]
fn a_list_of_templates_is_one() {
    let text = format!(
        "{SERVICE}resources:\n  - Resources:\n      C:\n        Type: AWS::EMR::Cluster\n        Properties: {{SecurityConfiguration: !Ref S}}\n  - Resources:\n      S:\n        Type: AWS::EMR::SecurityConfiguration\n        Properties: {{SecurityConfiguration: {{}}}}\n"
    );
    let reading = read(&text);
    assert_eq!(reading.problems, []);
    let scopes = reading.scopes();
    let resources = scopes[0].resources();
    let ids: Vec<&str> = resources
        .iter()
        .map(|one| one.identity.id.as_str())
        .collect();
    assert_eq!(ids, ["C", "S"]);
    let named = resources[0].body.get("SecurityConfiguration");
    assert_eq!(named.reason().unwrap().to_string(), "reference to `S`");
}

#[test]
fn an_item_that_cannot_be_read_is_a_problem_at_its_line() {
    for hidden in ["${file(other.yml)}", "${s3:bucket/other.yml}", "[]"] {
        let text = format!(
            "{SERVICE}resources:\n  - {hidden}\n  - Resources:{CLUSTER} {{ReleaseLabel: emr-7.9.0}}\n"
        );
        let reading = read(&text);
        let [problem] = reading.problems.as_slice() else {
            panic!("{hidden}: {:?}", reading.problems);
        };
        assert_eq!(
            problem.what,
            "could not read an item of the service's `resources`"
        );
        assert_eq!(problem.place.as_ref().unwrap().line, 6);
        assert_eq!(seen(&reading).len(), 1);
    }
}

#[test]
fn sections_and_resources_that_cannot_be_read_are_problems() {
    let cluster = format!("{CLUSTER} {{ReleaseLabel: emr-7.9.0}}");
    for (items, what) in [
        (
            format!("  - Resources:{cluster}\n  - Resources: ${{file(r.yml)}}\n"),
            "could not read `Resources` of the service's `resources`",
        ),
        (
            format!("  - Resources:{cluster}\n  - extensions: ${{file(r.yml)}}\n"),
            "could not read `extensions` of the service's `resources`",
        ),
        (
            format!("  - Resources:{cluster}\n      D: ${{file(r.yml):D}}\n"),
            "could not read resource `D`",
        ),
        (
            format!("  - Resources:{cluster}\n      D: ${{vault:secret/d}}\n"),
            "could not read resource `D`",
        ),
    ] {
        let reading = read(&format!("{SERVICE}resources:\n{items}"));
        let whats: Vec<&str> = reading
            .problems
            .iter()
            .map(|one| one.what.as_str())
            .collect();
        assert_eq!(whats, [what]);
        assert_eq!(seen(&reading)[0].0, "C", "{what}");
    }
}

#[test]
fn what_is_all_elsewhere_is_a_problem_when_it_is_called_after_ours() {
    for (resources, ours) in [
        ("resources: ${file(emr/cluster.yml)}\n", true),
        ("resources:\n  - ${file(LakeFormation.yml)}\n", true),
        (
            "resources:\n  Resources:\n    EmrCluster: ${file(c.yml)}\n",
            true,
        ),
        ("resources:\n  Resources: ${file(emr.yml)}\n", true),
        ("resources: ${file(tables.yml)}\n", false),
        ("resources:\n  - ${file(tables.yml)}\n", false),
    ] {
        let file = file(&format!("{SERVICE}{resources}"));
        let problems = match &file {
            File::Read(reading) => reading.problems.len(),
            File::NothingOfOurs => 0,
            File::Unreadable { .. } => panic!("{file:?}"),
        };
        assert_eq!(problems, usize::from(ours), "{resources}");
    }
}

#[test]
fn one_logical_id_in_several_items_is_merged_at_every_depth_and_the_later_wins() {
    let text = format!(
        "{SERVICE}resources:\n  - Resources:{CLUSTER}\n          ReleaseLabel: emr-6.0.0\n          Instances: {{Ec2SubnetId: a, TerminationProtected: true}}\n          Applications: [{{Name: Spark}}, {{Name: Hive}}]\n          LogUri: s3://b/\n  - Resources:{CLUSTER}\n          ReleaseLabel: emr-7.9.0\n          Instances: {{TerminationProtected: false}}\n          Applications: [{{Name: Flink}}]\n          LogUri: null\n"
    );
    let reading = read(&text);
    assert_eq!(reading.problems, []);
    let expected = json!({
        "ReleaseLabel": "emr-7.9.0",
        "Instances": {"Ec2SubnetId": "a", "TerminationProtected": false},
        "Applications": [{"Name": "Flink"}, {"Name": "Hive"}],
    });
    assert_eq!(seen(&reading), [("C".to_owned(), expected)]);
    let scopes = reading.scopes();
    let label = scopes[0].resources()[0].body.get("ReleaseLabel").place();
    assert_eq!(label.line, 18);
    assert_eq!(
        label.pointer,
        "/resources/1/Resources/C/Properties/ReleaseLabel"
    );
}

#[test]
fn what_is_merged_with_something_unknown_is_not_known() {
    let text = format!(
        "{SERVICE}resources:\n  - Resources:{CLUSTER}\n          Instances: ${{file(i.yml)}}\n          Tags: ${{file(t.yml)}}\n          LogUri: s3://b/\n  - Resources:{CLUSTER}\n          Instances: {{TerminationProtected: true}}\n          Tags: [{{Key: a, Value: b}}]\n          LogUri: ${{self:custom.logs}}\n"
    );
    let reading = read(&text);
    let scopes = reading.scopes();
    let body = scopes[0].resources()[0].body;
    assert_eq!(
        plain(body.path("Instances/TerminationProtected")),
        json!(true)
    );
    assert!(body.path("Instances/Ec2SubnetId").reason().is_some());
    assert!(body.get("Tags").reason().is_some());
    assert!(body.get("LogUri").reason().is_some());
}

#[test]
fn extensions_take_the_place_of_properties() {
    let text = format!(
        "{SERVICE}resources:\n  Resources:{CLUSTER}\n          ReleaseLabel: emr-7.9.0\n          LogUri: s3://b/\n          Instances: {{Ec2SubnetId: a, TerminationProtected: true}}\n  extensions:\n    C:\n      DependsOn: B\n      Properties:\n        Instances: {{TerminationProtected: false}}\n        LogUri: null\n        ServiceRole: r\n    LambdaFunction:\n      Properties: {{MemorySize: 1}}\n"
    );
    let reading = read(&text);
    assert_eq!(reading.problems, []);
    let expected = json!({
        "ReleaseLabel": "emr-7.9.0",
        "Instances": {"TerminationProtected": false},
        "ServiceRole": "r",
    });
    assert_eq!(seen(&reading), [("C".to_owned(), expected)]);
}

#[test]
fn an_extension_that_cannot_be_read_leaves_nothing_certain() {
    for (extension, problems) in [
        ("C: ${file(e.yml)}", 1),
        ("C: {Properties: \"${file(e.yml)}\"}", 0),
    ] {
        let text = format!(
            "{SERVICE}resources:\n  Resources:{CLUSTER} {{ReleaseLabel: emr-7.9.0}}\n  extensions:\n    {extension}\n"
        );
        let reading = read(&text);
        assert_eq!(reading.problems.len(), problems, "{extension}");
        let scopes = reading.scopes();
        for resource in scopes[0].resources() {
            assert!(resource.body.get("ReleaseLabel").reason().is_some());
        }
    }
}
