//! AWS's side of request quotas: buckets that refuse, written apart from the product's, which wait.

use std::collections::BTreeMap;
use std::time::Duration;

/// Burst and rate of EMR's calls (Service Quotas, `elasticmapreduce`, defaults).
const EMR: &[(&str, f64, f64)] = &[
    ("ListClusters", 20.0, 0.5),
    ("DescribeCluster", 10.0, 1.0),
    ("ListInstanceGroups", 10.0, 1.0),
    ("ListInstanceFleets", 5.0, 0.5),
    ("ListBootstrapActions", 10.0, 1.0),
    ("ListSteps", 10.0, 0.5),
    ("DescribeSecurityConfiguration", 5.0, 0.5),
    ("RunJobFlow", 10.0, 0.5),
];

/// Buckets by name, each with its tokens and when they were counted.
#[derive(Debug, Default)]
pub struct Quotas {
    left: BTreeMap<String, (f64, Duration)>,
    /// Burst and rate that the account was given.
    pub raised: BTreeMap<String, (f64, f64)>,
}

/// Burst and rate of all calls.
const ALL: (&str, f64, f64) = ("all", 25.0, 5.0);

impl Quotas {
    fn given<'n>(&self, (name, burst, rate): (&'n str, f64, f64)) -> (&'n str, f64, f64) {
        let (burst, rate) = self.raised.get(name).copied().unwrap_or((burst, rate));
        (name, burst, rate)
    }

    /// Every quota as it is enforced.
    pub fn all(&self) -> Vec<(&'static str, f64, f64)> {
        let all = std::iter::once(ALL).chain(EMR.iter().copied());
        all.map(|one| self.given(one)).collect()
    }

    /// Whether a call of EMR's is let through now.
    pub fn admits(&mut self, operation: &str, now: Duration) -> bool {
        let own = EMR.iter().find(|(name, ..)| *name == operation);
        let mut buckets = vec![self.given(ALL)];
        buckets.extend(own.map(|one| self.given(*one)));
        let full = buckets.iter().all(|(name, burst, rate)| {
            let (tokens, at) = self
                .left
                .get(*name)
                .copied()
                .unwrap_or((*burst, Duration::ZERO));
            let refill = now.saturating_sub(at).as_secs_f64() * rate;
            let tokens = (tokens + refill).min(*burst);
            self.left.insert((*name).to_owned(), (tokens, now));
            // Rounding of a thousandth is no refusal.
            tokens >= 0.999
        });
        if full {
            for (name, ..) in &buckets {
                self.left.get_mut(*name).unwrap().0 -= 1.0;
            }
        }
        full
    }
}
