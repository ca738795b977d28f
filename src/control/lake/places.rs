//! Places in S3 that a data lake governs, as they were seen and as a baseline declares them.

use super::members::likeness;
use super::parsed;
use super::seen::{Context, Trouble};
use crate::aws::iam;
use crate::aws::lake_formation::grant::location;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::settings::{CellKind, Column, Domain, Requirement, Table, TextType, cell_text};
use crate::lattice::{Cell, KeyedRows, Text};
use crate::observed::lake::{DATABASE, TABLE};
use crate::observed::{Identity, Node, Resource, ResourceKind, Value, Word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The table `[[lake.locations.location]]`.
#[derive(Debug)]
pub enum LocationTable {}

impl Table for LocationTable {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "path",
            CellKind::One(Domain::Texts(TextType::S3Prefix)),
            "The prefix in S3.",
        )
        .identifying(),
        Column::optional(
            "role",
            CellKind::One(Domain::Texts(TextType::IamRole)),
            "The role that Lake Formation draws credentials with.",
        ),
        Column::optional(
            "hybrid",
            CellKind::Flag,
            "Whether principals without an opt-in use IAM there; absent is not.",
        ),
    ];
}

/// A location of the baseline.
#[derive(Clone, Debug)]
pub struct DeclaredLocation {
    /// Its key among the tables of the list.
    pub identity: Arc<str>,
    /// Where it is, as `bucket/prefix`.
    pub place: Name,
    /// The role.
    pub role: Option<Text>,
    /// Whether it is in hybrid access mode.
    pub hybrid: bool,
}

/// The locations of the settings.
pub fn locations(rows: &KeyedRows) -> Vec<DeclaredLocation> {
    rows.iter()
        .map(|(identity, row)| DeclaredLocation {
            identity: Arc::clone(identity),
            place: place(
                &cell_text(row, "path")
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
            role: cell_text(row, "role").cloned(),
            hybrid: matches!(row.get("hybrid"), Some(Cell::Flag(true))),
        })
        .collect()
}

/// The locations of another control's requirement.
pub fn locations_of(requirement: Option<&Requirement>) -> Vec<DeclaredLocation> {
    let rows = requirement.and_then(|own| own.rows("location"));
    rows.map_or_else(Vec::new, locations)
}

/// A place as `bucket/prefix`, from a text in which `${…}` stands for what is not known.
pub fn place(text: &str) -> Name {
    parsed(location(text))
}

/// Whether this is a whole bucket.
pub fn is_root(place: &Name) -> Likeness {
    let shown = place.to_string();
    if shown.contains('/') {
        return Likeness::Different;
    }
    // A declared bucket without a name of its own is the whole of it all the same.
    let bucket = place.as_known().is_some() || shown.starts_with("${bucket ");
    if bucket {
        Likeness::Same
    } else {
        Likeness::Possible
    }
}

/// Whether one place is another, or lies below it.
pub fn lies_in(place: &Name, outer: &Name) -> bool {
    is_below(&place.to_string(), &outer.to_string())
}

/// [`lies_in`], of places as they are written.
pub fn is_below(place: &str, outer: &str) -> bool {
    let rest = place.strip_prefix(outer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Locations by their roles.
enum ByRole {}

/// Numbers of things by the places in S3 where they are, as these are written.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<String, Vec<usize>>);

impl Places {
    /// Something is at a place.
    pub fn add(&mut self, place: String, at: usize) {
        self.0.entry(place).or_default().push(at);
    }

    /// What is at a place or above it, as [`is_below`] tells, by where it is.
    pub fn over<'p>(&'p self, place: &'p str) -> impl Iterator<Item = (&'p str, &'p [usize])> {
        let above = place.match_indices('/');
        let above = above.filter_map(|(end, _)| place.get(..end));
        let found = above.chain([place]);
        found.filter_map(|one| self.0.get(one).map(|all| (one, all.as_slice())))
    }

    /// What is below a place, and not at it, by where it is.
    pub fn below<'p>(
        &'p self,
        place: &str,
    ) -> impl Iterator<Item = (&'p str, &'p [usize])> + use<'p> {
        let start = format!("{place}/");
        let found = self.0.range(start.clone()..);
        let found = found.take_while(move |(one, _)| one.starts_with(&start));
        found.map(|(one, all)| (one.as_str(), all.as_slice()))
    }
}

/// Where registered locations are.
#[derive(Debug)]
pub struct RegisteredPlaces(pub Places);

/// A location that is registered in sight.
#[derive(Clone, Debug)]
pub struct Registered<'a, 't> {
    /// The resource.
    pub resource: &'a Resource<'t>,
    /// Where it is.
    pub place: Name,
}

impl<'a, 't> Context<'a, 't> {
    /// The place that a node names.
    pub fn place(&self, node: Node<'t>) -> Result<Name, Trouble<'t>> {
        let name = self.name(node, "the location")?;
        Ok(place(&name.to_string()))
    }

    /// Where the registered locations in sight are, of which that can be told.
    pub fn registered_places(&self) -> Arc<RegisteredPlaces> {
        self.scope.kept(|| {
            let mut places = Places::default();
            for (at, one) in self.scope.resources().iter().enumerate() {
                if one.kind() == ResourceKind::LakeFormationLocation
                    && let Ok(place) = self.place(one.registered_location().get("ResourceArn"))
                {
                    places.add(place.to_string(), at);
                }
            }
            RegisteredPlaces(places)
        })
    }

    /// The registered locations in sight that may have this role, of which the place can be told; the asker looks again.
    pub fn registered_with(
        &self,
        role: &Identity,
    ) -> impl Iterator<Item = &'a Resource<'t>> + use<'a, 't> {
        let words = |one: &Resource<'t>| {
            let node = one.registered_location().get("RoleArn");
            let name = node.as_text().and_then(iam::role_name).map(Word::text);
            Some(Word::of(node).into_iter().chain(name).collect())
        };
        let asked = || {
            let own = [role.arn.as_deref(), role.name.as_deref()];
            let names = own.into_iter().flatten().filter_map(iam::role_name);
            let names: Vec<Word> = names.map(Word::text).collect();
            Some([Word::of_identity(role), names].concat())
        };
        let kind = ResourceKind::LakeFormationLocation;
        let found = self.scope.resources_by::<ByRole>(kind, words, asked);
        let context = *self;
        found.filter(move |one| {
            let arn = one.registered_location().get("ResourceArn");
            context.place(arn).is_ok()
        })
    }

    /// Every registered location in sight of which the place can be told.
    pub fn registered(&self) -> Vec<Registered<'a, 't>> {
        let all = self.scope.resources_of(ResourceKind::LakeFormationLocation);
        all.filter_map(|resource| {
            let place = self.place(resource.registered_location().get("ResourceArn"));
            Some(Registered {
                resource,
                place: place.ok()?,
            })
        })
        .collect()
    }

    /// The place of a database or table of the Data Catalog, where it says one.
    pub fn place_of(&self, resource: &Resource<'t>) -> Option<(&'static str, Name, Name)> {
        let (kind, object) = resource.catalog_object()?;
        let node = match kind {
            DATABASE => object.input.get("LocationUri"),
            TABLE => object.input.path("StorageDescriptor/Location"),
            _ => return None,
        };
        if matches!(node.value(), Value::Absent | Value::Null) {
            return None;
        }
        let name = self
            .name(object.input.get("Name"), "the name")
            .ok()?
            .lower();
        Some((kind, name, self.place(node).ok()?))
    }
}

/// Whether the role of a location is the one that the baseline asks for: by ARN, or by name.
pub fn is_role(want: &Text, seen: &Name) -> Likeness {
    match seen.as_known() {
        Some(text) => Likeness::of(crate::control::names_role(want, text)),
        None => likeness(want, seen),
    }
}
