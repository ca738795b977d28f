//! Arguments about live AWS.

use super::Output;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

/// Arguments of `permissions`.
#[derive(Args, Debug)]
pub struct Permissions {
    /// The command
    #[arg(value_name = "COMMAND", value_parser = PossibleValuesParser::new(["audit", "apply"]))]
    pub command: String,
    /// Only what AWS's managed policy `SecurityAudit` lacks
    #[arg(long)]
    pub delta: bool,
    /// The policy of the role from which an audit enters other accounts
    #[arg(long, conflicts_with = "delta")]
    pub hub: bool,
    /// The trust policy of the role in such an account, for a hub of this ARN
    #[arg(long, value_name = "ARN", conflicts_with_all = ["delta", "hub"])]
    pub trust: Option<String>,
    /// The role that is assumed in other accounts
    #[arg(
        long,
        value_name = "NAME",
        default_value = "emr-baseline-audit",
        requires = "hub"
    )]
    pub role_name: String,
    /// What the role in other accounts wants to hear (`sts:ExternalId`)
    #[arg(long, value_name = "ID", requires = "trust")]
    pub external_id: Option<String>,
    /// With `--session-tag`: roles are also allowed, or trust the hub, to tag sessions (`sts:TagSession`)
    #[arg(long)]
    pub session_tags: bool,
    /// The partition of the ARNs
    #[arg(long, value_name = "NAME", default_value = "aws", value_parser = PossibleValuesParser::new(["aws", "aws-cn", "aws-us-gov"]))]
    pub partition: String,
    /// Where the result goes.
    #[command(flatten)]
    pub output: Output,
}

/// What of AWS is observed, and how politely.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Live AWS")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and any of them goes with any other"
)]
pub struct Reach {
    /// Regions, separated by commas, or `all` that are enabled [default: the one that AWS's own tools would use]
    #[arg(long, value_delimiter = ',', value_name = "REGION")]
    pub regions: Vec<String>,
    /// Accounts, separated by commas, by their twelve digits [default: that of the credentials]
    #[arg(long, value_delimiter = ',', value_name = "ACCOUNT", value_parser = account)]
    pub accounts: Vec<String>,
    /// Every active account of the organisation
    #[arg(long)]
    pub organization: bool,
    /// The role to assume in other accounts than that of the credentials, with its path if it has one
    #[arg(long, value_name = "NAME", default_value = "emr-baseline-audit")]
    pub role_name: String,
    /// What the role's trust policy wants to hear (`sts:ExternalId`)
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Roles to assume one after the other before anything else, by their ARNs, separated by commas; the last one enters
    /// the accounts
    #[arg(long, value_delimiter = ',', value_name = "ARN", value_parser = role)]
    pub role_chain: Vec<String>,
    /// What the trust policy of a role of the chain wants to hear; once for each role, in their order, and empty for one that
    /// wants nothing
    #[arg(long, value_name = "ID", requires = "role_chain")]
    pub chain_external_id: Vec<String>,
    /// Session tags of the first role that is assumed, `KEY=VALUE`, which the roles after it inherit; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    pub session_tag: Vec<(String, String)>,
    /// Services to ask, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "SERVICE", value_parser = PossibleValuesParser::new(["elasticmapreduce", "emr-serverless", "emr-containers", "ec2", "kms", "iam", "s3", "lakeformation", "glue"]))]
    pub services: Vec<String>,
    /// Only this cluster; repeatable
    #[arg(long, value_name = "ID")]
    pub cluster: Vec<String>,
    /// Clusters that ended within this time, too, such as `24h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub since: Option<jiff::SignedDuration>,
    /// The steps of each cluster, too: one more call a cluster, at EMR's slowest rate
    #[arg(long)]
    pub steps: bool,
    /// The grants on each key, too: there can be very many
    #[arg(long)]
    pub key_grants: bool,
    /// How much of AWS's request quotas to use; the rest is left to those who launch clusters
    #[arg(long, value_name = "PERCENT", default_value = "40", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub share: u8,
    /// Stop asking after this time, such as `20m`; what was not asked is then indeterminate
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_duration: Option<jiff::SignedDuration>,
    /// End at once, with exit code 2, when another run holds this file
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// One URL for all services, such as an emulator's [env: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Where answers are kept for later runs [default: `emr-baseline` in the user's folder of caches]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache: Option<PathBuf>,
    /// Ask everything, and keep nothing
    #[arg(long)]
    pub no_cache: bool,
    /// How long kept answers count about what can change in a cluster, such as `24h`; `0` asks all of that
    #[arg(long, value_name = "TIME", default_value = "6h", value_parser = age)]
    pub max_age: jiff::SignedDuration,
    /// Print the calls that a run makes and the time it takes, and make none
    #[arg(long)]
    pub plan: bool,
    /// Running clusters that `--plan` reckons with
    #[arg(long, value_name = "NUMBER", default_value = "500")]
    pub expect_clusters: u32,
}

/// A time as a number and a unit.
fn duration(text: &str) -> Result<jiff::SignedDuration, String> {
    let unit = text.chars().next_back();
    let number = unit.and_then(|unit| text.strip_suffix(unit));
    let number: Option<i64> = number.and_then(|number| number.parse().ok());
    let seconds = match unit {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some(_) | None => 0,
    };
    let seconds = number
        .filter(|number| *number > 0 && seconds > 0)
        .and_then(|number| number.checked_mul(seconds))
        // EMR forgets clusters two months after they ended, and no run takes a year.
        .filter(|seconds| *seconds <= 366 * 86_400);
    seconds
        .map(jiff::SignedDuration::from_secs)
        .ok_or_else(|| "write a number and `s`, `m`, `h` or `d`, such as `24h`".to_owned())
}

/// A time, or none.
fn age(text: &str) -> Result<jiff::SignedDuration, String> {
    if text == "0" {
        return Ok(jiff::SignedDuration::ZERO);
    }
    duration(text)
}

/// The ARN of a role.
fn role(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_one = matches!(
        parts.as_slice(),
        ["arn", _, "iam", "", id, what] if account(id).is_ok() && what.starts_with("role/")
    );
    let wrong = || "write a role's ARN, such as `arn:aws:iam::111122223333:role/hub`".to_owned();
    is_one.then(|| text.to_owned()).ok_or_else(wrong)
}

/// A session tag.
/// Source: STS API, `Tag`: a key of 1 to 128 characters, a value of 256 at most.
fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write `KEY=VALUE`, such as `team=security`")?;
    let fits = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
    if fits {
        Ok((key.to_owned(), value.to_owned()))
    } else {
        Err("a key has 1 to 128 characters, and a value 256 at most".to_owned())
    }
}

/// The number of an account.
fn account(text: &str) -> Result<String, String> {
    let is_one = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let wrong = || "an account is twelve digits".to_owned();
    is_one.then(|| text.to_owned()).ok_or_else(wrong)
}
