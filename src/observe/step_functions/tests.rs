use super::read;
use crate::observe::json;
use crate::observe::testing::{plain, source, written};
use crate::observe::{Reading, Seen};
use crate::observed::{Node, ResourceKind};
use serde_json::{Value, json};

fn machine(states: &Value) -> Reading {
    let definition = json!({"StartAt": "A", "States": states});
    read(json::read(source(&definition.to_string())).unwrap())
}

fn seen(reading: &Reading) -> &[Seen] {
    &reading.worlds()[0].resources
}

fn body(reading: &Reading, index: usize) -> Node<'_> {
    reading.tree().node(seen(reading)[index].body)
}

fn ids(reading: &Reading) -> Vec<&str> {
    let all = seen(reading).iter();
    all.map(|seen| seen.identity.id.as_str()).collect()
}

fn task(resource: &str, parameters: &Value) -> Value {
    json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), "Parameters": parameters, "End": true})
}

fn create(parameters: &Value) -> Value {
    task("elasticmapreduce:createCluster.sync", parameters)
}

#[test]
fn a_cluster_is_called_by_its_name_or_else_by_its_state() {
    let reading = machine(&json!({
        "A": create(&json!({"Name": "etl"})),
        "B": create(&json!({"Name.$": "$.name"})),
        "C": task("aws-sdk:emr:runJobFlow", &json!({})),
        "D": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"},
    }));
    assert_eq!(ids(&reading), ["etl", "B", "C"]);
}

#[test]
fn what_the_machine_works_out_is_unknown_under_its_own_key() {
    let reading = machine(&json!({"A": create(&json!({
        "Name.$": "$.name",
        "LogUri.$": "States.Format('s3://{}/it\\'s/{}/{}', $.bucket, 'b', 3)",
        "ReleaseLabel": "{% $states.input.release %}",
        "Tags.$": "States.StringToJson($.password)",
        "Instances": {"Ec2KeyName.$": "$$.Execution.Name"},
    }))}));
    assert_eq!(
        plain(body(&reading, 0)),
        json!({
            "Name": "?may be supplied by the execution (`$.name`)",
            "LogUri": "\"s3://${…}/it's/b/3\"",
            "ReleaseLabel": "?may be supplied by the execution (a JSONata expression)",
            "Tags": "?may be supplied by the execution (`States.StringToJson`)",
            "Instances": {"Ec2KeyName": "?may be supplied by the execution (`$$.Execution.Name`)"},
        })
    );
    let name = body(&reading, 0).get("Name");
    assert_eq!(
        (written(name), name.pointer().as_str()),
        ("\"$.name\"", "/States/A/Parameters/Name.$")
    );
}

#[test]
fn a_key_that_is_written_twice_in_two_ways_is_unknown() {
    let reading = machine(&json!({"A": create(&json!({"Name": "a", "Name.$": "$.b"}))}));
    assert!(body(&reading, 0).get("Name").reason().is_some());
}

#[test]
fn arguments_of_jsonata_are_read_and_no_parameters_are_the_states_input() {
    let reading = machine(&json!({
        "A": {"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws-cn:states:::elasticmapreduce:createCluster",
            "Arguments": {"Name": "etl", "ServiceRole": "{% $role %}"}},
        "B": {"Type": "Task", "Resource": "arn:aws:states:::elasticmapreduce:createCluster"},
        "C": {"Type": "Task", "Resource": "arn:aws:states:::elasticmapreduce:createCluster", "Arguments": "{% $states.input %}"},
    }));
    assert_eq!(ids(&reading), ["etl", "B", "C"]);
    assert!(body(&reading, 0).get("ServiceRole").reason().is_some());
    assert!(body(&reading, 1).get("ServiceRole").reason().is_some());
    assert!(body(&reading, 2).get("ServiceRole").reason().is_some());
}

#[test]
fn branches_and_iterations_are_looked_into() {
    let inner =
        |name: &str| json!({"StartAt": "X", "States": {"X": create(&json!({"Name": name}))}});
    let reading = machine(&json!({
        "P": {"Type": "Parallel", "Branches": [inner("a"), inner("b")]},
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "N", "States": {
            "N": {"Type": "Map", "Iterator": inner("c")}}}},
    }));
    assert_eq!(ids(&reading), ["a", "b", "c"]);
}

#[test]
fn what_is_done_to_a_cluster_after_its_launch_is_a_part_of_it() {
    let reading = machine(&json!({
        "A": create(&json!({"Name": "etl", "Configurations": [{"Classification": "one"}], "Steps": [{"Name": "first"}]})),
        "B": task("elasticmapreduce:modifyInstanceGroupByName", &json!({"ClusterId.$": "$.ClusterId", "InstanceGroupName": "g",
            "InstanceGroup": {"Configurations": [{"Classification": "two"}]}})),
        "C": task("elasticmapreduce:modifyInstanceFleetByName", &json!({"ClusterId.$": "$.ClusterId",
            "InstanceFleet": {"InstanceTypeConfigs": [{"Configurations": [{"Classification": "three"}]}]}})),
        "D": task("elasticmapreduce:addStep.sync", &json!({"ClusterId.$": "$.ClusterId", "ExecutionRoleArn": "r", "Step": {"Name": "second"}})),
        "E": task("elasticmapreduce:setClusterTerminationProtection", &json!({"ClusterId.$": "$.ClusterId", "TerminationProtected": true})),
        "F": task("elasticmapreduce:setClusterTerminationProtection", &json!({"ClusterId.$": "$.ClusterId", "TerminationProtected": false})),
        "G": task("aws-sdk:emr:addInstanceGroups", &json!({"JobFlowId.$": "$.ClusterId", "InstanceGroups": [{"InstanceRole": "TASK"}]})),
        "H": task("aws-sdk:emr:addJobFlowSteps", &json!({"JobFlowId.$": "$.ClusterId", "Steps": [{"Name": "third"}]})),
    }));
    assert_eq!(ids(&reading), ["etl"]);
    assert_eq!(
        plain(body(&reading, 0)),
        json!({
            "Name": "etl",
            "Configurations": [{"Classification": "one"}, {"Classification": "two"}, {"Classification": "three"}],
            "Steps": [{"Name": "first"}, {"Name": "second", "ExecutionRoleArn": "r"}, {"Name": "third", "ExecutionRoleArn": null}],
            "Instances": {"InstanceGroups": [{"InstanceRole": "TASK"}], "TerminationProtected": false},
        })
    );
    let added = body(&reading, 0)
        .get("Configurations")
        .items()
        .nth(1)
        .unwrap();
    assert_eq!(
        added.pointer(),
        "/States/B/Parameters/InstanceGroup/Configurations/0"
    );
}

#[test]
fn a_change_goes_to_the_cluster_that_its_path_names() {
    let mut first = create(&json!({"Name": "first"}));
    first["ResultPath"] = json!("$.first");
    let mut second = create(&json!({"Name": "second"}));
    second["ResultPath"] = json!("$.second");
    let step = task(
        "elasticmapreduce:addStep",
        &json!({"ClusterId.$": "$.second.ClusterId", "Step": {"Name": "s"}}),
    );
    let reading = machine(&json!({"A": first, "B": second, "C": step}));
    assert!(body(&reading, 0).get("Steps").is_absent());
    assert_eq!(body(&reading, 1).get("Steps").items().len(), 1);
}

#[test]
fn a_change_to_another_machines_cluster_makes_one_of_which_nothing_else_is_known() {
    let change = |id: Value| {
        json!({"B": task("elasticmapreduce:modifyInstanceGroupByName", &json!({"ClusterId": id,
            "InstanceGroup": {"Configurations": [{"Classification": "two"}]}}))})
    };
    let reading = machine(&change(json!("j-1")));
    assert_eq!(ids(&reading), ["B"]);
    let cluster = body(&reading, 0);
    assert!(cluster.get("SecurityConfiguration").reason().is_some());
    let configurations: Vec<_> = cluster.get("Configurations").items().collect();
    assert_eq!(
        configurations[0].get("Classification").as_text(),
        Some("two")
    );
    assert!(configurations[1].reason().is_some());
}

#[test]
fn what_else_a_machine_creates_is_seen() {
    let reading = machine(&json!({
        "A": task("aws-sdk:emr:createSecurityConfiguration", &json!({"Name": "sc", "SecurityConfiguration": "{\"EncryptionConfiguration\": {}}"})),
        "B": task("emr-serverless:createApplication.sync", &json!({"Name": "app"})),
        "C": task("aws-sdk:lakeformation:grantPermissions", &json!({"Principal": {"DataLakePrincipalIdentifier": "p"},
            "Resource": {"Catalog": {}}, "Permissions": ["ALL"]})),
    }));
    let kinds: Vec<ResourceKind> = seen(&reading)
        .iter()
        .map(|seen| seen.identity.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrServerlessApplication,
            ResourceKind::LakeFormationGrant
        ]
    );
    assert!(body(&reading, 0).get("EncryptionConfiguration").is_set());
}

#[test]
fn protection_that_is_turned_off_before_the_end_says_nothing_of_the_life() {
    let off = |next: &str| {
        let mut off = task(
            "aws-sdk:emr:setTerminationProtection",
            &json!({"JobFlowIds.$": "States.Array($.c.ClusterId)", "TerminationProtected": false}),
        );
        off["Next"] = json!(next);
        off
    };
    let mut on = create(&json!({"Name": "c", "Instances": {"TerminationProtected": true}}));
    on["ResultPath"] = json!("$.c");
    for (next, protected) in [("C", true), ("D", false)] {
        let reading = machine(&json!({
            "A": on, "B": off(next),
            "C": task("elasticmapreduce:terminateCluster.sync", &json!({"ClusterId.$": "$.c.ClusterId"})),
            "D": {"Type": "Succeed"},
        }));
        let is = body(&reading, 0)
            .get("Instances")
            .get("TerminationProtected");
        assert_eq!(plain(is), json!(protected));
    }
}

#[test]
fn a_task_whose_resource_is_put_in_later_is_told_by_what_it_is_sent() {
    let hidden = |sent: Value| json!({"Type": "Task", "Resource": "${R}", "Parameters": sent});
    let reading = machine(&json!({
        "A": hidden(json!({"Name.$": "$.n", "ReleaseLabel.$": "$.r", "Instances.$": "$.i"})),
        "B": hidden(json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": false}})),
        "C": hidden(json!({"Principal": {"DataLakePrincipalIdentifier": "p"}, "Resource": {"Catalog": {}}, "Permissions": ["ALL"]})),
        "D": hidden(json!({"FunctionName": "f"})),
        "E": hidden(json!({"JobFlowId.$": "$.id"})),
    }));
    assert_eq!(ids(&reading).len(), 3);
    assert_eq!(reading.problems.len(), 1);
    assert!(reading.problems[0].what.contains("`E`"));
}

#[test]
fn an_operation_that_is_not_read_is_a_problem() {
    for (operation, problems) in [
        ("aws-sdk:emr:createStudio", 1),
        (
            "aws-sdk:lakeformation:createLakeFormationIdentityCenterConfiguration",
            1,
        ),
        ("aws-sdk:emr:describeCluster", 0),
        ("emr-containers:startJobRun.sync", 0),
        ("aws-sdk:lakeformation:revokePermissions", 0),
    ] {
        let reading = machine(&json!({"A": task(operation, &json!({}))}));
        assert_eq!(reading.problems.len(), problems, "{operation}");
    }
}
