//! A terminal emulator that the program runs in.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a terminal is asked by programs, and what it answers.
const ANSWERS: [(&[u8], &[u8]); 3] =
    [(b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;c"), (b"\x1b[?u", b"\x1b[?0u")];

/// Synchronized output.
const PICTURE_BEGINS: &[u8] = b"\x1b[?2026h";
const PICTURE_ENDS: &[u8] = b"\x1b[?2026l";

/// The program and what is seen of it.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    _pty: Box<dyn MasterPty + Send>,
}

/// What has come out so far.
struct Seen {
    screen: vt100::Parser,
    /// Of a picture that has begun and not ended: a terminal shows it when it is whole.
    unseen: Vec<u8>,
    bytes: Vec<u8>,
    has_ended: bool,
}

impl Terminal {
    /// Starts the program at a server; its profile is in that folder.
    pub(crate) fn start(server: &str, home: &Path, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ticketing-tui"));
        for name in ["TICKETING_EMAIL", "TICKETING_PASSWORD", "NO_COLOR", "LC_ALL", "LC_MESSAGES"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TICKETING_SERVER", server);
        command.env("XDG_CONFIG_HOME", home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let [rows, columns] = [rows, columns].map(|cells| NonZeroU16::new(cells).unwrap());
        let screen = vt100::Parser::new(rows, columns, 0);
        let (unseen, bytes) = (Vec::new(), Vec::new());
        let seen = Seen { screen, unseen, bytes, has_ended: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let reader = pair.master.try_clone_reader().unwrap();
        let (watched, answering) = (Arc::clone(&seen), Arc::clone(&keyboard));
        std::thread::spawn(move || watch(reader, &watched, &answering));
        Self { child, keyboard, seen, _pty: pair.master }
    }

    /// Types.
    pub(crate) fn keys(&self, keys: &str) {
        let mut keyboard = self.keyboard.lock().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Clicks on the so-manieth cell that shows this, from the top.
    pub(crate) fn click(&self, glyph: &str, which: usize) {
        let (column, row) = {
            let seen = self.lock();
            let screen = seen.screen.screen();
            let (rows, columns) = screen.size();
            let cells =
                (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (column, row)));
            let mut shown = cells
                .filter(|(column, row)| screen.cell(*row, *column).unwrap().contents() == glyph);
            shown.nth(which).expect("there is such a cell")
        };
        // As terminals report it: a press of the left button, counted from one.
        self.keys(&format!("\x1b[<0;{};{}M", column + 1, row + 1));
    }

    /// Waits until this is on the screen; answers the whole of it.
    pub(crate) fn sees(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contents().contains(text));
        self.read()
    }

    /// Waits until this is not on the screen any more.
    pub(crate) fn no_longer_sees(&self, text: &str) {
        self.wait(text, |screen| !screen.contents().contains(text));
    }

    pub(crate) fn read(&self) -> String {
        self.lock().screen.screen().contents()
    }

    /// The dark dots of the cells, two above each other in each, where they are black on white.
    pub(crate) fn dots(&self) -> Vec<Vec<bool>> {
        let seen = self.lock();
        let screen = seen.screen.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let dark = |row: u16, column: u16, is_upper: bool| {
            let cell = screen.cell(row, column).unwrap();
            cell.bgcolor() == vt100::Color::Idx(15)
                && cell.fgcolor() == vt100::Color::Idx(0)
                && matches!((cell.contents(), is_upper), ("█", _) | ("▀", true) | ("▄", false))
        };
        let halves = (0..rows).flat_map(|row| [(row, true), (row, false)]);
        halves
            .map(|(row, is_upper)| (0..columns).map(|column| dark(row, column, is_upper)).collect())
            .collect()
    }

    /// Everything that was written to the terminal.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    pub(crate) fn process(&self) -> i32 {
        i32::try_from(self.child.process_id().unwrap()).unwrap()
    }

    /// Waits for its end.
    pub(crate) fn ends(&mut self) -> ExitStatus {
        let (seen, changed) = &*self.seen;
        let waiting = seen.lock().unwrap();
        let (seen, late) =
            changed.wait_timeout_while(waiting, PATIENCE, |seen| !seen.has_ended).unwrap();
        assert!(!late.timed_out(), "it does not end:\n{}", seen.screen.screen().contents());
        drop(seen);
        self.child.wait().unwrap()
    }

    fn wait(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let (seen, changed) = &*self.seen;
        let until = Instant::now() + PATIENCE;
        let mut seen = seen.lock().unwrap();
        while !is_so(seen.screen.screen()) {
            let screen = seen.screen.screen().contents();
            assert!(!seen.has_ended, "it ended before {what:?}:\n{screen}");
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what:?} is not so:\n{screen}");
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }
}

impl Seen {
    fn take(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
        self.unseen.extend_from_slice(chunk);
        let whole = match (last(&self.unseen, PICTURE_BEGINS), last(&self.unseen, PICTURE_ENDS)) {
            (Some(begins), ends) if ends.is_none_or(|ends| ends < begins) => begins,
            _ => self.unseen.len() - begun(&self.unseen, PICTURE_BEGINS),
        };
        let shown: Vec<u8> = self.unseen.drain(..whole).collect();
        self.screen.process(&shown);
    }
}

/// How much of what is wanted has come at the end, and not all of it.
fn begun(bytes: &[u8], wanted: &[u8]) -> usize {
    (1..wanted.len()).rev().find(|part| bytes.ends_with(&wanted[..*part])).unwrap_or(0)
}

/// Where the last of these begins.
fn last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(
    mut reader: Box<dyn Read + Send>,
    seen: &(Mutex<Seen>, Condvar),
    keyboard: &Mutex<Box<dyn Write + Send>>,
) {
    let mut buffer = [0; 4_096];
    loop {
        // A terminal whose program is gone is an error on Linux, not an end.
        let read = reader.read(&mut buffer).unwrap_or(0);
        let chunk = &buffer[..read];
        for (asked, answer) in ANSWERS {
            if chunk.windows(asked.len()).any(|window| window == asked) {
                keyboard.lock().unwrap().write_all(answer).unwrap();
            }
        }
        let mut seen_now = seen.0.lock().unwrap();
        seen_now.take(chunk);
        seen_now.has_ended |= read == 0;
        drop(seen_now);
        seen.1.notify_all();
        if read == 0 {
            return;
        }
    }
}
