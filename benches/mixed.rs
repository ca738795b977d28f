//! A repository of everything: what is judged, in every form, among what is not.

use crate::corpus::{Numbers, cluster, write_templates};
use crate::terraform::{write_modules, write_plans};
use serde_json::json;
use std::fs;
use std::io;
use std::path::Path;

const TEMPLATES: u64 = 2500;
const MODULES: u64 = 1000; // of three files each
const PLANS: u64 = 200;
const REQUESTS: u64 = 1500;
const NOISE: u64 = 2800;
/// How many files there are in all.
pub(crate) const FILES: u64 = TEMPLATES + 3 * MODULES + PLANS + REQUESTS + NOISE;

/// Writes the repository, and gives its size in bytes.
pub(crate) fn write(folder: &Path) -> io::Result<u64> {
    let mut bytes = write_templates(&folder.join("templates"), TEMPLATES)?;
    bytes += write_modules(&folder.join("modules"), MODULES)?;
    bytes += write_plans(&folder.join("plans"), PLANS)?;
    bytes += write_requests(&folder.join("requests"), REQUESTS)?;
    bytes += write_noise(&folder.join("rest"), NOISE)?;
    Ok(bytes)
}

/// Requests for clusters: what `RunJobFlow` takes.
fn write_requests(folder: &Path, count: u64) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut numbers = Numbers::new(0x4e90_e575);
    let mut bytes = 0;
    for number in 0..count {
        let mut request = cluster(number, numbers.below(1 << 48))["Properties"].take();
        request["SecurityConfiguration"] = json!(format!("pipeline-{number:04}"));
        request["KerberosAttributes"]["KdcAdminPassword"] = json!("{{resolve:secretsmanager:kdc}}");
        let instances = &mut request["Instances"];
        for name in [
            "EmrManagedMasterSecurityGroup",
            "EmrManagedSlaveSecurityGroup",
            "ServiceAccessSecurityGroup",
        ] {
            instances[name] = json!("sg-0a1b2c3d4e5f60718");
        }
        instances["InstanceGroups"] = json!([
            { "InstanceRole": "MASTER", "InstanceCount": 1, "InstanceType": "m6g.xlarge" },
            { "InstanceRole": "CORE", "InstanceCount": 4, "InstanceType": "r6g.2xlarge" },
        ]);
        if let Some(members) = instances.as_object_mut() {
            members.retain(|name, _| {
                !["MasterInstanceGroup", "CoreInstanceGroup"].contains(&name.as_str())
            });
        }
        let text = serde_json::to_string_pretty(&request)?;
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{number:04}.json")), text)?;
    }
    Ok(bytes)
}

/// Files that say nothing of what is judged: prose, programs, deployments, other Terraform, images.
fn write_noise(folder: &Path, count: u64) -> io::Result<u64> {
    fs::create_dir_all(folder)?;
    let mut bytes = 0;
    for number in 0..count {
        let (extension, text) = match number % 7 {
            0 => (
                "md",
                format!("# Notes {number}\n\nHow the pipeline is run, and by whom.\n").repeat(40),
            ),
            1 => (
                "py",
                format!(
                    "def transform_{number}(rows):\n    return [row for row in rows if row]\n\n\n"
                )
                .repeat(30),
            ),
            2 => (
                "json",
                json!({ "name": format!("site-{number}"), "scripts": { "build": "tsc" },
                "dependencies": { "left-pad": "1.3.0" }, "keywords": vec!["report"; 60] })
                .to_string(),
            ),
            3 => (
                "yaml",
                format!(
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\nspec:\n  replicas: 3\n  template:\n    \
                 spec:\n      containers:\n        - name: web\n          image: example.com/web:{number}\n"
                ),
            ),
            4 => (
                "tf",
                format!(
                    "resource \"aws_sqs_queue\" \"queue_{number}\" {{\n  name                      = \"queue-{number}\"\n  \
                 message_retention_seconds = 86400\n}}\n"
                ),
            ),
            5 => ("txt", format!("{number},ready,2026-11-22\n").repeat(80)),
            _ => (
                "png",
                format!("\u{89}PNG\r\n\u{1a}\n\0\0\0{number}\0\u{1}").repeat(50),
            ),
        };
        bytes += text.len() as u64;
        // Some in one folder, as a repository has them.
        let place = folder.join(format!("{:03}", number / 20));
        fs::create_dir_all(&place)?;
        fs::write(place.join(format!("{number:04}.{extension}")), text)?;
    }
    Ok(bytes)
}
