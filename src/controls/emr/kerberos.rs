//! Users and services authenticate with Kerberos as the organisation defines it.

use crate::artifact::{Leaf, Member};
use crate::aws::kerberos::{ADMIN_PORT, KDC_PORT, is_same_server};
use crate::control::settings::{
    AtMost, CellKind, Column, Domain, Exactly, ExactlyTable, OneOf, Plain, Prefer, Table, TextType,
    cell_text, settings, vocabulary,
};
use crate::control::{
    Conditions, Control, Draft, Effective, Meta, NumberBound, Severity, Span, View, Weakening,
};
use crate::lattice::{Row, Text};
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, ResourceKind, Value};
use serde_json::{Map, json};

#[derive(Debug)]
pub(crate) enum Kerberos {}

vocabulary!(pub(crate) Provider: "ClusterDedicatedKdc", "ExternalKdc");

const TEXT: CellKind = CellKind::One(Domain::Texts(TextType::String));

/// The columns of `cross-realm-trust`.
#[derive(Debug)]
pub(crate) enum Trust {}
impl Table for Trust {
    const COLUMNS: &'static [Column] = &[
        Column::required("realm", TEXT, "The other realm."),
        Column::required("domain", TEXT, "The domain of the other realm."),
        Column::required(
            "admin-server",
            TEXT,
            "Its admin server; port 749 when none is written.",
        ),
        Column::required("kdc-server", TEXT, "Its KDC; port 88 when none is written."),
    ];
}

/// The columns of `external-kdc`.
#[derive(Debug)]
pub(crate) enum External {}
impl Table for External {
    const COLUMNS: &'static [Column] = &[
        Column::required(
            "admin-server",
            TEXT,
            "The admin server; port 749 when none is written.",
        ),
        Column::required("kdc-server", TEXT, "The KDC; port 88 when none is written."),
        Column::optional("ad-realm", TEXT, "The realm of Active Directory."),
        Column::optional("ad-domain", TEXT, "The domain of Active Directory."),
        Column::optional(
            "ad-server",
            TEXT,
            "The domain controller of Active Directory.",
        ),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// Where the KDC may be.
        provider: OneOf<Provider>,
        /// The provider that is compiled.
        prefer: Prefer<Provider>,
        /// The longest life of a ticket; AWS's default is 10 hours.
        max_ticket_lifetime_hours: AtMost<1, 87600>,
        /// The realm of the cluster.
        realm: Exactly<Plain>,
        /// The trust of a dedicated KDC in another realm.
        cross_realm_trust: ExactlyTable<Trust>,
        /// The external KDC.
        external_kdc: ExactlyTable<External>,
    }
}

const SECTION: &str = "AuthenticationConfiguration/KerberosConfiguration";
const TRUST: &str = "CrossRealmTrustConfiguration";
const ACTIVE_DIRECTORY: &str = "AdIntegrationConfiguration";
/// EMR Release Guide, *Release 5.24.0*: "This duration is 10 hours by default".
const DEFAULT_HOURS: i64 = 10;

/// A cell of a table of settings, the key that says the same in the document, and the default port.
type Entry = (&'static str, &'static str, Option<&'static str>);
const TRUST_ENTRIES: &[Entry] = &[
    ("realm", "Realm", None),
    ("domain", "Domain", None),
    ("admin-server", "AdminServer", Some(ADMIN_PORT)),
    ("kdc-server", "KdcServer", Some(KDC_PORT)),
];
const KDC_ENTRIES: &[Entry] = &[
    ("admin-server", "AdminServer", Some(ADMIN_PORT)),
    ("kdc-server", "KdcServer", Some(KDC_PORT)),
];
const DIRECTORY_ENTRIES: &[Entry] = &[
    ("ad-realm", "AdRealm", None),
    ("ad-domain", "AdDomain", None),
    ("ad-server", "AdServer", None),
];

impl Control for Kerberos {
    const META: &'static Meta = &Meta {
        id: "emr.kerberos",
        title: "users and services authenticate with Kerberos as the organisation defines it",
        severity: Severity::High,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &[
            "AWS-CONFIG emr-kerberos-enabled",
            "own NIST-800-53 AC-3",
            "own NIST-800-53 IA-2",
        ],
        docs: include_str!("kerberos.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let section = seen.document(out).map(|document| document.path(SECTION));
        if let Some(section) = section {
            judge_section(want, section, seen, out);
        }
        if seen.is_cluster() {
            judge_attributes(want, section, seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        let Some(provider) = draft.choose("provider", &want.provider, want.prefer.as_ref()) else {
            return;
        };
        draft.document(Leaf::KerberosProvider, provider.as_str(), Some("provider"));
        let hours = want.max_ticket_lifetime_hours;
        if provider == "ClusterDedicatedKdc" {
            compile_dedicated(want, hours, draft);
        } else {
            compile_external(want, hours, draft);
        }
        match &want.realm {
            Some(realm) => {
                if let Some(realm) = draft.bound("realm", realm) {
                    draft.launch(Member::KerberosRealm, realm, Some("realm"));
                }
            }
            None => draft.warn(
                None,
                "the launch request names no realm: the launcher must give `KerberosAttributes`",
                "set `realm` in `[emr.kerberos]`",
            ),
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/AuthenticationConfiguration/KerberosConfiguration")
            .also(LEAN_ON_KERBEROS),
        Weakening::remove("/AuthenticationConfiguration").also(LEAN_ON_KERBEROS),
        Weakening::remove("/KerberosAttributes/Realm")
            .in_launch()
            .also(&["emr.feature-combinations"]),
    ];
}

/// Controls that ask for Kerberos beside their own feature.
const LEAN_ON_KERBEROS: &[&str] = &[
    "emr.feature-combinations",
    "emr.identity-center",
    "emr.in-transit-encryption",
    "emr.ldap",
    "emr.ranger",
    "emr.role-mappings",
];

const LIFETIME: Option<&str> = Some("max-ticket-lifetime-hours");

fn compile_dedicated(want: &Setting, hours: Option<i64>, draft: &mut Draft<'_>) {
    if let Some(hours) = hours {
        draft.document(Leaf::DedicatedTicketLifetime, hours, LIFETIME);
    }
    if let Some(trust) = &want.cross_realm_trust {
        let setting = "cross-realm-trust";
        let trust = write(trust, TRUST_ENTRIES, setting, draft);
        draft.document(Leaf::DedicatedTrust, trust, Some(setting));
    } else if hours.is_none() {
        // The provider needs its own object, even an empty one.
        draft.document(Leaf::ClusterDedicatedKdc, Map::new(), Some("provider"));
    }
}

fn compile_external(want: &Setting, hours: Option<i64>, draft: &mut Draft<'_>) {
    let setting = "external-kdc";
    let Some(external) = &want.external_kdc else {
        draft.need(setting, None);
        return;
    };
    if let Some(hours) = hours {
        draft.document(Leaf::ExternalTicketLifetime, hours, LIFETIME);
    }
    draft.document(Leaf::ExternalServerType, "Single", Some(setting));
    let mut servers = write(external, KDC_ENTRIES, setting, draft);
    let leaves = [
        (Leaf::ExternalAdminServer, "AdminServer"),
        (Leaf::ExternalKdcServer, "KdcServer"),
    ];
    for (leaf, key) in leaves {
        if let Some(server) = servers.remove(key) {
            draft.document(leaf, server, Some(setting));
        }
    }
    let directory = write(external, DIRECTORY_ENTRIES, setting, draft);
    if !directory.is_empty() {
        draft.document(Leaf::ExternalDirectory, directory, Some(setting));
    }
}

fn write(
    row: &Row,
    entries: &[Entry],
    setting: &'static str,
    draft: &mut Draft<'_>,
) -> Map<String, serde_json::Value> {
    let texts = entries.iter().filter_map(|(cell, key, _)| {
        let text = draft.bound(setting, cell_text(row, cell)?)?;
        Some(((*key).to_owned(), json!(text)))
    });
    texts.collect()
}

fn judge_section(want: &Setting, section: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    if section.is_absent() {
        out.failed(section, "`KerberosConfiguration` is absent")
            .expected("Kerberos")
            .observed("absent");
        return;
    }
    let words = &["ClusterDedicatedKdc", "ExternalKdc"];
    let provider = section.get("Provider");
    let (own, floor) =
        match out.must_be_allowed(provider, "Provider", &want.provider, "provider", words) {
            Known::Set("ClusterDedicatedKdc") => ("ClusterDedicatedKdcConfiguration", "emr-5.10.0"),
            Known::Set("ExternalKdc") => ("ExternalKdcConfiguration", "emr-5.20.0"),
            Known::Set(_) | Known::Absent | Known::Mistyped | Known::Unreadable(_) => return,
        };
    out.must_reach_release(seen, &[floor], "this kind of KDC", Some("provider"));
    let kdc = section.get(own);
    if let Some(reason) = kdc.reason() {
        out.unknown(kdc, reason, format!("`{own}` is unknown"));
        return;
    }
    if !matches!(kdc.value(), Value::Map) {
        out.failed(kdc, format!("`{own}` is {}", kdc.value().type_name()))
            .under("provider")
            .expected(format!("`{own}`, which `Provider` asks for"))
            .observed(kdc.display());
        return;
    }
    if let Some(max) = want.max_ticket_lifetime_hours {
        let bound = NumberBound {
            min: None,
            max: Some(max),
            default: Some(DEFAULT_HOURS),
        };
        let hours = kdc.get("TicketLifetimeInHours");
        out.must_be_within(
            hours,
            "TicketLifetimeInHours",
            bound,
            "max-ticket-lifetime-hours",
        );
    }
    if own == "ExternalKdcConfiguration" {
        if let Some(external) = &want.external_kdc {
            judge_entries(external, KDC_ENTRIES, kdc, "external-kdc", out);
            let directory = kdc.get(ACTIVE_DIRECTORY);
            judge_entries(external, DIRECTORY_ENTRIES, directory, "external-kdc", out);
        }
    } else if let Some(trust) = &want.cross_realm_trust {
        judge_entries(
            trust,
            TRUST_ENTRIES,
            kdc.get(TRUST),
            "cross-realm-trust",
            out,
        );
    }
}

/// What the table gives must stand, and what it leaves out must not.
fn judge_entries(
    row: &Row,
    entries: &[Entry],
    node: Node<'_>,
    setting: &'static str,
    out: &mut Conditions,
) {
    for (cell, key, port) in entries {
        let node = node.get(key);
        match (cell_text(row, cell), port) {
            (Some(want), Some(port)) => {
                let same = |want: &Text, seen: &str| {
                    want.accepts(seen)
                        || want
                            .as_literal()
                            .is_some_and(|want| is_same_server(want, seen, port))
                };
                out.must_equal_by(node, key, Some(want), setting, same);
            }
            (Some(want), None) => out.must_equal(node, key, Some(want), setting),
            (None, _) if node.is_absent() => out.held(),
            (None, _) => match node.reason() {
                Some(reason) => {
                    out.unknown(node, reason, format!("`{key}` is unknown"))
                        .under(setting);
                }
                None => {
                    out.failed(node, format!("`{key}` stands and the baseline has none"))
                        .under(setting)
                        .expected("absent")
                        .observed(node.display());
                }
            },
        }
    }
}

/// EMR Management Guide, *Configuring Kerberos on Amazon EMR*: the attributes and the section need each other.
fn judge_attributes(
    want: &Setting,
    section: Option<Node<'_>>,
    seen: &View<'_, '_>,
    out: &mut Conditions,
) {
    let attributes = seen
        .resource
        .cluster()
        .attribute(Attribute::KerberosAttributes);
    let unnamed = matches!(seen.document, Effective::Unnamed(_));
    let off = unnamed || section.is_some_and(Node::is_absent);
    if off {
        // `{}` is what AWS answers for a cluster without Kerberos.
        if attributes.members().len() > 0 {
            out.failed(
                attributes,
                "`KerberosAttributes` stands without `KerberosConfiguration` in the document",
            )
            .expected("a document with Kerberos")
            .observed(attributes.display());
        }
        return;
    }
    let realm = attributes.get("Realm");
    out.must_equal(
        realm,
        "KerberosAttributes.Realm",
        want.realm.as_ref(),
        "realm",
    );
    let Some(section) = section else { return };
    let trusted = section
        .get("ClusterDedicatedKdcConfiguration")
        .get(TRUST)
        .get("Realm");
    if let (Some(realm_text), Some(trusted)) = (realm.as_text(), trusted.as_text())
        && realm_text == trusted
    {
        out.failed(
            realm,
            "the cluster's realm is the realm that it is to trust",
        )
        .under("realm")
        .expected(format!("another realm than `{trusted}`"))
        .observed(realm.display());
    }
}
