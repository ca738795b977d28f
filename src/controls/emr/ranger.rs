//! Ranger enforcement is complete for every engine on the cluster.

use crate::artifact::Leaf;
use crate::aws::release::Release;
use crate::control::settings::{
    CellKind, Choice, Column, Domain, Exactly, IamRole, Includes, Plain, Rows, Switch, Table,
    TextType, cell_text, settings, vocabulary,
};
use crate::control::{
    Conditions, Control, Draft, Installed, Meta, Review, Severity, Span, Standing, View, Weakening,
    is_secret_arn,
};
use crate::lattice::Text;
use crate::observed::cluster::Attribute;
use crate::observed::{Known, Node, ResourceKind};
use serde_json::{Map, Value, json};

#[derive(Debug)]
pub(crate) enum Ranger {}

vocabulary!(pub(crate) Plugin: "Spark", "Hive", "EMRFS-S3", "Trino");
const PLUGINS: &[&str] = &["Spark", "Hive", "EMRFS-S3", "Trino"];

/// The columns of `[[emr.ranger.client]]`.
#[derive(Debug)]
pub(crate) enum Client {}
impl Table for Client {
    const COLUMNS: &'static [Column] = &[
        Column::required("app", CellKind::One(Domain::Words(PLUGINS)), "The plugin.").identifying(),
        Column::required(
            "secret",
            CellKind::One(Domain::Texts(TextType::String)),
            "The secret with its certificate, by ARN without version.",
        ),
        Column::required(
            "repository",
            CellKind::One(Domain::Texts(TextType::String)),
            "The name of its Ranger service.",
        ),
    ];
}

settings! {
    pub(crate) struct Setting {
        /// Whether it must stand.
        required: Switch = false,
        /// The URL of the admin server.
        admin_server: Exactly<Plain>,
        /// The plugins that must stand.
        plugins: Includes<Plugin>,
        /// The role that plugins read data with.
        plugin_role: Exactly<IamRole>,
        /// The role for other services of AWS.
        services_role: Exactly<IamRole>,
        /// The log group of the audit, by ARN.
        audit_log_group: Exactly<Plain>,
        /// The secret with the admin server's certificate, by ARN without version; to compile.
        admin_secret: Exactly<Plain>,
        /// What each plugin is compiled with.
        client: Rows<Client>,
    }
}

const SECTION: &str = "AuthorizationConfiguration/RangerConfiguration";
const LOG_GROUP: &str = "AuditConfiguration/Destinations/AmazonCloudWatchLogs/CloudWatchLogGroup";

impl Control for Ranger {
    const META: &'static Meta = &Meta {
        id: "emr.ranger",
        title: "Ranger enforcement is complete for every engine on the cluster",
        severity: Severity::Medium,
        kinds: &[
            ResourceKind::EmrSecurityConfiguration,
            ResourceKind::EmrCluster,
        ],
        span: Span::Resource,
        since: "0.1.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("ranger.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let Some(document) = seen.document(out) else {
            return;
        };
        let section = document.path(SECTION);
        if section.is_absent() {
            if want.required {
                out.failed(section, "`RangerConfiguration` is absent")
                    .under("required")
                    .expected("`RangerConfiguration`")
                    .observed("absent");
            } else {
                out.held();
            }
            return;
        }
        if let Some(reason) = section.reason() {
            out.unknown(section, reason, "`RangerConfiguration` is unknown");
            return;
        }
        judge_servers(want, section, out);
        let apps = judge_plugins(want, section, out);
        let either = Standing::kerberos(document).or(Standing::ldap(document));
        out.must_stand(
            either,
            "Ranger stands without Kerberos or LDAP",
            "`KerberosConfiguration`",
        );
        // EMR Management Guide, *Integrate Amazon EMR with Apache Ranger*.
        out.must_reach_release(seen, &["emr-5.32.0", "emr-6.3.0"], "Ranger", None);
        if apps.contains(&"Trino") {
            out.must_reach_release(seen, &["emr-6.7.0"], "the Trino plugin", Some("plugins"));
        }
        if seen.is_cluster() {
            judge_engines(section, &apps, seen, out);
            judge_file_system(section, seen, out);
        }
    }

    fn compile(want: &Setting, draft: &mut Draft<'_>) {
        if !want.required {
            return;
        }
        if !draft.requirements.contains_key("emr.kerberos")
            && !draft.requirements.contains_key("emr.ldap")
        {
            draft.refuse(
                Some("required"),
                "Ranger on a cluster needs Kerberos or LDAP",
                "add `[emr.kerberos]` or `[emr.ldap]`",
            );
            return;
        }
        let mut section = Map::new();
        let mut write = |key: &str, setting, text: Option<&Text>| {
            if let Some(text) = draft.need(setting, text) {
                section.insert(key.to_owned(), json!(text));
            }
        };
        write("AdminServerURL", "admin-server", want.admin_server.as_ref());
        write(
            "RoleForRangerPluginsARN",
            "plugin-role",
            want.plugin_role.as_ref(),
        );
        write(
            "RoleForOtherAWSServicesARN",
            "services-role",
            want.services_role.as_ref(),
        );
        write(
            "AdminServerSecretARN",
            "admin-secret",
            want.admin_secret.as_ref(),
        );
        section.insert(
            "RangerPluginConfigurations".to_owned(),
            clients(want, draft),
        );
        if let Some(group) = draft.need("audit-log-group", want.audit_log_group.as_ref()) {
            let destination = json!({ "Destinations": { "AmazonCloudWatchLogs": { "CloudWatchLogGroup": group } } });
            section.insert("AuditConfiguration".to_owned(), destination);
        }
        draft.document(Leaf::Ranger, Value::Object(section), Some("required"));
    }

    fn review(want: &Setting, review: &mut Review<'_>) {
        let by = ["emr.kerberos", "emr.ldap"];
        if want.required
            && by
                .iter()
                .all(|control| review.requirement(control).is_none())
        {
            review.warn(
                Vec::new(),
                "Ranger on a cluster needs Kerberos or LDAP",
                "add `[emr.kerberos]` or `[emr.ldap]`",
            );
        }
    }

    const WEAKENINGS: &'static [Weakening] = &[
        Weakening::remove("/AuthorizationConfiguration/RangerConfiguration"),
        Weakening::set(
            "/AuthorizationConfiguration/RangerConfiguration/AdminServerURL",
            "\"http://ranger.example.com:6080\"",
        ),
        Weakening::set(
            "/AuthorizationConfiguration/RangerConfiguration/RangerPluginConfigurations",
            "[]",
        ),
        Weakening::remove("/AuthorizationConfiguration/RangerConfiguration/AuditConfiguration"),
    ];
}

fn clients(want: &Setting, draft: &mut Draft<'_>) -> Value {
    let mut list = Vec::new();
    for plugin in want.plugins.iter().filter_map(Text::as_literal) {
        let row = want
            .client
            .values()
            .find(|row| cell_text(row, "app").and_then(Text::as_literal) == Some(plugin));
        let cell = |key| row.and_then(|row| cell_text(row, key));
        let secret = draft.need("client", cell("secret"));
        let repository = draft.need("client", cell("repository"));
        list.push(
            json!({ "App": plugin, "ClientSecretARN": secret, "PolicyRepositoryName": repository }),
        );
    }
    Value::Array(list)
}

fn judge_servers(want: &Setting, section: Node<'_>, out: &mut Conditions) {
    let server = section.get("AdminServerURL");
    if server
        .as_text()
        .is_some_and(|url| !url.starts_with("https://"))
    {
        out.failed(server, "`AdminServerURL` is not an `https://` address")
            .under("admin-server")
            .expected("an `https://` address")
            .observed(server.display());
    } else {
        out.must_equal(
            server,
            "AdminServerURL",
            want.admin_server.as_ref(),
            "admin-server",
        );
    }
    for (key, role, setting) in [
        ("RoleForRangerPluginsARN", &want.plugin_role, "plugin-role"),
        (
            "RoleForOtherAWSServicesARN",
            &want.services_role,
            "services-role",
        ),
    ] {
        out.must_name_role(section.get(key), key, role.as_ref(), setting);
    }
    judge_secret(
        section.get("AdminServerSecretARN"),
        "AdminServerSecretARN",
        out,
    );
    if want.admin_secret.is_some() {
        let secret = section.get("AdminServerSecretARN");
        out.must_equal(
            secret,
            "AdminServerSecretARN",
            want.admin_secret.as_ref(),
            "admin-secret",
        );
    }
    let group = section.path(LOG_GROUP);
    out.must_equal(
        group,
        "CloudWatchLogGroup",
        want.audit_log_group.as_ref(),
        "audit-log-group",
    );
}

/// EMR Management Guide, *Create the EMR security configuration* for Ranger: the ARN "WITHOUT VERSION".
fn judge_secret(node: Node<'_>, name: &str, out: &mut Conditions) {
    let versioned = |arn: &str| {
        let secret = arn.splitn(7, ':').last().unwrap_or_default();
        // Secrets Manager ends an ARN in six random characters. Six small letters may as well be a word of the name.
        let random = secret.rsplit_once('-').is_some_and(|(_, end)| {
            end.len() == 6
                && end.chars().all(|char| char.is_ascii_alphanumeric())
                && end.chars().any(|char| !char.is_ascii_lowercase())
        });
        secret.contains(':') || random
    };
    if node
        .as_text()
        .is_some_and(|arn| is_secret_arn(arn) && versioned(arn))
    {
        out.failed(
            node,
            format!("`{name}` has a version suffix, which Ranger on EMR does not take"),
        )
        .expected("the ARN of the secret without its suffix");
    } else {
        out.must_name_secret(node, name);
    }
}

/// Returns the plugins that stand.
fn judge_plugins<'t>(want: &Setting, section: Node<'t>, out: &mut Conditions) -> Vec<&'t str> {
    let list = section.get("RangerPluginConfigurations");
    let unknown = list.reason().or_else(|| list.open());
    for item in list.items() {
        out.must_be_allowed(
            item.get("App"),
            "App",
            &Choice::default(),
            "plugins",
            PLUGINS,
        );
        judge_secret(item.get("ClientSecretARN"), "ClientSecretARN", out);
        let app = item.get("App").as_text();
        let row = want
            .client
            .values()
            .find(|row| cell_text(row, "app").and_then(Text::as_literal) == app);
        let cell = |key| row.and_then(|row| cell_text(row, key));
        if let Some(secret) = cell("secret") {
            let node = item.get("ClientSecretARN");
            out.must_equal(node, "ClientSecretARN", Some(secret), "client");
        }
        let node = item.get("PolicyRepositoryName");
        out.must_equal(node, "PolicyRepositoryName", cell("repository"), "client");
    }
    let apps: Vec<&str> = list
        .items()
        .filter_map(|item| item.get("App").as_text())
        .collect();
    if let Some(reason) = unknown {
        out.unknown(list, reason, "`RangerPluginConfigurations` is unknown")
            .under("plugins");
    } else if apps.is_empty() {
        out.failed(list, "no Ranger plugin is configured")
            .under("plugins");
    } else {
        for plugin in want.plugins.iter().filter_map(Text::as_literal) {
            if apps.contains(&plugin) {
                out.held();
            } else {
                out.failed(list, format!("the plugin for `{plugin}` is missing"))
                    .under("plugins")
                    .expected(format!("a plugin for `{plugin}`"))
                    .observed(apps.join(", "));
            }
        }
    }
    apps
}

fn judge_engines(section: Node<'_>, apps: &[&str], seen: &View<'_, '_>, out: &mut Conditions) {
    let list = section.get("RangerPluginConfigurations");
    for engine in ["Spark", "Hive", "Trino"] {
        match seen.installed(engine) {
            Installed::Yes if apps.contains(&engine) => out.held(),
            Installed::Yes => {
                out.failed(
                    list,
                    format!("`{engine}` is installed and has no Ranger plugin"),
                )
                .under("plugins")
                .expected(format!("a plugin for `{engine}`"))
                .observed(apps.join(", "));
            }
            Installed::No => {}
            Installed::Unknown(node, reason) => {
                out.unknown(
                    node,
                    reason,
                    format!("whether `{engine}` is installed is unknown"),
                );
            }
        }
    }
}

/// EMR Release Guide, *Migrate to S3A*: S3A is the default from 7.10.0 and does not work with Ranger.
fn judge_file_system(section: Node<'_>, seen: &View<'_, '_>, out: &mut Conditions) {
    let label = seen
        .resource
        .cluster()
        .attribute(Attribute::ReleaseLabel)
        .as_text();
    let release = label.and_then(Release::of);
    if release.is_none_or(|release| !release.reaches(&["emr-7.10.0"])) {
        return;
    }
    match seen.property("core-site", "fs.s3.impl") {
        Known::Set("com.amazon.ws.emr.hadoop.fs.EmrFileSystem") => out.held(),
        Known::Unreadable(reason) => {
            out.unknown(section, reason, "`fs.s3.impl` is unknown");
        }
        Known::Set(_) | Known::Absent | Known::Mistyped => {
            out.failed(section, "the release uses S3A, which does not work with Ranger, and `fs.s3.impl` does not say EMRFS")
                .expected("`com.amazon.ws.emr.hadoop.fs.EmrFileSystem` under `core-site`")
                .observed("another file system, or none");
        }
    }
}
