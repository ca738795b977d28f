//! Governed data lies in registered, owned, narrow, verified locations.

use crate::aws::lake_formation::name::{Likeness, Name};
use crate::control::buckets::{Owner, owner_of};
use crate::control::lake::members::likeness;
use crate::control::lake::others::is_same;
use crate::control::lake::places::{
    DeclaredLocation, LocationTable, is_role, is_root, lies_in, locations,
};
use crate::control::lake::{Context, checks, request};
use crate::control::settings::{Allowance, Includes, OneOf, Pattern, Plain, Rows, settings};
use crate::control::{
    Absent, Conditions, Control, Declares, Draft, Meta, Missing, Review, RunFindings, Severity,
    Span, View,
};
use crate::observed::lake::TABLE;
use crate::observed::{Form, Known, Node, Resource, ResourceKind, Switch, Value};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) enum Locations {}

settings! {
    pub(crate) struct Setting {
        /// The locations, each with the role that it is registered with.
        location: Rows<LocationTable>,
        /// The accounts that own the buckets; without any, the target's.
        accounts: OneOf<Plain>,
        /// Patterns of the databases whose tables must lie in registered locations.
        databases: Includes<Pattern>,
        /// Whether a whole bucket may be registered.
        bucket_root: Allowance = false,
        /// Whether a location may give whoever registers it every right on it.
        privileged: Allowance = false,
    }
}

const LISTED: Declares = Declares {
    kind: ResourceKind::LakeFormationLocation,
    what: "declared locations",
    action: "lakeformation:ListResources",
    setting: "location",
};

impl Control for Locations {
    const META: &'static Meta = &Meta {
        id: "lake.locations",
        title: "governed data lies in registered, owned, narrow, verified locations",
        severity: Severity::High,
        kinds: &[
            ResourceKind::LakeFormationLocation,
            ResourceKind::GlueCatalog,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("locations.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let declared = locations(&want.location);
        let one = One {
            want,
            declared: &declared,
            seen,
            context: Context::of(seen),
        };
        if seen.resource.kind() == ResourceKind::GlueCatalog {
            one.judge_table(out);
        } else {
            one.judge_location(out);
        }
    }

    fn judge_absent(want: &Setting, seen: &Absent<'_>, out: &mut RunFindings) {
        let declared = locations(&want.location);
        let unseen = { declared.iter() }.filter(|one| !seen.presence.has_location(&one.place));
        let unseen = unseen.map(|one| Missing {
            identity: &one.identity,
            shown: format!("location `s3://{}`", one.place),
            unclear: None,
        });
        seen.tell(&LISTED, unseen, out, |condition| {
            condition.fix("register it: `plan` shows the call, and `apply` makes it");
        });
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        for location in locations(&want.location) {
            let unbound = [location.place.as_known().is_none()]
                .into_iter()
                .chain(
                    location
                        .role
                        .iter()
                        .map(|role| draft.bound("location", role).is_none()),
                )
                .any(|open| open);
            if unbound {
                continue;
            }
            let Some(role) = &location.role else {
                draft.warn(
                    Some("location"),
                    format!(
                        "location `{}` names no role and is not registered",
                        location.place
                    ),
                    "give it a `role`",
                );
                continue;
            };
            let partition = draft.target.partition;
            let body = request::location(&location, &role.to_string(), partition);
            let name = location.place.to_string().replace('/', ".");
            let whole = (String::new(), location.identity.clone());
            draft.request(
                &format!("register-resource-{name}"),
                body,
                "location",
                [whole],
            );
        }
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let declared = locations(&want.location);
        let each = declared.iter();
        let each = each.map(|one| (&one.place, Arc::clone(&one.identity)));
        checks::one_of_each(review, "location", each);
        for location in declared
            .iter()
            .filter(|one| is_root(&one.place) == Likeness::Same)
        {
            if !want.bucket_root {
                let label = "this location";
                let places = checks::places(review, "location", &location.identity, label);
                let message = format!("`{}` is a whole bucket", location.place);
                review.object(
                    places,
                    message,
                    "name a prefix, or permit it with `bucket-root`",
                );
            }
        }
    }
}

/// What is judged.
struct One<'a, 't> {
    want: &'a Setting,
    declared: &'a [DeclaredLocation],
    seen: &'a View<'a, 't>,
    context: Context<'a, 't>,
}

impl One<'_, '_> {
    fn judge_location(&self, out: &mut Conditions) {
        let root = self.seen.resource.registered_location();
        let arn = root.get("ResourceArn");
        let place = match self.context.place(arn) {
            Ok(place) => place,
            Err(trouble) => return trouble.record(out),
        };
        let own = self
            .declared
            .iter()
            .find(|one| one.place.likeness(&place) == Likeness::Same);
        if let Some(own) = own {
            self.judge_role(own, root.get("RoleArn"), out);
            self.judge_hybrid(own, root.get("HybridAccessEnabled"), out);
        }
        self.judge_owner(own.is_some(), &place, root, out);
        self.judge_root(&place, arn, out);
        self.judge_overlap(&place, arn, out);
        let privileged = root.get("WithPrivilegedAccess");
        match self.seen.resource.lake_switch(privileged) {
            _ if self.want.privileged => {}
            Switch::Off | Switch::Absent => {}
            Switch::Odd if matches!(privileged.value(), Value::Null) => {}
            Switch::Unreadable(reason) => {
                out.unknown(privileged, reason, "`WithPrivilegedAccess` is unknown")
                    .under("privileged");
            }
            Switch::On | Switch::TextOn | Switch::TextOff | Switch::Odd => {
                out.failed(
                    privileged,
                    "`WithPrivilegedAccess` gives whoever registers the location every right on it",
                )
                .under("privileged")
                .expected("false")
                .observed(privileged.display());
            }
        }
        judge_verification(root.get("VerificationStatus"), out);
    }

    fn judge_role(&self, own: &DeclaredLocation, node: Node<'_>, out: &mut Conditions) {
        let Some(want) = &own.role else { return };
        let condition = match self.seen_name(node) {
            Ok(name) => match is_role(want, &name) {
                Likeness::Same => return out.held(),
                Likeness::Different => {
                    out.failed(node, format!("the location is registered with `{name}`"))
                }
                Likeness::Possible => match node.reason() {
                    Some(reason) => {
                        out.unknown(node, reason, "the role of the location is unknown")
                    }
                    None => out.undecided(
                        node,
                        "the role of the location is unknown",
                        "choose a target with `--target`",
                    ),
                },
            },
            Err(message) => out.failed(node, message),
        };
        condition
            .under("location")
            .row(own.identity.clone())
            .expected(format!("`{want}`"))
            .observed(node.display());
    }

    fn seen_name(&self, node: Node<'_>) -> Result<Name, String> {
        if matches!(node.value(), Value::Absent | Value::Null) {
            return Err("the location is registered with no role".to_owned());
        }
        let name = self.context.text_of(node);
        name.ok_or_else(|| format!("the role of the location is {}", node.value().type_name()))
    }

    fn judge_hybrid(&self, own: &DeclaredLocation, node: Node<'_>, out: &mut Conditions) {
        let condition = match (self.seen.resource.lake_switch(node), own.hybrid) {
            (Switch::On, true) | (Switch::Off | Switch::Absent, false) => return out.held(),
            (Switch::Odd, false) if matches!(node.value(), Value::Null) => return out.held(),
            (Switch::Unreadable(reason), _) => {
                out.unknown(node, reason, "`HybridAccessEnabled` is unknown")
            }
            (Switch::TextOff, false) | (Switch::TextOn, true) => out.undecided(
                node,
                "`HybridAccessEnabled` is a string, not a boolean",
                format!("write it as the boolean {}", own.hybrid),
            ),
            (
                Switch::On
                | Switch::Off
                | Switch::Absent
                | Switch::TextOn
                | Switch::TextOff
                | Switch::Odd,
                _,
            ) => out.failed(node, format!("`HybridAccessEnabled` is {}", node.display())),
        };
        condition
            .under("location")
            .row(own.identity.clone())
            .expected(own.hybrid.to_string())
            .observed(node.display());
    }

    /// The bucket must be ours: by what the registration or S3 says, by declaration, or on the baseline's word.
    fn judge_owner(&self, named: bool, place: &Name, root: Node<'_>, out: &mut Conditions) {
        let node = root.get("ExpectedResourceOwnerAccount");
        let own = self.seen.target.map(|target| target.account.as_str());
        let ours = |account: &str| {
            if self.want.accounts.is_any() {
                own.map(|own| own == account)
            } else {
                Some(self.want.accounts.allows(account))
            }
        };
        if let Known::Set(account) = node.text() {
            match ours(account) {
                Some(true) => return out.held(),
                Some(false) => {
                    out.failed(node, format!("the bucket belongs to account `{account}`"))
                        .under("accounts")
                        .expected(self.want.accounts.to_string())
                        .observed(node.display());
                    return;
                }
                None => {}
            }
        }
        let shown = place.to_string();
        let bucket = shown.split('/').next().unwrap_or_default();
        let is_live = self.seen.is_live();
        if is_live && self.judge_live_owner(bucket, &ours, out) {
            return;
        }
        let declared = || self.buckets(bucket).any(|one| one.form != Form::Named);
        if named || (!is_live && declared()) {
            return out.held();
        }
        let arn = root.get("ResourceArn");
        let message = format!("who owns bucket `{bucket}` is unknown");
        match node.reason() {
            Some(reason) => out.unknown(node, reason, message),
            None => out.undecided(
                arn,
                message,
                if is_live {
                    "list the location in `[[lake.locations.location]]`"
                } else {
                    "list the location in `[[lake.locations.location]]`, declare its bucket beside it, or audit the live account"
                },
            ),
        }
        .under("accounts");
    }

    /// What is in sight of the bucket of a location.
    fn buckets<'s>(&'s self, bucket: &'s str) -> impl Iterator<Item = &'s Resource<'s>> {
        let (scope, kind) = (self.seen.scope, ResourceKind::S3Bucket);
        let referred = bucket.strip_prefix("${bucket ");
        let referred = referred.and_then(|rest| rest.strip_suffix('}'));
        let referred = referred.map(|id| scope.of_id(kind, id));
        scope
            .called(kind, bucket)
            .chain(referred.into_iter().flatten())
    }

    /// Judges the bucket by what S3 answers of it. Whether that tells anything.
    fn judge_live_owner(
        &self,
        bucket: &str,
        ours: &dyn Fn(&str) -> Option<bool>,
        out: &mut Conditions,
    ) -> bool {
        let mut live = self.buckets(bucket).filter(|one| one.form == Form::Live);
        let (node, said) = match live.next().map(owner_of) {
            Some(Owner::Account(node, Some(account))) => match ours(&account) {
                Some(true) => {
                    out.held();
                    return true;
                }
                Some(false) => (node, format!("the bucket belongs to account `{account}`")),
                None => return false,
            },
            // Where other accounts are allowed, it may be one of theirs.
            Some(Owner::Another(node)) if self.want.accounts.is_any() => (
                node,
                format!("bucket `{bucket}` belongs to an account that is none of ours"),
            ),
            Some(Owner::Nobody(node)) => (node, format!("bucket `{bucket}` does not exist")),
            Some(Owner::Account(_, None) | Owner::Another(_) | Owner::Unknown(..)) | None => {
                return false;
            }
        };
        out.failed(node, said)
            .under("accounts")
            .expected("a bucket of an allowed account")
            .observed(node.display());
        true
    }

    fn judge_root(&self, place: &Name, arn: Node<'_>, out: &mut Conditions) {
        let condition = match (is_root(place), arn.reason()) {
            _ if self.want.bucket_root => return,
            (Likeness::Different, _) => return out.held(),
            (Likeness::Possible, Some(reason)) => out.unknown(
                arn,
                reason,
                "whether the location is a whole bucket is unknown",
            ),
            (Likeness::Possible | Likeness::Same, _) => {
                out.failed(arn, format!("`{place}` is a whole bucket"))
            }
        };
        condition
            .under("bucket-root")
            .expected("a prefix")
            .observed(arn.display());
    }

    fn judge_overlap(&self, place: &Name, arn: Node<'_>, out: &mut Conditions) {
        let own = place.to_string();
        let all = self.context.registered_places();
        let others = all.0.over(&own).chain(all.0.below(&own));
        let others = others.filter_map(|(place, at)| {
            let mut at = at.iter().filter_map(|at| {
                let other = self.seen.scope.resources().get(*at)?;
                (!is_same(other, self.seen.resource)).then_some((*at, (other, place)))
            });
            at.next()
        });
        if let Some((_, (other, at))) = others.min_by_key(|(at, _)| *at) {
            out.failed(arn, format!("`{place}` overlaps with the location `{at}`"))
                .expected("locations apart from each other")
                .observed(at.to_owned())
                .also(other.registered_location().get("ResourceArn"));
        }
    }

    fn judge_table(&self, out: &mut Conditions) {
        let Some((TABLE, table)) = self.seen.resource.catalog_object() else {
            return;
        };
        let database = table.database;
        let name = self.context.text_of(database);
        let databases = self.want.databases.iter();
        let governed = name.is_some_and(|name| {
            let mut each = databases.map(|want| likeness(want, &name.lower()));
            each.any(|one| one > Likeness::Different)
        });
        let holds_data = table.input.get("TableType").as_text() != Some("VIRTUAL_VIEW")
            && table.input.get("TargetTable").is_absent();
        if !governed || !holds_data {
            return;
        }
        if self.seen.is_live() {
            return judge_registered(table.input.get("IsRegisteredWithLakeFormation"), out);
        }
        let node = table.input.path("StorageDescriptor/Location");
        let place = match self.context.place(node) {
            Ok(place) => place,
            Err(trouble) => return trouble.record(out),
        };
        let declared = self.declared.iter().any(|one| lies_in(&place, &one.place));
        let registered = self.context.registered_places();
        if declared || registered.0.over(&place.to_string()).next().is_some() {
            return out.held();
        }
        let message = format!("the table lies in `{place}`, and no location over it is declared");
        match node.reason() {
            Some(reason) => out.unknown(node, reason, message),
            None => out.undecided(
                node,
                message,
                "list its location in `[[lake.locations.location]]`, register it beside the table, or audit the live account",
            ),
        }
        .under("databases");
    }
}

fn judge_registered(node: Node<'_>, out: &mut Conditions) {
    match node.switch() {
        Switch::On => out.held(),
        Switch::Off => {
            out.failed(node, "the table lies outside of every registered location: grants on it are metadata only")
                .under("databases")
                .expected("true")
                .observed(node.display());
        }
        Switch::Unreadable(reason) => {
            out.unknown(node, reason, "whether the table is registered is unknown");
        }
        Switch::Absent | Switch::TextOn | Switch::TextOff | Switch::Odd => {
            out.undecided(
                node,
                "whether the table is registered is unknown",
                "observe again",
            );
        }
    }
}

/// Only an answer has it.
fn judge_verification(node: Node<'_>, out: &mut Conditions) {
    match node.as_text() {
        Some("VERIFIED") => out.held(),
        Some("NOT_VERIFIED") => {
            out.failed(
                node,
                "Lake Formation has not verified that the role reaches the location",
            )
            .at(Severity::Info)
            .expected("`VERIFIED`")
            .observed(node.display());
        }
        Some(_) => {
            out.failed(node, format!("`VerificationStatus` is {}", node.display()))
                .expected("`VERIFIED`")
                .observed(node.display());
        }
        None => {}
    }
}
