//! The program where it cannot run.

use std::process::{Command, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-tui"));
    command.env_remove("TICKETING_SERVER").stdin(Stdio::null());
    command
}

#[test]
fn without_a_terminal_it_says_so_and_writes_nothing_to_standard_output() {
    let output = program().output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("standard output is not a terminal"), "{talk}");
}

#[test]
fn help_names_the_settings() {
    let output = program().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for name in ["--server", "TICKETING_SERVER", "TICKETING_EMAIL", "TICKETING_PASSWORD", "--ascii"]
    {
        assert!(help.contains(name), "{name} in {help}");
    }
}
