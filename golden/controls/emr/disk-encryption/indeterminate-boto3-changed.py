import json
import os

import boto3

emr = boto3.client("emr")
DOCUMENT = {
    "EncryptionConfiguration": {
        "EnableInTransitEncryption": False,
        "EnableAtRestEncryption": True,
        "AtRestEncryptionConfiguration": {
            "LocalDiskEncryptionConfiguration": {
                "EncryptionKeyProviderType": "AwsKms",
                "AwsKmsKey": "arn:aws:kms:us-west-2:111122223333:key/11111111-1111-4111-8111-111111111111",
                "EnableEbsEncryption": True,
            }
        },
    }
}
if os.environ.get("DEBUG"):
    DOCUMENT["EncryptionConfiguration"]["EnableAtRestEncryption"] = False
emr.create_security_configuration(Name="disks", SecurityConfiguration=json.dumps(DOCUMENT))
