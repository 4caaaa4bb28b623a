//! The binary: how it starts, says so, refuses and ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

fn gateway() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-sandbox-gateway"));
    command.env_remove("TICKETING_GATEWAY_SECRET").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn refused(output: &Output, reason: &str) {
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{talk}");
    assert!(talk.contains(reason), "{talk}");
    assert!(output.stdout.is_empty());
}

#[test]
fn it_says_where_it_listens_answers_and_ends_with_zero_on_sigterm() {
    let mut command = gateway();
    command.args(["--listen", "127.0.0.1:0"]).env("TICKETING_GATEWAY_SECRET", "a-secret");
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap();

    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "stdout has one line");
}

#[test]
fn without_a_usable_secret_it_does_not_start() {
    refused(&gateway().output().unwrap(), "TICKETING_GATEWAY_SECRET is not set");
    let output = gateway().env("TICKETING_GATEWAY_SECRET", "").output().unwrap();
    refused(&output, "TICKETING_GATEWAY_SECRET is empty");
}

#[test]
fn an_unusable_address_or_ledger_is_refused_with_the_reason() {
    let output = gateway().args(["--listen", "nonsense"]).output().unwrap();
    refused(&output, "--listen");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    std::fs::write(&path, "this is no ledger\n").unwrap();
    let mut command = gateway();
    command.env("TICKETING_GATEWAY_SECRET", "a-secret").arg("--ledger").arg(&path);
    refused(&command.output().unwrap(), "line 1 is damaged");
}
