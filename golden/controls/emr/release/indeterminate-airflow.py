from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator

JOB_FLOW_OVERRIDES = {
    "Name": "etl",
    "ReleaseLabel": "{{ var.value.emr_release }}",
    "Instances": {"KeepJobFlowAliveWhenNoSteps": False},
}

with DAG(dag_id="etl") as dag:
    EmrCreateJobFlowOperator(task_id="create", job_flow_overrides=JOB_FLOW_OVERRIDES)
