//! One estate, written in every form that is read: from a document and the members of a request.

use serde_json::{Map, Value, json};

/// What the security configuration is called, in every form.
pub const NAME: &str = "estate-configuration";

/// An estate: a security configuration's document, and a request for a cluster that names it.
#[derive(Clone, Debug)]
pub struct Estate {
    pub document: Value,
    pub request: Value,
}

/// The files of one form.
pub type Files = Vec<(String, String)>;

fn file(name: &str, content: &Value) -> (String, String) {
    (name.to_owned(), content.to_string())
}

/// A value at a path, null when there is none.
fn at(value: &Value, pointer: &str) -> Value {
    value.pointer(pointer).cloned().unwrap_or_default()
}

/// An object of these members, without those that are null.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        members
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

impl Estate {
    /// The requests that create the configuration and the cluster.
    pub fn requests(&self) -> Files {
        let create = json!({"Name": NAME, "SecurityConfiguration": self.document.to_string()});
        vec![
            file("create.json", &create),
            file("request.json", &self.request),
        ]
    }

    /// The document by itself: nothing says what it is called in AWS, so no cluster is known to use it.
    pub fn document(&self) -> Files {
        vec![file(&format!("{NAME}.json"), &self.document)]
    }

    /// What AWS's command line prints.
    pub fn described(&self) -> Files {
        let mut cluster = self.cluster();
        let all = cluster.as_object_mut().unwrap();
        all.insert("InstanceGroups".to_owned(), self.described_groups());
        all.insert("BootstrapActions".to_owned(), self.described_actions());
        vec![
            file("configuration.json", &self.configuration()),
            file("cluster.json", &json!({ "Cluster": cluster })),
        ]
    }

    /// A saved estate, in which every call about the cluster was answered.
    pub fn snapshot(&self) -> String {
        let answer = |value: Value| json!({ "answer": value });
        let actions = json!({"BootstrapActions": self.described_actions()});
        let idle = object([(
            "AutoTerminationPolicy",
            at(&self.request, "/AutoTerminationPolicy"),
        )]);
        let scaling = object([(
            "ManagedScalingPolicy",
            at(&self.request, "/ManagedScalingPolicy"),
        )]);
        let records = [
            json!({"record": "estate", "schema": "emr-baseline/snapshot/v1", "observed_at": "2026-11-22T12:00:00Z"}),
            json!({"record": "region", "account": "111122223333", "region": "us-west-2", "services": ["elasticmapreduce"]}),
            json!({"record": "fact", "kind": "emr-security-configuration", "id": NAME, "name": NAME, "calls": {
                "elasticmapreduce:DescribeSecurityConfiguration": answer(self.configuration())
            }}),
            json!({"record": "resource", "kind": "emr-cluster", "id": "j-1EXAMPLE", "name": at(&self.request, "/Name"), "calls": {
                "elasticmapreduce:DescribeCluster": answer(json!({"Cluster": self.cluster()})),
                "elasticmapreduce:ListInstanceGroups": answer(json!({"InstanceGroups": self.described_groups()})),
                "elasticmapreduce:ListBootstrapActions": answer(actions),
                "elasticmapreduce:ListSteps": answer(json!({"Steps": self.described_steps()})),
                "elasticmapreduce:GetAutoTerminationPolicy": answer(idle),
                "elasticmapreduce:GetManagedScalingPolicy": answer(scaling)
            }}),
            json!({"record": "end-of-region", "complete": true, "listed": ["emr-cluster", "emr-security-configuration"]}),
        ];
        records.iter().map(|record| format!("{record}\n")).collect()
    }

    /// A template whose document is written as `document` makes it.
    pub fn template(&self, document: fn(&Value) -> Value) -> Value {
        json!({"Resources": {
            "Configuration": {"Type": "AWS::EMR::SecurityConfiguration", "Properties": {
                "Name": NAME, "SecurityConfiguration": document(&self.document)
            }},
            "Cluster": {"Type": "AWS::EMR::Cluster", "Properties": self.properties()}
        }})
    }

    /// The same as YAML in block style, the document as a short-form `!Sub` over several lines.
    pub fn yaml(&self) -> String {
        let mut template = self.template(Value::clone);
        let slot = "/Resources/Configuration/Properties/SecurityConfiguration";
        *template.pointer_mut(slot).unwrap() = json!("DOCUMENT");
        let mut text = String::new();
        block(&template, 0, &mut text);
        let document = format!("{:#}", self.document).replace('\n', "\n          ");
        let yaml = text.replace("\"DOCUMENT\"", &format!("!Sub |\n          {document}"));
        yaml.replace(
            "\n          \"Ref\": \"Configuration\"",
            "\n          !Ref Configuration",
        )
    }

    /// A program that creates both by boto3.
    pub fn boto3(&self) -> String {
        format!(
            "import json\n\nimport boto3\n\nemr = boto3.client('emr')\nREQUEST = {}\n\nemr.create_security_configuration(\n    Name='{NAME}', SecurityConfiguration=json.dumps({})\n)\nemr.run_job_flow(**REQUEST)\n",
            python(&self.request),
            python(&self.document)
        )
    }

    /// A program of CDK's that declares both.
    pub fn cdk(&self) -> String {
        let properties = self.properties();
        let arguments = properties.as_object().unwrap().iter().map(|(key, value)| {
            let value = if value.pointer("/Ref").is_some() {
                "configuration.ref".to_owned()
            } else {
                python(&cased(value))
            };
            format!("    {}={value},\n", snake(key))
        });
        let arguments: String = arguments.collect();
        format!(
            "from aws_cdk import aws_emr as emr\n\nconfiguration = emr.CfnSecurityConfiguration(\n    stack, 'Configuration', name='{NAME}', security_configuration={}\n)\nemr.CfnCluster(\n    stack, 'Cluster',\n{arguments})\n",
            python(&self.document)
        )
    }

    /// A state machine that creates both, its members under `parameters`.
    pub fn machine(&self, parameters: &str) -> Value {
        let task = |resource: &str, request: Value| json!({"Type": "Task", "Resource": format!("arn:aws:states:::{resource}"), parameters: request, "End": true});
        let create = json!({"Name": NAME, "SecurityConfiguration": self.document.to_string()});
        json!({"StartAt": "Configure", "States": {
            "Configure": task("aws-sdk:emr:createSecurityConfiguration", create),
            "Launch": {"Type": "Parallel", "Branches": [{"StartAt": "Create", "States": {
                "Create": task("elasticmapreduce:createCluster.sync", self.request.clone())
            }}], "End": true}
        }})
    }

    /// The same machine in a template, as CDK writes it: a text in pieces, around what the deployment puts in.
    pub fn machine_in_template(&self) -> Value {
        let definition = self.machine("Parameters").to_string();
        let mut pieces = Vec::new();
        for (index, piece) in definition.split("arn:aws:states").enumerate() {
            if index > 0 {
                pieces.push(json!({"Ref": "AWS::Partition"}));
                pieces.push(json!(format!(":states{piece}arn:")));
            } else {
                pieces.push(json!(format!("{piece}arn:")));
            }
        }
        let last = pieces.pop().unwrap();
        pieces.push(json!(last.as_str().unwrap().strip_suffix("arn:")));
        json!({"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "DefinitionString": {"Fn::Join": ["", pieces]}
        }}}})
    }

    /// A plan that creates everything: what the configuration is called is known, and the cluster refers to it.
    pub fn plan(&self) -> Files {
        let change = |(address, values): &(String, Value), unknown: Value| {
            json!({"address": address, "mode": "managed", "type": address.split('.').next().unwrap(), "name": "estate",
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "change": {"actions": ["create"], "before": null, "after": values, "after_unknown": unknown,
                    "before_sensitive": false, "after_sensitive": {}}})
        };
        let mut resources = self.terraform();
        let mut changes = Vec::new();
        for resource in &mut resources {
            let mut unknown = json!({"id": true, "arn": true});
            for reference in ["security_configuration", "cluster_id"] {
                let members = resource.1.as_object_mut().unwrap();
                if members
                    .shift_remove(reference)
                    .is_some_and(|value| !value.is_null())
                {
                    unknown[reference] = json!(true);
                }
            }
            changes.push(change(resource, unknown));
        }
        let refers =
            |to: &str, attribute: &str| json!({"references": [format!("{to}.{attribute}"), to]});
        let expressions = resources.iter().map(|(address, _)| {
            json!({"address": address, "mode": "managed", "expressions": {
                "security_configuration": refers("aws_emr_security_configuration.estate", "name"),
                "cluster_id": refers("aws_emr_cluster.estate", "id")}})
        });
        let plan = json!({"format_version": "1.2", "terraform_version": "1.9.5", "resource_changes": changes,
            "configuration": {"root_module": {"resources": expressions.collect::<Vec<_>>()}}});
        vec![file("plan.json", &plan)]
    }

    /// The state after that plan.
    pub fn state(&self) -> Files {
        let resources = self.terraform().into_iter().map(|(address, mut values)| {
            if address.starts_with("aws_emr_cluster.") {
                values["id"] = json!("j-1EXAMPLE");
            }
            json!({"address": address, "mode": "managed", "type": address.split('.').next().unwrap(), "name": "estate",
                "values": values, "sensitive_values": {}})
        });
        let state = json!({"format_version": "1.0", "terraform_version": "1.9.5",
            "values": {"root_module": {"resources": resources.collect::<Vec<_>>()}}});
        vec![file("state.json", &state)]
    }

    /// A Terraform module: the document as an object that `jsonencode` writes, the cluster in a file of its own.
    pub fn module(&self) -> Files {
        let mut files = Files::new();
        for (address, values) in self.terraform() {
            let kind = address.split('.').next().unwrap();
            let mut text = format!("resource {kind:?} \"estate\" {{\n");
            arguments_of(&values, 1, &mut text);
            text.push_str("}\n");
            files.push((format!("{kind}.tf"), text));
        }
        files
    }

    /// The same in Terraform's JSON, the document a text.
    pub fn module_json(&self) -> Files {
        let mut resources = json!({});
        for (address, values) in self.terraform() {
            let kind = address.split('.').next().unwrap();
            let mut values = escaped(&values);
            for (argument, reference) in REFERENCES {
                if values.get(argument).is_some_and(Value::is_string) {
                    values[*argument] = json!(format!("${{{reference}}}"));
                }
            }
            resources[kind] = json!({"estate": values});
        }
        vec![file("main.tf.json", &json!({"resource": resources}))]
    }

    /// The resources of the AWS provider for the same things: address and values.
    fn terraform(&self) -> Vec<(String, Value)> {
        let of = |pointer: &str| at(&self.request, pointer);
        let (mut groups, mut tasks) = (Vec::new(), Vec::new());
        let mut classifications = of("/Configurations")
            .as_array()
            .cloned()
            .unwrap_or_default();
        for group in self.groups() {
            // The groups of a cluster have no classifications of their own in Terraform.
            classifications.extend(
                at(&group, "/Configurations")
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            );
            let values = json!({"instance_type": at(&group, "/InstanceType"),
                "instance_count": at(&group, "/InstanceCount"), "ebs_config": []});
            match at(&group, "/InstanceRole").as_str().unwrap() {
                "MASTER" => groups.push(("master_instance_group", json!([values]))),
                "CORE" => groups.push(("core_instance_group", json!([values]))),
                _ => tasks.push(values),
            }
        }
        let mut cluster = self.terraform_cluster();
        if !classifications.is_empty() {
            cluster["configurations_json"] = json!(json!(classifications).to_string());
        }
        for (name, value) in groups {
            cluster[name] = value;
        }
        let document = json!({"name": NAME, "configuration": self.document.to_string()});
        let mut resources = vec![
            ("aws_emr_security_configuration.estate".to_owned(), document),
            ("aws_emr_cluster.estate".to_owned(), cluster),
        ];
        for mut task in tasks {
            task["cluster_id"] = json!("j-1EXAMPLE");
            resources.push(("aws_emr_instance_group.estate".to_owned(), task));
        }
        let limits = of("/ManagedScalingPolicy/ComputeLimits");
        if !limits.is_null() {
            let limits = json!([{"unit_type": at(&limits, "/UnitType"),
                "minimum_capacity_units": at(&limits, "/MinimumCapacityUnits"),
                "maximum_capacity_units": at(&limits, "/MaximumCapacityUnits")}]);
            let values = json!({"cluster_id": "j-1EXAMPLE", "compute_limits": limits});
            resources.push(("aws_emr_managed_scaling_policy.estate".to_owned(), values));
        }
        resources
    }

    /// The arguments of `aws_emr_cluster`, but for its groups and classifications.
    fn terraform_cluster(&self) -> Value {
        let of = |pointer: &str| at(&self.request, pointer);
        let each = |pointer: &str, item: fn(&Value) -> Value| -> Value {
            let list = of(pointer);
            list.as_array().into_iter().flatten().map(item).collect()
        };
        let names = each("/Applications", |application| at(application, "/Name"));
        let tags = of("/Tags");
        let tags = tags
            .as_array()
            .into_iter()
            .flatten()
            .map(|tag| (tag["Key"].as_str().unwrap().to_owned(), at(tag, "/Value")));
        let kerberos = of("/KerberosAttributes");
        let kerberos = kerberos.as_object().map(|_| json!([{
            "realm": at(&kerberos, "/Realm"), "kdc_admin_password": at(&kerberos, "/KdcAdminPassword"),
            "cross_realm_trust_principal_password": at(&kerberos, "/CrossRealmTrustPrincipalPassword"),
            "ad_domain_join_user": at(&kerberos, "/ADDomainJoinUser"),
            "ad_domain_join_password": at(&kerberos, "/ADDomainJoinPassword")}]));
        let idle = of("/AutoTerminationPolicy/IdleTimeout");
        let instances = json!([{"instance_profile": of("/JobFlowRole"), "key_name": of("/Instances/Ec2KeyName"),
            "subnet_id": of("/Instances/Ec2SubnetId"), "subnet_ids": of("/Instances/Ec2SubnetIds")}]);
        json!({
            "name": of("/Name"), "release_label": of("/ReleaseLabel"), "service_role": of("/ServiceRole"),
            "autoscaling_role": of("/AutoScalingRole"), "log_uri": of("/LogUri"),
            "log_encryption_kms_key_id": of("/LogEncryptionKmsKeyId"), "custom_ami_id": of("/CustomAmiId"),
            "security_configuration": of("/SecurityConfiguration"), "applications": names,
            "tags_all": tags.collect::<Map<String, Value>>(), "kerberos_attributes": kerberos.unwrap_or(json!([])),
            "auto_termination_policy": if idle.is_null() { json!([]) } else { json!([{"idle_timeout": idle}]) },
            "ec2_attributes": instances,
            "keep_job_flow_alive_when_no_steps": of("/Instances/KeepJobFlowAliveWhenNoSteps") == json!(true),
            "termination_protection": of("/Instances/TerminationProtected") == json!(true),
            "bootstrap_action": each("/BootstrapActions", |action| json!({"name": at(action, "/Name"),
                "path": at(action, "/ScriptBootstrapAction/Path"), "args": at(action, "/ScriptBootstrapAction/Args")})),
            "step": each("/Steps", |step| json!({"name": at(step, "/Name"),
                "action_on_failure": at(step, "/ActionOnFailure"),
                "hadoop_jar_step": [{"jar": at(step, "/HadoopJarStep/Jar"), "args": at(step, "/HadoopJarStep/Args")}]})),
        })
    }

    fn configuration(&self) -> Value {
        json!({"Name": NAME, "SecurityConfiguration": self.document.to_string(), "CreationDateTime": "2026-01-01T00:00:00Z"})
    }

    /// The request's members as `AWS::EMR::Cluster` has them.
    fn properties(&self) -> Value {
        let mut properties = self.request.clone();
        let all = properties.as_object_mut().unwrap();
        if all.contains_key("SecurityConfiguration") {
            all.insert(
                "SecurityConfiguration".to_owned(),
                json!({"Ref": "Configuration"}),
            );
        }
        if let Some(list) = all.get_mut("Configurations") {
            *list = renamed(list, "Properties", "ConfigurationProperties");
        }
        let groups = self.groups();
        let instances = all
            .entry("Instances")
            .or_insert(json!({}))
            .as_object_mut()
            .unwrap();
        for flat in [
            "InstanceGroups",
            "InstanceCount",
            "MasterInstanceType",
            "SlaveInstanceType",
        ] {
            instances.shift_remove(flat);
        }
        let mut tasks = Vec::new();
        for mut group in groups {
            let group_members = group.as_object_mut().unwrap();
            let role = group_members.shift_remove("InstanceRole").unwrap();
            if let Some(list) = group_members.get_mut("Configurations") {
                *list = renamed(list, "Properties", "ConfigurationProperties");
            }
            match role.as_str().unwrap() {
                "MASTER" => drop(instances.insert("MasterInstanceGroup".to_owned(), group)),
                "CORE" => drop(instances.insert("CoreInstanceGroup".to_owned(), group)),
                _ => tasks.push(group),
            }
        }
        if !tasks.is_empty() {
            instances.insert("TaskInstanceGroups".to_owned(), json!(tasks));
        }
        properties
    }

    /// The instance groups; those that a request only counts are written out.
    fn groups(&self) -> Vec<Value> {
        if let Some(groups) = at(&self.request, "/Instances/InstanceGroups").as_array() {
            return groups.clone();
        }
        let kind = at(&self.request, "/Instances/MasterInstanceType");
        let count = at(&self.request, "/Instances/InstanceCount")
            .as_i64()
            .unwrap_or(1);
        let group = |role: &str, count: i64| {
            object([
                ("InstanceRole", json!(role)),
                ("InstanceType", kind.clone()),
                ("InstanceCount", json!(count)),
            ])
        };
        vec![group("MASTER", 1), group("CORE", count - 1)]
    }

    /// The cluster as `DescribeCluster` answers it.
    fn cluster(&self) -> Value {
        let of = |pointer: &str| at(&self.request, pointer);
        let subnets = of("/Instances/Ec2SubnetIds");
        let chosen = if subnets.is_null() {
            of("/Instances/Ec2SubnetId")
        } else {
            at(&subnets, "/0")
        };
        let keeps = of("/Instances/KeepJobFlowAliveWhenNoSteps") == json!(true);
        let kerberos = of("/KerberosAttributes").as_object().map(|members| {
            let masked = members.iter().map(|(key, value)| {
                let secret = key.ends_with("Password");
                (
                    key.clone(),
                    if secret { json!("****") } else { value.clone() },
                )
            });
            Value::Object(masked.collect())
        });
        object([
            ("Id", json!("j-1EXAMPLE")),
            ("Name", of("/Name")),
            (
                "Status",
                json!({"State": "WAITING", "Timeline": {"CreationDateTime": "2026-11-01T06:00:00Z"}}),
            ),
            (
                "Ec2InstanceAttributes",
                object([
                    ("Ec2KeyName", of("/Instances/Ec2KeyName")),
                    ("Ec2SubnetId", chosen),
                    ("RequestedEc2SubnetIds", subnets),
                    ("IamInstanceProfile", of("/JobFlowRole")),
                ]),
            ),
            ("InstanceCollectionType", json!("INSTANCE_GROUP")),
            ("LogUri", of("/LogUri")),
            ("LogEncryptionKmsKeyId", of("/LogEncryptionKmsKeyId")),
            ("ReleaseLabel", of("/ReleaseLabel")),
            ("AutoTerminate", json!(!keeps)),
            (
                "TerminationProtected",
                json!(of("/Instances/TerminationProtected") == json!(true)),
            ),
            ("Applications", of("/Applications")),
            ("Tags", of("/Tags")),
            ("ServiceRole", of("/ServiceRole")),
            ("AutoScalingRole", of("/AutoScalingRole")),
            ("CustomAmiId", of("/CustomAmiId")),
            ("RepoUpgradeOnBoot", of("/RepoUpgradeOnBoot")),
            ("MonitoringConfiguration", of("/MonitoringConfiguration")),
            ("Configurations", of("/Configurations")),
            (
                "SecurityConfiguration",
                if of("/SecurityConfiguration").is_null() {
                    Value::Null
                } else {
                    json!(NAME)
                },
            ),
            ("KerberosAttributes", kerberos.unwrap_or_default()),
        ])
    }

    fn described_groups(&self) -> Value {
        let groups = self.groups().into_iter().enumerate().map(|(index, group)| {
            object([
                ("Id", json!(format!("ig-{index}"))),
                ("InstanceGroupType", at(&group, "/InstanceRole")),
                ("InstanceType", at(&group, "/InstanceType")),
                ("RequestedInstanceCount", at(&group, "/InstanceCount")),
                ("RunningInstanceCount", at(&group, "/InstanceCount")),
                ("Market", json!("ON_DEMAND")),
                ("Configurations", at(&group, "/Configurations")),
                ("CustomAmiId", at(&group, "/CustomAmiId")),
            ])
        });
        Value::Array(groups.collect())
    }

    fn described_actions(&self) -> Value {
        let actions = at(&self.request, "/BootstrapActions");
        let actions = actions.as_array().into_iter().flatten().map(|action| {
            object([
                ("Name", at(action, "/Name")),
                ("ScriptPath", at(action, "/ScriptBootstrapAction/Path")),
                ("Args", at(action, "/ScriptBootstrapAction/Args")),
            ])
        });
        Value::Array(actions.collect())
    }

    fn described_steps(&self) -> Value {
        let steps = at(&self.request, "/Steps");
        let steps = steps
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, step)| {
                object([
                    ("Id", json!(format!("s-{index}"))),
                    ("Name", at(step, "/Name")),
                    ("Config", at(step, "/HadoopJarStep")),
                    ("Status", json!({"State": "COMPLETED"})),
                ])
            });
        Value::Array(steps.collect())
    }
}

/// The value with a member of objects called otherwise, at every depth of lists of classifications.
fn renamed(value: &Value, from: &str, to: &str) -> Value {
    let Value::Array(list) = value else {
        return value.clone();
    };
    let rename = |classification: &Value| {
        let members = classification.as_object().unwrap().iter();
        let members: Map<String, Value> = members
            .map(|(key, value)| match key.as_str() {
                _ if key == from => (to.to_owned(), value.clone()),
                "Configurations" => (key.clone(), renamed(value, from, to)),
                _ => (key.clone(), value.clone()),
            })
            .collect();
        Value::Object(members)
    };
    Value::Array(list.iter().map(rename).collect())
}

/// A value as Python writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", json!(key), python(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// `Ec2SubnetId` as `ec2_subnet_id`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Keys as CDK has them, but for those that are the user's own.
fn cased(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(cased).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let own = ["ConfigurationProperties", "StepProperties"].contains(&key.as_str());
                let value = if own { value.clone() } else { cased(value) };
                (snake(key), value)
            });
            Value::Object(members.collect())
        }
        scalar => scalar.clone(),
    }
}

/// A value as YAML in block style.
pub fn yaml_of(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

/// YAML in block style, scalars as JSON writes them.
fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                *out += &format!("\n{indent}{}:", json!(key));
                block(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                *out += &format!("\n{indent}-");
                block(item, depth + 1, out);
            }
        }
        scalar => *out += &format!(" {scalar}"),
    }
}

/// Arguments that refer to another resource of the module, and how they do.
const REFERENCES: &[(&str, &str)] = &[
    (
        "security_configuration",
        "aws_emr_security_configuration.estate.name",
    ),
    ("cluster_id", "aws_emr_cluster.estate.id"),
];

/// Values as the arguments and blocks of a body.
fn arguments_of(values: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for (name, value) in values.as_object().unwrap() {
        let reference = REFERENCES.iter().find(|(argument, _)| argument == name);
        let blocks = value
            .as_array()
            .filter(|items| !items.is_empty() && items.iter().all(Value::is_object));
        match (reference, blocks) {
            _ if value.is_null() => {}
            (Some((_, reference)), _) => text.push_str(&format!("{indent}{name} = {reference}\n")),
            (None, Some(blocks)) => {
                for block in blocks {
                    text.push_str(&format!("{indent}{name} {{\n"));
                    arguments_of(block, depth + 1, text);
                    text.push_str(&format!("{indent}}}\n"));
                }
            }
            (None, None) => {
                let document = value.as_str().filter(|_| name == "configuration");
                let document = document.and_then(|text| serde_json::from_str(text).ok());
                let said = match document {
                    Some(document) => format!("jsonencode({})", escaped(&document)),
                    None => escaped(value).to_string(),
                };
                text.push_str(&format!("{indent}{name} = {said}\n"));
            }
        }
    }
}

/// Texts that hold what a template would take for its own, written so that it does not.
fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace("${", "$${").replace("%{", "%%{")),
        Value::Array(items) => items.iter().map(escaped).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(key, value)| (key.clone(), escaped(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}
