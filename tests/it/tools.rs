//! What tools around templates and modules launch or need: provisioners, mrjob, files of parameters, pages that quote code.

use crate::binary::{Bench, asks_for};
use serde_json::{Value, json};

fn report(files: &[(&str, &str)], more: &[&str]) -> (Value, Option<i32>) {
    let bench = Bench::new().with("b.toml", asks_for("emr.termination-protection"));
    let bench = files.iter().fold(bench, |bench, (name, content)| {
        bench.with(&format!("in/{name}"), content)
    });
    let arguments = [&["check", "b.toml", "in", "--allow-empty"], more].concat();
    let (report, run) = bench.report(&arguments);
    (report, run.code)
}

fn problems(report: &Value) -> usize {
    report["problems"].as_array().unwrap().len()
}

fn notes(report: &Value) -> Vec<String> {
    let notes = report["notes"].as_array().unwrap().iter();
    notes
        .map(|note| note.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_command_that_terraform_runs_is_a_problem_where_it_stands() {
    let resource = |body: &str| format!("resource \"null_resource\" \"r\" {{\n{body}\n}}\n");
    let local = |command: &str| {
        resource(&format!(
            "  provisioner \"local-exec\" {{\n    command = {command}\n  }}"
        ))
    };
    for module in [
        local("\"aws --region eu-west-1 emr create-cluster --name c\""),
        local("<<-EOT\n      set -e\n      aws lakeformation grant-permissions --cli-input-json file://g.json\n    EOT\n"),
        local("\"aws emr put-block-public-access-configuration --x ${var.y}\"")
            .replace("null_resource", "terraform_data"),
        "data \"external\" \"e\" {\n  program = [\"bash\", \"-c\", \"aws emr create-security-configuration --name s\"]\n}\n".to_owned(),
    ] {
        let (report, code) = report(&[("main.tf", &module)], &[]);
        assert_eq!((problems(&report), code), (1, Some(3)), "{module}: {report}");
        let line = report["problems"][0]["line"].as_u64();
        assert!(line.is_some_and(|line| line < 3), "{report}");
    }
    let json = json!({"resource": {"null_resource": {"r": {"provisioner": [
        {"local-exec": {"command": "aws emr create-cluster --name c"}}]}}}});
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {}},
        "configuration": {"root_module": {"module_calls": {"m": {"module": {"resources": [
            {"address": "null_resource.r", "type": "null_resource", "provisioners": [
                {"type": "local-exec", "expressions": {"command": {"constant_value": "aws emr create-cluster"}}}]}]}}}}}});
    for (name, text) in [("main.tf.json", json), ("plan.json", plan)] {
        let (report, code) = report(&[(name, &text.to_string())], &[]);
        assert_eq!((problems(&report), code), (1, Some(3)), "{name}: {report}");
    }
    for module in [
        local("\"aws emr describe-cluster --cluster-id j-1\""),
        local("\"echo create-cluster\""),
        "# aws emr create-cluster\n".to_owned() + &resource("  triggers = {}"),
    ] {
        let (report, code) = report(&[("main.tf", &module)], &[]);
        assert_eq!(
            (problems(&report), code),
            (0, Some(0)),
            "{module}: {report}"
        );
    }
}

#[test]
fn a_page_that_quotes_terraform_or_python_is_neither() {
    let page = "# How to\n\n```hcl\nresource \"aws_emr_cluster\" \"c\" {\n  name = \"c\"\n}\n```\n\n```python\nimport boto3\nboto3.client('emr').run_job_flow(Name='c')\n```\n";
    for name in ["README.md", "emr.mdx"] {
        let (report, code) = report(&[(name, page)], &[]);
        assert_eq!((problems(&report), code), (0, Some(0)), "{name}: {report}");
        assert_eq!(notes(&report), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_clusters_of_mrjob_are_judged_by_its_configuration() {
    let text = "runners:\n  emr:\n    region: eu-west-1\n    extra_cluster_params:\n      Instances.TerminationProtected: false\n      Instances.KeepJobFlowAliveWhenNoSteps: true\n";
    let (report, code) = report(&[("mrjob.conf", text)], &[]);
    assert_eq!(code, Some(1), "{report}");
    assert_eq!(report["summary"]["noncompliant"], json!(1), "{report}");
    let pointer = report["evaluations"][0]["seen"][0]["pointer"].as_str();
    assert!(pointer.unwrap().starts_with("/runners/emr"), "{report}");
}

#[test]
fn a_file_of_parameters_is_named_by_the_template_and_taken_for_nothing_else() {
    let template = "Parameters: {ReleaseLabel: {Type: String}, ServiceRole: {Type: String}, Name: {Type: String}, Keep: {Type: String, Default: 'true'}}\nResources:\n  C:\n    Type: AWS::EMR::Cluster\n    Properties: {Name: !Ref Name, ReleaseLabel: !Ref ReleaseLabel, ServiceRole: !Ref ServiceRole, JobFlowRole: p, Instances: {KeepJobFlowAliveWhenNoSteps: true}}\n";
    let values = json!({"ReleaseLabel": "emr-7.9.0", "ServiceRole": "s", "Name": "n"});
    let list = json!([{"ParameterKey": "Name", "ParameterValue": "d"}]);
    let other = json!({"Parameters": {"Other": "x"}});
    let files = [
        ("t.yaml", template),
        ("prod.params.json", &values.to_string()),
        ("parameters/dev.json", &list.to_string()),
        ("parameters/other.json", &other.to_string()),
    ];
    let unused = |report: &Value| {
        let notes = notes(report).into_iter();
        let unused: Vec<String> = notes.filter(|note| note.contains("are not used")).collect();
        unused
    };
    let (first, code) = report(&files, &[]);
    assert_eq!((problems(&first), code), (0, Some(1)), "{first}");
    assert_eq!(first["coverage"]["resources"], json!(1), "{first}");
    let [note] = unused(&first).try_into().unwrap();
    assert!(note.starts_with("in/t.yaml: "), "{note}");
    assert!(
        note.contains("`in/parameters/dev.json`, `in/prod.params.json`"),
        "{note}"
    );
    let (second, _) = report(&files, &["--parameters", "in/prod.params.json"]);
    let [note] = unused(&second).try_into().unwrap();
    assert!(!note.contains("`in/prod.params.json`"), "{note}");
    // Beside no template that takes them, members of a request are members of a request.
    let (alone, _) = report(&files[1..2], &[]);
    assert_eq!(alone["coverage"]["resources"], json!(1), "{alone}");
}
