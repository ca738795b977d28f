import os

import boto3


def launch(date):
    """Launch the nightly cluster."""
    client = boto3.client("emr")
    return client.run_job_flow(
        Name=f"etl-{date}",
        ReleaseLabel="emr-7.12.0",
        LogUri="s3://somebody-elses/%s/" % date,
        Instances={"KeepJobFlowAliveWhenNoSteps": False},
    )
