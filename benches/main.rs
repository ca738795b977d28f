//! How fast the product is, next to what it rests on and to what it is compared with. See `README.md` beside this.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a program that measures: it writes files, runs processes and prints a table"
)]

mod auditors;
mod corpus;
mod faults;
mod fleet;
mod grants;
mod measure;
mod mixed;
mod parsers;
mod peer;
mod snapshot;
mod terraform;

use measure::{Cost, run};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

const PRODUCT: &str = env!("CARGO_BIN_EXE_emr-baseline");
const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// What a run may end with here: nothing or something is wrong in what is judged, or not all of it can be known.
const JUDGED: &[i32] = &[0, 1, 3];
const TEMPLATES: u64 = 1000;
const MODULES: u64 = 1000;
const PLANS: u64 = 200;
const CLUSTERS: u64 = 20_000;
/// Calls that are refused to whoever is denied, of one account and region: the listings.
const REFUSED: u64 = 3;
const MIB: f64 = 1_048_576.0;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some(measure::WRAPPER) => {
            measure::wrap(arguments).ok_or_else(|| io::Error::other("not measured"))
        }
        Some("parse-templates") => parsers::templates(&arguments.next().unwrap_or_default()),
        Some("parse-modules") => parsers::modules(&arguments.next().unwrap_or_default()),
        Some("parse-snapshot") => parsers::snapshot(&arguments.next().unwrap_or_default()),
        Some("observe-fleet") => observe_fleet(&arguments.next().unwrap_or_default()),
        // What follows `cargo bench --`: the parts to run; `--bench` is cargo's own.
        first => {
            let words = first.map(str::to_owned).into_iter().chain(arguments);
            compare(
                &words
                    .filter(|word| !word.starts_with('-'))
                    .collect::<Vec<_>>(),
            )
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where things are: the corpus and the rules that judge it.
struct Places {
    target: PathBuf,
    templates: PathBuf,
    snapshot: PathBuf,
    long_snapshot: PathBuf,
    baseline: String,
    this: PathBuf,
}

impl Places {
    fn new() -> io::Result<Self> {
        let this = std::env::current_exe()?;
        let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..");
        let corpus = target.join("bench-corpus");
        std::fs::create_dir_all(&corpus)?;
        Ok(Self {
            templates: corpus.join("templates"),
            snapshot: corpus.join("snapshot.jsonl"),
            long_snapshot: corpus.join("snapshot-5.jsonl"),
            baseline: format!("{HERE}/benches/baseline.toml"),
            target,
            this,
        })
    }
}

/// Runs the parts that are named, or all.
fn compare(parts: &[String]) -> io::Result<()> {
    let places = Places::new()?;
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|name| name == part);
    println!(
        "cpu: user and system time of all threads, the least of several runs; memory: largest resident set\n"
    );
    if wanted("templates") {
        templates(&places)?;
    }
    if wanted("terraform") {
        terraform(&places)?;
    }
    if wanted("mixed") {
        everything(&places)?;
    }
    if wanted("snapshots") {
        snapshots(&places)?;
    }
    if wanted("grants") {
        lakes(&places)?;
    }
    if wanted("fleet") {
        whole_fleet(&places)?;
    }
    if wanted("auditors") {
        auditors::compare(&places.target)?;
    }
    if wanted("start-up") {
        start_up(&places)?;
    }
    Ok(())
}

fn observe_fleet(file: &str) -> io::Result<()> {
    let mut out = io::BufWriter::new(std::fs::File::create(file)?);
    let (longest, calls) = fleet::observe(&mut out)?;
    io::Write::flush(&mut out)?;
    let summary = format!(
        "{calls} calls; the slowest region took {:.0} s",
        longest.as_secs_f64()
    );
    std::fs::write(format!("{file}.txt"), summary)
}

/// A fleet on a virtual clock, observed through faults and judged.
fn whole_fleet(places: &Places) -> io::Result<()> {
    let corpus = places.target.join("bench-corpus");
    let (file, report) = (corpus.join("fleet.jsonl"), corpus.join("fleet-report.json"));
    let observe = run(&places.this, &["observe-fleet", text(&file)], &[0], 1);
    let baseline = format!("{HERE}/benches/fleet.toml");
    let format = format!("json={}", text(&report));
    let judged = [
        "audit",
        &baseline,
        "--snapshot",
        text(&file),
        "--format",
        &format,
        "--allow-empty",
    ];
    let audit = run(Path::new(PRODUCT), &judged, JUDGED, 1);
    let bytes = std::fs::metadata(&file)?.len() as f64;
    let regions = fleet::ACCOUNTS * fleet::REGIONS;
    let clusters = regions * fleet::CLUSTERS;
    let head = format!(
        "{regions} account-regions, {clusters} clusters, {:.1} MiB",
        bytes / MIB
    );
    println!("{head:<50}      cpu   throughput   memory");
    row(
        "observe on a virtual clock, 5 % of the calls fail",
        observe,
        bytes,
    );
    row("audit", audit, bytes);
    println!(
        "  {}",
        std::fs::read_to_string(format!("{}.txt", text(&file)))?
    );
    let found: serde_json::Value =
        serde_json::from_reader(io::BufReader::new(std::fs::File::open(&report)?))?;
    let seen = (fleet::ACCOUNTS - fleet::DENIED) * fleet::REGIONS * fleet::CLUSTERS;
    let verdicts = |name: &str| {
        let all = found["evaluations"].as_array().into_iter().flatten();
        all.filter(|one| one["verdict"] == name && one["resource"]["kind"] == "emr-cluster")
            .count() as u64
    };
    let problems = found["problems"].as_array().map_or(0, Vec::len) as u64;
    for (what, is, should) in [
        ("compliant", verdicts("compliant"), seen - seen / 10),
        ("noncompliant", verdicts("noncompliant"), seen / 10),
        ("indeterminate", verdicts("indeterminate"), 0),
        (
            "problems",
            problems,
            fleet::DENIED * fleet::REGIONS * REFUSED,
        ),
    ] {
        let verdict = if is == should { "right" } else { "WRONG" };
        println!("  {what:<48} {is:>8} of {should:>8}  {verdict}");
    }
    println!();
    Ok(())
}

fn templates(places: &Places) -> io::Result<()> {
    let _ = std::fs::remove_dir_all(&places.templates);
    let bytes = corpus::write_templates(&places.templates, TEMPLATES)? as f64;
    println!(
        "{TEMPLATES} templates, half JSON and half YAML, {:.1} MiB, {:.1} kB each",
        bytes / MIB,
        bytes / TEMPLATES as f64 / 1000.0
    );
    judged_templates(places, bytes)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn row(what: &str, cost: Option<Cost>, bytes: f64) {
    match cost {
        Some(cost) => println!(
            "  {what:<48} {:>8.1} ms {:>7.1} MiB/s {:>7.1} MiB",
            cost.cpu * 1e3,
            bytes / MIB / cost.cpu,
            cost.memory
        ),
        None => println!("  {what:<48} could not be run"),
    }
}

/// A ratio, and whether it is what the project asks of itself.
pub(crate) fn ratio(what: &str, value: Option<f64>, most: f64) {
    let Some(value) = value else {
        return println!("  {what:<48} not measured");
    };
    let verdict = if value <= most { "within" } else { "OVER" };
    println!("  {what:<48} {value:>8.3}    {verdict} {most}");
}

fn over(one: Option<Cost>, other: Option<Cost>) -> Option<f64> {
    Some(one?.cpu / other?.cpu)
}

fn judged_templates(places: &Places, bytes: f64) -> io::Result<()> {
    let folder = text(&places.templates);
    let parse = run(&places.this, &["parse-templates", folder], &[0], 10);
    let judged = ["check", &places.baseline, "--target", "prod", folder];
    let check = run(Path::new(PRODUCT), &judged, JUDGED, 10);
    let with_json = [&judged[..], &["--format", "json"]].concat();
    let full = run(Path::new(PRODUCT), &with_json, JUDGED, 5);
    let rules = format!("{HERE}/benches/guard");
    let program = peer::installed(&places.target);
    let rule_count = match &program {
        Some(program) => {
            let template = corpus::good_template();
            let faults = places.target.join("bench-corpus").join("faults");
            faults::check(program, &rules, &template, &faults)?
        }
        None => 0,
    };
    let guard = program.and_then(|program| {
        let arguments = [
            "validate",
            "--rules",
            &rules,
            "--data",
            folder,
            "--show-summary",
            "none",
        ];
        run(&program, &arguments, &[0, 19], 3)
    });
    println!("templates                                               cpu   throughput   memory");
    row("parse (our readers, nothing else)", parse, bytes);
    row("check", check, bytes);
    row("check --format json", full, bytes);
    row(
        &format!("cfn-guard {}, {rule_count} like rules", peer::VERSION),
        guard,
        bytes,
    );
    ratio("check / parse", over(check, parse), 3.0);
    ratio("check / cfn-guard", over(check, guard), 0.1);
    ratio("memory of check, MiB", check.map(|cost| cost.memory), 30.0);
    println!();
    Ok(())
}

fn snapshots(places: &Places) -> io::Result<()> {
    let bytes = snapshot::write(&places.snapshot, CLUSTERS)? as f64;
    let long_bytes = snapshot::write(&places.long_snapshot, CLUSTERS * 5)? as f64;
    let audit = |baseline: &str, file: &Path, times| {
        let arguments = ["audit", baseline, "--snapshot", text(file)];
        run(Path::new(PRODUCT), &arguments, JUDGED, times)
    };
    let typed = run(
        &places.this,
        &["parse-snapshot", text(&places.snapshot)],
        &[0],
        5,
    );
    let telling = format!("{HERE}/benches/audit.toml");
    few_findings(&telling, &places.snapshot)?;
    let short = audit(&telling, &places.snapshot, 5);
    let long = audit(&telling, &places.long_snapshot, 1);
    let unknown = audit(&places.baseline, &places.snapshot, 2);
    let unknown_long = audit(&places.baseline, &places.long_snapshot, 1);
    println!(
        "snapshot of {CLUSTERS} clusters, {:.1} MiB                cpu   throughput   memory",
        bytes / MIB
    );
    row("serde_json into typed structs", typed, bytes);
    row("audit --snapshot", short, bytes);
    row(
        "audit --snapshot, five times the clusters",
        long,
        long_bytes,
    );
    row("audit, some unknowns in every cluster", unknown, bytes);
    row(
        "the same, five times the clusters",
        unknown_long,
        long_bytes,
    );
    ratio("audit / serde_json", over(short, typed), 4.0);
    for (name, short, long) in [
        (
            "memory of five times the clusters / of one time",
            short,
            long,
        ),
        (
            "the same, with unknowns in every cluster",
            unknown,
            unknown_long,
        ),
    ] {
        let growth = short
            .zip(long)
            .map(|(short, long)| long.memory / short.memory);
        ratio(name, growth, 1.5);
    }
    println!();
    Ok(())
}

/// Fails where more clusters have findings than were made wrong: what is measured is judging, not the writing of a report
/// that nobody meant. Measured so once, when a baseline came to ask for answers that the snapshot did not hold.
fn few_findings(baseline: &str, file: &Path) -> io::Result<()> {
    let report = Command::new(PRODUCT)
        .args(["audit", baseline, "--snapshot", text(file)])
        .output()?;
    let report = String::from_utf8_lossy(&report.stdout);
    let clusters = report
        .lines()
        .filter(|line| line.starts_with("emr-cluster "));
    let found = clusters.count() as u64;
    if found > CLUSTERS / 50 {
        return Err(io::Error::other(format!(
            "{found} of {CLUSTERS} clusters have findings; one in a hundred was made wrong"
        )));
    }
    Ok(())
}

fn start_up(places: &Places) -> io::Result<()> {
    corpus::write_templates(&places.templates, 1)?;
    let file = places.templates.join("0000.json");
    let version = run(Path::new(PRODUCT), &["--version"], &[0], 50);
    let arguments = ["check", &places.baseline, "--target", "prod", text(&file)];
    let one = run(Path::new(PRODUCT), &arguments, JUDGED, 50);
    println!("start-up");
    let millis = |cost: Option<Cost>| cost.map(|cost| cost.cpu * 1e3);
    ratio("--version, ms of cpu", millis(version), 10.0);
    ratio("check of one template, ms of cpu", millis(one), 10.0);
    ratio(
        "memory of one template, MiB",
        one.map(|cost| cost.memory),
        30.0,
    );
    Ok(())
}

fn terraform(places: &Places) -> io::Result<()> {
    let corpus = places.target.join("bench-corpus");
    let (modules, plans) = (corpus.join("modules"), corpus.join("plans"));
    let _ = std::fs::remove_dir_all(&modules);
    let _ = std::fs::remove_dir_all(&plans);
    let bytes_of_modules = terraform::write_modules(&modules, MODULES)? as f64;
    let bytes_of_plans = terraform::write_plans(&plans, PLANS)? as f64;
    let checkov = peer::checkov(&places.target);
    for (what, folder, bytes, parser, framework) in [
        (
            format!("{MODULES} modules"),
            &modules,
            bytes_of_modules,
            "parse-modules",
            "terraform",
        ),
        (
            format!("{PLANS} plans of five stacks"),
            &plans,
            bytes_of_plans,
            "parse-templates",
            "terraform_plan",
        ),
    ] {
        let folder = text(folder);
        let parse = run(&places.this, &[parser, folder], &[0], 10);
        let judged = ["check", &places.baseline, "--target", "prod", folder];
        let check = run(Path::new(PRODUCT), &judged, JUDGED, 10);
        let peer = checkov.as_deref().and_then(|program| {
            let checks = ["--check", peer::CHECKOV_CHECKS, "--framework", framework];
            let quiet = ["--compact", "--quiet", "--skip-download"];
            let arguments = [&["--directory", folder], &checks[..], &quiet].concat();
            run(program, &arguments, &[0, 1], 1)
        });
        let head = format!("{what}, {:.1} MiB", bytes / MIB);
        println!("{head:<50}      cpu   throughput   memory");
        row("parse, nothing else", parse, bytes);
        row("check", check, bytes);
        row(
            &format!("Checkov {}, its checks of EMR", peer::CHECKOV),
            peer,
            bytes,
        );
        ratio("check / parse", over(check, parse), 3.0);
        ratio("check / Checkov", over(check, peer), 0.01);
        let memory = check
            .zip(peer)
            .map(|(check, peer)| check.memory / peer.memory);
        ratio("memory of check / of Checkov", memory, 0.1);
        println!();
    }
    Ok(())
}

/// Ten thousand files of all kinds in one run, twice: what is said must be the same to the byte.
fn everything(places: &Places) -> io::Result<()> {
    let folder = places.target.join("bench-corpus").join("mixed");
    let _ = std::fs::remove_dir_all(&folder);
    let bytes = mixed::write(&folder)? as f64;
    let judged = ["check", &places.baseline, "--target", "prod", text(&folder)];
    let check = run(Path::new(PRODUCT), &judged, JUDGED, 5);
    let output = || Command::new(PRODUCT).args(judged).output();
    let (one, other) = (output()?, output()?);
    // One line says when it was.
    let said = |output: &Output| -> Vec<String> {
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text.lines().map(str::to_owned);
        lines
            .filter(|line| !line.starts_with("baseline bench "))
            .collect()
    };
    let same = said(&one) == said(&other) && one.stderr == other.stderr;
    let head = format!("{} mixed files, {:.1} MiB", mixed::FILES, bytes / MIB);
    println!("{head:<50}      cpu   throughput   memory");
    row("check", check, bytes);
    if let Some(check) = check {
        println!("  {:<48} {:>8.1} ms", "time on the clock", check.wall * 1e3);
    }
    let verdict = if same {
        "the same to the byte"
    } else {
        "NOT THE SAME"
    };
    let size = one.stdout.len() as f64 / MIB;
    println!(
        "  {:<48} {verdict} ({size:.1} MiB)\n",
        "the output of two runs"
    );
    Ok(())
}

/// Grants that are declared against grants that are there, and the nearest peer on the same.
fn lakes(places: &Places) -> io::Result<()> {
    let folder = places.target.join("bench-corpus").join("grants");
    let peer = peer::lfpolicy(&places.target);
    let mut before: Option<Cost> = None;
    for grants in [10_000, 50_000, 300_000] {
        let lake = grants::write(&folder, grants)?;
        let bytes = lake.bytes as f64;
        let shared = [
            "--target",
            "lake",
            "--snapshot",
            text(&lake.estate),
            "--format",
            "json",
        ];
        let planned = |baseline| [&["plan", text(baseline)], &shared[..]].concat();
        let arguments = planned(&lake.grouped);
        let plan = run(Path::new(PRODUCT), &arguments, JUDGED, 3);
        let head = format!("{grants} grants, {:.1} MiB", bytes / MIB);
        println!("{head:<50}      cpu   throughput   memory");
        row("plan, a table for what is alike", plan, bytes);
        named("plan", &Command::new(PRODUCT).args(&arguments).output()?);
        // A file of a baseline has 16 MiB at most.
        if grants <= 50_000 {
            let flat = run(Path::new(PRODUCT), &planned(&lake.flat), JUDGED, 3);
            row("plan, a table for each grant", flat, bytes);
        }
        let theirs = [
            "audit",
            "--desired",
            text(&lake.desired),
            "--current-snapshot",
            text(&lake.current),
            "--output",
            "json",
        ];
        // Beyond, it would only keep the reader waiting.
        let program = peer.as_deref().filter(|_| grants <= 50_000);
        let cost = program.and_then(|program| run(program, &theirs, &[0, 1], 1));
        if let Some(program) = program {
            row(&format!("lfpolicy {}, audit", peer::LFPOLICY), cost, bytes);
            named("lfpolicy", &Command::new(program).args(theirs).output()?);
            ratio("plan / lfpolicy", over(plan, cost), 0.02);
        }
        if let (Some(plan), Some(before)) = (plan, before) {
            let times = bytes / before.memory;
            ratio(
                "growth of cpu / growth of the estate",
                Some(plan.cpu / before.cpu / times),
                1.5,
            );
        }
        if grants == 300_000 {
            ratio("plan, s of cpu", plan.map(|cost| cost.cpu), 2.0);
            ratio("memory of plan, MiB", plan.map(|cost| cost.memory), 500.0);
        }
        // The size of the estate stands where memory does: both are what the next one is held against.
        before = plan.map(|cost| Cost {
            memory: bytes,
            ..cost
        });
        println!();
    }
    Ok(())
}

/// What of the planted drift an output names.
fn named(who: &str, output: &Output) {
    let (kinds, noise) = grants::found(&String::from_utf8_lossy(&output.stdout));
    let each: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{kind} {count} of {}", grants::PLANTED))
        .collect();
    let noise = if noise {
        "; AND NAMES WHAT DOES NOT DIFFER"
    } else {
        ""
    };
    println!(
        "  {:<48} {}{noise}",
        format!("{who} finds"),
        each.join(", ")
    );
}
