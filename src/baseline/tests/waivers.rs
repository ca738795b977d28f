//! Waivers and severities, as authors write them.

use super::{PARAMETERS, files, now, one, resolved, told, with_head};
use crate::baseline::validate;

pub(super) const WAIVER: &str = "[[waivers]]\ncontrol = \"emr.disk-encryption\"\nresource = { kind = \"emr-cluster\", name = \"legacy-*\", account = \"${account}\" }\nreason = \"old\"\nowner = \"me@example.com\"\nexpires = 2027-01-31\n";

#[test]
fn a_waiver_covers_what_it_names_until_its_day_is_over() {
    let text = with_head(&format!("{PARAMETERS}{WAIVER}"));
    let baseline = resolved(&[("test.toml", &text)], Some("us"));
    let waiver = &baseline.waivers[0];
    let mut cluster =
        crate::observed::Identity::new(crate::observed::ResourceKind::EmrCluster, "j-1");
    cluster.name = Some("legacy-7".to_owned());
    assert!(
        !waiver.matches("emr.disk-encryption", &cluster),
        "the account is not known"
    );
    cluster.account = Some("111122223333".to_owned());
    assert!(waiver.matches("emr.disk-encryption", &cluster));
    assert!(!waiver.matches("emr.s3-encryption", &cluster));
    assert!(!waiver.is_expired("2027-01-31T23:59:59Z".parse().unwrap()));
    assert!(waiver.is_expired("2027-02-01T00:00:00Z".parse().unwrap()));
    let unbound = resolved(&[("test.toml", &text)], None);
    assert!(!unbound.waivers[0].matches("emr.disk-encryption", &cluster));
}

#[test]
fn a_waiver_is_owned_reasoned_and_ends() {
    let codes =
        |text: &str| -> Vec<String> { told(text).into_iter().map(|(code, _)| code).collect() };
    assert_eq!(codes("[[waivers]]\n"), ["missing-key"; 4]);
    assert_eq!(
        codes(&WAIVER.replace("2027-01-31", "\"2027-01-31\"")),
        ["wrong-type"]
    );
    assert_eq!(
        codes(&WAIVER.replace("emr.disk-encryption", "emr.disk")),
        ["unknown-control"]
    );
    assert_eq!(
        codes(&WAIVER.replace("emr-cluster", "cluster")),
        ["unknown-kind"]
    );
    assert_eq!(codes(&WAIVER.replace("\"old\"", "\" \"")), ["empty"]);
    assert_eq!(
        codes(&format!("max-waiver-days = 30\n{WAIVER}")),
        ["waiver-too-long"]
    );
    assert_eq!(codes(&format!("max-waiver-days = 300\n{WAIVER}")), [""; 0]);
}

#[test]
fn severities_rise_and_never_fall() {
    let base = with_head("[severity]\n\"emr.disk-encryption\" = \"high\"\n");
    let child = |severity: &str| {
        format!(
            "schema = 1\n[baseline]\nname = \"c\"\nextends = \"b.toml\"\n[severity]\n\"emr.disk-encryption\" = \"{severity}\"\n"
        )
    };
    let text = child("critical");
    let baseline = resolved(&[("c.toml", &text), ("b.toml", &base)], None);
    assert_eq!(
        baseline.severities["emr.disk-encryption"].0.name(),
        "critical"
    );
    let text = child("low");
    let problems = validate(
        "c.toml",
        &files(&[("c.toml", &text), ("b.toml", &base)]),
        now(),
    );
    assert_eq!(problems[0].code, "baseline::loosens");
    one(
        "[severity]\nemr.disk-encryption = \"low\"\n",
        "unquoted-control",
        "emr",
    );
}
