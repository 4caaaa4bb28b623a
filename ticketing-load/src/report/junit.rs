//! A run as JUnit XML: an objective, a check and the generator's health are a test each, so that a
//! build server shows them without knowing what they are.

use super::run::Run;
use super::text::slo;
use super::xml::{attribute, body};

/// A test: its class, its name, and what speaks against it.
struct Case<'a> {
    class: &'static str,
    name: &'a str,
    outcome: Outcome,
}

enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

/// The whole run.
pub fn junit(run: &Run) -> String {
    let cases = cases(run);
    let count =
        |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let totals = format!(
        "name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
         time=\"{:.3}\"",
        attribute(&run.name),
        cases.len(),
        run.seconds
    );
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {totals}>\n  <testsuite {totals} \
         timestamp=\"{}\">\n",
        attribute(&run.began_at.to_string())
    );
    for case in &cases {
        out.push_str(&element(case));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn element(case: &Case<'_>) -> String {
    let (class, name) = (case.class, attribute(case.name));
    let inside = match &case.outcome {
        Outcome::Passed(said) => format!("<system-out>{}</system-out>", body(said)),
        Outcome::Failed(why) => {
            format!("<failure message=\"{}\">{}</failure>", attribute(why), body(why))
        }
        Outcome::Skipped(why) => format!("<skipped message=\"{}\"/>", attribute(why)),
    };
    format!(
        "    <testcase classname=\"load.{class}\" name=\"{name}\" time=\"0\">{inside}</testcase>\n"
    )
}

fn cases(run: &Run) -> Vec<Case<'_>> {
    let generator = if run.validity.valid {
        Outcome::Passed(format!("dispatch p99 {} ms", run.health.dispatch.p99_ms))
    } else {
        Outcome::Failed(run.validity.reasons.join("; "))
    };
    let mut cases = vec![Case { class: "generator", name: "kept up", outcome: generator }];
    for check in &run.checks {
        let said = check.detail.clone();
        let outcome = if check.ok { Outcome::Passed(said) } else { Outcome::Failed(said) };
        cases.push(Case { class: "verify", name: &check.name, outcome });
    }
    for met in &run.slos {
        let outcome = match met.met {
            Some(true) => Outcome::Passed(slo(met)),
            Some(false) => Outcome::Failed(slo(met)),
            None => Outcome::Skipped(slo(met)),
        };
        cases.push(Case { class: "slo", name: &met.slo, outcome });
    }
    if run.interrupted {
        let why = "it was interrupted".to_owned();
        cases.push(Case { class: "run", name: "went to its end", outcome: Outcome::Failed(why) });
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::ended;
    use super::*;
    use crate::slo::Slo;
    use crate::verdict::Check;

    #[test]
    fn objectives_checks_and_the_generator_are_tests() {
        let mut ended = ended();
        ended.name = "a \"name\" & <more>".to_owned();
        let detail = "seat 1 <twice> \u{1b}[31m".to_owned();
        ended.checks = vec![Check { name: "seats_add_up".into(), ok: false, detail }];
        let slos = ["hold:p50<20ms", "pay:p99<1s"].map(|slo| Slo::parse(slo).unwrap());
        let said = junit(&Run::judged(ended, &slos));
        let totals = "tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\"";
        assert_eq!(said.matches(totals).count(), 2, "{said}");
        assert!(said.contains("name=\"a &quot;name&quot; &amp; &lt;more&gt;\""), "{said}");
        assert!(said.contains("seat 1 &lt;twice&gt; \u{fffd}[31m</failure>"), "{said}");
        assert!(said.contains("name=\"hold:p50&lt;20ms\""), "{said}");
    }
}
