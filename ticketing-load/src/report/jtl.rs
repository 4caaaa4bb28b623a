//! A run as JTL, the CSV of JMeter: old dashboards keep working. No sample is kept here, so a line
//! is a step within a second, as JMeter itself writes statistical samples: `SampleCount` says of
//! how many requests it is, `ErrorCount` how many broke, `elapsed` is their median in milliseconds.

use std::fmt::Write as _;

use crate::monitor::Moment;

use super::run::Run;

/// JMeter's own names, in its own order.
const COLUMNS: &str = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,\
    success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect,\
    SampleCount,ErrorCount";

/// The whole run, from its seconds.
pub fn jtl(run: &Run, series: &[Moment]) -> String {
    let mut out = format!("{COLUMNS}\n");
    let server = run.servers.first().map_or("", String::as_str).replace([',', '"', '\n'], " ");
    for moment in series {
        let at = run.began_at.as_millis() + millis(moment.second * 1e3);
        let users = moment.buyers.arrived.saturating_sub(moment.buyers.gone);
        for (step, window) in &moment.window.steps {
            let (name, p50) = (step.name(), millis(window.p50_ms));
            let success = window.errors == 0;
            let (code, message) = if success { ("200", "OK") } else { ("500", "errors") };
            let _ = writeln!(
                out,
                "{at},{p50},{name},{code},{message},buyers 1-1,text,{success},,0,0,{users},{users},\
                 {server},{p50},0,0,{},{}",
                window.count, window.errors
            );
        }
    }
    out
}

#[expect(clippy::cast_possible_truncation, reason = "a time of a run in whole milliseconds")]
fn millis(millis: f64) -> i64 {
    millis.round() as i64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::ended::tests::ended;
    use super::*;
    use crate::record::{Step, StepWindow, Window};

    #[test]
    fn a_step_within_a_second_is_a_line_with_as_many_fields_as_there_are_columns() {
        let window = StepWindow { count: 9, errors: 1, p50_ms: 12.4, p99_ms: 80.0, max_ms: 81.0 };
        let moment = Moment {
            second: 1.5,
            buyers: crate::buyers::progress::Snapshot { arrived: 7, gone: 2, ..Default::default() },
            window: Window { steps: BTreeMap::from([(Step::Hold, window)]) },
            health: crate::health::Pulse::default(),
            dispatch_p99_ms: 0.0,
            totals: crate::monitor::Totals::default(),
            slos: Vec::new(),
        };
        let said = jtl(&Run::judged(ended(), &[]), &[moment]);
        let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!((lines.len(), lines[0].len(), lines[1].len()), (2, 19, 19), "{said}");
        let field =
            |name: &str| lines[1][lines[0].iter().position(|known| *known == name).unwrap()];
        assert_eq!(["timeStamp", "elapsed", "label"].map(field), ["1500", "12", "hold"]);
        assert_eq!(
            ["success", "SampleCount", "ErrorCount", "allThreads"].map(field),
            ["false", "9", "1", "5"]
        );
    }
}
