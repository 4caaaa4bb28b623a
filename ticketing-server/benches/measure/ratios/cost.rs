//! What something costs, in processor time of everybody who takes part.

use std::fs;

use crate::office::GatewayProcess;

/// How many ticks of the processor's clock a second has: what Linux tells programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// What everybody had used when a measurement began.
pub(crate) struct Cost {
    gateway: u32,
    begun: [u64; 4],
}

impl Cost {
    pub(crate) fn begin(gateway: &GatewayProcess) -> Self {
        let gateway = gateway.id();
        Self { gateway, begun: used(gateway) }
    }

    /// Since then, for each of so many.
    pub(crate) fn report(&self, of_what: &str, count: usize) {
        let used = used(self.gateway);
        let each = |part: usize| {
            (used[part] - self.begun[part]) as f64 / TICKS_PER_SECOND * 1e6 / count as f64
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

/// This process, PostgreSQL's and Redis' (all of them on the machine), the gateway's.
fn used(gateway: u32) -> [u64; 4] {
    let mut used = [0; 4];
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
        used[part] += ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    }
    used
}
