//! The Advanced Profile of RPC through the client API: canceling, timeouts, and parts, against a router
//! that the test plays.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod scripted;

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::{FutureExt, StreamExt};
use scripted::Scripted;
use wamp_wasm::{
    client::{Call, CallResult, Invocation, RequestError, SessionHandle, WampError},
    message::{CallOptions, CancelMode, Dict, uris},
    session::CommandError,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn options(pairs: &[(&str, bool)]) -> CallOptions {
    pairs.iter().fold(Dict::new(), |dict, (key, on)| dict.with(*key, *on)).try_into().unwrap()
}

fn uri(result: Result<CallResult, RequestError>) -> Option<String> {
    result.unwrap_err().uri().map(str::to_owned)
}

/// A call that was sent.
fn started(client: &mut Scripted, session: &SessionHandle, options: CallOptions) -> Call {
    let session = session.clone();
    let starting = client.start(async move { session.start_call("com.example.f", options, (1,)).await });
    client.received().unwrap();
    starting.done().unwrap()
}

/// A client whose procedure is registration 5.
fn serving<F: AsyncFn(Invocation) -> Result<(u32,), WampError> + 'static>(f: F) -> Scripted {
    let (mut client, session) = Scripted::joined();
    let registering = client.start(async move { session.register("com.example.f", f).await });
    client.received().unwrap();
    client.says("[65,1,5]");
    registering.done().unwrap();
    client
}

/// Counts itself when it is dropped.
struct Dropped(Rc<Cell<u32>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn a_call_whose_future_is_dropped_is_canceled() {
    let (mut client, session) = Scripted::joined();
    let mut call = Box::pin(session.call("com.example.f", ()));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut cx).is_pending());
    client.settle();
    drop(call);
    client.settle();
    assert_eq!(client.received().unwrap(), r#"[48,1,{},"com.example.f"]"#);
    assert_eq!(client.received().unwrap(), r#"[49,1,{"mode":"killnowait"}]"#);
    client.says("[50,1,{}]");
    assert!(session.is_open());
}

#[test]
fn a_call_that_has_its_result_is_not_canceled_when_it_is_dropped() {
    let (mut client, session) = Scripted::joined();
    let call = started(&mut client, &session, CallOptions::default());
    client.says("[50,1,{},[2]]");
    drop(call);
    client.settle();
    assert_eq!(client.received(), None);
}

#[test]
fn a_call_is_canceled_in_each_mode() {
    for (mode, word) in [(CancelMode::Skip, "skip"), (CancelMode::KillNoWait, "killnowait")] {
        let (mut client, session) = Scripted::joined();
        let call = started(&mut client, &session, CallOptions::default());
        call.cancel(mode).unwrap();
        let result = client.start(call.result());
        assert_eq!(client.received().unwrap(), format!(r#"[49,1,{{"mode":"{word}"}}]"#));
        assert_eq!(uri(result.done()).as_deref(), Some(uris::CANCELED));
        assert_eq!(client.received(), None, "it is canceled once");
    }
    let (mut client, session) = Scripted::joined();
    let call = started(&mut client, &session, CallOptions::default());
    call.cancel(CancelMode::Kill).unwrap();
    let result = client.start(call.result());
    assert!(result.waits());
    client.says(r#"[8,48,1,{},"com.example.stopped"]"#);
    assert_eq!(uri(result.done()).as_deref(), Some("com.example.stopped"));
}

#[test]
fn a_call_that_takes_too_long_fails_and_is_canceled() {
    let (mut client, session) = Scripted::joined();
    let options = Dict::new().with("timeout", 100).try_into().unwrap();
    let call = client.start(async move { session.call_with("com.example.f", options, ()).await });
    assert_eq!(client.received().unwrap(), r#"[48,1,{"timeout":100},"com.example.f"]"#);
    client.passes(Duration::from_millis(99));
    assert!(call.waits());
    client.passes(Duration::from_millis(1));
    assert_eq!(uri(call.done()).as_deref(), Some(uris::TIMEOUT));
    assert_eq!(client.received().unwrap(), r#"[49,1,{"mode":"killnowait"}]"#);
}

#[test]
fn the_parts_of_a_result_are_a_stream_that_ends_before_the_result() {
    let (mut client, session) = Scripted::joined();
    let mut call = started(&mut client, &session, options(&[("receive_progress", true)]));
    client.says(r#"[50,1,{"progress":true},[1]]"#);
    client.says(r#"[50,1,{"progress":true},[2]]"#);
    client.says("[50,1,{},[3]]");
    let all = client.start(async move {
        let mut parts = Vec::new();
        while let Some(part) = call.next().await {
            parts.push(part.args.get::<u32>(0).unwrap());
        }
        parts.push(call.result().await.unwrap().args.get(0).unwrap());
        parts
    });
    assert_eq!(all.done(), [1, 2, 3]);
}

#[test]
fn parts_that_nobody_reads_are_thrown_away_once_only_the_result_is_waited_for() {
    let (mut client, session) = Scripted::joined();
    let call = started(&mut client, &session, options(&[("receive_progress", true)]));
    let result = client.start(call.result());
    for _ in 0..10_010 {
        client.says(r#"[50,1,{"progress":true}]"#);
    }
    assert_eq!(client.received(), None);
    client.says("[50,1,{}]");
    assert!(result.done().is_ok());
}

#[test]
fn too_many_parts_of_a_result_cancel_the_call() {
    let (mut client, session) = Scripted::joined();
    let call = started(&mut client, &session, options(&[("receive_progress", true)]));
    for _ in 0..10_001 {
        client.says(r#"[50,1,{"progress":true}]"#);
    }
    assert_eq!(client.received().unwrap(), r#"[49,1,{"mode":"killnowait"}]"#);
    assert_eq!(uri(client.start(call.result()).done()).as_deref(), Some(uris::CANCELED));
}

#[test]
fn a_call_is_sent_in_parts() {
    let (mut client, session) = Scripted::joined();
    let mut call = started(&mut client, &session, options(&[("progress", true)]));
    let sending = client.start(async move {
        call.send((2,)).await.unwrap();
        call.finish((3,)).await.unwrap();
        let late = call.send((4,)).await;
        (call, late)
    });
    assert_eq!(client.received().unwrap(), r#"[48,1,{"progress":true},"com.example.f",[2]]"#);
    assert_eq!(client.received().unwrap(), r#"[48,1,{},"com.example.f",[3]]"#);
    let (call, late) = sending.done();
    assert_eq!(late, Err(RequestError::Command(CommandError::NotActive("call"))));
    client.says("[50,1,{},[6]]");
    assert_eq!(client.start(call.result()).done().unwrap().args.get::<u32>(0), Ok(6));
}

#[test]
fn a_procedure_sends_its_result_in_parts_to_a_caller_who_takes_them() {
    let mut client = serving(async |call| {
        call.progress((1,)).await.unwrap();
        Ok((2,))
    });
    client.says(r#"[68,8,5,{"receive_progress":true}]"#);
    assert_eq!(client.received().unwrap(), r#"[70,8,{"progress":true},[1]]"#);
    assert_eq!(client.received().unwrap(), "[70,8,{},[2]]");
    client.says("[68,9,5,{}]");
    assert_eq!(client.received().unwrap(), "[70,9,{},[2]]");
}

#[test]
fn a_procedure_gets_a_call_in_parts_as_one() {
    let mut client = serving(async |call| {
        let parts: Vec<u32> = call.parts().map(|part| part.args.get(0).unwrap_or(0)).collect().await;
        Ok((parts.iter().sum(),))
    });
    client.says(r#"[68,8,5,{"progress":true},[1]]"#);
    client.says(r#"[68,8,5,{"progress":true},[2]]"#);
    client.says("[68,9,5,{},[7]]");
    assert_eq!(client.received().unwrap(), "[70,9,{},[7]]");
    client.says("[68,8,5,{},[3]]");
    assert_eq!(client.received().unwrap(), "[70,8,{},[6]]");
}

#[test]
fn a_procedure_that_is_interrupted_is_dropped_and_a_caller_who_waits_is_told() {
    let dropped = Rc::new(Cell::new(0));
    let count = Rc::clone(&dropped);
    let mut client = serving(async move |_| {
        let _guard = Dropped(Rc::clone(&count));
        std::future::pending().await
    });
    client.says("[68,8,5,{}]");
    client.says("[68,9,5,{}]");
    client.says(r#"[69,8,{"mode":"kill"}]"#);
    assert_eq!(client.received().unwrap(), r#"[8,68,8,{},"wamp.error.canceled"]"#);
    client.says(r#"[69,9,{"mode":"killnowait"}]"#);
    assert_eq!(client.received(), None);
    assert_eq!(dropped.get(), 2);
    client.says(r#"[69,8,{"mode":"kill"}]"#);
    assert_eq!(client.received(), None);
}

#[test]
fn an_interrupt_may_come_together_with_its_invocation() {
    let dropped = Rc::new(Cell::new(0));
    let count = Rc::clone(&dropped);
    let mut client = serving(async move |_| {
        let _guard = Dropped(Rc::clone(&count));
        std::future::pending().await
    });
    client.says_at_once(&["[68,8,5,{}]", r#"[69,8,{"mode":"kill"}]"#, "[68,9,5,{}]", "[69,9,{}]"]);
    assert_eq!(client.received().unwrap(), r#"[8,68,8,{},"wamp.error.canceled"]"#);
    assert_eq!(client.received(), None);
    assert_eq!(dropped.get(), 2);
}

#[test]
fn an_interrupt_that_crosses_the_answer_changes_nothing() {
    let mut client = serving(async |_| Ok((1,)));
    client.says_at_once(&["[68,8,5,{}]", r#"[69,8,{"mode":"kill"}]"#, r#"[69,8,{"mode":"killnowait"}]"#]);
    assert_eq!(client.received().unwrap(), "[70,8,{},[1]]");
    assert_eq!(client.received(), None);
}

#[test]
fn too_many_parts_of_a_call_end_its_invocation() {
    let mut client = serving(async |call| {
        let _parts = call.parts();
        std::future::pending().await
    });
    for _ in 0..10_001 {
        client.says(r#"[68,8,5,{"progress":true}]"#);
    }
    let answer = client.received().unwrap();
    assert!(answer.starts_with(r#"[8,68,8,{},"wamp.error.canceled",["the parts"#), "{answer}");
}

#[test]
fn leaving_may_have_a_reason_and_a_text() {
    let (mut client, session) = Scripted::joined();
    let wrong = client.start({
        let session = session.clone();
        async move { session.leave_with("no uri", None).await }
    });
    assert!(matches!(wrong.done(), Err(RequestError::Command(CommandError::Uri(_)))));
    let leaving =
        client.start(async move { session.leave_with("com.example.tired", Some("good night")).await });
    assert_eq!(client.received().unwrap(), r#"[6,{"message":"good night"},"com.example.tired"]"#);
    client.says(r#"[6,{},"wamp.close.goodbye_and_out"]"#);
    assert!(leaving.done().is_ok());
}

#[test]
fn the_parts_of_a_call_end_with_it_for_whoever_still_reads_them() {
    for ends in ["[69,1,{}]", r#"[6,{},"wamp.close.system_shutdown"]"#] {
        let (mut client, session) = Scripted::joined();
        let (sender, mut taken) = futures::channel::mpsc::unbounded();
        let registering = client.start(async move {
            let procedure = async move |call: Invocation| {
                sender.unbounded_send(call.parts()).unwrap();
                futures::future::pending::<Result<(), WampError>>().await
            };
            session.register("com.example.upload", procedure).await
        });
        client.received();
        client.says("[65,1,4]");
        registering.done().unwrap();
        client.says(r#"[68,1,4,{"progress":true},[1]]"#);
        let parts = taken.next().now_or_never().unwrap().unwrap();
        let reading = client.start(parts.count());
        client.says(ends);
        assert_eq!(reading.done(), 1);
    }
}
