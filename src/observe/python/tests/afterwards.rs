use super::{plain, reading};
use serde_json::json;

#[test]
fn protection_that_is_turned_off_later_is_not_on() {
    let program = |rest: &str| {
        format!(
            "import boto3\nemr = boto3.client('emr')\nemr.run_job_flow(Name='c', Instances={{'TerminationProtected': True}})\n{rest}\n"
        )
    };
    let protected = |rest: &str| {
        let reading = reading(&program(rest));
        let scopes = reading.scopes();
        let all = scopes[0].resources().iter();
        all.map(|one| plain(one.body.path("Instances/TerminationProtected")))
            .collect::<Vec<_>>()
    };
    let off = "emr.set_termination_protection(JobFlowIds=[i], TerminationProtected=False)";
    assert_eq!(protected(off), [json!(false)]);
    assert_eq!(protected(&off.replace("False", "True")), [json!(true)]);
    let ended = format!("{off}\nemr.terminate_job_flows(JobFlowIds=[i])");
    assert_eq!(protected(&ended), [json!(true)]);
    let elsewhere = format!("{off}\ndef end():\n    emr.terminate_job_flows(JobFlowIds=[i])");
    assert!(protected(&elsewhere)[0].as_str().unwrap().starts_with('?'));
    let another = off.replace("[i]", "['j-1']");
    assert_eq!(protected(&another), [json!(true), json!(false)]);
    let handed = "later(emr.set_termination_protection)";
    assert!(protected(handed)[0].as_str().unwrap().starts_with('?'));
}

#[test]
fn what_is_added_to_a_cluster_is_a_part_of_it() {
    let reading = reading(
        "import boto3\nemr = boto3.client('emr')\nemr.run_job_flow(Name='c')\nemr.add_job_flow_steps(JobFlowId=i, Steps=[{'Name': 's'}])\nemr.put_auto_termination_policy(ClusterId=i, AutoTerminationPolicy={'IdleTimeout': 60})\n",
    );
    let scopes = reading.scopes();
    let [cluster] = scopes[0].resources() else {
        panic!("{scopes:?}");
    };
    assert_eq!(
        plain(cluster.body),
        json!({"Name": "c", "Steps": [{"Name": "s", "ExecutionRoleArn": null}], "AutoTerminationPolicy": {"IdleTimeout": 60}})
    );
}

#[test]
fn an_operation_whose_name_is_put_together_is_a_problem() {
    for (call, problems) in [
        ("getattr(emr, 'run_' + x)(**r)", 1),
        ("getattr(emr, f'run_{x}')(**r)", 1),
        ("getattr(emr, x)(**r)", 1),
        ("getattr(boto3.client('emr'), x)(**r)", 1),
        ("emr._make_api_call(x, r)", 1),
        ("getattr(emr, f'describe_{x}')(**r)", 0),
        ("getattr(emr, 'describe_cluster')(**r)", 0),
        ("getattr(other, x)(**r)", 0),
    ] {
        let text = format!(
            "import boto3\nemr = boto3.client('emr')\nother = boto3.client('s3')\n{call}\nemr.run_job_flow(Name='c')\n"
        );
        assert_eq!(reading(&text).problems.len(), problems, "{call}");
    }
    let alone = "import boto3\nemr = boto3.client('emr')\ngetattr(emr, 'run_' + x)(**r)\n";
    assert_eq!(reading(alone).problems.len(), 1);
}
