use super::read;
use crate::observe::testing::{Dice, assert_whole_characters, plain, source, written};
use crate::observe::{File, Reading};
use crate::observed::{Form, Node, ResourceKind};
use serde_json::{Value, json};
use std::fmt::Write as _;

mod afterwards;
mod escapes;
mod everyday;
mod forms;

fn reading(text: &str) -> Reading {
    match read(&source(text)) {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}: {text}"),
    }
}

fn body(reading: &Reading, index: usize) -> Node<'_> {
    let seen = &reading.worlds()[0].resources[index];
    reading.tree().node(seen.body)
}

fn ids(reading: &Reading) -> Vec<&str> {
    let all = reading.worlds()[0].resources.iter();
    all.map(|seen| seen.identity.id.as_str()).collect()
}

/// What `x` comes to, after these lines, as a member of a request.
fn value(before: &str, x: &str) -> Value {
    let text = format!("import boto3\n{before}\nclient.run_job_flow(X={x})\n");
    let reading = reading(&text);
    assert_eq!(reading.problems, [], "{text}");
    assert_whole_characters(reading.tree());
    plain(body(&reading, 0).get("X"))
}

fn unknown(before: &str, x: &str) {
    let value = value(before, x);
    assert!(
        value.as_str().is_some_and(|text| text.starts_with('?')),
        "{before}\n{x}: {value}"
    );
}

#[test]
fn literals_are_what_they_say() {
    for (x, expected) in [
        ("True", json!(true)),
        ("None", json!(null)),
        ("-3", json!(-3)),
        ("2.5", json!(2.5)),
        ("'a'", json!("a")),
        ("('a' \"b\"\n'c')", json!("abc")),
        ("[1, (2, 3), *[4, 5]]", json!([1, [2, 3], 4, 5])),
        ("{'a': {'b': 1}, 'a': 2}", json!({"a": 2})),
        ("r'\\d' '\\t\\'\\x41'", json!("\\d\t'A")),
        (
            "dict({'a': 1}, b=2, **{'c': 3})",
            json!({"a": 1, "b": 2, "c": 3}),
        ),
        (
            "{**{'a': 1, 'b': 1}, 'b': 2} | {'c': 3}",
            json!({"a": 1, "b": 2, "c": 3}),
        ),
        ("'s3://' + 'b' + '/k'", json!("s3://b/k")),
        ("[1] + [2]", json!([1, 2])),
        ("f's3://{'b'}/{{x}}'", json!("s3://b/{x}")),
        ("'{}-{0}-{n}'.format('a', n='b')", json!("a-a-b")),
        ("'%s/%d%%/%(n)s' % {'n': 'x'}", json!("\"${…}/${…}%/x\"")),
        ("'%s/%d%%' % ('a', 2)", json!("a/2%")),
    ] {
        assert_eq!(value("", x), expected, "{x}");
    }
}

#[test]
fn what_is_worked_out_is_unknown_and_what_stands_around_it_is_not() {
    for (x, expected) in [
        ("f's3://{bucket()}/logs'", "\"s3://${…}/logs\""),
        (
            "'s3://{}/logs'.format(os.environ['B'])",
            "\"s3://${…}/logs\"",
        ),
        ("'s3://%s/logs' % b", "\"s3://${…}/logs\""),
        ("'s3://' + b + '/logs'", "\"s3://${…}/logs\""),
        ("'s3://{{ var.value.b }}/logs'", "\"s3://${…}/logs\""),
        ("f's3://{b:>10}/logs'", "\"s3://${…}/logs\""),
    ] {
        assert_eq!(value("", x), json!(expected), "{x}");
    }
    for x in [
        "os.environ['B']",
        "Variable.get('b')",
        "a if b else c",
        "[i for i in x]",
        "lambda: 1",
        "b'x'",
        "0x10",
        "x.y.z",
        "await f()",
    ] {
        unknown("", x);
    }
    // What an argument says may be a secret.
    let said = value("", "get('hunter2')");
    assert_eq!(said, json!("?a call of `get` is not evaluated"));
}

#[test]
fn an_unknown_part_of_a_mapping_leaves_it_open() {
    let text = "import boto3\nclient.run_job_flow(A=1, **more, B=2)\n";
    let reading = reading(text);
    let body = body(&reading, 0);
    assert!(body.get("A").reason().is_some() && body.get("C").reason().is_some());
    assert_eq!(plain(body.get("B")), json!(2));
}

#[test]
fn names_are_followed_to_their_only_value() {
    let nested = "A = {'k': 1}\nB = {**A, 'l': [A]}\ndef f():\n    C = B\n    return C\n";
    assert_eq!(value(nested, "B"), json!({"k": 1, "l": [{"k": 1}]}));
    assert_eq!(
        value(
            "A = 'a'\nif __name__ == '__main__':\n    B = A\n    C = B",
            "A"
        ),
        json!("a")
    );
    assert_eq!(value("with open('x') as f:\n    A = 'a'", "A"), json!("a"));
    assert_eq!(value("A: str = 'a'", "A"), json!("a"));
    for before in [
        "",
        "A = 1\nA = 2",
        "if x:\n    A = 1",
        "try:\n    A = 1\nexcept E:\n    pass",
        "for A in x:\n    pass",
        "from x import A",
        "A = 1\ndef f():\n    global A\n    A = 2",
        "A = 1\ndel A",
        "A = B\nB = A",
        "A, B = 1, 2",
        "A = B = 1",
        "A = 1\nA += 1",
        "with f() as A:\n    pass",
        "(A := 1)",
        "def A():\n    pass",
    ] {
        unknown(before, "A");
    }
}

#[test]
fn a_parameter_and_a_name_of_a_function_are_its_own() {
    let text = "import boto3\nN = 'a'\ndef f(N):\n    client.run_job_flow(X=N)\ndef g():\n    N = 'b'\n    client.run_job_flow(X=N)\ndef h():\n    client.run_job_flow(X=N)\n";
    let reading = reading(text);
    assert!(body(&reading, 0).get("X").reason().is_some());
    assert_eq!(plain(body(&reading, 1).get("X")), json!("b"));
    assert_eq!(plain(body(&reading, 2).get("X")), json!("a"));
}

#[test]
fn changes_in_a_straight_line_are_carried_out() {
    for (before, expected) in [
        ("A = {'k': 1}\nA['l'] = 2", json!({"k": 1, "l": 2})),
        (
            "A = {'k': {'m': 1}}\nA['k']['n'] = 2",
            json!({"k": {"m": 1, "n": 2}}),
        ),
        (
            "A = {'k': 1}\nA.update({'k': 3}, l=2)",
            json!({"k": 3, "l": 2}),
        ),
        ("A = {'k': 1}\nA |= {'l': 2}", json!({"k": 1, "l": 2})),
        ("A = {'k': 1}\nB = {**A}\nA['k'] = 2", json!({"k": 2})),
        ("A = {'k': 1}\nprint(A)\nA.items()", json!({"k": 1})),
    ] {
        assert_eq!(value(before, "A"), expected, "{before}");
    }
    assert_eq!(
        value("A = {'k': 1}\nB = {**A}\nA['k'] = 2", "B"),
        json!({"k": 1})
    );
    assert_eq!(
        value("A = {'k': 1}\nB = {'a': A}\nA['k'] = 2", "B"),
        json!({"a": {"k": 2}})
    );
}

#[test]
fn what_another_change_touches_is_unknown_and_nothing_else() {
    // The line is that of the change, after the import that `value` writes.
    let lost = |line| format!("?a value that may be changed in line {line} is not evaluated");
    for (line, before) in [
        (4, "A = {'k': 1, 'l': 2}\nif x:\n    A['k'] = 3"),
        (4, "A = {'k': 1, 'l': 2}\ndef f():\n    A['k'] = 3"),
        (3, "A = {'k': 1, 'l': 2}\nA['k'] += 3"),
        (3, "A = {'k': [1], 'l': 2}\nchange(A['k'])"),
        (3, "A = {'k': [1], 'l': 2}\nchange(**A)"),
        (3, "A = {'k': [], 'l': 2}\nA['k'].append(3)"),
        (4, "A = {'k': [], 'l': 2}\nB = A['k']\nB.append(3)"),
        (
            4,
            "A = {'k': [], 'l': 2}\nfor i in x:\n    A['k'].append(i)",
        ),
        (4, "A = {'k': 1, 'l': 2}\nB = A\nB['k'] = 2"),
    ] {
        assert_eq!(
            value(before, "A"),
            json!({"k": lost(line), "l": 2}),
            "{before}"
        );
    }
    for (line, before) in [
        (3, "A = {'k': 1}\nchange(A)"),
        (3, "A = {'k': 1}\nA.pop('k')"),
        (3, "A = {'k': 1}\nA[x] = 2"),
        (5, "A = {'k': 1}\nB = A\nC = B\nC.clear()"),
        (4, "A = {'k': 1}\nif x:\n    A |= y"),
    ] {
        assert_eq!(value(before, "A"), json!(lost(line)), "{before}");
    }
    // Texts and numbers are what they are, whoever has them.
    for before in ["A = 'k'\nchange(A)", "A = 'k'\nB = [A]\nchange(B)"] {
        assert_eq!(value(before, "A"), json!("k"), "{before}");
    }
    assert_eq!(value("A = {'k': 1}\nchange(A['k'])", "A"), json!({"k": 1}));
    assert_eq!(
        value("", "A)\nA = {'k': 1}\nprint(A"),
        json!("?may be supplied by `A`, which is set after it is used")
    );
}

#[test]
fn values_stand_where_they_are_written() {
    let text = "import boto3\nCONFIG = {\n    \"Name\": \"é\",\n    'LogUri': '''s3://b/''' 'k',\n}\nclient.run_job_flow(**CONFIG)\n";
    let reading = reading(text);
    let cluster = body(&reading, 0);
    let name = cluster.get("Name");
    assert_eq!(
        (written(name), name.place().line, name.place().column),
        ("\"é\"", 3, 13)
    );
    assert_eq!(written(cluster.get("LogUri")), "'''s3://b/''' 'k'");
    assert_eq!(cluster.get("ServiceRole").place().line, 6);
}

#[test]
fn a_document_is_read_however_it_becomes_text() {
    for document in [
        "json.dumps({'EncryptionConfiguration': {'EnableAtRestEncryption': False}})",
        "'''{\"EncryptionConfiguration\": {\"EnableAtRestEncryption\": false}}'''",
        "\"{\\\"EncryptionConfiguration\\\": {\\\"EnableAtRestEncryption\\\": false}}\"",
        "DOCUMENT",
    ] {
        let text = format!(
            "import json\nDOCUMENT = json.dumps({{'EncryptionConfiguration': {{'EnableAtRestEncryption': False}}}})\nemr.create_security_configuration(Name='sc', SecurityConfiguration={document})\n"
        );
        let reading = reading(&text);
        let switch = body(&reading, 0).path("EncryptionConfiguration/EnableAtRestEncryption");
        assert_eq!(plain(switch), json!(false), "{document}");
        assert!(written(switch).eq_ignore_ascii_case("false"), "{document}");
        assert_eq!(ids(&reading), ["sc"]);
    }
}

#[test]
fn airflow_leaves_what_is_missing_to_its_connection() {
    let text = "from airflow import DAG\nJOB_FLOW_OVERRIDES = {'Name': 'etl'}\nwith DAG('d') as dag:\n    EmrCreateJobFlowOperator(task_id='create', job_flow_overrides=JOB_FLOW_OVERRIDES)\n    EmrCreateJobFlowOperator(task_id='other')\n    EmrCreateJobFlowOperator(task_id='file', job_flow_overrides='etl.json')\n";
    let reading = reading(text);
    assert_eq!(ids(&reading), ["etl", "other", "file"]);
    for index in 0..3 {
        assert!(
            body(&reading, index)
                .get("SecurityConfiguration")
                .reason()
                .is_some(),
            "{index}"
        );
    }
    assert!(body(&reading, 1).get("Name").reason().is_some());
}

#[test]
fn overrides_that_nothing_takes_are_read_too() {
    let reading = reading(
        "from x import y\nSPARK_JOB_FLOW_OVERRIDES = {'Name': 'etl'}\nSPARK_JOB_FLOW_OVERRIDES['Instances'] = {}\n",
    );
    assert_eq!(ids(&reading), ["etl"]);
    assert_eq!(plain(body(&reading, 0).get("Instances")), json!({}));
    assert!(body(&reading, 0).get("LogUri").reason().is_some());
}

#[test]
fn cdks_constructs_have_cloudformations_properties() {
    let text = "
from aws_cdk import aws_emr as emr, aws_eks as eks
class S(Stack):
    def __init__(self):
        sc = emr.CfnSecurityConfiguration(self, 'Conf', name='sc', security_configuration={'EncryptionConfiguration': {}})
        cluster = emr.CfnCluster(self, 'Cluster', name='etl', security_configuration=sc.ref,
            instances=emr.CfnCluster.JobFlowInstancesConfigProperty(ec2_subnet_id='subnet-1',
                master_instance_group={'instanceCount': 1}),
            configurations=[emr.CfnCluster.ConfigurationProperty(classification='core-site', configuration_properties={'a_b': 'c'})],
            visible_to_all_users=True)
        cluster.add_property_override('Instances.TerminationProtected', True)
        cluster.log_uri = 's3://x/'
        eks.CfnCluster(self, 'Other')
";
    let reading = reading(text);
    assert_eq!(ids(&reading), ["Conf", "Cluster"]);
    let kinds: Vec<(ResourceKind, Form)> = reading.worlds()[0]
        .resources
        .iter()
        .map(|seen| (seen.identity.kind, seen.form))
        .collect();
    assert_eq!(
        kinds,
        [
            (ResourceKind::EmrSecurityConfiguration, Form::CloudFormation),
            (ResourceKind::EmrCluster, Form::CloudFormation)
        ]
    );
    assert!(body(&reading, 0).get("EncryptionConfiguration").is_set());
    let lost = "?`cluster`, whose properties are changed later on, is not evaluated";
    assert_eq!(
        plain(body(&reading, 1)),
        json!({
            "Name": "etl",
            "SecurityConfiguration": "?reference to `Conf`",
            "Configurations": [{"Classification": "core-site", "ConfigurationProperties": {"a_b": "c"}}],
            "VisibleToAllUsers": true,
            "Instances": lost,
            "LogUri": lost,
        })
    );
}

#[test]
fn applications_of_emr_serverless_are_read() {
    let text = "import boto3\nboto3.client('emr-serverless').create_application(name='a', releaseLabel='emr-7.2.0', type='SPARK')\nEmrServerlessCreateApplicationOperator(task_id='t', release_label='emr-7.3.0', config={'name': 'b'})\nother.create_application(name='c')\n";
    let reading = reading(text);
    assert_eq!(ids(&reading), ["a", "b"]);
    assert_eq!(
        plain(body(&reading, 1).get("releaseLabel")),
        json!("emr-7.3.0")
    );
}

#[test]
fn clusters_without_a_name_are_told_apart() {
    let reading = reading("import boto3\nc.run_job_flow(Name=f())\nc.run_job_flow(Name=g())\n");
    assert_eq!(ids(&reading), ["t", "t-2"]);
    assert_eq!(
        body(&reading, 1).get("Name").pointer(),
        "/run_job_flow-2/Name"
    );
}

#[test]
fn what_calls_nothing_of_ours_is_nothing_of_ours() {
    for text in [
        "import boto3\n# run_job_flow( is not called\n",
        "import boto3\nglue.create_security_configuration(Name='x', EncryptionConfiguration={})\n",
        "from aws_cdk import aws_eks\naws_eks.CfnCluster(self, 'C')\nx = 'aws_emr'\n",
        "# Title\n\n```python\nimport boto3\nclient.run_job_flow(Name='x')\n```\n\nMore prose, of no language.\n",
    ] {
        assert!(matches!(read(&source(text)), File::NothingOfOurs), "{text}");
    }
}

#[test]
fn a_mistake_is_a_problem_and_the_rest_is_judged() {
    let text = "import boto3\ndef broken(:\n    pass\n\nclient.run_job_flow(Name='etl')\n";
    let reading = reading(text);
    assert_eq!(ids(&reading), ["etl"]);
    assert_eq!(reading.problems[0].place.as_ref().unwrap().line, 2);
    let text = "import boto3\nclient.run_job_flow(Name='etl', LogUri=, ServiceRole='r')\n";
    assert_eq!(self::reading(text).problems.len(), 1);
    assert!(matches!(
        read(&source("import boto3\nclient.run_job_flow(Name=")),
        File::Unreadable { .. }
    ));
}

#[test]
fn no_nesting_overflows_the_stack() {
    let deep = 50_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{'a': ", "}"),
        ("-", ""),
        ("not ", ""),
        ("f(", ")"),
        ("lambda: ", ""),
        ("'a' + ", "'b'"),
        ("x[", "]"),
        ("f'{", "}'"),
    ] {
        let text = format!(
            "import boto3\nclient.run_job_flow(Name='etl', X={}1{})\n",
            open.repeat(deep),
            close.repeat(deep)
        );
        drop(read(&source(&text)));
    }
    let suffixes = ["+'a'", ".a", "['a']", "()", "|{}", " if a else b"];
    for suffix in suffixes {
        let text = format!(
            "import boto3\nclient.run_job_flow(X='a'{})\n",
            suffix.repeat(deep)
        );
        drop(read(&source(&text)));
    }
    let mut blocks = String::new();
    for depth in 0..2_000 {
        blocks.push_str(&" ".repeat(depth));
        blocks.push_str("if a:\n");
    }
    drop(read(&source(&format!(
        "import boto3\n{blocks}{}client.run_job_flow(X=a)\n",
        " ".repeat(2_000)
    ))));
}

#[test]
fn names_that_multiply_their_values_are_cut_off() {
    let mut text = String::from("import boto3\na0 = ['x', 'x']\n");
    for level in 1..40 {
        let _ = writeln!(text, "a{level} = [a{0}, a{0}]", level - 1);
    }
    text.push_str("client.run_job_flow(X=a39)\n");
    let reading = reading(&text);
    assert_eq!(reading.worlds()[0].resources.len(), 1);
}

#[test]
fn mutants_of_a_program_do_no_harm() {
    let text = "import json\nA = {'Name': 'x', **B}\nA['k'] = f'{A}-{{x}}'\ndef f(x):\n  return [i for i in x]\nclient.run_job_flow(**A, X='a' + b'c' % (1, '%s'), Y=json.dumps({'a': None}))\n";
    let alphabet: Vec<char> = "(){}[]'\"\\\n :=,.#*fr+-%é\u{0}".chars().collect();
    let mut dice = Dice(7);
    for _ in 0..2_000 {
        let mutant = dice.mutant(text, &alphabet);
        if let File::Read(reading) = read(&source(&mutant)) {
            assert_whole_characters(reading.tree());
        }
    }
}

#[test]
fn cdks_task_that_creates_a_cluster_is_a_request() {
    let text = r#"from aws_cdk import Duration, aws_stepfunctions_tasks as tasks
Emr = tasks.EmrCreateCluster
tasks.EmrCreateCluster(self, "Create",
    name=sfn.TaskInput.from_json_path_at("$.name").value,
    release_label="emr-7.9.0",
    cluster_role=nodes,
    tags={"team": "data"},
    auto_termination_policy_idle_timeout=Duration.minutes(30),
    bootstrap_actions=[tasks.EmrCreateCluster.BootstrapActionConfigProperty(
        name="b", script_bootstrap_action=tasks.EmrCreateCluster.ScriptBootstrapActionConfigProperty(path="s3://b/x.sh"))],
    configurations=[tasks.EmrCreateCluster.ConfigurationProperty(
        classification="spark-defaults", properties={"spark.a_b": "c"})],
    instances=tasks.EmrCreateCluster.InstancesConfigProperty(
        ec2_subnet_id="subnet-1",
        instance_groups=[tasks.EmrCreateCluster.InstanceGroupConfigProperty(
            instance_role=tasks.EmrCreateCluster.InstanceRoleType.MASTER, instance_count=1, instance_type="m5.xlarge")]))
"#;
    let reading = reading(text);
    assert_eq!(ids(&reading), ["Create"]);
    let body = body(&reading, 0);
    for (path, expected) in [
        ("ReleaseLabel", json!("emr-7.9.0")),
        ("Tags", json!([{"Key": "team", "Value": "data"}])),
        ("AutoTerminationPolicy/IdleTimeout", json!(1800)),
        ("Instances/Ec2SubnetId", json!("subnet-1")),
        ("Instances/KeepJobFlowAliveWhenNoSteps", json!(true)),
        ("SecurityConfiguration", json!("absent")),
    ] {
        assert_eq!(plain(body.path(path)), expected, "{path}");
    }
    assert!(body.get("JobFlowRole").reason().is_some());
    let role = plain(body.get("ServiceRole"));
    assert_eq!(
        role,
        json!("?may be supplied by CDK, which creates a role where none is given")
    );
    let first = |path| body.path(path).items().next().unwrap();
    assert_eq!(
        plain(first("Configurations").get("Properties")),
        json!({"spark.a_b": "c"})
    );
    assert_eq!(
        plain(first("Instances/InstanceGroups").get("InstanceRole")),
        json!("MASTER")
    );
    let action = first("BootstrapActions");
    assert_eq!(
        plain(action.path("ScriptBootstrapAction/Path")),
        json!("s3://b/x.sh")
    );
}

const LAKE_FORMATION: &str = r#"import boto3
lf = boto3.client("lakeformation")
ADMIN = {"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/a"}
lf.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [ADMIN]})
lf.put_data_lake_settings(DataLakeSettings=settings())
for table in tables:
    lf.grant_permissions(Principal=ADMIN, Resource={"Table": {"DatabaseName": "d", "Name": table}}, Permissions=["SELECT"])
lf.grant_permissions(**arguments)
lf.batch_grant_permissions(Entries=[{"Id": "1", "Principal": ADMIN, "Resource": {}, "Permissions": ["ALL"]}, entry])
lf.batch_grant_permissions(Entries=entries)
lf.create_data_cells_filter(TableData={"DatabaseName": "d", "TableName": "t", "Name": "eu"})
lf.create_data_cells_filter(TableData=filter)
lf.register_resource(ResourceArn="arn:aws:s3:::b", UseServiceLinkedRole=True)
lf.create_lf_tag(TagKey="team", TagValues=["a"])
lf.revoke_permissions(Principal=ADMIN, Resource={}, Permissions=["ALL"])
"#;

#[test]
fn calls_of_lake_formation_are_requests() {
    let reading = reading(LAKE_FORMATION);
    assert_eq!(
        ids(&reading),
        [
            "t#/put_data_lake_settings",
            "t#/put_data_lake_settings-2",
            "t#/grant_permissions",
            "t#/grant_permissions-2",
            "t#/batch_grant_permissions/Entries/0",
            "t#/batch_grant_permissions/Entries/1",
            "t#/batch_grant_permissions-2",
            "eu",
            "t#/create_data_cells_filter-2",
            "arn:aws:s3:::b",
            "team",
        ]
    );
}

#[test]
fn what_a_program_does_not_tell_lake_formation_is_unknown() {
    let reading = reading(LAKE_FORMATION);
    let scopes = reading.scopes();
    let resources = scopes[0].resources();
    // What is not known is not taken for what is not there.
    assert!(
        resources[1]
            .lake_settings()
            .get("DataLakeAdmins")
            .reason()
            .is_some()
    );
    assert_eq!(
        plain(resources[2].body.path("Resource/Table/DatabaseName")),
        json!("d")
    );
    assert!(
        resources[2]
            .body
            .path("Resource/Table/Name")
            .reason()
            .is_some()
    );
    for unknown in [3, 5, 6] {
        let body = resources[unknown].body;
        assert!(
            body.get("Permissions").reason().is_some() || body.get("Entries").reason().is_some(),
            "{unknown}"
        );
    }
    assert!(resources[8].body.get("RowFilter").reason().is_some());
}

#[test]
fn operations_of_others_with_these_names_are_left_alone() {
    for text in [
        "import x\nx.register_resource(ResourceArn='arn:aws:s3:::b')\n",
        "import lakeformation\nx.register_resource(Url='/')\n",
        "import lakeformation\nx.grant_permissions('a', 'b')\n",
        "from aws_cdk import CfnTag\nimport aws_lakeformation\nCfnTag(key='a', value='b')\n",
    ] {
        assert!(matches!(read(&source(text)), File::NothingOfOurs), "{text}");
    }
}

#[test]
fn block_public_access_is_the_accounts() {
    let text = "import boto3\nboto3.client('emr').put_block_public_access_configuration(BlockPublicAccessConfiguration={\n  'BlockPublicSecurityGroupRules': True, 'PermittedPublicSecurityGroupRuleRanges': [{'MinRange': 22}]})\n";
    let reading = self::reading(text);
    assert_eq!(
        reading.worlds()[0].resources[0].identity.kind,
        ResourceKind::EmrAccount
    );
    assert_eq!(
        plain(body(&reading, 0).get("BlockPublicSecurityGroupRules")),
        json!(true)
    );
    let text = "import boto3\nclient.put_block_public_access_configuration(BlockPublicAccessConfiguration=x)\n";
    let reading = self::reading(text);
    let switch = body(&reading, 0).get("BlockPublicSecurityGroupRules");
    assert!(switch.reason().is_some());
}

#[test]
fn cdks_constructs_of_lake_formation_have_cloudformations_names() {
    let text = r#"from aws_cdk import aws_lakeformation as lf
lf.CfnDataLakeSettings(self, "Settings", parameters={"CROSS_ACCOUNT_VERSION": "3"},
    admins=[lf.CfnDataLakeSettings.DataLakePrincipalProperty(data_lake_principal_identifier="arn:aws:iam::1:role/a")])
lf.CfnPrincipalPermissions(self, "Grant", permissions=["ALL"], permissions_with_grant_option=[],
    principal=lf.CfnPrincipalPermissions.DataLakePrincipalProperty(data_lake_principal_identifier="IAM_ALLOWED_PRINCIPALS"),
    resource=lf.CfnPrincipalPermissions.ResourceProperty(table=lf.CfnPrincipalPermissions.TableResourceProperty(
        catalog_id="1", database_name="d", table_wildcard={})))
"#;
    let reading = reading(text);
    assert_eq!(ids(&reading), ["Settings", "Grant"]);
    let settings = body(&reading, 0);
    assert_eq!(
        plain(settings.path("Parameters/CROSS_ACCOUNT_VERSION")),
        json!("3")
    );
    let principal = "Principal/DataLakePrincipalIdentifier";
    assert_eq!(
        plain(body(&reading, 1).path(principal)),
        json!("IAM_ALLOWED_PRINCIPALS")
    );
    assert_eq!(
        plain(body(&reading, 1).path("Resource/Table/TableWildcard")),
        json!({})
    );
    let declared = reading.worlds()[0].resources[1].type_name;
    assert_eq!(declared, Some("AWS::LakeFormation::PrincipalPermissions"));
}
