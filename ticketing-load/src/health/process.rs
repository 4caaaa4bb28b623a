//! What the system says about this process and this machine; nothing, where it has no `/proc`.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The unit of times in `/proc`, the same on every Linux.
const TICKS_PER_SECOND: u32 = 100;

/// Files that are open beside connections: logs, reports, the runtime's own.
const SPARE_DESCRIPTORS: u64 = 200;

/// Processor time used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CpuTime(u64);

impl CpuTime {
    pub(super) fn since(self, earlier: Self) -> Duration {
        let ticks = u32::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(u32::MAX);
        Duration::from_secs(1) * ticks / TICKS_PER_SECOND
    }
}

/// Of this process, in user and system mode together.
pub(super) fn own_cpu() -> Option<CpuTime> {
    own_ticks(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn own_ticks(stat: &str) -> Option<CpuTime> {
    // The name may have spaces and brackets; what follows it has none.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(CpuTime(user + system))
}

/// Of everything on this machine.
pub(super) fn machine_cpu() -> Option<CpuTime> {
    machine_ticks(&fs::read_to_string("/proc/stat").ok()?)
}

fn machine_ticks(stat: &str) -> Option<CpuTime> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().filter_map(|tick| tick.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
    let [user, nice, system, _idle, _iowait, irq, softirq, steal, ..] = ticks[..] else {
        return None;
    };
    Some(CpuTime(user + nice + system + irq + softirq + steal))
}

/// The memory that this process has, in bytes; zero where nobody can say.
pub(super) fn resident_bytes() -> u64 {
    fs::read_to_string("/proc/self/status").ok().and_then(|status| resident(&status)).unwrap_or(0)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Files and sockets of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptors {
    /// Open now; zero where nobody can say.
    pub open: u64,
    /// How many there may be.
    pub limit: u64,
}

impl Descriptors {
    /// As it is now.
    pub fn now() -> Self {
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        // Newer kernels say how many there are; older ones have to be asked for each.
        let said = fs::metadata("/proc/self/fd").map_or(0, |folder| folder.len());
        let open = if said > 0 { said } else { Self::counted() };
        Self { open, limit }
    }

    fn counted() -> u64 {
        fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64)
    }
}

/// Makes room for so many connections, as far as this process may; the error says what to change.
pub fn allow_descriptors(connections: u64) -> Result<(), String> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let needed = Descriptors::now().open + connections + SPARE_DESCRIPTORS;
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(maximum) = maximum
        && maximum < needed
    {
        return Err(format!(
            "{connections} connections need {needed} descriptors and this process may have \
             {maximum} (`ulimit -Hn`)"
        ));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum })
        .map_err(|error| format!("cannot have {needed} descriptors: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 1 2 3";
        assert_eq!(own_ticks(stat), Some(CpuTime(300)));
        assert_eq!(own_ticks("nonsense"), None);
    }

    #[test]
    fn the_machine_is_busy_with_all_but_idling_and_waiting() {
        let stat = "cpu  100 10 50 900 40 5 5 30 0 0\ncpu0 1 2 3\n";
        assert_eq!(machine_ticks(stat), Some(CpuTime(200)));
        assert_eq!(machine_ticks("cpu  1 2"), None);
    }

    #[test]
    fn descriptors_are_as_many_as_there_are() {
        let few = Descriptors::now().open;
        let held: Vec<_> = (0..100).map(|_| fs::File::open("/proc/self/stat").unwrap()).collect();
        assert!(Descriptors::now().open >= few + 50, "{few} and a hundred more");
        assert!(Descriptors::counted() >= 100);
        drop(held);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(resident("VmPeak:\t 9 kB\nVmRSS:\t   1024 kB\n"), Some(1_048_576));
        assert_eq!(resident("VmRSS: some"), None);
    }

    #[test]
    fn processor_time_is_counted_in_hundredths() {
        assert_eq!(CpuTime(250).since(CpuTime(100)), Duration::from_millis(1_500));
        assert_eq!(CpuTime(0).since(CpuTime(100)), Duration::ZERO);
    }

    #[test]
    fn more_connections_than_there_can_be_are_refused_with_what_to_change() {
        if let Rlimit { maximum: Some(_), .. } = getrlimit(Resource::Nofile) {
            let error = allow_descriptors(u64::from(u32::MAX) * 1_000).unwrap_err();
            assert!(error.contains("ulimit -Hn"), "{error}");
        }
        assert_eq!(allow_descriptors(1), Ok(()));
    }
}
