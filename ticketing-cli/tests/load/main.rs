//! The load commands as a program: what they write, and how they exit.

mod ends;
mod quick;
mod scenarios;
mod shards;
mod together;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A server that answers everything with 200 after some time, and counts.
struct Stub {
    url: String,
    asked: Arc<AtomicU64>,
}

impl Stub {
    fn new(takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let counted = Arc::clone(&counted);
                thread::spawn(move || answer(connection.unwrap(), takes, &counted));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

fn answer(mut connection: TcpStream, takes: Duration, asked: &AtomicU64) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if line.is_empty() {
            asked.fetch_add(1, Ordering::Relaxed);
            thread::sleep(takes);
            if connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
                return;
            }
        }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TICKETING_") {
            command.env_remove(name);
        }
    }
    command.arg("load").args(arguments);
    command
}

fn load(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn run_of(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap()
}

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}
