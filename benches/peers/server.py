"""An account of two hundred clusters in moto, for three auditors to look at, each of whose calls is counted.

moto is repaired where it lacks what an auditor of EMR asks, or answers it unlike AWS. Prints one line of JSON: where it
serves, and what was planted. Every line on standard input is answered by a line of JSON with the calls since the last,
by action. Ends with its input.
"""

import collections
import json
import logging
import os
import re
import sys
import urllib.parse

os.environ.update(
    AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY="example",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",
)
for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
    del os.environ[name]

import threading  # noqa: E402

import botocore.session  # noqa: E402
from moto.core.responses import ActionResult, PaginatedResult  # noqa: E402
from moto.emr import models  # noqa: E402
from moto.emr.responses import ElasticMapReduceResponse  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.servicequotas.responses import ServiceQuotasResponse  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

CLUSTERS = 200
EACH = 5
logging.getLogger("werkzeug").setLevel(logging.ERROR)


# What moto lacks, or answers unlike AWS.


def list_security_configurations(self):
    found = self.backend.security_configurations.values()
    listed = [{"Name": one.name, "CreationDateTime": one.creation_date_time} for one in found]
    return PaginatedResult({"SecurityConfigurations": listed})


def requested_subnets(self):
    return [self.ec2_subnet_id] if self.ec2_subnet_id else []


def primary(self):
    """The public name that moto invents for every cluster is kept for those in the public subnet."""
    if self.ec2_subnet_id in PUBLIC:
        return "ec2-198-51-100-7.compute-1.amazonaws.com"
    return "ip-10-0-1-7.ec2.internal"


def block_public_access(self):
    kept = {"BlockPublicSecurityGroupRules": True, "PermittedPublicSecurityGroupRuleRanges": []}
    made = {"CreationDateTime": 1793491200.0, "CreatedByArn": "arn:aws:iam::123456789012:root"}
    return ActionResult(
        {"BlockPublicAccessConfiguration": kept, "BlockPublicAccessConfigurationMetadata": made}
    )


def quotas(self):
    """An account whose request quotas of EMR are raised, so that nobody waits for them here."""
    names = [
        "The maximum number of API requests that you can make per second.",
        "The maximum rate at which your bucket replenishes for all EMR operations.",
    ]
    for operation in [
        "DescribeCluster",
        "ListClusters",
        "ListInstanceGroups",
        "ListBootstrapActions",
        "DescribeSecurityConfiguration",
        "ListSecurityConfigurations",
    ]:
        names.append(f"The maximum number of {operation} API requests that you can make per second.")
        names.append(f"Replenishment rate of {operation} calls")
    listed = [{"QuotaName": name, "Value": 10000.0} for name in names]
    return json.dumps({"Quotas": listed})


PUBLIC = set()
ElasticMapReduceResponse.list_security_configurations = list_security_configurations
ElasticMapReduceResponse.get_block_public_access_configuration = block_public_access
for name, answer in [
    ("get_auto_termination_policy", {}),
    ("get_managed_scaling_policy", {}),
    ("list_studios", {"Studios": []}),
]:
    setattr(ElasticMapReduceResponse, name, lambda self, answer=answer: json.dumps(answer))
ServiceQuotasResponse.list_service_quotas = quotas
models.Ec2InstanceAttributes.requested_ec2_subnet_ids = property(lambda self: requested_subnets(self.cluster))
models.Cluster.master_public_dns_name = property(primary)


# Counting.

CALLS = collections.Counter()


def action(environ):
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else "unsigned"
    if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/":
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        import io

        environ["wsgi.input"] = io.BytesIO(body)
        said = urllib.parse.parse_qs(body.decode()).get("Action", ["?"])[0]
        return f"{service}.{said}"
    query = environ.get("QUERY_STRING", "").split("=")[0]
    return f"{service}.{environ['REQUEST_METHOD']} {query}"


dispatcher = DomainDispatcherApplication(create_backend_app)


def counted(environ, start_response):
    CALLS[action(environ)] += 1
    return dispatcher(environ, start_response)


server = make_server("127.0.0.1", 0, counted, True, request_handler=MotoRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}"
session = botocore.session.get_session()


def client(service):
    return session.create_client(service, region_name="us-east-1", endpoint_url=url)


# What stands in the account.

account = client("sts").get_caller_identity()["Account"]
kms, s3, iam, ec2, emr = (client(name) for name in ["kms", "s3", "iam", "ec2", "emr"])

keys = {}
for name in ["data", "other"]:
    keys[name] = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=keys[name]["KeyId"])
key, other_key = keys["data"]["Arn"], keys["other"]["Arn"]

everything = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
for bucket in ["emr-logs", "emr-code", "elsewhere"]:
    s3.create_bucket(Bucket=bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=everything)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def trust(service):
    allowed = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


iam.create_role(RoleName="emr-service", AssumeRolePolicyDocument=trust("elasticmapreduce.amazonaws.com"))
iam.create_role(RoleName="emr-nodes", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
iam.create_instance_profile(InstanceProfileName="emr-nodes")
iam.add_role_to_instance_profile(InstanceProfileName="emr-nodes", RoleName="emr-nodes")

vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)


def subnet(number, is_public):
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=made)
    if is_public:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        PUBLIC.add(made)
    return made


def group(name, source):
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 8088, "ToPort": 8088, "IpRanges": [{"CidrIp": source}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


private = [subnet(number, False) for number in range(1, 5)]
managed = {name: group(name, "10.0.0.0/8") for name in ["emr-primary", "emr-core"]}


def document(key=key, mode="SSE-KMS", tls=True, disks=True):
    s3_part = {"EncryptionMode": mode}
    if mode == "SSE-KMS":
        s3_part["AwsKmsKey"] = key
    at_rest = {"S3EncryptionConfiguration": s3_part}
    if disks:
        at_rest["LocalDiskEncryptionConfiguration"] = {
            "EncryptionKeyProviderType": "AwsKms",
            "AwsKmsKey": key,
            "EnableEbsEncryption": True,
        }
    whole = {
        "EnableAtRestEncryption": True,
        "EnableInTransitEncryption": tls,
        "AtRestEncryptionConfiguration": at_rest,
    }
    if tls:
        archive = {"CertificateProviderType": "PEM", "S3Object": "s3://emr-code/certificates.zip"}
        whole["InTransitEncryptionConfiguration"] = {"TLSCertificateConfiguration": archive}
    return json.dumps({"EncryptionConfiguration": whole})


def configuration(name, **parts):
    emr.create_security_configuration(Name=name, SecurityConfiguration=document(**parts))
    return name


for number in range(20):
    configuration(f"team-{number}")
for number in range(20):
    configuration(f"unused-{number}")


def launch(name, number, change=None):
    """A sound cluster, unless it is changed before it is launched."""
    request = {
        "Name": name,
        "ReleaseLabel": "emr-7.11.0",
        "LogUri": "s3://emr-logs/clusters/",
        "SecurityConfiguration": f"team-{number % 20}",
        "ServiceRole": "emr-service",
        "JobFlowRole": "emr-nodes",
        "Applications": [{"Name": "Spark"}],
        "Tags": [{"Key": "Owner", "Value": f"team-{number % 20}"}],
        "Configurations": [
            {"Classification": "spark-defaults", "Properties": {"spark.executor.cores": "4"}}
        ],
        "BootstrapActions": [
            {"Name": "setup", "ScriptBootstrapAction": {"Path": "s3://emr-code/setup.sh"}}
        ],
        "Instances": {
            "MasterInstanceType": "m6g.xlarge",
            "SlaveInstanceType": "m6g.xlarge",
            "InstanceCount": 3,
            "KeepJobFlowAliveWhenNoSteps": True,
            "TerminationProtected": True,
            "Ec2SubnetId": private[number % 4],
            "EmrManagedMasterSecurityGroup": managed["emr-primary"],
            "EmrManagedSlaveSecurityGroup": managed["emr-core"],
        },
    }
    if change:
        change(request)
    return emr.run_job_flow(**request)["JobFlowId"]


def configured(**parts):
    """A change to a configuration of the cluster's own."""

    def change(request):
        name = f"{request['Name']}-configuration"
        PARTS[request["Name"]].append(name)
        request["SecurityConfiguration"] = configuration(name, **parts)

    return change


def setting(classification, name, value):
    entry = {"Classification": classification, "Properties": {name: value}}
    return lambda request: request["Configurations"].append(entry)


def of_instances(**members):
    return lambda request: request["Instances"].update(members)


def open_group(request):
    made = group(f"{request['Name']}-group", "0.0.0.0/0")
    request["Instances"]["AdditionalMasterSecurityGroups"] = [made]
    PARTS[request["Name"]].append(made)


def in_public(request):
    number = 100 + len(PUBLIC)
    request["Instances"]["Ec2SubnetId"] = subnet(number, True)
    PARTS[request["Name"]].append(request["Instances"]["Ec2SubnetId"])
    open_group(request)


def foreign_script(request):
    request["BootstrapActions"][0]["ScriptBootstrapAction"]["Path"] = "s3://elsewhere/setup.sh"


KINDS = {
    "no-configuration": lambda request: request.pop("SecurityConfiguration"),
    "plain-traffic": configured(tls=False),
    "plain-disks": configured(disks=False),
    "amazon-s3-key": configured(mode="SSE-S3"),
    "other-key": configured(key=other_key),
    "replaced-configuration": configured(),
    "unprotected": of_instances(TerminationProtected=False),
    "no-logs": lambda request: request.pop("LogUri"),
    "old-release": lambda request: request.update(ReleaseLabel="emr-5.20.0"),
    "ssh-key": of_instances(Ec2KeyName="somebody"),
    "no-owner": lambda request: request.update(Tags=[{"Key": "Name", "Value": "x"}]),
    "open-group": open_group,
    "public-subnet": in_public,
    "weak-rpc": setting("core-site", "hadoop.rpc.protection", "authentication"),
    "password": setting("hive-site", "javax.jdo.option.ConnectionPassword", "Hunter2-planted"),
    "foreign-script": foreign_script,
}
PARTS = collections.defaultdict(list)
planted = {}
for kind, change in KINDS.items():
    planted[kind] = []
    for number in range(EACH):
        name = f"planted-{kind}-{number}-end"
        cluster = launch(name, number, change)
        planted[kind].append([name, cluster, *PARTS[name]])
for number in range(EACH):
    name = f"planted-replaced-configuration-{number}-end-configuration"
    emr.delete_security_configuration(Name=name)
    configuration(name)
sound = [launch(f"etl-{number}-end", number) for number in range(CLUSTERS - EACH * len(KINDS))]

CALLS.clear()
print(json.dumps({"url": url, "account": account, "key": key, "planted": planted, "sound": sound}), flush=True)
for _ in sys.stdin:
    calls = dict(CALLS)
    CALLS.clear()
    print(json.dumps(calls), flush=True)
