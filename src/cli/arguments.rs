//! The command line as data: clap derives parsing, help, completions and the man page from it.

mod change;
mod live;

pub(super) use change::{Apply, Changing, Plan, PlanFormat};
pub(super) use live::{Permissions, Reach};

use super::access::Access;
use super::import::Import;
use crate::control::Severity;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// Policy compiler and auditor for the security baseline of Amazon EMR and AWS Lake Formation.
#[derive(Debug, Parser)]
#[command(name = "emr-baseline", version, max_term_width = 100)]
#[command(
    after_help = "Examples:\n  emr-baseline demo\n  emr-baseline check builtin:recommended template.yaml\n  emr-baseline compile prod.toml --out artifacts\n\nExit codes: 0 clean, 1 noncompliant, 2 unusable input, 3 something could not be determined."
)]
pub struct Arguments {
    /// When to colour the output
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub color: Color,
    /// The time of evaluation, for waivers, releases and certificates [default: now]
    #[arg(long, global = true, value_name = "RFC3339")]
    pub at: Option<jiff::Timestamp>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When to colour the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check baselines: every mistake of every file, each at its line
    #[command(
        after_help = "Examples:\n  emr-baseline validate prod.toml\n  emr-baseline validate baselines/*.toml"
    )]
    Validate {
        /// Baseline files, or `builtin:NAME`
        #[arg(required = true, value_name = "BASELINE")]
        baselines: Vec<String>,
        /// Where the result goes.
        #[command(flatten)]
        output: Output,
    },
    /// Write the artifacts of a baseline's targets
    #[command(
        after_help = "Examples:\n  emr-baseline compile prod.toml --out artifacts\n  emr-baseline compile prod.toml --target prod-us --emit security-configuration --out artifacts"
    )]
    Compile(Compile),
    /// Show what a baseline asks for, and which line of which layer asks
    #[command(
        after_help = "Examples:\n  emr-baseline explain prod.toml\n  emr-baseline explain prod.toml emr.disk-encryption\n  emr-baseline explain prod.toml --target prod-us \\\n      --artifact artifacts/prod-us/security-configuration.json --pointer /EncryptionConfiguration"
    )]
    Explain(Explain),
    /// Compare two baselines, control by control
    #[command(
        after_help = "Examples:\n  emr-baseline compare old.toml new.toml\n  emr-baseline compare --deny-weaker main/prod.toml prod.toml"
    )]
    Compare(Compare),
    /// Show who may read what: grants, filters, tags and role mappings added up
    #[command(
        after_help = "Examples:\n  emr-baseline access prod.toml\n  emr-baseline access prod.toml --table sales.orders --column card_number\n  emr-baseline access prod.toml --principal 'analyst-*' --why\n  emr-baseline access diff main.toml branch.toml --deny-gains"
    )]
    Access(Access),
    /// Write the baseline that describes a data lake as it is
    #[command(
        after_help = "Examples:\n  emr-baseline import estate.jsonl -o lake.toml\n  emr-baseline import estate.jsonl --account 111122223333 --region us-west-2\n  emr-baseline import infra/ --account 111122223333 --region us-west-2\n\nWhat is written is audited before it is shown: an audit by it finds nothing, or what it finds is said.\n\nExit codes: 0 everything is in it, 2 nothing was read, 3 something could not be said in a baseline, or not known."
    )]
    Import(Import),
    /// Judge configuration files and folders, offline
    #[command(
        after_help = "Examples:\n  emr-baseline check builtin:recommended template.yaml launch.json\n  emr-baseline check prod.toml --target prod-us --format sarif=out.sarif infra/\n  emr-baseline check prod.toml infra/ --diff origin/main\n  emr-baseline check prod.toml infra/ --write-ratchet ratchet.json\n  emr-baseline check prod.toml infra/ --ratchet ratchet.json\n  emr-baseline check prod.toml infra/ --fix --dry-run"
    )]
    Check(Check),
    /// Test baselines by cases: inputs with the verdicts that are expected of them
    #[command(
        after_help = "Examples:\n  emr-baseline test security/cases\n\nEvery folder below DIR that holds a `case.toml` is a case; its paths are seen from there:\n\n  baseline = \"../../prod.toml\"             # or \"builtin:NAME\"\n  input    = [\"template.yaml\"]             # files and folders\n  target   = \"prod-us\"                     # optional, as `check --target`\n  at       = 2026-11-22T12:00:00Z          # optional, as `--at`\n\n  [parameters]                             # optional, as `check --parameters`\n  Stage = \"prod\"\n\n  [expect]                                 # the worst over all resources\n  \"emr.disk-encryption\" = \"noncompliant\"\n\n  [[expect-resource]]                      # the verdict on one of them\n  control  = \"emr.disk-encryption\"\n  resource = \"Etl\"\n  verdict  = \"noncompliant\"\n\nExit codes: 0 all as expected, 1 a verdict is not as expected, 2 a mistake in a case, or no case."
    )]
    Test {
        /// Folders of cases
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// Where the result goes.
        #[command(flatten)]
        output: Output,
    },
    /// Judge live AWS (needs the `live` feature), or a snapshot of it
    #[command(
        after_help = "Examples:\n  emr-baseline audit prod.toml --regions us-west-2,eu-west-1\n  emr-baseline audit prod.toml --plan --expect-clusters 200\n  emr-baseline audit prod.toml --snapshot estate.jsonl\n  emr-baseline audit prod.toml --snapshot estate.jsonl.zst --format json"
    )]
    Audit(Audit),
    /// Save a snapshot of live AWS (needs the `live` feature)
    #[command(
        after_help = "Examples:\n  emr-baseline observe --regions us-west-2 -o estate.jsonl\n  emr-baseline observe --plan --expect-clusters 200\n\nCredentials and the region come from where the AWS command line finds them: the environment, profiles, IAM Identity Center, roles of the machine. Every call reads; `emr-baseline permissions audit` prints the policy that allows them.\n\nExit codes: 0 everything was observed, 2 nothing could be, 3 a part is missing."
    )]
    Observe(Observe),
    /// Print the least-privilege IAM policy that a command needs
    #[command(
        after_help = "Examples:\n  emr-baseline permissions audit > audit-policy.json\n  emr-baseline permissions audit --delta\n  emr-baseline permissions apply > apply-policy.json"
    )]
    Permissions(Permissions),
    /// Show what would change in AWS (needs the `live` feature), or in a snapshot of it
    #[command(
        after_help = "Examples:\n  emr-baseline plan prod.toml --target prod-us\n  emr-baseline plan prod.toml --target prod-us --prune --only grants,filters\n  emr-baseline plan prod.toml --target prod-us --snapshot estate.jsonl --format json\n  emr-baseline plan prod.toml --target prod-us --detailed-exitcode --save plan.json\n\n+ comes, ~ changes, - goes. What goes beyond the baseline is always told, and goes only with --prune.\n\nExit codes: 0 planned, 1 something to change (with --detailed-exitcode), 2 unusable input, or refused, 3 something that is needed was not observed."
    )]
    Plan(Plan),
    /// Change AWS to what the baseline asks for (needs the `live` feature)
    #[command(
        after_help = "Examples:\n  emr-baseline apply prod.toml --target prod-us\n  emr-baseline apply prod.toml --target prod-us --plan plan.json --yes --trail trail.jsonl\n  emr-baseline permissions apply > apply-policy.json\n\nAn interrupted run is gone on with by running again.\n\nExit codes: 0 as the baseline asks, 1 something could not be changed, 2 unusable input, or refused: nothing was changed, 3 something that is needed was not observed."
    )]
    Apply(Apply),
    /// Compile and judge the example inside this binary, showing each command
    #[command(after_help = "Example:\n  emr-baseline demo")]
    Demo,
    /// List the controls, or print one control's documentation
    #[command(
        after_help = "Examples:\n  emr-baseline controls\n  emr-baseline controls emr.disk-encryption"
    )]
    Controls {
        /// A control
        #[arg(value_name = "CONTROL")]
        id: Option<String>,
        /// Where the result goes.
        #[command(flatten)]
        output: Output,
    },
    /// Print the JSON Schema of baselines, for editors
    #[command(after_help = "Example:\n  emr-baseline schema > baseline.schema.json")]
    Schema(Output),
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  emr-baseline completions bash > /etc/bash_completion.d/emr-baseline"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
        /// Where the result goes.
        #[command(flatten)]
        output: Output,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  emr-baseline man | man -l -")]
    Man(Output),
}

impl Command {
    /// The file that takes the place of stdout. Commands with reports deliver those themselves.
    pub(super) fn output(&self) -> Option<&Path> {
        let output = match self {
            Self::Validate { output, .. }
            | Self::Test { output, .. }
            | Self::Controls { output, .. }
            | Self::Completions { output, .. }
            | Self::Schema(output)
            | Self::Man(output) => output,
            Self::Explain(explain) => &explain.output,
            Self::Permissions(permissions) => &permissions.output,
            Self::Plan(plan) => &plan.output,
            Self::Compare(compare) => &compare.output,
            Self::Access(access) => &access.asked().output,
            Self::Import(import) => &import.output,
            Self::Compile(_)
            | Self::Check(_)
            | Self::Audit(_)
            | Self::Observe(_)
            | Self::Apply(_)
            | Self::Demo => return None,
        };
        output.output.as_deref()
    }
}

/// Where a result goes.
#[derive(Args, Debug)]
pub struct Output {
    /// Write the result to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Kinds of artifact that `compile` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// `security-configuration.json`
    SecurityConfiguration,
    /// `launch.json`
    Launch,
    /// `lake-formation/*.json`
    LakeFormation,
    /// `iam/*.json`
    Iam,
    /// `kms/*.json`
    Kms,
    /// `leaves.txt`
    Leaves,
}

/// Arguments of `compile`.
#[derive(Args, Debug)]
pub struct Compile {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// Only this target; repeatable [default: all]
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// Only this kind of artifact; repeatable [default: all]
    #[arg(long, value_enum, value_name = "KIND")]
    pub emit: Vec<Emit>,
    /// The folder to write to; each target gets a folder of its own in it
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// Only this control
    pub control: Option<String>,
    /// The target whose parameters are put in
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// A compiled file: which control wrote the leaf at `--pointer`?
    #[arg(long, value_name = "FILE", requires = "pointer")]
    pub artifact: Option<PathBuf>,
    /// A JSON pointer in the compiled file
    #[arg(long, value_name = "/A/B", requires = "artifact")]
    pub pointer: Option<String>,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub struct Compare {
    /// The baseline as it was
    pub old: String,
    /// The baseline as it is now
    pub new: String,
    /// Exit 1 when any control became weaker in some respect
    #[arg(long)]
    pub deny_weaker: bool,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// What a report shows, and what fails a run.
#[derive(Args, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Reporting {
    /// Report format, `FORMAT` or `FORMAT=FILE`; repeatable. FORMAT is text, json, sarif, junit, github, gitlab,
    /// markdown, html or csv
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text")]
    pub format: Vec<String>,
    /// Keep SARIF within what GitHub's code scanning takes: the 5,000 worst problems. What was cut is said in it
    #[arg(long)]
    pub github_limits: bool,
    /// Write the report that would go to stdout to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The least severity that fails the run
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = PossibleValuesParser::new(Severity::ALL.map(Severity::name)))]
    pub fail_on: String,
    /// Exit 0 where something could not be determined
    #[arg(long)]
    pub allow_indeterminate: bool,
    /// Exit 0 where there was nothing to judge
    #[arg(long)]
    pub allow_empty: bool,
    /// List evaluations that do not apply, too
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The target whose parameters are put in [default: the only one, else none]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Take every file for this dialect instead of recognising it: `security-configuration`, `run-job-flow`,
    /// `step-functions`, `python`, `cloudformation`, `terraform-plan`, `terraform` or `lake-formation`
    #[arg(long = "as", value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// A template's parameter or a module's variable, or a file of them as the AWS command line or Terraform
    /// take it; repeatable, the last one counts
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub parameters: Vec<String>,
    /// Report only what is new since this git commit, branch or tag: findings that stood in its tree already are
    /// counted, not listed
    #[arg(long, value_name = "BASE_REF")]
    pub diff: Option<String>,
    /// Tolerate the findings in this file as long as they stay as they are: one that gets worse is new, and so is one
    /// whose value changes to another that does not do
    #[arg(long, value_name = "FILE")]
    pub ratchet: Option<PathBuf>,
    /// Write the findings to this file, for `--ratchet`; together with `--ratchet`, only those that are tolerated and
    /// still there
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub write_ratchet: Option<PathBuf>,
    /// Change the files where the baseline determines what is to stand there, and report what is left
    #[arg(long)]
    pub fix: bool,
    /// With `--fix`: print the changes as a unified diff instead of making them
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// What is reported, and what fails.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// Arguments of `audit`.
#[derive(Args, Debug)]
pub struct Audit {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// A saved estate instead of live AWS: JSON Lines, optionally compressed with zstd
    #[arg(long, value_name = "FILE", conflicts_with_all = ["regions", "services", "cluster", "since", "steps", "key_grants", "plan", "endpoint_url", "max_duration"])]
    pub snapshot: Option<PathBuf>,
    /// The target to judge everything by, where several are bound to one account and region
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Say nothing on stdout and stderr when nothing changed since the run that last wrote this file; else what did.
    /// Reports that go to files are written and the exit code is the same either way
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// What is reported, and what fails.
    #[command(flatten)]
    pub reporting: Reporting,
    /// What of AWS is observed.
    #[command(flatten)]
    pub reach: Reach,
}

/// Arguments of `observe`.
#[derive(Args, Debug)]
pub struct Observe {
    /// What of AWS is observed.
    #[command(flatten)]
    pub reach: Reach,
    /// Where the snapshot goes.
    #[command(flatten)]
    pub output: Output,
}
