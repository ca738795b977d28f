//! Evaluations that are too many to hold, in a compact form on a medium that the caller gives.
//!
//! Each is a length and its bytes. What repeats is written once or not at all: the resource where it is that of the
//! evaluation before, controls, lists of required lines and waivers as a number in a table that stays in memory and
//! is as short as the baseline.

use super::{Evaluation, Evidence, Waived};
use crate::control::{Meta, Origin, Repair, Severity, Verdict};
use crate::observed::{Identity, Place};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// A medium for bytes that are written once and read from their start, as often as it takes.
pub trait Spill: fmt::Debug + Send + Sync {
    /// Writes behind what is there.
    ///
    /// # Errors
    /// The medium's.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Everything that was written, from its start. Several readers may be under way at a time.
    fn reader(&self) -> Box<dyn Read + '_>;
}

/// Opens a medium when it turns out to be needed.
pub type OpenSpill = fn() -> io::Result<Box<dyn Spill>>;

/// Bytes that are written, and read, at a time.
const CHUNK: usize = 1 << 18;

/// Evaluations on a medium.
#[derive(Debug)]
pub(super) struct Spilled {
    medium: Box<dyn Spill>,
    /// What is not worth a write yet.
    pending: Vec<u8>,
    count: u64,
    resource: Option<Arc<Identity>>,
    required: Vec<Arc<[Origin]>>,
    required_index: BTreeMap<Arc<[Origin]>, usize>,
    waivers: Vec<Waived>,
}

#[derive(Serialize, Deserialize)]
struct Record<'e> {
    control: usize,
    verdict: Verdict,
    severity: Severity,
    /// `None` where it is that of the record before.
    resource: Option<Cow<'e, Identity>>,
    message: &'e str,
    expected: &'e str,
    observed: &'e str,
    seen: Cow<'e, [Place]>,
    required: usize,
    reason: Option<&'e str>,
    remediation: &'e str,
    waiver: Option<usize>,
    left_to_audit: bool,
    tolerated: bool,
    repairs: Cow<'e, [Vec<Repair>]>,
    evidence: Cow<'e, [Evidence]>,
}

impl Spilled {
    pub(super) fn new(medium: Box<dyn Spill>) -> Self {
        Self {
            medium,
            pending: Vec::with_capacity(CHUNK + CHUNK / 4),
            count: 0,
            resource: None,
            required: Vec::new(),
            required_index: BTreeMap::new(),
            waivers: Vec::new(),
        }
    }

    /// Puts an evaluation down; `control` is its control's number.
    pub(super) fn push(&mut self, evaluation: &Evaluation, control: usize) -> io::Result<()> {
        let resource = &evaluation.resource;
        let same = |known: &Arc<Identity>| Arc::ptr_eq(known, resource);
        let is_new = !self.resource.as_ref().is_some_and(same);
        let record = Record {
            control,
            verdict: evaluation.verdict,
            severity: evaluation.severity,
            resource: is_new.then(|| Cow::Borrowed(&**resource)),
            message: &evaluation.message,
            expected: &evaluation.expected,
            observed: &evaluation.observed,
            seen: Cow::Borrowed(&evaluation.seen),
            required: self.required(&evaluation.required),
            reason: evaluation.reason.as_deref(),
            remediation: &evaluation.remediation,
            waiver: evaluation.waiver.as_ref().map(|waiver| self.waiver(waiver)),
            left_to_audit: evaluation.left_to_audit,
            tolerated: evaluation.tolerated,
            repairs: Cow::Borrowed(&evaluation.repairs),
            evidence: Cow::Borrowed(&evaluation.evidence),
        };
        if is_new {
            self.resource = Some(Arc::clone(resource));
        }
        let start = self.pending.len();
        self.pending.extend([0; LENGTH]);
        let pending = std::mem::take(&mut self.pending);
        self.pending = postcard::to_extend(&record, pending).map_err(io::Error::other)?;
        let length = self.pending.len() - start - LENGTH;
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let prefix = self.pending.iter_mut().skip(start);
        for (byte, digit) in prefix.zip(length.to_le_bytes()) {
            *byte = digit;
        }
        self.count += 1;
        if self.pending.len() >= CHUNK {
            self.medium.append(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }

    fn required(&mut self, required: &Arc<[Origin]>) -> usize {
        if let Some(&at) = self.required_index.get(required) {
            return at;
        }
        let at = self.required.len();
        self.required.push(Arc::clone(required));
        self.required_index.insert(Arc::clone(required), at);
        at
    }

    fn waiver(&mut self, waiver: &Waived) -> usize {
        let known = self.waivers.iter().position(|known| known == waiver);
        known.unwrap_or_else(|| {
            self.waivers.push(waiver.clone());
            self.waivers.len() - 1
        })
    }

    pub(super) fn iter<'e>(&'e self, controls: &'e [&'static Meta]) -> SpilledIter<'e> {
        let bytes = self.medium.reader().chain(&*self.pending);
        SpilledIter {
            spilled: self,
            controls,
            bytes: Box::new(BufReader::with_capacity(CHUNK, bytes)),
            left: self.count,
            buffer: Vec::new(),
            resource: None,
        }
    }
}

/// Bytes of a record's length.
const LENGTH: usize = size_of::<u32>();

/// One pass over what was put down.
pub(super) struct SpilledIter<'e> {
    spilled: &'e Spilled,
    controls: &'e [&'static Meta],
    bytes: Box<dyn Read + 'e>,
    left: u64,
    buffer: Vec<u8>,
    resource: Option<Arc<Identity>>,
}

impl fmt::Debug for SpilledIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpilledIter")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Iterator for SpilledIter<'_> {
    type Item = io::Result<Evaluation>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let evaluation = self.read();
        if evaluation.is_err() {
            self.left = 0;
        }
        Some(evaluation)
    }
}

impl SpilledIter<'_> {
    fn read(&mut self) -> io::Result<Evaluation> {
        let mut length = [0; LENGTH];
        self.bytes.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
        self.buffer.resize(length, 0);
        self.bytes.read_exact(&mut self.buffer)?;
        let record: Record<'_> = postcard::from_bytes(&self.buffer).map_err(io::Error::other)?;
        if let Some(resource) = record.resource {
            self.resource = Some(Arc::new(resource.into_owned()));
        }
        let waivers = &self.spilled.waivers;
        let waiver = record.waiver.map(|at| waivers.get(at).ok_or_else(damaged));
        Ok(Evaluation {
            control: self.controls.get(record.control).ok_or_else(damaged)?,
            verdict: record.verdict,
            severity: record.severity,
            resource: self.resource.clone().ok_or_else(damaged)?,
            message: record.message.to_owned().into(),
            expected: record.expected.to_owned(),
            observed: record.observed.to_owned(),
            seen: record.seen.into_owned(),
            required: Arc::clone(
                self.spilled
                    .required
                    .get(record.required)
                    .ok_or_else(damaged)?,
            ),
            reason: record.reason.map(str::to_owned),
            remediation: record.remediation.to_owned().into(),
            waiver: waiver.transpose()?.cloned(),
            left_to_audit: record.left_to_audit,
            tolerated: record.tolerated,
            repairs: record.repairs.into_owned(),
            evidence: record.evidence.into_owned(),
        })
    }
}

/// Somebody else wrote to the medium.
fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "evaluations that were put down came back changed",
    )
}
