//! Only tag administrators may change tags and what they open.

use crate::aws::lake_formation::grant::Node as On;
use crate::aws::lake_formation::permissions::includes;
use crate::control::lake::SeenGrant;
use crate::control::settings::{Only, Pattern, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum TagAdministration {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the principals that may change tags, what bears them and what they open.
        administrators: Only<Pattern>,
    }
}

/// What changes tags or what they open. Source: Lake Formation Developer Guide, *Managing LF-Tags*.
const ON_TAGS: [&str; 4] = ["ASSOCIATE", "ALTER", "DROP", "GRANT_WITH_LF_TAG_EXPRESSION"];
const ON_CATALOG: [&str; 2] = ["CREATE_LF_TAG", "CREATE_LF_TAG_EXPRESSION"];

impl Control for TagAdministration {
    const META: &'static Meta = &Meta {
        id: "lake.tag-administration",
        title: "only tag administrators may change tags and what they open",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationGrant],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-16", "own NIST-800-53 AC-6"],
        docs: include_str!("tag_administration.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        if seen.resource.is_opt_in() || want.administrators.is_any() {
            return;
        }
        let grant = seen.grant();
        let object = match &grant.object {
            Ok(object) => object,
            Err(trouble) => return trouble.record(out),
        };
        let powers: &[&str] = if matches!(object.node, On::Tag(..) | On::TagExpression(_)) {
            &ON_TAGS
        } else if object.node == On::Catalog {
            &ON_CATALOG
        } else {
            return;
        };
        let powerful = powerful(grant, powers, out);
        if powerful.is_empty() {
            if out.clean() {
                out.held();
            }
            return;
        }
        match &grant.principal {
            Ok(principal) => {
                let what = format!("`{}` on {object} is held by", powerful.join("`, `"));
                let node = grant.grant.principal;
                out.must_be_permitted(
                    node,
                    principal,
                    &want.administrators,
                    "administrators",
                    &what,
                );
            }
            Err(trouble) => trouble.record(out),
        }
    }
}

/// The permissions of the grant that give one of these powers. One that is not known may: then that is unknown.
fn powerful(grant: &SeenGrant<'_>, powers: &[&str], out: &mut Conditions) -> Vec<String> {
    let Ok(object) = &grant.object else {
        return Vec::new();
    };
    let (permissions, _) = grant.known_permissions(out);
    let gives = |name: &String| {
        let mut powers = powers.iter();
        powers.any(|power| includes(object.class(), name, power))
    };
    permissions.into_iter().filter(gives).collect()
}
