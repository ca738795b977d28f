//! The members of Lake Formation's requests and answers. Source: Lake Formation API 2017-03-31.

use super::{LOCATION, RESOURCE_INFO, Request, alone, lists};
use crate::observe::own::{Below, Own};
use crate::observed::Node;
use std::borrow::Cow;

const GRANT: &[&str] = &[
    "AdditionalDetails",
    "CatalogId",
    "Condition",
    "Id",
    "LastUpdated",
    "LastUpdatedBy",
    "Permissions",
    "PermissionsWithGrantOption",
    "Principal",
    "Resource",
];
const SETTINGS: &[&str] = &[
    "AllowExternalDataFiltering",
    "AllowFullTableExternalDataAccess",
    "AuthorizedSessionTagValueList",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "DataLakeAdmins",
    "ExternalDataFilteringAllowList",
    "Parameters",
    "ReadOnlyAdmins",
    "TrustedResourceOwners",
];
const FILTER: &[&str] = &[
    "ColumnNames",
    "ColumnWildcard",
    "DatabaseName",
    "Name",
    "RowFilter",
    "TableCatalogId",
    "TableName",
    "VersionId",
];

impl Request {
    /// The members of a request, or of what an answer lists.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Grant => GRANT,
            Self::Grants => &["CatalogId", "Entries"],
            Self::Settings | Self::Filter => &["CatalogId"],
            Self::Location => &LOCATION,
            Self::Tag => &["CatalogId", "TagKey", "TagValues"],
            Self::TagExpression => &["CatalogId", "Description", "Expression", "Name"],
            Self::TagAssignment => &["CatalogId", "LFTags", "Resource"],
            Self::OptIn => &[
                "Condition",
                "LastModified",
                "LastUpdatedBy",
                "Principal",
                "Resource",
            ],
        }
    }

    /// The member that the rest stands in, unless it stands beside the others.
    fn inner(self) -> Option<(&'static str, &'static [&'static str])> {
        match self {
            Self::Settings => Some(("DataLakeSettings", SETTINGS)),
            Self::Filter => Some(("TableData", FILTER)),
            Self::Grant
            | Self::Grants
            | Self::Location
            | Self::Tag
            | Self::TagExpression
            | Self::TagAssignment
            | Self::OptIn => None,
        }
    }
}

/// What is read of a request or listing.
pub(in crate::observe) fn own(root: Node<'_>) -> Vec<Own> {
    let mut own = Vec::new();
    let mut members: Vec<&'static str> = Vec::new();
    if let Some((request, body)) = alone(root) {
        let inner = own_of(request, body, &mut own);
        if body.id() == root.id() {
            members.extend(inner.iter());
        } else {
            members.push(RESOURCE_INFO);
            own.push(Own::these(body, inner, Below::AllButTags));
        }
    }
    for (request, member, list) in lists(root) {
        members.extend(member);
        own.push(Own::all(list, Below::AllButTags));
        for item in list.items() {
            let inner = own_of(request, item, &mut own);
            own.push(Own::these(item, inner, Below::AllButTags));
        }
    }
    if root.members().len() > 0 {
        own.push(Own::these(root, members, Below::AllButTags));
    }
    own
}

/// What is read of a request of which only its kind is known.
pub(in crate::observe) fn own_of_request(request: Request, body: Node<'_>) -> Vec<Own> {
    let mut own = Vec::new();
    let members = own_of(request, body, &mut own);
    let entries = body.get("Entries");
    if request == Request::Grants && entries.missing_key().is_none() {
        own.push(Own::all(entries, Below::AllButTags));
        for entry in entries.items() {
            own.push(Own::these(entry, GRANT, Below::AllButTags));
        }
    }
    own.push(Own::these(body, members, Below::AllButTags));
    own
}

/// The members that are read of an object, what is read in the member that the rest stands in being added to `own`.
fn own_of(request: Request, body: Node<'_>, own: &mut Vec<Own>) -> Cow<'static, [&'static str]> {
    let Some((member, inner)) = request.inner() else {
        return request.members().into();
    };
    let held = body.get(member);
    if held.missing_key().is_some() {
        return [request.members(), inner].concat().into();
    }
    own.push(Own::these(held, inner, Below::AllButTags));
    [request.members(), &[member]].concat().into()
}
