//! Documentation that is written by the code: control pages, the settings of all controls, the command line's help,
//! the list of controls. `UPDATE_GOLDEN=1 cargo test --test it` rewrites it; a stale file fails.

use crate::support::{declared, entries, fixtures, golden, relative, root, run, updating};
use clap::CommandFactory;
use emr_baseline::baseline::{Loader, beside, load};
use emr_baseline::cli::{Arguments, settings_table};
use emr_baseline::compile::draft;
use emr_baseline::control::{Entry, Span};
use emr_baseline::controls::REGISTRY;
use emr_baseline::observe::{File, Given, read_file};
use emr_baseline::observed::{ResourceKind, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn book(path: &str) -> PathBuf {
    root().join("docs/src").join(path)
}

fn page_of(id: &str) -> String {
    format!("controls/{}.md", id.replace('.', "/"))
}

#[test]
fn every_control_has_an_up_to_date_page() {
    let footprints = footprints();
    for entry in REGISTRY {
        let mut page = run(&["controls", entry.meta.id]).out;
        page.push_str(&what_files_show(entry));
        page.push_str(&what_it_compiles(footprints.get(entry.meta.id)));
        golden(&book(&page_of(entry.meta.id)), &page);
    }
}

#[test]
fn no_page_is_left_of_a_control_that_is_gone() {
    let known: BTreeSet<PathBuf> = REGISTRY
        .iter()
        .map(|entry| book(&page_of(entry.meta.id)))
        .collect();
    for group in entries(&book("controls")) {
        for page in entries(&group) {
            if !known.contains(&page) && updating() {
                std::fs::remove_file(&page).unwrap();
                continue;
            }
            assert!(
                known.contains(&page),
                "{} is of no control: remove it",
                relative(&page)
            );
        }
    }
}

/// Where files show a kind of resource.
fn shown_in(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::EmrCluster => {
            "a `RunJobFlow` request, `describe-cluster` output, `AWS::EMR::Cluster` in a template"
        }
        ResourceKind::EmrSecurityConfiguration => {
            "the JSON document, `DescribeSecurityConfiguration` output, `AWS::EMR::SecurityConfiguration` in a template"
        }
        ResourceKind::EmrAccount => "nothing: only an audit sees an account",
        ResourceKind::EmrStudio => "`AWS::EMR::Studio` in a template",
        ResourceKind::EmrServerlessApplication => "`AWS::EMRServerless::Application` in a template",
        ResourceKind::EmrContainersVirtualCluster => {
            "`AWS::EMRContainers::VirtualCluster` in a template"
        }
        ResourceKind::EmrContainersSecurityConfiguration => {
            "`AWS::EMRContainers::SecurityConfiguration` in a template"
        }
        ResourceKind::LakeFormationSettings => {
            "`AWS::LakeFormation::DataLakeSettings` in a template"
        }
        ResourceKind::LakeFormationGrant => {
            "a `GrantPermissions` or `BatchGrantPermissions` request, `ListPermissions` output, `AWS::LakeFormation::PrincipalPermissions` or `Permissions` in a template"
        }
        ResourceKind::LakeFormationLocation => "`AWS::LakeFormation::Resource` in a template",
        ResourceKind::LakeFormationFilter => {
            "a `CreateDataCellsFilter` request, `ListDataCellsFilter` output, `AWS::LakeFormation::DataCellsFilter` in a template"
        }
        ResourceKind::LakeFormationTag => "`AWS::LakeFormation::Tag` in a template",
        ResourceKind::GlueCatalog => "`AWS::Glue` resources in a template",
        ResourceKind::KmsKey => {
            "`AWS::KMS::Key` in a template; a key that is only named, by its name"
        }
        ResourceKind::IamRole => {
            "`AWS::IAM::Role` in a template; a role that is only named, by its name"
        }
        ResourceKind::S3Bucket => {
            "`AWS::S3::Bucket` in a template; a bucket that is only named, by its name"
        }
    }
}

fn what_files_show(entry: &Entry) -> String {
    let mut text = "\n## What a file can show\n\n".to_owned();
    if entry.meta.span == Span::Run {
        text.push_str("Judged once a run, after everything else.\n");
    } else {
        for kind in entry.meta.kinds {
            writeln!(text, "- `{kind}`: {}.", shown_in(*kind)).unwrap();
        }
    }
    let cases: Vec<PathBuf> = fixtures()
        .into_iter()
        .filter(|(id, _)| id == entry.meta.id)
        .map(|(_, path)| path)
        .collect();
    if let Some(first) = cases.first() {
        let folder = relative(first.parent().unwrap());
        writeln!(text, "\nThe tests hold the control to these cases, in `{folder}/`:\n\n| case | form | verdict |\n| --- | --- | --- |").unwrap();
    }
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        writeln!(
            text,
            "| `{name}` | {} | {} |",
            forms(&case),
            declared(&case)
        )
        .unwrap();
    }
    text
}

/// The dialects of a fixture's files.
fn forms(fixture: &Path) -> String {
    let mut forms = BTreeSet::new();
    for entry in walkdir::WalkDir::new(fixture).sort_by_file_name() {
        let file = entry.unwrap().into_path();
        // A template is a part of the module that reads it.
        if file.is_dir() || file.extension().is_some_and(|ending| ending == "tftpl") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let source = Arc::new(Source::new(file.to_str().unwrap(), text));
        if let File::Read(reading) = read_file(&source, None, &Given::default()) {
            forms.insert(reading.dialect.name());
        }
    }
    forms.into_iter().collect::<Vec<_>>().join(", ")
}

fn what_it_compiles(footprint: Option<&BTreeSet<(String, String)>>) -> String {
    let Some(leaves) = footprint else {
        return String::new();
    };
    let mut text = "\n## What it compiles\n\n".to_owned();
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, leaf) in leaves {
        files.entry(file).or_default().push(leaf);
    }
    for (file, leaves) in files {
        writeln!(text, "In `{file}`:\n").unwrap();
        for leaf in leaves {
            writeln!(text, "- {leaf}").unwrap();
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A baseline's files from the repository; the first one gets a target when it has none.
#[derive(Debug)]
struct Repository;

const TARGET: &str = "\n[targets.example]\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";

impl Loader for Repository {
    fn read(&self, path: &str, relative_to: Option<&str>) -> Result<(String, Vec<u8>), String> {
        let name = beside(relative_to, path);
        let mut text =
            std::fs::read_to_string(root().join(&name)).map_err(|error| error.to_string())?;
        if relative_to.is_none() && !text.contains("[targets.") {
            text.push_str(TARGET);
        }
        Ok((name, text.into_bytes()))
    }
}

/// By control: the leaves that it writes when the baselines of the examples and fixtures are compiled.
fn footprints() -> BTreeMap<&'static str, BTreeSet<(String, String)>> {
    let mut found: BTreeMap<&'static str, BTreeSet<(String, String)>> = BTreeMap::new();
    for path in baselines() {
        let at = crate::support::AT.parse().unwrap();
        // Whether a baseline is free of mistakes is for other tests to say.
        let Ok(loaded) = load(&path, &Repository, at) else {
            continue;
        };
        for target in loaded.targets() {
            let Ok(baseline) = loaded.resolve(Some(&target.name)) else {
                continue;
            };
            // What is refused is not written; the leaves that are written count all the same.
            let (artifacts, _) = draft(&baseline.requirements, REGISTRY, target, true);
            let mut add = |control, file: &str, leaf: String| {
                found
                    .entry(control)
                    .or_default()
                    .insert((file.to_owned(), leaf));
            };
            for (file, document) in [
                ("security-configuration.json", &artifacts.document),
                ("launch.json", &artifacts.launch),
                ("lake-formation/settings.json", &artifacts.settings),
            ] {
                for (pointer, _, writers) in document.leaves() {
                    for writer in writers {
                        add(writer.control, file, format!("`{pointer}`"));
                    }
                }
            }
            for (name, policy) in &artifacts.policies {
                for (statement, writers) in policy.statements() {
                    for writer in writers {
                        add(
                            writer.control,
                            &policy_file(name),
                            format!("the statement `{}`", statement.sid),
                        );
                    }
                }
            }
            for (name, request) in &artifacts.requests {
                for (pointer, writer) in &request.parts {
                    add(writer.control, &request_file(name), leaf_of(pointer));
                }
            }
        }
    }
    found
}

/// The file of a request, with the name of what it is for left out.
fn request_file(name: &str) -> String {
    let actions = [
        "batch-grant-permissions",
        "create-data-cells-filter",
        "create-lf-tag",
        "add-lf-tags-to-resource",
        "register-resource",
        "create-lake-formation-opt-in",
    ];
    let action = actions
        .iter()
        .find(|action| name.starts_with(*action))
        .unwrap_or_else(|| {
            panic!("`{name}` is a request of an action that the documentation does not know")
        });
    format!("lake-formation/{action}-*.json")
}

/// A leaf as the documentation names it: positions in lists do not matter.
fn leaf_of(pointer: &str) -> String {
    let steps = pointer.split('/').map(|step| {
        if step.parse::<u32>().is_ok() {
            "*"
        } else {
            step
        }
    });
    match pointer {
        "" => "the whole request".to_owned(),
        _ => format!("`{}`", steps.collect::<Vec<_>>().join("/")),
    }
}

/// The file of a policy, with the name of what it is for left out.
fn policy_file(name: &str) -> String {
    match name.split('/').collect::<Vec<_>>()[..] {
        ["kms", _] => "kms/<key>.json".to_owned(),
        ["iam", group, _] => format!("iam/{group}/<role>.json"),
        _ => format!("{name}.json"),
    }
}

/// The baselines of the repository that are worth compiling.
fn baselines() -> Vec<String> {
    let mut found = Vec::new();
    for group in entries(&root().join("golden/controls")) {
        found.extend(
            entries(&group)
                .iter()
                .map(|control| control.join("baseline.toml")),
        );
    }
    found.extend(
        entries(&root().join("golden/compile"))
            .iter()
            .map(|case| case.join("baseline.toml")),
    );
    found.extend(
        entries(&root().join("examples"))
            .iter()
            .flat_map(|example| entries(example)),
    );
    found.retain(|path| {
        path.is_file()
            && path
                .extension()
                .is_some_and(|extension| extension == "toml")
    });
    found.iter().map(|path| relative(path)).collect()
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_the_command_prints() {
    golden(
        &root().join("docs/baseline.schema.json"),
        &run(&["schema"]).out,
    );
}

#[test]
fn the_list_of_controls_is_up_to_date() {
    let mut text = "# All controls\n\nA control is one rule. Its id is the table that asks for it in a baseline. `emr-baseline controls ID` prints the same\npage.\n".to_owned();
    for (group, entries) in groups() {
        writeln!(
            text,
            "\n## {group}\n\n| control | severity | holds when |\n| --- | --- | --- |"
        )
        .unwrap();
        for entry in entries {
            let meta = entry.meta;
            writeln!(
                text,
                "| [`{}`]({}) | {} | {} |",
                meta.id,
                page_of(meta.id),
                meta.severity,
                meta.title
            )
            .unwrap();
        }
    }
    golden(&book("controls.md"), &text);
}

/// The controls by group, both in the order of the registry.
fn groups() -> Vec<(&'static str, Vec<&'static Entry>)> {
    let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in REGISTRY {
        let (group, _) = entry.meta.id.split_once('.').unwrap();
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((group, vec![entry])),
        }
    }
    groups
}

#[test]
fn the_table_of_contents_lists_every_control() {
    let path = book("SUMMARY.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("# Controls\n").unwrap();
    let (_, after) = rest.split_once("\n# ").unwrap();
    let mut list = "- [All controls](controls.md)\n".to_owned();
    for (_, entries) in groups() {
        for entry in entries {
            writeln!(list, "  - [{}]({})", entry.meta.id, page_of(entry.meta.id)).unwrap();
        }
    }
    golden(&path, &format!("{before}# Controls\n\n{list}\n# {after}"));
}

#[test]
fn the_settings_in_the_reference_are_up_to_date() {
    let path = book("reference/baseline.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (written, _) = text.split_once("## Settings\n").unwrap();
    let mut settings = "## Settings\n\nEach setting has an order: see [strictness and merging](../merging.md). A setting without a default that no layer\nwrites asks for nothing.\n".to_owned();
    for entry in REGISTRY {
        let id = entry.meta.id;
        let table = settings_table(&(entry.fields)());
        write!(
            settings,
            "\n### {id}\n\nRequires that {}. [Its page](../{}).\n\n{table}",
            entry.meta.title,
            page_of(id)
        )
        .unwrap();
    }
    golden(&path, &format!("{written}{settings}"));
}

#[test]
fn the_reference_of_the_command_line_is_up_to_date() {
    let mut command = Arguments::command().term_width(80);
    command.build();
    let mut text = "# Command line\n\nResults go to stdout or to `-o FILE`, everything else to stderr. Exit codes are on [their own\npage](../unknown.md#exit-codes).\n".to_owned();
    write_help(&mut command, &mut text);
    golden(&book("reference/cli.md"), &text);
}

fn write_help(command: &mut clap::Command, text: &mut String) {
    let name = command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .to_owned();
    let help = command.render_long_help().to_string();
    let help: String = help
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect();
    write!(text, "\n## {name}\n\n```text\n{help}```\n").unwrap();
    for sub in command
        .get_subcommands_mut()
        .filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
    {
        let mut sub = sub.clone().term_width(80);
        write_help(&mut sub, text);
    }
}
