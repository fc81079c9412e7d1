//! Subscribing and publishing.

use futures::{StreamExt, join};
use wamp_wasm::{
    client::Arguments,
    message::{Dict, PublishOptions, Value, Values},
};

use super::World;

pub(crate) async fn a_subscriber_gets_what_another_session_publishes(world: World) {
    let (here, there) = join!(world.join(), world.join());
    let mut chat = here.subscribe(world.uri("chat")).await.unwrap();
    there.publish(world.uri("chat"), Arguments::new().arg("hello").kwarg("from", "Ann")).await.unwrap();
    let event = chat.next().await.unwrap();
    assert_eq!(event.args.get::<String>(0).as_deref(), Ok("hello"));
    assert_eq!(event.kwargs.get::<String>("from").as_deref(), Ok("Ann"));
    assert_eq!(event.missed, 0);
}

pub(crate) async fn events_arrive_in_the_order_of_their_publication(world: World) {
    let (here, there) = join!(world.join(), world.join());
    let events = here.subscribe(world.uri("count")).await.unwrap();
    let publishing = async {
        for n in 0..200_u32 {
            there.publish(world.uri("count"), (n,)).await.unwrap();
        }
    };
    let numbers = events.take(200).map(|event| event.args.get::<u32>(0).unwrap()).collect::<Vec<_>>();
    let ((), numbers) = join!(publishing, numbers);
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

pub(crate) async fn a_publisher_gets_its_own_event_only_when_it_asks_for_it(world: World) {
    let session = world.join().await;
    let mut events = session.subscribe(world.uri("own")).await.unwrap();
    session.publish(world.uri("own"), ("not for me",)).await.unwrap();
    let options = PublishOptions::try_from(Dict::new().with("exclude_me", false)).unwrap();
    session.publish_with(world.uri("own"), options, ("for me",)).await.unwrap();
    assert_eq!(events.next().await.unwrap().args.get::<String>(0).as_deref(), Ok("for me"));
}

pub(crate) async fn each_subscription_of_a_session_gets_the_event_until_it_is_ended(world: World) {
    let (here, there) = join!(world.join(), world.join());
    let topic = world.uri("twice");
    let (one, two) = join!(here.subscribe(topic.as_str()), here.subscribe(topic.as_str()));
    let (mut one, mut two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.id(), two.id());
    there.publish_acknowledged(topic.as_str(), (1,)).await.unwrap();
    assert_eq!(one.next().await.unwrap().args.get::<u8>(0), Ok(1));
    assert_eq!(two.next().await.unwrap().args.get::<u8>(0), Ok(1));

    one.unsubscribe().await.unwrap();
    there.publish_acknowledged(topic.as_str(), (2,)).await.unwrap();
    assert_eq!(two.next().await.unwrap().args.get::<u8>(0), Ok(2));
    two.unsubscribe().await.unwrap();
    there.publish_acknowledged(topic.as_str(), (3,)).await.unwrap();

    let mut again = here.subscribe(topic.as_str()).await.unwrap();
    there.publish(topic.as_str(), (4,)).await.unwrap();
    assert_eq!(again.next().await.unwrap().args.get::<u8>(0), Ok(4));
}

pub(crate) async fn an_acknowledged_publication_has_an_id_that_its_event_shows(world: World) {
    let (here, there) = join!(world.join(), world.join());
    let mut events = here.subscribe(world.uri("acknowledged")).await.unwrap();
    let publication = there.publish_acknowledged(world.uri("acknowledged"), ()).await.unwrap();
    assert_eq!(events.next().await.unwrap().publication, publication);
}

pub(crate) async fn values_of_every_kind_arrive_as_they_were_sent(world: World) {
    let (here, there) = join!(world.join(), world.join());
    let mut events = here.subscribe(world.uri("values")).await.unwrap();
    let kwargs = Dict::new()
        .with("null", Value::Null)
        .with("yes", true)
        .with("large", 9_007_199_254_740_992_u64)
        .with("negative", -9_007_199_254_740_992_i64)
        .with("half", 0.5)
        .with("text", "Grüße, 世界 🌍 \"quoted\"\n\u{1}")
        .with("octets", vec![0_u8, 255, 128])
        .with("nested", vec![Value::List(vec![Dict::new().with("", 1).into()])]);
    let args = vec![Value::String("x".repeat(200_000))];
    let sent = Values::Plain { args: args.clone(), kwargs: kwargs.clone() };
    there.publish(world.uri("values"), sent).await.unwrap();
    let event = events.next().await.unwrap();
    assert_eq!(event.kwargs.values(), &kwargs);
    assert_eq!(event.args.values(), args);
}
