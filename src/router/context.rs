//! What a realm may use of its router while it handles one message, and how a request is refused.

use crate::message::{Error, ErrorDetails, Id, MessageType, Payload, PublicationId, RequestId};

use super::{Authorizer, PeerId, SessionLimits, delivery::Outbox};

/// What a realm may use of its router.
pub(super) struct Context<'a, P> {
    pub(super) limits: &'a SessionLimits,
    pub(super) entropy: &'a mut dyn FnMut() -> u64,
    pub(super) authorizer: &'a mut dyn Authorizer,
    pub(super) out: &'a mut Outbox<P>,
}

impl<P: Payload> Context<'_, P> {
    pub(super) fn draw_publication_id(&mut self) -> PublicationId {
        PublicationId::from_random((self.entropy)())
    }

    /// Answers a request with an ERROR that explains itself.
    pub(super) fn refuse(&mut self, peer: PeerId, kind: MessageType, request: RequestId, why: Refusal) {
        let Refusal { error, text } = why;
        self.out.send(
            peer,
            Error {
                request_type: kind,
                request,
                details: ErrorDetails::default(),
                error: error.into(),
                payload: P::from_text(&text),
            },
        );
    }
}

/// Why a request is not carried out: an error of the application, which the session survives.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(error: &'static str, text: impl Into<String>) -> Self {
        Self { error, text: text.into() }
    }
}
