//! Listeners to one line on one server: how long a frame takes to reach the last of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ticketing_server::{App, router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::{report, spread};
use crate::connection::serve;
use crate::office::Measured;

const LISTENERS: u32 = 8_000;
const FRAMES: u32 = 10;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let measured = Measured::embedded()?;
    let sale = measured.sale(10, 1).await?;
    let address = serve(router(App::new(measured.office.clone(), false))).await?;
    let (heard, mut hearing) = mpsc::unbounded_channel();
    for (caller, token) in measured.buyers(LISTENERS).await? {
        let place = measured.office.join(&caller, sale).await?.place_token;
        let mut stream = TcpStream::connect(&address).await?;
        let request = format!(
            "GET /v1/performances/{sale}/line/events HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {token}\r\nPlace-Token: {place}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let heard = heard.clone();
        tokio::spawn(async move {
            let mut read = vec![0; 16 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut read).await {
                let text = String::from_utf8_lossy(&read[..count]);
                for _ in text.matches("event: status") {
                    let _ = heard.send(Instant::now());
                }
            }
        });
    }
    let everyone = async |hearing: &mut mpsc::UnboundedReceiver<Instant>| {
        let mut times = Vec::new();
        while times.len() < LISTENERS as usize {
            times.push(hearing.recv().await.expect("somebody listens"));
        }
        times
    };
    everyone(&mut hearing).await;
    let mut lags = Vec::new();
    for (newcomer, _) in measured.buyers(FRAMES).await? {
        // One more waits: that is news for everyone.
        measured.office.join(&newcomer, sale).await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        let pushed = Arc::new(Instant::now());
        measured.office.step_push().await?;
        let times = everyone(&mut hearing).await;
        lags.extend(times.into_iter().map(|time| time - *pushed));
    }
    report(&format!("{LISTENERS} listeners on one server, lag of a frame"), &spread(lags));
    Ok(())
}
