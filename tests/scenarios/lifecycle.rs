//! Joining and leaving.

use futures::{FutureExt, StreamExt, join};
use wamp_wasm::{
    client::RequestError,
    message::{Role, Roles, uris},
    session::Cause,
};

use super::World;

pub(crate) async fn a_session_knows_its_id_and_its_router(world: World) {
    let (one, two) = join!(world.join(), world.join());
    assert!(one.is_open() && two.is_open());
    assert_ne!(one.id().unwrap(), two.id().unwrap());
    let details = one.details();
    let roles = Roles::read(details.as_dict().get("roles"), &Role::ROUTER).unwrap();
    assert!(roles.has(Role::Broker) && roles.has(Role::Dealer));
}

pub(crate) async fn an_unknown_realm_is_refused_by_name(world: World) {
    let error = world.try_realm("com.example.no.such.realm").await.unwrap_err();
    assert_eq!(error.reason(), Some(uris::NO_SUCH_REALM), "{error}");
}

pub(crate) async fn leaving_settles_everything_and_ends_every_stream(world: World) {
    let (callee, session) = join!(world.join(), world.join());
    let uri = world.uri("never");
    let never = async |_| std::future::pending::<Result<(), _>>().await;
    callee.register(uri.as_str(), never).await.unwrap();
    let mut events = session.subscribe(world.uri("topic")).await.unwrap();

    let mut call = Box::pin(session.call(uri.as_str(), ()));
    assert!((&mut call).now_or_never().is_none());
    let (ended, call, closed) = join!(session.leave(), call, session.closed());
    assert_eq!(ended.cause, Cause::Left);
    assert_eq!(closed, ended);
    assert!(matches!(call, Err(RequestError::SessionLost(_))), "{call:?}");
    assert_eq!(events.next().await, None);
    let late = session.publish(world.uri("topic"), ()).await;
    assert!(matches!(late, Err(RequestError::SessionLost(_))), "{late:?}");
    callee.leave().await;
}
