"""Checks HTML reports with a browser's parser: one document without errors, with nothing that runs or loads, with a
language, a title, one main heading, and headers for every table: page.py FILE..."""

import sys

import html5lib

LOADS = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "svg", "audio", "video", "a"}


def main(files):
    for name in files:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        with open(name, "rb") as file:
            page = parser.parse(file.read())
        elements = [element for element in page.iter() if isinstance(element.tag, str)]
        tags = [element.tag for element in elements]
        if found := LOADS.intersection(tags):
            sys.exit(f"{name}: has {found}")
        for element in elements:
            if any(key.startswith("on") or key in ("href", "src", "style") for key in element.attrib):
                sys.exit(f"{name}: {element.tag} has {element.attrib}")
        if page.get("lang") != "en" or not page.findtext("head/title"):
            sys.exit(f"{name}: has no language or no title")
        if tags.count("h1") != 1 or tags.count("main") != 1:
            sys.exit(f"{name}: has not one main heading")
        for table in page.iter("table"):
            if table.find("caption") is None or any(not cell.get("scope") for cell in table.iter("th")):
                sys.exit(f"{name}: a table has no caption or a header without scope")


main(sys.argv[1:])
