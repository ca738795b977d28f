use crate::observe::testing::{plain, source, written};
use crate::observe::{Dialect, File, Given, Reading, read_file};
use serde_json::{Value, json};

fn read_text(text: &str) -> Reading {
    match read_file(&source(text), None, &Given::default()) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
    }
}

fn read(document: &Value) -> Reading {
    read_text(&document.to_string())
}

/// The change of one resource of a plan.
fn change(address: &str, change: &Value) -> Value {
    let own = address.rsplit("aws_").next().unwrap();
    let kind = format!("aws_{}", own.split('.').next().unwrap());
    json!({"address": address, "mode": "managed", "type": kind, "change": change})
}

fn create(address: &str, after: &Value, unknown: &Value, sensitive: &Value) -> Value {
    let of = json!({"actions": ["create"], "before": null, "after": after, "after_unknown": unknown,
        "before_sensitive": false, "after_sensitive": sensitive});
    change(address, &of)
}

fn plan(changes: &Value, configuration: &Value) -> Value {
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes,
        "configuration": {"root_module": configuration}})
}

/// What was read: id, and body.
fn bodies(reading: &Reading) -> Vec<(String, Value)> {
    let resources = reading.worlds().iter().flat_map(|world| &world.resources);
    resources
        .map(|seen| {
            (
                seen.identity.id.clone(),
                plain(reading.tree().node(seen.body)),
            )
        })
        .collect()
}

fn body(document: &Value) -> Value {
    bodies(&read(document)).remove(0).1
}

#[test]
fn what_will_be_is_read_and_what_will_go_is_not() {
    let of = |address: &str, actions: Value, after: Value| {
        change(
            address,
            &json!({"actions": actions, "before": {"name": "old"}, "after": after}),
        )
    };
    let new = json!({"name": "new"});
    let changes = json!([
        of("aws_emr_cluster.created", json!(["create"]), new.clone()),
        of("aws_emr_cluster.updated", json!(["update"]), new.clone()),
        of("aws_emr_cluster.replaced", json!(["delete", "create"]), new.clone()),
        of("aws_emr_cluster.replaced_first", json!(["create", "delete"]), new.clone()),
        of("aws_emr_cluster.kept", json!(["no-op"]), new.clone()),
        of("aws_emr_cluster.deleted", json!(["delete"]), Value::Null),
        of("aws_emr_cluster.forgotten", json!(["forget"]), new.clone()),
        {"address": "data.aws_emr_cluster.read", "mode": "data", "type": "aws_emr_cluster",
         "change": {"actions": ["read"], "after": new}},
        {"address": "aws_emr_cluster.left", "deposed": "0123abcd", "mode": "managed", "type": "aws_emr_cluster",
         "change": {"actions": ["update"], "after": new}}
    ]);
    let reading = read(&plan(&changes, &json!({})));
    assert_eq!(reading.dialect, Dialect::TerraformPlan);
    let found = bodies(&reading);
    assert!(
        found
            .iter()
            .all(|(_, body)| *body == json!({"Name": "new"})),
        "{found:?}"
    );
    let ids: Vec<_> = found
        .iter()
        .map(|(id, _)| id.trim_start_matches("aws_emr_cluster."))
        .collect();
    assert_eq!(
        ids,
        ["created", "updated", "replaced", "replaced_first", "kept"]
    );
}

#[test]
fn what_is_known_after_apply_is_unknown_at_every_depth() {
    let after = json!({"name": "etl", "log_uri": null, "ec2_attributes": [{"key_name": "k"}],
        "bootstrap_action": [{"name": "a", "path": "s3://b/a"}, {"name": "b"}], "tags_all": {"a": "b"}});
    let unknown = json!({"id": true, "log_uri": true, "ec2_attributes": [{"instance_profile": true}],
        "bootstrap_action": [{}, {"path": true}], "tags_all": {"c": true}, "step": true, "applications": false});
    let found = body(&plan(
        &json!([create("aws_emr_cluster.a", &after, &unknown, &json!(false))]),
        &json!({}),
    ));
    let unknown = "?known only after apply";
    assert_eq!(
        found,
        json!({
            "Name": "etl", "LogUri": unknown, "JobFlowRole": unknown, "Instances": {"Ec2KeyName": "k"},
            "BootstrapActions": [
                {"Name": "a", "ScriptBootstrapAction": {"Path": "s3://b/a"}},
                {"Name": "b", "ScriptBootstrapAction": {"Path": unknown}}],
            "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": unknown}],
            "Steps": unknown
        })
    );
}

#[test]
fn what_the_provider_works_out_is_absent_where_nothing_is_written() {
    let unknown = json!({"step": true, "termination_protection": true, "log_uri": true,
        "ec2_attributes": [{"subnet_id": true, "service_access_security_group": true}]});
    let after = json!({"name": "etl", "ec2_attributes": [{}]});
    let configuration = json!({"resources": [{"address": "aws_emr_cluster.a", "expressions": {
        "name": {"constant_value": "etl"},
        "termination_protection": {"references": ["var.protect"]},
        "ec2_attributes": [{"subnet_id": {"references": ["aws_subnet.a.id", "aws_subnet.a"]}}]}}]});
    let found = body(&plan(
        &json!([create("aws_emr_cluster.a", &after, &unknown, &json!({}))]),
        &configuration,
    ));
    let unknown = "?known only after apply";
    // A log location is never worked out: what is unknown of it is written somewhere.
    assert_eq!(
        found,
        json!({"Name": "etl", "LogUri": unknown,
            "Instances": {"TerminationProtected": unknown, "Ec2SubnetId": unknown}})
    );
}

#[test]
fn fleets_are_not_beside_groups() {
    let after =
        json!({"master_instance_group": [{"instance_type": "m5.xlarge", "instance_count": 1}]});
    let unknown = json!({"master_instance_fleet": true, "core_instance_fleet": true, "core_instance_group": true});
    let found = body(&plan(
        &json!([create("aws_emr_cluster.a", &after, &unknown, &json!({}))]),
        &json!({}),
    ));
    assert_eq!(
        found["Instances"],
        json!({"MasterInstanceGroup": {"InstanceType": "m5.xlarge", "InstanceCount": 1},
            "CoreInstanceGroup": "?known only after apply"})
    );
}

/// A configuration in which clusters name security configurations in every way.
fn referring_configuration() -> Value {
    let refers = |to: &[&str]| json!({"security_configuration": {"references": to}});
    let one = [
        "aws_emr_security_configuration.one.name",
        "aws_emr_security_configuration.one",
    ];
    let modules = json!({
        "m": {"expressions": {"sc": {"references": ["aws_emr_security_configuration.many", "each.key"]}},
              "module": {"resources": [{"address": "aws_emr_cluster.inner", "expressions": refers(&["var.sc"])}]}},
        "sc": {"module": {
            "outputs": {"name": {"expression": {"references": [
                "aws_emr_security_configuration.this[0].name", "aws_emr_security_configuration.this[0]",
                "aws_emr_security_configuration.this"]}}},
            "resources": [{"address": "aws_emr_security_configuration.this", "expressions": {}}]}}
    });
    json!({"module_calls": modules, "resources": [
        {"address": "aws_emr_cluster.plain", "expressions": refers(&one)},
        {"address": "aws_emr_cluster.each", "expressions": refers(&["aws_emr_security_configuration.many", "each.key"])},
        {"address": "aws_emr_cluster.mixed", "expressions": refers(&[one[0], one[1], "var.other"])},
        {"address": "aws_emr_cluster.output", "expressions": refers(&["module.sc.name", "module.sc"])},
    ]})
}

#[test]
fn references_lead_to_resources_through_modules_and_indices() {
    let unknown = json!({"security_configuration": true});
    let cluster = |address: &str| create(address, &json!({"name": "x"}), &unknown, &json!({}));
    let configuration = |address: &str| {
        create(
            address,
            &json!({"configuration": "{}"}),
            &json!({"name": true}),
            &json!({}),
        )
    };
    let changes = json!([
        cluster("aws_emr_cluster.plain"),
        cluster("aws_emr_cluster.each[\"a\"]"),
        cluster("aws_emr_cluster.mixed"),
        cluster("module.m[\"k\"].aws_emr_cluster.inner"),
        cluster("aws_emr_cluster.output"),
        configuration("aws_emr_security_configuration.one"),
        configuration("aws_emr_security_configuration.many[\"a\"]"),
        configuration("aws_emr_security_configuration.many[\"b\"]"),
        configuration("module.sc.aws_emr_security_configuration.this[0]"),
    ]);
    let expressions = referring_configuration();
    let reading = read(&plan(&changes, &expressions));
    let found: Vec<_> = bodies(&reading)
        .into_iter()
        .filter_map(|(id, body)| {
            Some((id, body.get("SecurityConfiguration")?.as_str()?.to_owned()))
        })
        .collect();
    let expected = [
        (
            "aws_emr_cluster.plain",
            "?reference to `aws_emr_security_configuration.one`",
        ),
        (
            "aws_emr_cluster.each[\"a\"]",
            "?reference to `aws_emr_security_configuration.many[\"a\"]`",
        ),
        ("aws_emr_cluster.mixed", "?known only after apply"),
        (
            "module.m[\"k\"].aws_emr_cluster.inner",
            "?known only after apply",
        ),
        (
            "aws_emr_cluster.output",
            "?reference to `module.sc.aws_emr_security_configuration.this[0]`",
        ),
    ];
    let expected = expected.map(|(id, reason)| (id.to_owned(), reason.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn sensitive_values_are_withheld_and_nowhere_shown() {
    let after = json!({"name": "swordfish-1", "log_uri": null, "tags_all": {"t": "swordfish-2"},
        "kerberos_attributes": [{"realm": "R", "kdc_admin_password": "swordfish-3"}]});
    let sensitive = json!({"name": true, "log_uri": true, "tags_all": {"t": true},
        "kerberos_attributes": [{"kdc_admin_password": true}]});
    let mut document = plan(
        &json!([create("aws_emr_cluster.a", &after, &json!({}), &sensitive)]),
        &json!({"variables": {"p": {"sensitive": true}, "q": {}}}),
    );
    document["variables"] = json!({"p": {"value": "swordfish-4"}, "q": {"value": "open"}});
    document["resource_changes"][0]["change"]["before"] = json!({"name": "swordfish-5"});
    document["resource_changes"][0]["change"]["before_sensitive"] = json!({"name": true});
    let reading = read_text(&serde_json::to_string_pretty(&document).unwrap());
    let text = reading.tree().source().text();
    assert!(
        !text.contains("swordfish") && text.contains("\"open\""),
        "{text}"
    );
    assert_eq!(
        text.lines().count(),
        serde_json::to_string_pretty(&document)
            .unwrap()
            .lines()
            .count()
    );
    let found = &bodies(&reading)[0].1;
    assert_eq!(
        *found,
        json!({"Name": "?`name` is a secret, which is not read",
            "KerberosAttributes": {"Realm": "R",
                "KdcAdminPassword": "?`kdc_admin_password` is a secret, which is not read"},
            "Tags": [{"Key": "t", "Value": "?`t` is a secret, which is not read"}]})
    );
}

#[test]
fn a_state_is_read_through_its_modules() {
    let resource = |address: &str, values: Value| {
        let kind = address
            .rsplit("aws_")
            .next()
            .unwrap()
            .split('.')
            .next()
            .unwrap();
        json!({"address": address, "mode": "managed", "type": format!("aws_{kind}"), "values": values})
    };
    let state = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {
        "resources": [resource("aws_emr_cluster.a", json!({"id": "j-1", "name": "a", "region": "eu-west-1",
            "arn": "arn:aws:elasticmapreduce:eu-west-1:111122223333:cluster/j-1", "security_configuration": ""}))],
        "child_modules": [{"address": "module.m", "resources": [
            resource("module.m.aws_emr_instance_group.t", json!({"cluster_id": "j-1", "instance_type": "m5.xlarge"}))]}]
    }}});
    let reading = read(&state);
    assert_eq!(reading.problems, []);
    let seen = &reading.worlds()[0].resources[0];
    assert_eq!(seen.identity.account.as_deref(), Some("111122223333"));
    assert_eq!(seen.identity.region.as_deref(), Some("eu-west-1"));
    assert_eq!(
        plain(reading.tree().node(seen.body)),
        json!({"Name": "a", "Instances": {"TaskInstanceGroups": [{"InstanceType": "m5.xlarge"}]}})
    );
}

#[test]
fn planned_values_leave_the_rest_unknown() {
    let plan = json!({"format_version": "1.0", "planned_values": {"root_module": {"resources": [
        {"address": "aws_emr_cluster.a", "mode": "managed", "type": "aws_emr_cluster", "values": {"name": "a"}}]}}});
    let reading = read(&plan);
    let scopes = reading.scopes();
    let cluster = &scopes[0].resources()[0];
    assert_eq!(cluster.body.get("Name").as_text(), Some("a"));
    assert!(cluster.body.get("LogUri").reason().is_some());
    assert!(cluster.body.path("Instances/Ec2KeyName").reason().is_some());
}

#[test]
fn what_keeps_a_plan_from_view_is_a_problem() {
    let mut document = plan(
        &json!([create(
            "aws_emr_cluster.a",
            &json!({}),
            &json!({}),
            &json!({})
        )]),
        &json!({}),
    );
    document["errored"] = json!(true);
    document["deferred_changes"] = json!([{"reason": "unknown", "resource_change":
        create("aws_emr_cluster.later", &json!({}), &json!({}), &json!({}))}]);
    let whats: Vec<_> = read(&document)
        .problems
        .into_iter()
        .map(|problem| problem.what)
        .collect();
    assert_eq!(
        whats,
        [
            "could not judge the whole plan",
            "could not judge `aws_emr_cluster.later`"
        ]
    );
    // A failed plan is not complete either, and that is said once.
    document["complete"] = json!(false);
    assert_eq!(read(&document).problems.len(), 2);
    document["errored"] = json!(false);
    let problem = &read(&document).problems[0];
    assert_eq!(problem.what, "could not judge the whole plan");
    assert!(problem.why.starts_with("the plan is not complete"));
    document["format_version"] = json!("2.0");
    let reading = read_text(&serde_json::to_string_pretty(&document).unwrap());
    let last = reading.problems.last().unwrap();
    assert_eq!(last.why, "version `2.0` of the format is not known");
    assert!(last.place.as_ref().unwrap().line > 1 && reading.worlds()[0].resources.is_empty());
    let state = json!({"version": 4, "terraform_version": "1.9.0", "lineage": "x", "resources": [
        {"type": "aws_emr_cluster"}]});
    let file = read_file(&source(&state.to_string()), None, &Given::default());
    let File::Unreadable { problem, .. } = file else {
        panic!("{file:?}")
    };
    assert!(problem.why.contains("terraform show -json"));
}

#[test]
fn values_stand_where_they_are_written() {
    let text = r#"{"Encryption": {"a": true}}"#;
    let changes = json!([create(
        "aws_emr_security_configuration.a",
        &json!({"configuration": text}),
        &json!({"name": true}),
        &json!({})
    )]);
    let reading = read(&plan(&changes, &json!({})));
    let body = reading.scopes()[0].resources()[0].body;
    let node = body.path("Encryption/a");
    assert_eq!(written(node), "true");
    assert_eq!(
        node.pointer(),
        "/resource_changes/0/change/after/configuration/Encryption/a"
    );
}

#[test]
fn a_parameter_of_a_stack_that_is_not_known_has_no_default() {
    let template = json!({"Parameters": {"Label": {"Type": "String", "Default": "emr-7.9.0"}},
        "Resources": {"C": {"Type": "AWS::EMR::Cluster", "Properties": {"ReleaseLabel": {"Ref": "Label"}}}}});
    let text = template.to_string();
    let known = json!({"template_body": text, "parameters": {"Label": "emr-7.8.0"}});
    for (kind, values, unknown, label) in [
        ("aws_cloudformation_stack", &known, json!({}), "emr-7.8.0"),
        (
            "aws_cloudformation_stack",
            &json!({"template_body": text}),
            json!({}),
            "emr-7.9.0",
        ),
        (
            "aws_cloudformation_stack",
            &json!({"template_body": text, "parameters": {}}),
            json!({"parameters": {"Label": true}}),
            "?",
        ),
        (
            "aws_cloudformation_stack",
            &json!({"template_body": text}),
            json!({"parameters": true}),
            "?",
        ),
        ("aws_cloudformation_stack_set", &known, json!({}), "?"),
    ] {
        let change = create(&format!("{kind}.a"), values, &unknown, &json!({}));
        let reading = read(&plan(&json!([change]), &json!({})));
        let (_, body) = bodies(&reading).remove(0);
        let seen = body["ReleaseLabel"].as_str().unwrap();
        assert!(seen.starts_with(label), "{kind} {values} {unknown}: {seen}");
    }
}

#[test]
fn a_stack_is_judged_as_its_template() {
    let template = json!({"Parameters": {"Label": {"Type": "String", "Default": "emr-5.0.0"}},
        "Resources": {"C": {"Type": "AWS::EMR::Cluster", "Properties": {"ReleaseLabel": {"Ref": "Label"}}}}});
    let stack = |address: &str, values: Value, unknown: Value| {
        create(address, &values, &unknown, &json!({}))
    };
    let changes = json!([
        stack(
            "aws_cloudformation_stack.a",
            json!({"template_body": template.to_string(), "parameters": {"Label": "emr-7.9.0"}}),
            json!({})
        ),
        stack(
            "aws_cloudformation_stack.yaml",
            json!({"template_body": "Resources:\n  Y:\n    Type: AWS::EMR::Cluster\n    Properties: {Name: !Sub 'it', LogUri: !Ref Uri}\n"}),
            json!({})
        ),
        stack(
            "aws_cloudformation_stack_set.broken",
            json!({"template_body": "Resources:\n  C: {Type: AWS::EMR::Cluster"}),
            json!({})
        ),
        stack(
            "aws_cloudformation_stack.unknown",
            json!({}),
            json!({"template_body": true})
        ),
        stack(
            "aws_cloudformation_stack.other",
            json!({"template_body": "{\"Resources\": {}}"}),
            json!({})
        ),
    ]);
    let reading = read(&plan(&changes, &json!({})));
    assert_eq!(
        bodies(&reading),
        [
            ("C".to_owned(), json!({"ReleaseLabel": "emr-7.9.0"})),
            (
                "Y".to_owned(),
                json!({"Name": "it", "LogUri": "?`Uri` is neither a parameter nor a resource"})
            ),
        ]
    );
    let whats: Vec<_> = reading
        .problems
        .iter()
        .map(|problem| problem.what.as_str())
        .collect();
    let stacks = ["_set.broken", ".unknown"]
        .map(|name| format!("could not judge the stack of `aws_cloudformation_stack{name}`"));
    assert_eq!(whats, stacks);
}

#[test]
fn a_plan_says_what_its_state_machines_launch_and_what_of_ours_is_not_read() {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::elasticmapreduce:createCluster",
        "Parameters": {"Name": "k", "ReleaseLabel": "emr-5.0.0", "Instances": {}}}}});
    let mut awscc = create("aws_emr_x.c", &json!({"name": "w"}), &json!({}), &json!({}));
    awscc["type"] = json!("awscc_emr_security_configuration");
    awscc["address"] = json!("awscc_emr_security_configuration.c");
    let changes = json!([
        create(
            "aws_sfn_state_machine.w",
            &json!({"definition": definition.to_string()}),
            &json!({}),
            &json!({})
        ),
        create(
            "aws_sfn_state_machine.lost",
            &json!({}),
            &json!({"definition": true}),
            &json!({})
        ),
        create(
            "aws_sfn_state_machine.emr",
            &json!({}),
            &json!({"definition": true}),
            &json!({})
        ),
        awscc,
    ]);
    let reading = read(&plan(&changes, &json!({})));
    let launched = bodies(&reading);
    assert_eq!(launched.len(), 1);
    assert_eq!(launched[0].0, "k");
    assert_eq!(launched[0].1["ReleaseLabel"], "emr-5.0.0");
    let whats: Vec<_> = reading.problems.iter().map(|one| &*one.what).collect();
    assert_eq!(
        whats,
        [
            "could not read the requests of `aws_sfn_state_machine.emr`",
            "could not judge `awscc_emr_security_configuration.c`"
        ]
    );
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
}
