//! What becomes of a session: open, lost, over for good, and what the application wants to become of it.
//! One rule: whoever waits is told of the end before the end is over.

use std::{
    mem,
    rc::{Rc, Weak},
    task::Waker,
};

use super::{
    error::JoinError,
    shared::{Core, Shared},
    status::{Feed, Status, StatusStream},
    subscription::Queue,
};
use crate::{
    message::{Values, Welcome},
    session::{Ended, Outcome, Output, SessionEvent, Ticket},
};

/// What the application wants of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// None any more.
    Stop,
    /// Another one, now.
    Reconnect,
    /// To know whether it is still alive.
    Check,
}

impl Shared {
    /// The session is open. Whether somebody wants it.
    pub(super) fn joined(&self, welcome: Welcome) -> bool {
        let status = Status::Open { id: welcome.session };
        let joining = self.with(|core| {
            core.welcome = Some(welcome);
            core.lost = None;
            core.joining.take()
        });
        self.tell(status);
        joining.is_none_or(|joining| joining.send(Ok(())).is_ok())
    }

    /// The session is over; that of a durable one may be followed by another.
    pub(super) fn lost(&self, ended: Ended) {
        if self.durable {
            self.with(|core| core.lost = Some(ended));
            self.set_unsent(0);
            // Those who wait for room shall know that there is nobody to make any.
            self.wake_waiting();
        } else {
            self.finish(ended.clone(), JoinError::Ended(ended));
        }
    }

    /// It is over for good: whoever waits learns it.
    pub(super) fn finish(&self, ended: Ended, error: JoinError) {
        let left = self.with(|core| {
            if core.ended.is_some() {
                return None;
            }
            core.ended = Some(ended.clone());
            let Core { queues, endpoints, answers, joining, .. } = core;
            Some((mem::take(queues), mem::take(endpoints), mem::take(answers), joining.take()))
        });
        let Some((queues, endpoints, answers, joining)) = left else { return };
        queues.values().filter_map(Weak::upgrade).for_each(|queue| Queue::end(&queue));
        // Procedures may hold handles of this very session. All answers are settled by now.
        drop((endpoints, answers));
        if let Some(joining) = joining {
            let _ = joining.send(Err(error));
        }
        self.tell(Status::Closed(ended));
        self.wake_waiting();
    }

    /// A command has its answer, for which nobody may wait any more.
    pub(super) fn settled(&self, ticket: Ticket, outcome: Outcome<Values>) {
        let (answer, sink) = self.with(|core| (core.answers.remove(&ticket), core.results.remove(&ticket)));
        if outcome.is_err() {
            // What was to be subscribed or registered, whether or not anybody still waits for it.
            drop(self.with(|core| (core.queues.remove(&ticket), core.endpoints.remove(&ticket))));
        }
        sink.and_then(|sink| sink.parts()).into_iter().for_each(|parts| parts.end());
        let _ = answer.map(|answer| answer.send(outcome));
    }

    /// Settles what was ended between two sessions.
    pub(super) fn drain_idle(&self) {
        while let Some(output) = self.with(|core| core.session.poll()) {
            if let Output::Event(SessionEvent::Settled { ticket, outcome }) = output {
                self.settled(ticket, outcome);
            }
        }
        self.set_unsent(0);
    }

    /// Tells the driver what the application wants. Whether there is a connection to want something of.
    pub(super) fn wish(&self, wish: Wish) -> bool {
        let driver = self.with(|core| {
            if !self.durable || core.ended.is_some() || core.stopped {
                return None;
            }
            core.stopped = wish == Wish::Stop;
            // To reconnect checks, too.
            if core.wish != Some(Wish::Reconnect) || wish == Wish::Stop {
                core.wish = Some(wish);
            }
            Some(core.driver.take())
        });
        driver.iter().flatten().for_each(Waker::wake_by_ref);
        driver.is_some()
    }

    pub(super) fn take_wish(&self) -> Option<Wish> {
        self.with(|core| core.wish.take())
    }

    /// Whether the application has left.
    pub(super) fn is_stopped(&self) -> bool {
        self.with(|core| core.stopped)
    }

    pub(super) fn statuses(&self) -> StatusStream {
        let (stream, feed) = StatusStream::new(self.with(|core| core.status.clone()));
        self.with(|core| {
            core.feeds.retain(|feed| feed.strong_count() > 0);
            core.feeds.push(Rc::downgrade(&feed));
        });
        stream
    }

    pub(super) fn tell(&self, status: Status) {
        let feeds: Vec<_> = self.with(|core| {
            core.feeds.retain(|feed| feed.strong_count() > 0);
            core.feeds.iter().filter_map(Weak::upgrade).collect()
        });
        feeds.iter().for_each(|feed| Feed::push(feed, status.clone()));
        if !matches!(status, Status::Restored { .. } | Status::NotRestored { .. }) {
            self.with(|core| core.status = status);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::oneshot;

    use super::*;
    use crate::{
        client::{ClientConfig, ManualTimer},
        codec::Serializer,
    };

    #[test]
    fn readers_that_are_gone_are_forgotten_though_nothing_changes() {
        let config = ClientConfig::new("memory", "realm1");
        let timer = Rc::new(ManualTimer::default());
        let shared = Shared::new(&config, true, timer, Serializer::Json, oneshot::channel().0);
        let kept = shared.statuses();
        for _ in 0..100 {
            drop(shared.statuses());
        }
        assert!(shared.with(|core| core.feeds.len()) <= 2);
        drop(kept);
    }
}
