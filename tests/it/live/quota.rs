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
}

impl Quotas {
    /// Whether a call of EMR's is let through now.
    pub fn admits(&mut self, operation: &str, now: Duration) -> bool {
        let own = EMR.iter().find(|(name, ..)| *name == operation);
        let mut buckets = vec![("all", 25.0, 5.0)];
        buckets.extend(own.copied());
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
