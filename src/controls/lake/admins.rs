//! Data lake administrators are few, known roles.

use crate::artifact::LakeSetting;
use crate::aws::lake_formation::name::Likeness;
use crate::aws::lake_formation::principal::{Principal, PrincipalKind};
use crate::control::lake::members::{Names, among, permitted};
use crate::control::lake::{Context, settings as written};
use crate::control::settings::{
    AtMost, Domain, Includes, Only, Pattern, Plain, Vocabulary, settings,
};
use crate::control::{Conditions, Control, Draft, Meta, Once, Severity, Span, View, Weakening};
use crate::lattice::Text;
use crate::observed::{Lookup, Node, ResourceKind, lake, named};

#[derive(Debug)]
pub(crate) enum Admins {}

#[derive(Debug)]
pub(crate) enum Kind {}
impl Vocabulary for Kind {
    const DOMAIN: Domain = Domain::Words(&["role", "user"]);
}

settings! {
    pub(crate) struct Setting {
        /// Patterns of those who may be administrators.
        allowed: Only<Pattern>,
        /// Administrators that must be there.
        required: Includes<Plain>,
        /// Read-only administrators that must be there: the auditor.
        read_only: Includes<Plain>,
        /// The most administrators.
        max: AtMost<0, 30> = 5,
        /// Kinds of principal that may be an administrator.
        kinds: Only<Kind> = &["role"],
    }
}

impl Control for Admins {
    const META: &'static Meta = &Meta {
        id: "lake.admins",
        title: "data lake administrators are few, known roles",
        severity: Severity::High,
        kinds: &[ResourceKind::LakeFormationSettings],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6(5)"],
        docs: include_str!("admins.md"),
    };
    type Setting = Setting;
    const ONCE: Option<Once> = Some(Once::LakeSettings);

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let context = Context::of(seen);
        let settings = seen.resource.lake_settings();
        let admins = context.principals(lake::admins(settings), "the administrators");
        let readers = context.principals(settings.get("ReadOnlyAdmins"), "the read-only ones");
        out.must_be_understood(&admins);
        out.must_be_understood(&readers);
        for (node, name) in &admins.found {
            let one = One {
                node: *node,
                name,
                readers: &readers,
            };
            one.judge(want, seen, out);
        }
        let most = usize::try_from(want.max.unwrap_or(30)).unwrap_or_default();
        if admins.found.len() > most {
            out.failed(
                admins.list,
                format!("there are {} administrators", admins.found.len()),
            )
            .under("max")
            .expected(format!("at most {most}"))
            .observed(admins.found.len().to_string());
        } else if admins.written || seen.is_live() {
            out.held();
        }
        out.must_hold_all(&admins, &want.required, "required", "the administrators");
        let what = "the read-only administrators";
        out.must_hold_all(&readers, &want.read_only, "read-only", what);
        let mutation = settings.get("MutationType");
        if mutation.as_text() == Some("REPLACE") {
            out.failed(
                mutation,
                "`MutationType` is `REPLACE`, which removes administrators made elsewhere",
            )
            .at(Severity::Medium)
            .expected("`APPEND`")
            .observed(mutation.display());
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let mut admins = draft.bound_texts("required", &want.required);
        if admins.is_empty() {
            // A list that names each is the list; a pattern names nobody.
            let named: std::collections::BTreeSet<Text> = want
                .allowed
                .texts()
                .into_iter()
                .filter(|text| !text.is_pattern())
                .cloned()
                .collect();
            admins = draft.bound_texts("allowed", &named);
        }
        if admins.is_empty() {
            let message = "`lake-formation/settings.json` names no administrators";
            let help = "name them under `required`: `PutDataLakeSettings` replaces all settings, so read them, change these members and write the whole";
            draft.warn(None, message, help);
        } else {
            draft.lake_setting(
                LakeSetting::DataLakeAdmins,
                written::principals(&admins),
                Some("required"),
            );
        }
        written::read_only_admins(draft);
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/DataLakeSettings/DataLakeAdmins",
            r#"[{"DataLakePrincipalIdentifier":"arn:aws:iam::111122223333:user/jdoe"}]"#,
        )
        .in_lake_settings(),
        Weakening::remove("/DataLakeSettings/ReadOnlyAdmins")
            .in_lake_settings()
            .also(&["lake.visibility"]),
    ];
}

/// One administrator.
struct One<'a, 't> {
    node: Node<'t>,
    name: &'a crate::aws::lake_formation::name::Name,
    readers: &'a Names<'t>,
}

/// What AWS's consoles and guides call the roles of crawlers, jobs and clusters, and its own roles.
const OF_WORKLOADS: [&str; 5] = [
    "AWSGlueServiceRole*",
    "EMR_*DefaultRole*",
    "AmazonEMR-*",
    "AmazonEMRStudio*",
    "AWSServiceRoleFor*",
];

impl One<'_, '_> {
    fn judge(&self, want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let (node, name) = (self.node, self.name);
        let allowed = out.must_be_permitted(node, name, &want.allowed, "allowed", "administrator");
        let shown = name.to_string();
        self.kind(want, &shown, out);
        if self.readers.found.iter().any(|(_, other)| other == name) {
            out.failed(node, format!("`{shown}` is a read-only administrator, too"))
                .expected("an administrator, or a read-only one");
        }
        if allowed == Likeness::Different {
            return;
        }
        self.workload(want, seen, &shown, out);
        let by_name = |text: &str| {
            !want.allowed.is_any() && want.allowed.allows(text)
                || want.required.iter().any(|want| want.accepts(text))
        };
        let on_its_word = !want.allowed.is_any()
            && permitted(&want.allowed, name) == Likeness::Same
            || among(&want.required, name) == Likeness::Same;
        let is_role = Principal::of(&shown).is_none_or(|one| one.kind == PrincipalKind::Role);
        if is_role && (seen.is_live() || !on_its_word) {
            out.must_exist(node, "administrator", ResourceKind::IamRole, by_name, seen);
        }
    }

    fn kind(&self, want: &Setting, shown: &str, out: &mut Conditions) {
        let id = shown.starts_with("AROA") || shown.starts_with("AIDA");
        match Principal::of(shown) {
            // IAM shows the unique id of a principal that is no more. Source: IAM User Guide, *IAM identifiers*.
            None if id => {
                out.failed(
                    self.node,
                    format!("`{shown}` is what is left of a deleted principal"),
                )
                .expected("a principal that exists");
            }
            None if self.name.as_known().is_some() => {
                out.failed(self.node, format!("`{shown}` is no role or user"))
                    .under("kinds")
                    .expected(want.kinds.to_string());
            }
            None => {
                let message = format!("what kind of principal `{shown}` is, is not known");
                crate::control::lake::Trouble::new(self.node, message).record(out);
            }
            Some(principal) if want.kinds.allows(principal.kind.word()) => out.held(),
            Some(principal) => {
                let message = format!(
                    "administrator `{shown}` is of kind `{}`",
                    principal.kind.word()
                );
                out.failed(self.node, message)
                    .under("kinds")
                    .expected(want.kinds.to_string());
            }
        }
    }

    /// A role that runs jobs or clusters hands its rights to whoever may submit a job.
    fn workload(&self, want: &Setting, seen: &View<'_, '_>, shown: &str, out: &mut Conditions) {
        let last = shown.rsplit('/').next().unwrap_or_default();
        let pattern = OF_WORKLOADS
            .iter()
            .find(|pattern| Text::from(**pattern).accepts_as_pattern(last));
        if let Some(pattern) = pattern.filter(|_| want.allowed.is_any()) {
            out.failed(
                self.node,
                format!(
                    "`{shown}` is the role of a job, crawler or cluster: it is called `{pattern}`"
                ),
            )
            .expected("a role for administration alone");
        }
        let declared = self.node.reference();
        let by_id = declared.map(|(id, _)| seen.scope.by_id(ResourceKind::IamRole, id));
        let by_name = || seen.scope.by_name(ResourceKind::IamRole, last);
        let Lookup::Found(role) = by_id.unwrap_or_else(by_name) else {
            return;
        };
        if let Some(purpose) = named::purposes(role, seen.scope).first() {
            out.failed(self.node, format!("`{shown}` is a role in use: {purpose}"))
                .expected("a role for administration alone");
        }
    }
}
