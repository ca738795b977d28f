"""Renders job summaries with GitHub's fork of cmark and prints the tables as they are read: markdown.py FILE...

Fails when the rendered page has an element that our summaries do not use: that would be markup from outside."""

import json
import sys

from cmarkgfm import github_flavored_markdown_to_html as render
from cmarkgfm.cmark import Options
from lxml import html

# `a` is what GitHub makes of a mail address in a name.
KNOWN = set("div h2 h3 p table thead tbody tr th td strong code br ul li".split())


def main(files):
    tables = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            text = file.read()
        if len(text.encode()) > 1 << 20:
            sys.exit(f"{name}: is longer than GitHub takes")
        page = html.fromstring("<div>" + render(text, options=Options.CMARK_OPT_UNSAFE) + "</div>")
        for element in page.iter():
            mail = element.tag == "a" and element.get("href", "").startswith("mailto:")
            if element.tag not in KNOWN and not mail:
                sys.exit(f"{name}: has a {element.tag}: {html.tostring(element)[:300]}")
        rows = [[cell.text_content() for cell in row.iter("td")] for row in page.iter("tr")]
        tables.append([row for row in rows if row])
    print(json.dumps(tables))


main(sys.argv[1:])
