//! Places in S3 that a data lake governs, as they were seen and as a baseline declares them.

use super::members::likeness;
use super::parsed;
use super::seen::{Context, Trouble};
use crate::aws::lake_formation::grant::location;
use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::settings::{CellKind, Column, Domain, Requirement, Table, TextType, cell_text};
use crate::lattice::{Cell, Row, Shape, Text};
use crate::observed::lake::{DATABASE, TABLE};
use crate::observed::{Node, Resource, ResourceKind, Value};
use std::collections::BTreeMap;

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
    pub identity: String,
    /// Where it is, as `bucket/prefix`.
    pub place: Name,
    /// The role.
    pub role: Option<Text>,
    /// Whether it is in hybrid access mode.
    pub hybrid: bool,
}

/// The locations of the settings.
pub fn locations(rows: &BTreeMap<String, Row>) -> Vec<DeclaredLocation> {
    rows.iter()
        .map(|(identity, row)| DeclaredLocation {
            identity: identity.clone(),
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
    match requirement.and_then(|requirement| requirement.shape("location")) {
        Some(Shape::Rows(rows)) => locations(rows),
        _ => Vec::new(),
    }
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

    /// Every registered location in sight of which the place can be told, with that place as it is written.
    pub fn registered_places(
        &self,
    ) -> impl Iterator<Item = (&'a Resource<'t>, &'a str)> + use<'a, 't> {
        let context = *self;
        self.scope.places(move |one| {
            let arn = one.registered_location().get("ResourceArn");
            context.place(arn).ok().map(|place| place.to_string())
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
