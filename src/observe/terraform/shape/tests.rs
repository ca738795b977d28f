use super::row::{How, Row};
use super::{Instance, Shaped, is_ours, is_read, shape};
use crate::observe::testing::{plain, source, written};
use crate::observe::{Given, json};
use crate::observed::tree::Tree;
use crate::observed::{Node, Reason};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The instances of a document: `[{"type": …, "address": …, "values": {…}}]`.
fn instances(tree: &Tree) -> Vec<Instance> {
    let read = |node: Node<'_>| Instance {
        kind: node.get("type").as_text().unwrap().to_owned(),
        address: node.get("address").as_text().unwrap().to_owned(),
        values: node.get("values").id(),
        outer: node.id(),
    };
    tree.root().items().map(read).collect()
}

fn shaped(instances_of: &Value) -> (Tree, Shaped) {
    let mut tree = json::read(source(&instances_of.to_string())).unwrap();
    let instances = instances(&tree);
    let shaped = shape(&mut tree, &instances, &Given::default());
    (tree, shaped)
}

fn one(kind: &str, values: &Value) -> Value {
    json!({"type": kind, "address": format!("{kind}.one"), "values": values})
}

fn body(kind: &str, values: &Value) -> Value {
    let (tree, shaped) = shaped(&json!([one(kind, values)]));
    plain(tree.node(shaped.resources[0].body))
}

#[test]
fn a_cluster_has_the_shape_of_cloudformation() {
    let found = body(
        "aws_emr_cluster",
        &json!({
            "name": "etl", "release_label": "emr-7.9.0", "log_uri": "", "custom_ami_id": null,
            "applications": ["Spark"], "tags": {"a": "b"}, "tags_all": {"a": "b", "Owner": "x"},
            "configurations_json": "[{\"Classification\": \"core-site\", \"Properties\": {\"a\": \"b\"}}]",
            "ec2_attributes": [{"instance_profile": "p", "subnet_ids": [], "subnet_id": "subnet-1",
                "additional_master_security_groups": "sg-1, sg-2"}],
            "master_instance_group": [{"instance_type": "m5.xlarge", "ebs_config": []}],
            "core_instance_group": [{"instance_type": "m5.xlarge", "instance_count": 3,
                "autoscaling_policy": "{\"Constraints\": {\"MaxCapacity\": 9}}"}],
            "bootstrap_action": [{"name": "b", "path": "s3://b/a.sh", "args": ["x"]}],
            "step": [{"name": "s", "hadoop_jar_step": [{"jar": "j.jar", "args": ["y"]}]}],
            "auto_termination_policy": [{"idle_timeout": 3600}],
            "kerberos_attributes": [{"realm": "R", "kdc_admin_password": "p"}],
            "termination_protection": true
        }),
    );
    assert_eq!(
        found,
        json!({
            "Name": "etl", "ReleaseLabel": "emr-7.9.0", "Applications": [{"Name": "Spark"}],
            "Configurations": [{"Classification": "core-site", "Properties": {"a": "b"}}],
            "Tags": [{"Key": "a", "Value": "b"}, {"Key": "Owner", "Value": "x"}],
            "AutoTerminationPolicy": {"IdleTimeout": 3600},
            "KerberosAttributes": {"Realm": "R", "KdcAdminPassword": "p"},
            "BootstrapActions": [{"Name": "b", "ScriptBootstrapAction": {"Path": "s3://b/a.sh", "Args": ["x"]}}],
            "Steps": [{"Name": "s", "HadoopJarStep": {"Jar": "j.jar", "Args": ["y"]}}],
            "JobFlowRole": "p",
            "Instances": {
                "TerminationProtected": true, "Ec2SubnetId": "subnet-1",
                "AdditionalMasterSecurityGroups": ["sg-1", "sg-2"],
                "MasterInstanceGroup": {"InstanceType": "m5.xlarge", "InstanceCount": 1,
                    "EbsConfiguration": {"EbsBlockDeviceConfigs": []}},
                "CoreInstanceGroup": {"InstanceType": "m5.xlarge", "InstanceCount": 3,
                    "AutoScalingPolicy": {"Constraints": {"MaxCapacity": 9}}}
            }
        })
    );
}

#[test]
fn groups_in_a_text_stand_where_they_are_written() {
    let (tree, shaped) = shaped(&json!([one(
        "aws_emr_cluster",
        &json!({"ec2_attributes": [{"additional_slave_security_groups": "sg-1,sg-2"}]}),
    )]));
    let groups = tree
        .node(shaped.resources[0].body)
        .path("Instances/AdditionalSlaveSecurityGroups");
    let found: Vec<_> = groups
        .items()
        .map(|group| (written(group), group.pointer()))
        .collect();
    let pointer = "/0/values/ec2_attributes/0/additional_slave_security_groups";
    assert_eq!(
        found,
        [("sg-1", pointer.to_owned()), ("sg-2", pointer.to_owned())]
    );
}

#[test]
fn configurations_that_stand_elsewhere_are_unknown() {
    for place in [
        "https://example.com/c.json",
        "./configurations.json",
        "s3://b/c.json",
    ] {
        let found = body("aws_emr_cluster", &json!({ "configurations": place }));
        let expected = format!("?may be supplied by `{place}`, which is not read");
        assert_eq!(found["Configurations"], expected);
    }
    let found = body(
        "aws_emr_cluster",
        &json!({"configurations": "[{\"Classification\": \"a\"}]"}),
    );
    assert_eq!(found["Configurations"], json!([{"Classification": "a"}]));
    let found = body("aws_emr_cluster", &json!({"configurations_json": "[{]"}));
    assert!(
        found["Configurations"]
            .as_str()
            .unwrap()
            .starts_with("?this is not JSON")
    );
}

#[test]
fn the_body_of_a_security_configuration_is_its_document() {
    let text = r#"{"EncryptionConfiguration": {"EnableInTransitEncryption": false}}"#;
    let values = json!({"name": "sc", "configuration": text});
    let (tree, found) = shaped(&json!([one("aws_emr_security_configuration", &values)]));
    let seen = &found.resources[0];
    let node = tree
        .node(seen.body)
        .path("EncryptionConfiguration/EnableInTransitEncryption");
    assert_eq!(
        (seen.identity.name.as_deref(), written(node)),
        (Some("sc"), "false")
    );
    assert_eq!(seen.identity.id, "aws_emr_security_configuration.one");
    let (tree, found) = shaped(&json!([one(
        "aws_emr_security_configuration",
        &json!({"name": "sc"})
    )]));
    let reason = tree.node(found.resources[0].body).reason();
    assert!(matches!(reason, Some(Reason::Malformed { .. })));
}

#[test]
fn parts_of_a_cluster_stand_in_it() {
    let (tree, found) = shaped(&json!([
        {"type": "aws_emr_instance_group", "address": "aws_emr_instance_group.task",
         "values": {"cluster_id": "j-1", "instance_type": "a", "instance_count": 2}},
        {"type": "aws_emr_cluster", "address": "aws_emr_cluster.one",
         "values": {"id": "j-1", "name": "etl", "master_instance_group": [{"instance_type": "m"}]}},
        {"type": "aws_emr_instance_group", "address": "aws_emr_instance_group.more",
         "values": {"cluster_id": "j-1", "instance_type": "b"}},
        {"type": "aws_emr_managed_scaling_policy", "address": "aws_emr_managed_scaling_policy.one",
         "values": {"cluster_id": "j-1", "compute_limits": [{"maximum_capacity_units": 9}]}},
        {"type": "aws_emr_instance_group", "address": "aws_emr_instance_group.lost",
         "values": {"cluster_id": "j-2", "instance_type": "b"}}
    ]));
    let body = plain(tree.node(found.resources[0].body));
    assert_eq!(
        body["Instances"],
        json!({
            "MasterInstanceGroup": {"InstanceType": "m", "InstanceCount": 1},
            "TaskInstanceGroups": [{"InstanceType": "a", "InstanceCount": 2}, {"InstanceType": "b"}]
        })
    );
    assert_eq!(
        body["ManagedScalingPolicy"],
        json!({"ComputeLimits": {"MaximumCapacityUnits": 9}})
    );
    let problems: Vec<_> = found
        .problems
        .iter()
        .map(|problem| problem.what.as_str())
        .collect();
    assert_eq!(problems, ["could not judge `aws_emr_instance_group.lost`"]);
}

#[test]
fn grants_name_their_resource_as_cloudformation_does() {
    let found = body(
        "aws_lakeformation_permissions",
        &json!({"principal": "arn:aws:iam::111122223333:role/r", "permissions": ["SELECT"],
            "permissions_with_grant_option": [], "catalog_resource": false, "database": [], "lf_tag": [],
            "table_with_columns": [{"database_name": "d", "name": "t", "wildcard": true,
                "excluded_column_names": ["c"], "column_names": []}]}),
    );
    assert_eq!(
        found,
        json!({
            "Principal": {"DataLakePrincipalIdentifier": "arn:aws:iam::111122223333:role/r"},
            "Permissions": ["SELECT"],
            "Resource": {"TableWithColumns": {"DatabaseName": "d", "Name": "t",
                "ColumnWildcard": {"ExcludedColumnNames": ["c"]}}}
        })
    );
    let found = body(
        "aws_lakeformation_permissions",
        &json!({"table": [{"database_name": "d", "wildcard": true}]}),
    );
    assert_eq!(
        found["Resource"],
        json!({"Table": {"DatabaseName": "d", "TableWildcard": {}}})
    );
}

#[test]
fn every_type_is_known_once() {
    let mut names: Vec<_> = super::TYPES
        .iter()
        .copied()
        .flatten()
        .map(|known| known.name)
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(is_ours("aws_emr_instance_group") && is_read("aws_kms_key") && !is_ours("aws_kms_key"));
}

/// The provider's arguments, as its schema has them: type, path, and what it holds.
const SCHEMA: &str = include_str!("../../../../tests/witness/terraform-provider-aws.txt");

fn schema() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let lines = SCHEMA.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().unwrap();
            ((part(), part()), part())
        })
        .collect()
}

/// Every row below a type, with its whole path.
fn paths(prefix: &str, rows: &[Row]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for row in rows {
        let path = format!("{prefix}{}", row.from);
        let is_block = matches!(row.how, How::Block(_) | How::Blocks(_));
        if let How::Block(rows) | How::Blocks(rows) = row.how {
            found.extend(paths(&format!("{path}."), rows));
        }
        found.push((path, is_block));
    }
    found
}

#[test]
fn every_row_is_an_argument_of_the_provider() {
    let schema = schema();
    let resources = super::TYPES
        .iter()
        .copied()
        .flatten()
        .map(|known| (known.name, known.rows));
    let beside = super::beside::TYPES
        .iter()
        .map(|(name, _, rows)| (*name, *rows));
    let parts = super::join::parts();
    for (name, rows) in resources.chain(beside).chain(parts) {
        for (path, is_block) in paths("", rows) {
            // `aws_lakeformation_resource_lf_tags` and its sibling share a shape, of which each has a part.
            let siblings = [
                "aws_lakeformation_resource_lf_tag",
                "aws_lakeformation_resource_lf_tags",
                "aws_lakeformation_permissions",
            ];
            let names: &[&str] = if siblings.contains(&name) {
                &siblings
            } else {
                &[name]
            };
            let found = names
                .iter()
                .find_map(|name| schema.get(&(*name, path.as_str())));
            let held = found.unwrap_or_else(|| panic!("{name} has no argument {path}"));
            assert_eq!(held.contains(':'), is_block, "{name} {path}: {held}");
        }
    }
}

#[test]
fn what_the_provider_works_out_are_arguments_of_it() {
    let schema = schema();
    for (name, paths) in crate::observe::terraform::plan::worked_out() {
        for path in *paths {
            assert!(schema.contains_key(&(*name, *path)), "{name} {path}");
        }
    }
}

#[test]
fn rules_of_one_block_are_one_for_each_other_side() {
    let (tree, found) = shaped(&json!([
        {"type": "aws_security_group", "address": "aws_security_group.a", "values": {"id": "sg-1", "name": "a",
            "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"],
                "ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": [], "security_groups": ["sg-2"], "self": true}]}},
        {"type": "aws_security_group_rule", "address": "aws_security_group_rule.b", "values": {"type": "egress",
            "security_group_id": "sg-1", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}},
        {"type": "aws_vpc_security_group_ingress_rule", "address": "aws_vpc_security_group_ingress_rule.c",
            "values": {"security_group_id": "sg-1", "ip_protocol": "-1", "referenced_security_group_id": "sg-3"}},
        {"type": "aws_route_table", "address": "aws_route_table.d", "values": {"id": "rtb-1", "vpc_id": "vpc-1",
            "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "ipv6_cidr_block": ""}]}}
    ]));
    let bodies: Vec<_> = found
        .neighbours
        .iter()
        .map(|one| json!([one.type_name, one.names.first(), plain(tree.node(one.body))]))
        .collect();
    let ssh =
        |side: &str, of: &str| json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, side: of});
    assert_eq!(
        Value::Array(bodies),
        json!([
            ["AWS::EC2::SecurityGroup", "sg-1", {"GroupName": "a", "SecurityGroupEgress": [], "SecurityGroupIngress": [
                ssh("CidrIp", "10.0.0.0/8"), ssh("CidrIpv6", "::/0"), ssh("SourceSecurityGroupId", "sg-2"),
                ssh("SourceSecurityGroupId", "?reference to `aws_security_group.a`")]}],
            ["AWS::EC2::SecurityGroupEgress", null, {"GroupId": "sg-1", "IpProtocol": "-1", "FromPort": 0,
                "ToPort": 0, "CidrIp": "0.0.0.0/0"}],
            ["AWS::EC2::SecurityGroupIngress", null, {"GroupId": "sg-1", "IpProtocol": "-1", "SourceSecurityGroupId": "sg-3"}],
            ["AWS::EC2::RouteTable", "rtb-1", {"VpcId": "vpc-1"}],
            ["AWS::EC2::Route", "rtb-1", {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1",
                "RouteTableId": "?reference to `aws_route_table.d`"}]
        ])
    );
}

#[test]
fn a_trail_logs_unless_that_is_turned_off() {
    let found = body("aws_cloudtrail", &json!({"name": "t"}));
    assert_eq!(
        found,
        json!({"TrailName": "t", "IsLogging": true, "IncludeGlobalServiceEvents": true})
    );
    let found = body("aws_cloudtrail", &json!({"enable_logging": false}));
    assert_eq!(found["IsLogging"], false);
}

#[test]
fn one_value_is_a_list_of_one_whether_it_is_known_or_not() {
    let of = |role: Value| {
        body(
            "aws_iam_instance_profile",
            &json!({ "name": "nodes", "role": role }),
        )
    };
    assert_eq!(of(json!("nodes"))["Roles"], json!(["nodes"]));
    let declared = one("aws_iam_instance_profile", &json!({ "role": Value::Null }));
    let mut tree = json::read(source(&json!([declared]).to_string())).unwrap();
    let instances = instances(&tree);
    let role = tree.node(instances[0].values).get("role").id();
    let reference = Reason::Reference {
        resource: "aws_iam_role.nodes".to_owned(),
        attribute: Some("name".to_owned()),
    };
    tree.mask(role, reference);
    let shaped = shape(&mut tree, &instances, &Given::default());
    let roles = tree.node(shaped.resources[0].body).get("Roles");
    let named: Vec<_> = roles
        .items()
        .filter_map(Node::reason)
        .filter_map(Reason::reference)
        .collect();
    assert_eq!(named, [("aws_iam_role.nodes", Some("name"))]);
}
