//! Programs as people write them: nothing in them is lost.

use super::{body, reading};
use crate::observe::testing::plain;
use serde_json::json;

const REQUEST: &str = r#"import json, logging, copy
import boto3
from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator, EmrTerminateJobFlowOperator

log = logging.getLogger(__name__)
BUCKET = "logs"
NODES = {"InstanceRole": "MASTER", "InstanceCount": 1}
P = {"Name": "etl", "LogUri": f"s3://{BUCKET}/x/", "Instances": {"InstanceGroups": [NODES], "TerminationProtected": True}}
"#;

/// What stands around the launch of `P`, which is to be fully known.
const PROGRAMS: &[&str] = &[
    "client = boto3.client('emr')\nresponse = client.run_job_flow(**P)\nprint(response['JobFlowId'])",
    "print(json.dumps(P, indent=2))\nlog.info('launching %s', P)\nboto3.client('emr').run_job_flow(**P)",
    "def main():\n    client = boto3.client('emr', region_name='us-west-2')\n    return client.run_job_flow(**P)\nif __name__ == '__main__':\n    main()",
    "s3 = boto3.resource('s3')\ns3.Bucket(BUCKET).create()\ns3.meta.client.head_bucket(Bucket=BUCKET)\nboto3.client('emr').run_job_flow(**P)",
    "for key, value in P.items():\n    print(key, value)\nboto3.client('emr').run_job_flow(**P)",
    "for key in P:\n    log.debug(key)\nboto3.client('emr').run_job_flow(**P)",
    "assert P['Name'] == 'etl'\nif 'LogUri' in P and len(P) > 1:\n    print(P.keys())\nboto3.client('emr').run_job_flow(**P)",
    "names = [group['InstanceRole'] for group in P['Instances']['InstanceGroups']]\nboto3.client('emr').run_job_flow(**P)",
    "OTHER = copy.deepcopy(P)\nOTHER['Name'] = 'other'\nboto3.client('emr').run_job_flow(**P)",
    "OTHER = {**P, 'Name': 'other'}\nboto3.client('emr').run_job_flow(**P)",
    "boto3.client('emr').run_job_flow(**P)\narchive(P)",
    "with open('request.json', 'w') as file:\n    json.dump(P, file)\nboto3.client('emr').run_job_flow(**P)",
    "waiter(P['Name'], bucket=P['LogUri'])\nboto3.client('emr').run_job_flow(**P)",
    "try:\n    boto3.client('emr').run_job_flow(**P)\nexcept Exception as error:\n    log.error('%s: %s', P['Name'], error)\n    raise",
    "class Launcher:\n    def __init__(self, client):\n        self.client = client\n    def launch(self):\n        return self.client.run_job_flow(**P)",
    "def launch(session):\n    return session.client('emr').run_job_flow(**P)",
    "def parts():\n    return [str(P), repr(P), dict(name=P['Name'])]\nboto3.client('emr').run_job_flow(**P)",
    "if isinstance(P, dict) and P.get('Name'):\n    boto3.client('emr').run_job_flow(**P)",
    "request = P\nboto3.client('emr').run_job_flow(**request)",
    "request = dict(P)\nboto3.client('emr').run_job_flow(**request)",
    "request = copy.deepcopy(P)\nboto3.client('emr').run_job_flow(**request)",
    "Q = {'Name': 'etl'}\nQ['LogUri'] = P['LogUri']\nQ['Instances'] = P['Instances']\nboto3.client('emr').run_job_flow(**Q)",
    "Q = {'Name': 'x', 'Instances': P['Instances']}\nQ['Name'] = 'etl'\nQ.update(LogUri='s3://logs/x/')\nboto3.client('emr').run_job_flow(**Q)",
    "def f(**options):\n    print(options)\nlaunch = boto3.client('emr').run_job_flow\nlaunch(**P)",
    "import functools\nfunctools.partial(boto3.client('emr').run_job_flow, **P)()",
    "with DAG('d', default_args={'owner': 'me'}, catchup=False) as dag:\n    create = EmrCreateJobFlowOperator(task_id='create', job_flow_overrides=P)\n    end = EmrTerminateJobFlowOperator(task_id='end', job_flow_id=create.output)\n    create >> end",
    "dag = DAG('d')\ncreate = EmrCreateJobFlowOperator(task_id='create', job_flow_overrides=P, aws_conn_id='aws', dag=dag)\nchain(create, other)\ncreate.set_downstream(other)",
    "@dag(schedule=None)\ndef pipeline():\n    create = EmrCreateJobFlowOperator(task_id='create', job_flow_overrides=P)\n    return create\npipeline()",
];

#[test]
fn everyday_programs_stay_readable() {
    let expected = json!({
        "Name": "etl", "LogUri": "s3://logs/x/",
        "Instances": {"InstanceGroups": [{"InstanceRole": "MASTER", "InstanceCount": 1}], "TerminationProtected": true}
    });
    let mut wrong = Vec::new();
    for program in PROGRAMS {
        let reading = reading(&format!("{REQUEST}{program}\n"));
        assert_eq!(reading.worlds()[0].resources.len(), 1, "{program}");
        assert_eq!(
            (reading.problems.len(), reading.notes.len()),
            (0, 0),
            "{program}"
        );
        let found = plain(body(&reading, 0));
        if found != expected {
            wrong.push(format!("{program}\n=> {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}

#[test]
fn what_is_put_in_along_the_way_is_known() {
    for (program, expected) in [
        (
            "A = {}\nA['k'] = 1\nB = dict(A)\nB['l'] = 2\nA['k'] = 3",
            json!({"k": 1, "l": 2}),
        ),
        (
            "A = {'k': {'m': 1}}\nx = A['k']\nB = {'k': x}\nprint(A)",
            json!({"k": {"m": 1}}),
        ),
        (
            "A = {'k': 1}\nB = copy.deepcopy(A)\nA['k'] = 2\nB['l'] = A['k']",
            json!({"k": 1, "l": 2}),
        ),
        (
            "B = {'k': 1}\nif __name__ == '__main__':\n    print(B)",
            json!({"k": 1}),
        ),
        (
            "B = {'k': 1}\nB.update({'l': [1]}, m=2)\nlog.info(B)",
            json!({"k": 1, "l": [1], "m": 2}),
        ),
        (
            "A = [1]\nB = {'l': A + [2]}\nuse(len(A))",
            json!({"l": [1, 2]}),
        ),
        (
            "def f():\n    C = {'k': 2}\n    C['k'] = 3\nB = {'k': 1}",
            json!({"k": 1}),
        ),
    ] {
        let text = format!(
            "import copy, logging\nlog = logging.getLogger()\n{program}\nclient.run_job_flow(X=B)\n"
        );
        let reading = reading(&text);
        assert_eq!(plain(body(&reading, 0).get("X")), expected, "{program}");
    }
}
