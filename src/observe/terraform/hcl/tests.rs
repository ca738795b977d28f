use super::module::Module;
use super::*;
use crate::observed::Place;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// Files in memory.
#[derive(Debug, Default)]
struct Memory(BTreeMap<String, String>);

impl Library for Memory {
    fn folder(&self, path: &str) -> Result<Vec<(String, Arc<str>)>, String> {
        let inside = |name: &String| {
            let parts = name.rsplit_once('/');
            parts.is_some_and(|(folder, file)| folder == path && is_module_file(file, false))
        };
        let files: Vec<(String, Arc<str>)> = self
            .0
            .iter()
            .filter(|(name, _)| inside(name))
            .map(|(name, text)| (name.clone(), text.as_str().into()))
            .collect();
        if files.is_empty() {
            Err("there is none".to_owned())
        } else {
            Ok(files)
        }
    }

    fn file(&self, path: &str) -> Result<Arc<str>, String> {
        let text = self.0.get(path).map(|text| text.as_str().into());
        text.ok_or_else(|| "there is none".to_owned())
    }
}

fn memory(files: &[(&str, &str)]) -> Memory {
    let files = files.iter();
    Memory(
        files
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    )
}

fn given(parameters: &[(&str, &str)]) -> Given {
    let parameters = parameters.iter();
    Given {
        parameters: parameters
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        ..Given::default()
    }
}

/// A module of the files in the folder `root`.
fn module(memory: &Memory) -> ModuleFiles {
    ModuleFiles {
        name: "root".to_owned(),
        folder: "root".to_owned(),
        files: memory.folder("root").unwrap(),
    }
}

fn evaluator<'m>(memory: &'m Memory, given: &'m Given) -> Evaluator<'m> {
    let mut evaluator = Evaluator::new(memory, given);
    let files = module(memory);
    let root = Module::read(
        "root",
        &files.files,
        &mut evaluator.files,
        &mut evaluator.problems,
    );
    assert_eq!(evaluator.problems, []);
    evaluator.instances.push(Instance {
        module: Rc::new(root),
        path: String::new(),
        relative: ".".to_owned(),
        call: None,
    });
    evaluator
}

/// A value as JSON; what is not known is its reason behind a question mark.
fn shown(value: &Value) -> Json {
    use super::value::{Kind, Piece};
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Number(number) => number.parse().map_or(Json::Null, Json::Number),
        Kind::Text(pieces) => {
            let said = pieces.iter().map(|piece| match piece {
                Piece::Text(text, _) => text.to_string(),
                Piece::Hole(why, _) => format!("<{}>", why.reason),
            });
            json!(said.collect::<String>())
        }
        Kind::List(items) => items.iter().map(shown).collect(),
        Kind::Map(map) => {
            let members = map.members.iter();
            let mut members: serde_json::Map<String, Json> = members
                .map(|member| (member.key.to_string(), shown(&member.value)))
                .collect();
            if let Some(why) = &map.open {
                members.insert("…".to_owned(), json!(format!("?{}", why.reason)));
            }
            Json::Object(members)
        }
        Kind::Unknown(why) => json!(format!("?{}", why.reason)),
        Kind::Resource(handle) => json!(format!("?{}", names::address_of(handle))),
    }
}

/// What an expression is in a module of these files.
fn evaluated_in(files: &[(&str, &str)], expression: &str) -> Json {
    let main = format!("locals {{\n  it = {expression}\n}}\n");
    let mut all = files.to_vec();
    all.push(("root/it.tf", &main));
    let memory = memory(&all);
    let given = given(&[]);
    let mut evaluator = evaluator(&memory, &given);
    let value = evaluator.local(&"it".into(), 0, At::default());
    shown(&value)
}

fn evaluated(expression: &str) -> Json {
    evaluated_in(&[], expression)
}

#[test]
fn literals_are_themselves() {
    assert_eq!(evaluated("null"), json!(null));
    assert_eq!(evaluated("true"), json!(true));
    assert_eq!(evaluated("-1.5"), json!(-1.5));
    assert_eq!(evaluated("\"a\\\"b\\n$${c}\""), json!("a\"b\n${c}"));
    assert_eq!(
        evaluated("[1, \"a\", {b = 2, \"c d\" : 3}]"),
        json!([1, "a", {"b": 2, "c d": 3}])
    );
}

#[test]
fn heredocs_lose_their_indentation_and_keep_what_is_unknown_as_holes() {
    let files = [("root/v.tf", "variable \"v\" {}\n")];
    let text = "<<-EOT\n    {\n      \"a\": \"${var.v}-${1 + 1}\"\n    }\n  EOT";
    assert_eq!(
        evaluated_in(&files, text),
        json!("{\n  \"a\": \"<parameter `v` has no value>-2\"\n}\n")
    );
    assert_eq!(evaluated("<<EOT\n  a\nEOT"), json!("  a\n"));
}

#[test]
fn directives_choose_and_repeat() {
    assert_eq!(
        evaluated("\"%{ if 1 < 2 }a%{ else }b%{ endif }\""),
        json!("a")
    );
    assert_eq!(
        evaluated("\"%{ for k, v in [\"x\", \"y\"] }${k}${v},%{ endfor }\""),
        json!("0x,1y,")
    );
    assert_eq!(evaluated("\"a ${~ \"b\" ~} c\""), json!("abc"));
}

#[test]
fn operators_follow_terraform() {
    for (expression, value) in [
        ("1 + 2 * 3", json!(7)),
        ("7 % 4 - 1", json!(2)),
        ("!(1 >= 2) && (true || false)", json!(true)),
        ("\"a\" == \"a\" ? \"yes\" : \"no\"", json!("yes")),
        ("\"1\" == 1", json!(false)),
        ("[1, {a = 2}] == [1, {a = 2}]", json!(true)),
        ("\"x\" != null", json!(true)),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn collections_are_made_and_gone_through() {
    for (expression, value) in [
        ("[for x in [1, 2, 3] : x * 2 if x != 2]", json!([2, 6])),
        (
            "{for k, v in {a = 1, b = 2} : upper(k) => v}",
            json!({"A": 1, "B": 2}),
        ),
        (
            "{for x in [\"a\", \"b\", \"a\"] : x => 1...}",
            json!({"a": [1, 1], "b": [1]}),
        ),
        ("[{a = 1}, {a = 2}][*].a", json!([1, 2])),
        ("[{a = [1, 2]}, {a = [3]}].*.a", json!([[1, 2], [3]])),
        ("{a = {b = [1, 2]}}.a.b[1]", json!(2)),
        ("{\"x-y\" = 1}[\"x-y\"]", json!(1)),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn functions_follow_terraform() {
    for (expression, value) in [
        (
            "merge({a = 1, b = 1}, {b = 2}, null)",
            json!({"a": 1, "b": 2}),
        ),
        ("concat([1], [2, 3])", json!([1, 2, 3])),
        ("flatten([1, [2, [3]], []])", json!([1, 2, 3])),
        ("distinct([1, 2, 1])", json!([1, 2])),
        ("lookup({a = 1}, \"b\", 2)", json!(2)),
        ("try({a = 1}.b, {a = 1}.a)", json!(1)),
        ("can({a = 1}.b)", json!(false)),
        ("coalesce(null, \"\", \"x\")", json!("x")),
        ("format(\"%s-%d%%\", \"a\", 3)", json!("a-3%")),
        ("join(\",\", [\"a\", \"b\"])", json!("a,b")),
        ("split(\",\", \"a,b\")", json!(["a", "b"])),
        ("keys({b = 1, a = 2})", json!(["a", "b"])),
        ("values({b = 1, a = 2})", json!([2, 1])),
        ("element([1, 2, 3], 4)", json!(2)),
        ("length(\"añb\")", json!(3)),
        ("contains([\"a\"], \"a\")", json!(true)),
        ("replace(\"a-b-c\", \"-\", \".\")", json!("a.b.c")),
        ("trimspace(\" a \")", json!("a")),
        ("substr(\"hello\", -3, 2)", json!("ll")),
        ("tostring(5)", json!("5")),
        ("tonumber(\"5\")", json!(5)),
        ("tobool(\"true\")", json!(true)),
        ("max(1, 3, 2)", json!(3)),
        ("max([1, 5]...)", json!(5)),
        ("jsondecode(\"{\\\"a\\\": [1]}\").a", json!([1])),
        ("yamldecode(\"a: [1]\\n\").a", json!([1])),
        ("one([7])", json!(7)),
        ("zipmap([\"a\"], [1])", json!({"a": 1})),
        (
            "jsonencode({a = [1, \"b\", null], c = {}})",
            json!("{\"a\":[1,\"b\",null],\"c\":{}}"),
        ),
        ("uuid()", json!("?function `uuid` is not evaluated")),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn functions_of_addresses_and_patterns_follow_terraform() {
    for (expression, value) in [
        (
            r#"cidrsubnet("172.16.0.0/12", 4, 2)"#,
            json!("172.18.0.0/16"),
        ),
        (
            r#"cidrsubnet("10.1.2.0/24", 4, 15)"#,
            json!("10.1.2.240/28"),
        ),
        (
            r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#,
            json!("fd00:fd12:3456:7800:a200::/72"),
        ),
        (r#"cidrsubnet("0.0.0.0/0", 32, 1)"#, json!("0.0.0.1/32")),
        (r#"cidrhost("10.12.112.0/20", 16)"#, json!("10.12.112.16")),
        (r#"cidrhost("10.12.112.0/20", -1)"#, json!("10.12.127.255")),
        (r#"cidrnetmask("172.16.0.0/12")"#, json!("255.240.0.0")),
        (
            r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#,
            json!([
                "10.1.0.0/20",
                "10.1.16.0/20",
                "10.1.32.0/24",
                "10.1.48.0/20"
            ]),
        ),
        (r#"can(cidrsubnet("10.0.0.0/8", 1, 2))"#, json!(false)),
        (r#"can(cidrhost("10.0.0.0/30", 4))"#, json!(false)),
        (r#"can(cidrnetmask("fd00::/8"))"#, json!(false)),
        (r#"base64decode(base64encode("é=1"))"#, json!("é=1")),
        (
            r#"regex("[a-z]+", "53453453.345345aaabbbccc23454")"#,
            json!("aaabbbccc"),
        ),
        (r#"regex("(\\d\\d)-(x)?", "20-")"#, json!(["20", null])),
        (
            r#"regex("^(?P<scheme>[^:]+):", "s3://b").scheme"#,
            json!("s3"),
        ),
        (r#"regexall("[a-z]", "1a2b")"#, json!(["a", "b"])),
        (r#"can(regex("a", "b"))"#, json!(false)),
        (r#"can(regex("^\\w+[[:alpha:]]$", "abc"))"#, json!(true)),
        (
            r#"replace("hello world", "/w(.*)d/", "<$1>")"#,
            json!("hello <orl>"),
        ),
        (r#"replace("a/b", "/", "-")"#, json!("a-b")),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn functions_of_orders_sets_and_numbers_follow_terraform() {
    for (expression, value) in [
        (r#"sort(["b", "a"])"#, json!(["a", "b"])),
        (
            r#"setproduct(["a", "b"], [1, 2])"#,
            json!([["a", 1], ["a", 2], ["b", 1], ["b", 2]]),
        ),
        ("chunklist([1, 2, 3], 2)", json!([[1, 2], [3]])),
        ("range(3)", json!([0, 1, 2])),
        ("range(4, 0, -2)", json!([4, 2])),
        (
            r#"formatlist("%s-%s", "a", ["x", "y"])"#,
            json!(["a-x", "a-y"]),
        ),
        ("alltrue([true, false])", json!(false)),
        ("anytrue([])", json!(false)),
        (r#"index(["a", "b"], "b")"#, json!(1)),
        ("sum([1, 2.5])", json!(3.5)),
        ("setintersection([1, 2, 3], [2, 3], [3])", json!([3])),
        ("setsubtract([1, 2], [2])", json!([1])),
        (r#"parseint("ff", 16)"#, json!(255)),
        ("pow(2, 10)", json!(1024)),
        ("yamlencode({a = [1]})", json!("{\"a\":[1]}")),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn functions_of_what_is_not_known_are_unknown() {
    let files = [("root/v.tf", "variable \"v\" {}\n")];
    let unknown = json!("?parameter `v` has no value");
    for expression in [
        "sort([var.v])",
        "cidrsubnet(var.v, 1, 1)",
        "regexall(\"a\", var.v)",
        "base64decode(var.v)",
        "range(var.v)",
        "setintersection([1], [var.v])",
        "setsubtract([var.v], [1])",
        "formatlist(\"%s\", var.v)",
        "chunklist(var.v, 1)",
        "alltrue([true, var.v])",
        "index([var.v], 1)",
    ] {
        assert_eq!(evaluated_in(&files, expression), unknown, "{expression}");
    }
    assert_eq!(evaluated_in(&files, "anytrue([var.v, true])"), json!(true));
}

#[test]
fn what_may_be_overridden_by_an_unknown_map_is_unknown() {
    let files = [("root/v.tf", "variable \"v\" {}\n")];
    let unknown = "?parameter `v` has no value";
    assert_eq!(
        evaluated_in(&files, "merge({a = 1}, var.v, {b = 2})"),
        json!({"a": unknown, "b": 2, "…": unknown})
    );
    assert_eq!(
        evaluated_in(&files, "jsonencode(merge({a = 1}, var.v))"),
        json!("{\"a\":<parameter `v` has no value>,<parameter `v` has no value>}")
    );
}

#[test]
fn variables_have_defaults_values_and_types() {
    let files = [
        (
            "root/v.tf",
            "variable \"d\" { default = \"default\" }\n\
             variable \"t\" {}\n\
             variable \"a\" {}\n\
             variable \"n\" {}\n\
             variable \"s\" {\n  sensitive = true\n}\n\
             variable \"o\" {\n  type = object({x = optional(number, 3), y = optional(string)})\n  default = {}\n}\n\
             variable \"b\" {\n  type = bool\n  default = \"true\"\n}\n",
        ),
        (
            "root/terraform.tfvars",
            "t = \"tfvars\"\na = \"lost\"\ns = \"hidden\"\n",
        ),
        ("root/z.auto.tfvars.json", "{\"a\": \"auto\"}"),
    ];
    for (name, value) in [
        ("d", json!("default")),
        ("t", json!("tfvars")),
        ("a", json!("auto")),
        ("n", json!("?parameter `n` has no value")),
        ("s", json!("?parameter `s` has no value")),
        ("o", json!({"x": 3, "y": null})),
        ("b", json!(true)),
        ("u", json!("?variable `u` is not declared")),
    ] {
        assert_eq!(
            evaluated_in(&files, &format!("var.{name}")),
            value,
            "{name}"
        );
    }
}

#[test]
fn locals_that_refer_to_themselves_are_unknown() {
    let files = [("root/l.tf", "locals {\n  a = local.b\n  b = [local.a]\n}\n")];
    let value = evaluated_in(&files, "local.a");
    assert_eq!(value, json!(["?`a` refers to itself"]));
}

#[test]
fn references_to_resources_are_literal_where_they_say_so() {
    let files = [(
        "root/r.tf",
        "resource \"aws_kms_key\" \"k\" {}\n\
         resource \"aws_emr_security_configuration\" \"s\" {\n  name = \"sc\"\n}\n\
         resource \"aws_s3_bucket\" \"b\" {\n  count = 2\n  bucket = \"b-${count.index}\"\n}\n",
    )];
    for (expression, value) in [
        (
            "aws_kms_key.k.arn",
            json!("?reference to `aws_kms_key.k.Arn`"),
        ),
        ("aws_emr_security_configuration.s.name", json!("sc")),
        ("aws_emr_security_configuration.s.id", json!("sc")),
        ("aws_s3_bucket.b[1].id", json!("b-1")),
        ("aws_s3_bucket.b[*].bucket", json!(["b-0", "b-1"])),
        (
            "aws_s3_bucket.b[0].arn",
            json!("?reference to `aws_s3_bucket.b[0].Arn`"),
        ),
        (
            "aws_subnet.elsewhere[0].id",
            json!("?reference to `aws_subnet.elsewhere`"),
        ),
        (
            "\"s3://${aws_s3_bucket.other.id}/logs/\"",
            json!("s3://<reference to `aws_s3_bucket.other`>/logs/"),
        ),
        (
            "data.aws_caller_identity.current.account_id",
            json!("?`AWS::AccountId` depends on the target"),
        ),
    ] {
        assert_eq!(evaluated_in(&files, expression), value, "{expression}");
    }
}

#[test]
fn files_are_read_by_the_paths_that_terraform_takes() {
    let files = [
        ("root/a.json", "{\"a\": 1}"),
        ("root/t.tftpl", "${x}-${y}-%{ if z }z%{ endif }"),
        ("root/v.tf", "variable \"v\" {}\n"),
    ];
    assert_eq!(
        evaluated_in(&files, "jsondecode(file(\"${path.module}/a.json\")).a"),
        json!(1)
    );
    assert_eq!(
        evaluated_in(&files, "file(\"a.json\")"),
        json!("{\"a\": 1}")
    );
    assert_eq!(
        evaluated_in(
            &files,
            "templatefile(\"t.tftpl\", {x = 1, y = var.v, z = true})"
        ),
        json!("1-<parameter `v` has no value>-z")
    );
    assert_eq!(
        evaluated_in(&files, "file(\"../b\")"),
        json!("?may be supplied by `b`, which could not be read: there is none")
    );
}

#[test]
fn policy_documents_of_data_sources_are_json() {
    let files = [(
        "root/p.tf",
        "data \"aws_iam_policy_document\" \"p\" {\n  statement {\n    actions = [\"s3:*\"]\n    resources = [\"*\"]\n    principals {\n      type = \"AWS\"\n      identifiers = [\"a\", \"b\"]\n    }\n    condition {\n      test = \"Bool\"\n      variable = \"aws:SecureTransport\"\n      values = [\"&{aws:x}\"]\n    }\n  }\n}\n",
    )];
    assert_eq!(
        evaluated_in(&files, "jsondecode(data.aws_iam_policy_document.p.json)"),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"],
            "Principal": {"AWS": ["a", "b"]},
            "Condition": {"Bool": {"aws:SecureTransport": ["${aws:x}"]}},
        }]})
    );
}

/// The reading of a module of which something is ours.
fn read_all(memory: &Memory, given: &Given) -> Reading {
    match read(&module(memory), memory, given).file {
        File::Read(reading) => *reading,
        other @ (File::NothingOfOurs | File::Unreadable { .. }) => panic!("{other:?}"),
    }
}

/// In each world: its label, and of each resource its id and the text of a property, or why there is none.
fn worlds(
    memory: &Memory,
    given: &Given,
    path: &'static str,
) -> Vec<(String, Vec<(String, String)>)> {
    let reading = read_all(memory, given);
    let mut worlds: Vec<_> = reading
        .scopes()
        .iter()
        .map(|scope| {
            let resources = scope.resources().iter().map(|resource| {
                let node = resource.body.path(path);
                let text = match (node.as_text(), node.reason()) {
                    (Some(text), _) => text.to_owned(),
                    (None, Some(reason)) => format!("?{reason}"),
                    (None, None) => node.value().type_name().to_owned(),
                };
                (resource.identity.id.clone(), text)
            });
            (scope.world.clone().unwrap_or_default(), resources.collect())
        })
        .collect();
    worlds.sort();
    worlds
}

const CLUSTER: &str =
    "resource \"aws_emr_cluster\" \"c\" {\n  name = \"c\"\n  release_label = LABEL\n}\n";

fn cluster(label: &str) -> String {
    CLUSTER.replace("LABEL", label)
}

fn one(world: &str, resources: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let resources = resources.iter();
    let resources = resources.map(|(id, text)| ((*id).to_owned(), (*text).to_owned()));
    (world.to_owned(), resources.collect())
}

#[test]
fn both_branches_of_an_undecided_condition_are_worlds_and_equal_conditions_stay_together() {
    let text = "variable \"env\" {}\nvariable \"big\" { type = bool }\n".to_owned()
        + &cluster("var.env == \"prod\" ? \"emr-7\" : var.env == \"dev\" ? \"emr-6\" : \"emr-5\"")
        + &cluster("var.env == \"prod\" ? \"emr-7\" : \"emr-5\"").replace("\"c\" {", "\"d\" {")
        + &cluster("var.big ? \"b\" : \"s\"").replace("\"c\" {", "\"e\" {");
    let memory = memory(&[("root/main.tf", &text)]);
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    assert_eq!(found.len(), 6, "{found:?}");
    let (c, d, e) = (
        "aws_emr_cluster.c",
        "aws_emr_cluster.d",
        "aws_emr_cluster.e",
    );
    assert!(
        found.contains(&one(
            "`var.big` is true, `var.env` is `prod`",
            &[(c, "emr-7"), (d, "emr-7"), (e, "b")]
        )),
        "{found:?}"
    );
    assert!(
        found.contains(&one(
            "`var.big` is false, `var.env` is `dev`",
            &[(c, "emr-6"), (d, "emr-5"), (e, "s")]
        )),
        "{found:?}"
    );
    assert!(
        found.contains(&one(
            "`var.big` is false, `var.env` is not `dev`, `var.env` is not `prod`",
            &[(c, "emr-5"), (d, "emr-5"), (e, "s")]
        )),
        "{found:?}"
    );
    let found = worlds(
        &memory,
        &given(&[("env", "prod"), ("big", "true")]),
        "ReleaseLabel",
    );
    assert_eq!(found, [one("", &[(c, "emr-7"), (d, "emr-7"), (e, "b")])]);
}

#[test]
fn instances_have_addresses_and_an_unknown_number_of_them_is_judged_once() {
    let counted =
        |meta: &str, label: &str| cluster(label).replace("  name", &format!("  {meta}\n  name"));
    let id = |text: &str| {
        let memory = memory(&[("root/main.tf", text)]);
        let mut found = worlds(&memory, &given(&[]), "ReleaseLabel");
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0).1
    };
    let pair = |id: &str, text: &str| (format!("aws_emr_cluster.c{id}"), text.to_owned());
    assert_eq!(
        id(&counted("count = 2", "\"emr-${count.index}\"")),
        [pair("[0]", "emr-0"), pair("[1]", "emr-1")]
    );
    assert_eq!(
        id(&counted("for_each = toset([\"b\", \"a\"])", "each.key")),
        [pair("[\"b\"]", "b"), pair("[\"a\"]", "a")]
    );
    assert_eq!(
        id(&counted("for_each = {x = {r = \"emr-9\"}}", "each.value.r")),
        [pair("[\"x\"]", "emr-9")]
    );
    assert_eq!(id(&counted("count = var.n", "\"emr-1\"")).len(), 1);
    assert_eq!(id(&counted("count = 100000000", "\"emr-1\"")).len(), 1);
    assert_eq!(
        id(&("variable \"n\" {}\n".to_owned()
            + &counted("count = var.n", "\"emr-${count.index}\""))),
        [pair("", "?parameter `n` has no value")]
    );
}

#[test]
fn a_called_module_has_its_arguments_and_its_outputs() {
    let memory = memory(&[
        (
            "root/main.tf",
            "module \"m\" {\n  for_each = {a = \"emr-7\"}\n  source = \"../modules/x\"\n  release = each.value\n}\n\
             resource \"aws_emr_cluster\" \"c\" {\n  name = module.m[\"a\"].name\n}\n\
             module \"gone\" {\n  source = \"./gone\"\n}\n\
             module \"far\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n\
             module \"emr\" {\n  source = \"terraform-aws-modules/emr/aws\"\n}\n",
        ),
        (
            "modules/x/main.tf",
            "variable \"release\" {}\nvariable \"lost\" {}\nresource \"aws_emr_cluster\" \"c\" {\n  name = \"in\"\n  release_label = var.release\n  log_uri = var.lost\n}\noutput \"name\" { value = aws_emr_cluster.c.name }\n",
        ),
    ]);
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    let (_, resources) = &found[0];
    let ids: Vec<&str> = resources.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        ids,
        ["aws_emr_cluster.c", "module.m[\"a\"].aws_emr_cluster.c"]
    );
    assert_eq!(resources[1].1, "emr-7");
    let found = worlds(&memory, &given(&[]), "Name");
    assert_eq!(found[0].1[0].1, "in");
    let reading = read_all(&memory, &given(&[]));
    let said: Vec<&str> = reading
        .problems
        .iter()
        .map(|problem| problem.what.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "could not read module `root/gone`",
            "could not read module `emr`"
        ]
    );
    assert_eq!(reading.notes.len(), 1);
    assert_eq!(
        read(&module(&memory), &memory, &given(&[])).called,
        ["modules/x", "root/gone"]
    );
    assert_eq!(calls(&module(&memory)), ["modules/x", "root/gone"]);
}

#[test]
fn providers_give_regions_and_tags() {
    let memory = memory(&[(
        "root/main.tf",
        "provider \"aws\" {\n  region = \"eu-west-1\"\n  default_tags {\n    tags = {team = \"data\"}\n  }\n}\n\
         provider \"aws\" {\n  alias = \"west\"\n  region = \"us-west-2\"\n}\n\
         resource \"aws_emr_cluster\" \"c\" {\n  tags = {a = \"b\"}\n}\n\
         resource \"aws_emr_cluster\" \"d\" {\n  provider = aws.west\n}\n\
         resource \"aws_emr_cluster\" \"e\" {\n  region = \"us-east-1\"\n}\n",
    )]);
    let reading = read_all(&memory, &given(&[]));
    let scopes = reading.scopes();
    let seen: Vec<_> = scopes[0]
        .resources()
        .iter()
        .map(|resource| {
            (
                resource.identity.region.as_deref(),
                resource.identity.tags.len(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some("eu-west-1"), 2),
            (Some("us-west-2"), 0),
            (Some("us-east-1"), 1)
        ]
    );
}

#[test]
fn dynamic_blocks_are_repeated() {
    let memory = memory(&[(
        "root/main.tf",
        "variable \"v\" {}\nresource \"aws_emr_cluster\" \"c\" {\n  dynamic \"bootstrap_action\" {\n    for_each = {x = \"s3://a\", y = \"s3://b\"}\n    iterator = it\n    content {\n      name = it.key\n      path = it.value\n    }\n  }\n  dynamic \"step\" {\n    for_each = var.v\n    content {\n      name = step.value\n    }\n  }\n}\n",
    )]);
    let reading = read_all(&memory, &given(&[]));
    let scopes = reading.scopes();
    let body = scopes[0].resources()[0].body;
    let actions: Vec<_> = body.get("BootstrapActions").items().collect();
    assert_eq!(actions.len(), 2);
    assert_eq!(actions[1].get("Name").as_text(), Some("y"));
    let steps: Vec<_> = body.get("Steps").items().collect();
    assert!(steps[0].reason().is_some());
}

/// The file, line and column at which a member of the only security configuration stands.
fn place_of(files: &[(&str, &str)], path: &'static str) -> (String, u32, u32) {
    let memory = memory(files);
    let reading = read_all(&memory, &given(&[]));
    let scopes = reading.scopes();
    let found = scopes[0].resources().iter().find(|resource| {
        resource.kind() == crate::observed::ResourceKind::EmrSecurityConfiguration
    });
    let node = found.unwrap().body.path(path);
    assert!(
        node.is_set() || node.reason().is_some(),
        "{:?}",
        node.value()
    );
    let Place {
        file, line, column, ..
    } = node.place();
    (file.unwrap(), line, column)
}

const PATH: &str = "EncryptionConfiguration/EnableInTransitEncryption";

fn resource(configuration: &str) -> String {
    format!(
        "resource \"aws_emr_security_configuration\" \"s\" {{\n  configuration = {configuration}\n}}\n"
    )
}

#[test]
fn a_stacks_template_in_yaml_stands_where_it_is_written() {
    let main = "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_cloudformation_stack\" \"s\" {\n  name = \"s\"\n  template_body = <<-EOT\n    Resources:\n      C:\n        Type: AWS::EMR::Cluster\n        Properties:\n          ReleaseLabel: emr-7.9.0\n          LogEncryptionKmsKeyId: ${aws_kms_key.k.arn}\n          LogUri: s3://b/${var.p}/\n  EOT\n}\nvariable \"p\" {}\n";
    let files = [("root/main.tf", main)];
    let memory = memory(&files);
    let reading = read_all(&memory, &Given::default());
    let body = reading.scopes()[1].resources()[0].body;
    assert_eq!(body.get("LogUri").display(), "\"s3://b/${…}/\"");
    let key = body.get("LogEncryptionKmsKeyId");
    let reason = key.reason().unwrap_or_else(|| panic!("{:?}", key.pieces()));
    assert_eq!(reason.to_string(), "reference to `aws_kms_key.k.Arn`");
    let place = body.get("ReleaseLabel").place();
    let place = (place.file.as_deref(), place.line, place.column);
    assert_eq!(place, (Some("root/main.tf"), 9, 25));
    // The template may stand in a file of its own, or be made of an object.
    for (template, more) in [
        (
            "file(\"t.yaml\")",
            vec![(
                "root/t.yaml",
                "Resources:\n  C: {Type: 'AWS::EMR::Cluster', Properties: {ReleaseLabel: emr-7.9.0}}\n",
            )],
        ),
        (
            "yamlencode({Resources = {C = {Type = \"AWS::EMR::Cluster\", Properties = {ReleaseLabel = \"emr-7.9.0\"}}}})",
            vec![],
        ),
    ] {
        let main = format!(
            "resource \"aws_cloudformation_stack\" \"s\" {{\n  template_body = {template}\n}}\n"
        );
        let mut files = vec![("root/main.tf", main.as_str())];
        files.extend(more);
        let memory = self::memory(&files);
        let found = worlds(&memory, &Given::default(), "ReleaseLabel");
        assert!(found.contains(&one("", &[("C", "emr-7.9.0")])), "{found:?}");
    }
}

#[test]
fn members_of_a_document_stand_where_they_are_written() {
    let heredoc = resource(
        "<<-EOF\n    {\n      \"EncryptionConfiguration\": {\n        \"EnableInTransitEncryption\": false,\n        \"x\": \"${aws_kms_key.k.arn}\"\n      }\n    }\n  EOF",
    );
    assert_eq!(
        place_of(&[("root/a.tf", &heredoc)], PATH),
        ("root/a.tf".into(), 5, 38)
    );
    let whole = heredoc.replace("${aws_kms_key.k.arn}", "${\"a\"}-$${b}");
    assert_eq!(
        place_of(&[("root/a.tf", &whole)], PATH),
        ("root/a.tf".into(), 5, 38)
    );
    let encoded = resource(
        "jsonencode({\n    EncryptionConfiguration = {\n      EnableInTransitEncryption = false\n    }\n  })",
    );
    assert_eq!(
        place_of(&[("root/a.tf", &encoded)], PATH),
        ("root/a.tf".into(), 4, 35)
    );
}

#[test]
fn members_of_a_document_elsewhere_stand_there() {
    let local = "locals {\n  sc = {\n    EncryptionConfiguration = {\n      EnableInTransitEncryption = false\n    }\n  }\n}\n";
    let files = [
        ("root/a.tf", local),
        ("root/b.tf", &resource("jsonencode(local.sc)")),
    ];
    assert_eq!(place_of(&files, PATH), ("root/a.tf".into(), 4, 35));
    let json = "{\"EncryptionConfiguration\":\n {\"EnableInTransitEncryption\": false}}";
    let files = [
        ("root/sc.json", json),
        ("root/b.tf", &resource("file(\"sc.json\")")),
    ];
    assert_eq!(place_of(&files, PATH), ("root/sc.json".into(), 2, 32));
    let template = "{\"EncryptionConfiguration\":\n {\"EnableInTransitEncryption\": false, \"k\": \"${key}\"}}";
    let files = [
        ("root/sc.tpl", template),
        (
            "root/b.tf",
            &resource("templatefile(\"${path.module}/sc.tpl\", {key = aws_kms_key.k.arn})"),
        ),
    ];
    assert_eq!(place_of(&files, PATH), ("root/sc.tpl".into(), 2, 32));
    let quoted = resource(
        "\"{\\\"EncryptionConfiguration\\\": {\\\"EnableInTransitEncryption\\\": false}}\"",
    );
    assert_eq!(
        place_of(&[("root/a.tf", &quoted)], PATH),
        ("root/a.tf".into(), 2, 82)
    );
    let use_of = resource(
        "jsonencode({\n    EncryptionConfiguration = {\n      EnableInTransitEncryption = var.tls\n    }\n  })",
    );
    let files = [
        ("root/a.tf", use_of.as_str()),
        ("root/v.tf", "variable \"tls\" { default = false }\n"),
    ];
    assert_eq!(place_of(&files, PATH), ("root/a.tf".into(), 4, 35));
}

#[test]
fn terraforms_json_is_evaluated_alike() {
    let json = r#"{
  "variable": {"tls": {"default": false}},
  "locals": {"sc": {"EncryptionConfiguration": {"EnableInTransitEncryption": "${var.tls}"}}},
  "resource": {"aws_emr_security_configuration": {"s": {"name": "a-${1 + 1}", "configuration": "${jsonencode(local.sc)}"}},
    "aws_emr_cluster": {"c": [{"release_label": "emr-7", "ec2_attributes": {"subnet_id": "subnet-1"},
      "bootstrap_action": [{"path": "s3://a", "name": "a"}], "dynamic": {"step": {"for_each": ["x"], "content": {"name": "${step.value}"}}}}]}}
}"#;
    let files = [("root/a.tf.json", json)];
    assert_eq!(
        place_of(&files, "EncryptionConfiguration/EnableInTransitEncryption"),
        ("root/a.tf.json".into(), 3, 78)
    );
    let memory = memory(&files);
    let found = worlds(&memory, &given(&[]), "Name");
    assert_eq!(found[0].1[0].0, "aws_emr_security_configuration.s");
    let reading = read_all(&memory, &given(&[]));
    assert_eq!(reading.problems, []);
    let scopes = reading.scopes();
    let body = scopes[0].resources()[1].body;
    assert_eq!(
        body.path("Instances/Ec2SubnetId").as_text(),
        Some("subnet-1")
    );
    assert_eq!(body.get("BootstrapActions").items().len(), 1);
    assert_eq!(
        body.get("Steps")
            .items()
            .next()
            .unwrap()
            .get("Name")
            .as_text(),
        Some("x")
    );
}

#[test]
fn a_broken_file_says_where_and_the_rest_is_read() {
    let memory = memory(&[
        ("root/a.tf", &cluster("\"emr-7\"")),
        ("root/b.tf", "locals {\n  a = [1,,]\n}\n"),
    ]);
    let reading = read_all(&memory, &given(&[]));
    let place = reading.problems[0].place.as_ref().unwrap();
    assert_eq!((place.file.as_deref(), place.line), (Some("root/b.tf"), 2));
    assert_eq!(reading.worlds()[0].resources.len(), 1);
}

#[test]
fn override_files_take_the_place_of_arguments() {
    let memory = memory(&[
        ("root/main.tf", &cluster("\"emr-7\"")),
        (
            "root/main_override.tf",
            "resource \"aws_emr_cluster\" \"c\" {\n  release_label = \"emr-5\"\n}\n",
        ),
    ]);
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    assert_eq!(found, [one("", &[("aws_emr_cluster.c", "emr-5")])]);
}

#[test]
fn what_is_written_to_take_forever_ends() {
    let mut doubled = "locals {\n  a0 = \"xxxxxxxxxxxxxxxx\"\n  b0 = [1, 2]\n".to_owned();
    for at in 1..64 {
        let (before, quote) = (at - 1, '"');
        writeln!(
            doubled,
            "  a{at} = {quote}${{local.a{before}}}${{local.a{before}}}{quote}"
        )
        .unwrap();
        writeln!(doubled, "  b{at} = [local.b{before}, local.b{before}]").unwrap();
    }
    doubled.push_str("}\n");
    let chain: Vec<String> = (1..5000)
        .map(|at| format!("  c{at} = local.c{}\n", at - 1))
        .collect();
    let chain = format!("locals {{\n  c0 = 1\n{}}}\n", chain.concat());
    let split: Vec<String> = (0..40)
        .map(|at| format!("variable \"v{at}\" {{}}\n"))
        .collect();
    let split = split.concat();
    let choices: Vec<String> = (0..40)
        .map(|at| format!("var.v{at} == \"a\" ? 1 : 2"))
        .collect();
    let clusters = cluster("local.a63")
        + &cluster("jsonencode(local.b63)").replace("\"c\" {", "\"d\" {")
        + &cluster("local.c4999").replace("\"c\" {", "\"e\" {")
        + &cluster(&format!("jsonencode([{}])", choices.join(", "))).replace("\"c\" {", "\"f\" {")
        + &cluster("\"x\"").replace("\"c\" {", "\"g\" {\n  tags = local.b63\n")
        + &cluster("[for a in range(10): [for b in local.b63: b]]").replace("\"c\" {", "\"h\" {");
    let deep = format!(
        "locals {{\n  d = {}1{}\n}}\n",
        "[".repeat(60),
        "]".repeat(60)
    );
    let memory = memory(&[
        ("root/a.tf", &doubled),
        ("root/b.tf", &chain),
        ("root/c.tf", &split),
        ("root/d.tf", &clusters),
        ("root/e.tf", &deep),
        (
            "root/f.tf",
            "module \"self\" {\n  source = \"../root\"\n}\n",
        ),
    ]);
    let started = std::time::Instant::now();
    let reading = read_all(&memory, &given(&[]));
    assert!(reading.worlds().len() <= worlds_of(0));
    assert!(
        started.elapsed() < std::time::Duration::from_mins(1),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn many_resources_under_many_open_conditions_are_taken_in_fewer_worlds() {
    let module = |count: usize| {
        let variable = |number| format!("variable \"v{number}\" {{\n  type = bool\n}}\n");
        let cluster = |number| {
            let variable = number % 12;
            let protected = format!("termination_protection = var.v{variable} ? true : false");
            format!("resource \"aws_emr_cluster\" \"c{number}\" {{\n  {protected}\n}}\n")
        };
        let blocks = (0..12).map(variable).chain((0..count).map(cluster));
        let text = blocks.collect::<String>();
        read_all(&memory(&[("root/a.tf", &text)]), &given(&[]))
    };
    assert_eq!(module(12).worlds().len(), 64);
    let reading = module(1000);
    assert_eq!(reading.worlds().len(), 16);
    let resources = reading.worlds().iter().map(|world| world.resources.len());
    assert_eq!(resources.sum::<usize>(), 16_000);
}

/// The problems of a module: what, and at which line.
fn problems(reading: &Reading) -> Vec<(String, u32)> {
    let problems = reading.problems.iter();
    problems
        .map(|one| (one.what.clone(), one.place.as_ref().unwrap().line))
        .collect()
}

#[test]
fn an_address_that_is_declared_twice_is_refused_and_each_is_judged_by_its_own_body() {
    let id = "aws_emr_cluster.c";
    for files in [
        vec![(
            "root/main.tf",
            cluster("\"emr-7\"") + "\n" + &cluster("\"emr-5\""),
        )],
        vec![
            ("root/a.tf", cluster("\"emr-7\"")),
            ("root/b.tf", "\n".repeat(5) + &cluster("\"emr-5\"")),
        ],
    ] {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        let memory = memory(&files);
        let found = worlds(&memory, &given(&[]), "ReleaseLabel");
        assert_eq!(found, [one("", &[(id, "emr-7"), (id, "emr-5")])]);
        let reading = read_all(&memory, &given(&[]));
        let what = format!("could not tell which `{id}` is meant");
        assert_eq!(problems(&reading), [(what, 6)]);
    }
}

#[test]
fn a_module_that_is_called_twice_by_one_name_is_refused_and_judged_with_either_argument() {
    let call = |label: &str| {
        format!("module \"m\" {{\n  source = \"../modules/x\"\n  label  = \"{label}\"\n}}\n")
    };
    let memory = memory(&[
        ("root/main.tf", &(call("emr-7") + &call("emr-5"))),
        (
            "modules/x/main.tf",
            &("variable \"label\" {}\n".to_owned() + &cluster("var.label")),
        ),
    ]);
    let id = "module.m.aws_emr_cluster.c";
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    assert_eq!(found, [one("", &[(id, "emr-7"), (id, "emr-5")])]);
    let reading = read_all(&memory, &given(&[]));
    assert_eq!(problems(&reading).len(), 1);
}

#[test]
fn a_file_of_opentofu_takes_the_place_of_the_one_beside_it_in_a_world_of_its_own() {
    let id = "aws_emr_cluster.c";
    let memory = memory(&[
        ("root/c.tf", &cluster("local.label")),
        ("root/c.tofu", &cluster("\"emr-5\"")),
        ("root/l.tf", "locals {\n  label = \"emr-7\"\n}\n"),
        (
            "root/l.tofu.json",
            "{\"variable\": {\"unused\": {\"default\": 1}}}",
        ),
    ]);
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    assert_eq!(
        found,
        [
            one("`OpenTofu` applies it", &[(id, "emr-5")]),
            one("`Terraform` applies it", &[(id, "emr-7")]),
        ]
    );
    let reading = read_all(&memory, &given(&[]));
    assert_eq!(problems(&reading), []);
    let facts: Vec<_> = reading.worlds().iter().map(|world| &world.facts).collect();
    assert_ne!(facts[0], facts[1]);
}

#[test]
fn what_state_machines_and_schedules_launch_is_judged() {
    let request = "{Name = \"k\", ReleaseLabel = \"emr-5.0.0\", Instances = {KeepJobFlowAliveWhenNoSteps = true}}";
    let machine = format!(
        "resource \"aws_sfn_state_machine\" \"w\" {{\n  definition = jsonencode({{StartAt = \"A\", States = {{A = {{Type = \"Task\", \
         Resource = \"arn:aws:states:::elasticmapreduce:createCluster\", Parameters = {request}, End = true}}}}}})\n}}\n"
    );
    let heredoc = "resource \"aws_sfn_state_machine\" \"h\" {\n  definition = <<-EOT\n    {\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\",\n    \
         \"Resource\": \"arn:aws:states:::elasticmapreduce:createCluster.sync\",\n    \
         \"Parameters\": {\"Name\": \"h\", \"ReleaseLabel\": \"emr-5.1.0\", \"Instances\": {}}, \"End\": true}}}\n  EOT\n}\n";
    let schedule = format!(
        "resource \"aws_scheduler_schedule\" \"s\" {{\n  target {{\n    arn = \"arn:aws:scheduler:::aws-sdk:emr:runJobFlow\"\n    \
         input = jsonencode({})\n  }}\n}}\n",
        request.replace("\"k\"", "\"s\"")
    );
    let other = "resource \"aws_sfn_state_machine\" \"other\" {\n  definition = var.unknown\n}\nvariable \"unknown\" {}\n\
        resource \"aws_sfn_state_machine\" \"emr_watch\" {\n  definition = jsonencode({StartAt = \"A\", States = {A = {Resource = var.unknown}}})\n}\n";
    let memory = memory(&[(
        "root/main.tf",
        &format!("{machine}{heredoc}{schedule}{other}"),
    )]);
    let found = worlds(&memory, &given(&[]), "ReleaseLabel");
    assert_eq!(
        found,
        [one(
            "",
            &[("k", "emr-5.0.0"), ("h", "emr-5.1.0"), ("s", "emr-5.0.0")]
        )]
    );
    let reading = read_all(&memory, &given(&[]));
    assert_eq!(problems(&reading), []);
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    assert!(reading.notes[0].contains("`aws_sfn_state_machine.other` is not known"));
}

#[test]
fn what_is_ours_and_not_read_is_a_problem() {
    let memory = memory(&[(
        "root/main.tf",
        "resource \"awscc_emr_security_configuration\" \"w\" {\n  name = \"w\"\n}\n\
         resource \"aws_cloudcontrolapi_resource\" \"c\" {\n  type_name = \"AWS::EMR::Cluster\"\n}\n\
         resource \"aws_cloudcontrolapi_resource\" \"d\" {\n  type_name = \"AWS::Logs::LogGroup\"\n}\n\
         module \"data\" {\n  source = \"acme/platform/aws\"\n  release_label = \"emr-6.0.0\"\n}\n\
         module \"vpc\" {\n  source = \"acme/vpc/aws\"\n  name = \"x\"\n}\n",
    )]);
    let reading = read_all(&memory, &given(&[]));
    let said = problems(&reading);
    assert_eq!(
        said,
        [
            ("could not read module `data`".to_owned(), 10),
            (
                "could not judge `awscc_emr_security_configuration.w`".to_owned(),
                1
            ),
            (
                "could not judge `aws_cloudcontrolapi_resource.c`".to_owned(),
                5
            ),
        ]
    );
    assert_eq!(reading.notes.len(), 1);
}

#[test]
fn judged_arguments_whose_changes_are_ignored_are_noted() {
    let with = |ignored: &str| {
        let lifecycle = format!("  lifecycle {{\n    ignore_changes = {ignored}\n  }}\n}}\n");
        let text = cluster("\"emr-7\"");
        let text = text.trim_end().trim_end_matches('}').to_owned() + &lifecycle;
        read_all(&memory(&[("root/main.tf", &text)]), &given(&[])).notes
    };
    let rest = "of `aws_emr_cluster.c` are ignored: what is there may differ from what is judged";
    assert_eq!(
        with("[termination_protection, id, ec2_attributes[0].key_name]"),
        [format!(
            "root/main.tf:5: changes to `termination_protection`, `ec2_attributes` {rest}"
        )]
    );
    assert_eq!(
        with("all"),
        [format!("root/main.tf:5: changes to every argument {rest}")]
    );
    assert!(with("[id]").is_empty());
}
