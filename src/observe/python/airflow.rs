//! Airflow's operators, which put what they are given over what a connection says.

use super::calls::{Given, Reader};
use super::launches::Launch;
use super::names::Use;
use super::syntax::Code;
use super::values::{At, span};
use crate::observe::edit;
use crate::observed::Reason;
use crate::observed::tree::NodeId;

impl<'p> Reader<'p, '_> {
    /// Airflow puts the overrides over what the connection says, so a member that is missing may come from there.
    pub(super) fn airflow(&mut self, launch: &Launch<'p>, given: &Given<'p>) {
        let code = given.code;
        let overrides = self.argument(given, "job_flow_overrides");
        let names = self.evaluator.names;
        let changed = names.changes_of_attribute("job_flow_overrides").first();
        let body = if let Some(change) = changed {
            self.evaluator.changed_by(change, code)
        } else if let Some((value, at)) = overrides {
            self.evaluator.eval(value, at)
        } else {
            let keywords = self.keywords(given);
            let keywords = self.mapped(launch, keywords);
            match self.evaluator.tree.node(keywords).open().cloned() {
                Some(reason) => self.evaluator.tree.push_lost(reason, span(code)),
                None => edit::empty_map(&mut self.evaluator.tree, keywords),
            }
        };
        let task = self.argument(given, "task_id");
        let task = task.map(|(task, at)| self.evaluator.eval(task, at));
        let task =
            task.and_then(|task| self.evaluator.tree.node(task).as_text().map(str::to_owned));
        self.over_connection(body, code, task.as_deref());
    }

    /// Arguments to which others are added later, by `expand`.
    pub(super) fn mapped(&mut self, launch: &Launch<'p>, keywords: NodeId) -> NodeId {
        if !launch.mapped {
            return keywords;
        }
        let place = "`expand`, for each of the tasks".to_owned();
        edit::opened(
            &mut self.evaluator.tree,
            keywords,
            Reason::Elsewhere { place },
        )
    }

    fn over_connection(&mut self, body: NodeId, code: Code<'p>, called: Option<&str>) {
        let node = self.evaluator.tree.node(body);
        // A file's name, a text of JSON: what Airflow makes of it is not followed.
        let body = if node.as_text().is_some() {
            self.evaluator.unknown("a template of Airflow's", code)
        } else {
            let place = "the Airflow connection".to_owned();
            edit::opened(&mut self.evaluator.tree, body, Reason::Elsewhere { place })
        };
        self.request(body, "job_flow_overrides", called);
    }

    /// Overrides that no operator of this file takes: another file does.
    pub(super) fn overrides(&mut self) {
        let names = self.evaluator.names;
        for (name, binding) in names.bound() {
            let upper = name.to_ascii_uppercase();
            let Some(value) = binding.value else { continue };
            if upper != "JOB_FLOW_OVERRIDES" && !upper.ends_with("_JOB_FLOW_OVERRIDES")
                || self.evaluator.followed.contains(&value.start_byte())
            {
                continue;
            }
            let used = Use {
                context: binding.context,
                at: usize::MAX,
            };
            let body = self.evaluator.named(
                name,
                value,
                At {
                    context: binding.context,
                    used,
                    copied: None,
                },
            );
            self.over_connection(body, value, None);
        }
    }

    /// The operator has a release and a type of its own, and the rest in `config`.
    pub(super) fn airflow_application(&mut self, keywords: NodeId) -> NodeId {
        let tree = &mut self.evaluator.tree;
        let config = edit::member(tree, keywords, "config");
        let body = config.unwrap_or_else(|| edit::empty_map(tree, keywords));
        match edit::member(tree, keywords, "release_label") {
            Some(release) => edit::with(tree, body, "releaseLabel", release),
            None => body,
        }
    }
}
