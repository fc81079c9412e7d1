//! The fast way through the core, for the messages that come and go by the thousand: one call with
//! numbers, one number back. The one rule: 0 decides nothing, and the message goes the ordinary way.

use wasm_bindgen::prelude::wasm_bindgen;

use super::core::{Core, id, number};
use crate::message::{Id, Show};

#[wasm_bindgen]
impl Core {
    /// An EVENT without details: makes `handler(i)` give the handlers to be called with it, if any.
    pub fn on_event(&mut self, subscription: f64) {
        self.handlers.clear();
        let handlers = id(subscription).and_then(|id| self.session.on_event(id));
        self.handlers.extend_from_slice(handlers.unwrap_or_default());
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

    /// The endpoint for INVOCATIONs without details that the glue runs and answers without a word, until it
    /// has anything else to say: then it tells of those that still run with `on_invocation`, first of all.
    pub fn lent_endpoint(&self, registration: f64) -> f64 {
        let endpoint = id(registration).and_then(|registration| self.session.lent_endpoint(registration));
        endpoint.map_or(0.0, number)
    }

    /// The id of the next request, for a glue that numbers its own from there without a word: PUBLISHes without
    /// an answer, and CALLs, of which as many as `a` says may wait. Before it has anything else to say, it tells
    /// of each CALL that still waits with `took` and `begin`, and with `took` where it has come to.
    pub fn lend(&mut self) -> f64 {
        self.session.lend().map_or(0.0, |(next, room)| {
            self.a = room as f64;
            next.get() as f64
        })
    }

    /// All request ids before this one are in use.
    pub fn took(&mut self, next: f64) {
        if let Some(next) = id(next) {
            self.session.took(next);
        }
    }

    /// Gives the request id of a CALL or PUBLISH that the glue sends next; `a` is the ticket, 0 without one.
    /// `flag`: a CALL takes parts of the result, a PUBLISH is acknowledged. 0: no id was taken, and `take_text` says why.
    pub fn begin(&mut self, call: bool, flag: bool) -> f64 {
        let begun = if call {
            self.session.begin_call(flag).map(|(request, ticket)| (request, Some(ticket)))
        } else {
            self.session.begin_publish(flag)
        };
        // No `Result` here: one that crosses costs more than the whole call.
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
