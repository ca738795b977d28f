//! The shipped baselines: complete, without mistakes, and firm against those that extend them.

use super::{files, now, resolved};
use crate::baseline::{SHIPPED, Style, default_shape, render, validate};
use crate::control::settings::{Field, Preset, Spec};
use crate::controls::REGISTRY;
use std::collections::BTreeSet;

/// What each shipped baseline asks for by itself, apart from what it extends; some of it may not be registered yet.
const PLANNED: &[(&str, &[&str])] = &[
    (
        "minimum",
        &[
            "account.block-public-access",
            "baseline.coverage",
            "emr.security-configuration",
            "emr.document-schema",
            "emr.s3-encryption",
            "emr.in-transit-encryption",
            "emr.kerberos-secrets",
            "emr.plaintext-secrets",
            "emr.release",
            "network.public-address",
            "network.security-groups",
            "kms.key-state",
            "s3.public-access",
            "glue.catalog-policy",
        ],
    ),
    (
        "recommended",
        &[
            "network.private-subnet",
            "emr.in-transit-encryption",
            "emr.certificate-source",
            "emr.s3-encryption",
            "emr.disk-encryption",
            "emr.volume-encryption",
            "emr.kerberos",
            "emr.role-mappings",
            "emr.instance-metadata",
            "emr.document-identity",
            "emr.feature-combinations",
            "emr.application-overrides",
            "emr.release",
            "emr.bootstrap-actions",
            "emr.log-destination",
            "emr.log-encryption",
            "s3.tls-only",
            "s3.bucket-encryption",
            "s3.ownership",
            "kms.customer-managed",
            "kms.rotation",
            "kms.alias-pinning",
            "iam.instance-profile",
            "iam.service-role",
            "iam.role-trust",
            "iam.pass-role",
            "iam.fallback-privilege",
            "account.audit-trail",
            "glue.catalog-encryption",
            "glue.connection-passwords",
            "lake.visibility",
            "lake.default-permissions",
            "lake.iam-allowed-principals",
            "lake.admins",
            "lake.grants",
            "lake.data-filters",
            "lake.unfiltered-access",
            "lake.wide-grants",
            "lake.locations",
            "lake.bypass",
        ],
    ),
    (
        "strict",
        &[
            "account.block-public-access",
            "emr.ssh-key",
            "emr.release",
            "emr.configuration-inventory",
            "emr.custom-image",
            "emr.identity-center",
            "emr.ldap",
            "emr.ranger",
            "emr.wal-encryption",
            "emr.termination-protection",
            "emr.tags",
            "emr.instance-types",
            "emr.instance-count",
            "emr.auto-termination",
            "emr.cluster-age",
            "network.egress",
            "network.vpc-endpoints",
            "network.managed-security-groups",
            "kms.key-policy",
            "kms.grants",
            "kms.separation",
            "iam.guardrails",
            "iam.permission-management",
            "iam.decrypt-scope",
            "iam.execution-roles",
            "lake.external-filtering",
            "lake.cross-account",
            "lake.identity-center",
            "lake.dangling-grants",
            "lake.row-policies",
            "lake.filter-enforcement",
            "lake.tag-policies",
            "lake.registration-role",
            "lake.data-locations",
            "lake.hybrid-access",
            "lake.abac-conditions",
            "lake.audit-context",
            "lake.table-properties",
            "lake.query-results",
            "glue.catalog-policy",
            "glue.connections",
            "glue.security-configurations",
            "glue.workload-encryption",
            "glue.job-secrets",
            "glue.jobs",
            "studio.authentication",
            "studio.encryption",
            "studio.network",
            "serverless.network",
            "serverless.image",
            "serverless.auto-stop",
            "serverless.encryption",
            "serverless.endpoints",
            "serverless.lake-formation",
            "eks.security-configuration",
            "eks.encryption",
            "eks.lake-formation",
            "eks.execution-roles",
        ],
    ),
    (
        "lake-formation",
        &[
            "emr.runtime-roles",
            "emr.lake-formation",
            "emr.instance-metadata",
            "lake.visibility",
            "lake.admins",
            "lake.default-permissions",
            "lake.iam-allowed-principals",
            "lake.external-filtering",
            "lake.cross-account",
            "lake.identity-center",
            "lake.grants",
            "lake.wide-grants",
            "lake.dangling-grants",
            "lake.data-filters",
            "lake.unfiltered-access",
            "lake.row-policies",
            "lake.filter-enforcement",
            "lake.tags",
            "lake.tag-policies",
            "lake.tag-administration",
            "lake.locations",
            "lake.registration-role",
            "lake.data-locations",
            "lake.hybrid-access",
            "lake.bypass",
            "lake.abac-conditions",
            "lake.audit-context",
            "lake.table-properties",
            "lake.query-results",
            "iam.role-trust",
            "iam.fallback-privilege",
            "iam.execution-roles",
            "iam.permission-management",
            "glue.catalog-encryption",
            "glue.connection-passwords",
            "account.audit-trail",
        ],
    ),
    (
        "serverless",
        &[
            "emr.release",
            "emr.plaintext-secrets",
            "emr.application-overrides",
            "network.private-subnet",
            "network.security-groups",
            "kms.customer-managed",
            "kms.key-state",
            "kms.rotation",
            "s3.public-access",
            "s3.tls-only",
            "iam.role-trust",
            "iam.pass-role",
            "iam.execution-roles",
            "glue.catalog-policy",
            "serverless.network",
            "serverless.image",
            "serverless.auto-stop",
            "serverless.encryption",
            "serverless.endpoints",
            "serverless.lake-formation",
            "baseline.coverage",
        ],
    ),
];

#[test]
fn shipped_baselines_have_no_mistakes_and_no_warnings() {
    for (name, _) in SHIPPED {
        let problems = validate(&format!("builtin:{name}"), &files(&[]), now());
        assert!(problems.is_empty(), "{}", render(&problems, Style::Plain));
    }
}

#[test]
fn shipped_baselines_name_every_registered_control_that_is_planned_for_them() {
    let mut missing = Vec::new();
    for (name, planned) in PLANNED {
        let (_, text) = SHIPPED.iter().find(|(shipped, _)| shipped == name).unwrap();
        let named: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
            .filter(|table| table.contains('.'))
            .collect();
        for entry in REGISTRY {
            let id = entry.meta.id;
            if planned.contains(&id) && !named.contains(id) {
                missing.push(format!("baselines/{name}.toml lacks [{id}]"));
            }
        }
        for id in &named {
            assert!(
                planned.contains(id),
                "baselines/{name}.toml names {id}, which is not planned for it"
            );
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// A default that a layer could undo without being told that it loosens.
fn must_be_written(field: &Field) -> bool {
    match (field.spec, field.default) {
        (Spec::Switch, Some(Preset::Flag(flag))) => flag,
        (Spec::Allowance, Some(Preset::Flag(flag))) => !flag,
        (Spec::Includes(_) | Spec::Excludes(_), Some(Preset::Words(words))) => !words.is_empty(),
        (Spec::AtLeast(..) | Spec::AtMost(..) | Spec::Level(_), Some(_)) => true,
        _ => false,
    }
}

#[test]
fn shipped_baselines_write_out_every_default_that_must_hold() {
    let mut missing = Vec::new();
    for (name, _) in SHIPPED {
        let path = format!("builtin:{name}");
        let top = format!("schema = 1\n[baseline]\nname = \"t\"\nextends = \"{path}\"\n");
        let baseline = resolved(&[("t.toml", &top)], None);
        for entry in REGISTRY {
            // `baseline.waivers` is in force without being written.
            let requirement = baseline.requirements.get(entry.meta.id);
            let Some(requirement) = requirement.filter(|found| !found.origins.is_empty()) else {
                continue;
            };
            for field in (entry.fields)()
                .iter()
                .filter(|field| must_be_written(field))
            {
                assert!(
                    default_shape(field).is_some(),
                    "{}.{}",
                    entry.meta.id,
                    field.key
                );
                if requirement.shape(&field.key).is_none() {
                    missing.push(format!("{path}: [{}] lacks `{}`", entry.meta.id, field.key));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_stricter_shipped_baseline_is_weaker_in_nothing() {
    use crate::baseline::compare::compare;
    for (weaker, stricter) in [
        ("minimum", "recommended"),
        ("recommended", "strict"),
        ("minimum", "lake-formation"),
    ] {
        let of = |name: &str| {
            let top =
                format!("schema = 1\n[baseline]\nname = \"t\"\nextends = \"builtin:{name}\"\n");
            resolved(&[("t.toml", &top)], None)
        };
        let comparison = compare(&of(weaker), &of(stricter));
        assert!(
            !comparison.is_weaker(),
            "{stricter} is weaker than {weaker}"
        );
    }
}
