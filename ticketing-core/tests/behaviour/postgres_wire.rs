//! A wire to PostgreSQL that a test can cut, or that loses one answer on its way back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What PostgreSQL ends every answer with when no transaction is open.
const READY_FOR_QUERY: &[u8] = b"Z\0\0\0\x05I";

pub(crate) struct PostgresWire {
    port: u16,
    ends: Arc<Ends>,
}

struct Ends {
    /// Where PostgreSQL is.
    address: String,
    /// The answer to the next statement that contains this is lost.
    loses: Mutex<Option<String>>,
    has_lost: AtomicBool,
    is_cut: watch::Sender<bool>,
}

impl PostgresWire {
    /// To where this URL of PostgreSQL leads.
    pub(crate) async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let ends = Arc::new(Ends {
            address: address(url).to_owned(),
            loses: Mutex::default(),
            has_lost: AtomicBool::new(false),
            is_cut: watch::Sender::new(false),
        });
        let wired = ends.clone();
        // It ends with the test's runtime.
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(wired.clone().carry(client));
            }
        });
        Self { port, ends }
    }

    /// The URL through the wire.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replacen(address(url), &format!("127.0.0.1:{}", self.port), 1)
    }

    /// The next statement that contains the text is carried out, and nobody hears of it.
    pub(crate) fn lose_the_answer_to(&self, text: &str) {
        *self.ends.loses.lock() = Some(text.to_owned());
    }

    pub(crate) fn has_lost_an_answer(&self) -> bool {
        self.ends.has_lost.load(Ordering::SeqCst)
    }

    pub(crate) fn cut(&self) {
        self.ends.is_cut.send_replace(true);
    }

    pub(crate) fn mend(&self) {
        self.ends.is_cut.send_replace(false);
    }
}

impl Ends {
    async fn carry(self: Arc<Self>, mut client: TcpStream) {
        let mut cut = self.is_cut.subscribe();
        if *cut.borrow_and_update() {
            return;
        }
        let Ok(mut server) = TcpStream::connect(&self.address).await else { return };
        let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
        loop {
            tokio::select! {
                _ = cut.changed() => return,
                read = client.read(&mut asked) => {
                    let Ok(length @ 1..) = read else { return };
                    if server.write_all(&asked[..length]).await.is_err() {
                        return;
                    }
                    if self.is_lost(&asked[..length]) {
                        until_done(&mut server).await;
                        self.has_lost.store(true, Ordering::SeqCst);
                        return;
                    }
                }
                read = server.read(&mut answered) => {
                    let Ok(length @ 1..) = read else { return };
                    if client.write_all(&answered[..length]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn is_lost(&self, asked: &[u8]) -> bool {
        let mut loses = self.loses.lock();
        let is_lost = loses.as_ref().is_some_and(|text| contains(asked, text.as_bytes()));
        if is_lost {
            *loses = None;
        }
        is_lost
    }
}

async fn until_done(server: &mut TcpStream) {
    let (mut heard, mut answered) = (Vec::new(), vec![0; 65_536]);
    while !contains(&heard, READY_FOR_QUERY) {
        let Ok(length @ 1..) = server.read(&mut answered).await else { return };
        heard.extend_from_slice(&answered[..length]);
    }
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

/// Host and port.
fn address(url: &str) -> &str {
    let rest = url.rsplit_once('@').expect("a URL with a user").1;
    rest.split_once('/').map_or(rest, |(address, _)| address)
}
