//! What of AWS Glue is judged besides databases and tables, wherever each form puts it.
//!
//! In a file the type of a thing is declared. Live, its id tells: `<catalog>` for the catalog itself,
//! `<catalog>/job/<name>` for what stands in it.

use super::{Form, Node, Resource, ResourceKind, Value};

/// The encryption of the catalog.
pub const SETTINGS: &str = "AWS::Glue::DataCatalogEncryptionSettings";
/// The resource policy of the catalog, which has no type in CloudFormation.
pub const RESOURCE_POLICY: &str = "AWS::Glue::ResourcePolicy";
/// A connection.
pub const CONNECTION: &str = "AWS::Glue::Connection";
/// A security configuration of Glue's.
pub const SECURITY_CONFIGURATION: &str = "AWS::Glue::SecurityConfiguration";
/// A job.
pub const JOB: &str = "AWS::Glue::Job";
/// A crawler.
pub const CRAWLER: &str = "AWS::Glue::Crawler";
/// A development endpoint.
pub const ENDPOINT: &str = "AWS::Glue::DevEndpoint";
/// A machine learning transform.
pub const TRANSFORM: &str = "AWS::Glue::MLTransform";

/// The answer that holds the encryption of the catalog.
const GET_SETTINGS: &str = "glue:GetDataCatalogEncryptionSettings";

/// A type of things in a catalog: its type, its word in ids, the call that lists it, the list in the answer, and the
/// member that names it. Source: Glue API.
struct Listed {
    type_name: &'static str,
    word: &'static str,
    call: &'static str,
    list: &'static str,
    named_by: &'static str,
}

const LISTED: &[Listed] = &[
    listed(
        CONNECTION,
        "connection",
        "glue:GetConnections",
        "ConnectionList",
        "Name",
    ),
    listed(
        SECURITY_CONFIGURATION,
        "security-configuration",
        "glue:GetSecurityConfigurations",
        "SecurityConfigurations",
        "Name",
    ),
    listed(JOB, "job", "glue:GetJobs", "Jobs", "Name"),
    listed(CRAWLER, "crawler", "glue:GetCrawlers", "Crawlers", "Name"),
    listed(
        ENDPOINT,
        "endpoint",
        "glue:GetDevEndpoints",
        "DevEndpoints",
        "EndpointName",
    ),
    listed(
        TRANSFORM,
        "transform",
        "glue:GetMLTransforms",
        "Transforms",
        "Name",
    ),
];

const fn listed(
    type_name: &'static str,
    word: &'static str,
    call: &'static str,
    list: &'static str,
    named_by: &'static str,
) -> Listed {
    Listed {
        type_name,
        word,
        call,
        list,
        named_by,
    }
}

impl<'t> Resource<'t> {
    /// Whether this is the catalog itself, as an audit sees it.
    pub fn is_live_catalog(&self) -> bool {
        self.kind() == ResourceKind::GlueCatalog
            && self.form == Form::Live
            && !self.identity.id.contains('/')
    }

    /// The encryption settings, if this is what holds them.
    pub fn catalog_settings(&self) -> Option<Node<'t>> {
        let holder = if self.is_live_catalog() {
            self.body.get(GET_SETTINGS)
        } else if self.is_a(SETTINGS) {
            self.body
        } else {
            return None;
        };
        Some(holder.get("DataCatalogEncryptionSettings"))
    }

    /// The members of this, if it is a thing of Glue's of this type.
    pub fn glue(&self, type_name: &str) -> Option<Node<'t>> {
        if self.form != Form::Live {
            return self.is_a(type_name).then_some(self.body);
        }
        let known = LISTED.iter().find(|known| known.type_name == type_name)?;
        let (_, path) = self.identity.id.split_once('/')?;
        let (word, name) = path.split_once('/')?;
        (self.kind() == ResourceKind::GlueCatalog && word == known.word)
            .then(|| found(self.body.get(known.call), known, name))?
    }

    /// The name of this, a thing of Glue's.
    pub fn glue_name(&self) -> Option<&str> {
        if self.form == Form::Live {
            return self.identity.id.rsplit('/').next();
        }
        self.identity.name.as_deref()
    }
}

/// The thing in an answer that lists many, or that is about it alone; `None` when the list has no such thing.
fn found<'t>(answer: Node<'t>, known: &Listed, name: &str) -> Option<Node<'t>> {
    let list = answer.get(known.list);
    if !matches!(list.value(), Value::List) {
        return Some(answer);
    }
    let mut items = list.items();
    items.find(|item| item.get(known.named_by).as_text() == Some(name))
}
