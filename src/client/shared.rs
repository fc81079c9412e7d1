//! What the handles and the driver share: the session machine, and who waits for what.
//! A borrow of it lasts for a few statements: never across a wake, a callback or an await.

use std::{
    cell::RefCell,
    collections::HashMap,
    future::poll_fn,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use futures::channel::oneshot;

use super::{
    error::{RequestError, SessionLost, WampError},
    parts::Sink,
    registration::Procedure,
    subscription::Queue,
    timer::Timer,
};
use crate::{
    codec::{EncodeError, Serializer, encode},
    message::{Message, SubscriptionId, Values, Welcome},
    session::{Cause, CommandError, Ended, Failure, Outcome, Session, SessionConfig, Success, Ticket},
};

/// So many messages may wait for the transport before new requests wait too.
const HIGH_WATER: usize = 256;

/// The core of a session, cheap to clone.
#[derive(Clone)]
pub(super) struct Shared {
    core: Rc<RefCell<Core>>,
    pub(super) timer: Rc<dyn Timer>,
    pub(super) serializer: Serializer,
    pub(super) event_buffer: usize,
}

pub(super) struct Core {
    pub(super) session: Session<Values>,
    pub(super) welcome: Option<Welcome>,
    pub(super) ended: Option<Ended>,
    pub(super) answers: HashMap<Ticket, oneshot::Sender<Outcome<Values>>>,
    pub(super) queues: HashMap<Ticket, Weak<RefCell<Queue>>>,
    pub(super) procedures: HashMap<Ticket, Procedure>,
    /// Where the parts of the results of calls go.
    pub(super) results: HashMap<Ticket, Sink>,
    /// Messages that the transport has not taken yet.
    pub(super) unsent: usize,
    driver: Option<Waker>,
    /// Who waits for `unsent` to fall, or for the end.
    waiting: Vec<Waker>,
}

impl Shared {
    pub(super) fn new(
        config: SessionConfig,
        timer: Rc<dyn Timer>,
        serializer: Serializer,
        event_buffer: usize,
    ) -> Self {
        let core = Core {
            session: Session::new(config),
            welcome: None,
            ended: None,
            answers: HashMap::new(),
            queues: HashMap::new(),
            procedures: HashMap::new(),
            results: HashMap::new(),
            unsent: 0,
            driver: None,
            waiting: Vec::new(),
        };
        Self { core: Rc::new(RefCell::new(core)), timer, serializer, event_buffer }
    }

    /// Looks at or changes the core. The closure must not call out, nor drop what may call back.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Core) -> R) -> R {
        f(&mut self.core.borrow_mut())
    }

    /// The waker by which commands get the driver to work.
    pub(super) fn drive_with(&self, cx: &Context<'_>) {
        let waker = cx.waker().clone();
        let before = self.with(|core| core.driver.replace(waker));
        drop(before);
    }

    /// Gives the machine a command and gets the driver to work.
    pub(super) fn command<R>(
        &self,
        command: impl FnOnce(&mut Core) -> Result<R, CommandError>,
    ) -> Result<R, RequestError> {
        let (result, driver) = self.with(|core| {
            let result = command(core).map_err(|error| match (&error, &core.ended) {
                (CommandError::NotOpen, Some(ended)) => SessionLost(ended.clone()).into(),
                _ => RequestError::from(error),
            })?;
            core.unsent += 1;
            Ok::<_, RequestError>((result, core.driver.take()))
        })?;
        driver.into_iter().for_each(Waker::wake);
        Ok(result)
    }

    /// The same for a command that may have an answer.
    pub(super) fn request(
        &self,
        command: impl FnOnce(&mut Core) -> Result<Option<Ticket>, CommandError>,
    ) -> Result<Option<Answer>, RequestError> {
        let (sender, receiver) = oneshot::channel();
        let ticket = self.command(|core| {
            let ticket = command(core)?;
            if let Some(ticket) = ticket {
                core.answers.insert(ticket, sender);
            }
            Ok(ticket)
        })?;
        Ok(ticket.map(|ticket| Answer { ticket, shared: self.clone(), receiver }))
    }

    /// The same for a command that always has one.
    pub(super) fn ask(
        &self,
        command: impl FnOnce(&mut Core) -> Result<Ticket, CommandError>,
    ) -> Result<Answer, RequestError> {
        self.request(|core| command(core).map(Some))?.ok_or_else(odd)
    }

    /// Tells whether a message can be written. Asked before the machine gets its parts: a request that
    /// failed later would leave a gap in the request ids, which routers do not forgive.
    pub(super) fn check(&self, message: &Message<Values>) -> Result<(), EncodeError> {
        encode(self.serializer, message).map(drop)
    }

    /// Waits until the transport keeps up with what is sent.
    pub(super) async fn room(&self) {
        self.wait(|core| core.unsent < HIGH_WATER || core.ended.is_some()).await;
    }

    /// Waits until the session is over.
    pub(super) async fn over(&self) -> Ended {
        self.wait(|core| core.ended.is_some()).await;
        self.ended()
    }

    pub(super) fn ended(&self) -> Ended {
        self.with(|core| core.ended.clone()).unwrap_or_else(|| Ended {
            cause: Cause::TransportLost,
            reason: None,
            message: "the driver of the session is gone".to_owned(),
            was_open: true,
        })
    }

    async fn wait(&self, done: impl Fn(&Core) -> bool) {
        poll_fn(|cx| {
            self.with(|core| {
                if done(core) {
                    return Poll::Ready(());
                }
                if !core.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                    core.waiting.push(cx.waker().clone());
                }
                Poll::Pending
            })
        })
        .await;
    }

    /// So many messages are unsent now.
    pub(super) fn set_unsent(&self, unsent: usize) {
        let relieved = self.with(|core| std::mem::replace(&mut core.unsent, unsent) >= HIGH_WATER);
        if relieved && unsent < HIGH_WATER {
            self.wake_waiting();
        }
    }

    /// Lets everybody who waits look again.
    pub(super) fn wake_waiting(&self) {
        let waiting = self.with(|core| std::mem::take(&mut core.waiting));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// The queues of the handlers of a subscription.
    pub(super) fn queues_of(&self, subscription: SubscriptionId) -> Vec<Rc<RefCell<Queue>>> {
        self.with(|core| {
            let handlers = core.session.handlers(subscription);
            handlers.iter().filter_map(|ticket| core.queues.get(ticket)?.upgrade()).collect()
        })
    }
}

/// The answer to a request that was sent. Dropping it sends nothing.
pub(super) struct Answer {
    pub(super) ticket: Ticket,
    shared: Shared,
    receiver: oneshot::Receiver<Outcome<Values>>,
}

impl Answer {
    pub(super) async fn wait(self) -> Result<Success<Values>, RequestError> {
        match self.receiver.await {
            Ok(Ok(success)) => Ok(success),
            Ok(Err(Failure::Error { error, payload })) => Err(WampError::from_parts(error, payload).into()),
            Ok(Err(Failure::SessionLost(ended))) => Err(SessionLost(ended).into()),
            Err(oneshot::Canceled) => Err(SessionLost(self.shared.ended()).into()),
        }
    }
}

/// An answer of another kind than its request. The machine never makes one.
pub(super) const fn odd() -> RequestError {
    RequestError::Command(CommandError::NotActive("request"))
}
