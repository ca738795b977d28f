//! The layers of a baseline meet: what they together ask of each control, and every line that asks.

use super::binding::Binding;
use super::layer::{Layer, Setting};
use super::problem::Problem;
use super::reader::{Read, Reader};
use super::show;
use super::tables::differing;
use super::waiver::{self, Waiver};
use crate::control::settings::{Asked, Field, Places, Spec};
use crate::control::{Requirement, Requirements, Severity};
use crate::controls;
use crate::lattice::{Row, Sets, Shape};
use crate::origin::Origin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The control that is in force in every baseline.
pub(super) const WAIVERS: &str = "baseline.waivers";
/// Its setting that may stand under `[baseline]` as well.
pub(super) const MAX_WAIVER_DAYS: &str = "max-waiver-days";

/// A demand as one line of one layer writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The line.
    pub origin: Origin,
    /// The demand.
    pub shape: Shape,
    layer: usize,
    rows: Places,
}

/// By control and key: every line that asks, in the order of the layers.
pub type AllWritten = BTreeMap<&'static str, BTreeMap<String, Vec<Written>>>;

/// What the layers together ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct Met {
    pub(super) requirements: Requirements,
    pub(super) severities: BTreeMap<&'static str, (Severity, Origin)>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) max_waiver_days: Option<Asked>,
    pub(super) written: AllWritten,
}

/// Lets the layers meet, every `${name}` replaced by what the binding says.
pub(super) fn meet(layers: &[Layer], binding: &Binding, problems: &mut Vec<Problem>) -> Met {
    let mut met = Met::default();
    for (index, layer) in layers.iter().enumerate() {
        met.read(index, layer, binding, problems);
    }
    let ancestors = ancestors(layers);
    for (id, settings) in &met.written {
        for (key, lines) in settings {
            let name = format!("{id}.{key}");
            let spec = spec_of(id, key);
            let loose = loosened(&name, &spec, lines, &ancestors);
            let Some(asked) = asked(&name, &spec, lines, loose.is_empty(), problems) else {
                continue;
            };
            problems.extend(loose);
            if (*id, key.as_str()) == (WAIVERS, MAX_WAIVER_DAYS) {
                met.max_waiver_days = Some(asked.clone());
            }
            if let Some(requirement) = met.requirements.get_mut(id) {
                requirement.asked.insert(key.clone(), asked);
            }
        }
    }
    met.severities = severities(layers, &ancestors, problems);
    met
}

/// How a key is written; `max-waiver-days` stands even where its control does not.
fn spec_of(id: &str, key: &str) -> Spec {
    let fields = controls::find(id).map(|entry| (entry.fields)());
    let field = fields.and_then(|fields| fields.into_iter().find(|field| field.key == key));
    field.map_or(Spec::AtMost(1, i64::MAX), |field| field.spec)
}

/// Reads a setting; one that no target changes is read once.
fn read(reader: &mut Reader<'_>, key: &str, field: &Field, setting: &Setting) -> Option<Read> {
    let Some(same) = &setting.same else {
        return reader.setting(key, &field.spec, &setting.pair.item);
    };
    let (read, wrong) = same.get_or_init(|| {
        let mut problems = Vec::new();
        let mut alone = Reader {
            source: reader.source,
            binding: reader.binding,
            problems: &mut problems,
        };
        let read = alone.setting(key, &field.spec, &setting.pair.item);
        (read, problems)
    });
    reader.problems.extend(wrong.iter().cloned());
    read.clone()
}

impl Met {
    fn read(
        &mut self,
        index: usize,
        layer: &Layer,
        binding: &Binding,
        problems: &mut Vec<Problem>,
    ) {
        let mut reader = Reader {
            source: &layer.source,
            binding,
            problems,
        };
        if let Some(entry) = controls::find(WAIVERS) {
            self.requirements.entry(entry.meta.id).or_default();
        }
        for table in &layer.controls {
            let id = table.entry.meta.id;
            let requirement: &mut Requirement = self.requirements.entry(id).or_default();
            requirement.origins.push(table.origin.clone());
            let fields = (table.entry.fields)();
            for setting in &table.settings {
                let pair = &setting.pair;
                let Some(field) = fields.iter().find(|field| field.key == pair.key) else {
                    let known = fields.iter().map(|field| field.key.as_str());
                    reader.unknown_key(id, pair, known);
                    continue;
                };
                let key = format!("{id}.{}", field.key);
                if let Some(Read { shape, rows }) = read(&mut reader, &key, field, setting) {
                    let origin = reader.source.origin(&pair.bytes());
                    self.write(
                        id,
                        &field.key,
                        Written {
                            origin,
                            shape,
                            layer: index,
                            rows,
                        },
                    );
                }
            }
        }
        if let Some((days, origin)) = &layer.max_waiver_days {
            let written = Written {
                origin: origin.clone(),
                shape: Shape::AtMost(*days),
                layer: index,
                rows: Places::default(),
            };
            self.write(WAIVERS, MAX_WAIVER_DAYS, written);
        }
        for item in &layer.waivers {
            if let Some(waiver) = waiver::read(&mut reader, item) {
                self.waivers.push(waiver);
            }
        }
    }

    /// How far away a waiver may expire, in days.
    pub(super) fn most_days(&self) -> Option<i64> {
        if let Shape::AtMost(days) = self.max_waiver_days.as_ref()?.shape {
            Some(days)
        } else {
            None
        }
    }

    fn write(&mut self, id: &'static str, key: &str, written: Written) {
        let settings = self.written.entry(id).or_default();
        settings.entry(key.to_owned()).or_default().push(written);
    }
}

/// For each layer, every layer that it stands on. Bases come before what extends them.
fn ancestors(layers: &[Layer]) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::new();
    for layer in layers {
        let mut own: BTreeSet<usize> = layer.bases.iter().copied().collect();
        for base in &layer.bases {
            own.extend(all.get(*base).into_iter().flatten());
        }
        all.push(own);
    }
    all
}

/// What all lines together ask for; a conflict is reported at the two lines that make it.
fn asked(
    name: &str,
    spec: &Spec,
    lines: &[Written],
    report_all: bool,
    problems: &mut Vec<Problem>,
) -> Option<Asked> {
    let (first, rest) = lines.split_first()?;
    let mut shape = first.shape.clone();
    for line in rest {
        match shape.meet(&line.shape) {
            Ok(met) => shape = met,
            Err(_) if report_all || pair(lines).is_some() => {
                problems.extend(conflicts(name, spec, lines));
                return None;
            }
            Err(_) => return None,
        }
    }
    let rows = places(lines);
    let origins = lines.iter().map(|line| line.origin.clone()).collect();
    Some(Asked {
        shape,
        origins,
        rows,
    })
}

/// The places of each table of a list.
fn places(lines: &[Written]) -> Places {
    if let [only] = lines {
        return Arc::clone(&only.rows);
    }
    let mut all: BTreeMap<Arc<str>, Vec<Origin>> = BTreeMap::new();
    for (row, places) in lines.iter().flat_map(|line| line.rows.iter()) {
        let own = all.entry(Arc::clone(row)).or_default();
        own.extend(places.iter().cloned());
    }
    Arc::new(all)
}

/// Two lines that nothing satisfies together, the later first.
fn pair(lines: &[Written]) -> Option<(&Written, &Written)> {
    lines.iter().enumerate().find_map(|(index, later)| {
        let earlier = lines.iter().take(index);
        earlier
            .into_iter()
            .find(|earlier| earlier.shape.meet(&later.shape).is_err())
            .map(|earlier| (later, earlier))
    })
}

/// Why nothing satisfies all lines: every table of a list that they describe differently, or the lines.
fn conflicts(name: &str, spec: &Spec, lines: &[Written]) -> Vec<Problem> {
    let apart = rows_apart(name, lines);
    if apart.is_empty() {
        return vec![conflict(name, spec, lines)];
    }
    apart
}

fn conflict(name: &str, spec: &Spec, lines: &[Written]) -> Problem {
    let problem = Problem::new(
        "conflict",
        format!("nothing satisfies what is asked of `{name}`"),
    );
    let label = |line: &Written| asks(spec, &line.shape);
    let Some((later, earlier)) = pair(lines) else {
        return lines
            .iter()
            .fold(problem, |problem, line| {
                problem.at(line.origin.clone(), label(line))
            })
            .help("each two of these agree, but not all of them");
    };
    problem
        .at(later.origin.clone(), label(later))
        .at(earlier.origin.clone(), label(earlier))
        .help("make the two agree; to be weaker for some resources, write a waiver")
}

/// What a line asks for, unless it is longer than the line itself.
fn asks(spec: &Spec, shape: &Shape) -> String {
    let shown = show::show(spec, shape);
    if shown.len() > 60 {
        return "asks for this".to_owned();
    }
    format!("asks for `{shown}`")
}

/// The tables of a list that lines describe differently, each with every line that differs from the others, the last first.
fn rows_apart(name: &str, lines: &[Written]) -> Vec<Problem> {
    let mut described: BTreeMap<&str, Vec<(&Row, Option<&Origin>)>> = BTreeMap::new();
    for line in lines.iter().rev() {
        let Shape::Rows(rows) = &line.shape else {
            return Vec::new();
        };
        for (identity, row) in rows.iter() {
            let known = described.entry(identity).or_default();
            if known.iter().all(|(other, _)| *other != row) {
                let place = line.rows.get(identity).and_then(|own| own.first());
                known.push((row, place));
            }
        }
    }
    let apart = described.into_iter().filter(|(_, rows)| rows.len() > 1);
    let problems = apart.map(|(identity, rows)| {
        let count = if rows.len() == 2 { "two" } else { "several" };
        let message = format!("`{name}` asks for {count} different things of `{identity}`");
        let places = rows.iter().filter_map(|(_, place)| *place);
        let problem = places.fold(Problem::new("conflict", message), |problem, place| {
            problem.at(place.clone(), "")
        });
        let all: Vec<&Row> = rows.iter().map(|(row, _)| *row).collect();
        problem.help(format!("they differ in {}", differing(&all)))
    });
    problems.collect()
}

/// Lines that are weaker than what the layers below them ask for.
fn loosened(
    name: &str,
    spec: &Spec,
    lines: &[Written],
    ancestors: &[BTreeSet<usize>],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for line in lines {
        let below = |other: &&Written| {
            ancestors
                .get(line.layer)
                .is_some_and(|below| below.contains(&other.layer))
        };
        let Some(base) = lines
            .iter()
            .filter(below)
            .find(|base| loosens(&line.shape, &base.shape))
        else {
            continue;
        };
        problems.push(
            Problem::new(
                "loosens",
                format!("`{name}` is weaker than what it extends"),
            )
            .at(line.origin.clone(), asks(spec, &line.shape))
            .at(base.origin.clone(), asks(spec, &base.shape))
            .help("a layer may add or tighten; to be weaker for some resources, write a waiver"),
        );
    }
    problems
}

/// Whether `child` asks for less than `base`. A line that only adds to a list is no weaker, and sets of patterns or
/// unbound parameters, which stay side by side, are weaker only when they hold all that the base holds.
fn loosens(child: &Shape, base: &Shape) -> bool {
    match (child, base) {
        (Shape::AtLeast(_) | Shape::AtMost(_) | Shape::Versions(_) | Shape::OnlyRows(_), _) => {
            !child.satisfies(base)
        }
        (Shape::OneOf(a), Shape::OneOf(b)) | (Shape::Only(a), Shape::Only(b)) => {
            if is_plain(a) && is_plain(b) {
                return !child.satisfies(base);
            }
            base.satisfies(child) && !child.satisfies(base)
        }
        (Shape::OnlyPairs(a), Shape::OnlyPairs(b)) => a.keys().any(|name| !b.contains_key(name)),
        _ => false,
    }
}

fn is_plain(sets: &Sets) -> bool {
    sets.iter()
        .flatten()
        .all(|text| !text.is_open() && !text.is_pattern())
}

fn severities(
    layers: &[Layer],
    ancestors: &[BTreeSet<usize>],
    problems: &mut Vec<Problem>,
) -> BTreeMap<&'static str, (Severity, Origin)> {
    let mut all: BTreeMap<&'static str, (Severity, Origin)> = BTreeMap::new();
    for (index, layer) in layers.iter().enumerate() {
        for (id, (severity, origin)) in &layer.severities {
            let below = ancestors.get(index).into_iter().flatten();
            let base = below
                .filter_map(|base| layers.get(*base)?.severities.get(id))
                .find(|(base, _)| base > severity);
            if let Some((base, line)) = base {
                problems.push(
                    Problem::new("loosens", format!("the severity of `{id}` is lower than in what it extends"))
                        .at(origin.clone(), severity.name())
                        .at(line.clone(), base.name())
                        .help("a layer may raise a severity; to be weaker for some resources, write a waiver"),
                );
            }
            match all.get(id) {
                Some((other, _)) if other >= severity => {}
                _ => drop(all.insert(id, (*severity, origin.clone()))),
            }
        }
    }
    all
}
