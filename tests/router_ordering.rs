//! The ordering guarantees of WAMP, under load and from the first message on.
#![cfg(feature = "router")]

mod common;

use common::router_peer::Bench;

#[test]
fn events_of_one_publisher_arrive_in_publication_order_across_topics() {
    const PUBLICATIONS: usize = 10_000;
    let mut bench = Bench::default();
    let publisher = bench.join("P");
    for name in ["A", "B", "C"] {
        let subscriber = bench.join(name);
        bench.send(subscriber, r#"[32,1,{},"com.even"]"#);
        bench.send(subscriber, r#"[32,2,{},"com.odd"]"#);
    }
    bench.take_log();
    for n in 0..PUBLICATIONS {
        let topic = if n % 2 == 0 { "com.even" } else { "com.odd" };
        bench.send(publisher, &format!(r#"[16,{},{{}},"{topic}",[{n}]]"#, n + 1));
    }
    let log = bench.take_log();
    assert_eq!(log.len(), PUBLICATIONS);
    for (n, line) in log.iter().enumerate() {
        assert!(line.starts_with("R→A,B,C EVENT ") && line.ends_with(&format!(" [{n}]")), "{n}: {line}");
    }
}

#[test]
fn subscribed_comes_before_the_first_event_while_a_publisher_floods() {
    let mut bench = Bench::default();
    let (publisher, subscriber) = (bench.join("P"), bench.join("A"));
    for n in 1..=100 {
        bench.send(publisher, &format!(r#"[16,{n},{{}},"com.x",[{n}]]"#));
        if n == 50 {
            bench.send(subscriber, r#"[32,1,{},"com.x"]"#);
        }
    }
    let log = bench.take_log();
    assert_eq!(log[0], "R→A SUBSCRIBED 1 1");
    assert!(log[1].ends_with("[51]"), "{}", log[1]);
    assert_eq!(log.len(), 51);
}

#[test]
fn registered_comes_before_the_first_invocation_while_a_caller_floods() {
    let mut bench = Bench::default();
    let (caller, callee) = (bench.join("P"), bench.join("A"));
    for n in 1..=100 {
        bench.send(caller, &format!(r#"[48,{n},{{}},"com.x",[{n}]]"#));
        if n == 50 {
            bench.send(callee, r#"[64,1,{},"com.x"]"#);
        }
    }
    let mut to_callee = bench.take_log();
    to_callee.retain(|line| line.starts_with("R→A "));
    assert_eq!(to_callee[0], "R→A REGISTERED 1 1");
    assert_eq!(to_callee[1], "R→A INVOCATION 1 1 [51]");
    assert_eq!(to_callee.len(), 51);
}

#[test]
fn invocations_of_one_caller_arrive_in_call_order_across_procedures() {
    let mut bench = Bench::default();
    let (caller, callee) = (bench.join("P"), bench.join("A"));
    bench.send(callee, r#"[64,1,{},"com.even"]"#);
    bench.send(callee, r#"[64,2,{},"com.odd"]"#);
    bench.take_log();
    for n in 0..1000 {
        let procedure = if n % 2 == 0 { "com.even" } else { "com.odd" };
        bench.send(caller, &format!(r#"[48,{},{{}},"{procedure}",[{n}]]"#, n + 1));
    }
    for (n, line) in bench.take_log().iter().enumerate() {
        assert_eq!(line, &format!("R→A INVOCATION {} {} [{n}]", n + 1, n % 2 + 1));
    }
}
