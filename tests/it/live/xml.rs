//! The double's answers in XML. What it writes is read back by botocore in a test of its own.

use super::estate::Refusal;
use serde_json::Value;

/// EC2's elements that are not their member's name in lower case.
const EC2: &[(&str, &str)] = &[
    ("Reservations", "reservationSet"),
    ("Instances", "instancesSet"),
    ("SecurityGroups", "groupSet"),
    ("Groups", "groupSet"),
    ("NetworkInterfaces", "networkInterfaceSet"),
    ("Ipv6Addresses", "ipv6AddressesSet"),
    ("UserIdGroupPairs", "groups"),
    ("GroupDescription", "groupDescription"),
    ("Tags", "tagSet"),
    ("Subnets", "subnetSet"),
    ("RouteTables", "routeTableSet"),
    ("Associations", "associationSet"),
    ("Routes", "routeSet"),
    ("BlockDeviceMappings", "blockDeviceMapping"),
    ("Volumes", "volumeSet"),
    ("Attachments", "attachmentSet"),
    ("VpcEndpoints", "vpcEndpointSet"),
    ("RouteTableIds", "routeTableIdSet"),
    ("SubnetIds", "subnetIdSet"),
];

pub fn answer(service: &str, operation: &str, answer: &Value) -> String {
    let members = answer.as_object().unwrap();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    if service == "s3" {
        if operation == "GetBucketVersioning" {
            element(
                &mut text,
                service,
                operation,
                "VersioningConfiguration",
                answer,
            );
            return text;
        }
        let (name, value) = members.iter().next().unwrap();
        element(&mut text, service, operation, name, value);
        return text;
    }
    let result = if service == "ec2" {
        String::new()
    } else {
        format!("{operation}Result")
    };
    text.push_str(&format!(
        "<{operation}Response xmlns=\"http://{service}.amazonaws.com/doc/\">"
    ));
    if !result.is_empty() {
        text.push_str(&format!("<{result}>"));
    }
    for (name, value) in members {
        element(&mut text, service, operation, name, value);
    }
    if result.is_empty() {
        text.push_str("<requestId>r</requestId>");
    } else {
        text.push_str(&format!(
            "</{result}><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        ));
    }
    text.push_str(&format!("</{operation}Response>"));
    text
}

fn element(text: &mut String, service: &str, operation: &str, name: &str, value: &Value) {
    let tag = tag(service, operation, name, value);
    // Repeated elements instead of a list of its own.
    if service == "s3"
        && let Value::Array(items) = value
    {
        let single = name.trim_end_matches('s');
        for item in items {
            element(text, service, operation, single, item);
        }
        return;
    }
    text.push_str(&format!("<{tag}>"));
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                element(text, service, operation, name, value);
            }
        }
        Value::Array(items) => {
            let item_tag = if service == "ec2" { "item" } else { "member" };
            for item in items {
                text.push_str(&format!("<{item_tag}>"));
                match item {
                    Value::Object(members) => {
                        for (name, value) in members {
                            element(text, service, operation, name, value);
                        }
                    }
                    other => text.push_str(&plain(other)),
                }
                text.push_str(&format!("</{item_tag}>"));
            }
        }
        other => text.push_str(&plain(other)),
    }
    text.push_str(&format!("</{tag}>"));
}

fn tag(service: &str, operation: &str, name: &str, value: &Value) -> String {
    if service != "ec2" {
        return name.to_owned();
    }
    if operation == "DescribeRegions" && name == "Regions" {
        return "regionInfo".to_owned();
    }
    if operation == "DescribeSecurityGroups" && name == "SecurityGroups" {
        return "securityGroupInfo".to_owned();
    }
    if operation == "DescribeVolumes" && name == "State" {
        return "status".to_owned();
    }
    let renamed = EC2
        .iter()
        .find(|(member, _)| *member == name && value.is_array());
    renamed.map_or_else(
        || format!("{}{}", name[..1].to_ascii_lowercase(), &name[1..]),
        |(_, tag)| (*tag).to_owned(),
    )
}

fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

pub fn error(service: &str, refusal: &Refusal) -> String {
    let (code, message) = (refusal.code, plain(&Value::from(refusal.message.as_str())));
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    match service {
        "ec2" => format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>"),
        "s3" => error,
        _ => format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"),
    }
}
