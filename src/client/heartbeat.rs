//! Notices a connection that is dead and was never closed, because a browser cannot ping.
//! One rule: whatever comes is a sign of life, and nothing is given up that was not asked in vain first.

use std::{
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures::future::LocalBoxFuture;

use super::{retry::Heartbeat, timer::Timer};

/// Where there is a reason to doubt, the answer has to come within this.
const SHORT: Duration = Duration::from_secs(5);
/// A timer that is so late has met a machine that slept: the answer may have come meanwhile.
const LATE: Duration = Duration::from_secs(1);

/// What is to be done about the connection.
pub(super) enum Beat {
    Nothing,
    /// Ask the router for something.
    Ask,
    /// It has not answered within this.
    Lost(Duration),
}

pub(super) struct Watch {
    timer: Rc<dyn Timer>,
    config: Heartbeat,
    /// So many frames had come at the last look, and when something had last.
    heard: u64,
    last: Duration,
    asked: Option<Asked>,
    due: Duration,
    sleep: LocalBoxFuture<'static, ()>,
}

#[derive(Clone, Copy)]
struct Asked {
    within: Duration,
    /// Whether the answer to the question before may only have been overslept.
    again: bool,
}

impl Watch {
    pub(super) fn new(timer: Rc<dyn Timer>, config: Heartbeat) -> Self {
        let now = timer.now();
        let due = now.saturating_add(config.interval / 2);
        let sleep = timer.sleep_until(due);
        Self { timer, config, heard: 0, last: now, asked: None, due, sleep }
    }

    /// There is a reason to ask now.
    pub(super) fn doubt(&mut self, heard: u64) -> Beat {
        self.heard = heard;
        let within = self.config.timeout.min(SHORT);
        if self.asked.is_some_and(|asked| asked.within <= within) {
            return Beat::Nothing;
        }
        self.ask(Asked { within, again: false })
    }

    /// Looks whether it is time to do something. `heard` frames have come by now.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, heard: u64) -> Beat {
        let now = self.timer.now();
        if self.sleep.as_mut().poll(cx).is_pending() {
            return Beat::Nothing;
        }
        if now < self.due {
            // Timers may ring too early.
            self.sleep = self.timer.sleep_until(self.due);
            return self.poll_again(cx);
        }
        if heard != self.heard {
            (self.heard, self.last) = (heard, now);
            self.rest();
            return self.poll_again(cx);
        }
        let Some(asked) = self.asked else {
            if now.saturating_sub(self.last) >= self.config.interval {
                return self.ask(Asked { within: self.config.timeout, again: false });
            }
            self.rest();
            return self.poll_again(cx);
        };
        if now.saturating_sub(self.due) > LATE && !asked.again {
            return self.ask(Asked { again: true, ..asked });
        }
        Beat::Lost(asked.within)
    }

    /// There was nobody to ask.
    pub(super) fn rest(&mut self) {
        self.asked = None;
        self.sleep(self.config.interval / 2);
    }

    fn ask(&mut self, asked: Asked) -> Beat {
        self.asked = Some(asked);
        self.sleep(asked.within);
        Beat::Ask
    }

    fn sleep(&mut self, time: Duration) {
        // An interval of nothing would never let anything else run.
        self.due = self.timer.now().saturating_add(time.max(Duration::from_millis(1)));
        self.sleep = self.timer.sleep_until(self.due);
    }

    /// Has the new timer wake us.
    fn poll_again(&mut self, cx: &mut Context<'_>) -> Beat {
        if let Poll::Ready(()) = self.sleep.as_mut().poll(cx) {
            // A future that is ready is not to be asked again.
            self.sleep = Box::pin(std::future::ready(()));
            cx.waker().wake_by_ref();
        }
        Beat::Nothing
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, task::Waker};

    use super::*;

    /// A clock whose sleeps ring at once, and each only once.
    #[derive(Default)]
    struct Hasty(Cell<Duration>);

    impl Timer for Hasty {
        fn now(&self) -> Duration {
            self.0.get()
        }

        fn sleep_until(&self, _: Duration) -> LocalBoxFuture<'static, ()> {
            Box::pin(async {})
        }
    }

    #[test]
    fn a_timer_that_rings_too_early_and_at_once_may_ring_again() {
        let timer = Rc::new(Hasty::default());
        let mut watch = Watch::new(Rc::<Hasty>::clone(&timer), Heartbeat::default());
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(matches!(watch.poll(&mut cx, 0), Beat::Nothing));
        }
        timer.0.set(Duration::from_secs(30));
        assert!(matches!(watch.poll(&mut cx, 0), Beat::Ask));
    }
}
