//! What every client does with every router, written once: run over memory with each serializer on the
//! host and in browsers, and over a real WebSocket in browsers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "not every runner uses everything")]

pub(crate) mod lifecycle;
pub(crate) mod pubsub;
pub(crate) mod rpc;

use std::{cell::RefCell, rc::Rc};

use futures::future::LocalBoxFuture;
use wamp_wasm::client::{ClientConfig, JoinError, SessionHandle};

/// Where a scenario takes place: a way to join a realm of a running router.
#[derive(Clone)]
pub(crate) struct World {
    join: Rc<dyn Fn(ClientConfig) -> LocalBoxFuture<'static, Result<SessionHandle, JoinError>>>,
    config: ClientConfig,
    /// Makes the URIs of one run its own, because several may share a router.
    run: String,
    sessions: Rc<RefCell<Vec<SessionHandle>>>,
}

impl World {
    pub(crate) fn new(
        config: ClientConfig,
        run: impl Into<String>,
        join: impl Fn(ClientConfig) -> LocalBoxFuture<'static, Result<SessionHandle, JoinError>> + 'static,
    ) -> Self {
        Self { join: Rc::new(join), config, run: run.into(), sessions: Rc::default() }
    }

    /// A new session of `realm1`.
    pub(crate) async fn join(&self) -> SessionHandle {
        let session = (self.join)(self.config.clone()).await.unwrap();
        self.sessions.borrow_mut().push(session.clone());
        session
    }

    /// Leaves with every session that joined.
    pub(crate) async fn leave(&self) {
        for session in self.sessions.take() {
            session.leave().await;
        }
    }

    /// Tries to join another realm.
    pub(crate) async fn try_realm(&self, realm: &str) -> Result<SessionHandle, JoinError> {
        let mut config = self.config.clone();
        config.realm = realm.into();
        (self.join)(config).await
    }

    /// A topic or procedure of this run.
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("com.example.{}.{name}", self.run)
    }
}

/// Calls a macro with the list of all scenarios.
macro_rules! each_scenario {
    ($run:ident) => {
        $run! {
            lifecycle::a_session_knows_its_id_and_its_router
            lifecycle::an_unknown_realm_is_refused_by_name
            lifecycle::leaving_settles_everything_and_ends_every_stream
            pubsub::a_subscriber_gets_what_another_session_publishes
            pubsub::events_arrive_in_the_order_of_their_publication
            pubsub::a_publisher_gets_its_own_event_only_when_it_asks_for_it
            pubsub::each_subscription_of_a_session_gets_the_event_until_it_is_ended
            pubsub::an_acknowledged_publication_has_an_id_that_its_event_shows
            pubsub::values_of_every_kind_arrive_as_they_were_sent
            rpc::a_call_reaches_the_procedure_and_its_result_comes_back
            rpc::an_error_reaches_the_caller_with_its_arguments
            rpc::a_procedure_that_nobody_has_is_an_error_by_name
            rpc::a_second_registration_is_refused
            rpc::calls_of_one_procedure_run_beside_each_other
            rpc::a_procedure_may_call_back_into_its_own_session
            rpc::a_procedure_that_is_unregistered_is_gone
            rpc::wrong_arguments_are_an_error_by_name
            rpc::a_callee_that_leaves_fails_its_calls
        }
    };
}

pub(crate) use each_scenario;
