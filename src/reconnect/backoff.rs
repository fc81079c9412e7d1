//! How long to wait before each retry. One rule: a delay is never negative, nor above the greatest.

use super::{Config, Retry};

#[derive(Clone, Debug)]
pub(super) struct Backoff {
    last: Retry,
    /// The next delay, before it is spread.
    mean: f64,
}

impl Backoff {
    pub(super) const fn new(config: &Config) -> Self {
        Self { last: Retry { delay: 0.0, count: 0 }, mean: config.initial_retry_delay }
    }

    pub(super) const fn reset(&mut self, config: &Config) {
        *self = Self::new(config);
    }

    /// What `next` gave last.
    pub(super) const fn last(&self) -> Retry {
        self.last
    }

    pub(super) fn next(&mut self, config: &Config, limit: Option<u32>, normal: f64) -> Option<Retry> {
        if limit.is_some_and(|limit| self.last.count >= limit) {
            return None;
        }
        let mean = self.mean;
        let jitter = config.retry_delay_jitter;
        // Without jitter the number may be anything, also one that makes no product.
        let spread = if jitter > 0.0 { mean * jitter * normal } else { 0.0 };
        self.mean = bounded(mean * config.retry_delay_growth, config);
        self.last = Retry { delay: bounded(mean + spread, config), count: self.last.count.saturating_add(1) };
        Some(self.last)
    }
}

/// `max` and `min` of a number and NaN give the number.
const fn bounded(delay: f64, config: &Config) -> f64 {
    delay.max(0.0).min(config.max_retry_delay.max(0.0))
}
