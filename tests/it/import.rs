//! The baseline that describes an estate: an audit by it finds nothing, it lets read the same, and every grant that is
//! added to the estate afterwards is found.

use crate::support::{root, run};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOTHING: [&str; 0] = [];
const ACCOUNT: &str = "111122223333";

/// All that an import asks to have been listed whole.
const LISTED: [&str; 5] = [
    "lake-formation-settings",
    "lake-formation-grant",
    "lake-formation-filter",
    "lake-formation-tag",
    "lake-formation-location",
];

/// A saved estate of these grants, as the service lists them, and of these filters.
fn estate(grants: &[Value], filters: &[Value]) -> tempfile::NamedTempFile {
    let mut lines = vec![
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" }),
    ];
    let of = |kind: &str, call: &str, answers: &[Value]| {
        let each = answers.iter().enumerate().map(|(at, answer)| {
            json!({ "record": "fact", "kind": kind, "id": format!("{kind}-{at}"), "calls": { call: { "answer": answer } } })
        });
        each.collect::<Vec<_>>()
    };
    lines.extend(of(
        "lake-formation-grant",
        "lakeformation:ListPermissions",
        grants,
    ));
    lines.extend(of(
        "lake-formation-filter",
        "lakeformation:ListDataCellsFilter",
        filters,
    ));
    lines.push(json!({ "record": "end-of-region", "complete": true, "listed": LISTED }));
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let file = tempfile::Builder::new()
        .suffix(".jsonl")
        .tempfile()
        .unwrap();
    std::fs::write(file.path(), text.join("\n")).unwrap();
    file
}

/// A grant as the service lists it.
fn grant(
    role: &str,
    resource: impl Into<Value>,
    permissions: &[&str],
    grantable: &[&str],
) -> Value {
    json!({
        "Principal": { "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/{role}") },
        "Resource": resource.into(), "Permissions": permissions, "PermissionsWithGrantOption": grantable,
        "LastUpdated": 1_760_000_000, "LastUpdatedBy": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin")
    })
}

fn table(name: &str) -> Value {
    json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name } })
}

fn columns(name: &str, columns: impl Into<Value>) -> Value {
    let mut resource = json!({ "TableWithColumns": { "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": name } });
    let columns: Value = columns.into();
    let members = columns.as_object().unwrap().clone();
    resource["TableWithColumns"]
        .as_object_mut()
        .unwrap()
        .extend(members);
    resource
}

/// Imports an estate: the baseline, what was said of it, and the exit code.
fn imported(estate: &tempfile::NamedTempFile) -> (tempfile::NamedTempFile, String, u8) {
    let ran = run(&["import", estate.path().to_str().unwrap()]);
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), &ran.out).unwrap();
    (file, ran.err, ran.exit as u8)
}

/// What an audit of an estate finds of one control: messages of what is not compliant.
fn found(
    baseline: &tempfile::NamedTempFile,
    estate: &tempfile::NamedTempFile,
    control: &str,
) -> Vec<String> {
    let ran = run(&[
        "audit",
        baseline.path().to_str().unwrap(),
        "--snapshot",
        estate.path().to_str().unwrap(),
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let evaluations = report["evaluations"].as_array().unwrap().iter();
    let own = evaluations.filter(|one| one["control"] == control && one["verdict"] != "compliant");
    own.map(|one| one["message"].as_str().unwrap().to_owned())
        .collect()
}

/// Whether the baseline and the estate let the same be read.
fn reads_the_same(baseline: &tempfile::NamedTempFile, estate: &tempfile::NamedTempFile) -> Value {
    let ran = run(&[
        "access",
        "diff",
        baseline.path().to_str().unwrap(),
        estate.path().to_str().unwrap(),
        "--format",
        "json",
    ]);
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    document["regions"][0]["principals"].clone()
}

#[test]
fn what_the_service_makes_of_grants_is_put_together_again() {
    let ours = grant(
        "etl",
        columns("orders", json!({ "ColumnWildcard": {} })),
        &["SELECT"],
        &[],
    );
    let rest = grant(
        "etl",
        table("orders"),
        &["DESCRIBE", "INSERT"],
        &["DESCRIBE"],
    );
    let all = grant(
        "owner",
        json!({ "Table": { "CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": "ALL_TABLES", "TableWildcard": {} } }),
        &["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"],
        &[],
    );
    let read_all = grant(
        "owner",
        columns("ALL_TABLES", json!({ "ColumnWildcard": {} })),
        &["SELECT"],
        &[],
    );
    let (baseline, said, _) = imported(&estate(&[ours, rest, all, read_all], &[]));
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    assert_eq!(text.matches("[[lake.grants.grant]]").count(), 2, "{text}");
    assert!(text.contains("table       = \"sales.orders\"\npermissions = [\"DESCRIBE\", \"INSERT\", \"SELECT\"]\ngrantable   = [\"DESCRIBE\"]"), "{text}");
    assert!(
        text.contains("table       = \"sales.*\"\npermissions = [\"ALL\"]\n"),
        "{text}"
    );
    assert!(!said.contains("lake.grants"), "{said}");
}

#[test]
fn who_and_what_that_say_the_same_are_said_once() {
    let grants: Vec<Value> = ["a", "b", "c"]
        .into_iter()
        .flat_map(|role| {
            ["x", "y"].map(|name| {
                grant(
                    role,
                    columns(name, json!({ "ColumnWildcard": {} })),
                    &["SELECT"],
                    &[],
                )
            })
        })
        .collect();
    let lake = estate(&grants, &[]);
    let (baseline, ..) = imported(&lake);
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    assert_eq!(text.matches("[[lake.grants.grant]]").count(), 1, "{text}");
    assert!(
        text.contains("table       = [\"sales.x\", \"sales.y\"]"),
        "{text}"
    );
    assert_eq!(reads_the_same(&baseline, &lake), json!([]));
}

#[test]
fn what_a_baseline_cannot_say_is_told_and_ends_in_three() {
    let strange = [
        grant("a", json!({ "Galaxy": {} }), &["SELECT"], &[]),
        grant("a", table("orders"), &["TELEPORT"], &[]),
        grant(
            "a",
            json!({ "LFTagExpression": { "CatalogId": ACCOUNT, "Name": "x" } }),
            &["DESCRIBE"],
            &[],
        ),
        grant("b", table("orders"), &["INSERT"], &[]),
        grant(
            "b",
            columns("orders", json!({ "ColumnNames": ["id"] })),
            &["SELECT"],
            &[],
        ),
    ];
    for (at, one) in strange.iter().take(3).enumerate() {
        let fine = grant("c", table("t"), &["SELECT"], &[]);
        let (baseline, said, exit) = imported(&estate(&[one.clone(), fine], &[]));
        let text = std::fs::read_to_string(baseline.path()).unwrap();
        assert_eq!(exit, 3, "{at}: {text}");
        assert!(said.contains("not in the baseline: "), "{at}: {said}");
        assert!(
            text.contains("# What is there and cannot be said here:\n# - "),
            "{at}: {text}"
        );
    }
    let (_, said, exit) = imported(&estate(&strange[3..], &[]));
    assert_eq!(exit, 3);
    assert!(
        said.contains("the principal holds the table as well"),
        "{said}"
    );
}

#[test]
fn names_from_aws_stay_within_their_strings() {
    let hostile = "x\"]\n[baseline]\nname = \"evil";
    let lake = estate(
        &[
            grant(hostile, table("orders"), &["SELECT"], &[]),
            grant("${account}", table("orders"), &["SELECT"], &[]),
        ],
        &[],
    );
    let (baseline, said, _) = imported(&lake);
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    let read = toml::de::DeTable::parse(&text).unwrap();
    let name = read
        .get_ref()
        .get("baseline")
        .unwrap()
        .get_ref()
        .get("name")
        .unwrap();
    assert_eq!(name.get_ref().as_str(), Some("imported"));
    assert!(text.contains("role/$${account}"), "{text}");
    assert!(!said.contains("\nname = "), "{said}");
    assert_eq!(found(&baseline, &lake, "lake.grants"), NOTHING);
}

#[test]
fn of_several_regions_one_is_asked_for() {
    let text = std::fs::read_to_string(root().join("examples/access/estate.jsonl")).unwrap();
    let other: String = text
        .lines()
        .skip(1)
        .map(|line| line.replace("us-west-2", "eu-west-1") + "\n")
        .collect();
    let both = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(both.path(), format!("{text}\n{other}")).unwrap();
    let path = both.path().to_str().unwrap();
    let ran = run(&["import", path]);
    assert_eq!(ran.exit as u8, 2);
    assert!(
        ran.out.is_empty()
            && ran
                .err
                .contains("--account 111122223333 --region eu-west-1"),
        "{}",
        ran.err
    );
    let ran = run(&["import", path, "--region", "eu-west-1"]);
    assert!(ran.out.contains("region  = \"eu-west-1\""), "{}", ran.err);
    let ran = run(&["import", path, "--region", "eu-north-1"]);
    assert_eq!(ran.exit as u8, 2, "{}", ran.err);
}

#[test]
fn grants_of_terraform_are_imported_as_they_would_be_made() {
    let module = r#"
resource "aws_lakeformation_permissions" "a" {
  principal   = "arn:aws:iam::111122223333:role/analyst"
  permissions = ["SELECT"]
  table_with_columns {
    database_name = "sales"
    name          = "orders"
    column_names  = ["id"]
  }
}
variable "who" {}
resource "aws_lakeformation_permissions" "b" {
  principal   = var.who
  permissions = ["SELECT"]
  table {
    database_name = "sales"
    name          = "orders"
  }
}
"#;
    let folder = files(&[("main.tf", module)]);
    let ran = of_files(&folder);
    assert_eq!(ran.exit as u8, 3, "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.out.matches("[[lake.grants.grant]]").count(),
        1,
        "{}",
        ran.out
    );
    assert!(ran.out.contains("principal   = \"arn:aws:iam::${account}:role/analyst\"\ntable       = \"sales.orders\"\ncolumns     = [\"id\"]"), "{}", ran.out);
    assert!(ran.err.contains("main.tf:"), "{}", ran.err);
    let ran = run(&["import", folder.path().to_str().unwrap()]);
    assert_eq!(ran.exit as u8, 2, "{}", ran.err);
}

#[test]
fn settings_tags_and_locations_are_described_so_that_they_hold() {
    let lines = [
        json!({ "record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T02:00:00Z" }),
        json!({ "record": "region", "account": ACCOUNT, "region": "us-west-2" }),
        fact(
            "lake-formation-settings",
            ACCOUNT,
            "lakeformation:GetDataLakeSettings",
            &json!({ "DataLakeSettings": {
            "DataLakeAdmins": [{ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/lake-admin") }],
            "ReadOnlyAdmins": [{ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/auditor") }],
            "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": [],
            "Parameters": { "CROSS_ACCOUNT_VERSION": "4", "SET_CONTEXT": "TRUE" }, "TrustedResourceOwners": ["444455556666"],
            "AllowExternalDataFiltering": true, "AllowFullTableExternalDataAccess": false,
            "ExternalDataFilteringAllowList": [{ "DataLakePrincipalIdentifier": ACCOUNT }],
            "AuthorizedSessionTagValueList": ["Amazon EMR"] } }),
        ),
        fact(
            "lake-formation-tag",
            "domain",
            "lakeformation:ListLFTags",
            &json!({ "CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": ["sales", "payment"] }),
        ),
        fact(
            "lake-formation-tag",
            "sales",
            "lakeformation:GetResourceLFTags",
            &json!({
            "LFTagOnDatabase": [{ "CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": ["sales"] }] }),
        ),
        fact(
            "lake-formation-tag",
            "sales.orders",
            "lakeformation:GetResourceLFTags",
            &json!({
            "LFTagOnDatabase": [{ "CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": ["sales"] }],
            "LFTagsOnColumns": [{ "Name": "card_number", "LFTags": [{ "CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": ["payment"] }] }] }),
        ),
        fact(
            "lake-formation-tag",
            "sensitive",
            "lakeformation:ListLFTagExpressions",
            &json!({
            "Name": "sensitive", "CatalogId": ACCOUNT, "Expression": [{ "TagKey": "domain", "TagValues": ["payment"] }] }),
        ),
        fact(
            "lake-formation-location",
            "lake",
            "lakeformation:ListResources",
            &json!({
            "ResourceArn": "arn:aws:s3:::lake/sales", "RoleArn": format!("arn:aws:iam::{ACCOUNT}:role/lake"),
            "HybridAccessEnabled": false, "WithFederation": false, "WithPrivilegedAccess": false, "VerificationStatus": "VERIFIED",
            "ExpectedResourceOwnerAccount": ACCOUNT }),
        ),
        json!({ "record": "end-of-region", "complete": true, "listed": LISTED }),
    ];
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let lake = tempfile::Builder::new()
        .suffix(".jsonl")
        .tempfile()
        .unwrap();
    std::fs::write(lake.path(), text.join("\n")).unwrap();
    let (baseline, said, _) = imported(&lake);
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    for table in [
        "required  = [\"arn:aws:iam::${account}:role/lake-admin\"]\n",
        "enabled           = true\n",
        "session-tags      = [\"Amazon EMR\"]\n",
        "min-version = 4\nowners      = [\"444455556666\"]\n",
        "key    = \"domain\"\nvalues = [\"payment\", \"sales\"]\n",
        "resource = \"sales\"\ntags     = { domain = \"sales\" }\n",
        "resource = \"sales.orders.card_number\"\ntags     = { domain = \"payment\" }\n",
        "name       = \"sensitive\"\nexpression = \"domain=payment\"\n",
        "path = \"s3://lake/sales\"\nrole = \"arn:aws:iam::${account}:role/lake\"\n",
        "[lake.default-permissions]\n",
    ] {
        assert!(text.contains(table), "{table}: {text}");
    }
    assert_eq!(
        text.matches("[[lake.tags.assignment]]").count(),
        2,
        "what is inherited is not said again: {text}"
    );
    for control in ["lake.tags", "lake.tag-policies", "lake.external-filtering"] {
        assert_eq!(found(&baseline, &lake, control), NOTHING, "{said}");
    }
}

fn fact(kind: &str, id: &str, call: &str, answer: &Value) -> Value {
    json!({ "record": "fact", "kind": kind, "id": id, "calls": { call: { "answer": answer } } })
}

/// A saved estate of these facts, each of a kind, by its call.
fn estate_of(facts: &[(&str, &str, Value)]) -> tempfile::NamedTempFile {
    let empty = estate(&[grant("c", table("t"), &["SELECT"], &[])], &[]);
    let text = std::fs::read_to_string(empty.path()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, (kind, call, answer)) in facts.iter().enumerate() {
        let fact = fact(kind, &format!("own-{at}"), call, answer);
        lines.insert(2, fact.to_string());
    }
    std::fs::write(empty.path(), lines.join("\n")).unwrap();
    empty
}

/// What is said to be left of a lake, of which all else is imported.
fn left_of(lake: &tempfile::NamedTempFile) -> (String, String) {
    let (baseline, said, exit) = imported(lake);
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    assert_eq!(exit, 3, "{text}{said}");
    assert!(text.contains("table       = \"sales.t\""), "{text}{said}");
    assert!(!said.contains('×'), "{said}");
    let left = said
        .lines()
        .filter(|line| line.contains("not in the baseline"));
    let left = left.collect::<Vec<_>>().join("\n");
    (text, left)
}

#[test]
fn opt_ins_are_named_and_not_dropped() {
    let opt_in = json!({ "Resource": table("orders"),
        "Principal": { "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/analyst") } });
    let (_, left) = left_of(&estate_of(&[(
        "lake-formation-grant",
        "lakeformation:ListLakeFormationOptIns",
        opt_in,
    )]));
    assert!(
        left.contains("opt-in of `arn:aws:iam::111122223333:role/analyst`"),
        "{left}"
    );
}

#[test]
fn a_filter_that_a_baseline_refuses_is_left_out_alone() {
    let filter = |name: &str, rows: Value| {
        let body = json!({ "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders", "Name": name,
            "RowFilter": rows, "ColumnWildcard": {} });
        (
            "lake-formation-filter",
            "lakeformation:ListDataCellsFilter",
            body,
        )
    };
    let rows = |text: &str| json!({ "FilterExpression": text });
    let (text, left) = left_of(&estate_of(&[
        filter("fine", rows("country = 'DE'")),
        filter("fine", rows("country = 'DE'")),
        filter("whole", json!({ "AllRowsWildcard": {} })),
        filter("month", rows("date_trunc('month', d) = '2020-01'")),
        filter("each", rows("1 = 1")),
        filter("twice", rows("country = 'DE'")),
        filter("twice", rows("country = 'FR'")),
    ]));
    assert_eq!(
        text.matches("[[lake.data-filters.filter]]").count(),
        1,
        "{text}"
    );
    for (name, why) in [
        ("whole", "it limits neither rows nor columns"),
        ("month", "its rows, character 1: "),
        ("each", "its rows"),
        ("twice", "it was seen 2 times"),
    ] {
        let said = format!("filter `sales.orders.{name}`: {why}");
        assert!(left.contains(&said), "{said}: {left}");
    }
}

#[test]
fn a_location_with_a_role_that_is_none_is_left_out_alone() {
    let location = |arn: &str, role: &str| {
        let body = json!({ "ResourceArn": arn, "RoleArn": role, "HybridAccessEnabled": false });
        (
            "lake-formation-location",
            "lakeformation:ListResources",
            body,
        )
    };
    let role = format!("arn:aws:iam::{ACCOUNT}:role/lake");
    let (text, left) = left_of(&estate_of(&[
        location("arn:aws:s3:::lake/fine", &role),
        location("arn:aws:s3:::lake/strange", "no role at all"),
        location("arn:aws:s3:::lake/twice", &role),
        location("arn:aws:s3:::lake/twice", &format!("{role}-other")),
    ]));
    assert_eq!(
        text.matches("[[lake.locations.location]]").count(),
        1,
        "{text}"
    );
    assert!(
        left.contains("location `s3://lake/strange`: `no role at all`: a role is written as"),
        "{left}"
    );
    assert!(
        left.contains("location `s3://lake/twice`: it was seen 2 times"),
        "{left}"
    );
}

#[test]
fn settings_that_are_left_out_are_said_and_end_in_three() {
    let settings = |answer: Value| {
        let answer = json!({ "DataLakeSettings": answer });
        estate_of(&[(
            "lake-formation-settings",
            "lakeformation:GetDataLakeSettings",
            answer,
        )])
    };
    let (_, said, exit) = imported(&settings(json!({})));
    assert_eq!(exit, 3, "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("what the lake does not keep today is left out: "));
    assert!(line.unwrap().contains("`lake.cross-account`"), "{said}");
    assert!(
        said.contains("what the lake is not known to keep is left out: "),
        "{said}"
    );
}

/// A folder of these files.
fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Imports what files declare.
fn of_files(folder: &tempfile::TempDir) -> crate::support::Ran {
    let path = folder.path().to_str().unwrap();
    run(&[
        "import",
        path,
        "--account",
        ACCOUNT,
        "--region",
        "us-west-2",
    ])
}

/// A grant of a module, to this role.
fn granted(role: &str) -> String {
    format!(
        r#"
resource "aws_lakeformation_permissions" "{role}" {{
  principal   = "arn:aws:iam::{ACCOUNT}:role/{role}"
  permissions = ["SELECT"]
  table {{
    database_name = "sales"
    name          = "orders"
  }}
}}
"#
    )
}

#[test]
fn files_leave_open_what_they_do_not_show() {
    let opt_in = r#"
resource "aws_lakeformation_opt_in" "a" {
  principal {
    data_lake_principal_identifier = "arn:aws:iam::111122223333:role/analyst"
  }
  resource_data {
    database {
      name = "sales"
    }
  }
}
"#;
    let ran = of_files(&files(&[("main.tf", &(granted("analyst") + opt_in))]));
    assert!(
        ran.out.contains("# Not known from files, and left out:\n"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("does not hold today"), "{}", ran.out);
    assert!(ran.err.contains("opt-in"), "{}", ran.err);
    assert_eq!(ran.exit as u8, 3, "{}", ran.err);
}

/// Whoever leaves the version of sharing out of a file is not found wanting by what was written from that file.
#[test]
fn files_that_leave_the_version_of_sharing_open_are_compliant_with_what_is_imported_of_them() {
    let settings = |version: &str| {
        format!(
            r#"
resource "aws_lakeformation_data_lake_settings" "s" {{
  admins = ["arn:aws:iam::{ACCOUNT}:role/lake-admin"]
{version}
}}
"#
        )
    };
    for (version, written) in [
        ("", false),
        ("parameters = { CROSS_ACCOUNT_VERSION = \"4\" }", true),
    ] {
        let folder = files(&[("main.tf", &(granted("analyst") + &settings(version)))]);
        let ran = of_files(&folder);
        assert_eq!(
            ran.out.contains("\n[lake.cross-account]\n"),
            written,
            "{}",
            ran.out
        );
        let baseline = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(baseline.path(), &ran.out).unwrap();
        let baseline = baseline.path().to_str().unwrap();
        let checked = run(&["check", baseline, folder.path().to_str().unwrap()]);
        assert_eq!(checked.exit as u8, 0, "{}{}", checked.out, checked.err);
    }
}

#[test]
fn what_files_hold_and_is_not_read_is_named_and_ends_in_three() {
    let grant = |role: &str| {
        format!(
            "{{Type: AWS::LakeFormation::PrincipalPermissions, Properties: {{Principal: {{DataLakePrincipalIdentifier: \
             'arn:aws:iam::{ACCOUNT}:role/{role}'}}, Resource: {{Table: {{DatabaseName: sales, Name: orders}}}}, \
             Permissions: [SELECT], PermissionsWithGrantOption: []}}}}"
        )
    };
    let template = |more: &str| format!("Resources:\n  A: {}\n  {more}\n", grant("a"));
    let fine = granted("a");
    let module = |more: &str| fine.clone() + more;
    let cases = [
        (
            "t.yaml",
            template(
                "N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.amazonaws.com/b/n.yaml'}}",
            ),
            "the template of stack `N` is not seen",
        ),
        (
            "t.yaml",
            template("N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gone.yaml}}"),
            "stack `N` is not among the files that are imported: `gone.yaml`",
        ),
        (
            "t.yaml",
            template("C: {Type: 'Custom::LakeGrant', Properties: {ServiceToken: x}}"),
            "what custom resources make is not seen: `C`",
        ),
        (
            "t.yaml",
            template("C: {Type: 'AWS::LakeFormation::Galaxy'}"),
            "type `AWS::LakeFormation::Galaxy` is not known",
        ),
        (
            "t.yaml",
            template(&format!(
                "'Fn::ForEach::X': [I, [a, b], {{'G${{I}}': {}}}]",
                grant("x")
            )),
            "could not repeat the resources of `Fn::ForEach::X`",
        ),
        (
            "main.tf",
            module(r#"resource "aws_lakeformation_galaxy" "g" { a = 1 }"#),
            "type `aws_lakeformation_galaxy` is not known",
        ),
        (
            "main.tf",
            module(r#"module "m" { source = "terraform-aws-modules/x/aws" }"#),
            "terraform-aws-modules/x/aws",
        ),
    ];
    for (name, text, said) in cases {
        let ran = of_files(&files(&[(name, &text)]));
        assert!(
            ran.out.contains("role/a\""),
            "{said}: {}{}",
            ran.out,
            ran.err
        );
        let line = { ran.err.lines() }.find(|line| line.contains("not in the baseline: "));
        assert!(
            line.unwrap_or_default().contains(said),
            "{said}: {}",
            ran.err
        );
        assert_eq!(ran.exit as u8, 3, "{said}: {}", ran.err);
    }
}

#[test]
fn of_a_template_with_open_conditions_what_they_do_not_touch_is_imported() {
    let template = "Parameters: {Q: {Type: String}}\nConditions: {C: !Equals [!Ref Q, x]}\nResources:\n  \
        A: {Type: AWS::LakeFormation::PrincipalPermissions, Properties: {Principal: {DataLakePrincipalIdentifier: 'arn:aws:iam::111122223333:role/a'}, \
        Resource: {Table: {DatabaseName: sales, Name: orders}}, Permissions: [SELECT], PermissionsWithGrantOption: []}}\n  \
        B: {Type: AWS::LakeFormation::PrincipalPermissions, Condition: C, Properties: {Principal: {DataLakePrincipalIdentifier: 'arn:aws:iam::111122223333:role/b'}, \
        Resource: {Table: {DatabaseName: hr, Name: orders}}, Permissions: [SELECT], PermissionsWithGrantOption: []}}\n  \
        D: {Type: AWS::LakeFormation::PrincipalPermissions, Properties: {Principal: {DataLakePrincipalIdentifier: !If [C, 'arn:aws:iam::111122223333:role/c', 'arn:aws:iam::111122223333:role/d']}, \
        Resource: {Table: {DatabaseName: hr, Name: orders}}, Permissions: [SELECT], PermissionsWithGrantOption: []}}\n";
    let ran = of_files(&files(&[("t.yaml", template)]));
    assert!(ran.out.contains("role/a\""), "{}{}", ran.out, ran.err);
    for (id, role) in [("B", "b"), ("D", "c")] {
        assert!(!ran.out.contains(&format!("role/{role}\"")), "{}", ran.out);
        assert!(
            ran.err.contains(&format!("`{id}` depends on conditions")),
            "{}",
            ran.err
        );
    }
    assert_eq!(ran.exit as u8, 3, "{}", ran.err);
}

#[test]
fn a_template_that_a_stack_is_made_of_is_read_with_what_it_is_given() {
    let outer = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml, \
        Parameters: {Who: 'arn:aws:iam::111122223333:role/given'}}}\n";
    let inner = "Parameters: {Who: {Type: String, Default: 'arn:aws:iam::111122223333:role/default'}}\nResources:\n  \
        A: {Type: AWS::LakeFormation::PrincipalPermissions, Properties: {Principal: {DataLakePrincipalIdentifier: !Ref Who}, \
        Resource: {Table: {DatabaseName: sales, Name: orders}}, Permissions: [SELECT], PermissionsWithGrantOption: []}}\n";
    let ran = of_files(&files(&[("inner.yaml", inner), ("outer.yaml", outer)]));
    assert!(ran.out.contains("role/given\""), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("role/default"), "{}", ran.out);
}

#[test]
fn where_nothing_can_be_said_no_baseline_is_written() {
    let unknown = granted("x").replace("arn:aws:iam::111122223333:role/x", "${var.who}");
    for (text, said) in [
        (
            unknown.as_str(),
            "nothing that a baseline can say was found",
        ),
        (
            "resource \"aws_lakeformation_galaxy\" \"g\" { a = 1 }",
            "nothing that a baseline can say was found",
        ),
        (
            "resource \"aws_sqs_queue\" \"q\" {}",
            "nothing of Lake Formation was found",
        ),
    ] {
        let ran = of_files(&files(&[("main.tf", text)]));
        assert_eq!(ran.exit as u8, 2, "{}", ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
}

#[test]
fn an_estate_without_any_region_says_so() {
    let head = r#"{"record":"estate","schema":"emr-baseline/snapshot/v1","observed_at":"2026-11-22T02:00:00Z"}"#;
    let region = format!(r#"{{"record":"region","account":"{ACCOUNT}","region":"us-west-2"}}"#);
    let end = r#"{"record":"end-of-region","complete":true,"listed":[]}"#;
    let twice = [head, &region, end, &region, end].join("\n");
    for (text, said) in [
        ("", "is empty"),
        (head, "holds no account and region: nothing was observed"),
        (&twice, "holds the same account and region 2 times"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let ran = run(&["import", file.path().to_str().unwrap()]);
        assert_eq!(ran.exit as u8, 2, "{}", ran.err);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
}

/// Tags that were told of a database or table, by its name.
fn tags_of(name: &str, call: &Value) -> Value {
    json!({ "record": "fact", "kind": "lake-formation-tag", "id": format!("resource/{name}"), "name": name,
        "calls": { "lakeformation:GetResourceLFTags": call } })
}

#[test]
fn tags_that_could_not_be_read_are_told_and_let_perhaps_read() {
    let policy = grant(
        "analyst",
        json!({ "LFTagPolicy": { "CatalogId": ACCOUNT, "ResourceType": "TABLE",
            "Expression": [{ "TagKey": "domain", "TagValues": ["sales"] }] } }),
        &["SELECT"],
        &[],
    );
    let tags =
        |values: Value| json!([{ "CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": values }]);
    let database = json!({ "answer": { "LFTagOnDatabase": tags(json!(["hr"])) } });
    let cases = [
        (
            json!({ "error": { "code": "AccessDeniedException" } }),
            "the tags of `sales.orders` are unknown",
        ),
        (
            json!({ "answer": { "LFTagsOnTable": tags(json!(["hr", "sales"])) } }),
            "tag `domain` has 2 values",
        ),
        (
            json!({ "answer": { "LFTagsOnTable": tags(json!([])) } }),
            "tag `domain` has 0 values",
        ),
        (
            json!({ "answer": { "LFTagsOnTable": "hr" } }),
            "the tags are",
        ),
        (
            json!({ "answer": { "LFTagsOnColumns": [{ "Name": "id", "LFTags": tags(json!(["a", "b"])) }] } }),
            "tag `domain` has 2 values",
        ),
    ];
    for (answer, why) in cases {
        let lake = estate(std::slice::from_ref(&policy), &[]);
        let text = std::fs::read_to_string(lake.path()).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.insert(2, tags_of("sales", &database).to_string());
        lines.insert(3, tags_of("sales.orders", &answer).to_string());
        std::fs::write(lake.path(), lines.join("\n")).unwrap();
        let (_, said, exit) = imported(&lake);
        let left = { said.lines() }.find(|line| line.contains("not in the baseline: "));
        assert!(left.unwrap_or_default().contains(why), "{why}: {said}");
        assert_eq!(exit, 3, "{said}");
        let path = lake.path().to_str().unwrap();
        let ran = run(&["access", path, "--table", "sales.orders"]);
        assert!(
            ran.out
                .contains("role/analyst\n  sales.orders\n    all columns; all rows, if"),
            "{why}: {}",
            ran.out
        );
        assert!(
            ran.out.contains("not known: ") && ran.out.contains(why),
            "{why}: {}",
            ran.out
        );
    }
}

#[test]
fn a_guard_that_is_known_not_to_hold_is_left_out_and_ends_in_zero() {
    let who = |role: &str| json!({ "DataLakePrincipalIdentifier": format!("arn:aws:iam::{ACCOUNT}:role/{role}") });
    let settings = |defaults: Option<Value>| {
        let mut settings = json!({
            "DataLakeAdmins": [who("lake-admin")], "ReadOnlyAdmins": [who("auditor")],
            "CreateDatabaseDefaultPermissions": [],
            "Parameters": { "CROSS_ACCOUNT_VERSION": "4" }, "TrustedResourceOwners": [],
            "AllowExternalDataFiltering": false, "AllowFullTableExternalDataAccess": false,
            "ExternalDataFilteringAllowList": [], "AuthorizedSessionTagValueList": [] });
        if let Some(defaults) = defaults {
            settings["CreateTableDefaultPermissions"] = defaults;
        }
        json!({ "record": "fact", "kind": "lake-formation-settings", "id": ACCOUNT, "calls": {
            "lakeformation:GetDataLakeSettings": { "answer": { "DataLakeSettings": settings } },
            "lakeformation:GetDataLakePrincipal": { "answer": { "Identity": format!("arn:aws:iam::{ACCOUNT}:role/auditor") } },
            "ram:GetResourceShares": { "answer": { "resourceShares": [] } } } })
    };
    let held = json!({ "record": "fact", "kind": "lake-formation-grant", "id": "g", "calls": {
        "lakeformation:ListPermissions": { "answer": grant("c", table("t"), &["DESCRIBE"], &[]) },
        "iam:GetRole": { "answer": { "Role": { "RoleName": "c" } } },
        "glue:GetTable": { "answer": { "Table": { "Name": "t" } } } } });
    let of = |defaults: Option<Value>| {
        let lake = estate(&[], &[]);
        let text = std::fs::read_to_string(lake.path()).unwrap();
        let text = text.replace("\"listed\":[", "\"listed\":[\"iam-role\",");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.insert(2, held.to_string());
        lines.insert(2, settings(defaults).to_string());
        for role in ["lake-admin", "auditor"] {
            let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
            let answer = json!({ "Role": { "RoleName": role, "Arn": arn, "Path": "/" } });
            let mut known = fact("iam-role", &arn, "iam:GetRole", &answer);
            known["name"] = json!(role);
            lines.insert(2, known.to_string());
        }
        std::fs::write(lake.path(), lines.join("\n")).unwrap();
        let (baseline, said, exit) = imported(&lake);
        (
            std::fs::read_to_string(baseline.path()).unwrap(),
            said,
            exit,
        )
    };
    let to_everybody = json!([{ "Principal": { "DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS" }, "Permissions": ["ALL"] }]);
    let (text, said, exit) = of(Some(to_everybody));
    assert_eq!(exit, 0, "{text}{said}");
    assert!(
        text.contains(
            "# What does not hold today, and is left out:\n# - lake.default-permissions: 1 finding"
        ),
        "{text}"
    );
    assert!(!text.contains("not known to hold"), "{text}");
    let (text, said, exit) = of(None);
    assert_eq!(exit, 3, "{text}{said}");
    assert!(
        text.contains(
            "# What is not known to hold, and is left out:\n# - lake.default-permissions: 1 unknown"
        ),
        "{text}"
    );
    assert!(!text.contains("does not hold today"), "{text}");
}

#[test]
fn row_policies_are_named() {
    let (_, left) = left_of(&estate_of(&[(
        "lake-formation-filter",
        "lakeformation:GetRLSPolicy",
        json!({ "RLSPolicy": { "Name": "by-region", "FilterExpression": "true" } }),
    )]));
    assert!(
        left.contains(
            "row-level-security policy `by-region`: a baseline declares no such policies"
        ),
        "{left}"
    );
}

#[test]
fn columns_of_which_some_may_be_granted_on_are_imported_as_one_list() {
    let of = |some: &[&str], grantable: &[&str]| {
        let list = columns("orders", json!({ "ColumnNames": some }));
        grant("ann", list, &["SELECT"], grantable)
    };
    let held = [of(&["amount"], &[]), of(&["country", "id"], &["SELECT"])];
    let lake = estate(&held, &[]);
    let (baseline, said, _) = imported(&lake);
    let text = std::fs::read_to_string(baseline.path()).unwrap();
    assert!(!said.contains("not in the baseline"), "{said}");
    for line in [
        "columns           = [\"amount\", \"country\", \"id\"]\n",
        "grantable         = [\"SELECT\"]\ngrantable-columns = [\"country\", \"id\"]\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(found(&baseline, &lake, "lake.grants"), NOTHING);
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
    let plan = |lake: &tempfile::NamedTempFile| {
        let (file, lake) = (path(&baseline), path(lake));
        let words = [
            "plan",
            &file,
            "--snapshot",
            &lake,
            "--format",
            "json",
            "--prune",
        ];
        let plan: Value = serde_json::from_str(&run(&words).out).unwrap();
        let changes = plan["changes"].as_array().unwrap().iter();
        let grants = changes.filter(|one| one["kind"] == "grants");
        let each = grants.map(|one| format!("{} {}", one["class"], one["what"]));
        each.collect::<Vec<_>>()
    };
    assert_eq!(plan(&lake), NOTHING);
    // The grant option on the other column is more than that.
    let more = estate(&[of(&["amount", "country", "id"], &["SELECT"])], &[]);
    assert_eq!(
        plan(&more),
        ["\"widened\" \"the grant option of SELECT on columns `amount` of `sales.orders`\""]
    );
    let less = estate(&[of(&["amount", "country", "id"], &[])], &[]);
    assert_eq!(
        plan(&less),
        [
            "\"missing\" \"SELECT (with the grant option) on columns `country,id` of `sales.orders`\""
        ]
    );
}

/// A grant in a form in which the service lists it.
fn listed() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["ann", "bob", "cat"]);
    let name = prop::sample::select(vec!["orders", "items"]);
    let some = prop::sample::subsequence(vec!["id", "amount", "card"], 1..3);
    let options = prop::sample::subsequence(vec!["DESCRIBE", "INSERT", "DELETE"], 0..2);
    (role, name, some, options, 0..10_u8).prop_map(|(role, name, some, options, form)| {
        let whole = json!({ "ColumnWildcard": {} });
        match form {
            0 => grant(role, table(name), &["DESCRIBE", "INSERT", "DELETE"], &options),
            1 => grant(role, columns(name, whole), &["SELECT"], &[]),
            2 => grant(role, columns(name, json!({ "ColumnNames": some })), &["SELECT"], &[]),
            3 => grant(role, columns(name, json!({ "ColumnWildcard": { "ExcludedColumnNames": some } })), &["SELECT"], &[]),
            4 => grant(role, columns("ALL_TABLES", whole), &["SELECT"], &[]),
            5 => grant(role, json!({ "Database": { "CatalogId": ACCOUNT, "Name": "sales" } }), &["ALL", "CREATE_TABLE", "DESCRIBE"], &["DESCRIBE"]),
            6 => grant(role, json!({ "DataCellsFilter": { "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": name, "Name": "eu" } }), &["SELECT"], &[]),
            7 => grant(role, json!({ "LFTagPolicy": { "CatalogId": ACCOUNT, "ResourceType": "TABLE", "Expression": [{ "TagKey": "Domain", "TagValues": ["Sales", "HR"] }] } }), &["SELECT", "DESCRIBE"], &[]),
            8 => grant(role, columns(name, json!({ "ColumnNames": some })), &["SELECT"], &["SELECT"]),
            _ => grant(role, json!({ "DataLocation": { "CatalogId": ACCOUNT, "ResourceArn": "arn:aws:s3:::lake/sales" } }), &["DATA_LOCATION_ACCESS"], &[]),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn an_audit_by_what_was_imported_finds_nothing_and_finds_what_is_added(
        grants in prop::collection::vec(listed(), 1..7),
        added in listed(),
    ) {
        let filters = ["orders", "items"].map(|name| json!({
            "TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": name, "Name": "eu",
            "RowFilter": { "FilterExpression": "country = 'DE'" }, "ColumnWildcard": {} }));
        let lake = estate(&grants, &filters);
        let (baseline, said, _) = imported(&lake);
        // Columns beside the whole table are held by nobody as a baseline would declare them.
        prop_assume!(!said.contains("not in the baseline"));
        prop_assert_eq!(found(&baseline, &lake, "lake.grants"), NOTHING);
        prop_assert_eq!(found(&baseline, &lake, "lake.data-filters"), NOTHING);
        prop_assert_eq!(reads_the_same(&baseline, &lake), json!([]));
        // What is added is found, unless it lets read nothing that was not read before.
        let mut more = grants.clone();
        more.push(added);
        let more = estate(&more, &filters);
        if reads_the_same(&baseline, &more) != json!([]) {
            prop_assert!(!found(&baseline, &more, "lake.grants").is_empty());
        }
    }
}
