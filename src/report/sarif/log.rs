//! The objects of SARIF 2.1.0 that this tool writes, in the specification's own names.

use crate::report::json;
use serde::Serialize;

/// The id of the published schema.
pub(super) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
pub(super) struct Log<R> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'r, R> {
    pub(super) tool: Tool<'r>,
    pub(super) invocations: [Invocation<'r>; 1],
    pub(super) automation_details: Id<'r>,
    pub(super) column_kind: &'static str,
    pub(super) results: R,
    pub(super) properties: RunProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct Id<'r> {
    pub(super) id: &'r str,
}

#[derive(Serialize)]
pub(super) struct RunProperties<'r> {
    pub(super) evaluated_at: String,
    pub(super) baseline: json::Baseline<'r>,
    pub(super) coverage: json::Coverage,
    pub(super) summary: json::Summary,
}

#[derive(Serialize)]
pub(super) struct Tool<'r> {
    pub(super) driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'r> {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) semantic_version: &'static str,
    pub(super) rules: Vec<Rule<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'r> {
    pub(super) id: &'r str,
    pub(super) name: String,
    pub(super) short_description: Text<'r>,
    pub(super) full_description: Text<'r>,
    pub(super) help: Help<'r>,
    pub(super) default_configuration: Configuration,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) deprecated_ids: &'r [&'r str],
    pub(super) properties: RuleProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct Text<'r> {
    pub(super) text: std::borrow::Cow<'r, str>,
}

#[derive(Serialize)]
pub(super) struct Help<'r> {
    pub(super) text: &'r str,
    pub(super) markdown: &'r str,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties<'r> {
    pub(super) tags: Vec<&'r str>,
    pub(super) severity: &'static str,
    #[serde(rename = "security-severity")]
    pub(super) security_severity: &'static str,
    pub(super) precision: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'r> {
    pub(super) execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_execution_notifications: Vec<Notification<'r>>,
}

#[derive(Serialize)]
pub(super) struct Notification<'r> {
    pub(super) level: &'static str,
    pub(super) message: Text<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Location<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'r> {
    pub(super) rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    pub(super) kind: &'static str,
    pub(super) level: &'static str,
    pub(super) message: Text<'r>,
    pub(super) locations: Vec<Location<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location<'r>>,
    pub(super) partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suppressions: Vec<Suppression<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fixes: Vec<Fix<'r>>,
    pub(super) properties: OutcomeProperties<'r>,
}

/// A change that mends a result. SARIF 2.1.0, section 3.55.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix<'r> {
    pub(super) description: Text<'r>,
    pub(super) artifact_changes: Vec<ArtifactChange<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactChange<'r> {
    pub(super) artifact_location: Artifact,
    pub(super) replacements: Vec<Replacement<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replacement<'r> {
    pub(super) deleted_region: Region,
    pub(super) inserted_content: Text<'r>,
}

#[derive(Serialize)]
pub(super) struct Fingerprints {
    #[serde(rename = "emrBaseline/v1")]
    pub(super) ours: String,
}

#[derive(Serialize)]
pub(super) struct Suppression<'r> {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: String,
    pub(super) location: Location<'r>,
    pub(super) properties: SuppressionProperties<'r>,
}

#[derive(Serialize)]
pub(super) struct SuppressionProperties<'r> {
    pub(super) waiver: json::Waiver<'r>,
}

#[derive(Serialize)]
pub(super) struct OutcomeProperties<'r> {
    pub(super) verdict: &'static str,
    pub(super) severity: &'static str,
    pub(super) resource: json::Resource<'r>,
    pub(super) expected: &'r str,
    pub(super) observed: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'r str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) remediation: &'r str,
}

#[derive(Serialize)]
pub(super) struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Text<'r>>,
    #[serde(rename = "physicalLocation", skip_serializing_if = "Option::is_none")]
    pub(super) physical: Option<Physical>,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    pub(super) logical: Vec<Logical<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub(super) artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

#[derive(Serialize)]
pub(super) struct Artifact {
    pub(super) uri: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical<'r> {
    pub(super) name: &'r str,
    pub(super) fully_qualified_name: &'r str,
    pub(super) kind: &'static str,
}
