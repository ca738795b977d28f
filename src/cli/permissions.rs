//! `permissions`: the policy that a command needs.

use super::arguments::Permissions;
use super::{Ended, Terminal};
use crate::judge::Exit;
use crate::live::permissions;

/// Runs `permissions audit`.
pub(super) fn run(arguments: &Permissions, terminal: &mut Terminal<'_>) -> Ended {
    let policy = if arguments.delta {
        permissions::delta()
    } else {
        permissions::policy(&arguments.partition)
    };
    writeln!(terminal.out, "{policy:#}")?;
    Ok(Exit::Clean)
}
