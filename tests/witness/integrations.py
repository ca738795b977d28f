"""Checks the files of the CI integrations against their published schemas and prints them as JSON: integrations.py"""

import json
import sys
from importlib.metadata import distribution

import yaml
from jsonschema.validators import validator_for
from pre_commit.clientlib import load_manifest


def schema(name):
    # Only its files are used, so what its code needs is not installed.
    path = distribution("check-jsonschema").locate_file(f"check_jsonschema/builtin_schemas/vendor/{name}.json")
    loaded = json.loads(path.read_text("utf-8"))
    return validator_for(loaded)(loaded)


def check(name, document):
    for error in schema(name).iter_errors(document):
        sys.exit(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:400]}")


def interpolated(value, inputs):
    """The job as GitLab makes it from the inputs, or their defaults."""
    if isinstance(value, dict):
        return {key: interpolated(one, inputs) for key, one in value.items()}
    if isinstance(value, list):
        return [interpolated(one, inputs) for one in value]
    for key, given in inputs.items():
        if isinstance(value, str):
            value = value.replace(f"$[[ inputs.{key} ]]", given)
    if isinstance(value, str) and "$[[" in value:
        sys.exit(f"an input that is not declared: {value}")
    return value


def main():
    with open("action.yml", encoding="utf-8") as file:
        action = yaml.safe_load(file)
    check("github-actions", action)
    with open("templates/check.yml", encoding="utf-8") as file:
        header, job = yaml.safe_load_all(file)
    inputs = {key: str(one.get("default", "given")) for key, one in header["spec"]["inputs"].items()}
    inputs["new-only"] = inputs["new-only"].lower()
    check("gitlab-ci", interpolated(job, inputs))
    hooks = load_manifest(".pre-commit-hooks.yaml")
    print(json.dumps({"action": action, "gitlab": job, "inputs": inputs, "hooks": hooks}))


main()
