//! The fast way through the core, for the messages that come and go by the thousand: one call with
//! numbers, one number back. The one rule: 0 decides nothing, and the message goes the ordinary way.

use wasm_bindgen::prelude::wasm_bindgen;

use super::core::{Core, id, number};
use crate::{
    message::{Id, RequestId, Show},
    session::{CommandError, Ticket},
};

#[wasm_bindgen]
impl Core {
    /// An EVENT without details: the ticket of the first handler to be called with it. The others are
    /// those of `list_handlers`.
    pub fn on_event(&self, subscription: f64) -> f64 {
        let handlers = id(subscription).and_then(|id| self.session.on_event(id));
        handlers.and_then(<[_]>::first).copied().map_or(0.0, number)
    }

    /// A RESULT without details: the ticket of its call, which is settled with it.
    pub fn on_result(&mut self, request: f64) -> f64 {
        id(request).and_then(|id| self.session.on_result(id)).map_or(0.0, number)
    }

    /// An INVOCATION without details: the ticket of the endpoint that has to answer it.
    pub fn on_invocation(&mut self, request: f64, registration: f64) -> f64 {
        let ids = id(request).zip(id(registration));
        ids.and_then(|(request, registration)| self.session.on_invocation(request, registration))
            .map_or(0.0, number)
    }

    /// Makes `handler(i)` give the handlers of a subscription.
    pub fn list_handlers(&mut self, subscription: f64) {
        self.handlers.clear();
        let handlers = id(subscription).map(|id| self.session.handlers(id));
        self.handlers.extend_from_slice(handlers.unwrap_or_default());
    }

    /// Gives the request id of a PUBLISH that the glue sends next; `a` is the ticket, 0 without one.
    /// 0: no id was taken, and `take_text` says why.
    pub fn begin_publish(&mut self, acknowledge: bool) -> f64 {
        let begun = self.session.begin_publish(acknowledge);
        self.begun(begun)
    }

    /// Gives the request id of a CALL that the glue sends next; `a` is the ticket.
    /// 0: no id was taken, and `take_text` says why.
    pub fn begin_call(&mut self, receive_progress: bool) -> f64 {
        let begun = self.session.begin_call(receive_progress);
        self.begun(begun.map(|(request, ticket)| (request, Some(ticket))))
    }
}

impl Core {
    // No `Result` here: one that crosses costs more than the whole call.
    fn begun(&mut self, begun: Result<(RequestId, Option<Ticket>), CommandError>) -> f64 {
        match begun {
            Ok((request, ticket)) => {
                self.a = ticket.map_or(0.0, number);
                request.get() as f64
            }
            Err(error) => {
                self.text = error.text();
                0.0
            }
        }
    }
}
