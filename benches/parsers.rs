//! What the product is measured against on the same bytes: its own readers, `hcl-edit`, and `serde_json` into typed
//! structs.

#![expect(
    dead_code,
    clippy::struct_field_names,
    reason = "the names are the format's, and what is measured is that they are filled in"
)]

use emr_baseline::observe::{json, yaml};
use emr_baseline::observed::Source;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

/// Reads every file of a folder into a tree, as `check` does before it judges.
pub(crate) fn templates(folder: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        let source = Arc::new(Source::new(path.display().to_string(), text));
        let tree = if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            json::read(source)
        } else {
            yaml::read(source)
        };
        black_box(tree.map_err(|_| io::Error::other("the corpus is not read"))?);
    }
    Ok(())
}

/// Parses every file of every module of a folder, by the parser that `check` rests on.
pub(crate) fn modules(folder: &str) -> io::Result<()> {
    for module in fs::read_dir(folder)? {
        for entry in fs::read_dir(module?.path())? {
            let text = fs::read_to_string(entry?.path())?;
            let body = hcl_edit::parser::parse_body(&text);
            black_box(body.map_err(|_| io::Error::other("the corpus is not parsed"))?);
        }
    }
    Ok(())
}

/// Reads every record of a snapshot into typed structs, one line at a time.
pub(crate) fn snapshot(file: &str) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, File::open(file)?);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        black_box(serde_json::from_slice::<Record>(&line)?);
        line.clear();
    }
    Ok(())
}

macro_rules! records {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => { $(
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct $name { $(#[serde(default)] $field: Option<$type>),* }
    )* };
}

#[derive(Deserialize)]
struct Record {
    record: String,
    kind: Option<String>,
    id: Option<String>,
    name: Option<String>,
    arn: Option<String>,
    #[serde(default)]
    calls: BTreeMap<String, Call>,
}

#[derive(Deserialize)]
struct Call {
    answer: Option<Answer>,
}

records! {
    Answer {
        cluster: Cluster, instance_groups: Vec<Group>, bootstrap_actions: Vec<Named>, steps: Vec<Named>,
        name: String, security_configuration: String, reservations: Vec<Reservation>,
    }
    Reservation { instances: Vec<Instance> }
    Instance {
        instance_id: String, instance_type: String, private_ip_address: String, state: InstanceState, subnet_id: String,
        security_groups: Vec<InstanceGroup>, network_interfaces: Vec<Interface>, metadata_options: Metadata,
    }
    InstanceState { code: i64, name: String }
    InstanceGroup { group_id: String }
    Interface { private_ip_address: String, ipv6_addresses: Vec<String> }
    Metadata { http_tokens: String, http_put_response_hop_limit: i64, http_endpoint: String }
    Named { name: String }
    Cluster {
        id: String, name: String, status: Status, ec2_instance_attributes: Attributes,
        instance_collection_type: String, log_uri: String, log_encryption_kms_key_id: String,
        release_label: String, auto_terminate: bool, termination_protected: bool, visible_to_all_users: bool,
        applications: Vec<Application>, tags: Vec<Tag>, service_role: String, normalized_instance_hours: i64,
        master_public_dns_name: String, configurations: Vec<Configuration>, security_configuration: String,
        kerberos_attributes: Kerberos, cluster_arn: String, step_concurrency_level: i64,
    }
    Status { state: String, state_change_reason: StateChangeReason, timeline: Timeline }
    StateChangeReason { message: String }
    Timeline { creation_date_time: String, ready_date_time: String }
    Attributes {
        ec2_subnet_id: String, requested_ec2_subnet_ids: Vec<String>, ec2_availability_zone: String,
        iam_instance_profile: String, emr_managed_master_security_group: String,
        emr_managed_slave_security_group: String, service_access_security_group: String,
        additional_master_security_groups: Vec<String>, additional_slave_security_groups: Vec<String>,
    }
    Application { name: String, version: String }
    Tag { key: String, value: String }
    Configuration { classification: String, properties: BTreeMap<String, String> }
    Kerberos { realm: String }
    Group {
        id: String, name: String, market: String, instance_group_type: String, instance_type: String,
        requested_instance_count: i64, running_instance_count: i64, status: Status,
        configurations: Vec<Configuration>,
    }
}
