//! The double behind a real HTTP server on loopback, in the protocols of AWS.

use super::estate::{Estate, Refusal};
use super::xml;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// What happens to some answers on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    #[default]
    Well,
    /// Every twentieth answer breaks off or does not come.
    Rarely,
    /// Every seventh answer breaks off, every eleventh connection is closed without one, every thirteenth answer is a
    /// gateway's page.
    Badly,
}

/// A running double. Its threads end with the process.
#[derive(Debug)]
pub struct Server {
    pub url: String,
    pub estate: Arc<Mutex<Estate>>,
    /// The region that each signature named, with the call.
    pub signed: Arc<Mutex<Vec<(String, String)>>>,
    /// Every answer in full: service, operation, body.
    pub said: Arc<Mutex<Vec<(String, String, String)>>>,
}

struct Asked {
    service: &'static str,
    operation: String,
    input: Value,
}

impl Server {
    pub fn over(estate: Estate, network: Network) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self {
            url,
            estate: Arc::new(Mutex::new(estate)),
            signed: Arc::default(),
            said: Arc::default(),
        };
        let (estate, signed, said) = (
            Arc::clone(&server.estate),
            Arc::clone(&server.signed),
            Arc::clone(&server.said),
        );
        let start = Instant::now();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (estate, signed, said) =
                    (Arc::clone(&estate), Arc::clone(&signed), Arc::clone(&said));
                std::thread::spawn(move || serve(stream, network, start, &estate, &signed, &said));
            }
        });
        server
    }

    /// The calls so far, by action.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for call in &self.estate.lock().unwrap().calls {
            *calls.entry(call.clone()).or_default() += 1;
        }
        calls
    }
}

fn serve(
    stream: TcpStream,
    network: Network,
    start: Instant,
    estate: &Mutex<Estate>,
    signed: &Mutex<Vec<(String, String)>>,
    said: &Mutex<Vec<(String, String, String)>>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((line, headers, body)) = request(&mut reader) {
        let authorization = &headers["authorization"];
        let scope = authorization.split("Credential=").nth(1).unwrap();
        let key = scope.split('/').next().unwrap();
        let from = key.strip_prefix("ASIA").unwrap_or(super::estate::ACCOUNT);
        let asked = asked(&line, &headers, &body, from);
        let region = scope.split('/').nth(2).unwrap().to_owned();
        let call = format!("{}:{}", asked.service, asked.operation);
        signed.lock().unwrap().push((region.clone(), call));
        let mut estate = estate.lock().unwrap();
        let answer = match estate.refused_regions.get(&region) {
            Some(refusal) => Err(refusal.clone()),
            None => estate.answer(
                asked.service,
                &asked.operation,
                &asked.input,
                start.elapsed(),
            ),
        };
        let count = estate.calls.len();
        drop(estate);
        if matches!(&answer, Err(refusal) if refusal.status == crate::lake_double::NO_ANSWER) {
            return;
        }
        let (status, kind, text) = rendered(&asked, answer);
        if status == 200 {
            let heard = (
                asked.service.to_owned(),
                asked.operation.clone(),
                text.clone(),
            );
            said.lock().unwrap().push(heard);
        }
        if network == Network::Rarely && count.is_multiple_of(20) {
            if count.is_multiple_of(40) {
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{");
            return;
        }
        let bad = network == Network::Badly;
        if bad && count.is_multiple_of(11) {
            return;
        }
        let (status, text) = if bad && count.is_multiple_of(13) {
            (502, "<html><body>Bad Gateway</body></html>".to_owned())
        } else {
            (status, text)
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        if bad && count.is_multiple_of(7) {
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&text.as_bytes()[..text.len() / 2]);
            return;
        }
        if stream.write_all(head.as_bytes()).is_err() || stream.write_all(text.as_bytes()).is_err()
        {
            return;
        }
    }
}

/// A request: its line, its headers, its body.
fn request(reader: &mut impl BufRead) -> Option<(String, BTreeMap<String, String>, String)> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((line, headers, String::from_utf8(body).unwrap()))
}

/// Which call a request is.
fn asked(line: &str, headers: &BTreeMap<String, String>, body: &str, from: &str) -> Asked {
    let path = line.split(' ').nth(1).unwrap();
    let service = |service, operation: &str, input| Asked {
        service,
        operation: operation.to_owned(),
        input,
    };
    if let Some(target) = headers.get("x-amz-target") {
        let (prefix, operation) = target.split_once('.').unwrap();
        let name = match prefix {
            "ElasticMapReduce" => "elasticmapreduce",
            "TrentService" => "kms",
            "AWSGlue" => "glue",
            "AWSOrganizationsV20161128" => "organizations",
            "ServiceQuotasV20190624" => "servicequotas",
            other => panic!("{other} is not doubled"),
        };
        return service(name, operation, serde_json::from_str(body).unwrap());
    }
    if line.starts_with("GET ") {
        if let Some(asked) = asked_elsewhere(path) {
            return asked;
        }
        if path.starts_with("/v20180820/") {
            assert_eq!(headers["x-amz-account-id"], from);
            return service("s3", "GetAccountPublicAccessBlock", json!({}));
        }
        let (bucket, what) = path[1..].split_once('?').unwrap();
        let operation = match what.trim_end_matches('=') {
            "location" => "GetBucketLocation",
            "policy" => "GetBucketPolicy",
            "policyStatus" => "GetBucketPolicyStatus",
            "encryption" => "GetBucketEncryption",
            "versioning" => "GetBucketVersioning",
            "publicAccessBlock" => "GetPublicAccessBlock",
            other => panic!("{other} is not doubled"),
        };
        let owner = headers.get("x-amz-expected-bucket-owner");
        let input = json!({"Bucket": bucket, "ExpectedBucketOwner": owner});
        return service("s3", operation, input);
    }
    if path != "/" {
        return service(
            "lakeformation",
            &path[1..],
            serde_json::from_str(body).unwrap(),
        );
    }
    let form: BTreeMap<&str, &str> = body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let name = match form["Version"] {
        "2016-11-15" => "ec2",
        "2010-05-08" => "iam",
        "2011-06-15" => "sts",
        other => panic!("version {other} is not doubled"),
    };
    let input = json!({"NextToken": form.get("NextToken"), "Marker": form.get("Marker"), "Filters": body,
        "RoleArn": form.get("RoleArn"), "ExternalId": form.get("ExternalId"), "asker": from});
    service(name, form["Action"], input)
}

/// A call of EMR Serverless or of EMR on EKS: a path, and members behind it.
fn asked_elsewhere(path: &str) -> Option<Asked> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (what, id) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let (service, operation, member) = match (what, id.is_empty()) {
        ("applications", true) => ("emr-serverless", "ListApplications", ""),
        ("applications", false) => ("emr-serverless", "GetApplication", "applicationId"),
        ("virtualclusters", true) => ("emr-containers", "ListVirtualClusters", ""),
        ("securityconfigurations", false) => {
            ("emr-containers", "DescribeSecurityConfiguration", "id")
        }
        _ => return None,
    };
    let mut input = json!({});
    if !member.is_empty() {
        input[member] = json!(id);
    }
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match (name, &mut input[name]) {
            ("states", Value::Array(items)) => items.push(json!(value)),
            ("states", other) => *other = json!([value]),
            (_, other) => *other = json!(value),
        }
    }
    let operation = operation.to_owned();
    Some(Asked {
        service,
        operation,
        input,
    })
}

/// Services that answer in JSON.
const IN_JSON: &[&str] = &[
    "elasticmapreduce",
    "emr-serverless",
    "emr-containers",
    "kms",
    "glue",
    "lakeformation",
    "organizations",
    "servicequotas",
];

/// An answer as its service writes it.
fn rendered(asked: &Asked, answer: Result<Value, Refusal>) -> (u16, &'static str, String) {
    let json = "application/x-amz-json-1.1";
    match (asked.service, answer) {
        (service, Ok(answer)) if IN_JSON.contains(&service) => (200, json, answer.to_string()),
        (service, Err(refusal)) if IN_JSON.contains(&service) => {
            let body = json!({"__type": refusal.code, "message": refusal.message});
            (refusal.status, json, body.to_string())
        }
        (_, Ok(answer)) if asked.operation == "GetBucketPolicy" => {
            (200, json, answer["Policy"].as_str().unwrap().to_owned())
        }
        (service, Ok(answer)) => (
            200,
            "text/xml",
            xml::answer(service, &asked.operation, &answer),
        ),
        (service, Err(refusal)) => (refusal.status, "text/xml", xml::error(service, &refusal)),
    }
}
