//! Which of several ways to the router to try first. One rule: each gets its turn in every attempt.

use std::time::Duration;

/// So long a failure counts: then the application's own order is worth more.
const MEMORY: Duration = Duration::from_secs(300);
/// What is behind is never tried, so that no number of ways is too large; each is a `u8` for JavaScript.
const MOST: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Ways {
    /// When each failed last, if it was not good since.
    failed: Vec<Option<Duration>>,
    order: Vec<usize>,
    /// The one that led to a session last.
    best: usize,
    /// The one that is open.
    current: Option<usize>,
}

impl Ways {
    pub(super) fn new(count: usize) -> Self {
        Self { failed: vec![None; count.min(MOST)], order: Vec::new(), best: 0, current: None }
    }

    pub(super) fn opened(&mut self, way: usize) {
        self.current = Some(way);
    }

    pub(super) fn failed(&mut self, now: Duration, way: usize) {
        if let Some(failed) = self.failed.get_mut(way) {
            *failed = Some(now);
        }
    }

    /// The open way led to a session.
    pub(super) fn good(&mut self) {
        let Some(way) = self.current else { return };
        if let Some(failed) = self.failed.get_mut(way) {
            *failed = None;
            self.best = way;
        }
    }

    /// The open way led to none.
    pub(super) fn no_good(&mut self, now: Duration) {
        if let Some(way) = self.current {
            self.failed(now, way);
        }
    }

    pub(super) fn order(&mut self, now: Duration) -> &[usize] {
        self.current = None;
        self.order.clear();
        let count = self.failed.len();
        let recent = |way: usize| {
            let failed = self.failed.get(way).copied().flatten();
            failed.filter(|at| now.saturating_sub(*at) < MEMORY)
        };
        for way in (self.best..count).chain(0..self.best) {
            // None is before every time. Sorted by hand: the standard library's is larger than all of this.
            let behind = self.order.iter().position(|other| recent(*other) > recent(way));
            let end = self.order.len();
            self.order.insert(behind.unwrap_or(end).min(end), way);
        }
        &self.order
    }
}
