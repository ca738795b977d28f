//! Token buckets that keep well below what AWS allows, so that those who launch clusters are not disturbed.
//!
//! A quota of EMR is shared by everybody in the account and region: an auditor that drains it breaks job launches. So
//! each call takes a token from its operation's bucket and one from its service's, both made smaller and slower than
//! AWS's by a share. When AWS throttles all the same, somebody else is using the rest: the rate is halved at once and
//! comes back by a tenth a minute.

use super::operation::{Operation, Quota, Service};
use super::quotas::Quotas;
use std::collections::BTreeMap;
use std::time::Duration;

/// The share of AWS's quotas that is used when nothing else is said.
pub const SHARE: f64 = 0.4;
/// However often AWS throttles, this part of the rate is left: a run slows down and does not stop.
const LEAST: f64 = 1.0 / 32.0;
/// How much of the rate comes back in a minute without throttling.
const RECOVERY: f64 = 0.1;
/// A throttled run of calls that were under way together is one event.
const ONE_EVENT: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
struct Bucket {
    size: f64,
    rate: f64,
    tokens: f64,
    /// The part of the rate that is used; less than one after throttling.
    pace: f64,
    at: Duration,
    throttled_at: Option<Duration>,
}

impl Bucket {
    fn new(quota: Quota, share: f64, now: Duration) -> Self {
        // A bucket of less than one token would never let anything pass.
        let size = (quota.burst * share).max(1.0);
        Self {
            size,
            rate: quota.rate * share,
            tokens: size,
            pace: 1.0,
            at: now,
            throttled_at: None,
        }
    }

    /// Takes another size and rate. What was used is used, however large the bucket is.
    fn become_of(&mut self, quota: Quota, share: f64) {
        let size = (quota.burst * share).max(1.0);
        self.tokens = (self.tokens + size - self.size).min(size);
        self.size = size;
        self.rate = quota.rate * share;
    }

    fn advance(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.tokens = (self.tokens + passed * self.rate * self.pace).min(self.size);
        self.pace = (self.pace + passed / 60.0 * RECOVERY).min(1.0);
    }

    /// How long until there is a token.
    fn wait(&self) -> Duration {
        let missing = 1.0 - self.tokens;
        if missing <= 1e-9 {
            return Duration::ZERO;
        }
        // Up, so that the token is there when the wait is over.
        let nanoseconds = (missing / (self.rate * self.pace) * 1e9).ceil();
        Duration::from_secs_f64(nanoseconds / 1e9) + Duration::from_nanos(1)
    }

    fn retreat(&mut self, now: Duration) {
        self.advance(now);
        self.tokens = 0.0_f64.min(self.tokens);
        let again = self.throttled_at.is_none_or(|last| now >= last + ONE_EVENT);
        if again {
            self.pace = (self.pace / 2.0).max(LEAST);
            self.throttled_at = Some(now);
        }
    }
}

/// The buckets of one account and region.
#[derive(Clone, Debug)]
pub struct Limiter {
    share: f64,
    services: BTreeMap<Service, Bucket>,
    operations: BTreeMap<&'static str, Bucket>,
    /// Quotas that are known better than by the table, by action.
    known: BTreeMap<String, Quota>,
    /// The same of whole services.
    totals: BTreeMap<Service, Quota>,
    /// How many share a service's quota.
    among: BTreeMap<Service, u32>,
}

impl Limiter {
    /// Buckets that use this share of the quotas.
    pub fn new(share: f64) -> Self {
        Self {
            share: share.clamp(0.01, 1.0),
            services: BTreeMap::new(),
            operations: BTreeMap::new(),
            known: BTreeMap::new(),
            totals: BTreeMap::new(),
            among: BTreeMap::new(),
        }
    }

    /// Lets several limiters share the quota of a service that is one for all regions of an account.
    pub fn share_out(&mut self, service: Service, among: u32) {
        self.among.insert(service, among.max(1));
    }

    /// Takes a quota that the account really has in place of the table's.
    pub fn learn(&mut self, action: &str, quota: Quota) {
        if let Some(bucket) = self.operations.get_mut(action) {
            bucket.become_of(quota, self.share);
        }
        self.known.insert(action.to_owned(), quota);
    }

    /// Takes the quotas of EMR that the account really has in place of the table's.
    pub fn learn_all(&mut self, quotas: &Quotas) {
        if let Some(total) = quotas.total {
            if let Some(bucket) = self.services.get_mut(&Service::Emr) {
                bucket.become_of(total, self.share);
            }
            self.totals.insert(Service::Emr, total);
        }
        for (action, quota) in &quotas.own {
            self.learn(action, *quota);
        }
    }

    fn buckets(
        &mut self,
        operation: &Operation,
        now: Duration,
    ) -> (&mut Bucket, Option<&mut Bucket>) {
        let share = self.share;
        let among = f64::from(self.among.get(&operation.service).copied().unwrap_or(1));
        let own = self
            .known
            .get(operation.action)
            .copied()
            .or(operation.quota);
        let total = self.totals.get(&operation.service).copied();
        let total = total.unwrap_or(operation.service.total());
        let total = self
            .services
            .entry(operation.service)
            .or_insert_with(|| Bucket::new(total, share / among, now));
        total.advance(now);
        let own = own.map(|quota| {
            let bucket = self
                .operations
                .entry(operation.action)
                .or_insert_with(|| Bucket::new(quota, share, now));
            bucket.advance(now);
            bucket
        });
        (total, own)
    }

    /// How long a call would have to wait from now on.
    pub fn wait(&mut self, operation: &Operation, now: Duration) -> Duration {
        let (total, own) = self.buckets(operation, now);
        own.map_or(Duration::ZERO, |own| own.wait())
            .max(total.wait())
    }

    /// Takes the tokens of a call that is made now. Whoever takes before the wait is over owes.
    pub fn take(&mut self, operation: &Operation, now: Duration) {
        let (total, own) = self.buckets(operation, now);
        total.tokens -= 1.0;
        if let Some(own) = own {
            own.tokens -= 1.0;
        }
    }

    /// AWS throttled a call: slow down.
    pub fn throttled(&mut self, operation: &Operation, now: Duration) {
        let (total, own) = self.buckets(operation, now);
        match own {
            // The quota that was hit is most likely the narrower one.
            Some(own) => own.retreat(now),
            None => total.retreat(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::operation::{DESCRIBE_CLUSTER, GET_BLOCK_PUBLIC_ACCESS, LIST_CLUSTERS};
    use super::*;

    fn seconds(time: Duration) -> u128 {
        (time.as_millis() + 500) / 1000
    }

    /// Makes so many calls as early as may be, and says when the last was made.
    fn run(limiter: &mut Limiter, operation: &Operation, calls: u32) -> Duration {
        let mut now = Duration::ZERO;
        for _ in 0..calls {
            now += limiter.wait(operation, now);
            assert_eq!(limiter.wait(operation, now), Duration::ZERO);
            limiter.take(operation, now);
        }
        now
    }

    #[test]
    fn a_full_share_is_what_aws_allows() {
        // 10 at once, then one a second.
        let last = run(&mut Limiter::new(1.0), &DESCRIBE_CLUSTER, 500);
        assert_eq!(seconds(last), 490);
    }

    #[test]
    fn a_share_of_two_fifths_takes_two_and_a_half_times_as_long() {
        let last = run(&mut Limiter::new(SHARE), &DESCRIBE_CLUSTER, 500);
        // 4 at once, then two in five seconds.
        assert_eq!(seconds(last), 1240);
    }

    #[test]
    fn calls_without_a_quota_of_their_own_share_the_services() {
        let last = run(&mut Limiter::new(1.0), &GET_BLOCK_PUBLIC_ACCESS, 125);
        assert_eq!(seconds(last), 20);
    }

    #[test]
    fn operations_have_buckets_of_their_own_below_the_services() {
        let mut limiter = Limiter::new(1.0);
        for _ in 0..10 {
            limiter.take(&DESCRIBE_CLUSTER, Duration::ZERO);
        }
        assert!(limiter.wait(&DESCRIBE_CLUSTER, Duration::ZERO) > Duration::ZERO);
        assert_eq!(limiter.wait(&LIST_CLUSTERS, Duration::ZERO), Duration::ZERO);
        for _ in 0..15 {
            limiter.take(&LIST_CLUSTERS, Duration::ZERO);
        }
        // 25 tokens are the service's.
        assert!(limiter.wait(&LIST_CLUSTERS, Duration::ZERO) > Duration::ZERO);
    }

    #[test]
    fn throttling_halves_the_rate_once_an_event_and_it_comes_back_in_minutes() {
        let mut limiter = Limiter::new(1.0);
        let mut now = Duration::from_secs(100);
        limiter.throttled(&DESCRIBE_CLUSTER, now);
        limiter.throttled(&DESCRIBE_CLUSTER, now);
        let wait = limiter.wait(&DESCRIBE_CLUSTER, now).as_secs_f64();
        assert!((wait - 2.0).abs() < 0.01, "{wait}");
        now += Duration::from_secs(2);
        limiter.throttled(&DESCRIBE_CLUSTER, now);
        let wait = limiter.wait(&DESCRIBE_CLUSTER, now).as_secs_f64();
        assert!((wait - 4.0).abs() < 0.1, "{wait}");
        // After ten minutes it is as before.
        now += Duration::from_mins(10);
        for _ in 0..10 {
            limiter.take(&DESCRIBE_CLUSTER, now);
        }
        let wait = limiter.wait(&DESCRIBE_CLUSTER, now).as_secs_f64();
        assert!((wait - 1.0).abs() < 0.01, "{wait}");
    }

    #[test]
    fn a_quota_that_the_account_raised_is_used() {
        let mut limiter = Limiter::new(1.0);
        limiter.learn(
            DESCRIBE_CLUSTER.action,
            Quota {
                burst: 20.0,
                rate: 4.0,
            },
        );
        // The service's 25 and 5 a second are still above.
        let last = run(&mut limiter, &DESCRIBE_CLUSTER, 100);
        assert_eq!(seconds(last), 20);
    }

    #[test]
    fn what_was_used_before_a_quota_is_learned_is_not_given_twice() {
        let mut limiter = Limiter::new(1.0);
        for _ in 0..10 {
            limiter.take(&DESCRIBE_CLUSTER, Duration::ZERO);
        }
        let quota = |burst: f64, rate: f64| Quota { burst, rate };
        limiter.learn_all(&Quotas {
            total: Some(quota(50.0, 10.0)),
            own: BTreeMap::from([(DESCRIBE_CLUSTER.action, quota(12.0, 4.0))]),
        });
        // Two are left of twelve, and forty of all.
        let last = run(&mut limiter, &DESCRIBE_CLUSTER, 42);
        assert_eq!(seconds(last), 10);
        let mut poorer = Limiter::new(1.0);
        poorer.take(&DESCRIBE_CLUSTER, Duration::ZERO);
        poorer.learn(DESCRIBE_CLUSTER.action, quota(2.0, 0.5));
        let last = run(&mut poorer, &DESCRIBE_CLUSTER, 3);
        assert_eq!(seconds(last), 4);
    }
}
