//! Whether a call that failed is made again, and when.

use super::call::Failure;
use std::time::Duration;

/// Attempts, the first included.
pub const ATTEMPTS: u32 = 8;
/// The first wait, and the longest.
const BASE: Duration = Duration::from_millis(250);
const CAP: Duration = Duration::from_secs(20);

/// What a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Too many calls: make fewer, and this one later.
    Throttled,
    /// Something broke on the way or in the service: once more may help.
    Transient,
    /// An answer: once more gives the same.
    Final,
}

/// Words for throttling.
/// Source: the standard retry mode of the AWS SDKs. EMR sends them with status 400 and models no shape for them.
/// `LimitExceededException` on a read is throttling; nothing is written here.
const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "BandwidthLimitExceeded",
    "ProvisionedThroughputExceededException",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "SlowDown",
];
const TRANSIENT: &[&str] = &[
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalServerException",
    "InternalServerError",
    "InternalFailure",
    "InternalError",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "KMSInternalException",
    "DependencyTimeoutException",
];

/// The code of a failure of the network, before any answer.
pub const NO_ANSWER: &str = "NoAnswer";

/// The code of calls whose host has no address: the name leads nowhere.
pub const NO_ADDRESS: &str = "NoAddress";

/// The code of calls that were not made for want of credentials.
pub const NO_CREDENTIALS: &str = "NoCredentials";

/// What resolvers say of a name that leads nowhere, and not of one that they could not look up just now.
/// Source: `gai_strerror` of glibc and musl for `EAI_NONAME` and `EAI_NODATA`, macOS, Windows (`WSAHOST_NOT_FOUND`).
const NOWHERE: &[&str] = &[
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
    "nodename nor servname provided, or not known",
    "No such host is known",
];

/// Whether a connection failed because the name of the host leads nowhere.
pub fn leads_nowhere(why: &str) -> bool {
    NOWHERE.iter().any(|words| why.contains(words))
}

/// What a failure is.
pub fn class(failure: &Failure) -> Class {
    let code = failure.code.as_str();
    if THROTTLED.contains(&code) || failure.status == Some(429) {
        Class::Throttled
    } else if TRANSIENT.contains(&code)
        || code == NO_ANSWER
        || failure.status.is_some_and(|status| status >= 500)
    {
        Class::Transient
    } else {
        Class::Final
    }
}

/// How long to wait before the next attempt, `None` when there is none. `made` attempts failed; `jitter` is a number
/// from 0 to 1 that nobody can foresee, so that callers who were throttled together do not come back together.
pub fn wait(class: Class, made: u32, jitter: f64) -> Option<Duration> {
    if class == Class::Final || made >= ATTEMPTS {
        return None;
    }
    let doubled = BASE.saturating_mul(1 << made.min(16));
    Some(doubled.min(CAP).mul_f64(jitter.clamp(0.0, 1.0)))
}

/// Who refused a call. IAM says it in the message: "with an explicit deny in a service control policy", "because no
/// identity-based policy allows the … action" (IAM User Guide, "Troubleshoot access denied error messages").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A permission is missing, or a policy of the account denies it.
    Permission,
    /// A service control policy of the organisation denies it: no policy of the account can help.
    ServiceControlPolicy,
    /// The region is not enabled, or the service is not there.
    Region,
}

/// Whether a failure is a refusal, and whose.
pub fn refused(failure: &Failure) -> Option<Refused> {
    let code = failure.code.as_str();
    if matches!(
        code,
        "OptInRequired" | "InvalidClientTokenId" | "UnrecognizedClientException"
    ) && failure.message.contains("token")
        || code == "OptInRequired"
    {
        return Some(Refused::Region);
    }
    let denied = code.contains("AccessDenied")
        || code.contains("UnauthorizedOperation")
        || code.contains("NotAuthorized")
        || code == "AuthorizationError";
    denied.then(|| {
        if failure.message.contains("service control policy") {
            Refused::ServiceControlPolicy
        } else {
            Refused::Permission
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: &str, status: u16) -> Failure {
        Failure {
            status: Some(status),
            ..Failure::of(code, "")
        }
    }

    #[test]
    fn emr_throttles_with_status_400_and_that_is_tried_again() {
        assert_eq!(
            class(&failure("ThrottlingException", 400)),
            Class::Throttled
        );
        assert_eq!(class(&failure("ValidationException", 400)), Class::Final);
        assert_eq!(class(&failure("AccessDeniedException", 400)), Class::Final);
        assert_eq!(class(&failure("", 503)), Class::Transient);
        assert_eq!(class(&Failure::of(NO_ANSWER, "reset")), Class::Transient);
    }

    #[test]
    fn waits_double_up_to_twenty_seconds_and_end_after_eight_attempts() {
        let waits: Vec<Option<u128>> = (1..=8)
            .map(|made| wait(Class::Throttled, made, 1.0).map(|wait| wait.as_millis()))
            .collect();
        let expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000].map(Some);
        assert_eq!(waits[..7], expected);
        assert_eq!(waits[7], None);
        assert_eq!(wait(Class::Throttled, 3, 0.0), Some(Duration::ZERO));
        assert_eq!(wait(Class::Final, 1, 1.0), None);
    }

    #[test]
    fn a_name_that_leads_nowhere_is_told_from_one_that_cannot_be_looked_up_now() {
        let says = |why: &str| format!("ConnectError(\"dns error\", failed to lookup: {why})");
        assert!(leads_nowhere(&says("Name or service not known")));
        assert!(!leads_nowhere(&says(
            "Temporary failure in name resolution"
        )));
        assert_eq!(class(&Failure::of(NO_ADDRESS, "x")), Class::Final);
    }

    #[test]
    fn a_service_control_policy_is_told_from_a_missing_permission() {
        let says = |message: &str| Failure::of("AccessDeniedException", message);
        let scp = says(
            "User: arn:aws:sts::1:x is not authorized to perform: elasticmapreduce:ListClusters with an explicit deny in a service control policy",
        );
        assert_eq!(refused(&scp), Some(Refused::ServiceControlPolicy));
        let missing = says(
            "User: x is not authorized to perform: elasticmapreduce:ListClusters because no identity-based policy allows the action",
        );
        assert_eq!(refused(&missing), Some(Refused::Permission));
        assert_eq!(refused(&failure("ThrottlingException", 400)), None);
    }
}
