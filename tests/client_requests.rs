//! Requests through the client API, against a router that the test plays.

mod scripted;

use futures::StreamExt;
use scripted::{Scripted, config};
use wamp_wasm::{
    client::{Arguments, RequestError, WampError},
    session::{Cause, CommandError},
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn a_call_gives_the_result() {
    let (mut client, session) = Scripted::joined();
    let call = client
        .start(async move { session.call("com.example.add", Arguments::new().arg(2).kwarg("b", 3)).await });
    assert_eq!(client.received().unwrap(), r#"[48,1,{},"com.example.add",[2],{"b":3}]"#);
    client.says(r#"[50,1,{},[5],{"unit":"km"}]"#);
    let result = call.done().unwrap();
    assert_eq!(result.args.get::<i64>(0), Ok(5));
    assert_eq!(result.kwargs.get::<String>("unit").as_deref(), Ok("km"));
}

#[test]
fn an_error_keeps_its_uri_and_arguments() {
    let (mut client, session) = Scripted::joined();
    let call = client.start(async move { session.call("com.example.fail", ()).await });
    client.says(r#"[8,48,1,{},"com.example.error.no_luck",["try again"],{"after":5}]"#);
    let error = call.done().unwrap_err();
    assert_eq!(error.uri(), Some("com.example.error.no_luck"));
    assert_eq!(error.to_string(), "com.example.error.no_luck: try again");
    let RequestError::Wamp(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kwargs.get::<u32>("after"), Ok(5));
}

#[test]
fn what_cannot_be_written_fails_alone_and_leaves_no_gap_in_the_ids() {
    let (mut client, session) = Scripted::joined();
    let bad = client.start({
        let session = session.clone();
        async move { session.call("com.example.f", (f64::NAN,)).await }
    });
    assert!(matches!(bad.done(), Err(RequestError::Encode(_))));
    let odd = std::collections::BTreeMap::from([((1, 2), 3)]);
    let odd = client.start({
        let session = session.clone();
        async move { session.publish("com.example.t", (odd,)).await }
    });
    assert!(matches!(odd.done(), Err(RequestError::Argument(_))));
    assert_eq!(client.received(), None);
    client.start(async move { session.call("com.example.f", ()).await });
    assert_eq!(client.received().unwrap(), r#"[48,1,{},"com.example.f"]"#);
}

#[test]
fn a_procedure_that_is_refused_may_hold_a_subscription_of_the_session() {
    let (mut client, session) = Scripted::joined();
    let handle = session.clone();
    let subscribing = client.start(async move { handle.subscribe("com.example.t").await });
    client.received().unwrap();
    client.says("[33,1,501]");
    let held = subscribing.done().unwrap();
    client.closes();
    let registering = client.start(async move {
        let procedure = async move |_| {
            let _ = &held;
            Ok(())
        };
        session.register("com.example.f", procedure).await
    });
    assert!(matches!(registering.done(), Err(RequestError::SessionLost(_))));
}

#[test]
fn a_bad_uri_fails_before_anything_is_sent() {
    let (mut client, session) = Scripted::joined();
    let subscribing = client.start(async move { session.subscribe("com..example").await });
    assert!(matches!(subscribing.done(), Err(RequestError::Command(CommandError::Uri(_)))));
    assert_eq!(client.received(), None);
}

#[test]
fn every_request_settles_when_the_connection_is_lost() {
    let (mut client, session) = Scripted::joined();
    let call = client.start({
        let session = session.clone();
        async move { session.call("com.example.f", ()).await.map(drop) }
    });
    let subscribing = client.start({
        let session = session.clone();
        async move { session.subscribe("com.example.t").await.map(drop) }
    });
    let publishing = client.start({
        let session = session.clone();
        async move { session.publish_acknowledged("com.example.t", ()).await.map(drop) }
    });
    client.breaks();
    for request in [call, subscribing, publishing] {
        let Err(RequestError::SessionLost(lost)) = request.done() else { panic!("not lost") };
        assert_eq!(lost.0.cause, Cause::TransportLost);
    }
    let late = client.start(async move { session.publish("com.example.t", ()).await });
    assert!(matches!(late.done(), Err(RequestError::SessionLost(_))));
}

#[test]
fn every_request_settles_when_the_driver_is_dropped() {
    let (mut client, session) = Scripted::joined();
    let call = Box::pin({
        let session = session.clone();
        async move { session.call("com.example.f", ()).await }
    });
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut call = call;
    assert!(call.as_mut().poll(&mut cx).is_pending());
    client.drop_everything();
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut cx) else { panic!("it still waits") };
    assert_eq!(error.to_string(), "session over: the driver of the session was dropped");
    assert!(!session.is_open());
}

#[test]
fn the_first_event_may_come_together_with_the_answer() {
    let (mut client, session) = Scripted::joined();
    let subscribing = client.start({
        let session = session.clone();
        async move { session.subscribe("com.example.t").await }
    });
    client.says_at_once(&["[33,1,9]", r#"[36,9,100,{},["first"]]"#, r#"[36,9,101,{},["second"]]"#]);
    let mut subscription = subscribing.done().unwrap();
    let events = client.start(async move {
        [subscription.next().await.unwrap(), subscription.next().await.unwrap()]
            .map(|event| event.args.get::<String>(0).unwrap())
    });
    assert_eq!(events.done(), ["first", "second"]);
}

#[test]
fn the_first_call_may_come_together_with_the_answer() {
    let (mut client, session) = Scripted::joined();
    let registering = client.start(async move {
        session.register("com.example.f", async |call| Ok((call.args.get::<u32>(0)? + 1,))).await
    });
    client.received().unwrap();
    client.says_at_once(&["[65,1,5]", "[68,8,5,{},[1]]", "[68,9,5,{},[2]]"]);
    assert_eq!(client.received().unwrap(), "[70,8,{},[2]]");
    assert_eq!(client.received().unwrap(), "[70,9,{},[3]]");
    registering.done().unwrap();
}

#[test]
fn a_reader_that_is_too_slow_misses_the_oldest_events_and_learns_how_many() {
    let mut small = config();
    small.event_buffer = 2;
    let (mut client, session) = Scripted::joined_with(small);
    let subscribing = client.start({
        let session = session.clone();
        async move { session.subscribe("com.example.t").await }
    });
    client.says("[33,1,9]");
    for n in 1..=5 {
        client.says(&format!("[36,9,{n},{{}},[{n}]]"));
    }
    let mut subscription = subscribing.done().unwrap();
    let events = client.start(async move {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let event = subscription.next().await.unwrap();
            seen.push((event.args.get::<u32>(0).unwrap(), event.missed));
        }
        seen
    });
    assert_eq!(events.done(), [(4, 3), (5, 0)]);
}

#[test]
fn a_subscription_ends_with_its_session_and_when_it_is_revoked() {
    for last_words in ["[35,0,{\"subscription\":9}]", "[6,{},\"wamp.close.system_shutdown\"]"] {
        let (mut client, session) = Scripted::joined();
        let subscribing = client.start({
            let session = session.clone();
            async move { session.subscribe("com.example.t").await }
        });
        client.says("[33,1,9]");
        client.says("[36,9,100,{},[1]]");
        let subscription = subscribing.done().unwrap();
        let all = client.start(subscription.map(|event| event.publication.to_string()).collect::<Vec<_>>());
        assert!(all.waits());
        client.says(last_words);
        assert_eq!(all.done(), ["100"]);
    }
}

#[test]
fn dropping_handles_and_answers_sends_nothing() {
    let (mut client, session) = Scripted::joined();
    let subscribing = client.start({
        let session = session.clone();
        async move { session.subscribe("com.example.t").await.map(drop) }
    });
    client.received();
    client.says("[33,1,9]");
    subscribing.done().unwrap();
    client.says("[36,9,100,{},[1]]");
    drop(session);
    client.settle();
    assert_eq!(client.received(), None);
    assert!(!client.is_closed());
}

#[test]
fn a_publisher_waits_while_the_router_does_not_read() {
    let (mut client, session) = Scripted::joined();
    let flood = client.start(async move {
        for n in 0..2_000 {
            session.publish("com.example.t", (n,)).await.unwrap();
        }
    });
    assert!(flood.waits());
    let mut received = 0;
    while let Some(message) = client.received() {
        assert_eq!(message, format!(r#"[16,{},{{}},"com.example.t",[{received}]]"#, received + 1));
        received += 1;
    }
    assert_eq!(received, 2_000);
    flood.done();
}

#[test]
fn a_procedure_answers_and_may_call_back_into_its_session() {
    let (mut client, session) = Scripted::joined();
    let caller = session.clone();
    let registering = client.start(async move {
        session
            .register("com.example.f", async move |call| {
                let twice = caller.call("com.example.twice", (call.args.get::<i64>(0)?,)).await;
                Ok((twice.map_err(|e| WampError::runtime(&e.to_string()))?.args.get::<i64>(0)?,))
            })
            .await
    });
    assert_eq!(client.received().unwrap(), r#"[64,1,{},"com.example.f"]"#);
    client.says("[65,1,4]");
    registering.done().unwrap();
    client.says("[68,1,4,{},[21]]");
    assert_eq!(client.received().unwrap(), r#"[48,2,{},"com.example.twice",[21]]"#);
    client.says("[50,2,{},[42]]");
    assert_eq!(client.received().unwrap(), r#"[70,1,{},[42]]"#);
}

#[test]
fn whatever_a_procedure_does_its_caller_gets_an_answer() {
    let (mut client, session) = Scripted::joined();
    let registering = client.start(async move {
        let f = async |call: wamp_wasm::client::Invocation| match call.args.get::<u8>(0)? {
            1 => Err(WampError::new("com.example.error.x", (1,))),
            2 => Err(WampError::new("not a uri", ("text",))),
            3 => Err(WampError::new("com.example.error.x", (f64::NAN,))),
            n => Ok((f64::from(n) / 0.0,)),
        };
        session.register("com.example.f", f).await
    });
    client.received();
    client.says("[65,1,4]");
    registering.done().unwrap();
    let mut answer = |request: u32, args: &str| {
        client.says(&format!("[68,{request},4,{{}},{args}]"));
        client.received().unwrap()
    };
    assert_eq!(answer(1, "[1]"), r#"[8,68,1,{},"com.example.error.x",[1]]"#);
    assert_eq!(answer(2, "[2]"), r#"[8,68,2,{},"wamp.error.runtime_error",["text"]]"#);
    assert!(answer(3, "[3]").starts_with(r#"[8,68,3,{},"com.example.error.x",[""#));
    assert!(answer(4, "[4]").starts_with(r#"[8,68,4,{},"wamp.error.runtime_error",[""#));
    let wrong = answer(5, r#"["x"]"#);
    assert!(wrong.starts_with(r#"[8,68,5,{},"wamp.error.invalid_argument",["argument 0: "#), "{wrong}");
}

#[test]
fn a_call_that_runs_is_dropped_when_the_session_ends() {
    struct Guard(std::rc::Rc<std::cell::Cell<bool>>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (mut client, session) = Scripted::joined();
    let dropped = std::rc::Rc::new(std::cell::Cell::new(false));
    let (seen, cycle) = (dropped.clone(), session.clone());
    let registering = client.start(async move {
        session
            .register("com.example.f", async move |_| {
                let _guard = Guard(seen.clone());
                cycle.closed().await;
                std::future::pending::<()>().await;
                Ok(())
            })
            .await
    });
    client.says("[65,1,4]");
    let registration = registering.done().unwrap();
    client.says("[68,1,4,{}]");
    assert!(!dropped.get() && registration.is_active());
    client.breaks();
    assert!(dropped.get() && !registration.is_active());
}
