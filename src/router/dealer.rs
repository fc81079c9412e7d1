//! The dealer of one realm: who has registered what, and which call waits for which callee.
//! A call is answered once: whatever ends it first takes its record away, and later answers find none.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::{
    Call, Error, ErrorDetails, Id, IdSequence, Invocation, InvocationDetails, MessageType, Pattern, Payload,
    Registered, RegistrationId, RequestId, Result as ResultMessage, ResultDetails, Unregistered, Yield, uris,
};

use super::{
    LIMIT_EXCEEDED, PatternMap, PeerId, Violation,
    context::{Context, Refusal},
    session::payload_attributes,
};

/// The dealer of one realm.
#[derive(Debug, Default)]
pub(super) struct Dealer {
    by_pattern: PatternMap<RegistrationId>,
    registrations: BTreeMap<RegistrationId, Registration>,
    parties: BTreeMap<PeerId, Party>,
    ids: IdSequence,
}

#[derive(Debug)]
struct Registration {
    pattern: Pattern,
    callee: PeerId,
}

/// What one session has to do with calls, as caller and as callee.
#[derive(Debug, Default)]
struct Party {
    registrations: BTreeSet<RegistrationId>,
    /// Its unanswered calls, each with the callee and the callee's invocation.
    calls: BTreeMap<RequestId, (PeerId, RequestId)>,
    /// The invocations that it has not answered, each with the caller and the caller's call.
    invocations: BTreeMap<RequestId, (PeerId, RequestId)>,
    /// The ids of the invocations that were sent to it.
    issued: IdSequence,
}

impl Dealer {
    pub(super) fn register<P: Payload>(
        &mut self,
        peer: PeerId,
        request: RequestId,
        pattern: Pattern,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        if self.by_pattern.get(&pattern).is_some() {
            let text = format!("procedure '{}' is registered already", pattern.uri);
            return Err(Refusal::new(uris::PROCEDURE_ALREADY_EXISTS, text));
        }
        let party = self.parties.entry(peer).or_default();
        if party.registrations.len() >= cx.limits.registrations {
            let text = format!("a session may have {} registrations", cx.limits.registrations);
            return Err(Refusal::new(LIMIT_EXCEEDED, text));
        }
        let id: RegistrationId = self.ids.next_id();
        party.registrations.insert(id);
        self.by_pattern.insert(pattern.clone(), id);
        self.registrations.insert(id, Registration { pattern, callee: peer });
        cx.out.send(peer, Registered { request, registration: id });
        Ok(())
    }

    /// No new calls from now on; running invocations may still be answered.
    pub(super) fn unregister<P: Payload>(
        &mut self,
        peer: PeerId,
        request: RequestId,
        id: RegistrationId,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        if !self.parties.get_mut(&peer).is_some_and(|party| party.registrations.remove(&id)) {
            let text = format!("this session has no registration {id}");
            return Err(Refusal::new(uris::NO_SUCH_REGISTRATION, text));
        }
        self.remove_registration(id);
        cx.out.send(peer, Unregistered { request: Some(request), details: Default::default() });
        Ok(())
    }

    pub(super) fn call<P: Payload>(
        &mut self,
        peer: PeerId,
        call: Call<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Refusal> {
        let Call { request, options, procedure, payload } = call;
        let caller = self.parties.entry(peer).or_default();
        if caller.calls.len() >= cx.limits.pending_calls {
            let text = format!("a session may have {} unanswered calls", cx.limits.pending_calls);
            return Err(Refusal::new(LIMIT_EXCEEDED, text));
        }
        let found = self.by_pattern.matching(&procedure).next();
        let Some((registration, callee)) =
            found.and_then(|id| Some((*id, self.registrations.get(id)?.callee)))
        else {
            let text = format!("no procedure '{procedure}' is registered");
            return Err(Refusal::new(uris::NO_SUCH_PROCEDURE, text));
        };
        let serving = self.parties.entry(callee).or_default();
        let invocation: RequestId = serving.issued.next_id();
        serving.invocations.insert(invocation, (peer, request));
        self.parties.entry(peer).or_default().calls.insert(request, (callee, invocation));
        let details = InvocationDetails::try_from(payload_attributes(options.as_dict())).unwrap_or_default();
        cx.out.send(callee, Invocation { request: invocation, registration, details, payload });
        Ok(())
    }

    /// The caller gives up. The callee is not told, as long as the router does not announce canceling.
    pub(super) fn cancel<P: Payload>(&mut self, peer: PeerId, request: RequestId, cx: &mut Context<'_, P>) {
        let Some((callee, invocation)) = self.parties.get_mut(&peer).and_then(|p| p.calls.remove(&request))
        else {
            return;
        };
        if let Some(serving) = self.parties.get_mut(&callee) {
            serving.invocations.remove(&invocation);
        }
        cx.refuse(
            peer,
            MessageType::Call,
            request,
            Refusal::new(uris::CANCELED, "the caller canceled the call"),
        );
    }

    pub(super) fn yield_result<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Yield<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Violation> {
        let Yield { request, options, payload } = message;
        if options.progress() == Some(true) {
            // Nobody has asked for it, and a caller could take it for the end of its call.
            return self.check_issued(peer, request, "YIELD");
        }
        let Some((caller, request)) = self.finish(peer, request, "YIELD")? else { return Ok(()) };
        let details = ResultDetails::try_from(payload_attributes(options.as_dict())).unwrap_or_default();
        cx.out.send(caller, ResultMessage { request, details, payload });
        Ok(())
    }

    pub(super) fn yield_error<P: Payload>(
        &mut self,
        peer: PeerId,
        message: Error<P>,
        cx: &mut Context<'_, P>,
    ) -> Result<(), Violation> {
        let Error { request, details, error, payload, .. } = message;
        let Some((caller, request)) = self.finish(peer, request, "ERROR")? else { return Ok(()) };
        let details = ErrorDetails::try_from(payload_attributes(details.as_dict())).unwrap_or_default();
        cx.out.send(caller, Error { request_type: MessageType::Call, request, details, error, payload });
        Ok(())
    }

    /// An invocation cannot be written for its callee: the call ends with the error.
    pub(super) fn undeliverable<P: Payload>(
        &mut self,
        callee: PeerId,
        invocation: RequestId,
        why: Refusal,
        cx: &mut Context<'_, P>,
    ) {
        if let Some((caller, request)) = self.take(callee, invocation) {
            cx.refuse(caller, MessageType::Call, request, why);
        }
    }

    /// Whether nobody has left anything here.
    pub(super) fn is_empty(&self) -> bool {
        self.by_pattern.is_empty() && self.registrations.is_empty() && self.parties.is_empty()
    }

    /// The session of a peer is over: nobody hears of its calls again, and its callers are told.
    pub(super) fn leave<P: Payload>(&mut self, peer: PeerId, cx: &mut Context<'_, P>) {
        let Some(party) = self.parties.remove(&peer) else { return };
        for id in party.registrations {
            self.remove_registration(id);
        }
        for (callee, invocation) in party.calls.into_values() {
            if let Some(serving) = self.parties.get_mut(&callee) {
                serving.invocations.remove(&invocation);
            }
        }
        for (caller, request) in party.invocations.into_values() {
            // A session that called itself has lost both ends.
            if let Some(calling) = self.parties.get_mut(&caller) {
                calling.calls.remove(&request);
                let why = Refusal::new(uris::CANCELED, "the callee left before it answered");
                cx.refuse(caller, MessageType::Call, request, why);
            }
        }
    }

    /// The caller and call of an invocation that its callee has answered; none when the call is over.
    fn finish(
        &mut self,
        callee: PeerId,
        invocation: RequestId,
        what: &str,
    ) -> Result<Option<(PeerId, RequestId)>, Violation> {
        self.check_issued(callee, invocation, what)?;
        Ok(self.take(callee, invocation))
    }

    /// Takes a call's record away.
    fn take(&mut self, callee: PeerId, invocation: RequestId) -> Option<(PeerId, RequestId)> {
        let (caller, request) = self.parties.get_mut(&callee)?.invocations.remove(&invocation)?;
        if let Some(calling) = self.parties.get_mut(&caller) {
            calling.calls.remove(&request);
        }
        Some((caller, request))
    }

    /// Ids are counted, so one at or below the last was issued, whether its call still runs or not: an
    /// answer to a finished call is a race, an answer to one that never was breaks the protocol.
    fn check_issued(&self, callee: PeerId, invocation: RequestId, what: &str) -> Result<(), Violation> {
        let issued = self.parties.get(&callee).is_some_and(|party| invocation.get() < party.issued.peek());
        if issued {
            Ok(())
        } else {
            Err(Violation(format!("{what}.Request {invocation} names no invocation of this session")))
        }
    }

    fn remove_registration(&mut self, id: RegistrationId) {
        if let Some(registration) = self.registrations.remove(&id) {
            self.by_pattern.remove(&registration.pattern);
        }
    }
}
