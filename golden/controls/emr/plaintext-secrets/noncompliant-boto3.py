import boto3

PASSWORD = "swordfish" "-17"
HIVE = {"javax.jdo.option.ConnectionUserName": "hive"}

boto3.client("emr").run_job_flow(
    Name="etl",
    Instances={},
    Configurations=[
        {"Classification": "hive-site", "Properties": HIVE | {"javax.jdo.option.ConnectionPassword": PASSWORD}},
    ],
)
