"""Checks JUnit XML for what Jenkins' xUnit plugin takes, and prints what a common reader makes of it, as JSON: junit.py
FILE..."""

import json
import re
import sys

from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

# Elements, with the attributes and children that the plugin's junit-10.xsd knows (required attributes in capitals).
KNOWN = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "NAME TESTS FAILURES ERRORS group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("NAME VALUE", ""),
    "testcase": ("NAME time classname group", "skipped error failure system-out system-err"),
    "failure": ("type message", ""),
    "error": ("type message", ""),
    "skipped": ("type message", ""),
    "system-out": ("", ""),
    "system-err": ("", ""),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

VERDICTS = {Failure: "noncompliant", Error: "indeterminate"}


def verdict(case):
    """The verdict as JUnit's own words tell it."""
    if not case.result:
        return "compliant"
    (result,) = case.result
    if isinstance(result, Skipped):
        # Skipped are what is waived, not applicable, or tolerated with the verdict that it has.
        return result.type if result.type != "tolerated" else json.loads(case.system_out)["verdict"]
    return VERDICTS[type(result)]


def read(name):
    for suite in JUnitXml.fromfile(name):
        cases = list(suite)
        numbers = (suite.tests, suite.failures, suite.errors, suite.skipped)
        results = [type(case.result[0]) if case.result else None for case in cases]
        counted = (len(cases), *(results.count(one) for one in (Failure, Error, Skipped)))
        if numbers != counted:
            sys.exit(f"{name}: the suite says {numbers}, its cases are {counted}")
        for case in cases:
            about = json.loads(case.system_out)
            resource = about["resource"]
            if not case.name.startswith(resource["kind"] + " "):
                sys.exit(f"{name}: a case is called {case.name!r}")
            yield [case.classname, *(resource[key] for key in ("kind", "id", "account", "region")), verdict(case)]


def check(element):
    """What a schema would say."""
    attributes, children = (part.split() for part in KNOWN[element.tag])
    missing = {one.lower() for one in attributes if one.isupper()} - set(element.keys())
    unknown = set(element.keys()) - {one.lower() for one in attributes}
    unknown |= {child.tag for child in element} - set(children)
    if missing or unknown:
        yield f"line {element.sourceline}: {element.tag} lacks {missing}, has {unknown}"
    if not TIME.fullmatch(element.get("timestamp", "2026-11-22T12:00:00")):
        yield f"line {element.sourceline}: no time: {element.get('timestamp')}"
    if children and (element.text or "").strip():
        yield f"line {element.sourceline}: {element.tag} holds text"
    for child in element:
        yield from check(child)


def main(files):
    for name in files:
        root = etree.parse(name).getroot()
        wrong = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
        wrong.extend(check(root))
        if wrong:
            sys.exit("\n".join(f"{name}: {one}" for one in wrong))
    print(json.dumps([list(read(name)) for name in files]))


main(sys.argv[1:])
