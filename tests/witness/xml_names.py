"""Prints how the XML answers of AWS differ from the API's own names: xml_names.py SERVICE:OPERATION...

One line a member that is not simply its element's text under its element's name: the operation, the path of the
structure that it stands in, the element, the member, and what it is. Lists are written `list` when their items are
wrapped in an element of their own, `flat` when the element itself repeats.
"""

import sys

import botocore.session

TYPES = {
    "boolean": "boolean",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "list": "list",
}


def upper(name):
    return name[:1].upper() + name[1:]


def rows(shape, path, seen):
    if shape.type_name == "list":
        yield from rows(shape.member, path, seen)
        return
    if shape.type_name != "structure" or shape.name in seen:
        return
    for name, member in shape.members.items():
        place = member.serialization
        if place.get("location") or place.get("xmlAttribute"):
            continue
        flat = member.type_name == "list" and member.serialization.get("flattened")
        # The element of a flattened list is that of its items.
        element = place.get("name", name)
        if flat:
            element = member.member.serialization.get("name", element)
        kind = "flat" if flat else TYPES.get(member.type_name, "text")
        inner = f"{path}/{name}"
        if kind != "text" or upper(element) != name:
            yield path or "/", element, name, kind
        yield from rows(member, inner, seen | {shape.name})


def main(*operations):
    session = botocore.session.Session()
    for operation in operations:
        service, name = operation.split(":")
        model = session.get_service_model(service)
        shape = model.operation_model(name).output_shape
        for row in rows(shape, "", frozenset()):
            print(name, *row)


main(*sys.argv[1:])
