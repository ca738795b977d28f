//! Properties of Hadoop, HDFS, YARN, `MapReduce` and Tez. Sources: EMR Management Guide, *Encryption support matrix* and
//! *Data encryption options*; for rows of the projects, the `*-default.xml` of Apache Hadoop and Tez.

use super::Feature::{Containers, Disk, InTransit, Kerberos, Ranger, Roles};
use super::Unsafe::{Begins, Below, Contains, Is, IsNot, Lists, Present};
use super::{Rule, aws, note, project};

const CORE: &[&str] = &["core-site"];
const HDFS: &[&str] = &["hdfs-site"];
const YARN: &[&str] = &["yarn-site"];
const MAPRED: &[&str] = &["mapred-site"];
const OLD_TLS: &[&str] = &[
    "TLSv1",
    "TLSv1.0",
    "TLSv1.1",
    "SSLv3",
    "SSLv2",
    "SSLv2Hello",
];
const FALSE: &[&str] = &["false"];

pub(super) const RULES: &[Rule] = &[
    aws(
        CORE,
        &["hadoop.rpc.protection"],
        IsNot(&["privacy"]),
        &[InTransit],
        "leaves Hadoop RPC without encryption",
    )
    .fix("set it to `privacy`, or remove it"),
    aws(
        CORE,
        &["hadoop.ssl.hostname.verifier"],
        Is(&["ALLOW_ALL", "DEFAULT_AND_LOCALHOST"]),
        &[InTransit],
        "accepts a certificate of any host",
    )
    .fix("use certificates for the wildcard domain of the VPC, and remove it"),
    project(
        CORE,
        &["hadoop.ssl.enabled.protocols"],
        Lists(OLD_TLS),
        &[InTransit],
        "allows old TLS",
    ),
    project(
        CORE,
        &[
            "hadoop.security.authentication",
            "hadoop.http.authentication.type",
        ],
        Is(&["simple"]),
        &[Kerberos],
        "switches Kerberos off",
    ),
    project(
        CORE,
        &["hadoop.security.authorization"],
        Is(FALSE),
        &[Kerberos],
        "switches service authorization off",
    ),
    project(
        CORE,
        &["hadoop.http.authentication.simple.anonymous.allowed"],
        Is(&["true"]),
        &[Kerberos],
        "opens web interfaces to anybody",
    ),
    project(
        CORE,
        &[
            "hadoop.proxyuser.*.hosts",
            "hadoop.proxyuser.*.groups",
            "hadoop.proxyuser.*.users",
        ],
        Lists(&["*"]),
        &[Kerberos, Roles],
        "lets a service user act as anybody",
    ),
    project(
        CORE,
        &[
            "hadoop.security.auth_to_local",
            "hadoop.security.group.mapping",
        ],
        Present,
        &[Roles],
        "changes the users and groups that role mappings match",
    ),
    aws(
        HDFS,
        &["dfs.encrypt.data.transfer"],
        Is(FALSE),
        &[InTransit],
        "moves HDFS blocks in clear",
    ),
    project(
        HDFS,
        &[
            "dfs.encrypt.data.transfer.algorithm",
            "dfs.encrypt.data.transfer.cipher.suites",
        ],
        Contains(&["3des", "rc4"]),
        &[InTransit],
        "encrypts HDFS blocks with an old cipher",
    ),
    project(
        HDFS,
        &["dfs.encrypt.data.transfer.cipher.key.bitlength"],
        Below(256),
        &[InTransit],
        "encrypts HDFS blocks with a short key",
    ),
    project(
        HDFS,
        &["dfs.data.transfer.protection"],
        IsNot(&["privacy"]),
        &[InTransit],
        "moves HDFS blocks in clear",
    ),
    project(
        HDFS,
        &["dfs.http.policy"],
        Is(&["HTTP_ONLY", "HTTP_AND_HTTPS"]),
        &[InTransit],
        "serves HDFS over plain HTTP",
    ),
    project(
        HDFS,
        &[
            "dfs.permissions.enabled",
            "dfs.block.access.token.enable",
            "dfs.namenode.acls.enabled",
        ],
        Is(FALSE),
        &[Kerberos],
        "switches a check of HDFS off",
    ),
    project(
        HDFS,
        &["fs.permissions.umask-mode"],
        IsNot(&["077", "0077", "u=rwx,g=,o="]),
        &[Ranger],
        "leaves user data in HDFS readable to others",
    ),
    project(
        &["httpfs-site", "hadoop-kms-site"],
        &["*.authentication.type"],
        Is(&["simple"]),
        &[Kerberos],
        "opens the gateway without Kerberos",
    ),
    project(
        &["httpfs-site"],
        &["httpfs.ssl.enabled"],
        Is(FALSE),
        &[Kerberos, InTransit],
        "serves HDFS over plain HTTP",
    ),
    project(
        &["hadoop-kms-acls", "hadoop-kms-site"],
        &["hadoop.kms.acl.*", "hadoop.kms.proxyuser.*"],
        Lists(&["*"]),
        &[Kerberos],
        "opens the keys of HDFS encryption zones to everybody",
    ),
    project(
        &["hadoop-ssl-server", "hadoop-ssl-client"],
        &["*"],
        Present,
        &[InTransit],
        "replaces the keystores and truststores that EMR sets",
    )
    .secret(),
    aws(
        YARN,
        &["yarn.http.policy"],
        Is(&["HTTP_ONLY"]),
        &[InTransit],
        "serves YARN over plain HTTP",
    ),
    note(
        YARN,
        &["yarn.log.server.url"],
        Begins(&["http://"]),
        &[InTransit],
        "links logs over plain HTTP, as EMR itself did from 7.3.0 to 7.8.0",
    ),
    project(
        YARN,
        &["yarn.nodemanager.container-executor.class"],
        Contains(&["DefaultContainerExecutor"]),
        &[Kerberos, Containers],
        "runs every container as one user",
    ),
    project(
        YARN,
        &[
            "yarn.acl.enable",
            "yarn.nodemanager.linux-container-executor.nonsecure-mode.limit-users",
        ],
        Is(FALSE),
        &[Kerberos, Containers],
        "lets users see and end the jobs of others",
    ),
    project(
        YARN,
        &["yarn.admin.acl"],
        Lists(&["*"]),
        &[Kerberos, Containers],
        "makes everybody an administrator of YARN",
    ),
    project(
        &["container-executor", "docker-conf"],
        &[
            "*docker.privileged-containers.enabled",
            "*docker.host-pid-namespace.enabled",
        ],
        Is(&["true", "1"]),
        &[Containers],
        "lets containers out to the node",
    ),
    project(
        &["container-executor", "docker-conf"],
        &["*docker.allowed.rw-mounts"],
        Lists(&["/"]),
        &[Containers],
        "lets containers write anywhere on the node",
    ),
    project(
        &["container-executor", "docker-conf"],
        &["*docker.trusted.registries"],
        Lists(&["*", "docker.io", "library"]),
        &[Containers],
        "trusts images of anybody",
    ),
    project(
        MAPRED,
        &["mapreduce.shuffle.ssl.enabled"],
        Is(FALSE),
        &[InTransit],
        "shuffles in clear",
    ),
    project(
        MAPRED,
        &["mapreduce.jobhistory.http.policy"],
        Is(&["HTTP_ONLY"]),
        &[InTransit],
        "serves job history over plain HTTP",
    ),
    project(
        MAPRED,
        &["mapreduce.job.encrypted-intermediate-data"],
        Is(FALSE),
        &[Disk],
        "spills in clear",
    ),
    aws(
        &["tez-site"],
        &["tez.runtime.ssl.enable"],
        Is(FALSE),
        &[InTransit],
        "shuffles in clear",
    ),
    project(
        &["tez-site"],
        &[
            "tez.am.tez-ui.webservice.enable.ssl",
            "tez.am.tez-ui.webservice.enable.client.auth",
        ],
        Is(FALSE),
        &[InTransit],
        "serves the application master over plain HTTP",
    ),
];
