#!/usr/bin/env python3
"""What lfpolicy 0.11.0 cannot say or see of Lake Formation, and what emr-baseline does: each line is run on both sides.

    python3 benches/beside_lfpolicy.py           # runs every line, prints the table, and compares it with the page of the docs
    python3 benches/beside_lfpolicy.py --write   # writes it there

lfpolicy is installed from PyPI to `target/bench-tools` when it is not there, as `cargo bench` does. emr-baseline is the
one that was built last in `target/release` or `target/debug`, or what the environment variable `EMR_BASELINE` names.

lfpolicy sees an account through its own adapter of boto3, over a client that answers `ListPermissions` as AWS documents it, and
imports all grants of it: it is asked nothing through a form that it did not make itself.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/src/reference/lfpolicy.md"
HOME = ROOT / "target/bench-tools/lfpolicy"
VERSION = "0.11.0"
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/analyst"
EVERYBODY = f"{ACCOUNT}:IAMPrincipals"
CONDITION = 'context.iam.principalTags.hasTag("team")'


def set_up():
    """Goes on in the environment that has lfpolicy."""
    python = HOME / "bin/python"
    if Path(sys.prefix) == HOME:
        return
    if not (HOME / "bin/lfpolicy").exists():
        print(f"installing lfpolicy {VERSION} to {HOME}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        subprocess.run([str(HOME / "bin/pip"), "install", "--quiet", f"lfpolicy=={VERSION}"], check=True)
    os.execv(python, [str(python), *sys.argv])


# lfpolicy


def state(*grants, **more):
    return {"lf_tags": {}, "resource_tags": [], "data_cells_filters": [], "grants": list(grants), **more}


def theirs(resource, permissions=("SELECT",), principal=ROLE, **more):
    return {"principal": principal, "resource": resource, "permissions": list(permissions), **more}


def their_table(**more):
    return {"kind": "table", "database": "sales", "table": "orders", "catalog_id": ACCOUNT, **more}


def their_columns(**more):
    return {**their_table(), "kind": "table_with_columns", **more}


def lfpolicy(command, desired, current=None, more=()):
    """What lfpolicy says: its exit code and its output."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(HOME / "bin/lfpolicy"), command]
        for option, content in (("--desired", desired), ("--current-snapshot", current)):
            if content is not None:
                file = Path(folder) / f"{option.strip('-')}.json"
                file.write_text(json.dumps(content))
                words += [option, str(file)]
        ran = subprocess.run([*words, *more], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr


class Account:
    """Lake Formation of an account, as lfpolicy calls it."""

    def __init__(self, listed):
        self.listed = listed

    def list_permissions(self, **_):
        return {"PrincipalResourcePermissions": self.listed}


def their_view(listed):
    """All grants of an account, as lfpolicy reads them."""
    from lfpolicy.aws import AWSLakeFormationAdapter

    adapter = AWSLakeFormationAdapter(Account(listed), catalog_id=ACCOUNT)
    seen = adapter.import_state(include=["grants"])
    return state(*[grant.to_dict() for grant in seen.grants])


def their_audit(desired, listed):
    return lfpolicy("audit", desired, their_view(listed), ["--output", "json"])[1]


# emr-baseline


def program():
    named = os.environ.get("EMR_BASELINE")
    if named:
        return named
    built = [ROOT / "target" / profile / "emr-baseline" for profile in ("release", "debug")]
    built = [one for one in built if one.exists()]
    if built:
        return str(max(built, key=lambda one: one.stat().st_mtime))
    sys.exit("no emr-baseline: build it with `cargo build`, or name it by EMR_BASELINE")


def baseline(body):
    head = 'schema = 1\n[baseline]\nname = "peer"\nversion = "1"\n[targets.prod]\n'
    return f'{head}account = "{ACCOUNT}"\nregion = "us-west-2"\n{body}'


def ours(on, permissions='["SELECT"]', principal="arn:aws:iam::${account}:role/analyst", more=""):
    return f"[[lake.grants.grant]]\nprincipal = \"{principal}\"\n{on}\npermissions = {permissions}\n{more}\n"


def estate(listed):
    records = [
        {"record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z"},
        {"record": "region", "account": ACCOUNT, "region": "us-west-2"},
    ]
    for at, one in enumerate(listed):
        calls = {"lakeformation:ListPermissions": {"answer": one}}
        records.append({"record": "fact", "kind": "lake-formation-grant", "id": f"grant-{at}", "calls": calls})
    kinds = ["settings", "grant", "filter", "tag", "location"]
    records.append({"record": "end-of-region", "complete": True, "listed": [f"lake-formation-{kind}" for kind in kinds]})
    return "\n".join(map(json.dumps, records))


def emr_baseline(words, **files):
    """What emr-baseline says: its exit code and its output; `@name` stands for a file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        named = [str(Path(folder) / word[1:]) if word.startswith("@") else word for word in words]
        ran = subprocess.run([program(), *named], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr


def validated(body):
    return emr_baseline(["validate", "@b"], b=baseline(body))


def compiled(body):
    """The requests that are compiled, as one text."""
    with tempfile.TemporaryDirectory() as out:
        code, said = emr_baseline(["compile", "@b", "--out", out], b=baseline(body))
        files = sorted(Path(out).glob("prod/lake-formation/*.json"))
        return said if code else "".join(file.read_text() for file in files)


def audited(body, listed):
    """What an audit of the account says of its grants."""
    words = ["audit", "@b", "--snapshot", "@e", "--format", "json"]
    _, said = emr_baseline(words, b=baseline(body), e=estate(listed))
    report = json.loads(said[said.index("{") :])
    own = [one for one in report["evaluations"] if one["control"] == "lake.grants" and one["verdict"] != "compliant"]
    return json.dumps(own)


# What AWS lists


def listed(resource, permissions, principal=ROLE, **more):
    return {
        "Principal": {"DataLakePrincipalIdentifier": principal},
        "Resource": resource,
        "Permissions": permissions,
        "PermissionsWithGrantOption": [],
        "LastUpdated": "2026-11-01T06:00:00Z",
        "LastUpdatedBy": f"arn:aws:iam::{ACCOUNT}:role/lake-admin",
        **more,
    }


def of_table(kind="Table", name="orders", **more):
    return {kind: {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name, **more}}


ALL_COLUMNS = of_table("TableWithColumns", ColumnWildcard={})
ALL_TABLES = of_table("TableWithColumns", "ALL_TABLES", ColumnWildcard={})
PARTS = ["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"]
ORDERS = 'table = "sales.orders"'


def refused(desired):
    code, said = lfpolicy("validate", desired)
    return code == 2 and "error" in said


def dropped(key, value):
    """Whether a part of the desired state is taken for nothing, without a word."""
    desired = state(theirs(their_table()), **{key: value})
    bare = lfpolicy("lint", state(theirs(their_table())))
    return lfpolicy("validate", desired)[0] == 0 and lfpolicy("lint", desired) == bare


def unnamed(desired, *words):
    """Whether it is valid, and no finding of `lint` is about what is wrong."""
    code, _ = lfpolicy("validate", desired)
    _, said = lfpolicy("lint", desired)
    return code == 0 and not any(word.lower() in said.lower() for word in words)


def lines():
    """What is asked for; what lfpolicy says, and whether it does; what emr-baseline says, and whether it does."""
    yield "**To be declared**", None, None
    conditional = theirs(their_table(), principal=EVERYBODY, condition=CONDITION)
    plan = lfpolicy("plan", state(conditional), state(), ["--output", "json"])[1]
    own = ours(ORDERS, principal="${account}:IAMPrincipals", more=f"condition = '{CONDITION}'")
    yield (
        "a grant under an attribute condition",
        ("the condition is dropped, and `plan` grants to every principal of the account", '"principal": "' + EVERYBODY in plan and "hasTag" not in plan),
        ("`condition`", "hasTag" in compiled(own)),
    )
    star = state(theirs(their_table(table="*")))
    yield (
        "all tables of a database, those to come, too",
        ("no: `*` is a table's name, and what AWS lists of such a grant is another", "GRANT_MISSING" in their_audit(star, [listed(ALL_TABLES, ["SELECT"])])),
        ("`table = \"sales.*\"`", audited(ours('table = "sales.*"'), [listed(ALL_TABLES, ["SELECT"])]) == "[]"),
    )
    yield (
        "grants on LF-Tags: who may put them on data",
        ("refused", refused(state(theirs({"kind": "lf_tag", "key": "domain", "values": ["x"]}, ["ASSOCIATE"])))),
        ("`tag`", "ASSOCIATE" in compiled(ours('tag = "domain=x"', '["ASSOCIATE"]'))),
    )
    yield (
        "grants on functions",
        ("refused", refused(state(theirs({"kind": "user_defined_function", "database": "sales", "name": "f"}, ["EXECUTE"])))),
        ("`function`", "EXECUTE" in compiled(ours('function = "sales.f"', '["EXECUTE"]'))),
    )
    admins = '[lake.admins]\nrequired = ["arn:aws:iam::${account}:role/lake-admin"]\n'
    yield (
        "administrators and the other data lake settings",
        ("dropped without a word", dropped("data_lake_settings", {"admins": [ROLE]})),
        ("`lake.admins` and others", validated(admins)[0] == 0),
    )
    place = '[[lake.locations.location]]\npath = "s3://lake/sales"\nrole = "arn:aws:iam::${account}:role/lake"\n'
    yield (
        "registered locations, hybrid access",
        ("dropped without a word", dropped("resources", [{"arn": "arn:aws:s3:::lake/sales"}])),
        ("`lake.locations`, `lake.hybrid-access`", "lake/sales" in compiled(place)),
    )
    several = theirs(their_table())
    several["principals"] = [ROLE + "2"]
    both = 'principal = ["arn:aws:iam::${account}:role/a", "arn:aws:iam::${account}:role/b"]'
    grant = f'[[lake.grants.grant]]\n{both}\ntable = ["sales.x", "sales.y"]\npermissions = ["SELECT"]\n'
    yield (
        "several principals and tables at once",
        ("one grant for each", "role/analyst2" not in lfpolicy("plan", state(several), state())[1]),
        ("lists, and parameters that stand for groups", compiled(grant).count('"Id"') == 4),
    )
    open_name = state(theirs(their_table(), principal="arn:aws:iam::${account}:role/a"))
    yield (
        "one text for several accounts",
        ("no: `${account}` is taken as it stands", "${account}" in lfpolicy("plan", open_name, state())[1]),
        ("targets and parameters", f"::{ACCOUNT}:role/analyst" in compiled(ours(ORDERS))),
    )
    company = 'schema = 1\n[baseline]\nname = "company"\nversion = "1"\n' + ours(ORDERS, principal=ROLE.replace("analyst", "company-role"))
    team = baseline(ours(ORDERS, principal=ROLE.replace("analyst", "team-role"))).replace("[targets", 'extends = ["company.toml"]\n[targets', 1)
    layered = emr_baseline(["access", "@team.toml"], **{"company.toml": company, "team.toml": team})[1]
    yield (
        "layers: what a company asks for, and a team adds",
        ("dropped without a word", dropped("extends", ["company.json"])),
        ("`extends`", "company-role" in layered and "team-role" in layered),
    )

    yield "**What AWS refuses, or what cannot be meant**", None, None
    yield (
        "`SELECT` on a database",
        ("valid", unnamed(state(theirs({"kind": "database", "database": "sales"})), "take", "select")),
        ("refused", validated(ours('database = "sales"'))[0] == 2),
    )
    yield (
        "a permission that does not exist",
        ("valid", unnamed(state(theirs(their_table(), ["TELEPORT"])), "teleport", "unknown")),
        ("refused", validated(ours(ORDERS, '["TELEPORT"]'))[0] == 2),
    )
    hidden = theirs(their_columns(excluded_columns=["card"]), grantable_permissions=["SELECT"])
    yield (
        "the grant option on an exclude list of columns",
        ("valid; `lint` wants every grant option reviewed", unnamed(state(hidden), "exclude list", "excluded columns")),
        ("refused", validated(ours(ORDERS + '\nexcluded-columns = ["card"]', more='grantable = ["SELECT"]'))[0] == 2),
    )
    pair = state(theirs(their_table()), theirs(their_columns(columns=["id"])))
    yield (
        "a table and columns of it for one principal",
        ("valid", unnamed(pair, "conflict", "both")),
        ("refused, with both lines", "on columns" in validated(ours(ORDERS) + ours(ORDERS + '\ncolumns = ["id"]'))[1]),
    )
    odd = {"name": "f", "catalog_id": ACCOUNT, "database": "sales", "table": "orders", "row_filter": "lower(country) = ((("}
    own = '[[lake.data-filters.filter]]\nname = "f"\ntable = "sales.orders"\nrows = "lower(country) = ((("\n'
    yield (
        "a row filter outside of the grammar",
        ("valid", unnamed(state(data_cells_filters=[odd]), "row_filter", "expression", "syntax")),
        ("refused, at the character", validated(own)[0] == 2),
    )
    fine = {**odd, "row_filter": "country = 'DE'"}
    on_filter = {"kind": "data_cells_filter", "catalog_id": ACCOUNT, "database": "sales", "table": "orders", "filter_name": "f"}
    beside = state(theirs(on_filter), theirs(their_table()), data_cells_filters=[fine])
    own = (
        '[[lake.data-filters.filter]]\nname = "f"\ntable = "sales.orders"\nrows = "country = \'DE\'"\n[lake.unfiltered-access]\n'
        + ours('filter = "sales.orders.f"')
        + ours('table = "sales.*"')
    )
    yield (
        "a filter beside a grant that shows all rows",
        ("no finding", unnamed(beside, "unfiltered", "widen", "prevail")),
        ("`lake.unfiltered-access`", "lake.unfiltered-access" in validated(own)[1]),
    )

    yield "**What AWS makes of grants when it lists them**", None, None
    apart = [listed(of_table(), ["DESCRIBE"]), listed(ALL_COLUMNS, ["SELECT"])]
    yield (
        "`SELECT` beside other permissions, which comes back apart",
        ("false drift: missing and unmanaged", "GRANT_PERMISSIONS_MISSING" in their_audit(state(theirs(their_table(), ["SELECT", "DESCRIBE"])), apart)),
        ("the same", audited(ours(ORDERS, '["SELECT", "DESCRIBE"]'), apart) == "[]"),
    )
    spelt = [listed(of_table(), PARTS), listed(ALL_COLUMNS, ["SELECT"])]
    yield (
        "`ALL`, which comes back with its parts",
        ("false drift: unmanaged", "UNMANAGED" in their_audit(state(theirs(their_table(), ["ALL"])), spelt)),
        ("the same", audited(ours(ORDERS, '["ALL"]'), spelt) == "[]"),
    )
    plain = [listed(ALL_COLUMNS, ["SELECT"])]
    bare = state(theirs({"kind": "table", "database": "sales", "table": "orders"}, ["SELECT"]))
    yield (
        "`SELECT` alone, and the catalog filled in",
        ("false drift: missing and unmanaged", "GRANT_MISSING" in their_audit(bare, plain)),
        ("the same", audited(ours(ORDERS), plain) == "[]"),
    )

    yield "**What differs, and who reads**", None, None
    wide = [listed(of_table("TableWithColumns", ColumnNames=["id", "card"]), ["SELECT"])]
    narrow = state(theirs(their_columns(columns=["id"])))
    found = audited(ours(ORDERS + '\ncolumns = ["id"]'), wide)
    said = their_audit(narrow, wide)
    yield (
        "a column more than declared",
        ("one grant missing, another unmanaged", "GRANT_MISSING" in said and "GRANT_UNMANAGED" in said),
        ("wider than declared", "is wider than declared" in found),
    )
    bald = [listed(of_table("TableWithColumns", ColumnWildcard={}), ["SELECT"], EVERYBODY)]
    own = ours(ORDERS, principal="${account}:IAMPrincipals", more=f"condition = '{CONDITION}'")
    equal = state(theirs(their_columns(column_wildcard=True), principal=EVERYBODY, condition=CONDITION))
    yield (
        "a condition that somebody left out",
        ("no finding", "GRANT" not in their_audit(equal, bald)),
        ("the declared condition is missing", "the declared condition is missing" in audited(own, bald)),
    )
    galaxy = [listed({"Galaxy": {"Name": "x"}}, ["SELECT"])]
    yield (
        "a grant on a kind of thing that is not known",
        ("skipped without a word", "GRANT_UNMANAGED" in their_audit(state(), plain) and "GRANT" not in their_audit(state(), galaxy)),
        ("indeterminate", "indeterminate" in audited("[lake.grants]\nscope = [\"*\"]\n", galaxy)),
    )
    plan = emr_baseline(["plan", "@b", "--target", "prod", "--snapshot", "@e"], b=baseline(ours(ORDERS + '\ncolumns = ["id"]')), e=estate(wide))[1]
    yield (
        "who granted it last, and when",
        ("not told", "lake-admin" not in said and "2026-11-01" not in said),
        ("told by `plan`", "lake-admin" in plan and "2026-11-01" in plan),
    )
    access = emr_baseline(["access", "@b"], b=baseline(own.replace(ORDERS, 'filter = "sales.orders.f"').replace(f"condition = '{CONDITION}'", "") + '[[lake.data-filters.filter]]\nname = "f"\ntable = "sales.orders"\nrows = "country = \'DE\'"\n'))[1]
    one = state(theirs(on_filter), data_cells_filters=[fine])
    told = lfpolicy("explain", one, one, ["--principal", ROLE, "--database", "sales", "--table", "orders", "--permissions", "SELECT"])[1]
    commands = lfpolicy("--help", None)[1]
    yield (
        "who reads which rows of which tables",
        ("`explain` answers for one principal and one table, and not of rows", "country" not in told),
        ("`access`, and `access diff` for a change", "rows where country = 'DE'" in access),
    )
    yield (
        "to make the change",
        ("no: it plans", " apply" not in commands and "plan" in commands),
        ("`apply`, which looks again until it is there", "apply" in emr_baseline(["--help"])[1]),
    )


def table():
    """The table, and the lines in which a side does not do what is said of it."""
    rows, wrong = [f"| | lfpolicy {VERSION} | emr-baseline |", "| --- | --- | --- |"], []
    for what, other, own in lines():
        if other is None:
            rows.append(f"| {what} | | |")
            continue
        for name, (_, holds) in (("lfpolicy", other), ("emr-baseline", own)):
            if not holds:
                wrong.append(f"{name}: {what}")
        rows.append(f"| {what} | {other[0]} | {own[0]} |")
    return "\n".join(rows), wrong


def main():
    set_up()
    found, wrong = table()
    for line in wrong:
        print(f"not as said: {line}", file=sys.stderr)
    text = PAGE.read_text()
    start = text.index("| | lfpolicy")
    end = text.index("\n\n", start) if "\n\n" in text[start:] else len(text.rstrip("\n"))
    written = text[:start] + found + text[end:]
    if "--write" in sys.argv and not wrong:
        PAGE.write_text(written)
    else:
        print(found)
        if written != text:
            wrong.append("the page")
            print(f"{PAGE.relative_to(ROOT)} says otherwise: run with --write", file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
