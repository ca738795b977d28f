from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator

# Nothing is said of a key: the connection may name one.
EmrCreateJobFlowOperator(task_id="create", job_flow_overrides={"Name": "etl", "Instances": {**common}})
