//! EMR's request quotas as an account really has them: what Service Quotas answers, read by name.
//!
//! A quota is two numbers there, each under a sentence. A sentence that is not known, and a number that is no rate, are
//! left out: the table of [`super::operation`] holds then.

use super::operation::{ALL, Quota, Service};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Names of the two numbers of all calls together.
/// Source: Service Quotas, `elasticmapreduce`: L-283CCA2A (25) and L-432FAB44 (5 a second).
const BURST_OF_ALL: &str = "The maximum number of API requests that you can make per second.";
const RATE_OF_ALL: &str =
    "The maximum rate at which your bucket replenishes for all EMR operations.";
/// What stands around an operation's name in the names of its two numbers, such as L-81AF5123 and L-D74118B4.
const BURST: (&str, &str) = (
    "The maximum number of ",
    " API requests that you can make per second",
);
const RATE: (&str, &str) = ("Replenishment rate of ", " calls");
/// No quota of requests is larger.
const LARGEST: f64 = 10_000.0;

/// The quotas of an account and region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quotas {
    /// Of all calls of EMR's together.
    pub total: Option<Quota>,
    /// Of single operations, by action.
    pub own: BTreeMap<&'static str, Quota>,
}

/// Burst and rate, as far as they are told.
#[derive(Clone, Copy, Default)]
struct Told {
    burst: Option<f64>,
    rate: Option<f64>,
}

impl Told {
    /// Both numbers; what is not told is as in the table.
    fn or(self, table: Option<Quota>) -> Option<Quota> {
        Some(Quota {
            burst: self.burst.or(table.map(|quota| quota.burst))?,
            rate: self.rate.or(table.map(|quota| quota.rate))?,
        })
    }
}

impl Quotas {
    /// What an answer of `ListServiceQuotas` tells, or a page of one.
    pub fn of(answer: &Map<String, Value>) -> Self {
        let mut total = Told::default();
        let mut own: BTreeMap<&str, Told> = BTreeMap::new();
        let listed = answer.get("Quotas").and_then(Value::as_array);
        for quota in listed.into_iter().flatten() {
            let name = quota.get("QuotaName").and_then(Value::as_str);
            let value = quota.get("Value").and_then(Value::as_f64);
            let value = value.filter(|value| *value > 0.0 && *value <= LARGEST);
            let (Some(name), Some(value)) = (name, value) else {
                continue;
            };
            if name == BURST_OF_ALL {
                total.burst = Some(value);
            } else if name == RATE_OF_ALL {
                total.rate = Some(value);
            } else if let Some(operation) = between(name, BURST) {
                own.entry(operation).or_default().burst = Some(value);
            } else if let Some(operation) = between(name, RATE) {
                own.entry(operation).or_default().rate = Some(value);
            }
        }
        let of_emr = ALL.iter().filter(|one| one.service == Service::Emr);
        Self {
            own: of_emr
                .filter_map(|one| Some((one.action, own.get(one.name)?.or(one.quota)?)))
                .collect(),
            total: if total.burst.is_none() && total.rate.is_none() {
                None
            } else {
                total.or(Some(Service::Emr.total()))
            },
        }
    }
}

/// The name between two texts. Some names end with a full stop, and some do not.
fn between<'t>(name: &'t str, (before, after): (&str, &str)) -> Option<&'t str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.strip_prefix(before)?.strip_suffix(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(quotas: &[(&str, Value)]) -> Quotas {
        let quotas: Vec<Value> = quotas
            .iter()
            .map(|(name, value)| json!({"QuotaName": name, "Value": value}))
            .collect();
        Quotas::of(&Map::from_iter([("Quotas".to_owned(), json!(quotas))]))
    }

    #[test]
    fn both_numbers_are_found_by_their_sentences() {
        let quotas = of(&[
            ("Replenishment rate of DescribeCluster calls", json!(4.0)),
            (
                "The maximum number of DescribeCluster API requests that you can make per second.",
                json!(40.0),
            ),
            (BURST_OF_ALL, json!(100.0)),
            (RATE_OF_ALL, json!(20.0)),
            (
                "The maximum number of active clusters can be run at the same time",
                json!(500.0),
            ),
        ]);
        let raised = Quota {
            burst: 40.0,
            rate: 4.0,
        };
        assert_eq!(
            quotas.own,
            BTreeMap::from([("elasticmapreduce:DescribeCluster", raised)])
        );
        assert_eq!(
            quotas.total,
            Some(Quota {
                burst: 100.0,
                rate: 20.0
            })
        );
    }

    #[test]
    fn a_number_that_is_missing_is_that_of_the_table() {
        let quotas = of(&[("Replenishment rate of ListClusters calls", json!(2.0))]);
        let own = quotas.own["elasticmapreduce:ListClusters"];
        assert_eq!((own.burst, own.rate), (20.0, 2.0));
        assert_eq!(quotas.total, None);
    }

    #[test]
    fn what_is_no_rate_of_a_known_call_is_left_out() {
        for value in [json!(0.0), json!(-1), json!(1e9), json!("4"), json!(null)] {
            assert_eq!(
                of(&[("Replenishment rate of DescribeCluster calls", value)]),
                Quotas::default()
            );
        }
        for name in ["Replenishment rate of RunJobFlow calls", "", "calls"] {
            assert_eq!(of(&[(name, json!(1.0))]), Quotas::default());
        }
        assert_eq!(Quotas::of(&Map::new()), Quotas::default());
    }
}
