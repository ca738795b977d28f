//! The law that what a Python program may have weakened is never compliant, by the verdicts of a control.

use crate::support::check;
use std::collections::BTreeMap;

const FOLDER: &str = "golden/controls/emr/disk-encryption";

/// What stands between the document and the call that creates it; each turns encryption off.
const WEAKENED: &[&str] = &[
    "DOCUMENT['EncryptionConfiguration']['EnableAtRestEncryption'] = False",
    "for d in [DOCUMENT]:\n    d['EncryptionConfiguration'] = {}",
    "other = dict(DOCUMENT)\nother['EncryptionConfiguration']['EnableAtRestEncryption'] = False",
    "DOCUMENT.get('EncryptionConfiguration')['EnableAtRestEncryption'] = False",
    "a, b = DOCUMENT, 1\na['EncryptionConfiguration']['EnableAtRestEncryption'] = False",
    "def off(d=DOCUMENT):\n    d['EncryptionConfiguration'] = {}\noff()",
    "globals()['DOCUMENT']['EncryptionConfiguration']['EnableAtRestEncryption'] = False",
    "class C: pass\nc = C()\nc.d = DOCUMENT\nc.d['EncryptionConfiguration']['EnableAtRestEncryption'] = False",
    "put = DOCUMENT['EncryptionConfiguration'].update\nput(EnableAtRestEncryption=False)",
    "from settings import *",
    "exec(patch)",
    "weaken(DOCUMENT)",
    "weaken(**DOCUMENT)",
    "match DOCUMENT:\n    case {'EncryptionConfiguration': e}:\n        e['EnableAtRestEncryption'] = False",
    "[d.update(EncryptionConfiguration={}) for d in [DOCUMENT]]",
];

#[test]
fn a_document_that_a_program_may_have_weakened_is_not_compliant() {
    let text = std::fs::read_to_string(format!("{FOLDER}/compliant-boto3.py")).unwrap();
    let (before, launch) = text.split_at(text.rfind("emr.create").unwrap());
    let folder = tempfile::tempdir().unwrap();
    // What is compliant does not say where it stands, but what it is called.
    let write = |name: String, change: &str| {
        let launch = launch.replace("Name=\"disks\"", &format!("Name=\"{name}\""));
        let program = format!("{before}{change}\n{launch}");
        std::fs::write(folder.path().join(format!("{name}.py")), program).unwrap();
    };
    write("plain".to_owned(), "print(DOCUMENT)");
    for (index, change) in WEAKENED.iter().enumerate() {
        write(format!("weakened-{index}"), change);
    }
    let baseline = format!("{FOLDER}/baseline.toml");
    let (report, _) = check(&[&baseline, folder.path().to_str().unwrap()]);
    let mut verdicts: BTreeMap<String, String> = BTreeMap::new();
    for evaluation in report["evaluations"].as_array().unwrap() {
        if evaluation["control"] == "emr.disk-encryption" {
            let name = evaluation["resource"]["id"].as_str().unwrap();
            let verdict = evaluation["verdict"].as_str().unwrap();
            verdicts.insert(name.to_owned(), verdict.to_owned());
        }
    }
    assert_eq!(verdicts.len(), WEAKENED.len() + 1, "{verdicts:#?}");
    for (name, verdict) in &verdicts {
        assert_eq!(verdict == "compliant", name == "plain", "{name}: {verdict}");
    }
}
