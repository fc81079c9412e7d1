//! The Rust of the README, compiled as it stands: below for wasm32, where it runs; compared with the README on
//! the host. (Its JavaScript runs in tests/browser/readme.test.js.)

#![allow(
    dead_code,
    unused_variables,
    reason = "an example shows how values are got, not what is done with them"
)]

#[cfg(target_family = "wasm")]
async fn example() -> Result<(), Box<dyn std::error::Error>> {
    // BEGIN
    use futures::StreamExt;
    use wamp_wasm::client::{Arguments, Client, ClientConfig, Invocation, WampError};

    let session = Client::connect(ClientConfig::new("ws://localhost:8080/ws", "realm1")).await?;

    async fn add(call: Invocation) -> Result<(i64,), WampError> {
        Ok((call.args.get::<i64>(0)? + call.args.get::<i64>(1)?,))
    }
    session.register("com.example.add", add).await?;
    let sum: i64 = session.call("com.example.add", (2, 3)).await?.args.get(0)?;

    let mut chat = session.subscribe("com.example.chat").await?;
    let hello = Arguments::new().arg("hello").kwarg("name", "Ada");
    session.publish("com.example.chat", hello).await?;
    while let Some(event) = chat.next().await {
        let text: String = event.args.get(0)?;
    }
    // END
    Ok(())
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn the_rust_of_the_readme_is_the_code_that_is_compiled_here() {
    let (readme, here) = (include_str!("../README.md"), include_str!("readme.rs"));
    let (_, rest) = readme.split_once("```rust\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let (_, rest) = here.split_once("    // BEGIN\n").unwrap();
    let (compiled, _) = rest.split_once("    // END\n").unwrap();
    let bare = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(bare(shown), bare(compiled));
}
