"""Prints where AWS's endpoint rules say that services answer: hosts.py

One line each: service, region, whether FIPS and dual-stack are wanted, host, and the region that signs. What a partition
does not have is left out.
"""

import itertools

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

SERVICES = {
    "elasticmapreduce": "emr",
    "emr-serverless": "emr-serverless",
    "emr-containers": "emr-containers",
    "ec2": "ec2",
    "kms": "kms",
    "iam": "iam",
    "sts": "sts",
    "s3": "s3",
    "s3control": "s3control",
    "lakeformation": "lakeformation",
    "glue": "glue",
    "organizations": "organizations",
    "servicequotas": "service-quotas",
}
OF_ALL_WAYS = ["us-east-1", "eu-west-1", "us-gov-west-1", "us-gov-east-1"]
# Their FIPS hosts follow from rules for partitions that have none.
WITHOUT_FIPS = ["cn-north-1", "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"]
MORE = {
    "s3": {"ForcePathStyle": True},
    "s3control": {"AccountId": "111122223333", "RequiresAccountId": True},
    "sts": {"UseGlobalEndpoint": False},
}

session = botocore.session.Session()
loader = session.get_component("data_loader")
partitions = loader.load_data("partitions")
for name, service in SERVICES.items():
    rules = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
    for region, fips, dual in itertools.product(OF_ALL_WAYS + WITHOUT_FIPS, [False, True], [False, True]):
        if fips and region in WITHOUT_FIPS:
            continue
        wanted = {"Region": region, "UseFIPS": fips, "UseDualStack": dual, **MORE.get(service, {})}
        try:
            found = rules.resolve_endpoint(**wanted)
        except EndpointProviderError:
            continue
        schemes = (found.properties or {}).get("authSchemes") or [{}]
        signing = schemes[0].get("signingRegion", region)
        host = found.url.removeprefix("https://")
        print(name, region, str(fips).lower(), str(dual).lower(), host, signing)
