//! Properties of engines and services. Sources: EMR Management Guide, *Encryption support matrix*; EMR Release Guide,
//! the pages of each application; for rows of the projects, their configuration references.

use super::Feature::{Disk, InTransit, Kerberos, Ranger};
use super::Unsafe::{Begins, Contains, Is, IsNot, Lacks, Lists, Present};
use super::{Rule, aws, note, project};

const SPARK: &[&str] = &["spark-defaults"];
const HIVE: &[&str] = &["hive-site"];
const HBASE: &[&str] = &["hbase-site"];
const PRESTO: &[&str] = &["presto-config", "prestosql-config", "trino-config"];
const PASSWORDS: &[&str] = &[
    "presto-password-authenticator",
    "prestosql-password-authenticator",
    "trino-password-authenticator",
];
const FLINK: &[&str] = &["flink-conf"];
const ZOOKEEPER: &[&str] = &["zookeeper-config"];
const OOZIE: &[&str] = &["oozie-site"];
const HUE: &[&str] = &["hue-ini"];
const LIVY: &[&str] = &["livy-conf"];
const ZEPPELIN: &[&str] = &["zeppelin-site"];
const OLD_TLS: &[&str] = &[
    "TLS", "SSL", "TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3", "SSLv2",
];
const WEAK_CIPHERS: &[&str] = &[
    "_rc4_", "_3des_", "_des_", "_null_", "_anon_", "_export_", "_cbc_",
];
const FALSE: &[&str] = &["false"];
const TRUE: &[&str] = &["true"];

pub(super) const RULES: &[Rule] = &[
    aws(SPARK, &["spark.authenticate"], Is(FALSE), &[InTransit], "switches authentication and encryption of Spark RPC off"),
    project(SPARK, &["spark.network.crypto.enabled", "spark.authenticate.enableSaslEncryption", "spark.network.sasl.serverAlwaysEncrypt"],
        Is(FALSE), &[InTransit], "leaves Spark RPC without encryption"),
    project(SPARK, &["spark.network.crypto.saslFallback"], Is(TRUE), &[InTransit], "lets Spark RPC fall back to an older scheme"),
    project(SPARK, &["spark.ssl.enabled", "spark.ssl.*.enabled"], Is(FALSE), &[InTransit], "serves Spark's interfaces over plain HTTP"),
    project(SPARK, &["spark.ssl.protocol", "spark.ssl.*.protocol"], Is(OLD_TLS), &[InTransit], "allows old TLS"),
    project(SPARK, &["spark.ssl.enabledAlgorithms", "spark.ssl.*.enabledAlgorithms"], Contains(WEAK_CIPHERS), &[InTransit], "allows weak ciphers"),
    note(SPARK, &["spark.yarn.historyServer.address"], Contains(&[":18080"]), &[InTransit],
        "links the history server over plain HTTP, as EMR itself did from 7.3.0 to 7.9.0"),
    project(SPARK, &["spark.io.encryption.enabled"], Is(FALSE), &[Disk], "spills in clear"),
    project(SPARK, &["spark.acls.enable", "spark.history.ui.acls.enable"], Is(FALSE), &[Kerberos], "shows jobs to everybody"),
    project(SPARK, &["spark.redaction.regex"], Present, &[Kerberos], "changes which secrets are hidden in the interface"),
    aws(&["hive-site", "spark-hive-site"], &["hive.metastore.use.SSL"], Is(FALSE), &[InTransit], "talks to the Hive metastore in clear")
        .fix("remove it; where it is AWS's workaround for Kerberos from 7.3.0 on, waive the finding with that reason"),
    project(HIVE, &["hive.server2.use.SSL", "hive.server2.webui.use.ssl"], Is(FALSE), &[InTransit], "serves HiveServer2 in clear"),
    project(HIVE, &["hive.server2.thrift.sasl.qop"], IsNot(&["auth-conf"]), &[InTransit], "leaves SASL without encryption"),
    project(HIVE, &["hive.server2.authentication"], Is(&["NONE", "NOSASL"]), &[Kerberos, Ranger], "lets anybody log in to HiveServer2"),
    project(&["hive-site", "spark-hive-site"], &["hive.metastore.sasl.enabled"], Is(FALSE), &[Kerberos, Ranger], "opens the Hive metastore without Kerberos"),
    project(HIVE, &["hive.server2.enable.doAs"], Is(TRUE), &[Ranger], "runs queries past Ranger's plugin"),
    project(HIVE, &["hive.security.authorization.manager", "hive.security.authorization.enabled", "hive.server2.builtin.udf.blacklist"],
        Present, &[Ranger], "changes what Ranger's plugin sets"),
    project(HIVE, &["javax.jdo.option.ConnectionURL"], Lacks(&["usessl=true", "sslmode=", "ssl=true", "requiressl", ":derby:"]), &[InTransit],
        "talks to the metastore's database without TLS").secret(),
    aws(HBASE, &["hbase.rpc.protection"], IsNot(&["privacy"]), &[InTransit], "leaves HBase RPC without encryption"),
    aws(HBASE, &["hbase.ssl.enabled", "hbase.rest.ssl.enabled", "hbase.thrift.ssl.enabled"], Is(FALSE), &[InTransit], "serves HBase in clear"),
    aws(HBASE, &["hbase.server.netty.tls.enabled", "hbase.client.netty.tls.enabled"], Is(FALSE), &[InTransit], "leaves HBase RPC without TLS")
        .from("emr-7.6.0"),
    project(HBASE, &["hbase.security.authentication"], Is(&["simple"]), &[Kerberos], "opens HBase without Kerberos"),
    project(HBASE, &["hbase.security.authorization"], Is(FALSE), &[Kerberos], "switches rights in HBase off"),
    project(HBASE, &["hbase.server.netty.tls.supportplaintext"], Is(TRUE), &[InTransit], "accepts HBase RPC in clear"),
    project(HBASE, &["hbase.server.netty.tls.verify*", "hbase.client.netty.tls.verify*"], Is(FALSE), &[InTransit], "accepts a certificate of any host"),
    aws(PRESTO, &["http-server.http.enabled"], Is(TRUE), &[InTransit], "serves queries over plain HTTP"),
    project(PRESTO, &["http-server.https.enabled", "internal-communication.https.required"], Is(FALSE), &[InTransit], "serves queries over plain HTTP"),
    project(PRESTO, &["http-server.authentication.allow-insecure-over-http"], Is(TRUE), &[Kerberos, InTransit], "takes logins over plain HTTP"),
    project(PRESTO, &["internal-communication.shared-secret"], Present, &[InTransit],
        "lets whoever reads the configuration speak as a node").secret(),
    aws(PASSWORDS, &["ldap.url"], Begins(&["ldap://"]), &[InTransit], "sends passwords in clear").fix("use `ldaps://`"),
    project(PASSWORDS, &["ldap.allow-insecure"], Is(TRUE), &[InTransit], "sends passwords in clear"),
    aws(HUE, &["desktop.ldap.ldap_url", "desktop.ldap.*.ldap_url"], Begins(&["ldap://"]), &[InTransit], "sends passwords in clear").fix("use `ldaps://`"),
    project(HUE, &["desktop.auth.backend"], Contains(&["AllowFirstUser", "AllowAll"]), &[Kerberos], "lets anybody log in to Hue"),
    project(HUE, &["beeswax.ssl.validate"], Is(FALSE), &[InTransit], "accepts any certificate of HiveServer2"),
    aws(FLINK, &["security.ssl.internal.enabled", "security.ssl.rest.enabled", "historyserver.web.ssl.enabled"], Is(FALSE), &[InTransit], "serves Flink in clear"),
    project(FLINK, &["security.ssl.algorithms"], Contains(WEAK_CIPHERS), &[InTransit], "allows weak ciphers"),
    aws(ZOOKEEPER, &["sslQuorum", "admin.forceHttps"], Is(FALSE), &[InTransit], "lets ZooKeeper speak in clear"),
    note(ZOOKEEPER, &["clientPort"], Is(&["2181"]), &[InTransit], "leaves the plain port open, as EMR's default does"),
    project(ZOOKEEPER, &["serverCnxnFactory"], Lacks(&["netty"]), &[InTransit], "leaves clients without TLS"),
    // No page confirms that this classification carries the property.
    note(&["phoenix-hbase-site"], &["phoenix.queryserver.tls.enabled"], Is(FALSE), &[InTransit], "serves Phoenix in clear"),
    aws(OOZIE, &["oozie.https.enabled"], Is(FALSE), &[InTransit], "serves Oozie over plain HTTP"),
    project(OOZIE, &["oozie.authentication.type"], Is(&["simple"]), &[Kerberos], "opens Oozie without Kerberos"),
    project(OOZIE, &["oozie.authentication.simple.anonymous.allowed"], Is(TRUE), &[Kerberos], "opens Oozie to anybody"),
    project(LIVY, &["livy.server.auth.type"], IsNot(&["kerberos", "ldap"]), &[Kerberos], "opens Livy without Kerberos"),
    project(LIVY, &["livy.server.access-control.enabled"], Is(FALSE), &[Kerberos], "lets users reach the sessions of others"),
    project(LIVY, &["livy.superusers"], Lists(&["*"]), &[Kerberos], "lets everybody act as anybody"),
    project(LIVY, &["livy.keystore", "livy.keystore.*"], Present, &[InTransit], "replaces the keystore that EMR sets").secret(),
    project(ZEPPELIN, &["zeppelin.anonymous.allowed"], Is(TRUE), &[Kerberos], "opens notebooks to anybody"),
    project(ZEPPELIN, &["zeppelin.ssl"], Is(FALSE), &[InTransit], "serves notebooks over plain HTTP"),
    project(&["jupyter-hub-conf"], &["c.JupyterHub.ssl_*"], Present, &[InTransit], "replaces the certificates that EMR sets").secret(),
    project(&["jupyter-hub-conf"], &["c.JupyterHub.authenticator_class"], Contains(&["dummy", "nullauthenticator"]), &[Kerberos], "lets anybody log in"),
    project(&["jupyter-notebook-conf"], &["c.NotebookApp.token", "c.NotebookApp.password"], Is(&["", "''", "\"\""]), &[Kerberos], "lets anybody log in").secret(),
    project(&["jupyter-sparkmagic-conf"], &["*.auth"], Is(&["None"]), &[Kerberos], "reaches Livy without a login"),
];
