//! Facts of a data lake besides grants and filters, wherever each form puts them: settings, registered locations,
//! tags and what bears them, opt-ins.
//!
//! A request, the API's answer and CloudFormation name nearly everything alike; the differences are here.

use super::grant::is_given;
use super::{Form, Node, Reason, Resource, Switch};

/// An opt-in of hybrid access mode, which has no type in CloudFormation.
pub const OPT_IN: &str = "AWS::LakeFormation::OptIn";
/// An LF-Tag.
pub const TAG: &str = "AWS::LakeFormation::Tag";
/// Tags on a database, a table or columns.
pub const TAG_ASSOCIATION: &str = "AWS::LakeFormation::TagAssociation";
/// A saved tag expression, which has no type in CloudFormation.
pub const TAG_EXPRESSION: &str = "AWS::LakeFormation::LFTagExpression";
/// A database of the Data Catalog.
pub const DATABASE: &str = "AWS::Glue::Database";
/// A table of the Data Catalog.
pub const TABLE: &str = "AWS::Glue::Table";

const SETTINGS: &str = "lakeformation:GetDataLakeSettings";
const OPT_INS: &str = "lakeformation:ListLakeFormationOptIns";
const TAGS: &str = "lakeformation:ListLFTags";
const TAGS_OF: &str = "lakeformation:GetResourceLFTags";
const EXPRESSIONS: &str = "lakeformation:ListLFTagExpressions";

impl<'t> Resource<'t> {
    /// The members of data lake settings.
    pub fn lake_settings(&self) -> Node<'t> {
        if self.form == Form::Live {
            return self.body.get(SETTINGS).get("DataLakeSettings");
        }
        let wrapped = self.body.get("DataLakeSettings");
        // Settings that are not known are no settings that stand alone.
        if wrapped.is_absent() {
            self.body
        } else {
            wrapped
        }
    }

    /// The members of a registered location.
    pub fn registered_location(&self) -> Node<'t> {
        if self.form != Form::Live {
            return self.body;
        }
        let described = self.body.get("lakeformation:DescribeResource");
        if described.is_set() {
            described.get("ResourceInfo")
        } else {
            self.body.get("lakeformation:ListResources")
        }
    }

    /// Whether this, of the kind of grants, is an opt-in of hybrid access mode.
    pub fn is_opt_in(&self) -> bool {
        self.is_a(OPT_IN) || self.form == Form::Live && self.body.get(OPT_INS).is_set()
    }

    /// The members of an opt-in.
    pub fn opt_in(&self) -> Node<'t> {
        if self.form == Form::Live {
            self.body.get(OPT_INS)
        } else {
            self.body
        }
    }

    /// What this, of the kind of tags, is: its type, and its members.
    pub fn lf_tag(&self) -> (&'static str, Node<'t>) {
        if self.form == Form::Live {
            let calls = [
                (TAG_ASSOCIATION, TAGS_OF),
                (TAG_EXPRESSION, EXPRESSIONS),
                (TAG, TAGS),
            ];
            // A call that was refused tells what was asked about; of one that was not made nothing follows.
            let refused = |call| matches!(self.body.get(call).reason(), Some(Reason::Call { .. }));
            let made = { calls.iter() }.find(|(_, call)| self.body.get(call).is_set());
            let made = made.or_else(|| calls.iter().find(|(_, call)| refused(call)));
            let (kind, call) = made.copied().unwrap_or((TAG, TAGS));
            return (kind, self.body.get(call));
        }
        let declared = [TAG, TAG_ASSOCIATION, TAG_EXPRESSION];
        let shaped = if is_given(self.body.get("LFTags")) {
            TAG_ASSOCIATION
        } else if is_given(self.body.get("Expression")) {
            TAG_EXPRESSION
        } else {
            TAG
        };
        let kind = declared.into_iter().find(|kind| self.is_a(kind));
        (kind.unwrap_or(shaped), self.body)
    }

    /// What this, of the kind of catalogs, is when it is a database or a table: its members.
    pub fn catalog_object(&self) -> Option<(&'static str, CatalogObject<'t>)> {
        if self.form == Form::Live {
            let calls = [(DATABASE, "glue:GetDatabases"), (TABLE, "glue:GetTables")];
            let (kind, call) = calls
                .into_iter()
                .find(|(_, call)| self.body.get(call).is_set())?;
            let root = self.body.get(call);
            return Some((
                kind,
                CatalogObject {
                    database: root.get("DatabaseName"),
                    input: root,
                },
            ));
        }
        let (kind, input) = if self.is_a(DATABASE) {
            (DATABASE, "DatabaseInput")
        } else if self.is_a(TABLE) {
            (TABLE, "TableInput")
        } else {
            return None;
        };
        Some((
            kind,
            CatalogObject {
                database: self.body.get("DatabaseName"),
                input: self.body.get(input),
            },
        ))
    }

    /// A switch of one of these: CloudFormation converts the strings that the API does not.
    pub fn lake_switch(&self, node: Node<'t>) -> Switch<'t> {
        if self.form.is_template() {
            node.switch_leniently()
        } else {
            node.switch()
        }
    }
}

/// A database or table of the Data Catalog.
#[derive(Clone, Copy, Debug)]
pub struct CatalogObject<'t> {
    /// For a table, its database.
    pub database: Node<'t>,
    /// Its members, as the API's input names them.
    pub input: Node<'t>,
}

/// The administrators of data lake settings.
pub fn admins(settings: Node<'_>) -> Node<'_> {
    let older = settings.get("Admins");
    if is_given(older) || older.reason().is_some() && settings.get("DataLakeAdmins").is_absent() {
        older
    } else {
        settings.get("DataLakeAdmins")
    }
}
