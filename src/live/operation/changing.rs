//! The calls that change something, and what of an audit's calls a plan of changes needs.

use super::{
    GET_RESOURCE_LF_TAGS, LIST_LF_TAG_EXPRESSIONS, LIST_LF_TAGS, Operation, Page, Service, plain,
};

macro_rules! lake {
    ($constant:ident, $name:literal, $doc:literal) => {
        #[doc = $doc]
        pub static $constant: Operation = Operation {
            path: concat!("/", $name),
            ..plain(
                Service::LakeFormation,
                $name,
                concat!("lakeformation:", $name),
            )
        };
    };
}

lake!(
    PUT_DATA_LAKE_SETTINGS,
    "PutDataLakeSettings",
    "Replaces all settings."
);
lake!(
    REGISTER_RESOURCE,
    "RegisterResource",
    "Registers a location."
);
lake!(
    UPDATE_RESOURCE,
    "UpdateResource",
    "Changes the role or the mode of a registered location."
);
lake!(CREATE_LF_TAG, "CreateLFTag", "Creates an LF-Tag.");
lake!(
    UPDATE_LF_TAG,
    "UpdateLFTag",
    "Adds values to an LF-Tag, or takes some away."
);
lake!(
    ADD_LF_TAGS_TO_RESOURCE,
    "AddLFTagsToResource",
    "Puts tags on a database, a table or columns."
);
lake!(
    CREATE_LF_TAG_EXPRESSION,
    "CreateLFTagExpression",
    "Saves a tag expression."
);
lake!(
    UPDATE_LF_TAG_EXPRESSION,
    "UpdateLFTagExpression",
    "Changes a saved tag expression."
);
lake!(
    CREATE_DATA_CELLS_FILTER,
    "CreateDataCellsFilter",
    "Creates a data cells filter."
);
lake!(
    UPDATE_DATA_CELLS_FILTER,
    "UpdateDataCellsFilter",
    "Changes what a data cells filter shows."
);
lake!(
    DELETE_DATA_CELLS_FILTER,
    "DeleteDataCellsFilter",
    "Deletes a data cells filter."
);
lake!(
    BATCH_GRANT_PERMISSIONS,
    "BatchGrantPermissions",
    "Makes up to twenty grants."
);
lake!(
    BATCH_REVOKE_PERMISSIONS,
    "BatchRevokePermissions",
    "Revokes up to twenty grants."
);
lake!(
    CREATE_OPT_IN,
    "CreateLakeFormationOptIn",
    "Has Lake Formation decide for a principal where others use IAM."
);

/// Creates a security configuration, which is never changed afterwards.
pub static CREATE_SECURITY_CONFIGURATION: Operation = plain(
    Service::Emr,
    "CreateSecurityConfiguration",
    "elasticmapreduce:CreateSecurityConfiguration",
);
/// Sets what EMR blocks in the account and region.
pub static PUT_BLOCK_PUBLIC_ACCESS: Operation = plain(
    Service::Emr,
    "PutBlockPublicAccessConfiguration",
    "elasticmapreduce:PutBlockPublicAccessConfiguration",
);
const fn search(
    name: &'static str,
    action: &'static str,
    path: &'static str,
    lists: &'static [&'static str],
) -> Operation {
    Operation {
        path,
        page: Some(Page {
            ask: "NextToken",
            next: "NextToken",
            lists,
            size: Some(("MaxResults", 100)),
            full: 100,
        }),
        ..plain(Service::LakeFormation, name, action)
    }
}

/// The databases that bear certain values of a tag.
pub static SEARCH_DATABASES: Operation = search(
    "SearchDatabasesByLFTags",
    "lakeformation:SearchDatabasesByLFTags",
    "/SearchDatabasesByLFTags",
    &["DatabaseList"],
);
/// The tables that bear certain values of a tag, or have columns that do.
pub static SEARCH_TABLES: Operation = search(
    "SearchTablesByLFTags",
    "lakeformation:SearchTablesByLFTags",
    "/SearchTablesByLFTags",
    &["TableList"],
);
/// What is read to plan changes, besides settings, grants, filters, locations and opt-ins.
pub static OF_PLAN: &[&Operation] = &[
    &LIST_LF_TAGS,
    &LIST_LF_TAG_EXPRESSIONS,
    &GET_RESOURCE_LF_TAGS,
    &SEARCH_DATABASES,
    &SEARCH_TABLES,
];

/// Every call that changes something.
pub static OF_APPLY: &[&Operation] = &[
    &PUT_BLOCK_PUBLIC_ACCESS,
    &CREATE_SECURITY_CONFIGURATION,
    &PUT_DATA_LAKE_SETTINGS,
    &REGISTER_RESOURCE,
    &UPDATE_RESOURCE,
    &CREATE_LF_TAG,
    &UPDATE_LF_TAG,
    &ADD_LF_TAGS_TO_RESOURCE,
    &CREATE_LF_TAG_EXPRESSION,
    &UPDATE_LF_TAG_EXPRESSION,
    &CREATE_DATA_CELLS_FILTER,
    &UPDATE_DATA_CELLS_FILTER,
    &DELETE_DATA_CELLS_FILTER,
    &BATCH_GRANT_PERMISSIONS,
    &BATCH_REVOKE_PERMISSIONS,
    &CREATE_OPT_IN,
];
