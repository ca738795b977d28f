//! Lake Formation requests and listings in JSON: grants, data cells filters, settings, registered locations, tags
//! and what bears them, opt-ins.
//!
//! A body says nothing about which call it is for: one of `RevokePermissions` reads as one of
//! `GrantPermissions`. What a file holds is taken as what it would grant.

mod members;

pub(super) use members::{own, own_of_request};

use crate::observed::grant::is_given;
use crate::observed::lake::{OPT_IN, TAG, TAG_ASSOCIATION, TAG_EXPRESSION};
use crate::observed::{Form, Identity, Node, Resource, ResourceKind, Scope, Tree, Value};

/// Whether the document is one of Lake Formation's: a request, a batch of them, or a listing.
pub fn recognises(root: Node<'_>) -> bool {
    alone(root).is_some() || !lists(root).is_empty()
}

/// Whether an object is one request, or one answer, by itself.
pub(super) fn is_alone(node: Node<'_>) -> bool {
    alone(node).is_some()
}

/// Adds what the document holds to the scope.
pub fn read<'t>(tree: &'t Tree, scope: &mut Scope<'t>) {
    for resource in requests_in(tree.root()) {
        scope.push(resource);
    }
}

/// What a request or listing holds, wherever it stands.
pub(super) fn requests_in(root: Node<'_>) -> Vec<Resource<'_>> {
    let mut found = Vec::new();
    if let Some((request, body)) = alone(root) {
        found.push(request.read(body));
    }
    for (request, _, list) in lists(root) {
        for item in list.items() {
            let mut resource = request.read(item);
            resource.outer = root;
            found.push(resource);
        }
    }
    found
}

/// A call of Lake Formation's, where it is known which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// `GrantPermissions`.
    Grant,
    /// `BatchGrantPermissions`.
    Grants,
    /// `PutDataLakeSettings`.
    Settings,
    /// `CreateDataCellsFilter`, `UpdateDataCellsFilter`.
    Filter,
    /// `RegisterResource`, `UpdateResource`.
    Location,
    /// `CreateLFTag`.
    Tag,
    /// `CreateLFTagExpression`.
    TagExpression,
    /// `AddLFTagsToResource`.
    TagAssignment,
    /// `CreateLakeFormationOptIn`.
    OptIn,
}

impl Request {
    /// Members of which the call has at least one, whatever else may not be known.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Grant | Self::OptIn => &["Principal", "Resource"],
            Self::Grants => &["Entries"],
            Self::Settings => &["DataLakeSettings"],
            Self::Filter => &["TableData"],
            Self::Location => &["ResourceArn"],
            Self::Tag => &["TagKey"],
            Self::TagExpression => &["Expression"],
            Self::TagAssignment => &["LFTags"],
        }
    }
}

/// What a call asks for, however little of its body is known.
pub(super) fn asked(request: Request, body: Node<'_>) -> Vec<Resource<'_>> {
    let entries = body.get("Entries");
    if request != Request::Grants || !matches!(entries.value(), Value::List) {
        return vec![request.read(body)];
    }
    let grants = entries.items().map(|entry| {
        let mut resource = grant(entry);
        resource.outer = body;
        resource
    });
    grants.collect()
}

impl Request {
    /// The resource that one request makes, or one entry of a list.
    fn read(self, body: Node<'_>) -> Resource<'_> {
        match self {
            Self::Grant | Self::Grants => grant(body),
            Self::Settings => settings(body),
            Self::Filter => filter(body),
            Self::Location => location(body),
            Self::Tag => tag(body),
            Self::TagExpression => expression(body),
            Self::TagAssignment => assignment(body),
            Self::OptIn => opt_in(body),
        }
    }
}

/// Tells whether a node is of a kind.
type Is = fn(Node<'_>) -> bool;

/// Which one request, or answer, a document is, and where its members stand.
fn alone(root: Node<'_>) -> Option<(Request, Node<'_>)> {
    let kinds: [(Is, Request); 8] = [
        (|root| is_filter(root.get("TableData")), Request::Filter),
        (is_grant, Request::Grant),
        (is_settings, Request::Settings),
        (is_location_or_answer, Request::Location),
        (is_tag, Request::Tag),
        (is_assignment, Request::TagAssignment),
        (is_expression, Request::TagExpression),
        (is_opt_in, Request::OptIn),
    ];
    let (_, request) = kinds.into_iter().find(|(is, _)| is(root))?;
    let described = root.get(RESOURCE_INFO);
    let body = if request == Request::Location && is_location(described) {
        described
    } else {
        root
    };
    Some((request, body))
}

/// The member of an answer that describes a location.
const RESOURCE_INFO: &str = "ResourceInfo";

fn is_location_or_answer(root: Node<'_>) -> bool {
    is_location(root) || is_location(root.get(RESOURCE_INFO))
}

/// The lists that a document holds, each with what its entries are and the member that it stands in. An entry of a list of a
/// kind is one of it, however little of it can be understood.
fn lists(root: Node<'_>) -> Vec<(Request, Option<&'static str>, Node<'_>)> {
    let kinds: [(Is, Request, Option<&'static str>); 8] = [
        (is_grant, Request::Grant, None),
        (is_grant, Request::Grant, Some("Entries")),
        (
            is_grant,
            Request::Grant,
            Some("PrincipalResourcePermissions"),
        ),
        (is_filter, Request::Filter, Some("DataCellsFilters")),
        (is_location, Request::Location, Some("ResourceInfoList")),
        (
            is_expression,
            Request::TagExpression,
            Some("LFTagExpressions"),
        ),
        (
            is_opt_in,
            Request::OptIn,
            Some("LakeFormationOptInsInfoList"),
        ),
        (is_listed_tag, Request::Tag, Some(TAGS)),
    ];
    let lists = kinds.into_iter().map(|(is, request, member)| {
        let list = member.map_or(root, |member| root.get(member));
        (is, request, member, list)
    });
    // The tags of an assignment are said to stand on something; those of a listing are defined.
    let lists = lists.filter(|(is, _, member, list)| {
        list.items().any(is) && !(*member == Some(TAGS) && is_assignment(root))
    });
    let lists = lists.map(|(_, request, member, list)| (request, member, list));
    lists.collect()
}

const TAGS: &str = "LFTags";

/// A grant names a principal, a resource and permissions; a statement of an IAM policy has actions instead.
fn is_grant(node: Node<'_>) -> bool {
    let permissions =
        is_given(node.get("Permissions")) || is_given(node.get("PermissionsWithGrantOption"));
    let principal = node.get("Principal");
    permissions
        && matches!(node.get("Resource").value(), Value::Map)
        && (matches!(principal.value(), Value::Map) || principal.is_absent())
}

/// A filter names its table and says something about rows or columns; one of these may be missing.
fn is_filter(node: Node<'_>) -> bool {
    let given = |keys: &[&'static str]| keys.iter().filter(|key| is_given(node.get(key))).count();
    let names = given(&["TableCatalogId", "DatabaseName", "TableName"]);
    let parts = given(&["RowFilter", "ColumnNames", "ColumnWildcard"]);
    names > 1 && names + parts > 2 || names > 0 && parts > 1
}

/// Members of data lake settings that stand in nothing else.
const SETTINGS: [&str; 6] = [
    "DataLakeAdmins",
    "CreateDatabaseDefaultPermissions",
    "CreateTableDefaultPermissions",
    "AuthorizedSessionTagValueList",
    "ExternalDataFilteringAllowList",
    "AllowExternalDataFiltering",
];

/// Settings stand in a request or an answer, or alone as the command line takes them.
fn is_settings(node: Node<'_>) -> bool {
    matches!(node.get("DataLakeSettings").value(), Value::Map)
        || SETTINGS.iter().any(|key| is_given(node.get(key)))
}

/// The members of a registered location. Source: API model, `RegisterResource`, `ResourceInfo`.
const LOCATION: [&str; 9] = [
    "ResourceArn",
    "RoleArn",
    "UseServiceLinkedRole",
    "WithFederation",
    "HybridAccessEnabled",
    "WithPrivilegedAccess",
    "ExpectedResourceOwnerAccount",
    "VerificationStatus",
    "LastModified",
];

/// A location has nothing but its own members: other services name ARNs too.
fn is_location(node: Node<'_>) -> bool {
    let arn = node.get("ResourceArn").as_text().unwrap_or_default();
    let more = node.members().len() > 1 && node.members().all(|(key, _)| LOCATION.contains(&key));
    more && arn.contains(":s3:::")
}

fn only_of(node: Node<'_>, names: &[&str]) -> bool {
    node.members().all(|(key, _)| names.contains(&key))
}

fn is_tag(node: Node<'_>) -> bool {
    is_listed_tag(node) && only_of(node, &["CatalogId", "TagKey", "TagValues"])
}

fn is_listed_tag(node: Node<'_>) -> bool {
    is_given(node.get("TagKey")) && is_given(node.get("TagValues"))
}

fn is_assignment(node: Node<'_>) -> bool {
    matches!(node.get("Resource").value(), Value::Map)
        && is_given(node.get("LFTags"))
        && only_of(node, &["CatalogId", "Resource", "LFTags"])
}

fn is_expression(node: Node<'_>) -> bool {
    is_given(node.get("Name")) && node.get("Expression").items().any(is_listed_tag)
}

/// An opt-in is a grant without permissions.
fn is_opt_in(node: Node<'_>) -> bool {
    let own = [
        "Principal",
        "Resource",
        "Condition",
        "LastModified",
        "LastUpdatedBy",
    ];
    matches!(node.get("Resource").value(), Value::Map)
        && is_given(node.get("Principal").get("DataLakePrincipalIdentifier"))
        && only_of(node, &own)
}

fn resource<'t>(kind: ResourceKind, node: Node<'t>, catalog: &'static str) -> Resource<'t> {
    let mut identity = Identity::new(kind, at(node));
    identity.account = account(node.get(catalog));
    Resource::new(identity, Form::Request, node)
}

fn grant(node: Node<'_>) -> Resource<'_> {
    resource(ResourceKind::LakeFormationGrant, node, "CatalogId")
}

fn opt_in(node: Node<'_>) -> Resource<'_> {
    let mut opt_in = resource(ResourceKind::LakeFormationGrant, node, "CatalogId");
    opt_in.type_name = Some(OPT_IN);
    opt_in
}

fn settings(node: Node<'_>) -> Resource<'_> {
    resource(ResourceKind::LakeFormationSettings, node, "CatalogId")
}

fn location(node: Node<'_>) -> Resource<'_> {
    named(
        ResourceKind::LakeFormationLocation,
        node,
        node.get("ResourceArn"),
    )
}

fn tag(node: Node<'_>) -> Resource<'_> {
    let mut tag = named(ResourceKind::LakeFormationTag, node, node.get("TagKey"));
    tag.type_name = Some(TAG);
    tag
}

fn expression(node: Node<'_>) -> Resource<'_> {
    let mut expression = named(ResourceKind::LakeFormationTag, node, node.get("Name"));
    expression.type_name = Some(TAG_EXPRESSION);
    expression
}

fn assignment(node: Node<'_>) -> Resource<'_> {
    let mut assignment = resource(ResourceKind::LakeFormationTag, node, "CatalogId");
    assignment.type_name = Some(TAG_ASSOCIATION);
    assignment
}

fn filter(node: Node<'_>) -> Resource<'_> {
    let table = node.get("TableData");
    let given = is_given(table) || matches!(table.value(), Value::Unreadable(_));
    let table = if given { table } else { node };
    let mut filter = named(ResourceKind::LakeFormationFilter, table, table.get("Name"));
    if filter.identity.name.is_none() {
        filter = resource(ResourceKind::LakeFormationFilter, node, "TableCatalogId");
        filter.body = table;
        filter.outer = table;
    }
    filter
}

/// A thing with a name of its own.
fn named<'t>(kind: ResourceKind, node: Node<'t>, name: Node<'t>) -> Resource<'t> {
    let name = name.as_text();
    let mut identity = Identity::new(kind, name.map_or_else(|| at(node), str::to_owned));
    identity.name = name.map(str::to_owned);
    let catalogs = ["CatalogId", "TableCatalogId"];
    identity.account = catalogs.iter().find_map(|key| account(node.get(key)));
    Resource::new(identity, Form::Request, node)
}

/// What has no name of its own is called by its place.
fn at(node: Node<'_>) -> String {
    format!("{}#{}", node.tree().source().name, node.pointer())
}

/// The account of a catalog, when its id says one.
fn account(catalog: Node<'_>) -> Option<String> {
    let id = catalog.as_text()?;
    let account = id.split(':').next().unwrap_or(id);
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::json;
    use crate::observe::testing::source;

    fn ids(text: &str) -> Option<Vec<String>> {
        let tree = json::read(source(text)).unwrap();
        let mut scope = Scope::new();
        read(&tree, &mut scope);
        let ids = scope
            .resources()
            .iter()
            .map(|one| format!("{} {}", one.kind(), one.identity.id));
        recognises(tree.root()).then(|| ids.collect())
    }

    const GRANT: &str = r#"{"CatalogId":"111122223333","Principal":{"DataLakePrincipalIdentifier":"a"},"Resource":{"Table":{}},"Permissions":["SELECT"]}"#;

    #[test]
    fn requests_and_listings_are_recognised_by_what_they_hold() {
        for (text, found) in [
            (GRANT.to_owned(), vec!["lake-formation-grant t#"]),
            (format!(r#"{{"Entries":[{GRANT},{{"Id":"2"}}]}}"#), vec!["lake-formation-grant t#/Entries/0", "lake-formation-grant t#/Entries/1"]),
            (format!("[{GRANT}]"), vec!["lake-formation-grant t#/0"]),
            (format!(r#"{{"PrincipalResourcePermissions":[{GRANT}]}}"#), vec!["lake-formation-grant t#/PrincipalResourcePermissions/0"]),
            (r#"{"TableData":{"TableCatalogId":"1","DatabaseName":"d","TableName":"t","Name":"eu"}}"#.to_owned(), vec!["lake-formation-filter eu"]),
            (r#"{"DataLakeSettings":{}}"#.to_owned(), vec!["lake-formation-settings t#"]),
            (r#"{"DataLakeAdmins":[]}"#.to_owned(), vec!["lake-formation-settings t#"]),
            (r#"{"ResourceArn":"arn:aws:s3:::b/p","RoleArn":"r"}"#.to_owned(), vec!["lake-formation-location arn:aws:s3:::b/p"]),
            (r#"{"ResourceInfoList":[{"ResourceArn":"arn:aws:s3:::b","RoleArn":"r"},{}]}"#.to_owned(), vec!["lake-formation-location arn:aws:s3:::b", "lake-formation-location t#/ResourceInfoList/1"]),
            (r#"{"TagKey":"team","TagValues":["a"]}"#.to_owned(), vec!["lake-formation-tag team"]),
            (r#"{"LFTags":[{"CatalogId":"1","TagKey":"team","TagValues":["a"]}]}"#.to_owned(), vec!["lake-formation-tag team"]),
            (r#"{"Resource":{"Database":{"Name":"d"}},"LFTags":[{"TagKey":"team","TagValues":["a"]}]}"#.to_owned(), vec!["lake-formation-tag t#"]),
            (r#"{"Name":"all","Expression":[{"TagKey":"team","TagValues":["a"]}]}"#.to_owned(), vec!["lake-formation-tag all"]),
            (r#"{"Principal":{"DataLakePrincipalIdentifier":"a"},"Resource":{"Database":{"Name":"d"}}}"#.to_owned(), vec!["lake-formation-grant t#"]),
        ] {
            assert_eq!(ids(&text).unwrap(), found, "{text}");
        }
    }

    #[test]
    fn other_documents_are_not() {
        for text in [
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}]}"#,
            r#"{"Entries":[{"Id":"1"}]}"#,
            r#"{"Name":"c","Instances":{}}"#,
            r#"{"ResourceArn":"arn:aws:s3:::b","TagKeys":["a"]}"#,
            r#"{"ResourceArn":"arn:aws:dynamodb:::t","RoleArn":"r"}"#,
            r#"{"Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
            r#"{"Resource":{},"Principal":{"AWS":"*"}}"#,
            "[]",
            "3",
        ] {
            assert_eq!(ids(text), None, "{text}");
        }
    }

    #[test]
    fn the_catalog_tells_the_account() {
        let tree = json::read(source(GRANT)).unwrap();
        let mut scope = Scope::new();
        read(&tree, &mut scope);
        assert_eq!(
            scope.resources()[0].identity.account.as_deref(),
            Some("111122223333")
        );
    }
}
