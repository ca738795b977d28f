"""Reads answers as botocore does: answer.py FILE...

A file is what a service said: JSON with `service`, `operation`, `body` and `read`, and perhaps with `input`, which must
be a request that botocore would send. The body must hold no member and no
type that AWS's models do not have; and what this tool read from it (`read`) must be what botocore reads, as far as
both speak of it: times and blobs are left out.
"""

import datetime
import json
import sys

import botocore.parsers
import botocore.session
from botocore.validate import ParamValidator

SERVICES = {"elasticmapreduce": "emr", "s3control": "s3control", "servicequotas": "service-quotas"}
PYTHON = {
    "structure": dict,
    "list": list,
    "map": dict,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
}


def unknown(shape, value, path):
    """Members and types of a JSON answer that the model does not have."""
    wanted = PYTHON.get(shape.type_name)
    if wanted and not isinstance(value, wanted):
        yield f"{path}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "timestamp" and not isinstance(value, (int, float)):
        yield f"{path}: {value!r} is no time in seconds"
    elif shape.type_name == "structure":
        for name, member in value.items():
            if name not in shape.members:
                yield f"{path}/{name} is not in the model"
            else:
                yield from unknown(shape.members[name], member, f"{path}/{name}")
    elif shape.type_name == "list":
        for at, member in enumerate(value):
            yield from unknown(shape.member, member, f"{path}/{at}")


def different(ours, theirs, path):
    """Where two readings of one answer differ."""
    if isinstance(theirs, (datetime.datetime, bytes)):
        return
    # botocore decodes the documents of IAM.
    if isinstance(theirs, dict) and isinstance(ours, str):
        return
    if isinstance(theirs, dict):
        names = set(theirs) | set(ours if isinstance(ours, dict) else ())
        for name in sorted(names - {"ResponseMetadata", "RequestId"}):
            if name not in theirs or not isinstance(ours, dict) or name not in ours:
                yield f"{path}/{name}: one reading lacks it"
            else:
                yield from different(ours[name], theirs[name], f"{path}/{name}")
    elif isinstance(theirs, list):
        if not isinstance(ours, list) or len(ours) != len(theirs):
            yield f"{path}: lists of different lengths"
        else:
            for at, (one, other) in enumerate(zip(ours, theirs)):
                yield from different(one, other, f"{path}/{at}")
    elif ours != theirs:
        yield f"{path}: {ours!r} and {theirs!r}"


def main(*files):
    session = botocore.session.Session()
    wrong = 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            said = json.load(file)
        service, operation = SERVICES.get(said["service"], said["service"]), said["operation"]
        if operation == "GetAccountPublicAccessBlock":
            service, operation = "s3control", "GetPublicAccessBlock"
        model = session.get_service_model(service)
        shape = model.operation_model(operation).output_shape
        errors = []
        if "input" in said:
            asked = model.operation_model(operation).input_shape
            report = ParamValidator().validate(said["input"], asked)
            errors += [report.generate_report()] if report.has_errors() else []
        if "json" in model.metadata["protocol"]:
            errors += unknown(shape, json.loads(said["body"]), "")
        elif operation != "GetBucketLocation":  # botocore reads this one by a patch of its own, not by the model
            parser = botocore.parsers.create_parser(model.metadata["protocol"])
            answer = {"body": said["body"].encode(), "headers": {}, "status_code": 200}
            theirs = parser.parse(answer, shape)
            errors += different(said["read"], theirs, "")
        for error in errors:
            print(f"{said['service']}:{operation}: {error}")
        wrong += len(errors)
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
