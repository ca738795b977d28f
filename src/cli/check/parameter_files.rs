//! Files of parameters among the files of a run. They give values to the parameters of templates when they are named, so of
//! those that are not the templates say so.

use super::passed::Passed;
use super::passes::Passes;
use crate::cli::files::Input;
use crate::cli::modules::Unit;
use crate::observe::parameters;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A file of parameters: its name, and the values that it gives.
type Values = (String, BTreeMap<String, String>);

impl<'b> Passes<'_, 'b> {
    /// Says of each template which files of parameters there are for it that are not used, and takes none of them for a part
    /// of a request.
    pub(super) fn parameter_files(&self, units: &[Unit], passed: &mut Passed<'b>) {
        if passed.judged.iter().all(|file| file.parameters.is_empty()) {
            return;
        }
        let files = units.iter().filter_map(|unit| match unit {
            Unit::File(input) if is_called_after_parameters(&input.path) => self.values(input),
            Unit::File(_) | Unit::Module(..) => None,
        });
        let files: Vec<Values> = files.collect();
        let mut taken = BTreeSet::new();
        for template in &mut passed.judged {
            let is_for_it = |(_, values): &&Values| {
                let mut names = values.keys();
                names.all(|name| template.parameters.contains(name))
            };
            let own: Vec<&Values> = files.iter().filter(is_for_it).collect();
            taken.extend(own.iter().map(|(name, _)| name.clone()));
            let unused = own.into_iter().filter(|(_, values)| !self.gives(values));
            let unused: Vec<&str> = unused.map(|(name, _)| name.as_str()).collect();
            if let Some(first) = unused.first() {
                let names: Vec<String> = unused.iter().map(|name| format!("`{name}`")).collect();
                template.notes.push(format!(
                    "values for parameters of this template are not used: {}; for those of one deployment give `--parameters {first}`",
                    names.join(", ")
                ));
            }
        }
        for held in passed.held.values_mut() {
            held.retain(|source| !taken.contains(&source.name));
        }
        passed.held.retain(|_, held| !held.is_empty());
    }

    /// Whether values were given on the command line.
    fn gives(&self, values: &BTreeMap<String, String>) -> bool {
        let mut values = values.iter();
        values.all(|(name, value)| self.given.parameters.get(name) == Some(value))
    }

    fn values(&self, input: &Input) -> Option<Values> {
        let (source, _) = self.text_of(input)?;
        let values = parameters::read(&source.name, source.text()).ok()?;
        (!values.is_empty()).then(|| (source.name.clone(), values))
    }
}

/// Whether a file, or the folder that it is in, is called after parameters.
fn is_called_after_parameters(path: &Path) -> bool {
    let is_data = path
        .extension()
        .is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|data| ending == *data));
    let folder = path.parent().and_then(Path::file_name);
    let mut names = [path.file_name(), folder].into_iter().flatten();
    is_data
        && names.any(|name| {
            let name = name.to_string_lossy().to_ascii_lowercase();
            name.contains("param")
        })
}
