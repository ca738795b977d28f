//! Nobody can pass a role to EMR, EMR Serverless or Glue and so become it.

use crate::artifact::Statement;
use crate::control::iam::{Complaint, Subject, beside};
use crate::control::policy::{Allowed, Grant, Limit, Test};
use crate::control::settings::{Includes, Only, RolePattern, settings, vocabulary};
use crate::control::{Conditions, Control, Draft, Meta, Severity, Span, View};
use crate::lattice::Text;
use crate::observed::{ResourceKind, Scope};
use serde_json::json;

#[derive(Debug)]
pub(crate) enum PassRole {}

vocabulary!(pub(crate) PassPath: "emr", "serverless", "glue");
settings! {
    pub(crate) struct Setting {
        /// The principals, by ARN, that may pass roles: pipelines.
        principals: Only<RolePattern> = NONE,
        /// The services that a role may be passed to and then acts for whoever started the work.
        paths: Includes<PassPath> = &["emr", "serverless", "glue"],
    }
}

const NONE: &[&str] = &[];
const PASS: &str = "iam:PassRole";

/// A way from passing a role to its rights: the services that it is passed to, and the actions that use it.
struct Way {
    path: &'static str,
    name: &'static str,
    services: &'static [&'static str],
    launches: &'static [&'static str],
}

/// Source: Service Authorization Reference, *Actions* of EMR, EMR Serverless and Glue with `iam:PassRole` as dependent.
const WAYS: &[Way] = &[
    Way {
        path: "emr",
        name: "EMR",
        services: &["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"],
        launches: &["elasticmapreduce:RunJobFlow"],
    },
    Way {
        path: "serverless",
        name: "EMR Serverless",
        services: &["emr-serverless.amazonaws.com"],
        launches: &["emr-serverless:StartJobRun"],
    },
    Way {
        path: "glue",
        name: "Glue",
        services: &["glue.amazonaws.com"],
        launches: &[
            "glue:CreateJob",
            "glue:UpdateJob",
            "glue:CreateDevEndpoint",
            "glue:UpdateDevEndpoint",
            "glue:CreateSession",
            "glue:CreateCrawler",
            "glue:StartJobRun",
            "glue:CreateTrigger",
        ],
    },
];

impl Control for PassRole {
    const META: &'static Meta = &Meta {
        id: "iam.pass-role",
        title: "nobody can pass a role to EMR, EMR Serverless or Glue and so become it",
        severity: Severity::High,
        kinds: &[ResourceKind::IamRole],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-6"],
        docs: include_str!("pass_role.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(subject) = Subject::of(seen, &want.principals, out) else {
            return;
        };
        let unknown = out.unknown_held(&subject.held);
        let before = out.troubles().len();
        let asked = |way: &&Way| {
            want.paths
                .iter()
                .any(|text| text.as_literal() == Some(way.path))
        };
        for way in WAYS.iter().filter(asked) {
            let launch = subject.allows(way.launches.iter().copied(), seen.scope);
            let passes = subject.grants([PASS], &|_, test| closes(test, way, seen.scope));
            for (_, mut pass) in passes {
                pass.sure = pass.sure.min(launch);
                if pass.sure == Allowed::No
                    || pass.sure == Allowed::Perhaps && unknown && launch == Allowed::Perhaps
                {
                    continue;
                }
                let what = format!(
                    "passing a role to {}, and the principal may launch work under it",
                    way.name
                );
                out.must_not_be_granted(
                    &pass,
                    Complaint {
                        what: &what,
                        expected: "no launch beside `iam:PassRole`",
                        setting: Some("paths"),
                    },
                );
            }
        }
        for (_, pass) in subject.grants([PASS], &|_, test| beside_service(test, seen.scope)) {
            judge_bound(&pass, out);
        }
        if !unknown && out.troubles().len() == before {
            out.held();
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let named = |draft: &Draft<'_>, control: &str| {
            let listed = draft.listed(control, "roles").into_iter();
            listed
                .filter(|role| role.starts_with("arn:"))
                .collect::<Vec<_>>()
        };
        let mut roles = named(draft, "iam.service-role");
        roles.extend(named(draft, "iam.instance-profile"));
        if roles.is_empty() || !want.paths.contains(&Text::from("emr")) {
            return;
        }
        let pass = Statement::allow("PassRolesToEmr", &[PASS])
            .on(roles)
            .when(json!({ "StringEquals": { "iam:PassedToService": ["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"] } }));
        draft.statement("iam/pass-role", pass, Some("paths"));
    }
}

/// A role that is passed to other services only is not passed this way.
fn closes(test: &Test<'_>, way: &Way, scope: &Scope<'_>) -> Limit {
    if !test.is("iam:PassedToService") {
        return beside(test, scope);
    }
    test.each(scope, |value| {
        let hit = way.services.iter().any(|service| {
            let service = crate::aws::policy::Pattern::of(service);
            if test.is_wild() {
                value.covers(&service)
            } else {
                *value == service
            }
        });
        match value.literal() {
            _ if hit => Limit::Open,
            None if value.is_open() => Limit::Unknown,
            _ => Limit::Closed,
        }
    })
}

fn beside_service(test: &Test<'_>, scope: &Scope<'_>) -> Limit {
    if test.is("iam:PassedToService") {
        Limit::Open
    } else {
        beside(test, scope)
    }
}

/// Passing must be bound to named roles, and to services.
fn judge_bound(pass: &Grant<'_, '_>, out: &mut Conditions) {
    let Some(statement) = pass.statement else {
        return;
    };
    let everything = statement
        .resources()
        .is_none_or(|all| all.iter().any(|(_, pattern)| pattern.is_everything()));
    let bound = statement.tests().is_ok_and(|tests| {
        tests
            .iter()
            .any(|test| test.is("iam:PassedToService") && test.is_positive())
    });
    if everything {
        out.must_not_be_granted(
            pass,
            Complaint {
                what: "passing every role",
                expected: "named roles",
                setting: None,
            },
        );
    }
    if !bound {
        let complaint = Complaint {
            what: "passing roles to every service",
            expected: "a condition on `iam:PassedToService`",
            setting: None,
        };
        out.must_not_be_granted(pass, complaint);
    }
}
