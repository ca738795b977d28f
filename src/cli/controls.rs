//! `controls`: the list, or one control's page.

use super::{Ended, Terminal};
use crate::control::settings::Field;
use crate::controls::{REGISTRY, find};
use crate::judge::Exit;
use std::io::Write;

/// Runs `controls [ID]`.
pub(super) fn run(id: Option<&str>, terminal: &mut Terminal<'_>) -> Ended {
    let Some(id) = id else { return list(terminal) };
    let Some(entry) = find(id) else {
        terminal.error(&format!("no control is called `{id}`"))?;
        let near = REGISTRY
            .iter()
            .map(|entry| entry.meta.id)
            .max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
        terminal.help(&format!(
            "did you mean `{}`? `emr-baseline controls` lists all",
            near.unwrap_or_default()
        ))?;
        return Ok(Exit::Unusable);
    };
    write!(terminal.out, "{}", entry.meta.docs)?;
    writeln!(
        terminal.out,
        "\n## Settings\n\n{}",
        settings_table(&(entry.fields)())
    )?;
    writeln!(
        terminal.out,
        "Severity: {}. Judges: {}.",
        entry.meta.severity,
        entry
            .meta
            .kinds
            .iter()
            .map(|kind| kind.name())
            .collect::<Vec<_>>()
            .join(", ")
    )?;
    Ok(Exit::Clean)
}

fn list(terminal: &mut Terminal<'_>) -> Ended {
    let width = REGISTRY
        .iter()
        .map(|entry| entry.meta.id.len())
        .max()
        .unwrap_or_default();
    for entry in REGISTRY {
        let room = terminal.width.saturating_sub(width + 12).max(20);
        let mut title = entry.meta.title.to_owned();
        if title.chars().count() > room {
            title = title.chars().take(room - 1).chain(['…']).collect();
        }
        writeln!(
            terminal.out,
            "{:<width$}  {:<8}  {title}",
            entry.meta.id,
            entry.meta.severity.name()
        )?;
    }
    Ok(Exit::Clean)
}

/// The settings of a control as a Markdown table.
pub(super) fn settings_table(fields: &[Field]) -> String {
    if fields.is_empty() {
        return "None.\n".to_owned();
    }
    let rows = fields.iter().map(|field| {
        let default = field
            .default
            .map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
        format!(
            "| `{}` | {} | {default} | {} |\n",
            field.key, field.spec, field.doc
        )
    });
    format!(
        "| setting | form and order | default | meaning |\n| --- | --- | --- | --- |\n{}",
        rows.collect::<String>()
    )
}
