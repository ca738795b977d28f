//! What compiles is kept as files that people could apply, and AWS's form is theirs.

use crate::support::{entries, golden, relative, root, run, updating};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The examples: each extends a shipped baseline and binds a target, parameters and mappings.
pub fn examples() -> Vec<PathBuf> {
    entries(&root().join("golden/compile"))
        .into_iter()
        .filter(|folder| folder.join("baseline.toml").is_file())
        .collect()
}

/// Compiles an example into a folder.
pub fn compile(example: &Path, out: &Path) {
    let baseline = relative(&example.join("baseline.toml"));
    let ran = run(&["compile", &baseline, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.exit as u8, 0, "{baseline}: {}", ran.err);
}

/// The files below a folder, by relative path.
pub fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in entries(&next) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                found.insert(
                    entry
                        .strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    found
}

#[test]
fn every_shipped_baseline_has_an_example_that_compiles_to_its_golden() {
    std::env::set_current_dir(root()).unwrap();
    for (name, _) in emr_baseline::baseline::SHIPPED {
        let example = root().join("golden/compile").join(name);
        let text = std::fs::read_to_string(example.join("baseline.toml")).unwrap_or_default();
        assert!(
            text.contains(&format!("\"builtin:{name}\"")),
            "no example extends builtin:{name}"
        );
    }
    for example in examples() {
        let out = tempfile::tempdir().unwrap();
        compile(&example, out.path());
        let compiled = files(out.path());
        let kept: BTreeSet<String> = files(&example)
            .into_iter()
            .filter(|file| file.contains('/'))
            .collect();
        if updating() {
            for stale in kept.difference(&compiled) {
                std::fs::remove_file(example.join(stale)).unwrap();
            }
        } else {
            assert_eq!(kept, compiled, "{}", example.display());
        }
        for file in compiled {
            golden(
                &example.join(&file),
                &std::fs::read_to_string(out.path().join(&file)).unwrap(),
            );
        }
    }
}

#[test]
fn compiling_twice_gives_the_same_bytes_and_leaves_nothing_else_behind() {
    std::env::set_current_dir(root()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let example = root().join("golden/compile/recommended");
    compile(&example, out.path());
    let first: Vec<String> = files(out.path())
        .iter()
        .map(|file| std::fs::read_to_string(out.path().join(file)).unwrap())
        .collect();
    compile(&example, out.path());
    let second: Vec<String> = files(out.path())
        .iter()
        .map(|file| std::fs::read_to_string(out.path().join(file)).unwrap())
        .collect();
    assert_eq!(first, second);
}

#[test]
fn a_baseline_that_cannot_compile_writes_nothing() {
    std::env::set_current_dir(root()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("artifacts");
    for baseline in [
        "builtin:recommended",
        "golden/problems/unbound-at-compile/baseline.toml",
    ] {
        let ran = run(&["compile", baseline, "--out", folder.to_str().unwrap()]);
        assert_eq!(ran.exit as u8, 2, "{baseline}: {}", ran.out);
        assert!(!folder.exists(), "{baseline} wrote something");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn a_leaf_cites_the_line_of_the_key_that_asks_for_it() {
    let lines = [
        "schema = 1",
        "[baseline]",
        "name = \"k\"",
        "version = \"1.0.0\"",
        "owner = \"tests\"",
        "description = \"Kerberos.\"",
        "[targets.us]",
        "account = \"111122223333\"",
        "region = \"us-west-2\"",
        "[emr.kerberos]",
        "provider = [\"ClusterDedicatedKdc\"]",
        "max-ticket-lifetime-hours = 24",
        "cross-realm-trust = { realm = \"AD.EXAMPLE.COM\", domain = \"ad.example.com\", admin-server = \"ad.example.com:749\", kdc-server = \"ad.example.com:88\" }",
        "realm = \"EC2.INTERNAL\"",
    ];
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("b.toml");
    std::fs::write(&baseline, lines.join("\n")).unwrap();
    let out = folder.path().join("out");
    let ran = run(&[
        "compile",
        baseline.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(ran.exit as u8, 0, "{}", ran.err);
    let leaves = std::fs::read_to_string(out.join("us/leaves.txt")).unwrap();
    for (leaf, line) in [
        ("KerberosConfiguration/Provider", 11),
        ("TicketLifetimeInHours", 12),
        ("CrossRealmTrustConfiguration/KdcServer", 13),
        ("KerberosAttributes/Realm", 14),
    ] {
        let of_leaf = leaves.lines().find(|text| text.contains(leaf)).unwrap();
        assert!(of_leaf.ends_with(&format!(":{line}")), "{of_leaf}");
    }
}

#[test]
fn what_is_compiled_passes_the_check_by_its_baseline() {
    let mut checked = 0;
    for example in examples() {
        let out = tempfile::tempdir().unwrap();
        compile(&example, out.path());
        let baseline = relative(&example.join("baseline.toml"));
        for target in std::fs::read_dir(out.path()).unwrap() {
            let target = target.unwrap();
            let name = target.file_name().into_string().unwrap();
            let folder = target.path();
            let ran = run(&[
                "check",
                &baseline,
                folder.to_str().unwrap(),
                "--target",
                &name,
                "--allow-empty",
            ]);
            assert_eq!(
                ran.exit as u8,
                0,
                "{}: {}{}",
                example.display(),
                ran.out,
                ran.err
            );
            checked += 1;
        }
    }
    assert!(checked > 5);
}
