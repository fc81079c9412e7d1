//! The Rust of the README and of docs/, compiled as it stands: below for wasm32, where it runs; compared with the
//! texts on the host. (Its JavaScript runs in tests/browser/readme.test.js.)

#![allow(
    dead_code,
    unused_variables,
    clippy::print_stdout,
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

#[cfg(target_family = "wasm")]
async fn reconnect() -> Result<(), Box<dyn std::error::Error>> {
    // BEGIN
    use futures::StreamExt;
    use wamp_wasm::client::{Client, ClientConfig, ReconnectConfig, Status};

    let config = ClientConfig::new("wss://one.example.com/ws", "realm1")
        .or("wss://two.example.com/ws")
        .reconnect(ReconnectConfig::default());
    let session = Client::connect(config).await?;

    let mut status = session.status();
    while let Some(status) = status.next().await {
        match status {
            Status::Open { .. } => println!("on line"),
            Status::Waiting { delay, .. } => println!("off line, the next try is in {delay:?}"),
            Status::NotRestored { uri, error } => println!("{uri} is gone: {error}"),
            other => println!("{other:?}"),
        }
    }
    // END
    Ok(())
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn the_rust_of_the_docs_is_the_code_that_is_compiled_here() {
    let shown = [include_str!("../README.md"), include_str!("../docs/reconnect.md")].map(|text| {
        let (_, rest) = text.split_once("```rust\n").unwrap();
        rest.split_once("```").unwrap().0
    });
    let (compiled, _) = include_str!("readme.rs").split_once("#[cfg(not(").unwrap();
    let compiled: Vec<String> = compiled
        .split("    // BEGIN\n")
        .skip(1)
        .map(|rest| {
            let (code, _) = rest.split_once("    // END\n").unwrap();
            code.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
        })
        .collect();
    assert_eq!(shown.as_slice(), compiled.as_slice());
}
