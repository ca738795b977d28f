//! Calls as HTTP requests, and answers as the members that the API documents.
//!
//! Answers in JSON stay as they are. Those in XML get the names and types of the API's own models, by a table that a
//! test compares with botocore's, so that records look alike whatever the service speaks.

mod hosts;
mod xml;

use super::call::{Call, Failure, Outcome};
use super::operation::{GET_BUCKET_LOCATION, Service};
use super::retry::NO_ANSWER;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// A request that is not signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Scheme, host, path and query.
    pub url: String,
    /// Headers besides those of the signature.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
    /// The name that the signature gives the service.
    pub signing_name: &'static str,
    /// The region that the signature names.
    pub signing_region: String,
}

/// Where services answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Region.
    pub region: String,
    /// Twelve digits; empty before they are known.
    pub account: String,
    /// One URL for all services instead of AWS's, such as that of an emulator.
    pub endpoint: Option<String>,
    /// Whether hosts with validated cryptography (FIPS 140) are wanted.
    pub fips: bool,
    /// Whether hosts that answer on IPv6, too, are wanted.
    pub dual_stack: bool,
}

const fn signing_name(service: Service) -> &'static str {
    match service {
        Service::Emr => "elasticmapreduce",
        Service::Serverless => "emr-serverless",
        Service::Containers => "emr-containers",
        Service::Ec2 => "ec2",
        Service::Kms => "kms",
        Service::Iam => "iam",
        Service::Sts => "sts",
        Service::S3 | Service::S3Control => "s3",
        Service::LakeFormation => "lakeformation",
        Service::Glue => "glue",
        Service::Organizations => "organizations",
        Service::ServiceQuotas => "servicequotas",
    }
}

/// What stands before the operation's name in the header of JSON requests.
const fn target(service: Service) -> &'static str {
    match service {
        Service::Emr => "ElasticMapReduce.",
        Service::Kms => "TrentService.",
        Service::Glue => "AWSGlue.",
        Service::Organizations => "AWSOrganizationsV20161128.",
        Service::ServiceQuotas => "ServiceQuotasV20190624.",
        Service::Serverless
        | Service::Containers
        | Service::Ec2
        | Service::Iam
        | Service::Sts
        | Service::S3
        | Service::S3Control
        | Service::LakeFormation => "",
    }
}

/// The version of an API that speaks in forms.
const fn version(service: Service) -> &'static str {
    match service {
        Service::Ec2 => "2016-11-15",
        Service::Iam => "2010-05-08",
        Service::Sts => "2011-06-15",
        Service::Emr
        | Service::Serverless
        | Service::Containers
        | Service::Kms
        | Service::Glue
        | Service::S3
        | Service::S3Control
        | Service::LakeFormation
        | Service::Organizations
        | Service::ServiceQuotas => "",
    }
}

/// A call as a request.
pub fn request(call: &Call, place: &Place) -> Request {
    let service = call.operation.service;
    let region = call.region.as_deref().unwrap_or(&place.region);
    let name = signing_name(service);
    let (host, signing_region) = hosts::host(service, region, place);
    let origin = match &place.endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => format!("https://{host}"),
    };
    let mut request = Request {
        method: "POST",
        url: format!("{origin}{}", call.operation.path),
        headers: Vec::new(),
        body: String::new(),
        signing_name: name,
        signing_region,
    };
    fill(&mut request, call, place);
    request
}

/// Puts the members of a call where its service looks for them.
fn fill(request: &mut Request, call: &Call, place: &Place) {
    let service = call.operation.service;
    let body = || Value::Object(call.input.clone()).to_string();
    match service {
        Service::Emr
        | Service::Kms
        | Service::Glue
        | Service::Organizations
        | Service::ServiceQuotas => {
            let target = format!("{}{}", target(service), call.operation.name);
            request.headers.push(("x-amz-target", target));
            request
                .headers
                .push(("content-type", "application/x-amz-json-1.1".to_owned()));
            request.body = body();
        }
        Service::LakeFormation => {
            request
                .headers
                .push(("content-type", "application/json".to_owned()));
            request.body = body();
        }
        Service::Serverless | Service::Containers => {
            request.method = "GET";
            path_and_query(&mut request.url, &call.input);
        }
        Service::Ec2 | Service::Iam | Service::Sts => {
            let form = "application/x-www-form-urlencoded; charset=utf-8";
            request.headers.push(("content-type", form.to_owned()));
            request.body = format!(
                "Action={}&Version={}",
                call.operation.name,
                version(service)
            );
            form_members(&mut request.body, "", &call.input, service == Service::Ec2);
        }
        Service::S3 => {
            request.method = "GET";
            let bucket = call.input.get("Bucket").and_then(Value::as_str);
            let bucket = utf8_percent_encode(bucket.unwrap_or_default(), PLAIN).to_string();
            request.url = request.url.replacen("{}", &bucket, 1);
            // Whose the bucket is: of another account, the answer is a refusal. The other calls may well be about one.
            if call.operation == &GET_BUCKET_LOCATION && !place.account.is_empty() {
                let owner = ("x-amz-expected-bucket-owner", place.account.clone());
                request.headers.push(owner);
            }
        }
        Service::S3Control => {
            request.method = "GET";
            request
                .headers
                .push(("x-amz-account-id", place.account.clone()));
        }
    }
}

/// Puts members where the path names them, and the others behind it: a list as often as it has items.
fn path_and_query(url: &mut String, members: &Map<String, Value>) {
    let mut query = String::new();
    for (name, value) in members {
        let place = format!("{{{name}}}");
        let items = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            let text = item
                .as_str()
                .map_or_else(|| item.to_string(), str::to_owned);
            let text = utf8_percent_encode(&text, PLAIN).to_string();
            if url.contains(&place) {
                *url = url.replacen(&place, &text, 1);
            } else {
                let before = if query.is_empty() { '?' } else { '&' };
                // Writing to a string does not fail.
                let _ = write!(query, "{before}{name}={text}");
            }
        }
    }
    url.push_str(&query);
}

/// What needs no escape in a form or a path (RFC 3986, section 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Members of a request as a form: lists are numbered, EC2's without a word for the item, and its lists in the singular.
fn form_members(form: &mut String, prefix: &str, members: &Map<String, Value>, ec2: bool) {
    for (name, value) in members {
        let name = match (ec2, name.as_str()) {
            (true, "Filters") => "Filter",
            (true, "Values") => "Value",
            (_, name) => name,
        };
        let key = format!("{prefix}{name}");
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let word = if ec2 { "" } else { ".member" };
                    let key = format!("{key}{word}.{}", at + 1);
                    if let Value::Object(members) = item {
                        form_members(form, &format!("{key}."), members, ec2);
                    } else {
                        form_value(form, &key, item);
                    }
                }
            }
            Value::Object(members) => form_members(form, &format!("{key}."), members, ec2),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                form_value(form, &key, value);
            }
        }
    }
}

fn form_value(form: &mut String, key: &str, value: &Value) {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let text = utf8_percent_encode(&text, PLAIN);
    // Writing to a string does not fail.
    let _ = write!(form, "&{key}={text}");
}

/// An answer as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `x-amzn-errortype`, where services with paths tell an error's name.
    pub error_type: Option<String>,
    /// The header `x-amz-bucket-region`.
    pub bucket_region: Option<String>,
    /// The body.
    pub body: String,
}

/// What an answer says.
pub fn outcome(call: &Call, answer: &Answer) -> Outcome {
    let service = call.operation.service;
    let speaks_json = matches!(
        service,
        Service::Emr
            | Service::Serverless
            | Service::Containers
            | Service::Kms
            | Service::Glue
            | Service::LakeFormation
            | Service::Organizations
            | Service::ServiceQuotas
    );
    if !(200..300).contains(&answer.status) {
        return Err(failure(speaks_json, answer, call));
    }
    // The one answer of S3 that is what it is about.
    if call.operation.action == "s3:GetBucketPolicy" {
        return members(json!({"Policy": answer.body}));
    }
    if !speaks_json {
        return xml::answer(call.operation, &answer.body).map_err(|why| unreadable(&why));
    }
    match serde_json::from_str(&answer.body) {
        Ok(value) => members(value),
        Err(error) => Err(unreadable(&error.to_string())),
    }
}

fn members(value: Value) -> Outcome {
    if let Value::Object(members) = value {
        Ok(members)
    } else {
        Err(unreadable("it is no object"))
    }
}

/// An answer that broke off is asked for again.
fn unreadable(why: &str) -> Failure {
    Failure {
        message: format!("the answer cannot be read: {why}"),
        ..Failure::of(NO_ANSWER, "")
    }
}

fn failure(speaks_json: bool, answer: &Answer, call: &Call) -> Failure {
    let (mut code, mut message) = (String::new(), String::new());
    if speaks_json {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let part = |names: &[&str]| {
            let found = names.iter().find_map(|name| body.get(name)?.as_str());
            found.unwrap_or_default().to_owned()
        };
        code = part(&["__type", "code"]);
        message = part(&["message", "Message", "errorMessage"]);
    } else if let Some((found, text)) = xml::error(&answer.body) {
        (code, message) = (found, text);
    }
    if code.is_empty() {
        code = answer.error_type.clone().unwrap_or_default();
    }
    // `com.amazonaws.emr#ThrottlingException`, `ThrottlingException:http://…`.
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let moved = matches!(answer.status, 301 | 307) || code == "PermanentRedirect";
    let region = answer.bucket_region.clone();
    let asked = call.region.clone();
    Failure {
        code: if code.is_empty() {
            answer.status.to_string()
        } else {
            code.to_owned()
        },
        message,
        status: Some(answer.status),
        moved_to: region.filter(|region| moved && asked.as_deref() != Some(region)),
    }
}

#[cfg(test)]
mod tests;
