//! Custom images come from our registry, by digest.

use crate::control::settings::{OneOf, Pattern, Switch, settings};
use crate::control::{Conditions, Control, Meta, Severity, Span, View};
use crate::observed::{Known, Node, ResourceKind, Value};

#[derive(Debug)]
pub(crate) enum Image {}

settings! {
    pub(crate) struct Setting {
        /// Patterns of the images that may run: a registry and repository.
        registries: OneOf<Pattern>,
        /// Whether images must be named by digest.
        digest: Switch = true,
        /// Whether there must be a custom image.
        required: Switch = false,
    }
}

impl Control for Image {
    const META: &'static Meta = &Meta {
        id: "serverless.image",
        title: "custom images come from our registry, by digest",
        severity: Severity::Medium,
        kinds: &[ResourceKind::EmrServerlessApplication],
        span: Span::Resource,
        since: "0.2.0",
        aliases: &[],
        references: &["own NIST-800-53 CM-14", "own NIST-800-53 SI-7"],
        docs: include_str!("image.md"),
    };
    type Setting = Setting;

    fn judge(want: &Setting, seen: &View<'_, '_>, out: &mut Conditions) {
        let application = seen.resource.application();
        let mut images = vec![application.image()];
        let (workers, specifications) = (
            application.worker_images(),
            application.worker_specifications(),
        );
        if let Some(reason) = specifications.reason().or_else(|| specifications.open()) {
            out.unknown(
                specifications,
                reason,
                "not all images of workers are known",
            );
        }
        images.extend(workers);
        images.retain(|image| {
            !matches!(
                image.value(),
                Value::Absent | Value::Null | Value::String("")
            )
        });
        if images.is_empty() && want.required {
            out.failed(application.image(), "there is no custom image")
                .under("required")
                .expected(want.registries.to_string())
                .observed("AWS's image");
        } else if images.is_empty() && out.clean() {
            out.held();
        }
        for image in images {
            judge_image(want, image, out);
        }
    }
}

fn judge_image(want: &Setting, node: Node<'_>, out: &mut Conditions) {
    let text = match node.text() {
        Known::Set(text) => text,
        Known::Unreadable(reason) => {
            out.unknown(node, reason, "the custom image is unknown")
                .under("registries");
            return;
        }
        Known::Absent | Known::Mistyped => {
            out.failed(node, format!("the custom image is {}", node.display()))
                .under("registries");
            return;
        }
    };
    if want.registries.allows(text) {
        out.held();
    } else {
        out.failed(
            node,
            format!("image `{text}` is of a registry that is not allowed"),
        )
        .under("registries")
        .expected(want.registries.to_string())
        .observed(node.display());
    }
    if want.digest && !has_digest(text) {
        out.failed(
            node,
            format!("image `{text}` is not named by its digest, and a tag can move"),
        )
        .under("digest")
        .expected("`…@sha256:…`")
        .observed(node.display());
    }
}

fn has_digest(image: &str) -> bool {
    image.rsplit_once("@sha256:").is_some_and(|(_, digest)| {
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
