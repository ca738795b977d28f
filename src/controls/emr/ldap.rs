//! LDAP authentication is encrypted, bound by secrets, and not a way to SSH.

use crate::artifact::Leaf;
use crate::control::settings::{Allowance, Exactly, OneOf, Pattern, Plain, Switch, settings};
use crate::control::{
    Conditions, Control, Draft, Meta, Review, Severity, Span, Standing, View, Weakening,
};
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, ResourceKind};
use serde_json::{Map, Value, json};

#[derive(Debug)]
pub(crate) enum Ldap {}

settings! {
    pub(crate) struct Setting {
        /// Whether it must be on.
        required: Switch = false,
        /// The servers that may be asked, as patterns of their URLs.
        servers: OneOf<Pattern>,
        /// Whether LDAP users may log in by SSH.
        ssh_login: Allowance = false,
        /// The filter that users must match.
        access_filter: Exactly<Plain>,
        /// The secret with the server's certificate, by ARN; to compile.
        bind_certificate: Exactly<Plain>,
        /// The secret with the bind user and password, by ARN; to compile.
        bind_credentials: Exactly<Plain>,
        /// AWS's word for the kind of server, which no page publishes; to compile.
        server_type: Exactly<Plain>,
        /// Where users are looked for; to compile.
        user_search_base: Exactly<Plain>,
        /// Where groups are looked for; to compile.
        group_search_base: Exactly<Plain>,
    }
}

const SECTION: &str = "AuthenticationConfiguration/LDAPConfiguration";
/// Source: EMR Management Guide, *Configure the LDAP security configuration*.
const KEYS: &[&str] = &[
    "EnableLDAPAuthentication",
    "LDAPServerURL",
    "LDAPServerType",
    "BindCertificateARN",
    "BindCredentialsARN",
    "LDAPAccessFilter",
    "LDAPUserSearchBase",
    "LDAPGroupSearchBase",
    "EnableSSHLogin",
    "ActiveDirectoryConfigurations",
];

impl Control for Ldap {
    const META: &'static Meta = &Meta {
        id: "emr.ldap",
        title: "LDAP authentication is encrypted, bound by secrets, and not a way to SSH",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 IA-5(7)"],
        docs: include_str!("ldap.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        let section = document.path(SECTION);
        let switch = section.get("EnableLDAPAuthentication");
        match Standing::ldap(document) {
            Standing::Off(_) if !want.required => return out.held(),
            Standing::Off(_) | Standing::Unknown(..) => {
                out.must_be_on(switch, "EnableLDAPAuthentication", Some("required"));
                if section.is_absent() {
                    return;
                }
            }
            Standing::On => out.held(),
        }
        judge_server(want, section.get("LDAPServerURL"), out);
        judge_bind(want, section, out);
        let filter = section.get("LDAPAccessFilter");
        out.must_equal(
            filter,
            "LDAPAccessFilter",
            want.access_filter.as_ref(),
            "access-filter",
        );
        if !want.ssh_login {
            out.must_be_off(section.get("EnableSSHLogin"), "EnableSSHLogin", "ssh-login");
        }
        out.must_stand(
            Standing::transit(document),
            "`EnableInTransitEncryption` is off, which LDAP needs",
            "encryption in transit",
        );
        for (key, value) in section.members().filter(|(key, _)| !KEYS.contains(key)) {
            out.undecided(
                section.key_place(key),
                format!("`{key}` is not among the published keys of LDAP"),
                "use a version that knows the key, or remove it",
            )
            .observed(value.shown().unwrap_or_else(|| format!("`{key}`")));
        }
        // EMR Management Guide, *Use Active Directory or LDAP servers for authentication*: from 6.12.0.
        out.must_reach_release(seen, &["emr-6.12.0"], "LDAP", None);
        if seen.is_cluster() {
            judge_attributes(seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if !want.required {
            return;
        }
        if !draft.requirements.contains_key("emr.in-transit-encryption") {
            draft.refuse(
                Some("required"),
                "LDAP on a cluster needs encryption in transit",
                "add `[emr.in-transit-encryption]`",
            );
            return;
        }
        let server = want
            .servers
            .only_one()
            .filter(|server| !server.is_pattern())
            .cloned();
        let mut section = Map::new();
        section.insert("EnableLDAPAuthentication".to_owned(), json!(true));
        let mut write = |key: &str, setting, text: Option<&Text>| {
            if let Some(text) = draft.need(setting, text) {
                section.insert(key.to_owned(), json!(text));
            }
        };
        write("LDAPServerURL", "servers", server.as_ref());
        write("LDAPServerType", "server-type", want.server_type.as_ref());
        write(
            "BindCertificateARN",
            "bind-certificate",
            want.bind_certificate.as_ref(),
        );
        if want.bind_credentials.is_some() {
            write(
                "BindCredentialsARN",
                "bind-credentials",
                want.bind_credentials.as_ref(),
            );
        }
        write(
            "LDAPAccessFilter",
            "access-filter",
            want.access_filter.as_ref(),
        );
        write(
            "LDAPUserSearchBase",
            "user-search-base",
            want.user_search_base.as_ref(),
        );
        write(
            "LDAPGroupSearchBase",
            "group-search-base",
            want.group_search_base.as_ref(),
        );
        draft.document(Leaf::Ldap, Value::Object(section), Some("required"));
        draft.warn(
            Some("required"),
            "AWS describes the keys of LDAP in prose only: whether the service takes this document is not confirmed",
            "create the configuration in a test account first",
        );
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        if want.required && review.requirement("emr.in-transit-encryption").is_none() {
            review.warn(
                Vec::new(),
                "LDAP on a cluster needs encryption in transit",
                "add `[emr.in-transit-encryption]`",
            );
        }
        if want.required && review.requirement("emr.kerberos").is_some() {
            review.object(
                Vec::new(),
                "LDAP and Kerberos exclude each other in one document",
                "require one of `[emr.ldap]` and `[emr.kerberos]`",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::set(
            "/AuthenticationConfiguration/LDAPConfiguration/EnableLDAPAuthentication",
            "false",
        ),
        Weakening::set(
            "/AuthenticationConfiguration/LDAPConfiguration/LDAPServerURL",
            "\"ldap://ldap.example.com\"",
        ),
        Weakening::set(
            "/AuthenticationConfiguration/LDAPConfiguration/LDAPAccessFilter",
            "\"\"",
        ),
    ];
}

/// The secrets, and what is only compared with what the baseline compiles.
fn judge_bind(want: &Setting, section: Node<'_>, out: &mut Conditions) {
    out.must_name_secret(section.get("BindCertificateARN"), "BindCertificateARN");
    let credentials = section.get("BindCredentialsARN");
    if !credentials.is_absent() || Standing::of_switch(section.get("EnableSSHLogin")).is_on() {
        out.must_name_secret(credentials, "BindCredentialsARN");
    }
    for (key, given, setting) in [
        (
            "BindCertificateARN",
            &want.bind_certificate,
            "bind-certificate",
        ),
        (
            "BindCredentialsARN",
            &want.bind_credentials,
            "bind-credentials",
        ),
        ("LDAPServerType", &want.server_type, "server-type"),
        (
            "LDAPUserSearchBase",
            &want.user_search_base,
            "user-search-base",
        ),
        (
            "LDAPGroupSearchBase",
            &want.group_search_base,
            "group-search-base",
        ),
    ] {
        if given.is_some() {
            out.must_equal(section.get(key), key, given.as_ref(), setting);
        }
    }
}

fn judge_server(want: &Setting, server: Node<'_>, out: &mut Conditions) {
    let condition = match server.text() {
        // StartTLS is not supported: EMR Management Guide, *LDAP considerations*.
        Known::Set(url) if !url.starts_with("ldaps://") => out.failed(
            server,
            "`LDAPServerURL` is not an `ldaps://` address: passwords travel in clear",
        ),
        Known::Set(url) if want.servers.allows(url) => return out.held(),
        Known::Set(_) => out.failed(
            server,
            "`LDAPServerURL` is not among the servers that the baseline allows",
        ),
        Known::Absent => out.failed(server, "`LDAPServerURL` is absent"),
        Known::Mistyped => out.failed(server, "`LDAPServerURL` is not a string"),
        Known::Unreadable(reason) => out.unknown(server, reason, "`LDAPServerURL` is unknown"),
    };
    let expected = if want.servers.is_any() {
        "an `ldaps://` address".to_owned()
    } else {
        want.servers.to_string()
    };
    condition
        .under("servers")
        .expected(expected)
        .observed(server.display());
}

/// EMR makes a KDC of its own for LDAP: EMR Management Guide, *Configure the LDAP security configuration*.
fn judge_attributes(seen: &View<'_, '_>, out: &mut Conditions) {
    let attributes = seen
        .resource
        .cluster()
        .attribute(Attribute::KerberosAttributes);
    if let Some(reason) = attributes.reason() {
        out.unknown(attributes, reason, "`KerberosAttributes` is unknown");
    } else if attributes.members().len() > 0 {
        out.failed(
            attributes,
            "`KerberosAttributes` stands beside LDAP, which excludes it",
        )
        .expected("absent")
        .observed(attributes.display());
    } else {
        out.held();
    }
}
