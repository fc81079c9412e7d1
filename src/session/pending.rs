//! The requests of a session: their ids, and what was asked and is not answered yet.
//! The only place where answers are matched, by the type *and* the id of the request. One counter
//! serves all six types; an id is allotted at the moment in which its message is sent.

use std::time::Duration;

use crate::message::{Id, IdSequence, MAX_ID, MessageType, Pattern, RequestId, Role};

use super::{Ticket, calls::Calling, table::Table, violation::Violation};

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Pending {
    request: RequestId,
    pub(super) ticket: Ticket,
    pub(super) asked: Asked,
}

/// What was asked, with what is needed to act on the answer.
#[derive(Debug)]
pub(super) enum Asked {
    Publish,
    Call(Calling),
    /// SUBSCRIBE or REGISTER, of the role that the router plays for it.
    Begin(Role, Pattern),
    /// UNSUBSCRIBE or UNREGISTER, for the last member of what the router gave this id.
    End {
        role: Role,
        pattern: Pattern,
        id: u64,
        member: Ticket,
    },
}

impl Asked {
    const fn request_type(&self) -> MessageType {
        match self {
            Self::Publish => MessageType::Publish,
            Self::Call(_) => MessageType::Call,
            Self::Begin(Role::Broker, _) => MessageType::Subscribe,
            Self::Begin(..) => MessageType::Register,
            Self::End { role: Role::Broker, .. } => MessageType::Unsubscribe,
            Self::End { .. } => MessageType::Unregister,
        }
    }
}

/// All requests of one session.
#[derive(Debug, Default)]
pub(super) struct Requests {
    ids: IdSequence,
    /// Whether the ids have started again at 1, so that every id has been in use.
    wrapped: bool,
    pending: Table<RequestId, Pending>,
    /// No call is due before this; one may be due later than it, or be answered.
    deadline: Option<Duration>,
}

impl Requests {
    /// An id for a request that gets no answer.
    pub(super) fn issue(&mut self) -> RequestId {
        let id = self.ids.next_id();
        self.wrapped |= self.ids.peek() == 1;
        id
    }

    /// The id of the next request, unless the ids may start again soon.
    pub(super) fn lent(&self) -> Option<RequestId> {
        RequestId::new(self.ids.peek()).ok().filter(|next| next.get() <= MAX_ID / 2)
    }

    /// All ids before this one are in use.
    pub(super) fn took(&mut self, next: RequestId) {
        if next.get() > self.ids.peek() {
            self.ids = IdSequence::after(next.get() - 1);
        }
    }

    /// An id for a request, remembered until it is answered.
    pub(super) fn ask(&mut self, ticket: Ticket, asked: Asked) -> RequestId {
        let id = self.issue();
        self.pending.insert(id, Pending { request: id, ticket, asked });
        id
    }

    /// Whether this session has used the id. As ids are sequential, this needs no list of old ones.
    pub(super) fn is_issued(&self, id: RequestId) -> bool {
        self.wrapped || id.get() < self.ids.peek()
    }

    /// The pending request of this type and id.
    pub(super) fn get(&self, request_type: MessageType, id: RequestId) -> Option<&Pending> {
        self.pending.get(id).filter(|pending| pending.asked.request_type() == request_type)
    }

    /// Takes the request that `answer` answers. `None`: it was answered before, or never wanted an
    /// answer, or the id is that of another type of request; then the answer is to be ignored.
    pub(super) fn take(
        &mut self,
        answer: MessageType,
        request_type: MessageType,
        id: RequestId,
    ) -> Result<Option<Pending>, Violation> {
        if !self.is_issued(id) {
            return Err(Violation::never_issued(answer, id));
        }
        Ok(if self.get(request_type, id).is_some() { self.pending.remove(id) } else { None })
    }

    /// Ends a call with its final result.
    pub(super) fn take_call(&mut self, id: RequestId) -> Option<Ticket> {
        let ticket = self.get(MessageType::Call, id)?.ticket;
        self.pending.discard(id);
        Some(ticket)
    }

    /// The pending call with this id.
    pub(super) fn calling(&mut self, id: RequestId) -> Option<&mut Calling> {
        match &mut self.pending.get_mut(id)?.asked {
            Asked::Call(calling) => Some(calling),
            _ => None,
        }
    }

    /// The id of a pending call.
    pub(super) fn call_of(&self, ticket: Ticket) -> Option<RequestId> {
        let call = |pending: &&Pending| pending.ticket == ticket && matches!(pending.asked, Asked::Call(_));
        self.pending.values().find(call).map(|pending| pending.request)
    }

    /// A call has this deadline.
    pub(super) fn watch(&mut self, deadline: Duration) {
        self.deadline = Some(self.deadline.map_or(deadline, |before| before.min(deadline)));
    }

    /// When to ask for the [calls that are due](Self::calls_due).
    pub(super) const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The calls whose deadline has come.
    pub(super) fn calls_due(&mut self, now: Duration) -> Vec<RequestId> {
        let mut due = Vec::new();
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return due;
        }
        self.deadline = None;
        for pending in self.pending.values() {
            let Asked::Call(Calling { deadline: Some(deadline), .. }) = pending.asked else { continue };
            if deadline <= now {
                due.push(pending.request);
            } else {
                self.deadline = Some(self.deadline.map_or(deadline, |before| before.min(deadline)));
            }
        }
        due
    }

    /// The tickets of all requests without an answer.
    pub(super) fn tickets(&self) -> impl Iterator<Item = Ticket> {
        self.pending.values().map(|pending| pending.ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_go_on_at_1_after_2_to_the_53() {
        let mut requests = Requests { ids: IdSequence::after(MAX_ID - 1), ..Requests::default() };
        assert_eq!(requests.issue().get(), MAX_ID);
        assert_eq!(requests.issue().get(), 1);
        assert!(requests.is_issued(RequestId::new(MAX_ID).unwrap()), "issued before the wrap");
    }

    #[test]
    fn an_id_is_issued_once_it_was_used_and_never_before() {
        let mut requests = Requests::default();
        let first = RequestId::new(1).unwrap();
        assert!(!requests.is_issued(first));
        assert_eq!(requests.issue(), first);
        assert!(requests.is_issued(first));
        assert!(!requests.is_issued(RequestId::new(2).unwrap()));
    }
}
