//! What a module says of a resource that Terraform does not hold it to: `ignore_changes`.

use super::eval::Evaluator;
use super::expr::Block;
use super::module::problem_at;
use crate::observe::terraform::shape;

impl Evaluator<'_> {
    /// Notes the judged arguments that later applies leave as they find them: the file does not say what they are then.
    pub(super) fn note_ignored(&mut self, block: &Block, kind: &str, instance: usize) {
        let own = block.body.blocks_of("lifecycle").next();
        let own = own.and_then(|lifecycle| lifecycle.body.argument("ignore_changes"));
        // In JSON, blocks are written as arguments.
        let json = || block.body.argument("lifecycle");
        let Some(at) = own.or_else(json).map(|argument| argument.value.at) else {
            return;
        };
        let written = self.files.written(at);
        let ignored = written.split_once("ignore_changes");
        let ignored = ignored.map_or(written, |(_, ignored)| ignored);
        let mut words = ignored.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let mut names: Vec<String> = Vec::new();
        if words.clone().any(|word| word == "all") {
            names.push("every argument".to_owned());
        } else {
            let judged = words.by_ref().filter(|word| shape::judges(kind, word));
            names.extend(judged.map(|word| format!("`{word}`")));
            names.dedup();
        }
        if names.is_empty() {
            return;
        }
        let place = problem_at(&self.files, at, "", "").place;
        let place = place.map_or_else(String::new, |place| {
            format!("{}:{}: ", place.file.unwrap_or_default(), place.line)
        });
        let (path, name) = (self.path_of(instance), block.labels.join("."));
        self.notes.insert(format!(
            "{place}changes to {} of `{path}{name}` are ignored: what is there may differ from what is judged",
            names.join(", ")
        ));
    }
}
