//! What a refusal of a changing call means: that it was done before, that it is worth another try, or that it is one.

use crate::live::call::Failure;
use crate::live::operation::{
    BATCH_GRANT_PERMISSIONS, BATCH_REVOKE_PERMISSIONS, DELETE_DATA_CELLS_FILTER, Operation,
};
use crate::live::retry::{self, Class, NO_CREDENTIALS};

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is so already.
    Done,
    /// Once more may help: too many calls, somebody else's change at the same moment, IAM that does not know a principal yet.
    Again,
    /// AWS refuses a grant beside another one of the same principal.
    Conflict,
    /// It is refused.
    Refused,
    /// Nothing will be taken any more.
    Over,
}

/// Codes of changes that met another.
/// Source: Lake Formation API, errors of `GrantPermissions` and `UpdateDataCellsFilter`. The SDKs do not try these again.
const MET_ANOTHER: [&str; 3] = [
    "ConcurrentModificationException",
    "OperationTimeoutException",
    "OperationTimeout",
];

/// What AWS says while IAM or a registration has not come through yet.
const NOT_YET: [&str; 2] = ["Invalid principal", "register the S3 path"];

/// Codes after which no call is taken.
const OVER: [&str; 5] = [
    NO_CREDENTIALS,
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
];

/// What a refusal of a call, or of an entry of one, means.
pub(super) fn verdict(operation: &Operation, failure: &Failure) -> Verdict {
    let code = failure.code.as_str();
    let says = |text: &str| failure.message.contains(text);
    let makes = ["Create", "Register"];
    if makes.iter().any(|verb| operation.name.starts_with(verb))
        && (code.contains("AlreadyExists") || says("already exists"))
    {
        return Verdict::Done;
    }
    if operation == &BATCH_REVOKE_PERMISSIONS
        && (says("No permissions revoked") || says("non-existent column"))
    {
        return Verdict::Done;
    }
    if operation == &DELETE_DATA_CELLS_FILTER && code == "EntityNotFoundException" {
        return Verdict::Done;
    }
    if operation == &BATCH_GRANT_PERMISSIONS && says("Permissions modification is invalid") {
        return Verdict::Conflict;
    }
    if OVER.contains(&code) {
        return Verdict::Over;
    }
    let transient = retry::class(failure) != Class::Final;
    if transient || MET_ANOTHER.contains(&code) || NOT_YET.iter().any(|text| says(text)) {
        return Verdict::Again;
    }
    Verdict::Refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::operation::{CREATE_LF_TAG, REGISTER_RESOURCE, UPDATE_LF_TAG};

    const INVALID: &str = "InvalidInputException";
    const CONFLICT: &str = "Permissions modification is invalid.";
    const NOTHING: &str = "No permissions revoked. Grantee has no permissions";

    #[test]
    fn what_is_so_already_is_no_failure_and_what_may_pass_is_tried_again() {
        use Verdict::{Again, Conflict, Done, Over, Refused};
        let (grant, revoke) = (&BATCH_GRANT_PERMISSIONS, &BATCH_REVOKE_PERMISSIONS);
        for (operation, code, message, expected) in [
            (&REGISTER_RESOURCE, "AlreadyExistsException", "", Done),
            (&CREATE_LF_TAG, INVALID, "Tag key already exists", Done),
            (revoke, INVALID, NOTHING, Done),
            (revoke, INVALID, CONFLICT, Refused),
            (grant, INVALID, CONFLICT, Conflict),
            (grant, "ConcurrentModificationException", "", Again),
            (grant, INVALID, "Invalid principal, x", Again),
            (grant, "ThrottlingException", "", Again),
            (&UPDATE_LF_TAG, INVALID, "Update not allowed", Refused),
            (&UPDATE_LF_TAG, "AccessDeniedException", "", Refused),
            (&UPDATE_LF_TAG, "ExpiredTokenException", "", Over),
        ] {
            let failure = Failure::of(code, message);
            let found = verdict(operation, &failure);
            assert_eq!(found, expected, "{operation} {code} {message}");
        }
    }
}
