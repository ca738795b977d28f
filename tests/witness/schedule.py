"""Loads the schedules that are shown and prints them as JSON, functions of CloudFormation by their long names:
schedule.py FILE...

One document a file, by its path; a key that stands twice in a mapping is a mistake.
"""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    pass


def function(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


def mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            sys.exit(f"{node.start_mark}: `{key}` stands twice")
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", function)
Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


print(json.dumps({path: load(path) for path in sys.argv[1:]}))
