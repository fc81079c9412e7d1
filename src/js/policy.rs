//! The reconnect machine with an interface of numbers.
//! The one rule: `api/reconnect.js` and `api/end.js` have the same names and numbers.

use wasm_bindgen::prelude::wasm_bindgen;

use super::core::{instant, text};
use crate::reconnect::{self, Config, Retry};

/// How an attempt ended, by number. What each means is said at [`reconnect::End`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// No transport can be made at all.
    Unsupported = 0,
    /// No way led to a router this time.
    Unreachable = 1,
    /// The application's own part is wrong.
    Refused = 2,
    /// The application left.
    Left = 3,
    /// The transport broke.
    Lost = 4,
    /// In good order.
    Closed = 5,
}

/// When and where to connect again.
#[wasm_bindgen]
pub struct Policy {
    policy: reconnect::Policy,
    retry: Option<Retry>,
}

#[wasm_bindgen]
impl Policy {
    /// A policy with autobahn's options, times in seconds and negative numbers of retries for ever; the second
    /// number of retries is that before any session has joined.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments, reason = "an object would have to be read field by field")]
    pub fn new(
        ways: u32,
        max_retries: f64,
        max_first_retries: f64,
        initial_retry_delay: f64,
        max_retry_delay: f64,
        retry_delay_growth: f64,
        retry_delay_jitter: f64,
        retry_if_unreachable: bool,
    ) -> Self {
        // A cast saturates.
        let limit = |retries: f64| (retries >= 0.0).then_some(retries as u32);
        let config = Config {
            max_retries: limit(max_retries),
            max_first_retries: limit(max_first_retries),
            initial_retry_delay,
            max_retry_delay,
            retry_delay_growth,
            retry_delay_jitter,
            retry_if_unreachable,
        };
        Self { policy: reconnect::Policy::new(config, ways as usize), retry: None }
    }

    /// The application wants a connection: everything is counted anew.
    pub fn start(&mut self) {
        self.policy.start();
    }

    /// The application wants none any more.
    pub fn stop(&mut self) {
        self.policy.stop();
    }

    /// Begins an attempt: the numbers of the ways, the best first.
    pub fn order(&mut self, now: f64) -> Vec<u8> {
        self.policy.order(instant(now)).iter().map(|way| *way as u8).collect()
    }

    /// The transport of a way is open.
    pub fn opened(&mut self, way: u32) {
        self.policy.opened(way as usize);
    }

    /// A way did not lead to a router.
    pub fn missed(&mut self, now: f64, way: u32) {
        self.policy.missed(instant(now), way as usize);
    }

    /// The router has welcomed the session.
    pub fn joined(&mut self) {
        self.policy.joined();
    }

    /// The end of an attempt: its `End`, the reason in UTF-8, which is empty without one, and a number of the
    /// standard normal distribution. Gives what to call it; `delay` and `count` are those of the retry.
    pub fn ended(&mut self, now: f64, end: u32, reason: Vec<u8>, normal: f64) -> u32 {
        let reason = text(reason);
        let end = match end {
            _ if end == End::Unsupported as u32 => reconnect::End::Unsupported,
            _ if end == End::Unreachable as u32 => reconnect::End::Unreachable,
            _ if end == End::Refused as u32 => reconnect::End::Refused,
            _ if end == End::Left as u32 => reconnect::End::Left,
            _ if end == End::Lost as u32 => reconnect::End::Lost,
            _ if end == End::Closed as u32 => {
                reconnect::End::Closed(Some(reason.as_str()).filter(|reason| !reason.is_empty()))
            }
            // No number of ours.
            _ => reconnect::End::Refused,
        };
        let verdict = self.policy.ended(instant(now), end, normal);
        self.retry = verdict.retry;
        verdict.how as u32
    }

    /// What the application says of the last end: `delay` and `count` are those of the retry that there is now.
    pub fn overrule(&mut self, retry: bool, normal: f64) {
        self.retry = self.policy.overrule(retry, normal);
    }

    /// Seconds until the retry; negative if there is none.
    #[wasm_bindgen(getter)]
    pub fn delay(&self) -> f64 {
        self.retry.map_or(-1.0, |retry| retry.delay)
    }

    /// How many retries there are with this one.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> u32 {
        self.retry.map_or(0, |retry| retry.count)
    }

    /// Whether there is a wait that may be cut short.
    pub fn is_waiting(&self) -> bool {
        self.policy.is_waiting()
    }

    /// The application wants another connection now: 0 there is to be none, 1 begin an attempt, 2 drop what
    /// there is, whose end then says that another attempt begins at once.
    pub fn reconnect(&mut self) -> u32 {
        self.policy.reconnect() as u32
    }
}
