//! The broker: subscriptions, publications, and who gets them.
#![cfg(feature = "router")]

mod common;

use common::router_peer::{ALL_ROLES, Bench};
use wamp_wasm::router::{DenyPrefixes, Router, RouterConfig, SessionLimits};

#[test]
fn subscribers_of_a_topic_share_the_subscription_and_get_one_event_together() {
    let mut bench = Bench::default();
    let (a, b, c) = (bench.join("A"), bench.join("B"), bench.join("C"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(b, r#"[32,1,{"match":"exact"},"com.x"]"#);
    bench.send(c, r#"[16,1,{"acknowledge":true},"com.x",["hi"],{"k":1}]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        "R→B SUBSCRIBED 1 1",
        r#"R→A,B EVENT 1 104 ["hi"] {"k":1}"#,
        "R→C PUBLISHED 1 104",
    ]);
}

#[test]
fn subscribing_again_gives_the_same_subscription_and_one_event() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[32,2,{},"com.x"]"#);
    bench.send(b, r#"[16,1,{},"com.x"]"#);
    bench.expect(&["R→A SUBSCRIBED 1 1", "R→A SUBSCRIBED 2 1", "R→A EVENT 1 103"]);
}

#[test]
fn a_publisher_gets_its_own_event_only_with_exclude_me_false() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[16,2,{},"com.x"]"#);
    bench.send(a, r#"[16,3,{"exclude_me":true},"com.x"]"#);
    bench.send(a, r#"[16,4,{"exclude_me":false},"com.x",["me"]]"#);
    bench.expect(&["R→A SUBSCRIBED 1 1", r#"R→A EVENT 1 104 ["me"]"#]);
}

#[test]
fn after_unsubscribe_there_is_no_event_and_the_subscription_is_gone() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, "[34,2,1]");
    bench.send(b, r#"[16,1,{},"com.x"]"#);
    bench.send(a, "[34,3,1]");
    bench.send(a, r#"[32,4,{},"com.x"]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        "R→A UNSUBSCRIBED 2",
        r#"R→A ERROR UNSUBSCRIBE 3 wamp.error.no_such_subscription ["this session has no subscription 1"]"#,
        "R→A SUBSCRIBED 4 2",
    ]);
}

#[test]
fn a_subscription_of_somebody_else_cannot_be_ended() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(b, "[34,1,1]");
    bench.send(b, r#"[16,2,{},"com.x"]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        r#"R→B ERROR UNSUBSCRIBE 1 wamp.error.no_such_subscription ["this session has no subscription 1"]"#,
        "R→A EVENT 1 103",
    ]);
}

#[test]
fn realms_do_not_hear_of_each_other() {
    let mut bench = Bench::with_config(RouterConfig::with_realms(["realm1", "realm2"]));
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    let b = bench.attach("B");
    bench.send(b, &format!(r#"[1,"realm2",{ALL_ROLES}]"#));
    bench.take_log();
    bench.send(b, r#"[16,1,{"acknowledge":true},"com.x"]"#);
    bench.expect(&["R→B PUBLISHED 1 103"]);
}

#[test]
fn one_event_for_each_matching_subscription_all_with_one_publication_id() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x.y"]"#);
    bench.send(a, r#"[32,2,{"match":"prefix"},"com.x"]"#);
    bench.send(a, r#"[32,3,{"match":"wildcard"},"com..y"]"#);
    bench.send(a, r#"[32,4,{"match":"prefix"},"com.x.y"]"#);
    bench.take_log();
    bench.send(b, r#"[16,1,{},"com.x.y"]"#);
    bench.send(b, r#"[16,2,{},"com.xx"]"#);
    bench.expect(&[
        "R→A EVENT 1 103",
        r#"R→A EVENT 2 103 {"topic":"com.x.y"}"#,
        r#"R→A EVENT 4 103 {"topic":"com.x.y"}"#,
        r#"R→A EVENT 3 103 {"topic":"com.x.y"}"#,
        r#"R→A EVENT 2 104 {"topic":"com.xx"}"#,
    ]);
}

#[test]
fn uris_that_are_not_good_for_their_place_are_refused_and_the_session_lives() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com..x"]"#);
    bench.send(a, r#"[32,2,{"match":"prefix"},"com..x"]"#);
    bench.send(a, r#"[32,3,{"match":"wildcard"},"com..x"]"#);
    bench.send(a, r#"[16,4,{"acknowledge":true},"com.x "]"#);
    bench.send(a, r#"[16,5,{},"com.x "]"#);
    bench.expect(&[
        r#"R→A ERROR SUBSCRIBE 1 wamp.error.invalid_uri ["URI 'com..x' has an empty component"]"#,
        r#"R→A ERROR SUBSCRIBE 2 wamp.error.invalid_uri ["URI 'com..x' has an empty component"]"#,
        "R→A SUBSCRIBED 3 1",
        r#"R→A ERROR PUBLISH 4 wamp.error.invalid_uri ["URI 'com.x ' has the forbidden character ' '"]"#,
    ]);
}

#[test]
fn only_subscribing_is_open_below_wamp() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"wamp.session.on_join"]"#);
    bench.send(a, r#"[16,2,{"acknowledge":true},"wamp.session.on_join"]"#);
    bench.send(a, r#"[16,3,{},"wamp.session.on_join"]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        r#"R→A ERROR PUBLISH 2 wamp.error.invalid_uri ["URI 'wamp.session.on_join' is reserved for the protocol"]"#,
    ]);
}

#[test]
fn a_forbidden_topic_is_refused_and_an_unacknowledged_publication_to_it_is_lost_in_silence() {
    let mut bench = Bench::with_router(|entropy| {
        Router::new(RouterConfig::default(), entropy).with_authorizer(DenyPrefixes::new(["com.secret"]))
    });
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{"match":"prefix"},"com."]"#);
    bench.send(a, r#"[32,2,{},"com.secret.x"]"#);
    bench.send(a, r#"[16,3,{"exclude_me":false},"com.secret.x"]"#);
    bench.send(a, r#"[16,4,{"exclude_me":false,"acknowledge":true},"com.secret.x"]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        r#"R→A ERROR SUBSCRIBE 2 wamp.error.not_authorized ["this session may not subscribe to 'com.secret.x'"]"#,
        r#"R→A ERROR PUBLISH 4 wamp.error.not_authorized ["this session may not publish to 'com.secret.x'"]"#,
    ]);
}

#[test]
fn all_conditions_on_receivers_hold_together_and_an_empty_eligible_list_selects_nobody() {
    // B is session 102, C is 103; anonymous is everybody's role.
    for (options, receivers) in [
        ("", "B,C"),
        (r#""eligible":[]"#, ""),
        (r#""eligible":[102]"#, "B"),
        (r#""eligible":[102,103,999]"#, "B,C"),
        (r#""exclude":[]"#, "B,C"),
        (r#""exclude":[102]"#, "C"),
        (r#""eligible":[102,103],"exclude":[102]"#, "C"),
        (r#""eligible_authid":["anonymous-103"]"#, "C"),
        (r#""eligible_authid":[]"#, ""),
        (r#""exclude_authid":["anonymous-103"]"#, "B"),
        (r#""eligible_authrole":["anonymous"]"#, "B,C"),
        (r#""eligible_authrole":["admin"]"#, ""),
        (r#""exclude_authrole":["anonymous"]"#, ""),
        (r#""eligible":[102],"eligible_authid":["anonymous-103"]"#, ""),
        (r#""eligible":[103],"eligible_authrole":["anonymous"],"exclude_authid":["x"]"#, "C"),
        (r#""eligible":null"#, "B,C"),
    ] {
        let mut bench = Bench::default();
        let (a, b, c) = (bench.join("A"), bench.join("B"), bench.join("C"));
        for peer in [b, c] {
            bench.send(peer, r#"[32,1,{},"com.x"]"#);
        }
        bench.take_log();
        bench.send(a, &format!(r#"[16,1,{{{options}}},"com.x"]"#));
        let expected =
            if receivers.is_empty() { vec![] } else { vec![format!("R→{receivers} EVENT 1 104")] };
        assert_eq!(bench.take_log(), expected, "{options}");
    }
}

#[test]
fn a_publisher_that_is_eligible_is_excluded_all_the_same() {
    let mut bench = Bench::default();
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[16,2,{"eligible":[101]},"com.x"]"#);
    bench.send(a, r#"[16,3,{"eligible":[101],"exclude_me":false},"com.x"]"#);
    bench.expect(&["R→A SUBSCRIBED 1 1", "R→A EVENT 1 103"]);
}

#[test]
fn whoever_is_gone_gets_nothing_and_hurts_nobody() {
    let mut bench = Bench::default();
    let (a, b, c) = (bench.join("A"), bench.join("B"), bench.join("C"));
    for peer in [a, b] {
        bench.send(peer, r#"[32,1,{},"com.x"]"#);
    }
    bench.take_log();
    bench.lose(a);
    bench.send(c, r#"[16,1,{},"com.x"]"#);
    bench.send(b, r#"[6,{},"wamp.close.close_realm"]"#);
    bench.send(c, r#"[16,2,{"acknowledge":true},"com.x"]"#);
    bench.expect(&["R→B EVENT 1 104", "R→B GOODBYE wamp.close.goodbye_and_out", "R→C PUBLISHED 2 105"]);
}

#[test]
fn how_an_opaque_payload_is_to_be_read_goes_along_with_it() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.take_log();
    let options = r#"{"enc_algo":"cryptobox","enc_serializer":"json","_own":1,"acknowledge":false}"#;
    bench.send(b, &format!(r#"[16,1,{options},"com.x","\u0000AAEC"]"#));
    let log = bench.take_log();
    assert!(
        log[0].starts_with(r#"R→A EVENT 1 103 {"enc_algo":"cryptobox","enc_serializer":"json"} "#),
        "{log:?}"
    );
}

#[test]
fn an_event_that_cannot_be_written_for_one_subscriber_is_skipped_for_it() {
    let mut bench = Bench::default();
    let (a, b) = (bench.join("A"), bench.join("B"));
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.take_log();
    bench.undeliverable(a, "[36,1,103,{}]", "wamp.error.invalid_argument", "NaN");
    bench.expect(&[]);
    bench.send(b, r#"[16,1,{},"com.x"]"#);
    bench.expect(&["R→A EVENT 1 103"]);
}

#[test]
fn a_session_has_no_more_subscriptions_than_the_limit() {
    let limits = SessionLimits { subscriptions: 1, ..SessionLimits::default() };
    let mut bench = Bench::with_config(RouterConfig { limits, ..RouterConfig::default() });
    let a = bench.join("A");
    bench.send(a, r#"[32,1,{},"com.x"]"#);
    bench.send(a, r#"[32,2,{},"com.y"]"#);
    bench.send(a, r#"[32,3,{},"com.x"]"#);
    bench.send(a, "[34,4,1]");
    bench.send(a, r#"[32,5,{},"com.y"]"#);
    bench.expect(&[
        "R→A SUBSCRIBED 1 1",
        r#"R→A ERROR SUBSCRIBE 2 wamp.error.limit_exceeded ["a session may have 1 subscriptions"]"#,
        "R→A SUBSCRIBED 3 1",
        "R→A UNSUBSCRIBED 4",
        "R→A SUBSCRIBED 5 2",
    ]);
}
