//! Arguments of `plan` and `apply`.

use super::Output;
use crate::change::{Kind, Options};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What is planned, and from where AWS is reached.
#[derive(Args, Clone, Debug)]
pub struct Changing {
    /// A baseline file, or `builtin:NAME`
    pub baseline: String,
    /// The target to change [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Take away what goes beyond the baseline, too, where the baseline owns it
    #[arg(long)]
    pub prune: bool,
    /// Only this kind of change; repeatable, or separated by commas [default: all]
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::word)))]
    pub only: Vec<String>,
    /// The role to assume in the target's account, when the credentials are of another
    #[arg(long, value_name = "NAME", help_heading = "Live AWS")]
    pub role_name: Option<String>,
    /// What the role's trust policy wants to hear (`sts:ExternalId`)
    #[arg(long, value_name = "ID", help_heading = "Live AWS")]
    pub external_id: Option<String>,
    /// One URL for all services, such as an emulator's [env: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL", help_heading = "Live AWS")]
    pub endpoint_url: Option<String>,
}

impl Changing {
    /// What to plan.
    pub fn options(&self) -> Options {
        let chosen = |kind: &Kind| self.only.iter().any(|word| word == kind.word());
        Options {
            prune: self.prune,
            only: Kind::ALL.into_iter().filter(chosen).collect(),
        }
    }
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// For programs; the schema is `emr-baseline/plan/v1`
    Json,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct Plan {
    /// What is planned.
    #[command(flatten)]
    pub changing: Changing,
    /// A saved estate instead of live AWS: JSON Lines, optionally compressed with zstd
    #[arg(long, value_name = "FILE", conflicts_with_all = ["role_name", "external_id", "endpoint_url"])]
    pub snapshot: Option<PathBuf>,
    /// Save the plan to this file, for `apply --plan`
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    /// Exit 1 when there is something to change
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `apply`.
#[derive(Args, Debug)]
pub struct Apply {
    /// What is applied.
    #[command(flatten)]
    pub changing: Changing,
    /// Do it without asking
    #[arg(long)]
    pub yes: bool,
    /// Do what this saved plan says, and nothing when what it relied on has moved
    #[arg(long, value_name = "FILE", conflicts_with_all = ["prune", "only"])]
    pub plan: Option<PathBuf>,
    /// Append a line to this file for each call that is made
    #[arg(long, value_name = "FILE")]
    pub trail: Option<PathBuf>,
}
