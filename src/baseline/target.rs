//! `[parameters]` and `[targets]`: what `${name}` stands for in one account and region.

use super::binding::{Binding, Bound, Filled, Name};
use super::check;
use super::layer::{Layer, Parameter};
use super::problem::Problem;
use super::source::Source;
use super::suggest;
use super::value::{Item, Pair, Value};
use crate::control::Target;
use crate::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};

/// The parameters and targets of all layers together.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets {
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) list: Vec<Target>,
    /// By target: the values that it gives.
    values: BTreeMap<String, BTreeMap<String, Bound>>,
}

/// The target of an account and region that no baseline names, with no parameters.
pub fn target_of_place(account: &str, region: &str) -> Target {
    Target {
        name: String::new(),
        account: account.to_owned(),
        region: region.to_owned(),
        partition: check::partition(region).unwrap_or("aws"),
        values: BTreeMap::new(),
    }
}

/// Reads the parameters and targets of all layers.
pub(super) fn read(layers: &[Layer], problems: &mut Vec<Problem>) -> Targets {
    let mut targets = Targets {
        parameters: parameters(layers, problems),
        ..Targets::default()
    };
    let names: BTreeSet<&String> = layers
        .iter()
        .flat_map(|layer| layer.targets.keys())
        .collect();
    for name in names {
        targets.read(name, layers, problems);
    }
    targets
}

fn parameters(layers: &[Layer], problems: &mut Vec<Problem>) -> BTreeMap<String, Parameter> {
    let mut all: BTreeMap<String, Parameter> = BTreeMap::new();
    for (name, parameter) in layers.iter().flat_map(|layer| &layer.parameters) {
        match all.get(name) {
            Some(other) if (other.kind, other.list) != (parameter.kind, parameter.list) => {
                let message = format!("`{name}` is declared with two types");
                problems.push(
                    Problem::new("conflict", message)
                        .at(parameter.origin.clone(), type_name(parameter))
                        .at(other.origin.clone(), type_name(other))
                        .help("one parameter has one type in all layers"),
                );
            }
            Some(other) => match (&other.default, &parameter.default) {
                (Some((_, one)), Some((_, another))) if text_of(one) != text_of(another) => {
                    problems.push(
                        Problem::new("conflict", format!("`{name}` has two defaults"))
                            .at(parameter.origin.clone(), "one here")
                            .at(other.origin.clone(), "another here")
                            .help("one parameter has one default in all layers"),
                    );
                }
                (None, Some(_)) => drop(all.insert(name.clone(), parameter.clone())),
                _ => {}
            },
            None => drop(all.insert(name.clone(), parameter.clone())),
        }
    }
    // What depends on the target is looked at in each.
    let closed = all.values().filter(|parameter| !parameter.is_open());
    for parameter in closed {
        if let Some((source, item)) = &parameter.default
            && let Err((problem, item)) = value(parameter, &Binding::new(None), item)
        {
            problems.push(problem.at(source.origin(&item.bytes), ""));
        }
    }
    all
}

fn type_name(parameter: &Parameter) -> String {
    let list = if parameter.list { "list of " } else { "" };
    format!("{list}{}", parameter.kind.name())
}

impl Targets {
    /// What names stand for in a target, or in none.
    pub(super) fn binding(&self, target: Option<&Target>) -> Binding {
        let mut binding = Binding::new(target);
        let values = target.and_then(|target| self.values.get(&target.name));
        for (name, parameter) in &self.parameters {
            let bound = values.and_then(|values| values.get(name)).cloned();
            let bound = bound.or_else(|| parameter.default_without_a_target(target));
            binding.add(
                name,
                Name {
                    bound: bound.unwrap_or(Bound::Open),
                    kind: parameter.kind,
                    list: parameter.list,
                },
            );
        }
        binding
    }

    /// The parameters that have no value in a target.
    pub(super) fn unbound(&self, target: Option<&Target>) -> BTreeSet<String> {
        let values = target.and_then(|target| self.values.get(&target.name));
        let names = self.parameters.keys();
        names
            .filter(|name| values.is_none_or(|values| !values.contains_key(*name)))
            .filter(|name| {
                let parameter = self.parameters.get(*name);
                parameter.is_none_or(|own| own.default_without_a_target(target).is_none())
            })
            .cloned()
            .collect()
    }

    /// Reads one target, which several layers may give parts of.
    fn read(&mut self, name: &str, layers: &[Layer], problems: &mut Vec<Problem>) {
        let mut given: BTreeMap<&str, (&Source, &Pair)> = BTreeMap::new();
        let mut origin = None;
        for layer in layers {
            let Some(pair) = layer.targets.get(name) else {
                continue;
            };
            origin = Some(layer.source.origin(&pair.bytes()));
            let Value::Table(pairs) = &pair.item.value else {
                continue;
            };
            for pair in pairs {
                let here = (&*layer.source, pair);
                match given.insert(&pair.key, here) {
                    Some(other) if text_of(&other.1.item) != text_of(&pair.item) => {
                        problems.push(two_values(name, here, other));
                    }
                    _ => {}
                }
            }
        }
        let Some(origin) = origin else { return };
        let account = own(&given, name, "account", &origin, problems, |text| {
            (!check::is_account(text)).then_some("an account id has twelve digits")
        });
        let region = own(&given, name, "region", &origin, problems, |text| {
            let fits = check::partition(text).is_some();
            (!fits).then_some("a region is written as `us-west-2`")
        });
        let (Some(account), Some(region)) = (account, region) else {
            return;
        };
        let partition = check::partition(&region).unwrap_or("aws");
        let mut target = Target {
            name: name.to_owned(),
            account,
            region,
            partition,
            values: BTreeMap::new(),
        };
        let values = self.values_of(&target, &given, problems);
        target.values = values
            .iter()
            .filter_map(|(name, value)| match value {
                Bound::One(text) => Some((name.clone(), text.clone())),
                Bound::Many(_) | Bound::Open => None,
            })
            .collect();
        self.values.insert(name.to_owned(), values);
        self.list.push(target);
    }

    fn values_of(
        &self,
        target: &Target,
        given: &BTreeMap<&str, (&Source, &Pair)>,
        problems: &mut Vec<Problem>,
    ) -> BTreeMap<String, Bound> {
        // A value may be put together from the target's own names, not from other parameters.
        let binding = Binding::new(Some(target));
        let mut values = BTreeMap::new();
        for (name, parameter) in &self.parameters {
            let Some((source, item)) = &parameter.default else {
                continue;
            };
            if given.contains_key(name.as_str()) {
                continue;
            }
            match value(parameter, &binding, item) {
                Ok(Some(bound)) => drop(values.insert(name.clone(), bound)),
                Ok(None) => {}
                // One mistake of a default is one, however many targets there are.
                Err((problem, item)) => {
                    let problem = problem.at(source.origin(&item.bytes), "");
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
            }
        }
        for (key, (source, pair)) in given {
            if ["account", "region"].contains(key) {
                continue;
            }
            let Some(parameter) = self.parameters.get(*key) else {
                problems.push(self.unknown(key, source, pair));
                continue;
            };
            match value(parameter, &binding, &pair.item) {
                Ok(Some(bound)) => drop(values.insert((*key).to_owned(), bound)),
                Ok(None) => {}
                Err((problem, item)) => {
                    problems.push(problem.at(source.origin(&item.bytes), ""));
                }
            }
        }
        values
    }

    fn unknown(&self, key: &str, source: &Source, pair: &Pair) -> Problem {
        let known = self.parameters.keys().map(String::as_str);
        let help = suggest::nearest(key, known.chain(["account", "region"])).map_or_else(
            || format!("declare it under `[parameters]`, as `{key} = {{ type = \"string\" }}`"),
            |near| format!("did you mean `{near}`?"),
        );
        Problem::new("unknown-parameter", format!("`{key}` is not a parameter"))
            .at(source.origin(&pair.key_bytes), "")
            .help(help)
    }
}

impl Parameter {
    /// The default where nothing is bound, when it does not depend on the target.
    fn default_without_a_target(&self, target: Option<&Target>) -> Option<Bound> {
        let (_, item) = self.default.as_ref().filter(|_| target.is_none())?;
        if self.is_open() {
            return None;
        }
        value(self, &Binding::new(None), item).ok().flatten()
    }

    /// Whether the default depends on the target.
    fn is_open(&self) -> bool {
        let items = self.default.iter().flat_map(|(_, item)| item.elements());
        items
            .into_iter()
            .any(|item| matches!(&item.value, Value::Text(text) if text.contains("${")))
    }
}

fn text_of(item: &Item) -> String {
    match &item.value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.iter().map(|item| text_of(item) + "\n").collect(),
        Value::Number(_)
        | Value::Flag(_)
        | Value::Date(_)
        | Value::Table(_)
        | Value::Other(_)
        | Value::Broken => format!("{:?}", item.value),
    }
}

fn two_values(name: &str, here: (&Source, &Pair), other: (&Source, &Pair)) -> Problem {
    let key = &here.1.key;
    let message = format!("`targets.{name}.{key}` has two values");
    Problem::new("conflict", message)
        .at(here.0.origin(&here.1.bytes()), "one here")
        .at(other.0.origin(&other.1.bytes()), "another here")
        .help("a target is the same account and region in all layers")
}

/// The target's own account or region.
fn own(
    given: &BTreeMap<&str, (&Source, &Pair)>,
    name: &str,
    key: &str,
    table: &Origin,
    problems: &mut Vec<Problem>,
    objection: impl Fn(&str) -> Option<&'static str>,
) -> Option<String> {
    let Some((source, pair)) = given.get(key) else {
        problems.push(
            Problem::new("missing-key", format!("`targets.{name}` lacks `{key}`"))
                .at(table.clone(), "")
                .help("a target is one account and one region"),
        );
        return None;
    };
    let origin = source.origin(&pair.item.bytes);
    let Value::Text(text) = &pair.item.value else {
        let message = format!("`targets.{name}.{key}` must be a string");
        let label = format!("this is {}", pair.item.value.kind());
        let problem = Problem::new("wrong-type", message).at(origin, label);
        problems.push(problem.help("write it in quotes"));
        return None;
    };
    if let Some(help) = objection(text) {
        let problem = Problem::new(&format!("bad-{key}"), format!("`{text}` is no {key}"));
        problems.push(problem.at(origin, "").help(help));
        return None;
    }
    Some(text.clone())
}

/// The value of a parameter; `None` when the syntax of it was reported already.
fn value<'i>(
    parameter: &Parameter,
    binding: &Binding,
    item: &'i Item,
) -> Result<Option<Bound>, (Problem, &'i Item)> {
    if matches!(item.value, Value::Broken) {
        return Ok(None);
    }
    if matches!(item.value, Value::List(_)) != parameter.list {
        return Err((wrong_kind(parameter, item), item));
    }
    let items = item.elements();
    let mut texts = Vec::new();
    for item in items {
        let Value::Text(text) = &item.value else {
            return Err((wrong_kind(parameter, item), item));
        };
        let filled = binding.fill(text).map_err(|problem| (problem, item))?;
        let Filled::One(text, _) = filled else {
            continue;
        };
        let text = text.to_string();
        if let Some(help) = check::objection(parameter.kind, &text) {
            let message = format!("`{text}` is not a `{}`", parameter.kind.name());
            return Err((Problem::new("wrong-text", message).help(help), item));
        }
        texts.push(text);
    }
    Ok(Some(if parameter.list {
        Bound::Many(texts)
    } else {
        Bound::One(texts.concat())
    }))
}

fn wrong_kind(parameter: &Parameter, item: &Item) -> Problem {
    let message = format!(
        "{} stands where a `{}` is asked for",
        item.value.kind(),
        type_name(parameter)
    );
    let help = if parameter.list {
        "write a list of strings"
    } else {
        "write a string"
    };
    Problem::new("wrong-type", message).help(help)
}
