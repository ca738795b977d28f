//! Lake Formation: settings, and what they let the caller see.
//!
//! `ListPermissions` leaves out, without a word, what its caller has no right to see (Lake Formation API,
//! `ListPermissions`). So the settings are read first: who is no administrator of the lake is not asked to list grants,
//! because a short list would look like a tidy one. What a listing tells to ask next is in [`related`](super::related).

use super::{Call, Observer, Outcome, items, text};
use crate::aws::lake_formation::principal;
use crate::digest;
use crate::live::call::Failure;
use crate::live::operation::{
    DESCRIBE_IDENTITY_CENTER, GET_CALLER_IDENTITY, GET_DATA_LAKE_PRINCIPAL, GET_DATA_LAKE_SETTINGS,
    GET_DATABASES, GET_RESOURCE_LF_TAGS, LIST_DATA_CELLS_FILTER, LIST_LF_TAG_EXPRESSIONS,
    LIST_LF_TAGS, LIST_OPT_INS, LIST_PERMISSIONS, LIST_RESOURCES, LIST_RLS_ATTACHMENTS,
    LIST_RLS_POLICIES, Operation, SEARCH_DATABASES, SEARCH_TABLES, Service,
};
use crate::observed::ResourceKind;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Hexadecimal digits that tell an entry without a name of its own from the others.
const ID: usize = 16;

/// A listing whose entries become resources: the member that lists them, what they are, and what they are called.
struct Listing {
    operation: &'static Operation,
    member: &'static str,
    kind: ResourceKind,
    what: &'static str,
}

const LISTINGS: &[Listing] = &[
    Listing {
        operation: &LIST_PERMISSIONS,
        member: "PrincipalResourcePermissions",
        kind: ResourceKind::LakeFormationGrant,
        what: "Lake Formation grants",
    },
    Listing {
        operation: &LIST_RESOURCES,
        member: "ResourceInfoList",
        kind: ResourceKind::LakeFormationLocation,
        what: "registered locations",
    },
    Listing {
        operation: &LIST_DATA_CELLS_FILTER,
        member: "DataCellsFilters",
        kind: ResourceKind::LakeFormationFilter,
        what: "data cells filters",
    },
    Listing {
        operation: &LIST_OPT_INS,
        member: "LakeFormationOptInsInfoList",
        kind: ResourceKind::LakeFormationGrant,
        what: "opt-ins of hybrid access",
    },
    Listing {
        operation: &LIST_LF_TAGS,
        member: "LFTags",
        kind: ResourceKind::LakeFormationTag,
        what: "Lake Formation tags",
    },
    Listing {
        operation: &LIST_LF_TAG_EXPRESSIONS,
        member: "LFTagExpressions",
        kind: ResourceKind::LakeFormationTag,
        what: "Lake Formation tag expressions",
    },
    Listing {
        operation: &LIST_RLS_POLICIES,
        member: "RLSPolicies",
        kind: ResourceKind::LakeFormationFilter,
        what: "row-level-security policies",
    },
];

/// Listings that tell whether everything of their kind is known.
const WHOLE: &[&Operation] = &[
    &LIST_PERMISSIONS,
    &LIST_RESOURCES,
    &LIST_DATA_CELLS_FILTER,
    &LIST_LF_TAGS,
    &LIST_LF_TAG_EXPRESSIONS,
];

/// The calls before anything is known of the lake.
pub(super) fn begin_lake() -> [Call; 3] {
    [
        &GET_DATA_LAKE_SETTINGS,
        &GET_DATA_LAKE_PRINCIPAL,
        &DESCRIBE_IDENTITY_CENTER,
    ]
    .map(|operation| Call::new(operation, "", json!({})))
}

/// Why a listing that leaves out what its caller may not see is not asked for.
fn is_no_administrator() -> Failure {
    let why = "the caller is neither an administrator nor a read-only administrator of the data lake, and AWS leaves \
               out of the list what others were granted";
    Failure::of("NotAnAdministrator", why)
}

impl Observer {
    pub(super) fn lake(&mut self, call: &Call, outcome: &Outcome) -> Vec<Call> {
        if call.operation == &GET_RESOURCE_LF_TAGS {
            self.tags_borne(&call.about, outcome);
            return Vec::new();
        }
        if [&SEARCH_DATABASES, &SEARCH_TABLES].contains(&call.operation) {
            self.found_to_bear(call, outcome);
            return Vec::new();
        }
        if call.operation == &LIST_RLS_ATTACHMENTS {
            self.attachments(outcome);
            return Vec::new();
        }
        let listing = LISTINGS
            .iter()
            .find(|listing| listing.operation == call.operation);
        if let Some(listing) = listing {
            self.lake_entries(listing, &call.about, outcome);
            return self.related(call, outcome);
        }
        let account = self.region.account.clone();
        let settings = self
            .kept
            .thing(ResourceKind::LakeFormationSettings, &account);
        settings.keep(call.operation.action, outcome);
        let told = [&GET_DATA_LAKE_SETTINGS, &GET_DATA_LAKE_PRINCIPAL];
        let first = !told.contains(&call.operation);
        if first || !told.iter().all(|one| settings.was_asked(one.action)) {
            return Vec::new();
        }
        let sees_all = self.administers_the_lake(&account);
        self.listings(sees_all)
    }

    /// Whether the settings name who asks, by either of the names that AWS gives it.
    fn administers_the_lake(&mut self, account: &str) -> bool {
        let settings = self
            .kept
            .thing(ResourceKind::LakeFormationSettings, account);
        let name = |action: &str, member: &str| {
            let answer = settings.answer(action);
            answer.and_then(|answer| text(answer, member))
        };
        let callers = [
            name(GET_CALLER_IDENTITY.action, "/Arn"),
            name(GET_DATA_LAKE_PRINCIPAL.action, "/Identity"),
        ];
        let answer = settings.answer(GET_DATA_LAKE_SETTINGS.action);
        answer.and_then(Value::as_object).is_some_and(|answer| {
            let mut callers = callers.into_iter().flatten();
            callers.any(|caller| administers(answer, caller))
        })
    }

    /// The listings of the lake and of its catalog.
    fn listings(&mut self, sees_all: bool) -> Vec<Call> {
        let whole = |listing: &&Listing| {
            sees_all || [&LIST_RESOURCES, &LIST_DATA_CELLS_FILTER].contains(&listing.operation)
        };
        for listing in LISTINGS.iter().filter(|listing| !whole(listing)) {
            self.listing_failed(listing.operation, listing.what, &is_no_administrator());
        }
        let listings = LISTINGS.iter().filter(whole);
        let mut calls: Vec<Call> = listings
            .map(|listing| Call::new(listing.operation, "", json!({"MaxResults": 1000})))
            .collect();
        if sees_all {
            calls.extend(self.more_for_changes());
        }
        if self.wanted.asks(Service::Glue) {
            if sees_all {
                calls.extend(super::catalog::begin());
            } else {
                let what = "databases and tables of the Data Catalog";
                self.listing_failed(&GET_DATABASES, what, &is_no_administrator());
            }
        }
        calls
    }

    /// Keeps the entries of a listing: of everything, or `about` something.
    fn lake_entries(&mut self, listing: &Listing, about: &str, outcome: &Outcome) {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                let what = match about {
                    "" => listing.what.to_owned(),
                    about => format!("{} of `{about}`", listing.what),
                };
                // Whatever else was listed, this part is missing.
                if WHOLE.contains(&listing.operation) {
                    self.listed.remove(&listing.kind);
                }
                // Of the same kind as data cells filters, of which everything may be known all the same.
                if listing.operation == &LIST_RLS_POLICIES {
                    let thing = self.kept.thing(listing.kind, listing.what);
                    thing.keep(listing.operation.action, outcome);
                }
                return self.listing_failed(listing.operation, &what, failure);
            }
        };
        for entry in items(answer, listing.member) {
            let id = id_of(listing.operation, entry);
            let entry = entry.as_object().cloned().unwrap_or_default();
            let thing = self.kept.thing(listing.kind, &id);
            thing.name = text(&Value::Object(entry.clone()), "/Name").map(str::to_owned);
            thing.keep(listing.operation.action, &Ok(entry));
        }
        let same = WHOLE.iter().filter(|one| {
            let other = LISTINGS.iter().find(|other| other.operation == **one);
            other.is_some_and(|other| other.kind == listing.kind)
        });
        let actions: Vec<&str> = same.map(|one| one.action).collect();
        let mut unlisted = self.unlisted.iter();
        let cut = unlisted.any(|one| actions.contains(&one.action));
        if WHOLE.contains(&listing.operation) && !cut {
            self.listed.insert(listing.kind);
        }
    }
}

/// What an entry is called: its ARN or its name where it has one, else a digest of who was granted what on what.
fn id_of(operation: &Operation, entry: &Value) -> String {
    if operation == &LIST_RESOURCES
        && let Some(arn) = text(entry, "/ResourceArn")
    {
        return arn.to_owned();
    }
    if operation == &LIST_DATA_CELLS_FILTER {
        let part = |name: &str| text(entry, name).unwrap_or_default();
        return format!(
            "{}|{}|{}|{}",
            part("/TableCatalogId"),
            part("/DatabaseName"),
            part("/TableName"),
            part("/Name")
        );
    }
    let named = [
        (&LIST_LF_TAGS, "tag", "/TagKey"),
        (&LIST_LF_TAG_EXPRESSIONS, "expression", "/Name"),
        (&LIST_RLS_POLICIES, "rls", "/Name"),
    ];
    for (of, word, member) in named {
        if operation == of {
            return format!("{word}/{}", text(entry, member).unwrap_or_default());
        }
    }
    // Permissions are left out: a grant that changes is still that grant.
    let identity: Map<String, Value> = ["Principal", "Resource", "Condition"]
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), entry.get(member)?.clone())))
        .collect();
    let text = Value::Object(identity).to_string();
    let digest = digest::hex(&Sha256::digest(text.as_bytes()), ID);
    let what = if operation == &LIST_OPT_INS {
        "opt-in"
    } else {
        "grant"
    };
    format!("{what}/{digest}")
}

/// Whether the caller is on one of the lists of administrators: as the user it is, or by the role it assumed.
fn administers(answer: &Map<String, Value>, caller: &str) -> bool {
    let settings = answer.get("DataLakeSettings");
    ["DataLakeAdmins", "ReadOnlyAdmins"]
        .into_iter()
        .filter_map(|list| settings?.get(list)?.as_array())
        .flatten()
        .filter_map(|admin| text(admin, "/DataLakePrincipalIdentifier"))
        .any(|admin| principal::administers(admin, caller))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_administers_the_lake_by_its_role_whatever_its_path() {
        let admin = "arn:aws:iam::111122223333:role/audit/emr-baseline";
        let settings = json!({"DataLakeSettings": {"ReadOnlyAdmins": [{"DataLakePrincipalIdentifier": admin}]}});
        let Value::Object(settings) = settings else {
            panic!("an object")
        };
        for (caller, is_admin) in [
            (
                "arn:aws:sts::111122223333:assumed-role/emr-baseline/session",
                true,
            ),
            (
                "arn:aws:sts::444455556666:assumed-role/emr-baseline/session",
                false,
            ),
            (
                "arn:aws:sts::111122223333:assumed-role/other/emr-baseline",
                false,
            ),
            (admin, true),
        ] {
            assert_eq!(administers(&settings, caller), is_admin, "{caller}");
        }
    }
}
