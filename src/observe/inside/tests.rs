use crate::observe::{File, Given, Reading, read_file};
use crate::observed::{ResourceKind, Source};
use serde_json::{Value, json};
use std::sync::Arc;

fn file(text: &str) -> File {
    let source = Arc::new(Source::new("f.json", text));
    read_file(&source, None, &Given::default())
}

fn read(document: &Value) -> Reading {
    match file(&document.to_string()) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{document}: {other:?}"),
    }
}

fn kinds(reading: &Reading) -> Vec<(ResourceKind, String)> {
    let scopes = reading.scopes();
    let all = scopes[0].resources().iter();
    all.map(|one| (one.kind(), one.body.pointer())).collect()
}

fn request() -> Value {
    json!({"Name": "c", "ReleaseLabel": "emr-7.9.0", "JobFlowRole": "p", "ServiceRole": "r",
        "Instances": {"KeepJobFlowAliveWhenNoSteps": true}})
}

#[test]
fn what_stands_inside_is_found_at_its_place() {
    use ResourceKind::{
        EmrAccount, EmrCluster, EmrSecurityConfiguration, EmrServerlessApplication,
        LakeFormationGrant,
    };
    let document = json!({"EncryptionConfiguration": {"EnableInTransitEncryption": false}});
    let grant = json!({"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"},
        "Resource": {"Table": {"DatabaseName": "d", "Name": "t"}}, "Permissions": ["SELECT"]});
    for (document, found) in [
        (
            json!([request(), request()]),
            vec![(EmrCluster, "/0"), (EmrCluster, "/1")],
        ),
        (
            json!({"jobs": [{"run_job_flow": request()}]}),
            vec![(EmrCluster, "/jobs/0/run_job_flow")],
        ),
        (
            json!({"conf": {"emr": {"prod": request()}}}),
            vec![(EmrCluster, "/conf/emr/prod")],
        ),
        (
            json!({"sc": {"prod": document}}),
            vec![(EmrSecurityConfiguration, "/sc/prod")],
        ),
        (
            json!({"grants": [grant, grant]}),
            vec![
                (LakeFormationGrant, "/grants/0"),
                (LakeFormationGrant, "/grants/1"),
            ],
        ),
        (
            json!({"x": {"BlockPublicSecurityGroupRules": false}}),
            vec![(EmrAccount, "/x")],
        ),
        (
            json!({"spec": {"type": "Spark", "releaseLabel": "emr-7.9.0"}}),
            vec![(EmrServerlessApplication, "/spec")],
        ),
        (
            json!({"Target": {"Input": request().to_string()}}),
            vec![(EmrCluster, "/Target/Input")],
        ),
        (
            json!({"JobFlowId": "j-1", "Steps": [{"Name": "s", "HadoopJarStep": {"Jar": "j"}}]}),
            vec![(EmrCluster, "/Steps")],
        ),
    ] {
        let reading = read(&document);
        let expected: Vec<_> = found
            .iter()
            .map(|(kind, pointer)| (*kind, (*pointer).to_owned()))
            .collect();
        assert_eq!(kinds(&reading), expected, "{document}");
        assert_eq!(reading.problems, [], "{document}");
    }
}

#[test]
fn who_reads_a_file_may_add_to_a_request_that_is_not_whole() {
    let mut part = request();
    part.as_object_mut().unwrap().remove("ServiceRole");
    for (request, known) in [(request(), true), (part, false)] {
        let reading = read(&json!({"prod": request}));
        let scopes = reading.scopes();
        let body = scopes[0].resources()[0].body;
        assert_eq!(body.get("SecurityConfiguration").is_absent(), known);
    }
}

#[test]
fn keys_in_another_case_are_a_problem() {
    for text in [
        r#"{"encryptionConfiguration": {"enableInTransitEncryption": false}}"#,
        r#"{"a": [{"encryption_configuration": {"enable_in_transit_encryption": false}}]}"#,
        r#"{"prod": {"releaseLabel": "emr-7.9.0", "instances": {"keepJobFlowAliveWhenNoSteps": true}}}"#,
        "prod:\n  release_label: emr-7.9.0\n  name: c\n  instances: {ec2_key_name: k}\n",
        r#"{"principal": {"dataLakePrincipalIdentifier": "a"}, "resource": {"catalog": {}}, "permissions": ["ALL"]}"#,
    ] {
        let File::Unreadable { problem, .. } = file(text) else {
            panic!("{text}");
        };
        assert!(
            problem.why.contains("in another case"),
            "{text}: {problem:?}"
        );
    }
}

#[test]
fn what_others_have_is_left_alone() {
    for text in [
        // Athena's, Glue's and ECR's encryption, in requests of theirs.
        r#"{"ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "SSE_KMS"}}}"#,
        r#"{"a": {"EncryptionConfiguration": {"S3Encryption": [{"S3EncryptionMode": "SSE-KMS"}]}}}"#,
        r#"{"repository": {"encryptionConfiguration": {"encryptionType": "KMS"}}}"#,
        // The shapes of an API, and a schema.
        r#"{"shapes": {"RunJobFlowInput": {"members": {"Name": {"shape": "S"}, "Instances": {"shape": "I"}, "ReleaseLabel": {"shape": "S"}, "JobFlowRole": {"shape": "S"}}}}}"#,
        r#"{"properties": {"Principal": {"type": "object"}, "Resource": {"type": "object"}, "Permissions": {"type": "array"}}}"#,
        r#"{"shapes": {"ec2InstanceAttributes": {"type": "structure"}, "Name": {"type": "string"}}, "releaseLabel": 1}"#,
        // Values of a template's parameters.
        r#"{"Parameters": {"ReleaseLabel": "emr-7.9.0", "JobFlowRole": "r", "ServiceRole": "s", "Name": "n"}}"#,
        // Another service's principals and columns.
        r#"{"rules": [{"Principal": {"AWS": "*"}, "Resource": {"Type": "a"}, "Permissions": ["read"]}]}"#,
        r#"{"q": {"DatabaseName": "d", "TableName": "t", "ColumnNames": ["a"]}}"#,
        r#"{"DatabaseList": [{"Name": "d", "CreateTableDefaultPermissions": [{"Permissions": ["ALL"]}]}]}"#,
        r#"{"version": "tree-0.1", "tree": {"x": {"Instances": {"Ec2SubnetId": "s"}, "ReleaseLabel": "a", "Name": "n"}}}"#,
        r#"{"Reservations": [{"Instances": [{"InstanceId": "i-1"}]}]}"#,
    ] {
        let found = file(text);
        assert!(matches!(found, File::NothingOfOurs), "{text}: {found:?}");
    }
}

fn public_access(blocked: bool) -> Value {
    json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": blocked}})
}

fn grant() -> Value {
    json!({"Principal": {"DataLakePrincipalIdentifier": "p"},
        "Resource": {"Table": {"DatabaseName": "d", "Name": "t"}}, "Permissions": ["SELECT"]})
}

fn document() -> Value {
    json!({"EncryptionConfiguration": {"EnableInTransitEncryption": false}})
}

/// The first with the members of the second.
fn with(mut one: Value, more: &Value) -> Value {
    let members = more.as_object().unwrap().clone();
    one.as_object_mut().unwrap().extend(members);
    one
}

fn machine(state: &Value) -> Value {
    json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::elasticmapreduce:createCluster", "Parameters": request()},
        "B": state}})
}

const BLOCK: &str = "/BlockPublicAccessConfiguration";

fn settings() -> Value {
    json!({"DataLakeSettings": {"DataLakeAdmins": []}})
}

fn then(one: Value, more: &Value) -> Value {
    with(one, &json!({"then": more}))
}

/// Holds that this is what is read of a document, each thing once.
fn holds(document: &Value, expected: &[(ResourceKind, &str)]) {
    let reading = read(document);
    let mut read = kinds(&reading);
    let expected = expected.iter();
    let mut expected: Vec<_> = expected
        .map(|(kind, pointer)| (*kind, (*pointer).to_owned()))
        .collect();
    expected.sort();
    read.sort();
    assert_eq!(read, expected, "{document}");
    assert_eq!(reading.problems, [], "{document}");
}

#[test]
fn what_stands_beside_or_below_the_members_of_a_request_is_found() {
    use ResourceKind::{
        EmrAccount, EmrCluster, EmrSecurityConfiguration, LakeFormationGrant, LakeFormationSettings,
    };
    let settings = settings();
    let open = json!({"DataLakeSettings": {}});
    for (document, found) in [
        (
            with(with(request(), &public_access(false)), &settings),
            vec![
                (EmrCluster, ""),
                (EmrAccount, BLOCK),
                (LakeFormationSettings, ""),
            ],
        ),
        (
            with(request(), &open),
            vec![(EmrCluster, ""), (LakeFormationSettings, "")],
        ),
        (
            with(request(), &grant()),
            vec![(EmrCluster, ""), (LakeFormationGrant, "")],
        ),
        (
            with(request(), &document()),
            vec![(EmrCluster, ""), (EmrSecurityConfiguration, "")],
        ),
        (
            with(request(), &json!({"BlockPublicSecurityGroupRules": false})),
            vec![(EmrCluster, ""), (EmrAccount, "")],
        ),
        (
            with(request(), &json!({"AdditionalInfo": grant().to_string()})),
            vec![(EmrCluster, ""), (LakeFormationGrant, "/AdditionalInfo")],
        ),
        (
            with(request(), &json!({"Instances": public_access(false)})),
            vec![
                (EmrCluster, ""),
                (EmrAccount, "/Instances/BlockPublicAccessConfiguration"),
            ],
        ),
        (
            json!({"Cluster": {"Id": "j-1", "Ec2InstanceAttributes": {}, "x": grant()}, "more": request()}),
            vec![
                (EmrCluster, "/Cluster"),
                (LakeFormationGrant, "/Cluster/x"),
                (EmrCluster, "/more"),
            ],
        ),
    ] {
        holds(&document, &found);
    }
}

#[test]
fn what_stands_below_what_was_found_is_found() {
    use ResourceKind::{EmrAccount, EmrCluster, LakeFormationGrant};
    for (document, found) in [
        (
            then(
                request(),
                &then(public_access(true), &then(grant(), &request())),
            ),
            vec![
                (EmrCluster, ""),
                (EmrAccount, "/then/BlockPublicAccessConfiguration"),
                (LakeFormationGrant, "/then/then"),
                (EmrCluster, "/then/then/then"),
            ],
        ),
        (
            json!({"jobs": [then(request(), &grant()), request()]}),
            vec![
                (EmrCluster, "/jobs/0"),
                (LakeFormationGrant, "/jobs/0/then"),
                (EmrCluster, "/jobs/1"),
            ],
        ),
        (
            json!({"PutBlockPublicAccessConfiguration": null, "BlockPublicSecurityGroupRules": false}),
            vec![
                (EmrAccount, "/PutBlockPublicAccessConfiguration"),
                (EmrAccount, ""),
            ],
        ),
    ] {
        holds(&document, &found);
    }
}

#[test]
fn what_stands_beside_what_lake_formation_is_asked_is_found() {
    use ResourceKind::{LakeFormationFilter, LakeFormationGrant, LakeFormationSettings};
    let settings = settings();
    let filter = json!({"TableData": {"TableCatalogId": "1", "DatabaseName": "d", "TableName": "t",
        "RowFilter": {"FilterExpression": "a=1"}}});
    for (document, found) in [
        (
            with(grant(), &settings),
            vec![(LakeFormationGrant, ""), (LakeFormationSettings, "")],
        ),
        (
            with(grant(), &filter),
            vec![
                (LakeFormationFilter, "/TableData"),
                (LakeFormationGrant, ""),
            ],
        ),
        (
            json!({"Entries": [grant(), then(grant(), &grant())], "x": [settings]}),
            vec![
                (LakeFormationGrant, "/Entries/0"),
                (LakeFormationGrant, "/Entries/1"),
                (LakeFormationGrant, "/Entries/1/then"),
                (LakeFormationSettings, "/x/0"),
            ],
        ),
        (
            json!([grant(), settings]),
            vec![
                (LakeFormationGrant, "/0"),
                (LakeFormationGrant, "/1"),
                (LakeFormationSettings, "/1"),
            ],
        ),
        (
            json!({"DataLakeSettings": {"DataLakeAdmins": [], "then": grant()}}),
            vec![
                (LakeFormationSettings, ""),
                (LakeFormationGrant, "/DataLakeSettings/then"),
            ],
        ),
    ] {
        holds(&document, &found);
    }
}

#[test]
fn what_stands_beside_security_configurations_is_found_in_texts_too() {
    use ResourceKind::{EmrCluster, EmrSecurityConfiguration, LakeFormationGrant};
    for (document, found) in [
        (
            then(document(), &request()),
            vec![(EmrSecurityConfiguration, ""), (EmrCluster, "/then")],
        ),
        (
            json!({"Name": "n", "SecurityConfiguration": then(document(), &grant()).to_string()}),
            vec![
                (EmrSecurityConfiguration, "/SecurityConfiguration"),
                (LakeFormationGrant, "/SecurityConfiguration/then"),
            ],
        ),
    ] {
        holds(&document, &found);
    }
}

#[test]
fn what_stands_beside_applications_virtual_clusters_and_overrides_is_found() {
    use ResourceKind::{
        EmrAccount, EmrCluster, EmrContainersVirtualCluster, EmrServerlessApplication,
        LakeFormationGrant,
    };
    let application = json!({"type": "SPARK", "releaseLabel": "emr-7.9.0"});
    let cluster = json!({"containerProvider": {"type": "EKS", "id": "e"}});
    let overrides = json!({"task": {"job_flow_overrides": {"Name": "etl"}}});
    for (document, found) in [
        (
            with(then(application.clone(), &grant()), &public_access(false)),
            vec![
                (EmrAccount, BLOCK),
                (EmrServerlessApplication, ""),
                (LakeFormationGrant, "/then"),
            ],
        ),
        (
            then(cluster.clone(), &application),
            vec![
                (EmrContainersVirtualCluster, ""),
                (EmrServerlessApplication, "/then"),
            ],
        ),
        (
            with(overrides.clone(), &public_access(false)),
            vec![
                (EmrAccount, BLOCK),
                (EmrCluster, "/task/job_flow_overrides"),
            ],
        ),
        (
            with(request(), &overrides),
            vec![(EmrCluster, ""), (EmrCluster, "/task/job_flow_overrides")],
        ),
    ] {
        holds(&document, &found);
    }
}

#[test]
fn what_a_machine_passes_on_and_what_stands_beside_its_states_is_found() {
    use ResourceKind::{EmrAccount, EmrCluster, LakeFormationGrant};
    for (document, found) in [
        (
            then(
                machine(&json!({"Type": "Pass", "Result": grant()})),
                &public_access(true),
            ),
            vec![
                (EmrCluster, "/States/A/Parameters"),
                (LakeFormationGrant, "/States/B/Result"),
                (EmrAccount, "/then/BlockPublicAccessConfiguration"),
            ],
        ),
        (
            machine(
                &json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"MessageBody": request()}}),
            ),
            vec![
                (EmrCluster, "/States/A/Parameters"),
                (EmrCluster, "/States/B/Parameters/MessageBody"),
            ],
        ),
        (
            then(request(), &machine(&json!({"Type": "Pass"}))),
            vec![(EmrCluster, ""), (EmrCluster, "/then/States/A/Parameters")],
        ),
    ] {
        holds(&document, &found);
    }
}

/// How many resources are read of a document, without any problem.
fn count_of(document: &Value) -> usize {
    let reading = read(document);
    assert_eq!(reading.problems, [], "{document}");
    kinds(&reading).len()
}

fn tag() -> Value {
    json!({"TagKey": "team", "TagValues": ["a"]})
}

fn configurations() -> Value {
    json!([{"Classification": "spark", "Properties": {},
        "Configurations": [{"Classification": "export", "Properties": {"A": "b"}}]}])
}

/// A request with many members.
fn full() -> Value {
    with(
        request(),
        &json!({"Configurations": configurations(), "Tags": [{"Key": "a", "Value": "b"}],
            "Steps": [{"Name": "s", "HadoopJarStep": {"Jar": "j", "Args": ["{\"ReleaseLabel\": 1}"]}}],
            "BootstrapActions": [{"Name": "b", "ScriptBootstrapAction": {"Path": "p"}}],
            "Instances": {"InstanceGroups": [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge",
                "Configurations": configurations()}]}}),
    )
}

#[test]
fn the_members_of_a_request_are_nothing_of_their_own() {
    let (full, configurations) = (full(), configurations());
    for (document, count) in [
        (full.clone(), 1),
        (json!([full]), 1),
        (
            json!({"Steps": full["Steps"], "Configurations": configurations}),
            1,
        ),
        (configurations.clone(), 1),
        (
            json!({"Cluster": {"Id": "j-1", "Status": {}, "ReleaseLabel": "emr-7.9.0", "Ec2InstanceAttributes": {},
                "Configurations": configurations, "InstanceGroups": full["Instances"]["InstanceGroups"]},
                "ResponseMetadata": {"RequestId": "r"}}),
            1,
        ),
    ] {
        assert_eq!(count_of(&document), count, "{document}");
    }
}

#[test]
fn the_sections_of_a_security_configuration_are_nothing_of_their_own() {
    let secured = json!({
        "EncryptionConfiguration": {"EnableInTransitEncryption": true, "EnableAtRestEncryption": true,
            "InTransitEncryptionConfiguration": {"TLSCertificateConfiguration": {"CertificateProviderType": "PEM"}},
            "AtRestEncryptionConfiguration": {"S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS"}}},
        "AuthorizationConfiguration": {"LakeFormationConfiguration": {"AuthorizedSessionTagValue": "EMR"},
            "IAMConfiguration": {"EnableApplicationScopedIAMRole": true}},
        "AuthenticationConfiguration": {"KerberosConfiguration": {"Provider": "ClusterDedicatedKdc"}},
        "InstanceMetadataServiceConfiguration": {"MinimumInstanceMetadataServiceVersion": 2}});
    for (document, count) in [
        (secured.clone(), 1),
        (json!({"Name": "n", "SecurityConfiguration": secured}), 1),
        (
            json!({"Name": "n", "SecurityConfiguration": secured.to_string()}),
            1,
        ),
    ] {
        assert_eq!(count_of(&document), count, "{document}");
    }
}

#[test]
fn the_members_of_what_lake_formation_is_asked_are_nothing_of_their_own() {
    let tag = tag();
    for (document, count) in [
        (
            with(
                grant(),
                &json!({"Resource": {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [tag]}}}),
            ),
            1,
        ),
        (json!({"Resource": {"LFTag": tag}, "LFTags": [tag]}), 1),
        (json!({"LFTags": [tag, tag]}), 2),
        (json!({"Name": "all", "Expression": [tag]}), 1),
        (
            json!({"DataLakeSettings": {"DataLakeAdmins": [], "Parameters": {"CROSS_ACCOUNT_VERSION": "4"},
                "CreateTableDefaultPermissions": [{"Principal": {"DataLakePrincipalIdentifier": "p"}, "Permissions": ["ALL"]}]}}),
            1,
        ),
    ] {
        assert_eq!(count_of(&document), count, "{document}");
    }
}

#[test]
fn the_members_of_other_requests_are_nothing_of_their_own() {
    for (document, count) in [
        (
            json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": true,
                "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}]},
                "BlockPublicAccessConfigurationMetadata": {"CreatedByArn": "a"}}),
            1,
        ),
        (
            json!({"application": {"name": "a", "type": "SPARK", "releaseLabel": "emr-7.9.0", "tags": {}}}),
            1,
        ),
        (
            json!({"virtualCluster": {"name": "v", "containerProvider": {"type": "EKS", "id": "e",
                "info": {"eksInfo": {"namespace": "n"}}}}}),
            1,
        ),
    ] {
        assert_eq!(count_of(&document), count, "{document}");
    }
}

#[test]
fn what_a_machine_sends_is_read_once() {
    let (tag, full) = (tag(), full());
    for (document, count) in [
        (
            machine(
                &json!({"Type": "Parallel", "Branches": [machine(&json!({"Type": "Map",
                "ItemProcessor": machine(&json!({"Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:lakeformation:grantPermissions",
                    "Parameters": {"Principal.$": "$.p", "Permissions": ["SELECT"],
                        "Resource": {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": [tag]}}}}))}))]}),
            ),
            4,
        ),
        (
            machine(
                &json!({"Type": "Task", "Resource": "arn:aws:states:::elasticmapreduce:addStep",
                "Parameters": {"ClusterId.$": "$.c", "Step": full["Steps"][0]}}),
            ),
            1,
        ),
    ] {
        assert_eq!(count_of(&document), count, "{document}");
    }
}

#[test]
fn what_no_reader_goes_into_is_named() {
    let template =
        json!({"Resources": {"S": {"Type": "AWS::EMR::SecurityConfiguration", "Properties": {}}}});
    let deep = |text: String| json!([text]).to_string();
    for document in [
        with(template.clone(), &json!({"Metadata": {"x": grant()}})),
        with(template.clone(), &grant()),
        with(request(), &json!({"x": template})),
        json!({"Configurations": [{"Classification": "a", "Properties": {"b": grant().to_string()}}]}),
        with(
            request(),
            &json!({"x": deep(deep(deep(request().to_string())))}),
        ),
        json!({"service": "s", "provider": {"name": "aws"}, "resources": template, "custom": {"x": grant()}}),
    ] {
        let problems = match file(&document.to_string()) {
            File::Read(reading) => reading.problems,
            other @ (File::NothingOfOurs | File::Unreadable { .. }) => {
                panic!("{document}: {other:?}")
            }
        };
        assert_eq!(problems.len(), 1, "{document}: {problems:?}");
    }
    for (document, more) in [
        (
            request(),
            json!({"encryption_configuration": {"enable_in_transit_encryption": false}}),
        ),
        (
            grant(),
            json!({"releaseLabel": "emr-7.9.0", "instances": {"keepJobFlowAliveWhenNoSteps": true}}),
        ),
    ] {
        let document = then(document, &more);
        let [problem] = read(&document).problems.try_into().unwrap();
        assert!(
            problem.why.contains("in another case"),
            "{document}: {problem:?}"
        );
    }
    let used = json!({"service": "s", "provider": {"name": "aws"}, "custom": {"x": grant()},
        "resources": with(template, &json!({"Outputs": {"o": {"Value": "${self:custom.x}"}}}))});
    assert_eq!(read(&used).problems, [], "{used}");
}

#[test]
fn templates_in_resources_of_templates_are_looked_into_once() {
    for kind in ["Custom::X", "AWS::SNS::Topic"] {
        let innermost = json!({"note": "JobFlow"});
        let nested = (0..48).fold(
            innermost,
            |inner, _| json!({"Resources": {"X": {"Type": kind, "Properties": inner}}}),
        );
        let found = file(&nested.to_string());
        assert!(matches!(found, File::NothingOfOurs), "{kind}: {found:?}");
    }
}

#[test]
fn what_is_found_hides_nothing_in_another_case() {
    let cased =
        json!({"releaseLabel": "emr-7.9.0", "instances": {"keepJobFlowAliveWhenNoSteps": true}});
    let access = json!({"BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": true}});
    let with = |member: &str| {
        let mut document = access.clone();
        document[member] = cased.clone();
        document["then"] = json!([request()]);
        document
    };
    let template =
        json!({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Other": request(), "More": cased});
    for document in [
        json!({"dev": request(), "prod": cased}),
        json!([cased, request()]),
        with("before"),
        with("zzz"),
        template,
    ] {
        let reading = read(&document);
        let told = |why: &str| {
            let problems = reading.problems.iter();
            problems.filter(|problem| problem.why.contains(why)).count()
        };
        assert_eq!(
            told("in another case"),
            1,
            "{document}: {:?}",
            reading.problems
        );
    }
    // What is as AWS writes it may hold words in any case.
    let mut tagged = request();
    tagged["Configurations"] =
        json!([{"Classification": "a", "Properties": {"release_label": "x"}}]);
    for document in [json!({"dev": tagged, "prod": request()}), json!([tagged])] {
        assert_eq!(read(&document).problems, [], "{document}");
    }
}
