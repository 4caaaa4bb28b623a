//! What something costs, in processor time of everybody who takes part.

use std::collections::HashMap;
use std::fs;

use crate::office::GatewayProcess;

/// How many ticks of the processor's clock a second has: what Linux tells programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// What everybody had used when a measurement began.
pub(crate) struct Cost {
    gateway: u32,
    begun: HashMap<u32, (usize, u64)>,
}

impl Cost {
    pub(crate) fn begin(gateway: &GatewayProcess) -> Self {
        let gateway = gateway.id();
        Self { gateway, begun: used(gateway) }
    }

    /// Since then, for each of so many.
    pub(crate) fn report(&self, of_what: &str, count: usize) {
        let used = used(self.gateway);
        // What a process used that ended meanwhile, nobody says.
        let since = |(id, (_, ticks)): (&u32, &(usize, u64))| {
            ticks - self.begun.get(id).map_or(0, |(_, begun)| *begun).min(*ticks)
        };
        let each = |part: usize| {
            let of_part = used.iter().filter(|(_, (of, _))| *of == part);
            let ticks: u64 = of_part.map(since).sum();
            ticks as f64 / TICKS_PER_SECOND * 1e6 / count as f64
        };
        println!(
            "  processor us for {of_what}: box office {:.0}, PostgreSQL {:.0}, Redis {:.0}, gateway {:.0}",
            each(0),
            each(1),
            each(2),
            each(3)
        );
    }
}

/// What each process used of this one (0), PostgreSQL (1), Redis (2; both all over the machine) and the
/// gateway (3).
fn used(gateway: u32) -> HashMap<u32, (usize, u64)> {
    let mut used = HashMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes {
        let id = process.file_name().to_string_lossy().parse::<u32>();
        let stat = fs::read_to_string(process.path().join("stat"));
        let (Ok(id), Ok(stat)) = (id, stat) else { continue };
        let Some((name, fields)) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'))
        else {
            continue;
        };
        let part = match name {
            _ if id == std::process::id() => 0,
            _ if id == gateway => 3,
            "postgres" => 1,
            "redis-server" => 2,
            _ => continue,
        };
        // User and system time are the 14th and 15th field; the third is the first after the name.
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        used.insert(id, (part, ticks));
    }
    used
}
