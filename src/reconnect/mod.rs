//! When and where to connect again: a state machine without clock, randomness or transports.
//! The one rule: after [`Policy::stop`] nothing is tried until [`Policy::start`].
//!
//! It has autobahn's options and meaning: delays grow by a factor and are spread by a normal distribution, and
//! begin anew once a session has joined. What autobahn lacks is the memory of which of several ways to the
//! router led there, and that a router which ends a session is tried again.

mod backoff;
mod end;
mod ways;

pub use end::{End, How, Reconnect, Retry, Verdict};

use std::{mem, time::Duration};

use backoff::Backoff;
use ways::Ways;

/// When to try again. Times are in seconds; numbers that make no sense are taken as 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// How often to try again before giving up; `None` is for ever.
    pub max_retries: Option<u32>,
    /// The same as long as no session has ever joined.
    pub max_first_retries: Option<u32>,
    /// Before the first retry.
    pub initial_retry_delay: f64,
    /// Before any retry.
    pub max_retry_delay: f64,
    /// What a delay is multiplied with for the next.
    pub retry_delay_growth: f64,
    /// The standard deviation of a delay, as a share of it.
    pub retry_delay_jitter: f64,
    /// Whether to try again where no transport was ever open.
    pub retry_if_unreachable: bool,
}

/// Autobahn's.
impl Default for Config {
    fn default() -> Self {
        Self {
            max_retries: Some(15),
            max_first_retries: Some(15),
            initial_retry_delay: 1.5,
            max_retry_delay: 300.0,
            retry_delay_growth: 1.5,
            retry_delay_jitter: 0.1,
            retry_if_unreachable: true,
        }
    }
}

/// What to do at the end of each attempt of a connection.
///
/// An attempt begins with [`order`](Self::order), tries one way after the other, and ends with
/// [`ended`](Self::ended), whether it came to a session or not.
///
/// ```
/// use std::time::Duration;
/// use wamp_wasm::reconnect::{Config, End, How, Policy};
///
/// let mut policy = Policy::new(Config::default(), 2);
/// policy.start();
/// assert_eq!(policy.order(Duration::ZERO), [0, 1]);
/// policy.missed(Duration::ZERO, 0);
/// policy.opened(1);
/// policy.joined();
///
/// let verdict = policy.ended(Duration::from_secs(60), End::Lost, 0.0);
/// assert_eq!(verdict.how, How::Lost);
/// assert_eq!(verdict.retry.unwrap().delay, 1.5);
/// assert_eq!(policy.order(Duration::from_secs(62)), [1, 0]);
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    config: Config,
    phase: Phase,
    backoff: Backoff,
    ways: Ways,
    /// Whether a transport was ever open: tells "lost" from "unreachable".
    ever_open: bool,
    ever_joined: bool,
    /// Whether the session of this attempt has joined.
    joined: bool,
    /// The application wants another attempt, whatever this one comes to.
    forced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing is wanted: not started, or the application closed or left.
    Stopped,
    /// An attempt is under way, up to the end of its session.
    Trying,
    /// Until the next attempt.
    Waiting,
    /// The last attempt ended, and another is of no use.
    GivenUp,
}

impl Policy {
    /// A policy for a number of ways to the router, the preferred one first. More than 256 are not tried.
    #[must_use]
    pub fn new(config: Config, ways: usize) -> Self {
        let backoff = Backoff::new(&config);
        Self {
            config,
            phase: Phase::Stopped,
            backoff,
            ways: Ways::new(ways),
            ever_open: false,
            ever_joined: false,
            joined: false,
            forced: false,
        }
    }

    /// The application wants a connection: everything is counted anew, and an attempt begins.
    pub fn start(&mut self) {
        self.backoff.reset(&self.config);
        self.begin();
    }

    /// The application wants none any more.
    pub const fn stop(&mut self) {
        self.phase = Phase::Stopped;
        self.forced = false;
    }

    /// Begins an attempt: the ways, the best first. None are to be tried when there is to be no attempt.
    ///
    /// The way that was good last comes first and the others behind it, as they were given; a way that failed
    /// within the last five minutes comes after those that did not, and the one that did so longest ago is the
    /// first of these.
    pub fn order(&mut self, now: Duration) -> &[usize] {
        match self.phase {
            Phase::Trying | Phase::Waiting => {
                self.begin();
                self.ways.order(now)
            }
            Phase::Stopped | Phase::GivenUp => &[],
        }
    }

    /// The transport of a way is open.
    pub fn opened(&mut self, way: usize) {
        self.ever_open = true;
        self.ways.opened(way);
    }

    /// A way did not lead to a router, or what it led to is none.
    pub fn missed(&mut self, now: Duration, way: usize) {
        self.ways.failed(now, way);
    }

    /// The router has welcomed the session. Not before, because a router that takes connections and refuses
    /// sessions would be asked for ever.
    pub fn joined(&mut self) {
        self.joined = true;
        self.ever_joined = true;
        self.backoff.reset(&self.config);
        self.ways.good();
    }

    /// The end of an attempt. `normal` is of the standard normal distribution, and spreads the delay.
    pub fn ended(&mut self, now: Duration, end: End<'_>, normal: f64) -> Verdict {
        let how = match end {
            End::Unsupported => How::Unsupported,
            End::Unreachable if !self.ever_open => How::Unreachable,
            End::Unreachable | End::Lost => How::Lost,
            End::Closed(_) | End::Refused | End::Left => How::Closed,
        };
        if !self.joined && matches!(end, End::Lost | End::Closed(_)) {
            self.ways.no_good(now);
        }
        if end == End::Left {
            self.stop();
        }
        if self.phase != Phase::Trying {
            return Verdict { how, retry: None };
        }
        let retry = if mem::take(&mut self.forced) {
            self.backoff.reset(&self.config);
            Some(Retry { delay: 0.0, count: 0 })
        } else if self.is_of_use(&end, how) {
            self.next(normal)
        } else {
            None
        };
        self.phase = if retry.is_some() { Phase::Waiting } else { Phase::GivenUp };
        Verdict { how, retry }
    }

    /// The application judges the end otherwise, or the same: the retry that there is now. Nothing makes one
    /// after the application closed or left, nor more than `max_retries`.
    pub fn overrule(&mut self, retry: bool, normal: f64) -> Option<Retry> {
        match (self.phase, retry) {
            (Phase::Waiting, true) => return Some(self.backoff.last()),
            (Phase::GivenUp, true) => {
                let retry = self.next(normal)?;
                self.phase = Phase::Waiting;
                return Some(retry);
            }
            (Phase::Waiting, false) => self.phase = Phase::GivenUp,
            (Phase::Stopped | Phase::Trying | Phase::GivenUp, _) => {}
        }
        None
    }

    /// Whether there is a wait that may be cut short, when something speaks for trying at once, such as a
    /// network that is there again. What was counted stays.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.phase == Phase::Waiting
    }

    /// The application wants another connection, now.
    pub fn reconnect(&mut self) -> Reconnect {
        match self.phase {
            Phase::Waiting => {
                self.start();
                Reconnect::Now
            }
            Phase::Trying => {
                self.forced = true;
                Reconnect::Drop
            }
            Phase::Stopped | Phase::GivenUp => Reconnect::Never,
        }
    }

    const fn begin(&mut self) {
        self.phase = Phase::Trying;
        self.joined = false;
        self.forced = false;
    }

    /// Whether another attempt may come to something else. Whoever was in can come in again: only a refusal to
    /// join says that trying is of no use.
    fn is_of_use(&self, end: &End<'_>, how: How) -> bool {
        match end {
            End::Unsupported | End::Refused | End::Left => false,
            End::Closed(Some(reason)) => self.joined || !end::is_fatal(reason),
            End::Unreachable | End::Lost | End::Closed(None) => {
                how != How::Unreachable || self.config.retry_if_unreachable
            }
        }
    }

    fn next(&mut self, normal: f64) -> Option<Retry> {
        let limit = if self.ever_joined { self.config.max_retries } else { self.config.max_first_retries };
        self.backoff.next(&self.config, limit, normal)
    }
}
