"""A small estate in moto, which knows AWS's wire formats from another hand than ours.

Starts moto's server, makes things through botocore, prints one line of JSON with the URL and what was made, and serves
until its standard input ends. What moto lacks of EMR and the audit asks for is answered emptily, as AWS does where
there is none.
"""

import json
import logging
import os
import sys

os.environ.update(
    AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY="example",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",
)

import botocore.session  # noqa: E402
from moto.emr.responses import ElasticMapReduceResponse  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

for name, answer in [
    ("get_auto_termination_policy", {}),
    ("get_managed_scaling_policy", {}),
    ("list_studios", {"Studios": []}),
]:
    setattr(ElasticMapReduceResponse, name, lambda self, answer=answer: json.dumps(answer))

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
session = botocore.session.get_session()


def client(service):
    return session.create_client(service, region_name="us-east-1", endpoint_url=url)


account = client("sts").get_caller_identity()["Account"]

kms = client("kms")
good_key = kms.create_key()["KeyMetadata"]
kms.enable_key_rotation(KeyId=good_key["KeyId"])
bad_key = kms.create_key()["KeyMetadata"]
kms.disable_key(KeyId=bad_key["KeyId"])

s3 = client("s3")
blocked = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
for bucket in ["logs-good", "certificates-bad"]:
    s3.create_bucket(Bucket=bucket)
s3.put_public_access_block(Bucket="logs-good", PublicAccessBlockConfiguration=blocked)
s3.put_bucket_encryption(
    Bucket="logs-good",
    ServerSideEncryptionConfiguration={
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {
                    "SSEAlgorithm": "aws:kms",
                    "KMSMasterKeyID": good_key["Arn"],
                },
                "BucketKeyEnabled": True,
            }
        ]
    },
)
tls_only = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::logs-good", "arn:aws:s3:::logs-good/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}

iam = client("iam")


def trust(service, condition):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


of_account = {"StringEquals": {"aws:SourceAccount": account}}
iam.create_role(
    RoleName="emr-service",
    Path="/emr/",
    AssumeRolePolicyDocument=trust("elasticmapreduce.amazonaws.com", of_account),
)
iam.create_role(
    RoleName="emr-open", AssumeRolePolicyDocument=trust("elasticmapreduce.amazonaws.com", None)
)
iam.create_role(RoleName="node-role", AssumeRolePolicyDocument=trust("ec2.amazonaws.com", None))
everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
policy = iam.create_policy(PolicyName="too-much", PolicyDocument=json.dumps(everything))["Policy"]
iam.attach_role_policy(RoleName="node-role", PolicyArn=policy["Arn"])
iam.create_instance_profile(InstanceProfileName="nodes")
iam.add_role_to_instance_profile(InstanceProfileName="nodes", RoleName="node-role")

ec2 = client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
groups = {}
for name in ["primary", "core"]:
    made = ec2.create_security_group(GroupName=name, Description=f"{name} <&>", VpcId=vpc)
    groups[name] = made["GroupId"]
open_port = {"IpProtocol": "tcp", "FromPort": 8088, "ToPort": 8088, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ec2.authorize_security_group_ingress(GroupId=groups["primary"], IpPermissions=[open_port])

emr = client("emr")


def document(key):
    disk = {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": key, "EnableEbsEncryption": True}
    tls = {"CertificateProviderType": "PEM", "S3Object": "s3://certificates-bad/emr.zip"}
    return json.dumps(
        {
            "EncryptionConfiguration": {
                "EnableAtRestEncryption": True,
                "EnableInTransitEncryption": True,
                "AtRestEncryptionConfiguration": {
                    "S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS", "AwsKmsKey": key},
                    "LocalDiskEncryptionConfiguration": disk,
                },
                "InTransitEncryptionConfiguration": {"TLSCertificateConfiguration": tls},
            }
        }
    )


for name, key in [("good", good_key), ("bad", bad_key)]:
    emr.create_security_configuration(Name=name, SecurityConfiguration=document(key["Arn"]))


def launch(name, configuration, role):
    launched = emr.run_job_flow(
        Name=name,
        ReleaseLabel="emr-7.9.0",
        LogUri="s3://logs-good/emr/",
        SecurityConfiguration=configuration,
        ServiceRole=role,
        JobFlowRole="nodes",
        Tags=[{"Key": "Owner", "Value": "data"}],
        Instances={
            "MasterInstanceType": "m5.xlarge",
            "InstanceCount": 1,
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": name == "first",
            "Ec2SubnetId": subnet,
            "EmrManagedMasterSecurityGroup": groups["primary"],
            "EmrManagedSlaveSecurityGroup": groups["core"],
        },
    )
    return launched["JobFlowId"]


clusters = {
    "first": launch("first", "good", f"arn:aws:iam::{account}:role/emr/emr-service"),
    "second": launch("second", "bad", "emr-open"),
}
s3.put_bucket_policy(Bucket="logs-good", Policy=json.dumps(tls_only))

organization = client("organizations")
organization.create_organization(FeatureSet="ALL")
member = organization.create_account(AccountName="member", Email="member@example.com")

made = {
    "url": url,
    "member": member["CreateAccountStatus"]["AccountId"],
    "account": account,
    "clusters": clusters,
    "keys": {"good": good_key["Arn"], "bad": bad_key["Arn"]},
    "subnet": subnet,
    "groups": groups,
}
print(json.dumps(made), flush=True)
sys.stdin.read()
