//! Programs that a test starts, and ends whatever happens.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// How often a start of Redis looks whether it answers, a hundredth of a second apart.
const LOOKS: u32 = 1_000;

/// A program of this workspace that says where it listens.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) url: String,
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a program and waits for its one line.
    pub(crate) fn start(name: &str, arguments: &[&str], settings: &[(&str, String)]) -> Self {
        let mut child = Command::new(sibling(name))
            .args(arguments)
            .envs(settings.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the program says where it listens");
        let url = line.trim().strip_prefix("listening on ").expect("its one line").to_owned();
        Self { child, url, _stdout: stdout }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that cargo built beside this package's own.
fn sibling(name: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_BIN_EXE_ticketing"));
    let path = own.with_file_name(name);
    assert!(path.exists(), "{} is not built: cargo build --workspace", path.display());
    path
}

/// A Redis of the test's own, with its append-only file on.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let child = redis_server(&folder, port);
        let started = Self { folder, port, child };
        started.wait_until_it_answers();
        started
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Everything in it is gone.
    pub(crate) fn flush(&self) {
        assert_eq!(self.say("FLUSHALL").as_deref(), Some("+OK"));
    }

    /// SIGKILL, and started again with its file.
    pub(crate) fn kill_and_start(&mut self) {
        self.child.kill().expect("it is ours to end");
        self.child.wait().expect("it ends");
        self.child = redis_server(&self.folder, self.port);
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&self) {
        for _ in 0..LOOKS {
            if self.say("PING").as_deref() == Some("+PONG") {
                return;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        panic!("redis-server does not answer on port {}", self.port);
    }

    /// The first line of the answer to an inline command.
    fn say(&self, command: &str) -> Option<String> {
        use std::io::Write;
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.write_all(format!("{command}\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn redis_server(folder: &TempDir, port: u16) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "everysec", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed: ./services up installs it")
}
