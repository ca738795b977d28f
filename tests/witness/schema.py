"""Validates TOML or JSON documents against a JSON Schema: schema.py SCHEMA FILE..."""

import datetime
import json
import sys
import tomllib

from jsonschema import FormatChecker
from jsonschema.validators import validator_for


def as_json(value):
    """TOML has dates; JSON Schema sees them as text, as editors do."""
    if isinstance(value, dict):
        return {key: as_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_json(member) for member in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def load(name):
    with open(name, "rb") as file:
        return as_json(tomllib.load(file)) if name.endswith(".toml") else json.load(file)


def main(schema_name, *files):
    schema = load(schema_name)
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema, format_checker=FormatChecker())
    wrong = 0
    for name in files:
        errors = list(validator.iter_errors(load(name)))
        for error in errors:
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}", file=sys.stderr)
        wrong += bool(errors)
    print(f"{len(files) - wrong} of {len(files)} documents are valid")
    sys.exit(1 if wrong else 0)


if len(sys.argv) < 3:
    sys.exit("usage: schema.py SCHEMA FILE...")
main(*sys.argv[1:])
