//! What a module runs beside what it declares: provisioners and external programs whose command lines ask EMR or Lake
//! Formation for something. They are not read.

use super::eval::Evaluator;
use super::expr::{At, Block};
use super::module::problem_at;
use crate::observe::foreign;

/// Where a resource says what is run.
const PROVISIONER: &str = "provisioner";
/// A data source that runs a program.
const EXTERNAL: &str = "external";

impl Evaluator<'_> {
    /// Tells of a command line in a block that launches or opens something; whether there is one.
    pub(super) fn tell_of_commands(&mut self, block: &Block, instance: usize) -> bool {
        let found = places(block).into_iter().find_map(|at| {
            let command = foreign::command(self.files.written(at))?;
            Some((at, command))
        });
        let Some((at, command)) = found else {
            return false;
        };
        let (path, name) = (self.path_of(instance), block.labels.join("."));
        let problem = problem_at(
            &self.files,
            at,
            format!("could not judge what `{path}{name}` runs"),
            foreign::not_read_of(command),
        );
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        true
    }
}

/// Where a block says what is run. In JSON, blocks are written as arguments.
fn places(block: &Block) -> Vec<At> {
    if block.labels.first().is_some_and(|kind| &**kind == EXTERNAL) {
        return vec![block.at];
    }
    let blocks = block.body.blocks_of(PROVISIONER).map(|block| block.at);
    let argument = block.body.argument(PROVISIONER);
    let argument = argument.map(|argument| argument.value.at);
    blocks.chain(argument).collect()
}
