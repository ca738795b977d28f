//! Terraform that is measured: modules as they are written, and plans as `terraform show -json` prints them.
//!
//! What they ask for is what the templates of `corpus.rs` ask for. The plans are synthetic: written to the documented
//! format, not by Terraform. Their passwords are known only after apply: one that stands in a plan is a finding.

use crate::corpus::{ACCOUNT, KEY, NOTHING_WRONG, Numbers, document};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// What a stack is made of.
struct Stack {
    number: u64,
    /// Which of the things that can be wrong is.
    wrong: u64,
    subnet: u64,
}

impl Stack {
    fn next(number: u64, numbers: &mut Numbers) -> Self {
        let wrong = if numbers.below(8) == 0 {
            numbers.below(NOTHING_WRONG)
        } else {
            NOTHING_WRONG
        };
        let subnet = numbers.below(1 << 48) % 4;
        Self {
            number,
            wrong,
            subnet,
        }
    }

    fn name(&self) -> String {
        format!("pipeline-{:04}", self.number)
    }

    fn subnet(&self) -> String {
        format!("subnet-0123456789abcde{:02x}", self.subnet)
    }

    fn cidr(&self) -> String {
        if self.wrong == 2 {
            "0.0.0.0/0".to_owned()
        } else {
            format!("10.{}.0.0/16", self.number % 250)
        }
    }

    fn document(&self) -> Value {
        let mut document = document(if self.wrong == 0 { "Custom" } else { "AwsKms" });
        if self.wrong == 1 {
            document["EncryptionConfiguration"]["EnableInTransitEncryption"] = json!(false);
        }
        document
    }

    fn owner(&self) -> String {
        format!("team-{}", self.number % 40)
    }

    fn cost_centre(&self) -> String {
        format!("{:05}", self.number * 7 % 100_000)
    }
}

/// The tables that a stack grants, their columns, and the names of the grants.
const GRANTS: &[(&str, &str, &[&str])] = &[
    ("orders", "sales", &["amount", "country", "order_id"]),
    ("customers", "sales", &["segment", "country"]),
    ("returns", "sales", &["order_id", "reason"]),
];
const NODES: &[&str] = &["primary", "core", "service"];

/// A value as an expression.
fn expression(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            out.push_str("{\n");
            for (key, value) in members {
                let _ = write!(out, "{indent}  {key} = ");
                expression(value, depth + 1, out);
                out.push('\n');
            }
            let _ = write!(out, "{indent}}}");
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                expression(item, depth, out);
            }
            out.push(']');
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            let _ = write!(out, "{other}");
        }
    }
}

/// The document as every second module writes it: by `jsonencode`, or as a heredoc, with what is named elsewhere.
fn configuration(stack: &Stack) -> String {
    let mut text = String::new();
    if stack.number.is_multiple_of(2) {
        expression(&stack.document(), 1, &mut text);
        text = format!("jsonencode({text})");
        text = text.replace(&format!("\"{KEY}\""), "var.kms_key_arn");
    } else {
        let document = serde_json::to_string_pretty(&stack.document()).unwrap_or_default();
        let document = document
            .replace('\n', "\n    ")
            .replace(KEY, "${var.kms_key_arn}");
        text = format!("<<-EOT\n    {document}\n  EOT");
    }
    text.replace(&format!("-{ACCOUNT}/"), "-${var.account_id}/")
        .replace(&format!(":{ACCOUNT}:"), ":${var.account_id}:")
}

const CLUSTER: &str = r#"resource "aws_emr_cluster" "this" {
  name                              = var.name
  release_label                     = var.release_label
  applications                      = ["Spark", "Hadoop", "Livy"]
  service_role                      = "arn:aws:iam::${var.account_id}:role/emr-service"
  log_uri                           = "s3://emr-logs-${var.account_id}/${var.name}/"
  log_encryption_kms_key_id         = var.kms_key_arn
  security_configuration            = aws_emr_security_configuration.this.name
  termination_protection            = true
  keep_job_flow_alive_when_no_steps = true
  visible_to_all_users              = true

  kerberos_attributes {
    realm              = "EC2.INTERNAL"
    kdc_admin_password = var.kdc_admin_password
  }

  ec2_attributes {
    subnet_id                         = var.subnet_id
    instance_profile                  = "emr-nodes"
    emr_managed_master_security_group = aws_security_group.primary.id
    emr_managed_slave_security_group  = aws_security_group.core.id
    service_access_security_group     = aws_security_group.service.id
  }

  master_instance_group {
    instance_type  = "m6g.xlarge"
    instance_count = 1
  }

  core_instance_group {
    instance_type  = var.core_instance_type
    instance_count = var.core_nodes
  }

  configurations_json = jsonencode([
    {
      Classification = "spark-defaults"
      Properties = {
        "spark.sql.shuffle.partitions"    = "400"
        "spark.dynamicAllocation.enabled" = "true"
      }
    },
    {
      Classification = "yarn-site"
      Properties     = { "yarn.nodemanager.vmem-check-enabled" = "false" }
    },
  ])

  tags = local.tags
}
"#;

const VARIABLES: &str = r#"variable "name" {
  description = "What the pipeline is called."
  type        = string
}

variable "release_label" {
  type    = string
  default = "emr-7.9.0"
}

variable "account_id" {
  type    = string
  default = "111122223333"
}

variable "kms_key_arn" {
  type    = string
  default = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321"
}

variable "subnet_id" {
  type = string
}

variable "ssh_cidr" {
  type = string
}

variable "core_instance_type" {
  type    = string
  default = "r6g.2xlarge"
}

variable "core_nodes" {
  type    = number
  default = 2
}

variable "owner" {
  type = string
}

variable "cost_centre" {
  type = string
}

variable "kdc_admin_password" {
  type      = string
  sensitive = true
}
"#;

fn main_file(stack: &Stack) -> String {
    let mut text = String::from(
        "locals {\n  tags = {\n    owner       = var.owner\n    cost-centre = var.cost_centre\n  }\n}\n\n",
    );
    let _ = writeln!(
        text,
        "resource \"aws_emr_security_configuration\" \"this\" {{\n  name = var.name\n\n  configuration = {}\n}}\n",
        configuration(stack)
    );
    text.push_str(CLUSTER);
    for nodes in NODES {
        let ssh = if *nodes == "primary" {
            "var.ssh_cidr"
        } else {
            "\"10.0.0.0/8\""
        };
        let _ = write!(
            text,
            "\nresource \"aws_security_group\" \"{nodes}\" {{\n  name        = \"${{var.name}}-{nodes}\"\n  \
             description = \"{nodes} nodes of ${{var.name}}\"\n  vpc_id      = \"vpc-0a1b2c3d4e5f60718\"\n"
        );
        for (way, port, cidr) in [
            ("ingress", 22, ssh),
            ("ingress", 8443, "\"10.0.0.0/8\""),
            ("egress", 443, "\"10.0.0.0/8\""),
        ] {
            let _ = write!(
                text,
                "\n  {way} {{\n    protocol    = \"tcp\"\n    from_port   = {port}\n    to_port     = {port}\n    \
                 cidr_blocks = [{cidr}]\n  }}\n"
            );
        }
        text.push_str("\n  tags = local.tags\n}\n");
    }
    for (table, database, columns) in GRANTS {
        let columns = json!(columns).to_string().replace(',', ", ");
        let _ = write!(
            text,
            "\nresource \"aws_lakeformation_permissions\" \"read_{table}\" {{\n  principal   = \
             \"arn:aws:iam::${{var.account_id}}:role/analyst-runtime\"\n  permissions = [\"SELECT\"]\n\n  \
             table_with_columns {{\n    catalog_id    = var.account_id\n    database_name = \"{database}\"\n    \
             name          = \"{table}\"\n    column_names  = {columns}\n  }}\n}}\n"
        );
    }
    text
}

fn variables_file(stack: &Stack) -> String {
    format!(
        "name        = \"{}\"\nsubnet_id   = \"{}\"\nssh_cidr    = \"{}\"\ncore_nodes  = 4\nowner       = \"{}\"\n\
         cost_centre = \"{}\"\n",
        stack.name(),
        stack.subnet(),
        stack.cidr(),
        stack.owner(),
        stack.cost_centre()
    )
}

/// Writes `count` modules, each a folder of three files, and gives their size in bytes.
pub(crate) fn write_modules(folder: &Path, count: u64) -> io::Result<u64> {
    let mut numbers = Numbers::new(0x007e_44af);
    let mut bytes = 0;
    for number in 0..count {
        let stack = Stack::next(number, &mut numbers);
        let module = folder.join(stack.name());
        fs::create_dir_all(&module)?;
        for (name, text) in [
            ("main.tf", main_file(&stack)),
            ("variables.tf", VARIABLES.to_owned()),
            ("terraform.tfvars", variables_file(&stack)),
        ] {
            bytes += text.len() as u64;
            fs::write(module.join(name), text)?;
        }
    }
    Ok(bytes)
}

/// A resource of a plan: type, name, what is known, what is not, what is sensitive.
struct Planned {
    kind: &'static str,
    name: String,
    after: Value,
    unknown: Value,
    sensitive: Value,
}

#[expect(
    clippy::too_many_lines,
    reason = "resources written out as Terraform prints them"
)]
fn planned(stack: &Stack) -> Vec<Planned> {
    let tags = json!({ "owner": stack.owner(), "cost-centre": stack.cost_centre() });
    let one = |kind, name: &str, after, unknown, sensitive| Planned {
        kind,
        name: name.to_owned(),
        after,
        unknown,
        sensitive,
    };
    let mut resources = vec![
        one(
            "aws_emr_security_configuration",
            "this",
            json!({ "name": stack.name(), "name_prefix": null, "configuration": stack.document().to_string() }),
            json!({ "creation_date": true, "id": true }),
            json!({}),
        ),
        cluster(stack, &tags),
    ];
    for nodes in NODES {
        let ssh = if *nodes == "primary" {
            stack.cidr()
        } else {
            "10.0.0.0/8".to_owned()
        };
        let rule = |port: u64, cidr: &str| {
            json!({
                "cidr_blocks": [cidr], "description": "", "from_port": port, "ipv6_cidr_blocks": [],
                "prefix_list_ids": [], "protocol": "tcp", "security_groups": [], "self": false, "to_port": port,
            })
        };
        resources.push(one(
            "aws_security_group",
            nodes,
            json!({
                "name": format!("{}-{nodes}", stack.name()),
                "description": format!("{nodes} nodes of {}", stack.name()),
                "vpc_id": "vpc-0a1b2c3d4e5f60718",
                "ingress": [rule(22, &ssh), rule(8443, "10.0.0.0/8")],
                "egress": [rule(443, "10.0.0.0/8")],
                "revoke_rules_on_delete": false, "timeouts": null, "tags": tags, "tags_all": tags,
            }),
            json!({ "arn": true, "id": true, "name_prefix": true, "owner_id": true,
                "ingress": [{}, {}], "egress": [{}], "tags": {}, "tags_all": {} }),
            json!({ "ingress": [{}, {}], "egress": [{}], "tags": {}, "tags_all": {} }),
        ));
    }
    for (table, database, columns) in GRANTS {
        resources.push(one(
            "aws_lakeformation_permissions",
            &format!("read_{table}"),
            json!({
                "catalog_id": null, "catalog_resource": false,
                "principal": format!("arn:aws:iam::{ACCOUNT}:role/analyst-runtime"),
                "permissions": ["SELECT"],
                "table_with_columns": [{
                    "catalog_id": ACCOUNT, "database_name": database, "name": table, "column_names": columns,
                    "excluded_column_names": null, "wildcard": false,
                }],
            }),
            json!({ "data_cells_filter": true, "data_location": true, "database": true, "id": true, "lf_tag": true,
                "lf_tag_policy": true, "table": true, "permissions": [false],
                "permissions_with_grant_option": true,
                "table_with_columns": [{ "column_names": [false, false] }] }),
            json!({ "permissions": [false], "table_with_columns": [{ "column_names": [false, false] }] }),
        ));
    }
    resources
}

#[expect(
    clippy::too_many_lines,
    reason = "one resource written out as Terraform prints it"
)]
fn cluster(stack: &Stack, tags: &Value) -> Planned {
    let configurations = json!([
        { "Classification": "spark-defaults", "Properties": {
            "spark.sql.shuffle.partitions": "400", "spark.dynamicAllocation.enabled": "true",
        } },
        { "Classification": "yarn-site", "Properties": { "yarn.nodemanager.vmem-check-enabled": "false" } },
    ]);
    let group = |kind: &str, count: u64| {
        json!({ "autoscaling_policy": null, "bid_price": null, "instance_count": count, "instance_type": kind,
            "name": null })
    };
    Planned {
        kind: "aws_emr_cluster",
        name: "this".to_owned(),
        after: json!({
            "additional_info": null,
            "applications": ["Hadoop", "Livy", "Spark"],
            "auto_termination_policy": [],
            "autoscaling_role": null,
            "bootstrap_action": [],
            "configurations": null,
            "configurations_json": configurations.to_string(),
            "core_instance_fleet": [],
            "core_instance_group": [group("r6g.2xlarge", 4)],
            "custom_ami_id": null,
            "ebs_root_volume_size": null,
            "ec2_attributes": [{
                "additional_master_security_groups": null, "additional_slave_security_groups": null,
                "instance_profile": "emr-nodes", "key_name": null, "subnet_id": stack.subnet(),
            }],
            "keep_job_flow_alive_when_no_steps": true,
            "kerberos_attributes": [{
                "ad_domain_join_password": null, "ad_domain_join_user": null,
                "cross_realm_trust_principal_password": null, "realm": "EC2.INTERNAL",
            }],
            "list_steps_states": null,
            "log_encryption_kms_key_id": KEY,
            "log_uri": format!("s3://emr-logs-{ACCOUNT}/{}/", stack.name()),
            "master_instance_fleet": [],
            "master_instance_group": [group("m6g.xlarge", 1)],
            "name": stack.name(),
            "placement_group_config": [],
            "release_label": "emr-7.9.0",
            "security_configuration": stack.name(),
            "service_role": format!("arn:aws:iam::{ACCOUNT}:role/emr-service"),
            "step_concurrency_level": 1,
            "tags": tags,
            "tags_all": tags,
            "termination_protection": true,
            "visible_to_all_users": true,
        }),
        unknown: json!({
            "applications": [false, false, false], "arn": true, "cluster_state": true, "id": true,
            "core_instance_group": [{ "ebs_config": true, "id": true }],
            "ec2_attributes": [{ "emr_managed_master_security_group": true, "emr_managed_slave_security_group": true,
                "service_access_security_group": true, "subnet_ids": true }],
            "kerberos_attributes": [{ "kdc_admin_password": true }], "master_instance_group": [{ "ebs_config": true, "id": true }],
            "master_public_dns": true, "scale_down_behavior": true, "step": true, "tags": {}, "tags_all": {},
            "unhealthy_node_replacement": true,
        }),
        sensitive: json!({
            "applications": [false, false, false], "core_instance_group": [{}], "ec2_attributes": [{}],
            "kerberos_attributes": [{ "kdc_admin_password": true }], "master_instance_group": [{}],
            "tags": {}, "tags_all": {},
        }),
    }
}

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// What the module says of a resource: constants as they are, and what is named by reference.
fn expressions(planned: &Planned) -> Value {
    let constant = |value: &Value| json!({ "constant_value": value });
    let reference = |names: &[&str]| json!({ "references": names });
    let group = |name: &str| {
        let whole = format!("aws_security_group.{name}");
        reference(&[&format!("{whole}.id"), &whole])
    };
    let after = &planned.after;
    match planned.kind {
        "aws_emr_cluster" => json!({
            "name": reference(&["var.name"]),
            "release_label": constant(&after["release_label"]),
            "applications": constant(&after["applications"]),
            "configurations_json": {},
            "log_uri": reference(&["var.name"]),
            "log_encryption_kms_key_id": reference(&["var.kms_key_arn"]),
            "security_configuration": reference(&["aws_emr_security_configuration.this.name", "aws_emr_security_configuration.this"]),
            "service_role": constant(&after["service_role"]),
            "ec2_attributes": [{
                "instance_profile": constant(&json!("emr-nodes")),
                "subnet_id": reference(&["var.subnet_id"]),
                "emr_managed_master_security_group": group("primary"),
                "emr_managed_slave_security_group": group("core"),
                "service_access_security_group": group("service"),
            }],
            "kerberos_attributes": [{ "kdc_admin_password": reference(&["random_password.kdc.result", "random_password.kdc"]),
                "realm": constant(&json!("EC2.INTERNAL")) }],
            "core_instance_group": [{ "instance_type": constant(&json!("r6g.2xlarge")), "instance_count": reference(&["var.core_nodes"]) }],
            "master_instance_group": [{ "instance_type": constant(&json!("m6g.xlarge")), "instance_count": constant(&json!(1)) }],
            "tags": reference(&["var.owner", "var.cost_centre"]),
        }),
        "aws_emr_security_configuration" => json!({
            "name": reference(&["var.name"]), "configuration": reference(&["var.kms_key_arn"]),
        }),
        "aws_security_group" => json!({
            "name": reference(&["var.name"]), "description": reference(&["var.name"]),
            "vpc_id": constant(&after["vpc_id"]), "ingress": reference(&["var.ssh_cidr"]),
            "egress": constant(&after["egress"]), "tags": reference(&["var.owner", "var.cost_centre"]),
        }),
        _ => json!({
            "principal": constant(&after["principal"]), "permissions": constant(&after["permissions"]),
            "table_with_columns": [{
                "catalog_id": constant(&after["table_with_columns"][0]["catalog_id"]),
                "database_name": constant(&after["table_with_columns"][0]["database_name"]),
                "name": constant(&after["table_with_columns"][0]["name"]),
                "column_names": constant(&after["table_with_columns"][0]["column_names"]),
            }],
        }),
    }
}

/// A plan that creates `stacks`, one for each key of a module's `for_each`.
fn plan(stacks: &[Stack]) -> Value {
    let mut modules = Vec::new();
    let mut changes = Vec::new();
    let mut written = Vec::new();
    for stack in stacks {
        let module = format!("module.stack[\"{}\"]", stack.name());
        let mut resources = Vec::new();
        for planned in planned(stack) {
            let local = format!("{}.{}", planned.kind, planned.name);
            let address = format!("{module}.{local}");
            if modules.is_empty() {
                written.push(json!({
                    "address": local, "mode": "managed", "type": planned.kind, "name": planned.name,
                    "provider_config_key": "aws", "expressions": expressions(&planned), "schema_version": 0,
                }));
            }
            resources.push(json!({
                "address": address, "mode": "managed", "type": planned.kind, "name": planned.name,
                "provider_name": PROVIDER, "schema_version": 0, "values": planned.after,
                "sensitive_values": planned.sensitive,
            }));
            changes.push(json!({
                "address": address, "module_address": module, "mode": "managed", "type": planned.kind,
                "name": planned.name, "provider_name": PROVIDER,
                "change": {
                    "actions": ["create"], "before": null, "after": planned.after,
                    "after_unknown": planned.unknown, "before_sensitive": false,
                    "after_sensitive": planned.sensitive,
                },
            }));
        }
        modules.push(json!({ "address": module, "resources": resources }));
    }
    json!({
        "format_version": "1.2",
        "terraform_version": "1.9.5",
        "variables": { "kms_key_arn": { "value": KEY } },
        "planned_values": { "root_module": { "child_modules": modules } },
        "resource_changes": changes,
        "configuration": {
            "provider_config": { "aws": { "name": "aws", "full_name": PROVIDER } },
            "root_module": { "module_calls": { "stack": {
                "source": "./modules/stack",
                "for_each_expression": { "references": ["var.stacks"] },
                "expressions": { "name": { "references": ["each.key"] }, "kms_key_arn": { "references": ["var.kms_key_arn"] } },
                "module": { "resources": written },
            } } },
        },
    })
}

/// Writes `count` plans of five stacks each, and gives their size in bytes.
pub(crate) fn write_plans(folder: &Path, count: u64) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut numbers = Numbers::new(0x0091_a45e);
    let mut bytes = 0;
    for number in 0..count {
        let stacks: Vec<Stack> = (0..5)
            .map(|stack| Stack::next(number * 5 + stack, &mut numbers))
            .collect();
        let text = plan(&stacks).to_string();
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{number:04}.json")), text)?;
    }
    Ok(bytes)
}
