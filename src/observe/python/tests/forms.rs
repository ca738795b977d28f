//! The forms in which programs launch clusters: each is read, or said not to be.

use super::{body, ids, reading};
use crate::observe::testing::plain;
use crate::observed::{Form, ResourceKind};
use serde_json::json;

/// Programs that launch one cluster whose `LogUri` is known.
const READ: &[&str] = &[
    "from aws_cdk.aws_emr import CfnCluster as C\nC(self, 'X', name='n', log_uri='s3://b/')",
    "import aws_cdk.aws_emr as e\ne.CfnCluster(self, 'X', name='n', log_uri='s3://b/')",
    "import aws_cdk.aws_emr\naws_cdk.aws_emr.CfnCluster(self, 'X', name='n', log_uri='s3://b/')",
    "from aws_cdk.aws_emr import CfnCluster\nmake = CfnCluster\nmake(self, 'X', log_uri='s3://b/')",
    "from aws_cdk import CfnResource\nCfnResource(self, 'X', type='AWS::EMR::Cluster', properties={'LogUri': 's3://b/'})",
    "import aws_cdk as cdk\ncdk.CfnResource(self, 'X', type='AWS::EMR::Cluster', properties={'LogUri': 's3://b/'})",
    "import aws_cdk as cdk\nTYPE = 'AWS::EMR::Cluster'\ncdk.CfnResource(self, 'X', type=TYPE, properties={'LogUri': 's3://b/'})",
    "from aws_cdk import aws_stepfunctions_tasks as tasks\ntasks.EmrCreateCluster.json_path(self, 'X', name='n', log_uri='s3://b/')",
    "from aws_cdk import aws_stepfunctions_tasks as tasks\ntasks.EmrCreateCluster.jsonata(self, 'X', name='n', log_uri='s3://b/')",
    "from aws_cdk import aws_stepfunctions_tasks as tasks\ntasks.CallAwsService(self, 'X', service='emr', action='runJobFlow', iam_resources=['*'], parameters={'LogUri': 's3://b/'})",
    "from aws_cdk import custom_resources as cr\ncr.AwsSdkCall(service='EMR', action='runJobFlow', parameters={'LogUri': 's3://b/'})",
    "import boto3\nlaunch = boto3.client('emr').run_job_flow\nlaunch(LogUri='s3://b/')",
    "import boto3\nclient = boto3.client('emr')\ndef f():\n    launch = client.run_job_flow\n    x = {'LogUri': 's3://b/'}\n    launch(**x)",
    "import boto3\ngetattr(client, 'run_job_flow')(LogUri='s3://b/')",
    "import boto3\nOPERATION = 'run_job_flow'\ngetattr(client, OPERATION)(LogUri='s3://b/')",
    "import boto3\nlaunch = getattr(client, 'run_job_flow')\nlaunch(LogUri='s3://b/')",
    "import boto3\nsession = boto3.Session()\nsession.client('emr').run_job_flow(LogUri='s3://b/')",
    "import functools\nfunctools.partial(client.run_job_flow, LogUri='s3://b/')()",
    "from functools import partial\nx = {'LogUri': 's3://c/'}\nlaunch = partial(client.run_job_flow, **x)\nlaunch(LogUri='s3://b/')",
    "class My(EmrCreateJobFlowOperator):\n    def __init__(self, **kwargs):\n        super().__init__(job_flow_overrides={'LogUri': 's3://b/'}, **kwargs)\nMy(task_id='t')",
    "from aws_cdk import aws_emr\nclass My(aws_emr.CfnCluster):\n    def __init__(self, scope, id, **kwargs):\n        super().__init__(scope, id, name='n', **kwargs, log_uri='s3://b/')\nMy(self, 'X')",
    "from aws_cdk import aws_emr\nclass My(aws_emr.CfnCluster):\n    def __init__(self, scope, id):\n        aws_emr.CfnCluster.__init__(self, scope, id, log_uri='s3://b/')",
    "from aws_cdk import aws_emr\nclass My(aws_emr.CfnCluster):\n    pass\nMy(self, 'X', log_uri='s3://b/')",
    "from aws_cdk import aws_emr\nclass My(aws_emr.CfnCluster):\n    pass\nclass Other(My):\n    pass\nOther(self, 'X', log_uri='s3://b/')",
    "from airflow import DAG\nfrom a import EmrCreateJobFlowOperator as Create\nCreate(task_id='t', job_flow_overrides={'LogUri': 's3://b/'})",
    "from airflow import DAG\nEmrCreateJobFlowOperator.partial(task_id='t', job_flow_overrides={'LogUri': 's3://b/'}).expand(aws_conn_id=['a'])",
];

#[test]
fn every_form_of_a_launch_is_read() {
    for text in READ {
        let reading = reading(&format!("{text}\n"));
        assert_eq!(ids(&reading).len(), 1, "{text}: {:?}", ids(&reading));
        let seen = &reading.worlds()[0].resources[0];
        assert_eq!(seen.identity.kind, ResourceKind::EmrCluster, "{text}");
        assert_eq!(
            plain(body(&reading, 0).get("LogUri")),
            json!("s3://b/"),
            "{text}"
        );
    }
}

/// Programs that launch something in a way that is not followed, and of what kind it is.
const UNREAD: &[&str] = &[
    "import boto3\nretry(client.run_job_flow, **x)",
    "import boto3\nexecutor.submit(client.run_job_flow, LogUri='s3://b/')",
    "import boto3\nself.launch = client.run_job_flow\nself.launch(LogUri='s3://b/')",
    "import boto3\nOPERATIONS = {'run': client.run_job_flow}\nOPERATIONS['run'](LogUri='s3://b/')",
    "import boto3\nfor launch in [client.run_job_flow]:\n    launch(LogUri='s3://b/')",
    "import boto3\nlaunch = client.run_job_flow if x else other\nlaunch(LogUri='s3://b/')",
    "import boto3\nlaunch = client.run_job_flow\nlaunch = wrapped(launch)\nlaunch(LogUri='s3://b/')",
    "import boto3\nlaunch, other = client.run_job_flow, 1\nlaunch(LogUri='s3://b/')",
    "import boto3\ndef launcher():\n    return client.run_job_flow\nlauncher()(LogUri='s3://b/')",
    "import operator\noperator.methodcaller('run_job_flow', LogUri='s3://b/')(client)",
    "import boto3\nclient._make_api_call('RunJobFlow', {'LogUri': 's3://b/'})",
    "import boto3\ndef call(name, **given):\n    return getattr(client, name)(**given)\ncall('run_job_flow', LogUri='s3://b/')",
    "import boto3\nretry(getattr(client, 'run_job_flow'), LogUri='s3://b/')",
    "import boto3\n@wraps(client.run_job_flow)\ndef f(): pass",
    "from aws_cdk import aws_emr\nmake(aws_emr.CfnCluster, log_uri='s3://b/')",
    "from a import EmrCreateJobFlowOperator\nmake(EmrCreateJobFlowOperator, job_flow_overrides={'LogUri': 's3://b/'})",
    "from aws_cdk import aws_emr\nclass My(aws_emr.CfnCluster):\n    def __init__(self, scope, id, **given):\n        super().__init__(scope, id, **given)",
    "from a import EmrCreateJobFlowOperator\nEmrCreateJobFlowOperator.partial(task_id='t').expand(job_flow_overrides=[{'LogUri': 's3://b/'}])",
];

#[test]
fn a_launch_that_is_not_followed_is_listed_with_nothing_known() {
    for text in UNREAD {
        let reading = reading(&format!("{text}\n"));
        assert!(!ids(&reading).is_empty(), "{text}");
        for index in 0..ids(&reading).len() {
            let found = body(&reading, index).get("LogUri");
            assert!(found.reason().is_some(), "{text}: {}", plain(found));
        }
    }
}

#[test]
fn a_property_that_is_set_through_another_name_is_unknown() {
    for change in [
        "d = c\nd.add_property_override('LogUri', 'x')",
        "d = c\nd.log_uri = 'x'",
        "c.log_uri = 'x'",
        "self.c = c\nself.c.log_uri = 'x'",
        "for d in [c]:\n    d.log_uri = 'x'",
        "setattr(c, 'log_uri', 'x')",
        "weaken(c)",
        "c.add_override('Properties.LogUri', 'x')",
        "c.add_property_override(path, 'x')",
        "c.weaken()",
        "u = c.add_property_override\nu('LogUri', 'x')",
        "def f():\n    return c\nf().log_uri = 'x'",
        "Aspects.of(c).add(Weaken())",
    ] {
        let text = format!(
            "from aws_cdk import aws_emr as emr\nc = emr.CfnCluster(self, 'X', name='n', log_uri='s3://b/')\n{change}\n"
        );
        let reading = reading(&text);
        let found = body(&reading, 0).get("LogUri");
        assert!(found.reason().is_some(), "{change}: {}", plain(found));
    }
    for harmless in [
        "c.add_dependency(role)",
        "role.node.add_dependency(c)",
        "CfnOutput(self, 'O', value=c.ref)",
        "c.apply_removal_policy(RemovalPolicy.DESTROY)",
        "Tags.of(c).add('team', 'data')",
        "self.cluster = c\nprint(self.cluster.attr_master_public_dns)",
        "emr.CfnStep(self, 'S', job_flow_id=c.ref)",
    ] {
        let text = format!(
            "from aws_cdk import aws_emr as emr\nc = emr.CfnCluster(self, 'X', name='n', log_uri='s3://b/')\n{harmless}\n"
        );
        let reading = reading(&text);
        assert_eq!(
            plain(body(&reading, 0).get("LogUri")),
            json!("s3://b/"),
            "{harmless}"
        );
    }
}

#[test]
fn what_else_is_declared_by_its_type_or_operation_is_read() {
    let text = "from aws_cdk import CfnResource, aws_stepfunctions_tasks as tasks
CfnResource(self, 'Conf', type='AWS::EMR::SecurityConfiguration', properties={'Name': 'sc', 'SecurityConfiguration': {'EncryptionConfiguration': {}}})
CfnResource(self, 'Topic', type='AWS::SNS::Topic', properties={})
tasks.CallAwsService(self, 'A', service='emrserverless', action='createApplication', parameters={'Name': 'app', 'ReleaseLabel': 'emr-7.2.0'})
tasks.CallAwsService(self, 'B', service='lakeformation', action='grantPermissions', parameters={'Principal': {'DataLakePrincipalIdentifier': 'p'}, 'Resource': {}, 'Permissions': ['ALL']})
tasks.CallAwsService(self, 'C', service='s3', action='getObject', parameters={})
";
    let reading = reading(text);
    assert_eq!(ids(&reading), ["Conf", "app", "t#/grantPermissions"]);
    let forms: Vec<Form> = reading.worlds()[0]
        .resources
        .iter()
        .map(|seen| seen.form)
        .collect();
    assert_eq!(forms[1], Form::CloudFormation);
}

#[test]
fn a_client_that_is_given_grants_as_any_other() {
    let text = "def grant(lf):\n    lf.grant_permissions(Principal={'DataLakePrincipalIdentifier': 'p'}, Resource={}, Permissions=['ALL'])\n";
    assert_eq!(ids(&reading(text)), ["t#/grant_permissions"]);
}

#[test]
fn what_cannot_be_told_apart_is_noted() {
    for text in [
        "from aws_cdk import CfnResource\n# AWS::EMR::Cluster\nCfnResource(self, 'X', type=kind, properties={})\n",
        "from aws_cdk import aws_stepfunctions_tasks as tasks\n# runJobFlow\ntasks.CallAwsService(self, 'A', service='emr', action=action, parameters={})\n",
    ] {
        let reading = reading(text);
        assert!(ids(&reading).is_empty(), "{text}");
        assert_eq!(reading.notes.len(), 1, "{text}");
        assert!(reading.notes[0].contains("line 3"), "{}", reading.notes[0]);
    }
}
