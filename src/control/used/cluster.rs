//! Features that stand on the cluster itself: its attributes, groups, applications and classifications.

use super::{Sighting, TRUST, Used};
use crate::aws::features::{BESIDE_RANGER, Feature};
use crate::control::features::InForce;
use crate::control::view::Effective;
use crate::observed::cluster::Attribute;
use crate::observed::groups::{Listed, Role};
use crate::observed::properties::{Property, Setting, properties};
use crate::observed::{Known, Node, Value};

/// The end of the class that reads whole tables.
const RESOLVER: &str = "AWSLakeFormationCredentialResolver";

impl<'t> Used<'_, '_, 't> {
    pub(super) fn on_cluster(&self, feature: Feature) -> Sighting<'t> {
        let cluster = self.seen.resource.cluster();
        let attributes = cluster.attribute(Attribute::KerberosAttributes);
        match feature {
            Feature::KerberosAttributes => Sighting {
                in_use: written(attributes),
                node: attributes,
            },
            Feature::SameRealm => self.same_realm(attributes.get("Realm")),
            Feature::ThreePrimaries => self.three_primaries(),
            Feature::AccessGrants => self.property(|site, name, value| {
                site == "emrfs-site" && name == "fs.s3.s3AccessGrants.enabled" && is_true(value)
            }),
            Feature::FullTableResolver => self.property(|site, name, value| {
                site == "spark-defaults"
                    && name == "spark.hadoop.fs.s3.credentialsResolverClass"
                    && value.contains(RESOLVER)
            }),
            Feature::TableFormats => self.property(|site, name, value| {
                let switch = ["iceberg.enabled", "delta.enabled", "hudi.enabled"].contains(&name);
                switch && is_true(value) || site.starts_with("hudi-")
            }),
            Feature::HiveMetastore => self.hive_metastore(),
            Feature::ForeignToRanger => self.foreign_to_ranger(),
            Feature::Tls
            | Feature::LocalDisk
            | Feature::ClientSide
            | Feature::Wal
            | Feature::InstanceMetadata
            | Feature::Kerberos
            | Feature::DedicatedKdc
            | Feature::ExternalKdc
            | Feature::Trust
            | Feature::Ldap
            | Feature::IdentityCenter
            | Feature::BackgroundSessions
            | Feature::Mappings
            | Feature::RuntimeRoles
            | Feature::LakeFormation
            | Feature::SamlLakeFormation
            | Feature::Ranger
            | Feature::EmrCertificates => self.in_document(feature),
        }
    }

    fn same_realm(&self, own: Node<'t>) -> Sighting<'t> {
        let Effective::Document(document) = self.seen.document else {
            return Sighting {
                in_use: InForce::No,
                node: own,
            };
        };
        let trusted = document.path(TRUST).get("Realm");
        let in_use = match (own.text(), trusted.text()) {
            (Known::Set(own), Known::Set(trusted)) if own == trusted => InForce::Yes,
            (Known::Unreadable(reason), _) | (_, Known::Unreadable(reason)) => {
                InForce::Unknown(reason.to_string())
            }
            _ => InForce::No,
        };
        Sighting { in_use, node: own }
    }

    /// Three primary nodes: a group or fleet of primaries of more than one.
    fn three_primaries(&self) -> Sighting<'t> {
        let groups = self.seen.resource.cluster().groups();
        let mut found = Sighting {
            in_use: InForce::No,
            node: self.seen.resource.body,
        };
        if let Some(gap) = groups.gaps.first() {
            found.in_use = InForce::Unknown(gap.reason.to_string());
            found.node = gap.node;
        }
        for group in &groups.items {
            if !matches!(group.role, Role::Primary | Role::Unknown) {
                continue;
            }
            let mut sum = 0;
            for size in &group.sizes {
                match size.number_leniently() {
                    Known::Set(number) => sum += number,
                    Known::Unreadable(reason) => {
                        found.in_use = InForce::Unknown(reason.to_string());
                        found.node = *size;
                    }
                    Known::Absent | Known::Mistyped => {}
                }
            }
            if sum > 1 && group.role == Role::Primary {
                return Sighting {
                    in_use: InForce::Yes,
                    node: group.node,
                };
            }
            if sum > 1 {
                found.in_use = InForce::Unknown("the role of a group is not known".to_owned());
                found.node = group.node;
            }
        }
        found
    }

    fn properties(&self) -> &Listed<'t, Property<'t>> {
        self.properties
            .get_or_init(|| properties(self.seen.resource))
    }

    /// Whether some property is as asked: by classification, name and value.
    fn property(&self, is: impl Fn(&str, &str, &str) -> bool) -> Sighting<'t> {
        let listed = self.properties();
        let mut found = Sighting {
            in_use: InForce::No,
            node: self.seen.resource.body,
        };
        if let Some(gap) = listed.gaps.first() {
            found.in_use = InForce::Unknown(gap.reason.to_string());
            found.node = gap.node;
        }
        for property in &listed.items {
            // What is not known could be anything that counts: `true`, or the resolver's class.
            let values = match &property.value {
                Setting::Text(text) => vec![text.as_str()],
                Setting::Masked | Setting::Unknown(_) | Setting::Odd => vec!["true", RESOLVER],
            };
            let about = property
                .classifications
                .iter()
                .any(|site| values.iter().any(|value| is(site, &property.name, value)));
            if !about {
                continue;
            }
            found.node = property.node;
            if matches!(property.value, Setting::Text(_)) {
                found.in_use = InForce::Yes;
                return found;
            }
            found.in_use =
                InForce::Unknown(format!("the value of `{}` is not known", property.name));
        }
        found
    }

    /// A metastore of the cluster's own: Hive without Glue's catalog.
    fn hive_metastore(&self) -> Sighting<'t> {
        let hive = self.applications(|name| {
            ["hive", "hcatalog"].contains(&name.to_ascii_lowercase().as_str())
        });
        let glue = self.property(|site, name, value| {
            ["hive-site", "spark-hive-site"].contains(&site)
                && name == "hive.metastore.client.factory.class"
                && (value.contains("AWSGlueDataCatalog") || value == "true")
        });
        let in_use = match glue.in_use {
            InForce::Yes => InForce::No,
            InForce::No => hive.in_use,
            InForce::Unknown(why) => hive.in_use.and(InForce::Unknown(why)),
        };
        Sighting {
            in_use,
            node: hive.node,
        }
    }

    fn foreign_to_ranger(&self) -> Sighting<'t> {
        self.applications(|name| {
            !BESIDE_RANGER
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(name))
        })
    }

    fn applications(&self, is: impl Fn(&str) -> bool) -> Sighting<'t> {
        let list = self
            .seen
            .resource
            .cluster()
            .attribute(Attribute::Applications);
        let mut found = Sighting {
            in_use: list
                .reason()
                .map_or(InForce::No, |reason| InForce::Unknown(reason.to_string())),
            node: list,
        };
        for item in list.items() {
            let name = item.get("Name");
            match name.text() {
                Known::Set(text) if is(text) => {
                    return Sighting {
                        in_use: InForce::Yes,
                        node: name,
                    };
                }
                Known::Unreadable(reason) => {
                    found.in_use = InForce::Unknown(reason.to_string());
                    found.node = name;
                }
                Known::Set(_) | Known::Absent | Known::Mistyped => {}
            }
        }
        found
    }
}

/// Whether Kerberos attributes are written: an empty object is what AWS answers when there are none.
fn written(attributes: Node<'_>) -> InForce {
    match attributes.value() {
        Value::Unreadable(reason) => InForce::Unknown(reason.to_string()),
        Value::Map if attributes.members().len() > 0 => InForce::Yes,
        Value::Map
        | Value::Absent
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template
        | Value::List => InForce::No,
    }
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}
