//! A connection over all its attempts: opens a transport, has a [`Driver`] run the session on it, and asks the
//! reconnect machine what comes next. One rule: however it ends, whoever waits is told, once.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use futures::FutureExt;

use super::{
    config::ClientConfig,
    driver::Driver,
    error::JoinError,
    fate::Wish,
    heartbeat::{Beat, Watch},
    retry::Lost,
    shared::Shared,
    start,
    status::Status,
};
use crate::{
    codec::Serializer,
    reconnect::{Config, End, Policy, Reconnect, Retry},
    session::{Cause, Ended},
    transport::Transport,
};

pub(super) struct Runner<C> {
    connect: C,
    config: ClientConfig,
    urls: Vec<String>,
    shared: Shared,
    policy: Policy,
}

/// How an attempt ended. There is no session, or none any more.
enum Outcome {
    Session { ended: Ended, clean: bool },
    Failed(JoinError),
    Unreachable(JoinError),
    Wish(Wish),
}

impl<C, T> Runner<C>
where
    C: AsyncFn(String) -> Result<(T, Serializer), JoinError>,
    T: Transport + Unpin,
{
    pub(super) fn new(connect: C, config: ClientConfig, shared: Shared) -> Self {
        let urls: Vec<_> = std::iter::once(&config.url).chain(&config.alternatives).cloned().collect();
        let mut once = Config::default();
        (once.max_retries, once.max_first_retries) = (Some(0), Some(0));
        let policy = config.reconnect.as_ref().map_or(once, |reconnect| reconnect.policy.clone());
        Self { connect, policy: Policy::new(policy, urls.len()), config, urls, shared }
    }

    pub(super) async fn run(mut self) {
        let _told = Told(self.shared.clone());
        self.policy.start();
        loop {
            let outcome = self.attempt().await;
            if let Outcome::Session { ended: Ended { was_open: true, .. }, .. } = outcome {
                self.policy.joined();
            }
            let (end, error) = judged(&outcome);
            let ended = error.ended();
            let now = self.shared.timer.now();
            if self.shared.is_stopped() {
                self.policy.stop();
            }
            let verdict = self.policy.ended(now, end, normal());
            let retry =
                self.overruled(Lost { how: verdict.how, ended: ended.clone(), retry: verdict.retry }).await;
            let Some(Retry { delay, count }) = retry else {
                return self.shared.finish(ended, error);
            };
            let delay = Duration::try_from_secs_f64(delay).unwrap_or(Duration::MAX);
            self.shared.tell(Status::Waiting {
                delay,
                retries: count,
                how: verdict.how,
                ended: ended.clone(),
            });
            if !self.wait(delay).await {
                return self.shared.finish(left(), JoinError::Ended(left()));
            }
        }
    }

    /// Asks the application, if it wants to be. What it forces it need not be asked.
    async fn overruled(&mut self, lost: Lost) -> Option<Retry> {
        let retry = lost.retry;
        let ask = self.config.reconnect.as_ref().and_then(|reconnect| reconnect.should_retry.clone());
        let Some(ask) = ask.filter(|_| retry.is_none_or(|retry| retry.count > 0)) else { return retry };
        if self.shared.is_stopped() || lost.ended.cause == Cause::Left {
            return None;
        }
        match attended(&self.shared, ask(lost), |wish| wish != Wish::Check).await {
            Ok(again) => self.policy.overrule(again, normal()),
            Err(Wish::Reconnect) => {
                self.policy.overrule(true, 0.0).map(|retry| Retry { delay: 0.0, ..retry })
            }
            Err(_) => None,
        }
    }

    /// Waits for the next attempt. Whether there is to be one.
    async fn wait(&mut self, delay: Duration) -> bool {
        let deadline = self.shared.timer.now().saturating_add(delay);
        loop {
            match attended(&self.shared, self.shared.timer.sleep_until(deadline), |_| true).await {
                Ok(()) if self.shared.timer.now() < deadline => {}
                Ok(()) | Err(Wish::Check) => return true,
                Err(Wish::Reconnect) => return self.policy.reconnect() == Reconnect::Now,
                Err(Wish::Stop) => {
                    self.policy.stop();
                    return false;
                }
            }
        }
    }

    /// Tries one address after the other, and runs the session of the first that answers.
    async fn attempt(&mut self) -> Outcome {
        let order = self.policy.order(self.shared.timer.now()).to_vec();
        let mut failures = Vec::new();
        for way in order {
            let Some(url) = self.urls.get(way).cloned() else { continue };
            self.shared.tell(Status::Connecting { url: url.clone() });
            let connecting = (self.connect)(url);
            match attended(&self.shared, connecting, |wish| wish != Wish::Check).await {
                // From within the opening: nobody has seen that wish.
                Ok(_) if self.shared.is_stopped() => return Outcome::Wish(Wish::Stop),
                Ok(Ok((transport, serializer))) => {
                    self.policy.opened(way);
                    return self.session(transport, serializer).await;
                }
                Ok(Err(error)) => {
                    self.policy.missed(self.shared.timer.now(), way);
                    failures.push(error);
                }
                Err(wish) => {
                    // Forces the next attempt, which is another.
                    let _ = (wish == Wish::Reconnect).then(|| self.policy.reconnect());
                    return Outcome::Wish(wish);
                }
            }
        }
        if failures.len() > 1 && !failures.iter().all(|error| matches!(error, JoinError::NoSerializer)) {
            let texts: Vec<_> = failures.iter().map(ToString::to_string).collect();
            return Outcome::Unreachable(JoinError::Unreachable(texts.join("; ")));
        }
        Outcome::Unreachable(failures.pop().unwrap_or(JoinError::NoSerializer))
    }

    async fn session(&mut self, transport: T, serializer: Serializer) -> Outcome {
        let Self { shared, config, policy, .. } = self;
        shared.set_serializer(serializer);
        let on_challenge = match start(shared, shared.timer.now(), config) {
            Ok(on_challenge) => on_challenge,
            Err(error) => return Outcome::Failed(error),
        };
        let mut driver = Driver::new(transport, shared.clone(), config.limits, on_challenge, false);
        let heartbeat = config.reconnect.as_ref().and_then(|reconnect| reconnect.heartbeat);
        let mut watch = heartbeat.map(|heartbeat| Watch::new(shared.timer.clone(), heartbeat));
        poll_fn(|cx| {
            shared.drive_with(cx);
            let mut beat = Beat::Nothing;
            match shared.take_wish() {
                Some(Wish::Stop) => policy.stop(),
                Some(Wish::Reconnect) if policy.reconnect() == Reconnect::Drop => {
                    driver.give_up("given up by the application, to connect again");
                }
                Some(Wish::Check) => {
                    beat = watch.as_mut().map_or(Beat::Nothing, |watch| watch.doubt(driver.heard()));
                }
                Some(Wish::Reconnect) | None => {}
            }
            if let Some(watch) = &mut watch {
                if matches!(beat, Beat::Nothing) {
                    beat = watch.poll(cx, driver.heard());
                }
                match beat {
                    Beat::Nothing => {}
                    Beat::Ask => {
                        if !driver.probe() {
                            watch.rest();
                        }
                        // To be woken by the timer that was set.
                        cx.waker().wake_by_ref();
                    }
                    Beat::Lost(within) => driver.give_up(&format!(
                        "the router has not answered within {} ms: the connection is taken for lost",
                        within.as_millis()
                    )),
                }
            }
            driver.poll_unpin(cx)
        })
        .await;
        let (ended, clean) = driver.outcome();
        Outcome::Session { ended, clean }
    }
}

/// Runs a future beside which no driver does. The wishes of the application that are `heard` stop it.
async fn attended<F: Future>(shared: &Shared, future: F, heard: fn(Wish) -> bool) -> Result<F::Output, Wish> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        shared.drive_with(cx);
        shared.drain_idle();
        while let Some(wish) = shared.take_wish() {
            if heard(wish) {
                return Poll::Ready(Err(wish));
            }
        }
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}

/// What the reconnect machine and the application are told of an attempt.
fn judged(outcome: &Outcome) -> (End<'_>, JoinError) {
    match outcome {
        Outcome::Session { ended, clean } => {
            let end = match ended.cause {
                Cause::Left => End::Left,
                Cause::TransportLost if !clean => End::Lost,
                _ => End::Closed(ended.reason.as_ref().map(|reason| reason.as_str())),
            };
            (end, JoinError::Ended(ended.clone()))
        }
        Outcome::Failed(error) => (End::Refused, error.clone()),
        Outcome::Unreachable(error @ JoinError::NoSerializer) => (End::Unsupported, error.clone()),
        Outcome::Unreachable(error) => (End::Unreachable, error.clone()),
        Outcome::Wish(Wish::Stop) => (End::Left, JoinError::Ended(left())),
        Outcome::Wish(_) => {
            (End::Lost, JoinError::Unreachable("given up by the application, to connect again".to_owned()))
        }
    }
}

fn left() -> Ended {
    Ended { cause: Cause::Left, reason: None, message: "left by the application".to_owned(), was_open: false }
}

/// A number of the standard normal distribution, in Box and Muller's way; 0 where there is no randomness.
fn normal() -> f64 {
    let draw = || getrandom::u64().map(|random| (random >> 11) as f64 / (1_u64 << 53) as f64);
    let (Ok(one), Ok(other)) = (draw(), draw()) else { return 0.0 };
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// Ends what a runner that is dropped leaves behind.
struct Told(Shared);

impl Drop for Told {
    fn drop(&mut self) {
        let ended = self.0.ended();
        self.0.finish(ended.clone(), JoinError::Ended(ended));
    }
}
