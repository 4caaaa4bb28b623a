//! A Redis of a test's own: it can be killed, and started again with what it had saved.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use tempfile::TempDir;

/// How often a start looks whether Redis answers, a hundredth of a second apart.
const LOOKS: u32 = 1_000;
/// Longer than any test waits.
const SILENT_MS: u32 = 600_000;

pub(crate) struct RedisProcess {
    folder: TempDir,
    port: u16,
    child: Mutex<Child>,
}

impl RedisProcess {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("it has an address").port();
        drop(free);
        let folder = tempfile::tempdir().expect("a folder");
        let child = Mutex::new(run(&folder, port));
        let started = Self { folder, port, child };
        started.wait_until_it_answers();
        started
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Writes everything into the file that a start reads. What comes later is lost by a kill.
    pub(crate) fn save(&self) {
        let client = redis::Client::open(self.url()).expect("a plain address");
        let mut connection = client.get_connection().expect("it runs");
        redis::cmd("SAVE").exec(&mut connection).expect("it saves");
    }

    /// SIGKILL, and started again with what was saved last.
    pub(crate) fn kill_and_start(&self) {
        self.stop();
        self.start_again();
    }

    pub(crate) fn start_again(&self) {
        *self.child.lock().unwrap() = run(&self.folder, self.port);
        self.wait_until_it_answers();
    }

    /// SIGKILL.
    pub(crate) fn stop(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().expect("it is ours to end");
        child.wait().expect("it ends");
    }

    /// It takes what is asked, and answers nothing any more.
    pub(crate) fn fall_silent(&self) {
        let client = redis::Client::open(self.url()).expect("a plain address");
        let mut connection = client.get_connection().expect("it runs");
        let pause = redis::cmd("CLIENT").arg("PAUSE").arg(SILENT_MS).exec(&mut connection);
        pause.expect("it pauses");
    }

    fn wait_until_it_answers(&self) {
        let client = redis::Client::open(self.url()).expect("a plain address");
        for _ in 0..LOOKS {
            let answered = client.get_connection().ok().and_then(|mut connection| {
                redis::cmd("PING").query::<String>(&mut connection).ok()
            });
            if answered.is_some() {
                return;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        panic!("redis-server does not answer on port {}", self.port);
    }
}

impl Drop for RedisProcess {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn run(folder: &TempDir, port: u16) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "no", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed: ./services up installs it")
}
