//! What the handles and the driver share: the session machine, and who waits for what.
//! A borrow of it lasts for a few statements: never across a wake, a callback or an await.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    mem,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use futures::channel::oneshot;

use super::{
    config::ClientConfig,
    error::{JoinError, RequestError, SessionLost, WampError},
    fate::Wish,
    parts::Sink,
    registration::Endpoint,
    status::{Feed, Status},
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

/// The core of a session, cheap to clone. A durable one outlives its connections.
#[derive(Clone)]
pub(super) struct Shared {
    core: Rc<RefCell<Core>>,
    pub(super) timer: Rc<dyn Timer>,
    serializer: Rc<Cell<Serializer>>,
    pub(super) event_buffer: usize,
    pub(super) durable: bool,
}

pub(super) struct Core {
    pub(super) session: Session<Values>,
    pub(super) welcome: Option<Welcome>,
    /// How it ended for good.
    pub(super) ended: Option<Ended>,
    /// How the last session ended, as long as there is none.
    pub(super) lost: Option<Ended>,
    /// Who waits for the first session.
    pub(super) joining: Option<oneshot::Sender<Result<(), JoinError>>>,
    pub(super) answers: HashMap<Ticket, oneshot::Sender<Outcome<Values>>>,
    pub(super) queues: HashMap<Ticket, Weak<RefCell<Queue>>>,
    pub(super) endpoints: HashMap<Ticket, Endpoint>,
    /// Where the parts of the results of calls go.
    pub(super) results: HashMap<Ticket, Sink>,
    /// Messages that the transport has not taken yet.
    pub(super) unsent: usize,
    pub(super) driver: Option<Waker>,
    /// Who waits for `unsent` to fall, or for the end.
    waiting: Vec<Waker>,
    /// The application has left.
    pub(super) stopped: bool,
    pub(super) wish: Option<Wish>,
    pub(super) status: Status,
    pub(super) feeds: Vec<Weak<RefCell<Feed>>>,
}

impl Shared {
    pub(super) fn new(
        config: &ClientConfig,
        durable: bool,
        timer: Rc<dyn Timer>,
        serializer: Serializer,
        joining: oneshot::Sender<Result<(), JoinError>>,
    ) -> Self {
        let event_buffer = config.event_buffer;
        let core = Core {
            session: Session::new(SessionConfig { durable, ..config.session.clone() }),
            welcome: None,
            ended: None,
            lost: None,
            joining: Some(joining),
            answers: HashMap::new(),
            queues: HashMap::new(),
            endpoints: HashMap::new(),
            results: HashMap::new(),
            unsent: 0,
            driver: None,
            waiting: Vec::new(),
            stopped: false,
            wish: None,
            status: Status::Connecting { url: String::new() },
            feeds: Vec::new(),
        };
        let serializer = Rc::new(Cell::new(serializer));
        Self { core: Rc::new(RefCell::new(core)), timer, serializer, event_buffer, durable }
    }

    pub(super) fn serializer(&self) -> Serializer {
        self.serializer.get()
    }

    /// Another transport may speak another one.
    pub(super) fn set_serializer(&self, serializer: Serializer) {
        self.serializer.set(serializer);
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
            let result = command(core).map_err(|error| {
                match (&error, core.ended.as_ref().or(core.lost.as_ref())) {
                    (CommandError::NotOpen, Some(ended)) => SessionLost(ended.clone()).into(),
                    _ => RequestError::from(error),
                }
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
            // Nobody would pass the answer on any more.
            if core.ended.is_some() {
                return Err(CommandError::NotOpen);
            }
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
        encode(self.serializer(), message).map(drop)
    }

    /// Waits until the transport keeps up with what is sent.
    pub(super) async fn room(&self) {
        self.wait(|core| core.unsent < HIGH_WATER || core.ended.is_some() || core.lost.is_some()).await;
    }

    /// Waits until the session is over.
    pub(super) async fn over(&self) -> Ended {
        self.wait(|core| core.ended.is_some()).await;
        self.ended()
    }

    /// How it ended, or was lost last.
    pub(super) fn ended(&self) -> Ended {
        let ended = self.with(|core| core.ended.clone().or_else(|| core.lost.clone()));
        ended.unwrap_or_else(|| Ended {
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
        let relieved = self.with(|core| mem::replace(&mut core.unsent, unsent) >= HIGH_WATER);
        if relieved && unsent < HIGH_WATER {
            self.wake_waiting();
        }
    }

    /// Lets everybody who waits look again.
    pub(super) fn wake_waiting(&self) {
        let waiting = self.with(|core| mem::take(&mut core.waiting));
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
