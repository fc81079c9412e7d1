//! Time for the driver: what it is now, and how to wait. The session machine itself reads no clock.

use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use futures::future::LocalBoxFuture;

/// A clock that can be waited on.
pub trait Timer {
    /// The time since an origin that never changes. It never goes back.
    fn now(&self) -> Duration;

    /// Waits until [`now`](Self::now) has reached the deadline. Waking up too early is allowed.
    fn sleep_until(&self, deadline: Duration) -> LocalBoxFuture<'static, ()>;
}

/// A clock that moves only when it is told to: for tests that wait for nothing.
///
/// ```
/// use std::time::Duration;
/// use futures::FutureExt;
/// use wamp_wasm::client::{ManualTimer, Timer};
///
/// let timer = ManualTimer::default();
/// let mut sleep = timer.sleep_until(Duration::from_secs(5));
/// timer.advance(Duration::from_secs(4));
/// assert_eq!((&mut sleep).now_or_never(), None);
/// timer.advance(Duration::from_secs(1));
/// assert_eq!(sleep.now_or_never(), Some(()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualTimer(Rc<RefCell<Manual>>);

#[derive(Debug, Default)]
struct Manual {
    now: Duration,
    sleepers: Vec<Waker>,
}

impl ManualTimer {
    /// Moves the clock and wakes whoever waits.
    pub fn advance(&self, by: Duration) {
        let sleepers = {
            let mut manual = self.0.borrow_mut();
            manual.now = manual.now.saturating_add(by);
            std::mem::take(&mut manual.sleepers)
        };
        sleepers.into_iter().for_each(Waker::wake);
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Duration {
        self.0.borrow().now
    }

    fn sleep_until(&self, deadline: Duration) -> LocalBoxFuture<'static, ()> {
        let manual = Rc::clone(&self.0);
        Box::pin(poll_fn(move |cx| {
            let mut manual = manual.borrow_mut();
            if manual.now >= deadline {
                return Poll::Ready(());
            }
            manual.sleepers.push(cx.waker().clone());
            Poll::Pending
        }))
    }
}

/// The browser's clock and its `setTimeout`, in pages and in workers.
#[cfg(target_family = "wasm")]
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserTimer;

#[cfg(target_family = "wasm")]
impl Timer for BrowserTimer {
    fn now(&self) -> Duration {
        use wasm_bindgen::JsCast;

        let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
        let performance = performance.ok().and_then(|p| p.dyn_into::<web_sys::Performance>().ok());
        // Every browser has it; Date can be set back, which only makes a deadline late.
        let ms = performance.map_or_else(js_sys::Date::now, |p| p.now());
        Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
    }

    fn sleep_until(&self, deadline: Duration) -> LocalBoxFuture<'static, ()> {
        // Rounded up, because a timer that fires a fraction too early would only be set again; and a
        // browser's timer holds 31 bits of milliseconds.
        let ms = deadline.saturating_sub(self.now()).as_micros().div_ceil(1000);
        let ms = u32::try_from(ms).map_or(i32::MAX as u32, |ms| ms.min(i32::MAX as u32));
        Box::pin(gloo_timers::future::TimeoutFuture::new(ms))
    }
}
