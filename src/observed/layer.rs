//! Texts that were decoded out of strings, and the way back to what they were written as.

use super::tree::{Segment, TextRef};

/// A decoded text whose parts stand in another layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) len: u32,
    pub(super) segments: Vec<Segment>,
    pub(super) text: Option<TextRef>,
}

impl Layer {
    /// Where an offset of the text stands in the layer that it was decoded out of; `end` asks for the end of what
    /// stands before it.
    pub(super) fn outer(&self, inner: u32, end: bool) -> (u32, u32) {
        let probe = if end { inner.saturating_sub(1) } else { inner };
        let at = self
            .segments
            .partition_point(|segment| segment.inner <= probe)
            .saturating_sub(1);
        let Some(segment) = self.segments.get(at) else {
            return (0, 0);
        };
        let inner_end = self
            .segments
            .get(at + 1)
            .map_or(self.len, |next| next.inner);
        let outer_len = segment.outer.end - segment.outer.start;
        let offset = if inner_end - segment.inner == outer_len {
            segment.outer.start + inner.saturating_sub(segment.inner).min(outer_len)
        } else if end {
            segment.outer.end
        } else {
            segment.outer.start
        };
        (segment.outer.layer, offset)
    }
}
