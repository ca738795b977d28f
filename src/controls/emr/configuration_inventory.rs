//! Only known security configurations exist in a region.

use crate::control::settings::{AtMost, OneOf, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Meta, Remembered, Run, Severity, Span, View};
use crate::observed::ResourceKind;

#[derive(Debug)]
pub(crate) enum ConfigurationInventory {}

settings! {
    pub(crate) struct Setting {
        /// The names that may exist, as patterns.
        names: OneOf<Pattern>,
        /// Whether nothing but what is compiled for the target may exist.
        compiled_only: Switch = false,
        /// Days that a security configuration may exist without a cluster.
        max_unattached_days: AtMost<0, 36_500>,
    }
}

const SECONDS_OF_A_DAY: i64 = 86_400;

impl Control for ConfigurationInventory {
    const META: &'static Meta = &Meta {
        id: "emr.configuration-inventory",
        title: "only known security configurations exist in a region",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrSecurityConfiguration],
        span: Span::Estate,
        since: "0.2.0",
        aliases: &[],
        references: &["own"],
        docs: include_str!("configuration_inventory.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let resource = seen.resource;
        let live = seen.is_live();
        let own = resource.identity.name.as_deref();
        let name = own.or(Some(resource.identity.id.as_str()).filter(|_| live));
        if !want.names.is_any() && (live || resource.form.is_template() || name.is_some()) {
            let node = if resource.form.is_template() {
                resource.outer.path("Properties/Name")
            } else {
                resource.outer.get("Name")
            };
            out.must_be_named(name, node, &want.names);
        } else if live {
            out.held();
        }
        if live && want.compiled_only {
            out.must_be_compiled(resource.body, "compiled-only", seen);
        }
    }

    fn judge_beside(want: &Setting, one: &Remembered, run: &Run<'_>, out: &mut Conditions) {
        if !one.live {
            return;
        }
        let listed = run.lists(&one.region(), ResourceKind::EmrSecurityConfiguration);
        if listed {
            out.held();
        } else {
            out.undecided(
                one.place.clone(),
                "whether these are all security configurations of the region is not known",
                "observe the region completely",
            );
        }
        if let Some(max) = want.max_unattached_days {
            judge_use(max, one, run, out);
        }
    }
}

fn judge_use(max: i64, one: &Remembered, run: &Run<'_>, out: &mut Conditions) {
    let attached = run.estate.attached(&one.region());
    if one.name().is_some_and(|name| attached.names.contains(name)) {
        return out.held();
    }
    let age = one
        .created
        .map(|created| run.at.as_second().saturating_sub(created.as_second()));
    if age.is_some_and(|age| age <= max.saturating_mul(SECONDS_OF_A_DAY)) {
        return out.held();
    }
    let all = run.lists(&one.region(), ResourceKind::EmrCluster);
    let condition = match (age, &attached.unknown) {
        (_, Some(why)) => out.undecided(
            one.place.clone(),
            format!("whether a cluster uses it is not known, because what some cluster names is not: {why}"),
            "observe the clusters of the region again",
        ),
        (_, None) if !all => out.undecided(
            one.place.clone(),
            "whether a cluster uses it is not known, because not every cluster of the region was listed",
            "observe the region completely",
        ),
        (None, None) => out.undecided(
            one.place.clone(),
            "no cluster uses it, and when it was created is unknown",
            "observe the security configuration again",
        ),
        (Some(age), None) => {
            let days = age / SECONDS_OF_A_DAY;
            let message = format!("no cluster uses it, and it is {days} days old");
            out.failed(one.place.clone(), message)
                .observed(format!("{days} days"))
        }
    };
    condition
        .under("max-unattached-days")
        .expected(format!("a cluster that uses it, or at most {max} days"));
}
