//! What holds for the reconnect machine, whatever happens in whatever order. Shared by the fuzz target, by the
//! test that runs its seeds and by a property test; a broken property panics.

use std::time::Duration;

use wamp_wasm::reconnect::{Config, End, Policy, Reconnect, Retry};

const REASONS: [Option<&str>; 4] =
    [None, Some(""), Some("wamp.error.no_such_realm"), Some("wamp.close.system_shutdown")];

/// What the machine may do now, told from what has happened.
#[derive(Default)]
struct Model {
    ways: usize,
    greatest: f64,
    limits: [Option<u32>; 2],
    wanted: bool,
    waiting: bool,
    forced: bool,
    ever_joined: bool,
    count: u32,
}

impl Model {
    fn check(&mut self, retry: Option<Retry>) {
        let Some(Retry { delay, count }) = retry else { return };
        assert!(self.wanted, "a retry that nobody wants");
        assert!((0.0..=self.greatest).contains(&delay), "{delay} is not within 0 and {}", self.greatest);
        if self.forced {
            assert_eq!((delay, count), (0.0, 0), "what is forced begins at once and does not count");
        } else {
            assert_eq!(count, self.count.saturating_add(1), "retries count one by one");
            let [first, later] = self.limits;
            let limit = if self.ever_joined { later } else { first };
            assert!(limit.is_none_or(|limit| count <= limit), "retry {count} of {limit:?}");
        }
        self.count = count;
    }
}

/// Reads a configuration and then events from octets, until there are none.
pub(crate) fn check(script: &[u8]) {
    let mut octets = Octets(script);
    let mut config = Config::default();
    config.max_retries = octets.limit();
    config.max_first_retries = octets.limit();
    config.initial_retry_delay = octets.number();
    config.max_retry_delay = octets.number();
    config.retry_delay_growth = octets.number();
    config.retry_delay_jitter = octets.number();
    config.retry_if_unreachable = octets.next().is_multiple_of(2);
    // Mostly few: many are slow, and no different.
    let ways = octets.next();
    let ways = if ways < 250 { usize::from(ways % 8) } else { usize::from(ways) * 2 };
    let mut model = Model {
        ways: ways.min(256),
        greatest: config.max_retry_delay.max(0.0),
        limits: [config.max_first_retries, config.max_retries],
        ..Model::default()
    };
    let mut policy = Policy::new(config, ways);
    let mut now = Duration::ZERO;
    while !octets.0.is_empty() {
        // Now and then a clock runs backwards.
        let passed = Duration::from_secs(u64::from(octets.next()));
        now = if passed.as_secs() == 255 { now / 2 } else { now.saturating_add(passed) };
        step(&mut policy, &mut model, &mut octets, now);
        assert_eq!(policy.is_waiting(), model.waiting);
    }
}

fn step(policy: &mut Policy, model: &mut Model, octets: &mut Octets<'_>, now: Duration) {
    match octets.next() % 9 {
        0 => {
            policy.start();
            (model.wanted, model.waiting, model.forced, model.count) = (true, false, false, 0);
        }
        1 => {
            policy.stop();
            (model.wanted, model.waiting, model.forced) = (false, false, false);
        }
        2 => {
            let mut order = policy.order(now).to_vec();
            if model.ways == 0 {
                (model.waiting, model.forced) = (false, false);
            } else if order.is_empty() {
                assert!(!model.waiting, "a retry that waits is made");
            } else {
                assert!(model.wanted, "an attempt that nobody wants");
                (model.waiting, model.forced) = (false, false);
                order.sort_unstable();
                assert!(order.into_iter().eq(0..model.ways), "every way gets one turn");
            }
        }
        3 => policy.opened(octets.next().into()),
        4 => policy.missed(now, octets.next().into()),
        5 => {
            policy.joined();
            (model.ever_joined, model.count) = (true, 0);
        }
        6 => {
            let end = octets.end();
            let normal = octets.number();
            if end == End::Left {
                (model.wanted, model.waiting, model.forced) = (false, false, false);
            }
            let retry = policy.ended(now, end, normal).retry;
            assert!(retry.is_none() || !model.waiting, "one end, one retry");
            model.check(retry);
            model.forced &= retry.is_none();
            model.waiting |= retry.is_some();
        }
        7 => {
            let again = octets.next().is_multiple_of(2);
            let retry = policy.overrule(again, octets.number());
            assert!(again || retry.is_none(), "a veto counts");
            if model.waiting {
                assert_eq!(retry.is_some(), again);
                assert!(retry.is_none_or(|retry| retry.count == model.count), "nothing new is counted");
            } else {
                model.check(retry);
            }
            model.waiting = retry.is_some();
        }
        _ => match policy.reconnect() {
            Reconnect::Never => assert!(!model.waiting),
            Reconnect::Now => {
                assert!(model.waiting);
                (model.waiting, model.forced, model.count) = (false, false, 0);
            }
            Reconnect::Drop => {
                assert!(model.wanted && !model.waiting);
                model.forced = true;
            }
        },
    }
}

struct Octets<'a>(&'a [u8]);

impl Octets<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Small ones, and for ever.
    fn limit(&mut self) -> Option<u32> {
        Some(self.next()).filter(|limit| *limit < 255).map(u32::from)
    }

    /// Any number that there is; half of them such as an application gives.
    fn number(&mut self) -> f64 {
        let first = self.next();
        if first < 128 {
            f64::from(first) / 8.0
        } else {
            f64::from_le_bytes(std::array::from_fn(|_| self.next()))
        }
    }

    fn end(&mut self) -> End<'static> {
        match self.next() % 9 {
            0 => End::Unsupported,
            1 => End::Unreachable,
            2 => End::Refused,
            3 => End::Left,
            4 => End::Lost,
            other => End::Closed(REASONS.into_iter().cycle().nth(other.into()).flatten()),
        }
    }
}
