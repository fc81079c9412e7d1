//! The life of a session, as applications see it: its end, its connection, who it is.
//! One rule: after the application has left, nothing is tried any more.

use super::{error::RequestError, fate::Wish, handle::SessionHandle, status::StatusStream};
use crate::{
    codec::Serializer,
    message::{SessionId, Uri, UriRules, WelcomeDetails, uris},
    session::{CommandError, Ended, State},
};

impl SessionHandle {
    /// Leaves the realm (`GOODBYE`) and waits until the session is over. Requests without an answer settle
    /// with [`RequestError::SessionLost`] at once. Leaving again, or after the end, only waits.
    ///
    /// ```no_run
    /// # use wamp_wasm::{client::SessionHandle, session::Cause};
    /// # async fn example(session: SessionHandle) {
    /// let ended = session.leave().await;
    /// assert_eq!(ended.cause, Cause::Left);
    /// # }
    /// ```
    pub async fn leave(&self) -> Ended {
        // It can only fail when there is nothing to leave any more.
        let _ = self.say_goodbye(uris::CLOSE_REALM.into(), None);
        self.closed().await
    }

    /// Leaves the realm with a reason of the application's own, and a text for a person.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) -> Result<(), Box<dyn std::error::Error>> {
    /// session.leave_with("wamp.close.logout", Some("see you tomorrow")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RequestError`] when the reason is no URI, or the session is over already.
    pub async fn leave_with(
        &self,
        reason: impl Into<Uri>,
        message: Option<&str>,
    ) -> Result<Ended, RequestError> {
        self.say_goodbye(reason.into(), message)?;
        Ok(self.closed().await)
    }

    pub(super) fn say_goodbye(&self, reason: Uri, message: Option<&str>) -> Result<(), RequestError> {
        let now = self.shared.timer.now();
        reason.check(UriRules::Complete).map_err(CommandError::Uri)?;
        let left = self.shared.command(|core| core.session.leave(now, reason, message));
        // Between two sessions there is nobody to say it to.
        if self.shared.wish(Wish::Stop) { Ok(()) } else { left }
    }

    /// Waits until the session is over, however it ends.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) {
    /// let ended = session.closed().await;
    /// println!("{:?}: {}", ended.cause, ended.message);
    /// # }
    /// ```
    pub async fn closed(&self) -> Ended {
        self.shared.over().await
    }

    /// Whether requests can be made.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.shared.with(|core| core.session.state() == State::Established)
    }

    /// The id of the session, also when it is over. That of a durable one is another after each loss.
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.shared.with(|core| core.welcome.as_ref().map(|welcome| welcome.session))
    }

    /// How the router welcomed the session: who it is, and the router's roles and features.
    #[must_use]
    pub fn details(&self) -> WelcomeDetails {
        self.shared.with(|core| core.welcome.as_ref().map(|w| w.details.clone())).unwrap_or_default()
    }

    /// The serializer that was agreed.
    #[must_use]
    pub fn serializer(&self) -> Serializer {
        self.shared.serializer()
    }

    /// What becomes of the connection, beginning with what it is now.
    ///
    /// ```no_run
    /// # use wamp_wasm::client::SessionHandle;
    /// # async fn example(session: SessionHandle) {
    /// use futures::StreamExt;
    /// use wamp_wasm::client::Status;
    ///
    /// let mut status = session.status();
    /// while let Some(status) = status.next().await {
    ///     match status {
    ///         Status::Open { .. } => println!("on line"),
    ///         Status::Waiting { delay, .. } => println!("off line, next try in {delay:?}"),
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> StatusStream {
        self.shared.statuses()
    }

    /// Gives up the connection that there is, or the wait for the next one, and connects at once. Whether there
    /// will be an attempt: not without [`ClientConfig::reconnect`](super::ClientConfig::reconnect), and not when
    /// the session is over.
    pub fn reconnect(&self) -> bool {
        self.shared.wish(Wish::Reconnect)
    }

    /// Something happened after which connections are often dead, or there again: the network is back, the page
    /// is shown again, the machine has slept. The router is asked for a sign of life now, and where the next
    /// attempt is waited for, it begins now.
    ///
    /// ```no_run
    /// # #[cfg(target_family = "wasm")]
    /// # fn example(window: &js_sys::Object, session: wamp_wasm::client::SessionHandle) {
    /// use wasm_bindgen::{JsCast, closure::Closure};
    ///
    /// let online = Closure::<dyn Fn()>::new(move || { session.check(); });
    /// js_sys::Reflect::set(window, &"ononline".into(), online.into_js_value().unchecked_ref()).ok();
    /// # }
    /// ```
    ///
    /// Whether there is anything to check, as with [`reconnect`](Self::reconnect).
    pub fn check(&self) -> bool {
        self.shared.wish(Wish::Check)
    }
}
