//! `controls`: the list, or one control's page.

use super::{Ended, Terminal};
use crate::control::settings::{Field, Spec};
use crate::control::{Entry, Span};
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
    write!(terminal.out, "{}", page(entry))?;
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

/// The documentation of a control, with what its declaration says, as Markdown.
fn page(entry: &Entry) -> String {
    let meta = entry.meta;
    let kinds: Vec<String> = meta
        .kinds
        .iter()
        .map(|kind| format!("`{}`", kind.name()))
        .collect();
    let judges = match meta.span {
        Span::Resource | Span::Estate => kinds.join(", "),
        Span::Run => "the run as a whole".to_owned(),
    };
    let mappings = match meta.references {
        [] => String::new(),
        references => format!("\n- Mappings: {}", references.join(", ")),
    };
    let ours = meta.references.iter().any(|text| text.starts_with("own"));
    let own = if ours {
        " (*own*: ours, not published by AWS)"
    } else {
        ""
    };
    format!(
        "{}\n## Settings\n\n{}\n- Severity: {}\n- Judges: {judges}\n- Since: {}{mappings}{own}\n",
        meta.docs,
        settings_table(&(entry.fields)()),
        meta.severity,
        meta.since,
    )
}

/// The settings of a control as Markdown tables: one of the settings, and one for each setting that is a table.
pub fn settings_table(fields: &[Field]) -> String {
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
    let columns = fields
        .iter()
        .map(|field| columns_table(&field.key, &field.spec));
    format!(
        "| setting | form and order | default | meaning |\n| --- | --- | --- | --- |\n{}{}",
        rows.collect::<String>(),
        columns.collect::<String>()
    )
}

/// The keys of a setting that is a table, or several.
fn columns_table(key: &str, spec: &Spec) -> String {
    let (Spec::ExactlyTable(columns)
    | Spec::ExactlyRows(columns)
    | Spec::Rows(columns)
    | Spec::OnlyRows(columns)) = spec
    else {
        return String::new();
    };
    let rows = columns.iter().map(|column| {
        let required = if column.required { "yes" } else { "" };
        let identity = if column.identity { "yes" } else { "" };
        format!(
            "| `{}` | {} | {required} | {identity} | {} |\n",
            column.key, column.cell, column.doc
        )
    });
    format!(
        "\nEach `{key}` has:\n\n| key | form | required | identity | meaning |\n| --- | --- | --- | --- | --- |\n{}",
        rows.collect::<String>()
    )
}
