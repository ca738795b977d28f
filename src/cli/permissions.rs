//! `permissions`: the policy that a command needs.

use super::arguments::Permissions;
use super::{Ended, Terminal};
use crate::judge::Exit;
use crate::live::permissions;

/// Runs `permissions audit`.
pub(super) fn run(arguments: &Permissions, terminal: &mut Terminal<'_>) -> Ended {
    let policy = if arguments.hub {
        permissions::hub(&arguments.partition, &arguments.role_name)
    } else if let Some(hub) = &arguments.trust {
        permissions::trust(hub, arguments.external_id.as_deref())
    } else if arguments.delta {
        permissions::delta()
    } else {
        permissions::policy(&arguments.partition)
    };
    writeln!(terminal.out, "{policy:#}")?;
    Ok(Exit::Clean)
}
