//! The program `ticketing-server`: its settings, its one line on stdout, its end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// The program without any setting, on free ports.
fn server() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
    command.args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TICKETING_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Must end as a usage error that says these words, with nothing on stdout.
#[track_caller]
fn refused(command: &mut Command, words: &[&str]) {
    let Output { status, stdout, stderr } = command.output().expect("the server runs");
    let said = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(stdout.is_empty());
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
}

#[test]
fn a_setting_on_nobodys_list_stops_the_start() {
    refused(server().env("TICKETING_POSTGERS", "x"), &["TICKETING_POSTGERS", "unknown"]);
}

#[test]
fn a_setting_of_another_program_is_ignored() {
    let mut running = Running::start(server().env("TICKETING_SERVER", "http://127.0.0.1:1"));
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn a_value_that_cannot_be_used_stops_the_start_with_the_reason() {
    refused(server().env("TICKETING_SIGNING_KEY", "short"), &["TICKETING_SIGNING_KEY", "32 bytes"]);
    refused(server().env("TICKETING_SIGNING_KEY", ""), &["TICKETING_SIGNING_KEY", "empty"]);
    refused(server().env("TICKETING_GATEWAY", "nonsense"), &["TICKETING_GATEWAY", "http"]);
    let lone = server().env("TICKETING_ADMIN_EMAIL", "root@example.org").output().unwrap();
    assert_eq!(lone.status.code(), Some(2));
}

#[test]
fn one_service_alone_stops_the_start() {
    for name in ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"] {
        refused(server().env(name, "127.0.0.1:1"), &["all three or none"]);
    }
}

#[cfg(not(feature = "services"))]
#[test]
fn a_server_built_without_services_refuses_their_addresses() {
    let mut command = server();
    for name in ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"] {
        command.env(name, "127.0.0.1:1");
    }
    refused(&mut command, &["built without the feature `services`"]);
}

#[cfg(feature = "services")]
#[test]
fn a_server_on_services_needs_a_signing_key() {
    let mut command = server();
    for name in ["TICKETING_POSTGRES", "TICKETING_REDIS", "TICKETING_KAFKA"] {
        command.env(name, "127.0.0.1:1");
    }
    refused(&mut command, &["TICKETING_SIGNING_KEY", "required"]);
}

#[test]
fn a_settings_file_with_an_unknown_name_stops_the_start() {
    let file = std::env::temp_dir().join(format!("settings-{}.toml", std::process::id()));
    std::fs::write(&file, "postgers = \"x\"\n").unwrap();
    refused(server().arg("--config").arg(&file), &["TICKETING_POSTGERS"]);
    std::fs::remove_file(&file).unwrap();
    refused(server().arg("--config").arg(&file), &["settings file"]);
}

#[test]
fn a_port_that_is_taken_is_a_failure_and_no_usage_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = server().args(["--listen", &address]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "clap refuses an argument given twice");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
    command.args(["--listen", &address, "--metrics-listen", "127.0.0.1:0"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_embedded_server_says_one_line_on_stdout_and_ends_with_0_on_sigterm() {
    let mut running = Running::start(&mut server());
    assert_eq!(running.terminate(), Some(0));
    let mut rest = String::new();
    running.stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    let mut said = String::new();
    running.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("memory"), "it does not say that its data are lost: {said}");
}

#[test]
fn a_server_has_all_the_descriptors_that_it_may_have() {
    let few = "ulimit -Sn 64 && exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", few, env!("CARGO_BIN_EXE_ticketing-server")]);
    command.args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running::start(&mut command);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let open_files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let (soft, hard) = open_files.trim().split_once(' ').unwrap();
    assert_eq!(soft, hard.split_whitespace().next().unwrap(), "{limits}");
    assert_eq!(running.terminate(), Some(0));
}

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    /// Started, and past its first line.
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the server runs");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line:?}");
        Self { child, stdout }
    }

    /// Asks it to end, and answers its exit code.
    fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless a test failed on the way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
