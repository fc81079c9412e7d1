//! A session under whatever a router and an application may do: octets say what happens, step by step.
//! Shared by the fuzz target, by the test that runs its seeds and by the long random run; the one rule:
//! every octet sequence is a history, and [`watch`] panics when the session breaks a promise in it.

#[path = "../choices.rs"]
#[allow(clippy::duplicate_mod, reason = "each target is a crate, and tests have several of them")]
mod choices;
mod router;
mod watch;

use std::{fmt::Debug, time::Duration};

use wamp_wasm::{
    message::{
        AuthExtra, Dict, Id, InvocationPolicy, MatchPolicy, RegistrationId, RequestId, SubscriptionId, Values,
    },
    session::{CommandError, Input, State},
};

use self::{
    choices::Choices,
    watch::{Command, Watch},
};

const URIS: [&str; 6] = ["com.a", "com.a", "com.b", "com.c", "com..d", "bad uri"];

/// Lives through what the octets say; gives how many messages of a router that were.
pub(crate) fn check(octets: &[u8]) -> u64 {
    let mut choices = Choices::new(octets);
    let settings = choices.octet();
    let max_pending = if settings & 2 == 0 { 100_000 } else { 4 };
    let mut watch = Watch::new(settings & 1 == 0, max_pending);
    while !choices.is_empty() {
        step(&mut watch, &mut choices);
    }
    recover(&mut watch);
    watch.messages
}

fn step(watch: &mut Watch, choices: &mut Choices<'_>) {
    match choices.octet() {
        0..=79 => forward(watch, choices),
        80..=129 => watch.receive(router::message(choices, watch.last_request)),
        130..=135 => watch.input(router::raw(choices)),
        step => command(step, watch, choices),
    }
}

/// What an honest router would do next, and a host that wants a session.
fn forward(watch: &mut Watch, choices: &mut Choices<'_>) {
    match watch.session.state() {
        State::Disconnected | State::Ended => watch.input(Input::Opened),
        State::Connected => join(watch),
        State::Joining | State::Authenticating => watch.receive(router::welcome(choices.below(5))),
        State::Established if watch.unanswered.is_empty() => {}
        State::Established => {
            let request = watch.unanswered.remove(choices.below(watch.unanswered.len()));
            watch.receive(router::answer(choices, request));
        }
        State::Leaving => watch.receive(router::goodbye()),
    }
}

fn command(step: u8, watch: &mut Watch, choices: &mut Choices<'_>) {
    let now = watch.now;
    let session = &mut watch.session;
    let uri = || URIS[usize::from(step) % URIS.len()].into();
    match step {
        136 => watch.input(Input::Closed("lost".to_owned())),
        137 => watch.input(Input::Opened),
        138 => watch.input(Input::Invalid("rubbish".to_owned())),
        139 => join(watch),
        140 if session.leave(now, uri(), None).is_ok() => watch.left(),
        141 => _ = session.refuse(uri(), "no"),
        142 => _ = session.authenticate(now, "proof", AuthExtra::default()),
        143..=149 => {
            watch.now += Duration::from_millis(u64::from(choices.octet()).pow(2));
            watch.input(Input::Deadline);
        }
        150..=167 => {
            let policy = choices.pick(&[MatchPolicy::Exact, MatchPolicy::Prefix]);
            let options = typed(Dict::new().with("match", policy.as_str()));
            let outcome = session.subscribe(uri(), options);
            watch.began(outcome, Command::Subscribe);
        }
        168..=185 => {
            let policy = choices.pick(&[InvocationPolicy::Single, InvocationPolicy::RoundRobin]);
            let options = typed(Dict::new().with("invoke", policy.as_str()));
            let outcome = session.register(uri(), options);
            watch.began(outcome, Command::Register);
        }
        186..=197 => {
            let handler = watch.some_ticket(choices.octet());
            let outcome = watch.session.unsubscribe(handler);
            watch.ended(outcome, handler, true);
        }
        198..=209 => {
            let endpoint = watch.some_ticket(choices.octet());
            let outcome = watch.session.unregister(endpoint);
            watch.ended(outcome, endpoint, false);
        }
        210..=219 => {
            let options = typed(Dict::new().with("acknowledge", step & 1 == 0));
            match session.publish(uri(), options, Values::default()) {
                Ok(None) | Err(_) => {}
                Ok(Some(ticket)) => watch.began(Ok(ticket), Command::Publish),
            }
        }
        220..=229 => {
            let options = typed(
                Dict::new()
                    .with("receive_progress", step & 1 == 0)
                    .with("progress", step & 3 == 0)
                    .with("timeout", u64::from(choices.octet()) * 10),
            );
            let outcome = session.call(now, uri(), options, Values::default());
            watch.began(outcome, Command::Call);
        }
        230..=232 => {
            let call = watch.some_ticket(choices.octet());
            _ = watch.session.call_part(call, step == 230, Values::default());
        }
        233..=236 => {
            let call = watch.some_ticket(choices.octet());
            let options = typed(Dict::new().with("mode", choices.pick(&["kill", "killnowait", "skip"])));
            _ = watch.session.cancel(now, call, options);
        }
        237..=240 => {
            let request = some_id(choices);
            let options = typed(Dict::new().with("progress", step == 237));
            let outcome = session.yield_result(request, options, Values::default());
            watch.answered(request, &outcome, step != 237);
        }
        241..=243 => {
            let request = some_id(choices);
            let error = if step == 241 { "bad uri" } else { "com.error" };
            let outcome = session.yield_error(request, error.into(), Values::default());
            if !matches!(outcome, Err(CommandError::Uri(_))) {
                watch.answered(request, &outcome, true);
            }
        }
        244..=248 => {
            if let Some(handlers) = session.on_event(some_id::<SubscriptionId>(choices)) {
                let handlers = handlers.to_vec();
                watch.delivered(&handlers);
            }
        }
        249..=251 => {
            if let Some(ticket) = session.on_result(some_id(choices)) {
                watch.has_result(ticket);
            }
        }
        252.. => {
            let (request, registration) = (some_id(choices), some_id::<RegistrationId>(choices));
            if let Some(endpoint) = session.on_invocation(request, registration) {
                watch.invoked(request, endpoint);
            }
        }
        _ => {}
    }
    watch.drain();
}

/// Whatever has happened: the next session has what the application wants, and leaving it ends everything.
fn recover(watch: &mut Watch) {
    watch.input(Input::Closed("lost".to_owned()));
    watch.input(Input::Opened);
    join(watch);
    watch.begin_recovery();
    watch.receive(router::welcome(0));
    watch.check_asked_for();
    while let Some((kind, request)) = watch.unanswered.pop() {
        watch.receive(router::granted(kind, request, request));
    }
    watch.check_recovered();
    watch.session.leave(watch.now, "com.done".into(), None).expect("the session is open");
    watch.left();
    watch.drain();
    watch.receive(router::goodbye());
    watch.check_over();
}

fn join(watch: &mut Watch) {
    let details = router::hello();
    if watch.session.join(watch.now, "realm1".into(), details).is_ok() {
        watch.joins();
    }
    watch.drain();
}

/// Options or details with these keys, which are right.
fn typed<T: TryFrom<Dict, Error: Debug>>(dict: Dict) -> T {
    T::try_from(dict).expect("the values have the types of their keys")
}

/// One of a few ids.
fn some_id<T: Id>(choices: &mut Choices<'_>) -> T {
    T::new(1 + choices.below(8) as u64).expect("a small number is an id")
}

/// A number that the router's answers and the application's commands mean by `request`.
fn request(number: u64) -> RequestId {
    RequestId::new(number.max(1)).expect("a small number is an id")
}
