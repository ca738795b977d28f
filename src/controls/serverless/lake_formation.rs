//! Applications take table rights from Lake Formation.

use crate::control::settings::{Includes, Switch, settings, vocabulary};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::groups::{Classification, classifications_in};
use crate::observed::{Node, ResourceKind};

#[derive(Debug)]
pub(crate) enum LakeFormation {}

vocabulary!(pub(crate) Format: "hive", "iceberg", "delta", "hudi");
settings! {
    pub(crate) struct Setting {
        /// Whether applications must ask Lake Formation.
        required: Switch = true,
        /// Formats of tables that they read.
        formats: Includes<Format> = &["hive", "iceberg"],
        /// Whether they write under Lake Formation, too.
        writes: Switch = false,
    }
}

/// AWS's samples name the property; no page of the API does.
const PROPERTY: &str = "spark.emr-serverless.lakeformation.enabled";
/// Full-table access: it takes credentials for whole tables, past filters.
const RESOLVER: &str = "spark.hadoop.fs.s3.credentialsResolverClass";

impl Control for LakeFormation {
    const META: &'static Meta = &Meta {
        id: "serverless.lake-formation",
        title: "applications take table rights from Lake Formation",
        severity: Severity::High,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 AC-3"],
        docs: include_str!("lake_formation.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let application = seen.resource.application();
        let all = classifications_in(application.runtime_configuration());
        let spark = || {
            let named = |one: &&Classification<'_>| one.name.as_text() == Some("spark-defaults");
            all.items.iter().filter(named).map(|one| one.properties)
        };
        let said: Vec<Node<'_>> = spark().map(|properties| properties.get(PROPERTY)).collect();
        let is_on =
            |node: &Node<'_>| matches!(node.switch_leniently(), crate::observed::Switch::On);
        let on = said.iter().any(is_on);
        if !on && !want.required && said.iter().all(|node| node.reason().is_none()) {
            return;
        }
        judge_property(&said, &all.gaps, application.runtime_configuration(), out);
        for node in spark().map(|properties| properties.get(RESOLVER)) {
            if let Some(reason) = node.reason() {
                out.unknown(node, reason, format!("`{RESOLVER}` is unknown"));
            } else if node.is_set() {
                out.failed(
                    node,
                    "a resolver of credentials for whole tables stands beside it",
                )
                .expected("no full-table access")
                .observed(node.display());
            }
        }
        let label = application.release_label();
        // EMR Serverless User Guide, *Using EMR Serverless with AWS Lake Formation for fine-grained access control*.
        out.label_must_reach(label, &["emr-7.2.0"], "Lake Formation", None);
        let asks = |format: &str| {
            want.formats
                .iter()
                .any(|text| text.as_literal() == Some(format))
        };
        if asks("delta") || asks("hudi") {
            let floor = &["emr-7.6.0"];
            out.label_must_reach(
                label,
                floor,
                "Lake Formation for Delta and Hudi",
                Some("formats"),
            );
        }
        if want.writes {
            let floor = &["emr-7.12.0"];
            out.label_must_reach(label, floor, "writes under Lake Formation", Some("writes"));
        }
    }
}

fn judge_property(
    said: &[Node<'_>],
    gaps: &[crate::observed::groups::Gap<'_>],
    list: Node<'_>,
    out: &mut Conditions,
) {
    use crate::observed::Switch as Read;
    if said
        .iter()
        .any(|node| matches!(node.switch_leniently(), Read::On))
    {
        return out.held();
    }
    let open = said.iter().find_map(|node| Some((*node, node.reason()?)));
    let off = said.iter().find(|node| node.is_set());
    let condition = match (off, open, gaps.first()) {
        (Some(node), _, _) => out.failed(*node, format!("`{PROPERTY}` is {}", node.display())),
        (None, Some((node, reason)), _) => {
            out.unknown(node, reason, format!("`{PROPERTY}` is unknown"))
        }
        (None, None, Some(gap)) => {
            out.unknown(gap.node, &gap.reason, "not all classifications are known")
        }
        (None, None, None) => out.failed(list, format!("`{PROPERTY}` is absent")),
    };
    condition.under("required").expected("true");
}
