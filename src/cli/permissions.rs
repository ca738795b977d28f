//! `permissions`: the policy that a command needs.

use super::arguments::Permissions;
use super::{Ended, Terminal};
use crate::judge::Exit;
use crate::live::permissions;

/// Runs `permissions audit` and `permissions apply`.
pub(super) fn run(arguments: &Permissions, terminal: &mut Terminal<'_>) -> Ended {
    if arguments.command == "apply" {
        if arguments.delta || arguments.hub || arguments.trust.is_some() {
            terminal.error("`--delta`, `--hub` and `--trust` are about `permissions audit`")?;
            return Ok(Exit::Unusable);
        }
        let policy = permissions::changing(&arguments.partition);
        writeln!(terminal.out, "{policy:#}")?;
        return Ok(Exit::Clean);
    }
    let policy = if arguments.hub {
        permissions::hub(
            &arguments.partition,
            &arguments.role_name,
            arguments.session_tags,
        )
    } else if let Some(hub) = &arguments.trust {
        permissions::trust(
            hub,
            arguments.external_id.as_deref(),
            arguments.session_tags,
        )
    } else if arguments.delta {
        permissions::delta()
    } else {
        permissions::policy(&arguments.partition)
    };
    writeln!(terminal.out, "{policy:#}")?;
    Ok(Exit::Clean)
}
