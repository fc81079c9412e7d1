//! Registering and calling.

use std::cell::Cell;

use futures::{FutureExt, StreamExt, join};
use wamp_wasm::{
    client::{Arguments, RequestError, WampError},
    message::uris,
};

use super::World;

pub(crate) async fn a_call_reaches_the_procedure_and_its_result_comes_back(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    let add = callee.register(world.uri("add"), async |call| {
        let sum = call.args.get::<i64>(0)? + call.args.get::<i64>(1)?;
        Ok(Arguments::new().arg(sum).kwarg("unit", call.kwargs.get::<String>("unit")?))
    });
    add.await.unwrap();
    let arguments = Arguments::new().arg(2).arg(3).kwarg("unit", "km");
    let result = caller.call(world.uri("add"), arguments).await.unwrap();
    assert_eq!(result.args.get::<i64>(0), Ok(5));
    assert_eq!(result.kwargs.get::<String>("unit").as_deref(), Ok("km"));
}

pub(crate) async fn an_error_reaches_the_caller_with_its_arguments(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    let fail = callee.register(world.uri("fail"), async |_| {
        let arguments = Arguments::new().arg("no luck").kwarg("after", 5);
        Err::<(), _>(WampError::new("com.example.error.no_luck", arguments))
    });
    fail.await.unwrap();
    let Err(RequestError::Wamp(error)) = caller.call(world.uri("fail"), ()).await else {
        panic!("no error of WAMP")
    };
    assert_eq!(error.uri, "com.example.error.no_luck");
    assert_eq!(error.args.get::<String>(0).as_deref(), Ok("no luck"));
    assert_eq!(error.kwargs.get::<u32>("after"), Ok(5));
}

pub(crate) async fn a_procedure_that_nobody_has_is_an_error_by_name(world: World) {
    let error = world.join().await.call(world.uri("nothing"), ()).await.unwrap_err();
    assert_eq!(error.uri(), Some(uris::NO_SUCH_PROCEDURE));
}

pub(crate) async fn a_second_registration_is_refused(world: World) {
    let (one, two) = join!(world.join(), world.join());
    one.register(world.uri("single"), async |_| Ok(())).await.unwrap();
    let error = two.register(world.uri("single"), async |_| Ok(())).await.unwrap_err();
    assert_eq!(error.uri(), Some(uris::PROCEDURE_ALREADY_EXISTS));
}

pub(crate) async fn calls_of_one_procedure_run_beside_each_other(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    let (sender, receiver) = futures::channel::oneshot::channel();
    let (sender, receiver) = (Cell::new(Some(sender)), receiver.shared());
    let meet = callee.register(world.uri("meet"), async move |call| {
        if call.args.get::<bool>(0)? {
            let _ = sender.take().map(|sender| sender.send(23));
            return Ok((0,));
        }
        Ok((receiver.clone().await.unwrap_or_default(),))
    });
    meet.await.unwrap();
    let (waits, wakes) =
        join!(caller.call(world.uri("meet"), (false,)), caller.call(world.uri("meet"), (true,)));
    assert_eq!(waits.unwrap().args.get::<u8>(0), Ok(23));
    assert_eq!(wakes.unwrap().args.get::<u8>(0), Ok(0));
}

pub(crate) async fn a_procedure_may_call_back_into_its_own_session(world: World) {
    let session = world.join().await;
    let (inner, outer) = (world.uri("inner"), world.uri("outer"));
    session.register(inner.as_str(), async |call| Ok((call.args.get::<i64>(0)? * 2,))).await.unwrap();
    let caller = session.clone();
    let twice = session.register(outer.as_str(), async move |call| {
        let inner = caller.call(inner.as_str(), (call.args.get::<i64>(0)?,)).await;
        let inner = inner.map_err(|error| WampError::runtime(&error.to_string()))?;
        Ok((inner.args.get::<i64>(0)? + 1,))
    });
    twice.await.unwrap();
    assert_eq!(session.call(outer.as_str(), (21,)).await.unwrap().args.get::<i64>(0), Ok(43));
    session.leave().await;
}

pub(crate) async fn a_procedure_that_is_unregistered_is_gone(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    let registration = callee.register(world.uri("gone"), async |_| Ok(())).await.unwrap();
    caller.call(world.uri("gone"), ()).await.unwrap();
    registration.unregister().await.unwrap();
    let error = caller.call(world.uri("gone"), ()).await.unwrap_err();
    assert_eq!(error.uri(), Some(uris::NO_SUCH_PROCEDURE));
    callee.register(world.uri("gone"), async |_| Ok(())).await.unwrap();
    caller.call(world.uri("gone"), ()).await.unwrap();
}

pub(crate) async fn wrong_arguments_are_an_error_by_name(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    callee.register(world.uri("strict"), async |call| Ok((call.args.get::<u8>(0)?,))).await.unwrap();
    for arguments in [Arguments::from(()), Arguments::from(("text",)), Arguments::from((256,))] {
        let error = caller.call(world.uri("strict"), arguments).await.unwrap_err();
        assert_eq!(error.uri(), Some(uris::INVALID_ARGUMENT));
    }
}

pub(crate) async fn a_callee_that_leaves_fails_its_calls(world: World) {
    let (callee, caller) = join!(world.join(), world.join());
    let (sender, mut called) = futures::channel::mpsc::unbounded();
    let never = callee.register(world.uri("never"), async move |_| {
        let _ = sender.unbounded_send(());
        std::future::pending::<Result<(), _>>().await
    });
    never.await.unwrap();
    let leaving = async {
        called.next().await;
        callee.leave().await
    };
    let (call, _) = join!(caller.call(world.uri("never"), ()), leaving);
    assert_eq!(call.unwrap_err().uri(), Some(uris::CANCELED));
}
