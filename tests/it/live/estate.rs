//! A double of an AWS account and region: state, paging, quotas and faults, without a network.
//!
//! It answers as AWS is documented to, or was recorded to: times are seconds, `KerberosAttributes` is `{}` where there
//! is no Kerberos, EMR lists fifty at a time, throttles with status 400, and knows a configuration by its name only.

use super::quota::Quotas;
use crate::lake_double::Lake;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-west-2";
/// 2026-11-01T00:00:00Z.
pub const CREATED: i64 = 1_793_491_200;
/// What must never come out.
pub const PLANTED: &str = "Planted0Secret9";

/// What AWS says instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
}

pub fn refusal(status: u16, code: &'static str, message: &str) -> Refusal {
    Refusal {
        status,
        code,
        message: message.to_owned(),
    }
}

/// One account and region.
#[derive(Debug, Default)]
pub struct Estate {
    /// Descriptions, by id.
    pub clusters: BTreeMap<String, Value>,
    /// Body and time of creation, by name.
    pub configurations: BTreeMap<String, (Value, i64)>,
    pub studios: Vec<String>,
    /// Applications of EMR Serverless, in full.
    pub applications: Vec<Value>,
    /// Virtual clusters of EMR on EKS, and the security configurations that they may name, by id.
    pub virtual_clusters: Vec<Value>,
    pub container_configurations: BTreeMap<String, Value>,
    /// How many clusters share a configuration and a key.
    among: usize,
    /// Metadata by key id.
    pub keys: BTreeMap<String, Value>,
    pub buckets: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    pub grants: Vec<Value>,
    pub filters: Vec<Value>,
    pub locations: Vec<Value>,
    pub tags: Vec<Value>,
    pub row_policies: Vec<Value>,
    pub databases: Vec<Value>,
    pub tables: Vec<Value>,
    pub catalogs: Vec<Value>,
    pub admins: Vec<String>,
    /// Who asks.
    pub caller: String,
    /// The organisation's accounts and their states.
    pub accounts: BTreeMap<String, &'static str>,
    /// Accounts whose role does not trust whoever asks, or not without this word.
    pub closed: BTreeMap<String, Option<String>>,
    /// Every role that was assumed: by which account's credentials, and the whole request.
    pub assumed: Vec<(String, String)>,
    /// Regions and whether they are enabled.
    pub regions: BTreeMap<String, &'static str>,
    /// What each call to a region is refused with.
    pub refused_regions: BTreeMap<String, Refusal>,
    /// Refusals by operation, each so many times.
    pub refusals: BTreeMap<String, (Refusal, usize)>,
    /// The lake, its catalog and the security configurations, where there is more to them than a few lists.
    pub lake: Option<Lake>,
    /// Enforced when there are some.
    pub quotas: Option<Quotas>,
    /// Buckets of other accounts.
    pub foreign: BTreeSet<String>,
    /// Buckets without versions.
    pub unversioned: BTreeSet<String>,
    /// Volumes that are not encrypted.
    pub plain_volumes: BTreeSet<String>,
    /// Services that the VPC has an endpoint for.
    pub endpoints: Vec<&'static str>,
    /// Every call that was answered or refused, in order: IAM prefix and operation.
    pub calls: Vec<String>,
    /// How many were throttled.
    pub throttled: usize,
}

/// A time as EMR writes it: seconds, and a fraction of one.
fn time(second: i64) -> Value {
    json!(format!("{second}.123").parse::<f64>().unwrap())
}

pub fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

/// The security configuration that everything in an estate has.
fn document(key: &str) -> Value {
    let s3 = json!({"EncryptionMode": "SSE-KMS", "AwsKmsKey": key});
    let disk = json!({"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": key, "EnableEbsEncryption": true});
    json!({"EncryptionConfiguration": {
        "EnableAtRestEncryption": true, "EnableInTransitEncryption": true,
        "AtRestEncryptionConfiguration": {"S3EncryptionConfiguration": s3, "LocalDiskEncryptionConfiguration": disk},
        "InTransitEncryptionConfiguration": {"TLSCertificateConfiguration": {
            "CertificateProviderType": "PEM", "S3Object": "s3://certificates-111122223333/emr.zip"}},
    }, "InstanceMetadataServiceConfiguration": {
        "MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}})
}

/// An application as EMR Serverless describes it.
pub fn application(at: usize) -> Value {
    let id = format!("00f{at}example");
    json!({"applicationId": id, "name": format!("queries-{at}"), "arn": arn("emr-serverless", &format!("/applications/{id}")),
        "releaseLabel": "emr-7.9.0", "type": "Spark", "state": "STARTED", "createdAt": time(CREATED), "updatedAt": time(CREATED),
        "tags": {"Owner": "data"}, "autoStartConfiguration": {"enabled": true},
        "autoStopConfiguration": {"enabled": true, "idleTimeoutMinutes": 15}, "architecture": "X86_64",
        "networkConfiguration": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-core"]},
        "runtimeConfiguration": [{"classification": "spark-defaults",
            "properties": {"spark.emr-serverless.lakeformation.enabled": "true"}, "configurations": []}],
        "monitoringConfiguration": {
            "s3MonitoringConfiguration": {"logUri": format!("s3://logs-{ACCOUNT}/serverless/")},
            "managedPersistenceMonitoringConfiguration": {"enabled": false}},
        "interactiveConfiguration": {"studioEnabled": false, "livyEndpointEnabled": false}})
}

/// A virtual cluster as EMR on EKS lists it.
pub fn virtual_cluster(at: usize) -> Value {
    let id = format!("v{at}example");
    json!({"id": id, "name": format!("jobs-{at}"), "arn": arn("emr-containers", &format!("/virtualclusters/{id}")),
        "state": "RUNNING", "createdAt": time(CREATED), "tags": {}, "securityConfigurationId": "sc0example",
        "containerProvider": {"type": "EKS", "id": "analytics", "info": {"eksInfo": {"namespace": "jobs"}}}})
}

fn container_configuration() -> Value {
    let secret = |name: &str| arn("secretsmanager", &format!("secret:{name}-AbCdEf"));
    let tls = json!({"certificateProviderType": "PEM", "publicCertificateSecretArn": secret("public"),
        "privateCertificateSecretArn": secret("private")});
    let lake = json!({"authorizedSessionTagValue": "EMR on EKS Engine",
        "secureNamespaceInfo": {"clusterId": "analytics", "namespace": "credentials"},
        "queryEngineRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/query-engine")});
    json!({"id": "sc0example", "name": "analytics", "arn": arn("emr-containers", "/securityconfigurations/sc0example"),
        "createdAt": time(CREATED), "tags": {}, "securityConfigurationData": {"authorizationConfiguration": {
            "lakeFormationConfiguration": lake,
            "encryptionConfiguration": {"inTransitEncryptionConfiguration": {"tlsCertificateConfiguration": tls}}}}})
}

impl Estate {
    /// So many running clusters, every fifth of fleets, with a configuration for each ten.
    pub fn of(clusters: usize) -> Self {
        Self::sharing(clusters, 10)
    }

    /// As many, with a configuration and a key for each so many.
    pub fn sharing(clusters: usize, among: usize) -> Self {
        let mut estate = Self {
            caller: format!("arn:aws:sts::{ACCOUNT}:assumed-role/emr-baseline-audit/session"),
            admins: vec![format!("arn:aws:iam::{ACCOUNT}:role/emr-baseline-audit")],
            studios: vec!["es-1EXAMPLE".to_owned()],
            applications: vec![application(0)],
            virtual_clusters: vec![virtual_cluster(0)],
            container_configurations: [("sc0example".to_owned(), container_configuration())].into(),
            endpoints: vec!["s3", "kms", "sts", "glue", "lakeformation"],
            among,
            ..Self::default()
        };
        for at in 0..clusters {
            estate.add_cluster(at);
        }
        let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
        estate.grants = (0..3)
            .map(|at| {
                json!({"Principal": {"DataLakePrincipalIdentifier": role("analyst")},
                       "Resource": {"Table": {"CatalogId": ACCOUNT, "DatabaseName": "sales", "Name": format!("t{at}")}},
                       "Permissions": ["SELECT"], "PermissionsWithGrantOption": []})
            })
            .collect();
        estate.filters = vec![
            json!({"TableCatalogId": ACCOUNT, "DatabaseName": "sales", "TableName": "orders",
            "Name": "eu", "RowFilter": {"FilterExpression": "country = 'DE'"}, "ColumnWildcard": {}}),
        ];
        estate.locations = vec![
            json!({"ResourceArn": "arn:aws:s3:::lake-111122223333/sales",
            "RoleArn": role("lake-registration"), "HybridAccessEnabled": false}),
        ];
        estate.tags =
            vec![json!({"CatalogId": ACCOUNT, "TagKey": "domain", "TagValues": ["sales"]})];
        estate.row_policies = vec![
            json!({"CatalogId": ACCOUNT, "Name": "eu", "FilterExpression": "country = 'DE'",
            "AttachmentColumns": [{"Name": "country", "Type": "string"}]}),
        ];
        estate.databases = vec![json!({"Name": "sales", "CatalogId": ACCOUNT,
            "LocationUri": "s3://lake-111122223333/sales/", "CreateTableDefaultPermissions": []})];
        estate.tables = vec![
            json!({"Name": "orders", "DatabaseName": "sales", "CatalogId": ACCOUNT,
            "TableType": "EXTERNAL_TABLE", "IsRegisteredWithLakeFormation": true, "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "country", "Type": "string"}],
                "Location": "s3://lake-111122223333/sales/orders/"}, "PartitionKeys": []}),
        ];
        estate.catalogs = vec![
            json!({"CatalogId": format!("{ACCOUNT}:warehouse"), "Name": "warehouse",
            "CreateTableDefaultPermissions": [], "CreateDatabaseDefaultPermissions": []}),
        ];
        estate
    }

    #[cfg_attr(
        not(feature = "live"),
        expect(dead_code, reason = "a lake is asked from outside")
    )]
    /// With a lake, which from here on answers for itself; whoever asks it asks everything.
    pub fn with(mut self, mut lake: Lake) -> Self {
        for (name, (body, second)) in &self.configurations {
            let kept = (body.to_string(), *second);
            lake.world_mut().configurations.insert(name.clone(), kept);
        }
        self.caller.clone_from(&lake.caller);
        self.lake = Some(lake);
        self
    }

    /// One more cluster.
    pub fn add_cluster(&mut self, at: usize) {
        let among = self.among;
        let id = format!("j-{at:013}");
        let configuration = format!("analytics-{}", at / among);
        let key_id = format!("{:08}-0000-4000-8000-000000000000", at / among);
        let key = arn("kms", &format!("key/{key_id}"));
        self.keys.entry(key_id.clone()).or_insert_with(|| {
            json!({"AWSAccountId": ACCOUNT, "KeyId": key_id, "Arn": key, "Enabled": true, "KeyState": "Enabled",
                   "KeyUsage": "ENCRYPT_DECRYPT", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT",
                   "Origin": "AWS_KMS", "MultiRegion": false, "CreationDate": time(CREATED)})
        });
        self.configurations
            .entry(configuration.clone())
            .or_insert_with(|| (document(&key), CREATED - 86_400));
        self.buckets.insert(format!("certificates-{ACCOUNT}"));
        self.buckets.insert(format!("logs-{ACCOUNT}"));
        self.groups.insert("sg-primary".to_owned());
        self.groups.insert("sg-core".to_owned());
        let fleets = at % 5 == 4;
        let cluster = json!({
            "Id": id, "Name": format!("etl-{at}"), "ClusterArn": arn("elasticmapreduce", &format!("cluster/{id}")),
            "Status": {"State": "WAITING", "StateChangeReason": {}, "Timeline": {"CreationDateTime": time(CREATED)}},
            "Ec2InstanceAttributes": {"Ec2SubnetId": "subnet-1", "IamInstanceProfile": "emr-nodes",
                "EmrManagedMasterSecurityGroup": "sg-primary", "EmrManagedSlaveSecurityGroup": "sg-core",
                "AdditionalMasterSecurityGroups": [], "AdditionalSlaveSecurityGroups": [], "RequestedEc2SubnetIds": ["subnet-1"]},
            "InstanceCollectionType": if fleets { "INSTANCE_FLEET" } else { "INSTANCE_GROUP" },
            "LogUri": format!("s3n://logs-{ACCOUNT}/emr/"), "LogEncryptionKmsKeyId": key, "ReleaseLabel": "emr-7.9.0",
            "AutoTerminate": false, "TerminationProtected": true, "VisibleToAllUsers": true,
            "Applications": [{"Name": "Spark", "Version": "3.5.5"}], "Tags": [{"Key": "Owner", "Value": "data"}],
            "ServiceRole": "emr-service", "KerberosAttributes": {}, "SecurityConfiguration": configuration,
            "Configurations": [], "StepConcurrencyLevel": 1, "EbsRootVolumeSize": 15,
        });
        self.clusters.insert(id, cluster);
    }

    /// Changes a cluster.
    pub fn change(&mut self, at: usize, member: &str, value: Value) {
        let cluster = self.clusters.get_mut(&format!("j-{at:013}")).unwrap();
        let mut place = cluster;
        for step in member.split('/') {
            place = place
                .as_object_mut()
                .unwrap()
                .entry(step)
                .or_insert(json!({}));
        }
        *place = value;
    }

    /// Ends a cluster at a time.
    pub fn end(&mut self, at: usize, second: i64) {
        self.change(at, "Status/State", json!("TERMINATED"));
        self.change(at, "Status/Timeline/EndDateTime", time(second));
    }

    /// Refuses an operation so many times.
    pub fn refuse(&mut self, operation: &str, times: usize, refusal: Refusal) {
        self.refusals.insert(operation.to_owned(), (refusal, times));
    }

    /// Denies an operation always, as IAM does.
    pub fn deny(&mut self, action: &str) {
        let why = format!(
            "User: {} is not authorized to perform: {action} because no identity-based policy allows the {action} action",
            self.caller
        );
        let operation = action.split_once(':').unwrap().1;
        self.refuse(
            operation,
            usize::MAX,
            refusal(400, "AccessDeniedException", &why),
        );
    }

    /// Secrets wherever AWS or its users may put some.
    pub fn plant_secrets(&mut self) {
        let secret = |name: &str| json!({name: PLANTED});
        self.change(
            0,
            "KerberosAttributes",
            json!({"Realm": "EXAMPLE.COM", "KdcAdminPassword": PLANTED,
            "CrossRealmTrustPrincipalPassword": PLANTED, "ADDomainJoinPassword": PLANTED}),
        );
        self.change(0, "Configurations", json!([
            {"Classification": "hive-site", "Properties": secret("javax.jdo.option.ConnectionPassword")},
            {"Classification": "presto-connector-mysql", "Properties": {
                "connection-url": format!("jdbc:mysql://db/x?user=hive&password={PLANTED}")}}]));
        self.applications[0]["runtimeConfiguration"] = json!([{"classification": "hive-site",
            "properties": secret("javax.jdo.option.ConnectionPassword"), "configurations": []}]);
    }

    /// Answers a call.
    pub fn answer(
        &mut self,
        service: &str,
        operation: &str,
        input: &Value,
        now: Duration,
    ) -> Result<Value, Refusal> {
        self.calls.push(format!("{service}:{operation}"));
        if service == "elasticmapreduce"
            && let Some(quotas) = &mut self.quotas
            && !quotas.admits(operation, now)
        {
            self.throttled += 1;
            return Err(refusal(400, "ThrottlingException", "Rate exceeded"));
        }
        if let Some((refusal, left)) = self.refusals.get_mut(operation)
            && *left > 0
        {
            *left -= 1;
            return Err(refusal.clone());
        }
        if let Some(lake) = &mut self.lake
            && Lake::answers(service, operation)
        {
            return lake.answer(service, operation, input);
        }
        match service {
            "elasticmapreduce" => self.emr(operation, input),
            "emr-serverless" | "emr-containers" => self.elsewhere(operation, input),
            "kms" => self.kms(operation, input),
            "lakeformation" => Ok(self.lake(operation, input)),
            "glue" => Ok(self.glue(operation, input)),
            "sts" => self.sts(operation, input),
            "organizations" => {
                let accounts = self.accounts.iter();
                let accounts = accounts.map(|(id, state)| json!({"Id": id, "State": state}));
                Ok(page(
                    "Accounts",
                    accounts,
                    input,
                    "NextToken",
                    "NextToken",
                    20,
                ))
            }
            "servicequotas" => Ok(self.service_quotas(input)),
            "iam" => Ok(Self::iam(operation)),
            "ec2" => Ok(self.ec2(operation, input)),
            "s3" => self.s3(operation, input),
            other => panic!("{other} is not doubled"),
        }
    }

    /// Whoever asks is of the account that its key names.
    fn sts(&mut self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let asker = input["asker"].as_str().unwrap_or(ACCOUNT);
        if operation == "GetCallerIdentity" {
            let caller = self.caller.replace(ACCOUNT, asker);
            return Ok(json!({"UserId": "AROAEXAMPLE:session", "Account": asker, "Arn": caller}));
        }
        let request = input["Filters"].as_str().unwrap_or_default();
        self.assumed.push((asker.to_owned(), request.to_owned()));
        let role = input["RoleArn"].as_str().unwrap();
        let account = role.split("%3A").nth(4).unwrap();
        let word = self.closed.get(account);
        let trusted = word
            .is_none_or(|word| word.is_some() && word.as_deref() == input["ExternalId"].as_str());
        if !trusted {
            let why = format!(
                "User: {} is not authorized to perform: sts:AssumeRole",
                self.caller
            );
            return Err(refusal(403, "AccessDenied", &why));
        }
        Ok(
            json!({"Credentials": {"AccessKeyId": format!("ASIA{account}"), "SecretAccessKey": "example",
                "SessionToken": "token", "Expiration": "2099-01-01T00:00:00Z"},
            "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:emr-baseline",
                "Arn": format!("arn:aws:sts::{account}:assumed-role/emr-baseline-audit/emr-baseline")}}),
        )
    }

    fn emr(&self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let known = || {
            let id = input["ClusterId"].as_str().unwrap_or_default();
            let unknown = format!("Cluster id '{id}' is not valid.");
            let found = self.clusters.get(id);
            found.ok_or_else(|| refusal(400, "InvalidRequestException", &unknown))
        };
        Ok(match operation {
            "ListClusters" => {
                let states = input["ClusterStates"].as_array();
                let after = input["CreatedAfter"].as_f64();
                let wanted = |cluster: &&Value| {
                    let created = cluster["Status"]["Timeline"]["CreationDateTime"].as_f64();
                    states.is_none_or(|states| states.contains(&cluster["Status"]["State"]))
                        && after.is_none_or(|after| created.unwrap() >= after)
                };
                let summaries = self.clusters.values().filter(wanted);
                let summary = |cluster: &Value| {
                    let mut summary = Map::new();
                    for member in ["Id", "Name", "Status", "ClusterArn"] {
                        summary.insert(member.to_owned(), cluster[member].clone());
                    }
                    Value::Object(summary)
                };
                page(
                    "Clusters",
                    summaries.map(summary),
                    input,
                    "Marker",
                    "Marker",
                    50,
                )
            }
            "DescribeCluster" => json!({"Cluster": known()?}),
            "ListInstanceGroups" => {
                known()?;
                json!({"InstanceGroups": [{"Id": "ig-1", "InstanceGroupType": "MASTER", "InstanceType": "m6i.xlarge",
                    "RunningInstanceCount": 1, "RequestedInstanceCount": 1, "Status": {"State": "RUNNING"},
                    "Configurations": [], "ConfigurationsVersion": 0, "LastSuccessfullyAppliedConfigurations": [],
                    "LastSuccessfullyAppliedConfigurationsVersion": 0}]})
            }
            "ListInstanceFleets" => {
                known()?;
                json!({"InstanceFleets": [{"Id": "if-1", "InstanceFleetType": "MASTER", "Status": {"State": "RUNNING"},
                    "InstanceTypeSpecifications": [{"InstanceType": "m6i.xlarge", "Configurations": []}]}]})
            }
            "ListBootstrapActions" => {
                known()?;
                json!({"BootstrapActions": [{"Name": "agent", "ScriptPath": "s3://certificates-111122223333/agent.sh",
                    "Args": ["--db-password", PLANTED, "--region", REGION]}]})
            }
            "ListSteps" => {
                known()?;
                json!({"Steps": []})
            }
            // No policy: no member.
            "GetAutoTerminationPolicy" | "GetManagedScalingPolicy" => {
                known()?;
                json!({})
            }
            "DescribeSecurityConfiguration" => {
                let name = input["Name"].as_str().unwrap_or_default();
                let why = format!("Security configuration with name '{name}' does not exist.");
                let found = self.configurations.get(name);
                let (body, created) =
                    found.ok_or_else(|| refusal(400, "InvalidRequestException", &why))?;
                json!({"Name": name, "SecurityConfiguration": body.to_string(), "CreationDateTime": time(*created)})
            }
            "ListSecurityConfigurations" => {
                let all = self.configurations.iter();
                let all = all.map(|(name, (_, created))| json!({"Name": name, "CreationDateTime": time(*created)}));
                page("SecurityConfigurations", all, input, "Marker", "Marker", 50)
            }
            "GetBlockPublicAccessConfiguration" => json!({
                "BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": true,
                    "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}]},
                "BlockPublicAccessConfigurationMetadata": {"CreationDateTime": time(CREATED), "CreatedByArn": self.caller}}),
            "ListStudios" => {
                let studios = self.studios.iter();
                let studios = studios
                    .map(|id| json!({"StudioId": id, "Name": "notebooks", "AuthMode": "IAM"}));
                page("Studios", studios, input, "Marker", "Marker", 50)
            }
            "DescribeStudio" => {
                json!({"Studio": {"StudioId": input["StudioId"], "Name": "notebooks", "AuthMode": "IAM",
                "VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "ServiceRole": "emr-studio",
                "WorkspaceSecurityGroupId": "sg-core", "EngineSecurityGroupId": "sg-core",
                "DefaultS3Location": "s3://logs-111122223333/studio/"}})
            }
            "ListStudioSessionMappings" => json!({"SessionMappings": []}),
            other => panic!("EMR's {other} is not doubled"),
        })
    }

    /// EMR Serverless and EMR on EKS.
    fn elsewhere(&self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let listed = |member: &str, items: &[Value], summary: fn(&Value) -> Value| {
            let wanted = |one: &&Value| match &input["states"] {
                Value::Array(states) => states.contains(&one["state"]),
                _ => true,
            };
            let items = items.iter().filter(wanted).map(summary);
            page(member, items, input, "nextToken", "nextToken", 50)
        };
        let gone = |what: &str| {
            let why = format!("{what} doesn't exist.");
            refusal(404, "ResourceNotFoundException", &why)
        };
        Ok(match operation {
            "ListApplications" => listed("applications", &self.applications, |one| {
                let mut summary = json!({"id": one["applicationId"]});
                for member in [
                    "name",
                    "arn",
                    "releaseLabel",
                    "type",
                    "state",
                    "createdAt",
                    "updatedAt",
                    "architecture",
                ] {
                    summary[member] = one[member].clone();
                }
                summary
            }),
            "GetApplication" => {
                let id = &input["applicationId"];
                let mut all = self.applications.iter();
                let found = all.find(|one| one["applicationId"] == *id);
                json!({"application": found.ok_or_else(|| gone(&format!("Application {id}")))?})
            }
            "ListVirtualClusters" => {
                listed("virtualClusters", &self.virtual_clusters, Value::clone)
            }
            "DescribeSecurityConfiguration" => {
                let id = input["id"].as_str().unwrap_or_default();
                let found = self.container_configurations.get(id);
                json!({"securityConfiguration": found.ok_or_else(|| gone(&format!("Security configuration {id}")))?})
            }
            other => panic!("{other} is not doubled"),
        })
    }

    fn kms(&self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let text = input["KeyId"].as_str().unwrap_or_default();
        let id = text.rsplit('/').next().unwrap_or_default();
        let why = format!("Key '{text}' does not exist");
        let found = self.keys.get(id);
        let key = found.ok_or_else(|| refusal(400, "NotFoundException", &why))?;
        Ok(match operation {
            "DescribeKey" => json!({"KeyMetadata": key}),
            "GetKeyRotationStatus" => {
                json!({"KeyId": id, "KeyRotationEnabled": true, "RotationPeriodInDays": 365})
            }
            "GetKeyPolicy" => {
                let root = format!("arn:aws:iam::{ACCOUNT}:root");
                let allow = json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
                let policy = json!({"Version": "2012-10-17", "Statement": [allow]});
                json!({"Policy": policy.to_string(), "PolicyName": "default"})
            }
            "ListGrants" => json!({"Grants": [], "Truncated": false}),
            other => panic!("KMS's {other} is not doubled"),
        })
    }

    fn lake(&self, operation: &str, input: &Value) -> Value {
        let lists = |member: &str, items: &[Value]| {
            page(
                member,
                items.iter().cloned(),
                input,
                "NextToken",
                "NextToken",
                1000,
            )
        };
        match operation {
            "GetDataLakeSettings" => {
                let admins = self.admins.iter();
                let admins: Vec<Value> = admins
                    .map(|arn| json!({"DataLakePrincipalIdentifier": arn}))
                    .collect();
                json!({"DataLakeSettings": {"DataLakeAdmins": [], "ReadOnlyAdmins": admins,
                    "CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": [],
                    "AllowExternalDataFiltering": true}})
            }
            "ListPermissions" => lists("PrincipalResourcePermissions", &self.grants),
            "ListResources" => lists("ResourceInfoList", &self.locations),
            "ListDataCellsFilter" => lists("DataCellsFilters", &self.filters),
            "ListLakeFormationOptIns" => lists("LakeFormationOptInsInfoList", &[]),
            "DescribeLakeFormationIdentityCenterConfiguration" => json!({"CatalogId": ACCOUNT}),
            "GetDataLakePrincipal" => json!({"Identity": self.caller}),
            "ListLFTags" => lists("LFTags", &self.tags),
            "ListLFTagExpressions" => lists("LFTagExpressions", &[]),
            "GetResourceLFTags" => json!({"LFTagOnDatabase": self.tags}),
            "ListRLSPolicies" => lists("RLSPolicies", &self.row_policies),
            "ListRLSPolicyAttachments" => lists("RLSPolicyAttachments", &[]),
            other => panic!("Lake Formation's {other} is not doubled"),
        }
    }

    fn glue(&self, operation: &str, input: &Value) -> Value {
        let lists = |member: &str, items: &[Value]| {
            let items = items.iter().cloned();
            page(member, items, input, "NextToken", "NextToken", 100)
        };
        match operation {
            "GetDataCatalogEncryptionSettings" => json!({"DataCatalogEncryptionSettings": {
                "EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"},
                "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": false}}}),
            "GetDatabases" => lists("DatabaseList", &self.databases),
            "GetTables" => lists("TableList", &self.tables),
            "GetCatalogs" => lists("CatalogList", &self.catalogs),
            other => panic!("Glue's {other} is not doubled"),
        }
    }

    /// The quotas as they are enforced, in the words of Service Quotas.
    fn service_quotas(&self, input: &Value) -> Value {
        assert_eq!(input["ServiceCode"], "elasticmapreduce");
        let quota = |name: String, value: f64| {
            json!({"ServiceCode": "elasticmapreduce", "ServiceName": "Amazon EMR", "QuotaName": name,
                   "Value": value, "Adjustable": true, "GlobalQuota": false})
        };
        let enforced = self.quotas.as_ref().map(Quotas::all).unwrap_or_default();
        let quotas = enforced.into_iter().flat_map(|(name, burst, rate)| {
            let names = if name == "all" {
                (
                    "The maximum number of API requests that you can make per second.".to_owned(),
                    "The maximum rate at which your bucket replenishes for all EMR operations."
                        .to_owned(),
                )
            } else {
                (
                    format!(
                        "The maximum number of {name} API requests that you can make per second."
                    ),
                    format!("Replenishment rate of {name} calls"),
                )
            };
            [quota(names.0, burst), quota(names.1, rate)]
        });
        page("Quotas", quotas, input, "NextToken", "NextToken", 100)
    }

    fn iam(operation: &str) -> Value {
        let trust = |service: &str, condition: Value| {
            encoded(
                &json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": condition}]}),
            )
        };
        let of_account = json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}});
        let role = |name: &str| {
            let trust = if name == "emr-service" {
                trust("elasticmapreduce.amazonaws.com", of_account.clone())
            } else {
                trust("ec2.amazonaws.com", json!({}))
            };
            json!({"Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE",
                   "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "AssumeRolePolicyDocument": trust})
        };
        let own = format!("arn:aws:iam::{ACCOUNT}:policy/emr-data");
        let data = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::sales/*"}]});
        match operation {
            // A profile is not its role, although many have its name.
            "GetInstanceProfile" => {
                json!({"InstanceProfile": {"Path": "/", "InstanceProfileName": "emr-nodes",
                "InstanceProfileId": "AIPAEXAMPLE", "Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/emr-nodes"),
                "Roles": [role("emr-data-nodes")]}})
            }
            "GetAccountAuthorizationDetails" => {
                let detail = |name: &str, attached: &str| {
                    let mut detail = role(name);
                    detail["RolePolicyList"] =
                        json!([{"PolicyName": "own", "PolicyDocument": encoded(&data)}]);
                    let name = attached.rsplit('/').next().unwrap();
                    detail["AttachedManagedPolicies"] =
                        json!([{"PolicyName": name, "PolicyArn": attached}]);
                    detail
                };
                let v2 = "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2";
                let everything = "arn:aws:iam::aws:policy/AdministratorAccess";
                json!({"RoleDetailList": [detail("emr-service", v2), detail("emr-data-nodes", &own), detail("emr-nodes", everything)],
                       "Policies": [{"PolicyName": "emr-data", "Arn": own, "PolicyVersionList": [
                            {"VersionId": "v1", "IsDefaultVersion": true, "Document": encoded(&data)}]}],
                       "IsTruncated": false})
            }
            other => panic!("IAM's {other} is not doubled"),
        }
    }

    fn ec2(&self, operation: &str, input: &Value) -> Value {
        if operation == "DescribeRegions" {
            let regions = self.regions.iter();
            let regions: Vec<Value> = regions
                .map(|(name, status)| json!({"RegionName": name, "OptInStatus": status, "Endpoint": format!("ec2.{name}.amazonaws.com")}))
                .collect();
            return json!({"Regions": regions});
        }
        if operation == "DescribeSecurityGroups" {
            let rule = json!({"IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []});
            let groups = self.groups.iter();
            let groups: Vec<Value> = groups
                .map(|id| json!({"GroupId": id, "GroupName": id, "IpPermissions": [rule], "IpPermissionsEgress": []}))
                .collect();
            return json!({"SecurityGroups": groups});
        }
        if operation == "DescribeSubnets" {
            return json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "MapPublicIpOnLaunch": false,
                "AssignIpv6AddressOnCreation": false, "OwnerId": ACCOUNT}]});
        }
        if operation == "DescribeRouteTables" {
            // The subnet has no table of its own.
            let main = input["Filters"].to_string().contains("association.main");
            let tables = main.then(|| json!({"RouteTableId": "rtb-1", "VpcId": "vpc-1",
                "Associations": [{"Main": true, "RouteTableId": "rtb-1", "AssociationState": {"State": "associated"}}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                           {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}]}));
            return page(
                "RouteTables",
                tables.into_iter(),
                input,
                "NextToken",
                "NextToken",
                100,
            );
        }
        if operation == "DescribeVpcEndpoints" {
            let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::sales/*"});
            let policy = json!({"Version": "2012-10-17", "Statement": [allow]}).to_string();
            let endpoints = self.endpoints.iter().map(|service| {
                let gateway = *service == "s3";
                json!({"VpcEndpointId": format!("vpce-{service}"), "VpcId": "vpc-1", "OwnerId": ACCOUNT, "State": "available",
                    "VpcEndpointType": if gateway { "Gateway" } else { "Interface" },
                    "ServiceName": format!("com.amazonaws.{REGION}.{service}"), "PolicyDocument": policy,
                    "RouteTableIds": if gateway { json!(["rtb-1"]) } else { json!([]) },
                    "SubnetIds": if gateway { json!([]) } else { json!(["subnet-1"]) }, "PrivateDnsEnabled": !gateway})
            });
            return page(
                "VpcEndpoints",
                endpoints,
                input,
                "NextToken",
                "NextToken",
                1000,
            );
        }
        if operation == "DescribeVolumes" {
            let key = |cluster: &Value| cluster["LogEncryptionKmsKeyId"].clone();
            let volumes = self.clusters.values().flat_map(|cluster| {
                let id = &cluster["Id"].as_str().unwrap()[2..];
                [("root", "/dev/xvda"), ("data", "/dev/sdb")].map(|(name, device)| {
                    let volume = format!("vol-{name}-{id}");
                    let mut volume = json!({"VolumeId": volume, "State": "in-use", "Size": 64, "VolumeType": "gp3",
                        "Encrypted": !self.plain_volumes.contains(&volume),
                        "Attachments": [{"InstanceId": format!("i-{id}"), "VolumeId": volume, "Device": device, "State": "attached"}]});
                    if volume["Encrypted"] == true {
                        volume["KmsKeyId"] = key(cluster);
                    }
                    volume
                })
            });
            return page("Volumes", volumes, input, "NextToken", "NextToken", 1000);
        }
        let running = |cluster: &&Value| cluster["Status"]["State"] == "WAITING";
        let nodes = self.clusters.values().filter(running).map(|cluster| {
            let id = cluster["Id"].as_str().unwrap();
            let tag = json!({"Key": "aws:elasticmapreduce:job-flow-id", "Value": id});
            let role = json!({"Key": "aws:elasticmapreduce:instance-group-role", "Value": "MASTER"});
            json!({"Instances": [{"InstanceId": format!("i-{}", &id[2..]), "PrivateIpAddress": "10.0.0.7",
                "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
                "SecurityGroups": [{"GroupId": "sg-primary", "GroupName": "primary"}],
                "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": format!("vol-root-{}", &id[2..])}},
                    {"DeviceName": "/dev/sdb", "Ebs": {"VolumeId": format!("vol-data-{}", &id[2..])}}],
                "NetworkInterfaces": [{"Ipv6Addresses": [], "Groups": [{"GroupId": "sg-primary", "GroupName": "primary"}]}],
                "Tags": [tag, role]}]})
        });
        page("Reservations", nodes, input, "NextToken", "NextToken", 1000)
    }

    fn s3(&self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let bucket = input["Bucket"].as_str().unwrap_or_default();
        if operation != "GetAccountPublicAccessBlock" && !self.buckets.contains(bucket) {
            return Err(refusal(
                404,
                "NoSuchBucket",
                "The specified bucket does not exist",
            ));
        }
        let expected = input["ExpectedBucketOwner"].as_str();
        if self.foreign.contains(bucket) && expected == Some(ACCOUNT) {
            return Err(refusal(403, "AccessDenied", "Access Denied"));
        }
        let block = json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": true, "RestrictPublicBuckets": true}});
        Ok(match operation {
            "GetBucketLocation" => json!({"LocationConstraint": REGION}),
            "GetBucketPolicy" => {
                return Err(refusal(
                    404,
                    "NoSuchBucketPolicy",
                    "The bucket policy does not exist",
                ));
            }
            "GetBucketPolicyStatus" => json!({"PolicyStatus": {"IsPublic": false}}),
            "GetBucketEncryption" => json!({"ServerSideEncryptionConfiguration": {"Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": false}]}}),
            "GetBucketVersioning" if self.unversioned.contains(bucket) => json!({}),
            "GetBucketVersioning" => json!({"Status": "Enabled"}),
            "GetPublicAccessBlock" | "GetAccountPublicAccessBlock" => block,
            other => panic!("S3's {other} is not doubled"),
        })
    }
}

/// A policy as IAM gives it: encoded for URLs.
fn encoded(policy: &Value) -> Value {
    let text = policy.to_string();
    let encoded: String = text
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    json!(encoded)
}

/// One page of a list, and the way to the next.
fn page(
    member: &str,
    items: impl Iterator<Item = Value>,
    input: &Value,
    ask: &str,
    next: &str,
    full: usize,
) -> Value {
    let from: usize = match &input[ask] {
        Value::String(token) => token.strip_prefix("page-").unwrap().parse().unwrap(),
        _ => 0,
    };
    let items: Vec<Value> = items.collect();
    let end = (from + full).min(items.len());
    let mut answer = Map::new();
    answer.insert(member.to_owned(), json!(items[from..end]));
    if end < items.len() {
        answer.insert(next.to_owned(), json!(format!("page-{end}")));
    }
    Value::Object(answer)
}
