//! One call to AWS: credentials, signature, HTTP. Retries and pauses are decided elsewhere.

use super::one::jitter;
use crate::live::call::{Call, Failure, Outcome};
use crate::live::operation::{Service, is_offered};
use crate::live::retry::{self, NO_ADDRESS, NO_ANSWER, NO_CREDENTIALS};
use crate::live::wire::{self, Answer, Place, Request};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// No call that is made takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Credentials are renewed so long before they expire.
const MARGIN: Duration = Duration::from_mins(5);
/// The longest answer that is read.
const LONGEST: usize = 256 << 20;

/// The way to AWS.
#[derive(Debug)]
pub(super) struct Aws {
    config: SdkConfig,
    connector: Connector,
    credentials: Mutex<Option<Credentials>>,
    /// URLs that take the place of AWS's, by service.
    endpoints: BTreeMap<Service, String>,
    /// The same in one text.
    elsewhere: String,
    /// The role that is assumed, instead of the credentials that are at hand.
    role: Option<Role>,
}

/// A role, and from where it is assumed.
#[derive(Debug)]
struct Role {
    hub: Arc<Aws>,
    call: Call,
    region: String,
}

/// Names under which the SDKs keep the endpoint of a single service, such as `AWS_ENDPOINT_URL_EMR`.
const IDS: &[(Service, &str)] = &[
    (Service::Emr, "EMR"),
    (Service::Serverless, "EMR Serverless"),
    (Service::Containers, "EMR containers"),
    (Service::Ec2, "EC2"),
    (Service::Kms, "KMS"),
    (Service::Iam, "IAM"),
    (Service::Sts, "STS"),
    (Service::S3, "S3"),
    (Service::S3Control, "S3 Control"),
    (Service::LakeFormation, "LakeFormation"),
    (Service::Glue, "Glue"),
    (Service::Organizations, "Organizations"),
    (Service::ServiceQuotas, "Service Quotas"),
];

impl Aws {
    /// Reads the configuration where AWS's own tools read it.
    pub(super) async fn new(endpoint: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        let mut endpoints = BTreeMap::new();
        for (service, id) in IDS {
            let own = config.service_config().and_then(|config| {
                let key = aws_types::service_config::ServiceConfigKey::builder()
                    .service_id(id)
                    .env("AWS_ENDPOINT_URL")
                    .profile("endpoint_url")
                    .build()
                    .ok()?;
                config.load_config(key)
            });
            // What is said on the command line is said last.
            let chosen = endpoint
                .map(str::to_owned)
                .or(own)
                .or_else(|| config.endpoint_url().map(str::to_owned));
            if let Some(url) = chosen {
                endpoints.insert(*service, url);
            }
        }
        Self::with(config, endpoints)
    }

    fn with(config: SdkConfig, endpoints: BTreeMap<Service, String>) -> Self {
        let tls = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let urls: Vec<&str> = endpoints.values().map(String::as_str).collect();
        Self {
            elsewhere: urls.join(" "),
            role: None,
            config,
            connector: Connector::builder().tls_provider(tls).build(),
            credentials: Mutex::new(None),
            endpoints,
        }
    }

    /// The way to AWS in the role of another account. It is assumed with the credentials of this one, and again before
    /// it expires.
    pub(super) fn assuming(self: &Arc<Self>, role: Call, region: &str) -> Self {
        let role = Role {
            hub: Arc::clone(self),
            call: role,
            region: region.to_owned(),
        };
        Self {
            role: Some(role),
            ..Self::with(self.config.clone(), self.endpoints.clone())
        }
    }

    /// The URLs that take the place of AWS's; empty for AWS itself.
    pub(super) fn elsewhere(&self) -> &str {
        &self.elsewhere
    }

    /// The region that AWS's own tools would use.
    pub(super) fn region(&self) -> Option<String> {
        self.config.region().map(Region::to_string)
    }

    /// Credentials that are good for a while.
    pub(super) async fn credentials(&self) -> Result<Credentials, Failure> {
        let mut kept = self.credentials.lock().await;
        let fresh = |one: &Credentials| one.expiry().is_none_or(|end| end > now() + MARGIN);
        if let Some(credentials) = kept.as_ref().filter(|one| fresh(one)) {
            return Ok(credentials.clone());
        }
        let missing = |why: String| Failure::of(NO_CREDENTIALS, why);
        let credentials = if let Some(role) = &self.role {
            // A hub may have a role of its own, as deep as a chain is long.
            let answer = Box::pin(patiently(&role.hub, &role.call, &role.region)).await?;
            assumed(&answer).ok_or_else(|| missing("the answer holds none".to_owned()))?
        } else {
            let source = self.config.credentials_provider();
            let none = || missing("no provider of credentials is configured".to_owned());
            let provided = source.ok_or_else(none)?.provide_credentials().await;
            provided.map_err(|error| {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                missing(
                    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
                )
            })?
        };
        *kept = Some(credentials.clone());
        Ok(credentials)
    }

    /// Makes one call, once.
    pub(super) async fn call(&self, call: &Call, region: &str, account: &str) -> Outcome {
        let place = Place {
            region: region.to_owned(),
            account: account.to_owned(),
            endpoint: self.endpoints.get(&call.operation.service).cloned(),
            fips: self.config.use_fips().unwrap_or_default(),
            dual_stack: self.config.use_dual_stack().unwrap_or_default(),
        };
        let request = wire::request(call, &place);
        let credentials = self.credentials().await?;
        let signed = signed(&request, credentials)
            .map_err(|why| Failure::of("NotSent", format!("cannot sign the request: {why}")))?;
        let lost = |why: String| Failure::of(NO_ANSWER, why);
        let unreached = |why: String| unreached(call.operation.service, region, why);
        let answered = tokio::time::timeout(PATIENCE, async {
            let sent = self.connector.call(signed).await;
            let response = sent.map_err(|error| unreached(format!("{error:?}")))?;
            read(response).await.map_err(lost)
        });
        match answered.await {
            Ok(answer) => wire::outcome(call, &answer?),
            Err(_) => Err(lost("no answer within 30 s".to_owned())),
        }
    }
}

/// Why a service could not be reached. Where it is not offered, that its name leads nowhere is an answer.
fn unreached(service: Service, region: &str, why: String) -> Failure {
    if !is_offered(service, region) && retry::leads_nowhere(&why) {
        return Failure::of(NO_ADDRESS, "the name of the service's host leads nowhere");
    }
    Failure::of(NO_ANSWER, why)
}

/// Makes a call as often as it is worth it.
pub(super) async fn patiently(aws: &Aws, call: &Call, region: &str) -> Outcome {
    let mut made = 0;
    loop {
        made += 1;
        let outcome = aws.call(call, region, "").await;
        let Err(failure) = &outcome else {
            return outcome;
        };
        let Some(wait) = retry::wait(retry::class(failure), made, jitter()) else {
            return outcome;
        };
        tokio::time::sleep(wait).await;
    }
}

/// The credentials in the answer of `AssumeRole`.
fn assumed(answer: &Map<String, Value>) -> Option<Credentials> {
    let credentials = answer.get("Credentials")?;
    let text = |member: &str| credentials.get(member).and_then(Value::as_str);
    let end: jiff::Timestamp = text("Expiration")?.parse().ok()?;
    Some(Credentials::new(
        text("AccessKeyId")?,
        text("SecretAccessKey")?,
        Some(text("SessionToken")?.to_owned()),
        Some(end.into()),
        "role",
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "signatures carry the time at which they are made"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

fn signed(request: &Request, credentials: Credentials) -> Result<HttpRequest, String> {
    let mut settings = SigningSettings::default();
    if request.signing_name == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&request.signing_region)
        .name(request.signing_name)
        .time(now())
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let body = SignableBody::Bytes(request.body.as_bytes());
    let signable = SignableRequest::new(request.method, request.url.as_str(), headers, body)
        .map_err(|error| error.to_string())?;
    let (instructions, _) = sign(signable, &parameters)
        .map_err(|error| error.to_string())?
        .into_parts();
    let mut builder = http::Request::builder()
        .method(request.method)
        .uri(&request.url)
        .header(
            "user-agent",
            concat!("emr-baseline/", env!("CARGO_PKG_VERSION")),
        );
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let mut whole = builder
        .body(SdkBody::from(request.body.clone()))
        .map_err(|error| error.to_string())?;
    instructions.apply_to_request_http1x(&mut whole);
    HttpRequest::try_from(whole).map_err(|error| error.to_string())
}

async fn read(response: HttpResponse) -> Result<Answer, String> {
    let header = |name: &'static str| response.headers().get(name).map(str::to_owned);
    let status = response.status().as_u16();
    let error_type = header("x-amzn-errortype");
    let bucket_region = header("x-amz-bucket-region");
    let length = header("content-length").and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > LONGEST) {
        return Err("the answer is longer than 256 MiB".to_owned());
    }
    let body = ByteStream::new(response.into_body()).collect().await;
    let body = body.map_err(|error| error.to_string())?.into_bytes();
    let body = String::from_utf8(body.to_vec()).map_err(|error| error.to_string())?;
    Ok(Answer {
        status,
        error_type,
        bucket_region,
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::retry::{Class, class};

    #[test]
    fn a_name_that_leads_nowhere_is_asked_again_where_the_service_is_offered() {
        let of = |service, region| {
            let why = "failed to lookup: Name or service not known";
            class(&unreached(service, region, why.to_owned()))
        };
        assert_eq!(of(Service::Containers, "us-east-1"), Class::Transient);
        assert_eq!(of(Service::Serverless, "us-east-1"), Class::Transient);
        assert_eq!(of(Service::Emr, "us-east-1"), Class::Transient);
        assert_eq!(of(Service::Containers, "ca-west-1"), Class::Final);
        assert_eq!(of(Service::Serverless, "ca-west-1"), Class::Transient);
        let later = "failed to lookup: Temporary failure in name resolution".to_owned();
        let later = unreached(Service::Containers, "ca-west-1", later);
        assert_eq!(class(&later), Class::Transient);
    }
}
