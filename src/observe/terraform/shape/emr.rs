//! Amazon EMR: clusters, security configurations, studios, Serverless applications, EMR on EKS.
//! Source: the AWS provider's schema 6.62 and the CloudFormation types of the same things.

use super::Type;
use super::row::{How, Row, row, same};
use crate::observed::ResourceKind;

pub(super) const TYPES: &[Type] = &[
    Type {
        name: "aws_emr_security_configuration",
        kind: ResourceKind::EmrSecurityConfiguration,
        declared_as: "AWS::EMR::SecurityConfiguration",
        named_by: Some("name"),
        alone: true,
        rows: &[
            same("name", "Name"),
            same("configuration", "SecurityConfiguration"),
        ],
        exclusive: &[],
    },
    Type {
        name: "aws_emr_cluster",
        kind: ResourceKind::EmrCluster,
        declared_as: "AWS::EMR::Cluster",
        named_by: Some("name"),
        alone: true,
        rows: CLUSTER,
        exclusive: &[
            &["master_instance_group", "master_instance_fleet"],
            &["master_instance_group", "core_instance_fleet"],
            &["core_instance_group", "core_instance_fleet"],
            &["core_instance_group", "master_instance_fleet"],
        ],
    },
    Type {
        name: "aws_emr_studio",
        kind: ResourceKind::EmrStudio,
        declared_as: "AWS::EMR::Studio",
        named_by: Some("name"),
        alone: true,
        rows: STUDIO,
        exclusive: &[],
    },
    Type {
        name: "aws_emr_block_public_access_configuration",
        kind: ResourceKind::EmrAccount,
        declared_as: "",
        named_by: None,
        alone: true,
        rows: PUBLIC_ACCESS,
        exclusive: &[],
    },
    Type {
        name: "aws_emrserverless_application",
        kind: ResourceKind::EmrServerlessApplication,
        declared_as: "AWS::EMRServerless::Application",
        named_by: Some("name"),
        alone: true,
        rows: SERVERLESS,
        exclusive: &[],
    },
    Type {
        name: "aws_emrcontainers_virtual_cluster",
        kind: ResourceKind::EmrContainersVirtualCluster,
        declared_as: "AWS::EMRContainers::VirtualCluster",
        named_by: Some("name"),
        alone: true,
        rows: VIRTUAL_CLUSTER,
        exclusive: &[],
    },
];

const CLUSTER: &[Row] = &[
    same("name", "Name"),
    same("release_label", "ReleaseLabel"),
    same("service_role", "ServiceRole"),
    same("autoscaling_role", "AutoScalingRole"),
    same("security_configuration", "SecurityConfiguration"),
    same("log_uri", "LogUri"),
    same("log_encryption_kms_key_id", "LogEncryptionKmsKeyId"),
    same("custom_ami_id", "CustomAmiId"),
    same("ebs_root_volume_size", "EbsRootVolumeSize"),
    same("os_release_label", "OSReleaseLabel"),
    same("scale_down_behavior", "ScaleDownBehavior"),
    same("step_concurrency_level", "StepConcurrencyLevel"),
    same("visible_to_all_users", "VisibleToAllUsers"),
    same("additional_info", "AdditionalInfo"),
    row("applications", "Applications", How::Each("Name")),
    row("configurations", "Configurations", How::JsonOrPlace),
    row("configurations_json", "Configurations", How::Json),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
    same(
        "auto_termination_policy.idle_timeout",
        "AutoTerminationPolicy/IdleTimeout",
    ),
    row(
        "kerberos_attributes",
        "KerberosAttributes",
        How::Block(KERBEROS),
    ),
    row(
        "bootstrap_action",
        "BootstrapActions",
        How::Blocks(BOOTSTRAP_ACTION),
    ),
    row("step", "Steps", How::Blocks(STEP)),
    row(
        "placement_group_config",
        "PlacementGroupConfigs",
        How::Blocks(PLACEMENT),
    ),
    same("termination_protection", "Instances/TerminationProtected"),
    same(
        "keep_job_flow_alive_when_no_steps",
        "Instances/KeepJobFlowAliveWhenNoSteps",
    ),
    same(
        "unhealthy_node_replacement",
        "Instances/UnhealthyNodeReplacement",
    ),
    same("ec2_attributes.instance_profile", "JobFlowRole"),
    same("ec2_attributes.key_name", "Instances/Ec2KeyName"),
    same("ec2_attributes.subnet_id", "Instances/Ec2SubnetId"),
    same("ec2_attributes.subnet_ids", "Instances/Ec2SubnetIds"),
    same(
        "ec2_attributes.emr_managed_master_security_group",
        "Instances/EmrManagedMasterSecurityGroup",
    ),
    same(
        "ec2_attributes.emr_managed_slave_security_group",
        "Instances/EmrManagedSlaveSecurityGroup",
    ),
    same(
        "ec2_attributes.service_access_security_group",
        "Instances/ServiceAccessSecurityGroup",
    ),
    row(
        "ec2_attributes.additional_master_security_groups",
        "Instances/AdditionalMasterSecurityGroups",
        How::Commas,
    ),
    row(
        "ec2_attributes.additional_slave_security_groups",
        "Instances/AdditionalSlaveSecurityGroups",
        How::Commas,
    ),
    row(
        "master_instance_group",
        "Instances/MasterInstanceGroup",
        How::Block(GROUP),
    ),
    row(
        "core_instance_group",
        "Instances/CoreInstanceGroup",
        How::Block(CORE_GROUP),
    ),
    row(
        "master_instance_fleet",
        "Instances/MasterInstanceFleet",
        How::Block(FLEET),
    ),
    row(
        "core_instance_fleet",
        "Instances/CoreInstanceFleet",
        How::Block(FLEET),
    ),
];

const KERBEROS: &[Row] = &[
    same("realm", "Realm"),
    same("kdc_admin_password", "KdcAdminPassword"),
    same(
        "cross_realm_trust_principal_password",
        "CrossRealmTrustPrincipalPassword",
    ),
    same("ad_domain_join_user", "ADDomainJoinUser"),
    same("ad_domain_join_password", "ADDomainJoinPassword"),
];

const BOOTSTRAP_ACTION: &[Row] = &[
    same("name", "Name"),
    same("path", "ScriptBootstrapAction/Path"),
    same("args", "ScriptBootstrapAction/Args"),
];

const STEP: &[Row] = &[
    same("name", "Name"),
    same("action_on_failure", "ActionOnFailure"),
    same("hadoop_jar_step.jar", "HadoopJarStep/Jar"),
    same("hadoop_jar_step.main_class", "HadoopJarStep/MainClass"),
    same("hadoop_jar_step.args", "HadoopJarStep/Args"),
    same("hadoop_jar_step.properties", "HadoopJarStep/StepProperties"),
];

const PLACEMENT: &[Row] = &[
    same("instance_role", "InstanceRole"),
    same("placement_strategy", "PlacementStrategy"),
];

const GROUP: &[Row] = &[
    same("name", "Name"),
    same("instance_type", "InstanceType"),
    row("instance_count", "InstanceCount", How::Default("1")),
    same("bid_price", "BidPrice"),
    row(
        "ebs_config",
        "EbsConfiguration/EbsBlockDeviceConfigs",
        How::Blocks(EBS),
    ),
];

const CORE_GROUP: &[Row] = &[
    same("name", "Name"),
    same("instance_type", "InstanceType"),
    row("instance_count", "InstanceCount", How::Default("1")),
    same("bid_price", "BidPrice"),
    row("autoscaling_policy", "AutoScalingPolicy", How::Json),
    row(
        "ebs_config",
        "EbsConfiguration/EbsBlockDeviceConfigs",
        How::Blocks(EBS),
    ),
];

/// `aws_emr_instance_group`: a task group of a cluster.
pub(super) const TASK_GROUP: &[Row] = &[
    same("name", "Name"),
    same("instance_type", "InstanceType"),
    same("instance_count", "InstanceCount"),
    same("bid_price", "BidPrice"),
    row("autoscaling_policy", "AutoScalingPolicy", How::Json),
    row("configurations_json", "Configurations", How::Json),
    same("ebs_optimized", "EbsConfiguration/EbsOptimized"),
    row(
        "ebs_config",
        "EbsConfiguration/EbsBlockDeviceConfigs",
        How::Blocks(EBS),
    ),
];

/// A fleet of a cluster, or `aws_emr_instance_fleet`.
pub(super) const FLEET: &[Row] = &[
    same("name", "Name"),
    same("target_on_demand_capacity", "TargetOnDemandCapacity"),
    same("target_spot_capacity", "TargetSpotCapacity"),
    row(
        "instance_type_configs",
        "InstanceTypeConfigs",
        How::Blocks(FLEET_TYPE),
    ),
];

const FLEET_TYPE: &[Row] = &[
    same("instance_type", "InstanceType"),
    same("weighted_capacity", "WeightedCapacity"),
    same("bid_price", "BidPrice"),
    same(
        "bid_price_as_percentage_of_on_demand_price",
        "BidPriceAsPercentageOfOnDemandPrice",
    ),
    row(
        "configurations",
        "Configurations",
        How::Blocks(CLASSIFICATION),
    ),
    row(
        "ebs_config",
        "EbsConfiguration/EbsBlockDeviceConfigs",
        How::Blocks(EBS),
    ),
];

const CLASSIFICATION: &[Row] = &[
    same("classification", "Classification"),
    same("properties", "ConfigurationProperties"),
];

const EBS: &[Row] = &[
    same("size", "VolumeSpecification/SizeInGB"),
    same("type", "VolumeSpecification/VolumeType"),
    same("iops", "VolumeSpecification/Iops"),
    same("volumes_per_instance", "VolumesPerInstance"),
];

/// `aws_emr_managed_scaling_policy`: a member of its cluster.
pub(super) const MANAGED_SCALING: &[Row] = &[
    same(
        "compute_limits.unit_type",
        "ManagedScalingPolicy/ComputeLimits/UnitType",
    ),
    same(
        "compute_limits.minimum_capacity_units",
        "ManagedScalingPolicy/ComputeLimits/MinimumCapacityUnits",
    ),
    same(
        "compute_limits.maximum_capacity_units",
        "ManagedScalingPolicy/ComputeLimits/MaximumCapacityUnits",
    ),
    same(
        "compute_limits.maximum_core_capacity_units",
        "ManagedScalingPolicy/ComputeLimits/MaximumCoreCapacityUnits",
    ),
    same(
        "compute_limits.maximum_ondemand_capacity_units",
        "ManagedScalingPolicy/ComputeLimits/MaximumOnDemandCapacityUnits",
    ),
    same("scaling_strategy", "ManagedScalingPolicy/ScalingStrategy"),
    same(
        "utilization_performance_index",
        "ManagedScalingPolicy/UtilizationPerformanceIndex",
    ),
];

const STUDIO: &[Row] = &[
    same("name", "Name"),
    same("auth_mode", "AuthMode"),
    same("default_s3_location", "DefaultS3Location"),
    same("encryption_key_arn", "EncryptionKeyArn"),
    same("engine_security_group_id", "EngineSecurityGroupId"),
    same("workspace_security_group_id", "WorkspaceSecurityGroupId"),
    same("idp_auth_url", "IdpAuthUrl"),
    same(
        "idp_relay_state_parameter_name",
        "IdpRelayStateParameterName",
    ),
    same("service_role", "ServiceRole"),
    same("user_role", "UserRole"),
    same("subnet_ids", "SubnetIds"),
    same("vpc_id", "VpcId"),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

/// The members of the `BlockPublicAccessConfiguration` of EMR's API: CloudFormation has no such type.
const PUBLIC_ACCESS: &[Row] = &[
    same(
        "block_public_security_group_rules",
        "BlockPublicSecurityGroupRules",
    ),
    row(
        "permitted_public_security_group_rule_range",
        "PermittedPublicSecurityGroupRuleRanges",
        How::Blocks(&[same("min_range", "MinRange"), same("max_range", "MaxRange")]),
    ),
];

const SERVERLESS: &[Row] = &[
    same("name", "Name"),
    same("release_label", "ReleaseLabel"),
    same("type", "Type"),
    same("architecture", "Architecture"),
    same(
        "auto_start_configuration.enabled",
        "AutoStartConfiguration/Enabled",
    ),
    same(
        "auto_stop_configuration.enabled",
        "AutoStopConfiguration/Enabled",
    ),
    same(
        "auto_stop_configuration.idle_timeout_minutes",
        "AutoStopConfiguration/IdleTimeoutMinutes",
    ),
    same(
        "image_configuration.image_uri",
        "ImageConfiguration/ImageUri",
    ),
    same(
        "interactive_configuration.livy_endpoint_enabled",
        "InteractiveConfiguration/LivyEndpointEnabled",
    ),
    same(
        "interactive_configuration.studio_enabled",
        "InteractiveConfiguration/StudioEnabled",
    ),
    same(
        "network_configuration.subnet_ids",
        "NetworkConfiguration/SubnetIds",
    ),
    same(
        "network_configuration.security_group_ids",
        "NetworkConfiguration/SecurityGroupIds",
    ),
    row(
        "monitoring_configuration",
        "MonitoringConfiguration",
        How::Block(MONITORING),
    ),
    row(
        "runtime_configuration",
        "RuntimeConfiguration",
        How::Blocks(&[
            same("classification", "Classification"),
            same("properties", "Properties"),
        ]),
    ),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];

const MONITORING: &[Row] = &[
    same(
        "s3_monitoring_configuration.encryption_key_arn",
        "S3MonitoringConfiguration/EncryptionKeyArn",
    ),
    same(
        "s3_monitoring_configuration.log_uri",
        "S3MonitoringConfiguration/LogUri",
    ),
    same(
        "managed_persistence_monitoring_configuration.enabled",
        "ManagedPersistenceMonitoringConfiguration/Enabled",
    ),
    same(
        "managed_persistence_monitoring_configuration.encryption_key_arn",
        "ManagedPersistenceMonitoringConfiguration/EncryptionKeyArn",
    ),
    same(
        "cloudwatch_logging_configuration.enabled",
        "CloudWatchLoggingConfiguration/Enabled",
    ),
    same(
        "cloudwatch_logging_configuration.encryption_key_arn",
        "CloudWatchLoggingConfiguration/EncryptionKeyArn",
    ),
    same(
        "cloudwatch_logging_configuration.log_group_name",
        "CloudWatchLoggingConfiguration/LogGroupName",
    ),
];

const VIRTUAL_CLUSTER: &[Row] = &[
    same("name", "Name"),
    same("container_provider.id", "ContainerProvider/Id"),
    same("container_provider.type", "ContainerProvider/Type"),
    same(
        "container_provider.info.eks_info.namespace",
        "ContainerProvider/Info/EksInfo/Namespace",
    ),
    row("tags", "Tags", How::Tags),
    row("tags_all", "Tags", How::Tags),
];
