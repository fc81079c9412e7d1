//! The scenarios over memory: our client and our router in one thread, with each serializer.

#![cfg(feature = "router")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod scenarios;

use std::{cell::Cell, time::Duration};

use futures::{FutureExt, executor::LocalPool, task::LocalSpawnExt};
use scenarios::{World, each_scenario};
use wamp_wasm::{
    client::{Client, ClientConfig, ManualTimer},
    codec::Serializer,
    host::RouterHost,
    router::{Router, RouterConfig},
    transport,
};

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Runs a scenario once with each serializer for all sessions, and once with sessions that differ.
fn in_memory<F: Future<Output = ()> + 'static>(scenario: fn(World) -> F) {
    let [json, msgpack, cbor] = Serializer::ALL;
    for serializers in [vec![json], vec![msgpack], vec![cbor], vec![json, msgpack, cbor]] {
        let mut draws = 0;
        let entropy = move || {
            draws += 1;
            draws
        };
        let host = RouterHost::new(Router::new(RouterConfig::default(), entropy), || Duration::ZERO);
        let mut pool = LocalPool::new();
        let (spawner, joined) = (pool.spawner(), Cell::new(0));
        let world = World::new(ClientConfig::new("memory", "realm1"), "scenario", move |config| {
            let serializer = serializers[joined.get() % serializers.len()];
            joined.set(joined.get() + 1);
            let (here, there) = transport::pair();
            spawner.spawn_local(host.serve(there, serializer, Default::default())).unwrap();
            let (driver, joining) = Client::over(here, serializer, ManualTimer::default(), config);
            spawner.spawn_local(driver).unwrap();
            joining.boxed_local()
        });
        let running = async move {
            scenario(world.clone()).await;
            world.leave().await;
        };
        let done = pool.spawner().spawn_local_with_handle(running).unwrap();
        pool.run_until_stalled();
        assert!(done.now_or_never().is_some(), "it still waits");
    }
}

macro_rules! over_memory {
    ($($module:ident::$name:ident)*) => {$(
        #[test]
        fn $name() {
            in_memory(scenarios::$module::$name);
        }
    )*};
}

each_scenario!(over_memory);
