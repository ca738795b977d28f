//! Three auditors of one account and region: this one, Cloud Custodian and Prowler. They ask the same server, which counts
//! what each asks; things that are wrong are planted, and counted as each finds them.

use crate::measure::{Cost, run};
use crate::{HERE, JUDGED, PRODUCT, peer, ratio, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Times that something is run, to take the least.
const TIMES: usize = 3;
/// What moto is right about, as far as the baseline asks.
const SERVICES: &str = "elasticmapreduce,ec2";

/// The account: a server of its own, which ends with this.
struct Account {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it says of itself.
    made: Value,
    folder: PathBuf,
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an auditor took.
struct Took {
    cost: Option<Cost>,
    calls: BTreeMap<String, u64>,
    /// What it says is wrong, by id and name.
    named: BTreeSet<String>,
}

impl Account {
    fn start(python: &Path, folder: PathBuf) -> io::Result<Self> {
        let mut child = Command::new(python)
            .arg(format!("{HERE}/benches/peers/server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut account = Self {
            child,
            out: BufReader::new(out),
            made: Value::Null,
            folder,
        };
        account.made = account.line()?;
        Ok(account)
    }

    fn line(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        self.out.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|error| io::Error::other(format!("server: {error}")))
    }

    /// The calls since the last time, by operation.
    fn calls(&mut self) -> io::Result<BTreeMap<String, u64>> {
        let input = self.child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(b"\n")?;
        input.flush()?;
        Ok(serde_json::from_value(self.line()?)?)
    }

    /// A file of `benches/peers` that names the account's key.
    fn file(&self, name: &str) -> io::Result<String> {
        let from = fs::read_to_string(format!("{HERE}/benches/peers/{name}"))?;
        let path = self.folder.join(name);
        let key = self.made["key"].as_str().unwrap_or_default();
        fs::write(&path, from.replace("KEY", key))?;
        Ok(text(&path).to_owned())
    }

    /// Runs an auditor so often, against the account and nothing else.
    fn audit(
        &mut self,
        program: &Path,
        arguments: &[&str],
        times: usize,
    ) -> io::Result<(Option<Cost>, BTreeMap<String, u64>)> {
        let url = format!(
            "AWS_ENDPOINT_URL={}",
            self.made["url"].as_str().unwrap_or_default()
        );
        let surroundings = [
            url.as_str(),
            "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY=example",
            "AWS_DEFAULT_REGION=us-east-1",
            "AWS_REGION=us-east-1",
            "AWS_EC2_METADATA_DISABLED=true",
            text(program),
        ];
        let all = [&surroundings[..], arguments].concat();
        self.calls()?;
        let cost = run(Path::new("env"), &all, JUDGED, times);
        let mut calls = self.calls()?;
        for count in calls.values_mut() {
            *count /= times as u64;
        }
        Ok((cost, calls))
    }

    /// How many of the planted clusters of each kind are named, and how many that are sound.
    fn found(&self, named: &BTreeSet<String>) -> (usize, usize, Vec<String>, usize) {
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(|one| Some(one.as_str()?.to_owned()))
                .collect()
        };
        let (mut found, mut all, mut missed) = (0, 0, Vec::new());
        for (kind, clusters) in self.made["planted"].as_object().into_iter().flatten() {
            let clusters = clusters.as_array().map_or(&[][..], Vec::as_slice);
            let of = clusters.iter().filter(|ids| {
                let mut ids = texts(ids).into_iter();
                ids.any(|id| named.contains(&id))
            });
            let count = of.count();
            found += count;
            all += clusters.len();
            if count < clusters.len() {
                missed.push(kind.clone());
            }
        }
        let sound = texts(&self.made["sound"]);
        let wrongly = sound.iter().filter(|id| named.contains(*id)).count();
        (found, all, missed, wrongly)
    }

    fn row(&self, what: &str, took: &Took) {
        let calls: u64 = took.calls.values().sum();
        let (found, all, missed, wrongly) = self.found(&took.named);
        match took.cost {
            Some(cost) => println!(
                "  {what:<48} {:>8.1} ms {:>7.1} s {:>9.1} MiB {calls:>6}   {found} of {all}, and {wrongly} that are sound",
                cost.cpu * 1e3,
                cost.wall,
                cost.memory
            ),
            None => println!("  {what:<48} could not be run"),
        }
        if !missed.is_empty() && !took.named.is_empty() {
            println!("  {:<48} does not find {}", "", missed.join(", "));
        }
    }
}

/// What this auditor reports as noncompliant.
fn ours(report: &Path) -> io::Result<BTreeSet<String>> {
    let report: Value = serde_json::from_slice(&fs::read(report)?)?;
    let all = report["evaluations"].as_array().into_iter().flatten();
    let wrong = all.filter(|one| one["verdict"] == "noncompliant");
    let names = wrong.flat_map(|one| {
        let resource = &one["resource"];
        [resource["id"].clone(), resource["name"].clone()]
    });
    Ok(names
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect())
}

/// What Cloud Custodian's policies found.
fn custodians(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for policy in fs::read_dir(folder)?.flatten() {
        let Ok(text) = fs::read(policy.path().join("resources.json")) else {
            continue;
        };
        let found: Value = serde_json::from_slice(&text)?;
        for resource in found.as_array().into_iter().flatten() {
            let each = [&resource["Id"], &resource["Name"]].into_iter();
            named.extend(each.filter_map(|name| Some(name.as_str()?.to_owned())));
        }
    }
    Ok(named)
}

/// What Prowler failed, as the words of its lines.
fn prowlers(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for file in fs::read_dir(folder)?.flatten() {
        if file.path().extension().is_some_and(|end| end == "csv") {
            let text = fs::read_to_string(file.path())?;
            let failed = text.lines().filter(|line| line.contains(";FAIL;"));
            named.extend(failed.flat_map(|line| line.split(';')).map(str::to_owned));
        }
    }
    Ok(named)
}

/// Audits, and prints what each took and found.
pub(crate) fn compare(target: &Path) -> io::Result<()> {
    let folder = target.join("bench-corpus").join("auditors");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    if !cfg!(feature = "live") {
        println!("auditors: not compared, because that needs `--features live`\n");
        return Ok(());
    }
    let Some(tools) = peer::custodian(target) else {
        return Ok(());
    };
    let mut account = Account::start(&tools.join("python"), folder)?;
    println!(
        "one account and region, 200 clusters                    cpu   on the clock    memory  calls   found"
    );
    let own = audited(&mut account)?;
    let custodian = beside(&mut account, &tools.join("custodian"))?;
    if let Some(program) = peer::prowler(target) {
        let folder = account.folder.join("prowler");
        let arguments = [
            "aws",
            "--service",
            "emr",
            "--region",
            "us-east-1",
            "-M",
            "csv",
            "-o",
            text(&folder),
            "--no-banner",
        ];
        let (cost, calls) = account.audit(&program, &arguments, 1)?;
        let named = prowlers(&folder)?;
        let took = Took { cost, calls, named };
        account.row(
            &format!("Prowler {}, its checks of EMR", peer::PROWLER),
            &took,
        );
        ratios(&account, "Prowler", &own, &took);
    }
    ratios(&account, "Cloud Custodian", &own, &custodian);
    println!();
    Ok(())
}

/// Controls that read more of a cluster than its description: its groups, its scripts.
const READ_MORE: &[&str] = &[
    "emr.application-overrides",
    "emr.plaintext-secrets",
    "emr.bootstrap-actions",
];

/// The baseline without the controls that read more.
fn less(account: &Account, baseline: &str) -> io::Result<String> {
    let whole = fs::read_to_string(baseline)?;
    let tables = whole.split("\n[").filter(|table| {
        let name = table.split(']').next().unwrap_or_default();
        !READ_MORE.contains(&name)
    });
    let path = account.folder.join("less.toml");
    fs::write(&path, tables.collect::<Vec<_>>().join("\n["))?;
    Ok(text(&path).to_owned())
}

/// This auditor: without a cache, and again with one that it has just filled; and with as little as Cloud Custodian asks.
fn audited(account: &mut Account) -> io::Result<Took> {
    let baseline = account.file("baseline.toml")?;
    let report = account.folder.join("report.json");
    let format = format!("json={}", text(&report));
    let cache = text(&account.folder.join("cache")).to_owned();
    let fixed = [
        "audit",
        &baseline,
        "--services",
        SERVICES,
        "--share",
        "100",
        "--format",
        &format,
    ];
    let product = Path::new(PRODUCT);
    let arguments = [&fixed[..], &["--no-cache"]].concat();
    let (cost, calls) = account.audit(product, &arguments, TIMES)?;
    let named = ours(&report)?;
    let cold = Took { cost, calls, named };
    account.row("audit", &cold);
    let arguments = [&fixed[..], &["--cache", &cache]].concat();
    account.audit(product, &arguments, 1)?;
    let (cost, calls) = account.audit(product, &arguments, TIMES)?;
    let named = ours(&report)?;
    account.row("audit, a second time", &Took { cost, calls, named });
    let baseline = less(account, &baseline)?;
    let mut arguments = [&fixed[..], &["--no-cache"]].concat();
    arguments[1] = &baseline;
    let (cost, calls) = account.audit(product, &arguments, TIMES)?;
    let named = ours(&report)?;
    let what = "audit, by controls over descriptions alone";
    account.row(what, &Took { cost, calls, named });
    Ok(cold)
}

/// Cloud Custodian: with its cache, which its policies share, and without.
fn beside(account: &mut Account, program: &Path) -> io::Result<Took> {
    let policies = account.file("custodian.yml")?;
    let folder = account.folder.join("custodian");
    let cache = account.folder.join("custodian.cache");
    let arguments = [
        "run",
        "-s",
        text(&folder),
        "--region",
        "us-east-1",
        "--cache",
        text(&cache),
        "--cache-period",
        "15",
        &policies,
    ];
    let mut least: Option<Took> = None;
    for _ in 0..TIMES {
        let _ = fs::remove_file(&cache);
        let (cost, calls) = account.audit(program, &arguments, 1)?;
        let named = custodians(&folder)?;
        let is_less = least.as_ref().is_none_or(|known| {
            let cpu = |cost: Option<Cost>| cost.map_or(f64::MAX, |cost| cost.cpu);
            cpu(cost) < cpu(known.cost)
        });
        if is_less {
            least = Some(Took { cost, calls, named });
        }
    }
    let least = least.ok_or_else(|| io::Error::other("nothing was run"))?;
    let name = format!("Cloud Custodian {}", peer::CUSTODIAN);
    account.row(&name, &least);
    let mut without = arguments;
    without[8] = "0";
    let (cost, calls) = account.audit(program, &without, 1)?;
    let named = custodians(&folder)?;
    account.row(
        &format!("{name}, without its cache"),
        &Took { cost, calls, named },
    );
    Ok(least)
}

fn ratios(account: &Account, who: &str, own: &Took, other: &Took) {
    let of = |part: fn(Cost) -> f64| Some(part(own.cost?) / part(other.cost?));
    let calls = |took: &Took| took.calls.values().sum::<u64>() as f64;
    let found = |took: &Took| account.found(&took.named).0 as f64;
    ratio(
        &format!("cpu of audit / of {who}"),
        of(|cost| cost.cpu),
        0.5,
    );
    ratio(
        &format!("on the clock, audit / {who}"),
        of(|cost| cost.wall),
        1.0,
    );
    ratio(
        &format!("memory of audit / of {who}"),
        of(|cost| cost.memory),
        0.5,
    );
    ratio(
        &format!("calls of audit / of {who}"),
        Some(calls(own) / calls(other)),
        1.0,
    );
    ratio(
        &format!("found by {who} / by audit"),
        Some(found(other) / found(own)),
        0.999,
    );
}
