//! Moving frames between two ends. A transport knows nothing of WAMP: it is reliable, keeps the order,
//! and never calls back into the code that uses it.

mod memory;
#[cfg(all(target_family = "wasm", feature = "client"))]
mod websocket;

use std::{
    fmt,
    task::{Context, Poll},
};

use crate::codec::Frame;

pub use memory::{MemoryTransport, pair};
#[cfg(all(target_family = "wasm", feature = "client"))]
pub use websocket::{OpenError, WebSocketTransport};

/// One end of a connection that moves frames, for one task at a time.
///
/// Polled rather than `async`, so that one task can wait for both directions at once, and without a
/// `Send` bound, because a browser's socket lives in one thread.
pub trait Transport {
    /// Ready when another frame may be sent: the back-pressure of the connection. What was sent before
    /// may still be on its way.
    ///
    /// # Errors
    /// [`Closed`] when nothing can be sent any more.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>>;

    /// Sends a frame behind those sent before. Whoever sends without waiting for
    /// [`poll_ready`](Self::poll_ready) still loses nothing, but makes the queue grow.
    ///
    /// # Errors
    /// [`Closed`] when nothing can be sent any more.
    fn send(&mut self, frame: Frame) -> Result<(), Closed>;

    /// The next frame, in the order in which they were sent.
    ///
    /// # Errors
    /// [`Closed`] after the last frame, and again each time it is asked.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, Closed>>;

    /// Closes the connection behind everything that was sent. Closing twice does nothing.
    /// Dropping a transport closes it too, with less manners.
    fn close(&mut self, code: CloseCode, reason: &str);
}

/// How a connection ended, in the words of the WebSocket protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Closed {
    /// The close code; 1006 when the connection was lost without one.
    pub code: u16,
    /// What the side that closed gave as the reason; may be empty.
    pub reason: String,
    /// Whether both sides agreed to close.
    pub was_clean: bool,
}

impl Closed {
    /// The connection was lost: code 1006, not clean.
    #[must_use]
    pub fn lost(reason: &str) -> Self {
        Self { code: 1006, reason: reason.to_owned(), was_clean: false }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.was_clean { "connection closed" } else { "connection lost" })?;
        write!(f, " (code {}", self.code)?;
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        f.write_str(")")
    }
}

/// A close code that an application may send: 1000, or 3000 to 4999. Browsers refuse every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);

    /// The code with this number, if an application may send it.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        if matches!(code, 1000 | 3000..=4999) { Some(Self(code)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_close_codes_of_applications_can_be_sent() {
        for good in [1000, 3000, 4999] {
            assert_eq!(CloseCode::new(good).map(CloseCode::get), Some(good));
        }
        for bad in [0, 999, 1001, 1005, 1006, 2999, 5000] {
            assert_eq!(CloseCode::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn how_it_ended_reads_as_a_sentence() {
        let clean = Closed { code: 1000, reason: String::new(), was_clean: true };
        assert_eq!(clean.to_string(), "connection closed (code 1000)");
        assert_eq!(Closed::lost("reset").to_string(), "connection lost (code 1006: reset)");
    }
}
