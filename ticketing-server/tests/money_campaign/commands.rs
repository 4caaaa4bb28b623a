//! What an administrator does with the command line, as the program that people run.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::stage::ADMINISTRATOR;

/// The program, at one server.
pub(crate) struct Commands {
    pub(crate) server: String,
    pub(crate) password: String,
}

impl Commands {
    /// What a command prints; a red exit is a finding of its own.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Value, String> {
        let mut command = Command::new(program());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TICKETING_") {
                command.env_remove(name);
            }
        }
        command
            .args(["-o", "json", "--server", &self.server])
            .args(arguments)
            .env("TICKETING_EMAIL", ADMINISTRATOR)
            .env("TICKETING_PASSWORD", &self.password);
        let output = tokio::task::block_in_place(|| command.output()).expect("it starts");
        let talk = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{arguments:?} ended with {}: {talk}", output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{arguments:?}: {error}"))
    }
}

/// Where cargo puts the programs: beside the folder of its tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("this program has a path");
    let programs = tests.parent().and_then(|deps| deps.parent()).expect("cargo built it");
    let program = programs.join("ticketing");
    assert!(program.exists(), "{} is not there: cargo build --workspace", program.display());
    program
}
