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
                "AwsKmsKey": os.environ["DISK_KEY"],
                "EnableEbsEncryption": True,
            }
        },
    }
}

emr.create_security_configuration(Name="disks", SecurityConfiguration=json.dumps(DOCUMENT))
