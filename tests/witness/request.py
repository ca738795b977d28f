"""Validates request bodies against AWS's service models: request.py SERVICE OPERATION FILE...

Member names, types, required members, lengths and ranges are botocore's own validation, which a request goes
through before it is sent. Enumerations are checked here, because botocore leaves them to the service.
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator


def enumerations(shape, value, path):
    """Values that the model does not list."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                yield from enumerations(shape.members[name], member, f"{path}/{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for at, member in enumerate(value):
            yield from enumerations(shape.member, member, f"{path}/{at}")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, member in value.items():
            yield from enumerations(shape.key, name, f"{path}/{name}")
            yield from enumerations(shape.value, member, f"{path}/{name}")
    elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value!r} is not one of {', '.join(shape.enum)}"


def main(service, operation, *files):
    model = botocore.session.Session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    wrong = 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            body = json.load(file)
        report = ParamValidator().validate(body, shape)
        errors = report.generate_report().splitlines() if report.has_errors() else []
        errors += enumerations(shape, body, "")
        for error in errors:
            print(f"{name}: {error}", file=sys.stderr)
        wrong += bool(errors)
    print(f"{len(files) - wrong} of {len(files)} requests are valid for {service}:{operation}")
    sys.exit(1 if wrong else 0)


if len(sys.argv) < 4:
    sys.exit("usage: request.py SERVICE OPERATION FILE...")
main(*sys.argv[1:])
