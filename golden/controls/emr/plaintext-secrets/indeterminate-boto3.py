import boto3

boto3.client("emr").run_job_flow(Name="etl", Instances={}, **extra())
