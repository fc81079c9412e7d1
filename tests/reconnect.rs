//! When and where a connection is tried again, on a virtual clock.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[cfg(not(target_family = "wasm"))]
#[path = "../fuzz/reconnect.rs"]
mod run;

use std::time::Duration;

use wamp_wasm::reconnect::{Config, End, How, Policy, Reconnect, Retry, Verdict};

const START: Duration = Duration::ZERO;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    config.retry_delay_jitter = 0.0;
    change(&mut config);
    config
}

/// A policy in its first attempt.
fn trying(ways: usize, change: impl FnOnce(&mut Config)) -> Policy {
    let mut policy = Policy::new(config(change), ways);
    policy.start();
    policy.order(START);
    policy
}

/// A policy whose session is open.
fn open(change: impl FnOnce(&mut Config)) -> Policy {
    let mut policy = trying(1, change);
    join(&mut policy, 0);
    policy
}

fn join(policy: &mut Policy, way: usize) {
    policy.opened(way);
    policy.joined();
}

fn lose(policy: &mut Policy) -> Option<Retry> {
    policy.ended(START, End::Lost, 0.0).retry
}

/// The delays of attempts that all fail.
fn delays(policy: &mut Policy, count: usize, normal: f64) -> Vec<f64> {
    let mut delays = Vec::new();
    while let Some(retry) = policy.ended(START, End::Lost, normal).retry {
        delays.push(retry.delay);
        policy.order(START);
        if delays.len() == count {
            break;
        }
    }
    delays
}

const fn retry(delay: f64, count: u32) -> Option<Retry> {
    Some(Retry { delay, count })
}

#[test]
fn the_defaults_are_autobahns() {
    let config = Config::default();
    assert_eq!((config.max_retries, config.retry_if_unreachable), (Some(15), true));
    assert_eq!((config.initial_retry_delay, config.max_retry_delay), (1.5, 300.0));
    assert_eq!((config.retry_delay_growth, config.retry_delay_jitter), (1.5, 0.1));
}

#[test]
fn delays_grow_by_the_factor_up_to_the_greatest() {
    let mut policy = open(|config| config.max_retry_delay = 6.0);
    assert_eq!(delays(&mut policy, 6, 0.0), [1.5, 2.25, 3.375, 5.0625, 6.0, 6.0]);
}

#[test]
fn jitter_spreads_a_delay_by_its_share_and_leaves_the_growth_alone() {
    let mut policy = open(|config| config.retry_delay_jitter = 0.1);
    let expected = [1.5, 2.25, 3.375].map(|mean| mean + mean * 0.1 * 2.0);
    assert_eq!(delays(&mut policy, 3, 2.0), expected);
}

#[test]
fn jitter_makes_no_delay_negative_and_none_greater_than_the_greatest() {
    for (normal, expected) in
        [(-1e9, 0.0), (f64::NEG_INFINITY, 0.0), (1e9, 300.0), (f64::INFINITY, 300.0), (f64::NAN, 0.0)]
    {
        let mut policy = open(|config| config.retry_delay_jitter = 0.1);
        let verdict = policy.ended(START, End::Lost, normal);
        assert_eq!(verdict.retry, retry(expected, 1), "{normal}");
    }
}

#[test]
fn there_are_as_many_retries_as_max_retries() {
    assert_eq!(delays(&mut open(|config| config.max_retries = Some(2)), 100, 0.0).len(), 2);
    assert_eq!(delays(&mut open(|config| config.max_retries = Some(0)), 100, 0.0).len(), 0);
    assert_eq!(delays(&mut open(|config| config.max_retries = None), 100, 0.0).len(), 100);
}

#[test]
fn before_any_session_another_number_of_retries_counts() {
    let mut policy = trying(1, |config| {
        config.max_first_retries = Some(0);
        config.max_retries = None;
    });
    assert_eq!(lose(&mut policy), None);
    policy.start();
    join(&mut policy, 0);
    assert_eq!(delays(&mut policy, 100, 0.0).len(), 100);
}

#[test]
fn a_retry_counts_from_one_and_a_session_begins_the_count_anew() {
    let mut policy = open(|_| ());
    assert_eq!(lose(&mut policy), retry(1.5, 1));
    policy.order(START);
    assert_eq!(lose(&mut policy), retry(2.25, 2));
    policy.order(START);
    join(&mut policy, 0);
    assert_eq!(lose(&mut policy), retry(1.5, 1));
}

#[test]
fn a_transport_that_opens_without_a_session_begins_no_count_anew() {
    let mut policy = trying(1, |config| config.max_retries = Some(2));
    assert_eq!(lose(&mut policy), retry(1.5, 1));
    policy.order(START);
    policy.opened(0);
    assert_eq!(policy.ended(START, End::Closed(Some("com.example.busy")), 0.0).retry, retry(2.25, 2));
}

#[test]
fn an_end_is_unreachable_until_a_transport_was_open_and_lost_ever_after() {
    let mut policy = trying(1, |_| ());
    assert_eq!(policy.ended(START, End::Unreachable, 0.0).how, How::Unreachable);
    policy.order(START);
    policy.opened(0);
    assert_eq!(policy.ended(START, End::Lost, 0.0).how, How::Lost);
    policy.order(START);
    assert_eq!(policy.ended(START, End::Unreachable, 0.0).how, How::Lost);
    policy.stop();
    policy.start();
    assert_eq!(policy.ended(START, End::Unreachable, 0.0).how, How::Lost, "for the life of the connection");
}

#[test]
fn unreachable_is_tried_again_unless_the_option_says_otherwise() {
    assert!(trying(1, |_| ()).ended(START, End::Unreachable, 0.0).retry.is_some());
    let not = |config: &mut Config| config.retry_if_unreachable = false;
    assert!(trying(1, not).ended(START, End::Unreachable, 0.0).retry.is_none());
    let mut was_open = open(not);
    lose(&mut was_open);
    was_open.order(START);
    assert!(was_open.ended(START, End::Unreachable, 0.0).retry.is_some(), "this is lost, not unreachable");
}

#[test]
fn what_is_unsupported_or_refused_here_is_not_tried_again() {
    for (end, how) in
        [(End::Unsupported, How::Unsupported), (End::Refused, How::Closed), (End::Left, How::Closed)]
    {
        assert_eq!(trying(1, |_| ()).ended(START, end, 0.0), Verdict { how, retry: None });
    }
}

#[test]
fn a_refusal_that_would_come_again_is_not_tried_again() {
    for reason in [
        "wamp.error.authentication_denied",
        "wamp.error.authentication_failed",
        "wamp.error.authentication_required",
        "wamp.error.authorization_denied",
        "wamp.error.cannot_authenticate",
        "wamp.error.invalid_uri",
        "wamp.error.no_auth_method",
        "wamp.error.no_matching_auth_method",
        "wamp.error.no_such_principal",
        "wamp.error.no_such_realm",
        "wamp.error.no_such_role",
        "wamp.error.not_authorized",
        "wamp.error.protocol_violation",
    ] {
        let mut policy = trying(1, |_| ());
        policy.opened(0);
        let refused = policy.ended(START, End::Closed(Some(reason)), 0.0);
        assert_eq!(refused, Verdict { how: How::Closed, retry: None }, "{reason}");
        assert!(
            open(|_| ()).ended(START, End::Closed(Some(reason)), 0.0).retry.is_some(),
            "{reason} to one who was in"
        );
    }
}

#[test]
fn any_other_end_in_good_order_is_tried_again() {
    for reason in [
        None,
        Some("wamp.close.system_shutdown"),
        Some("com.example.busy"),
        Some("wamp.error.timeout"),
        Some(""),
    ] {
        let mut policy = trying(1, |_| ());
        policy.opened(0);
        assert_eq!(
            policy.ended(START, End::Closed(reason), 0.0),
            Verdict { how: How::Closed, retry: retry(1.5, 1) }
        );
    }
}

#[test]
fn nothing_is_tried_after_the_application_closed() {
    let mut policy = open(|_| ());
    policy.stop();
    assert_eq!(policy.ended(START, End::Lost, 0.0), Verdict { how: How::Lost, retry: None });
    assert_eq!(policy.overrule(true, 0.0), None);
    assert_eq!(policy.reconnect(), Reconnect::Never);
    assert!(policy.order(START).is_empty());
}

#[test]
fn nothing_is_tried_after_the_application_closed_during_the_wait() {
    let mut policy = open(|_| ());
    lose(&mut policy);
    assert!(policy.is_waiting());
    policy.stop();
    assert!(!policy.is_waiting());
    assert!(policy.order(START).is_empty(), "a timer that is late");
}

#[test]
fn nothing_is_tried_after_the_session_left() {
    let mut policy = open(|_| ());
    policy.ended(START, End::Left, 0.0);
    assert_eq!((policy.overrule(true, 0.0), policy.reconnect()), (None, Reconnect::Never));
}

#[test]
fn after_a_close_the_application_may_open_again() {
    let mut policy = open(|_| ());
    lose(&mut policy);
    policy.stop();
    policy.start();
    assert_eq!(policy.order(START), [0]);
    assert_eq!(lose(&mut policy), retry(1.5, 1), "and counts from one");
}

#[test]
fn the_application_may_veto_a_retry() {
    let mut policy = open(|_| ());
    lose(&mut policy);
    assert_eq!(policy.overrule(false, 0.0), None);
    assert!(!policy.is_waiting());
    assert!(policy.order(START).is_empty());
}

#[test]
fn the_application_may_try_again_what_was_refused() {
    for end in [End::Closed(Some("wamp.error.no_such_realm")), End::Refused, End::Unsupported] {
        let mut policy = trying(1, |_| ());
        assert_eq!(policy.ended(START, end, 0.0).retry, None);
        assert_eq!(policy.overrule(true, 0.0), retry(1.5, 1));
        assert_eq!(policy.order(START), [0]);
    }
}

#[test]
fn the_application_that_agrees_changes_nothing() {
    let mut policy = open(|_| ());
    assert_eq!(lose(&mut policy), retry(1.5, 1));
    assert_eq!(policy.overrule(true, 0.0), retry(1.5, 1));
    policy.order(START);
    assert_eq!(lose(&mut policy), retry(2.25, 2));
}

#[test]
fn the_application_gets_no_more_than_max_retries() {
    let mut policy = open(|config| config.max_retries = Some(0));
    assert_eq!(lose(&mut policy), None);
    assert_eq!(policy.overrule(true, 0.0), None);
}

#[test]
fn a_forced_reconnect_drops_what_there_is_and_tries_at_once() {
    let mut policy = open(|config| config.max_retries = Some(0));
    assert_eq!(policy.reconnect(), Reconnect::Drop);
    assert_eq!(policy.ended(START, End::Lost, 0.0), Verdict { how: How::Lost, retry: retry(0.0, 0) });
    assert_eq!(policy.order(START), [0]);
    assert_eq!(lose(&mut policy), None, "it is forced once");
}

#[test]
fn a_forced_reconnect_during_the_wait_counts_anew() {
    let mut policy = open(|_| ());
    assert_eq!(delays(&mut policy, 3, 0.0).len(), 3);
    lose(&mut policy);
    assert_eq!(policy.reconnect(), Reconnect::Now);
    assert_eq!(lose(&mut policy), retry(1.5, 1));
}

#[test]
fn an_end_that_is_told_twice_makes_no_second_retry() {
    let mut policy = open(|_| ());
    assert_eq!(lose(&mut policy), retry(1.5, 1));
    assert_eq!(lose(&mut policy), None);
    policy.order(START);
    assert_eq!(lose(&mut policy), retry(2.25, 2));
}

#[test]
fn the_way_that_was_good_last_comes_first_and_every_other_gets_its_turn() {
    let mut policy = trying(3, |_| ());
    assert_eq!(policy.order(START), [0, 1, 2]);
    join(&mut policy, 1);
    lose(&mut policy);
    assert_eq!(policy.order(START), [1, 2, 0]);
}

#[test]
fn a_way_that_failed_comes_after_those_that_did_not() {
    let mut policy = trying(3, |_| ());
    policy.missed(at(1), 0);
    join(&mut policy, 1);
    lose(&mut policy);
    assert_eq!(policy.order(at(2)), [1, 2, 0]);
    policy.missed(at(2), 1);
    join(&mut policy, 2);
    lose(&mut policy);
    assert_eq!(policy.order(at(3)), [2, 0, 1]);
}

#[test]
fn when_all_ways_failed_the_oldest_failure_comes_first() {
    let mut policy = trying(3, |_| ());
    for (second, way) in [(1, 2), (2, 0), (3, 1)] {
        policy.missed(at(second), way);
    }
    policy.ended(at(4), End::Unreachable, 0.0);
    assert_eq!(policy.order(at(5)), [2, 0, 1]);
}

#[test]
fn a_failure_is_forgotten_after_five_minutes_or_by_a_session() {
    let mut policy = trying(2, |_| ());
    policy.missed(at(0), 0);
    assert_eq!(policy.order(at(299)), [1, 0]);
    assert_eq!(policy.order(at(300)), [0, 1]);
    policy.missed(at(400), 0);
    join(&mut policy, 0);
    lose(&mut policy);
    assert_eq!(policy.order(at(401)), [0, 1]);
}

#[test]
fn a_way_that_opens_and_leads_to_no_session_has_failed() {
    for end in [End::Lost, End::Closed(None), End::Closed(Some("wamp.close.system_shutdown"))] {
        let mut policy = trying(2, |_| ());
        policy.opened(0);
        policy.ended(at(1), end, 0.0);
        assert_eq!(policy.order(at(2)), [1, 0], "{end:?}");
    }
}

#[test]
fn a_way_whose_session_is_lost_is_still_the_first() {
    let mut policy = trying(2, |_| ());
    join(&mut policy, 1);
    policy.ended(at(1), End::Lost, 0.0);
    assert_eq!(policy.order(at(2)), [1, 0]);
}

#[test]
fn ways_and_numbers_that_do_not_exist_do_no_harm() {
    let mut policy = trying(0, |_| ());
    assert!(policy.order(START).is_empty());
    policy.opened(7);
    policy.missed(Duration::MAX, usize::MAX);
    policy.joined();
    assert!(lose(&mut policy).is_some());
    assert_eq!(trying(usize::MAX, |_| ()).order(START).len(), 256);
}

#[test]
fn times_that_make_no_sense_do_no_harm() {
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, f64::MAX, f64::MIN_POSITIVE];
    for number in numbers {
        for other in numbers {
            let mut policy = open(|config| {
                config.initial_retry_delay = number;
                config.max_retry_delay = other.abs();
                config.retry_delay_growth = other;
                config.retry_delay_jitter = number;
            });
            for delay in delays(&mut policy, 5, other) {
                assert!(delay >= 0.0, "{number} {other}: {delay}");
            }
        }
    }
}

#[cfg(not(target_family = "wasm"))]
proptest::proptest! {
    #[test]
    fn whatever_happens_in_any_order_holds(
        script in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
    ) {
        run::check(&script);
    }
}
