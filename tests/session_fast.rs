//! The fast ways of a session do what the ordinary way does: two sessions get the same, one of them by the
//! fast way wherever that decides, and nobody can tell them apart afterwards.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(not(target_family = "wasm"))]

mod common;

use std::time::Duration;

use common::{WELCOME, message, options};
use proptest::prelude::*;
use wamp_wasm::{
    message::{Event, Id, Invocation, Message, RequestId, Result as CallResult, SubscriptionId, Uri, Values},
    session::{Input, Output, Session, SessionConfig, SessionEvent, Success, Ticket},
};

type Machine = Session<Values>;
type Outputs = Vec<Output<Values>>;

#[derive(Clone, Debug)]
enum Step {
    /// A message, where `I` stands for one of the latest requests and `J` for a subscription or registration.
    Router(&'static str, u64, u64),
    Subscribe,
    Unsubscribe(u64),
    Register,
    Unregister(u64),
    Call(bool, u64),
    Cancel(u64, &'static str),
    Yield(u64, bool),
    Milliseconds(u64),
    Leave,
}

fn step() -> impl Strategy<Value = Step> {
    let from_router = prop::sample::select(vec![
        "[36,J,I,{}]",
        "[50,I,{}]",
        "[68,I,J,{}]",
        r#"[50,I,{"progress":true}]"#,
        r#"[68,I,J,{"progress":true}]"#,
        r#"[68,I,J,{"receive_progress":true}]"#,
        r#"[69,I,{"mode":"kill"}]"#,
        "[69,I,{}]",
        "[33,I,J]",
        "[35,I]",
        "[65,I,J]",
        "[67,I]",
        r#"[35,0,{"subscription":J}]"#,
        r#"[67,0,{"registration":J}]"#,
    ]);
    prop_oneof![
        20 => (from_router, 0..4u64, 1..3u64).prop_map(|(text, i, j)| Step::Router(text, i, j)),
        3 => Just(Step::Subscribe),
        1 => (1..9u64).prop_map(Step::Unsubscribe),
        3 => Just(Step::Register),
        1 => (1..9u64).prop_map(Step::Unregister),
        5 => (any::<bool>(), 0..50u64).prop_map(|(progress, timeout)| Step::Call(progress, timeout)),
        1 => (1..9u64, prop::sample::select(vec!["kill", "skip"])).prop_map(|(at, mode)| Step::Cancel(at, mode)),
        4 => (1..9u64, any::<bool>()).prop_map(|(id, progress)| Step::Yield(id, progress)),
        1 => (0..40u64).prop_map(Step::Milliseconds),
        1 => Just(Step::Leave),
    ]
}

/// An open session with a subscription 1 and a registration 1, in which soon too many requests wait.
fn open() -> Machine {
    let mut session = Machine::new(SessionConfig { max_pending: 5, ..SessionConfig::default() });
    session.handle(Duration::ZERO, Input::Opened);
    session.join(Duration::ZERO, "realm1".into(), Default::default()).unwrap();
    session.handle(Duration::ZERO, Input::Message(message(WELCOME)));
    session.subscribe("com.x".into(), Default::default()).unwrap();
    session.register("com.x".into(), Default::default()).unwrap();
    session.handle(Duration::ZERO, Input::Message(message("[33,1,1]")));
    session.handle(Duration::ZERO, Input::Message(message("[65,2,1]")));
    drained(&mut session);
    session
}

fn drained(session: &mut Machine) -> Outputs {
    std::iter::from_fn(|| session.poll()).collect()
}

/// What the fast way tells of a message, if it decides.
fn fast(session: &mut Machine, message: &Message<Values>) -> Option<SessionEvent<Values>> {
    Some(match message.clone() {
        Message::Event(Event { subscription, publication, details, payload })
            if details.as_dict().is_empty() =>
        {
            let handlers = session.on_event(subscription)?;
            assert_eq!(handlers, session.handlers(subscription));
            SessionEvent::Event { subscription, publication, details, payload }
        }
        Message::Result(CallResult { request, details, payload }) if details.as_dict().is_empty() => {
            let ticket = session.on_result(request)?;
            SessionEvent::Settled { ticket, outcome: Ok(Success::Result { details, payload }) }
        }
        Message::Invocation(Invocation { request, registration, details, payload })
            if details.as_dict().is_empty() =>
        {
            let endpoint = session.on_invocation(request, registration)?;
            SessionEvent::Invocation { endpoint, request, registration, details, payload }
        }
        _ => return None,
    })
}

/// Takes a step and tells what came of it.
fn take(
    session: &mut Machine,
    now: Duration,
    last: u64,
    step: &Step,
    by_fast_way: bool,
) -> (String, Outputs) {
    let ticket = Ticket::from_number;
    let uri = || Uri::from("com.x");
    let outcome = match step {
        Step::Router(text, i, j) => {
            let request = last - i % last;
            let message = message(&text.replace('I', &request.to_string()).replace('J', &j.to_string()));
            if by_fast_way && let Some(event) = fast(session, &message) {
                assert!(session.poll().is_none(), "the fast way says nothing else");
                return (String::new(), vec![Output::Event(event)]);
            }
            session.handle(now, Input::Message(message));
            String::new()
        }
        Step::Subscribe => format!("{:?}", session.subscribe(uri(), Default::default())),
        Step::Unsubscribe(at) => format!("{:?}", session.unsubscribe(ticket(*at))),
        Step::Register => format!("{:?}", session.register(uri(), Default::default())),
        Step::Unregister(at) => format!("{:?}", session.unregister(ticket(*at))),
        Step::Call(progress, timeout) => {
            let options = options(&format!(r#"{{"receive_progress":{progress},"timeout":{timeout}}}"#));
            format!("{:?}", session.call(now, uri(), options, Values::default()))
        }
        Step::Cancel(at, mode) => {
            let options = options(&format!(r#"{{"mode":"{mode}"}}"#));
            format!("{:?}", session.cancel(now, ticket(*at), options))
        }
        Step::Yield(id, progress) => {
            let options = options(&format!(r#"{{"progress":{progress}}}"#));
            format!("{:?}", session.yield_result(RequestId::new(*id).unwrap(), options, Values::default()))
        }
        Step::Milliseconds(_) => {
            session.handle(now, Input::Deadline);
            String::new()
        }
        Step::Leave => format!("{:?}", session.leave(now, uri(), None)),
    };
    (outcome, drained(session))
}

/// Whether it takes an id.
fn is_request(output: &Output<Values>) -> bool {
    use Message::{Call, Register, Subscribe, Unregister, Unsubscribe};
    matches!(output, Output::Send(Call(_) | Register(_) | Subscribe(_) | Unregister(_) | Unsubscribe(_)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_does_the_same_by_the_fast_way(steps in prop::collection::vec(step(), 1..60)) {
        let (mut ordinary, mut fast, mut now, mut last) = (open(), open(), Duration::ZERO, 2);
        for step in &steps {
            if let Step::Milliseconds(ms) = step {
                now += Duration::from_millis(*ms);
            }
            let before = last;
            let expected = take(&mut ordinary, now, last, step, false);
            last += expected.1.iter().filter(|output| is_request(output)).count() as u64;
            prop_assert_eq!(take(&mut fast, now, before, step, true), expected, "{:?}", step);
            prop_assert_eq!(fast.state(), ordinary.state());
            prop_assert_eq!(fast.next_deadline(), ordinary.next_deadline());
            for id in 1..=last {
                let (request, subscription) = (RequestId::new(id).unwrap(), SubscriptionId::new(id).unwrap());
                prop_assert_eq!(fast.takes_progress(request), ordinary.takes_progress(request));
                prop_assert_eq!(fast.handlers(subscription), ordinary.handlers(subscription));
            }
        }
    }
}
