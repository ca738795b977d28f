//! Judging a file of many stacks takes no more for each than judging one of few: what a resource names is looked up, not
//! looked for.

mod many;
mod plan;
mod snapshot;
mod template;

use super::{Evaluation, Judge};
use crate::baseline::{Memory, load};
use crate::control::{TOLD, Verdict};
use crate::observe::snapshot::{Event, Reader, Record};
use crate::observe::{Dialect, File, Given, read_file};
use crate::observed::{Scope, Source, work};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const ACCOUNT: &str = "arn:aws:iam::111122223333";

/// What is judged, by a judge.
type Judged<'j> = dyn Fn(&Judge<'_>) -> Vec<Evaluation> + 'j;

fn judged(baseline: &str, what: &Judged<'_>) -> Vec<Evaluation> {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let baseline = load(baseline, &Memory::default(), at).unwrap();
    let baseline = baseline.resolve(None).unwrap();
    what(&Judge::new(&baseline, at))
}

fn file(dialect: Dialect, file: &Value) -> impl Fn(&Judge<'_>) -> Vec<Evaluation> + use<> {
    let source = Arc::new(Source::new("file.json", file.to_string()));
    let File::Read(reading) = read_file(&source, Some(dialect), &Given::default()) else {
        panic!("not read");
    };
    move |judge| judge.judge_scope(&reading.scopes()[0])
}

/// As a run over a snapshot judges it: facts first, then what streams by.
fn records(text: &str) -> impl Fn(&Judge<'_>) -> Vec<Evaluation> + use<> {
    let events = Reader::new("snapshot", text.as_bytes()).unwrap();
    let (mut facts, mut others) = (Vec::<Box<Record>>::new(), Vec::new());
    for event in events {
        match event {
            Event::Fact(record) => facts.push(record),
            Event::Resource(record) => others.push(record),
            Event::Problem(problem) => panic!("{problem:?}"),
            Event::Estate { .. } | Event::Region(_) | Event::End { .. } => {}
        }
    }
    move |judge| {
        let mut scope = Scope::new();
        for fact in &facts {
            scope.push(fact.resource());
        }
        let mut evaluations = Vec::new();
        for one in facts.iter().chain(&others) {
            judge.judge(&one.resource(), &scope, &mut evaluations);
        }
        evaluations
    }
}

/// What each control looks at, and how much is said of it.
fn looked_at(baseline: &str, what: &Judged<'_>) -> (BTreeMap<&'static str, u64>, usize) {
    work::taken();
    let (all, evaluations) = work::of(|| judged(baseline, what));
    let mut each = work::taken();
    each.insert("", all - each.values().sum::<u64>());
    (each, evaluations.len())
}

/// Twice the stacks are twice the work, up to a fiftieth of a control's own or a thousandth of all: what each stack did with
/// each other one would show.
fn assert_grows_with_the_stacks<J>(of: impl Fn(usize) -> J)
where
    J: Fn(&Judge<'_>) -> Vec<Evaluation>,
{
    for baseline in ["builtin:strict", "builtin:recommended"] {
        let (small, few) = looked_at(baseline, &of(40));
        let (large, many) = looked_at(baseline, &of(80));
        assert_eq!(many, 2 * few);
        let spare = small.values().sum::<u64>() / 1000;
        let grown = large.iter().filter_map(|(control, work)| {
            let before = small.get(control).copied().unwrap_or_default();
            let most = 2 * before + before / 50 + spare;
            (*work > most).then(|| format!("`{control}`: {before} values became {work}"))
        });
        let grown: Vec<String> = grown.collect();
        assert!(grown.is_empty(), "{baseline}: {grown:#?}");
    }
}

#[test]
fn a_plan_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(|stacks| file(Dialect::TerraformPlan, &plan::plan(stacks)));
}

#[test]
fn a_template_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(|stacks| {
        file(Dialect::CloudFormation, &template::template(stacks))
    });
}

#[test]
fn a_template_in_which_all_reach_all_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(|stacks| file(Dialect::CloudFormation, &many::wide(stacks)));
}

#[test]
fn a_snapshot_is_judged_in_a_time_that_grows_with_its_stacks() {
    assert_grows_with_the_stacks(|stacks| records(&snapshot::snapshot(stacks)));
}

/// What `lake.bypass` says of the first role of a template.
fn bypass(resources: Vec<(String, Value)>) -> (Verdict, String) {
    let template = many::template(&resources.into_iter().collect());
    let all = judged("builtin:strict", &file(Dialect::CloudFormation, &template));
    let mut all = all.into_iter();
    let found = all.find(|one| one.control.id == "lake.bypass" && one.resource.id == "Nodes0");
    let found = found.unwrap();
    (found.verdict, found.message.into_owned())
}

/// Twice as many locations as are told of one by one, whose buckets let these in.
fn locations(let_in: impl Fn(usize) -> Value) -> Vec<(String, Value)> {
    let all = 0..2 * TOLD;
    all.flat_map(|number| many::location(number, &let_in(number)))
        .collect()
}

fn somebody(_: usize) -> Value {
    json!({ "AWS": "arn:aws:iam::111122223333:user/somebody" })
}

#[test]
fn a_right_on_the_last_of_many_locations_decides_the_verdict() {
    let when = json!({ "StringEquals": { "aws:PrincipalTag/team": "lake" } });
    let perhaps =
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": when });
    let last = format!("arn:aws:s3:::data-{}/*", 2 * TOLD - 1);
    let surely = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": last });
    let one = [
        many::role(0, std::slice::from_ref(&perhaps)),
        locations(somebody),
    ]
    .concat();
    let (verdict, message) = bypass(one);
    assert_eq!(verdict, Verdict::Indeterminate);
    assert!(message.contains("may reach 32 more locations"), "{message}");
    let both = [many::role(0, &[perhaps, surely]), locations(somebody)].concat();
    let (verdict, message) = bypass(both);
    assert_eq!(verdict, Verdict::Noncompliant);
    assert!(
        message.starts_with("a statement lets the role reach `data-63/x`"),
        "{message}"
    );
}

#[test]
fn a_right_that_is_denied_on_all_of_many_locations_is_none() {
    let allow = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
    let deny = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::data-*" });
    let all = [many::role(0, &[allow, deny]), locations(somebody)].concat();
    assert_eq!(bypass(all).0, Verdict::Compliant);
}

#[test]
fn the_last_of_many_buckets_that_lets_the_role_in_decides_the_verdict() {
    let of_role = json!({ "AWS": { "Fn::GetAtt": ["Nodes0", "Arn"] } });
    let last = |number: usize| {
        if number == 2 * TOLD - 1 {
            of_role.clone()
        } else {
            somebody(number)
        }
    };
    let (verdict, message) = bypass([many::role(0, &[]), locations(last)].concat());
    assert_eq!(verdict, Verdict::Noncompliant);
    assert!(message.contains("`data-63/x`"), "{message}");
    let (verdict, message) = bypass([many::role(0, &[]), locations(|_| json!("*"))].concat());
    assert_eq!(verdict, Verdict::Noncompliant);
    assert!(
        message.contains("of 32 more locations let the role in"),
        "{message}"
    );
}

#[test]
fn a_bucket_that_lets_another_declared_role_in_is_no_way_around() {
    let other = |_| json!({ "AWS": { "Fn::GetAtt": ["Nodes1", "Arn"] } });
    let roles = [many::role(0, &[]), many::role(1, &[])].concat();
    assert_eq!(
        bypass([roles.clone(), locations(other)].concat()).0,
        Verdict::Compliant
    );
    // One that is not declared here may have the name that AWS makes up.
    let named = |_| json!({ "AWS": "arn:aws:iam::111122223333:role/stack-Nodes0-1A2B3C" });
    assert_eq!(
        bypass([roles, locations(named)].concat()).0,
        Verdict::Noncompliant
    );
}

#[test]
fn a_key_that_leaves_many_roles_out_names_some_and_counts_the_others() {
    let template = many::wide(TOLD + 8);
    let all = judged("builtin:strict", &file(Dialect::CloudFormation, &template));
    let mut all = all.into_iter();
    let found = all.find(|one| one.control.id == "kms.key-policy" && one.resource.id == "Key0");
    let found = found.unwrap();
    assert_eq!(found.verdict, Verdict::Noncompliant);
    let message = &found.message;
    assert_eq!(
        message.matches("does not let it").count(),
        TOLD,
        "{message}"
    );
    assert!(message.contains("8 more roles need the key"), "{message}");
}

/// What `emr.document-identity` says of each of twice as many documents of one name as are told of one by one.
fn namesakes(says: impl Fn(usize) -> Value) -> Vec<(Verdict, String)> {
    let each = (0..2 * TOLD).map(|number| {
        let at_rest = json!({ "EnableAtRestEncryption": says(number) });
        let document = json!({ "Name": "prod", "SecurityConfiguration": { "EncryptionConfiguration": at_rest } });
        let document = many::resource("EMR::SecurityConfiguration", &document);
        (format!("Document{number:02}"), document)
    });
    let template = many::template(&each.collect());
    let judge_file = file(Dialect::CloudFormation, &template);
    let all = judged("builtin:strict", &|judge| {
        judge_file(judge);
        judge.finish(&BTreeMap::new(), false)
    });
    let all = all.into_iter();
    let all = all.filter(|one| one.control.id == "emr.document-identity");
    all.map(|one| (one.verdict, one.message.into_owned()))
        .collect()
}

#[test]
fn one_of_many_namesakes_that_says_something_else_decides_the_verdict_of_each() {
    let last = 2 * TOLD - 1;
    let same = namesakes(|_| json!(true));
    assert_eq!(same.len(), 2 * TOLD);
    assert!(
        same.iter()
            .all(|(verdict, _)| *verdict == Verdict::Compliant)
    );
    let one = namesakes(|number| json!(number != last));
    assert!(
        one.iter()
            .all(|(verdict, _)| *verdict == Verdict::Noncompliant)
    );
    let more: Vec<_> = one
        .iter()
        .filter(|(_, message)| message.contains("in 31 more places"))
        .collect();
    assert_eq!(more.len(), 1, "{one:?}");
    // Nobody knows what the others say, but two differ.
    let unknown = json!({ "Ref": "AWS::StackId" });
    let few = namesakes(|number| {
        if number + 1 < last {
            unknown.clone()
        } else {
            json!(number == last)
        }
    });
    let failed = few
        .iter()
        .filter(|(verdict, _)| *verdict == Verdict::Noncompliant);
    assert_eq!(failed.count(), 2);
    let open = few
        .iter()
        .filter(|(verdict, _)| *verdict == Verdict::Indeterminate);
    assert_eq!(open.count(), 2 * TOLD - 2);
}
