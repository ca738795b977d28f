"""Checks Code Quality reports against what GitLab documents and its parser demands: gitlab.py FILE..."""

import json
import sys

from jsonschema import Draft202012Validator

# The table of https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format; GitLab's own schema
# (app/validators/json_schemas/codeclimate.json) asks for less.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./).+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def main(files):
    validator = Draft202012Validator(SCHEMA)
    for name in files:
        with open(name, "rb") as file:
            text = file.read()
        if text.startswith(b"\xef\xbb\xbf"):
            sys.exit(f"{name}: begins with a byte order mark, which GitLab does not take")
        issues = json.loads(text)
        for error in validator.iter_errors(issues):
            sys.exit(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        prints = [issue["fingerprint"] for issue in issues]
        if len(prints) != len(set(prints)):
            sys.exit(f"{name}: two issues have one fingerprint, and GitLab shows one of them")


main(sys.argv[1:])
