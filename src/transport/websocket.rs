//! The browser's WebSocket as a transport, in a page or a worker.
//! The socket's listeners live in the struct and are removed when it is dropped; they only queue and
//! wake, so no code of ours ever runs inside an event of the browser.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::{CloseCode, Closed, Transport};
use crate::codec::Frame;

/// So many octets may wait in the browser before [`Transport::poll_ready`] makes the sender wait.
const HIGH_WATER: u32 = 1 << 20;

/// How often a sender that waits looks again: browsers have no event for a buffer that drains.
const LOOK_AGAIN_MS: u32 = 20;

/// The longest reason that fits a close frame, in octets.
const MAX_REASON: usize = 123;

/// An open WebSocket.
///
/// What the browser received is queued without limit until it is taken, because a WebSocket has no
/// means to slow its peer down.
pub struct WebSocketTransport {
    socket: WebSocket,
    state: Rc<RefCell<State>>,
    /// Runs while a sender waits for the browser's buffer to drain.
    look_again: Option<TimeoutFuture>,
    listeners: Option<Listeners>,
}

/// What the listeners learn.
#[derive(Default)]
struct State {
    open: bool,
    inbox: VecDeque<Frame>,
    closed: Option<Closed>,
    waker: Option<Waker>,
}

struct Listeners {
    open: Closure<dyn FnMut(Event)>,
    message: Closure<dyn FnMut(MessageEvent)>,
    close: Closure<dyn FnMut(CloseEvent)>,
}

/// Why a WebSocket could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The browser does not even try: the URL is no WebSocket URL, or a page loaded over TLS may not
    /// open it. The caller's mistake; the text is the browser's.
    #[error("cannot open a WebSocket to '{url}': {reason}")]
    Refused {
        /// The URL.
        url: String,
        /// What the browser says.
        reason: String,
    },
    /// The server cannot be reached or does not accept the connection. Browsers do not tell which.
    #[error("cannot connect to '{url}': {closed}")]
    Failed {
        /// The URL.
        url: String,
        /// How the attempt ended.
        closed: Closed,
    },
    /// The server did not answer in time.
    #[error("no answer from '{url}' within {} ms", .after.as_millis())]
    TimedOut {
        /// The URL.
        url: String,
        /// How long we waited.
        after: Duration,
    },
    /// The server chose a subprotocol that was not offered, or none.
    #[error("'{url}' chose the subprotocol '{chosen}', which was not offered")]
    Subprotocol {
        /// The URL.
        url: String,
        /// The server's choice; may be empty.
        chosen: String,
    },
}

impl WebSocketTransport {
    /// Connects to a server, offers the subprotocols in this order and waits until the server has chosen
    /// one. Dropping the future gives the attempt up.
    ///
    /// ```no_run
    /// # #[cfg(target_family = "wasm")]
    /// # async fn example() -> Result<(), wamp_wasm::transport::OpenError> {
    /// use std::time::Duration;
    /// use wamp_wasm::transport::WebSocketTransport;
    ///
    /// let offered = ["wamp.2.msgpack", "wamp.2.json"];
    /// let socket = WebSocketTransport::open("ws://localhost:8080/ws", &offered, Duration::from_secs(10)).await?;
    /// assert!(offered.contains(&socket.subprotocol().as_str()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`OpenError`] says who is to blame.
    pub async fn open(url: &str, subprotocols: &[&str], timeout: Duration) -> Result<Self, OpenError> {
        let offered: Array = subprotocols.iter().copied().map(JsValue::from_str).collect();
        let socket = WebSocket::new_with_str_sequence(url, &offered)
            .map_err(|error| OpenError::Refused { url: url.to_owned(), reason: text_of(&error) })?;
        // Before any event can come: a message as Blob could only be read asynchronously.
        socket.set_binary_type(BinaryType::Arraybuffer);
        let mut transport = Self::listening(socket);

        let mut timer = TimeoutFuture::new(millis(timeout));
        let opened = poll_fn(|cx| {
            let opened = transport.poll_open(cx);
            if opened.is_pending() && Pin::new(&mut timer).poll(cx).is_ready() {
                return Poll::Ready(Err(OpenError::TimedOut { url: url.to_owned(), after: timeout }));
            }
            opened.map_err(|closed| OpenError::Failed { url: url.to_owned(), closed })
        });
        opened.await?;

        let chosen = transport.subprotocol();
        if subprotocols.contains(&chosen.as_str()) {
            return Ok(transport);
        }
        transport.close(CloseCode::NORMAL, "no subprotocol agreed");
        Err(OpenError::Subprotocol { url: url.to_owned(), chosen })
    }

    /// The subprotocol that the server chose.
    #[must_use]
    pub fn subprotocol(&self) -> String {
        self.socket.protocol()
    }

    fn listening(socket: WebSocket) -> Self {
        let state = Rc::<RefCell<State>>::default();
        let listeners = Listeners {
            open: Closure::new(tell(&state, |state, _: Event| state.open = true)),
            message: Closure::new(tell(&state, |state, event: MessageEvent| match frame_of(&event.data()) {
                Some(frame) if state.closed.is_none() => state.inbox.push_back(frame),
                Some(_) => {}
                None => {
                    let odd = "a message that is neither text nor octets";
                    state.closed.get_or_insert_with(|| Closed::lost(odd));
                }
            })),
            close: Closure::new(tell(&state, |state, event: CloseEvent| {
                state.closed.get_or_insert_with(|| Closed {
                    code: event.code(),
                    reason: event.reason(),
                    was_clean: event.was_clean(),
                });
            })),
        };
        // The error event says nothing: a close event with what can be known always follows it.
        socket.set_onopen(Some(listeners.open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(listeners.message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(listeners.close.as_ref().unchecked_ref()));
        Self { socket, state, look_again: None, listeners: Some(listeners) }
    }

    fn poll_open(&self, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        let mut state = self.state.borrow_mut();
        match &state.closed {
            Some(closed) => Poll::Ready(Err(closed.clone())),
            None if state.open => Poll::Ready(Ok(())),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    fn closed(&self) -> Option<Closed> {
        self.state.borrow().closed.clone()
    }
}

/// A listener that changes the state, and wakes the task of the transport once the state is released.
fn tell<E>(state: &Rc<RefCell<State>>, change: impl Fn(&mut State, E) + 'static) -> impl FnMut(E) + 'static {
    let state = Rc::clone(state);
    move |event| {
        let waker = {
            let mut state = state.borrow_mut();
            change(&mut state, event);
            state.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }
}

impl Transport for WebSocketTransport {
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if let Some(closed) = self.closed() {
            return Poll::Ready(Err(closed));
        }
        while self.socket.buffered_amount() > HIGH_WATER {
            let timer = self.look_again.get_or_insert_with(|| TimeoutFuture::new(LOOK_AGAIN_MS));
            if Pin::new(timer).poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.look_again = None;
        }
        Poll::Ready(Ok(()))
    }

    fn send(&mut self, frame: Frame) -> Result<(), Closed> {
        if let Some(closed) = self.closed() {
            return Err(closed);
        }
        let sent = match &frame {
            Frame::Text(text) => self.socket.send_with_str(text),
            Frame::Binary(octets) => self.socket.send_with_u8_array(octets),
        };
        sent.map_err(|error| Closed::lost(&text_of(&error)))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, Closed>> {
        let mut state = self.state.borrow_mut();
        if let Some(frame) = state.inbox.pop_front() {
            return Poll::Ready(Ok(frame));
        }
        if let Some(closed) = &state.closed {
            return Poll::Ready(Err(closed.clone()));
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn close(&mut self, code: CloseCode, reason: &str) {
        let reason = reason.get(..reason.floor_char_boundary(MAX_REASON)).unwrap_or_default();
        // It throws for a wrong code or a long reason only, and both are right here.
        let _ = self.socket.close_with_code_and_reason(code.get(), reason);
    }
}

impl Drop for WebSocketTransport {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.listeners = None;
        let _ = self.socket.close();
    }
}

fn frame_of(data: &JsValue) -> Option<Frame> {
    if let Some(text) = data.dyn_ref::<JsString>() {
        return Some(Frame::Text(text.into()));
    }
    let buffer = data.dyn_ref::<ArrayBuffer>()?;
    Some(Frame::Binary(Uint8Array::new(buffer).to_vec()))
}

/// What a thrown value says, without trusting that it is an `Error`.
fn text_of(thrown: &JsValue) -> String {
    let message = thrown.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
    message.map_or_else(|| format!("{thrown:?}"), String::from)
}

/// Timers of the browser hold 31 bits of milliseconds.
fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).map_or(i32::MAX as u32, |ms| ms.min(i32::MAX as u32))
}
