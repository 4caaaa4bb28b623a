//! A run as one page that needs no network: charts, tables, and how each number was made.

use super::charts::{Line, bars, lines};
use super::run::{Run, Sale, Verdict};
use super::text::{made, millis, sale, seconds, slo, verdict};
use super::xml::{attribute, body, each};
use crate::monitor::Moment;
use crate::record::{Outcome, Quantiles, Step, StepReport, StepWindow};

const STYLE: &str = include_str!("report.css");

/// The whole run, with its seconds.
pub fn html(run: &Run, series: &[Moment]) -> String {
    let name = body(&run.name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{name}: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{name}</h1>\n",
        body(verdict(run.verdict))
    );
    page.push_str(&summary(run));
    page.push_str(&section("Steps", &(steps(run) + &latencies(run, series))));
    if let Some(sale) = &run.sale {
        page.push_str(&section("Sale", &(funnel(sale) + &sold(series))));
    }
    page.push_str(&checks(run));
    page.push_str(&objectives(run));
    page.push_str(&section("Generator", &generator(run, series)));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn section(title: &str, inside: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{inside}</section>\n")
}

fn summary(run: &Run) -> String {
    let class = if run.verdict == Verdict::Pass { "good" } else { "bad" };
    let mut said = format!(
        "<p class=\"verdict {class}\">verdict: {}</p>\n<p>{} of {} arrived in {}. Seed {}, shard \
         {} of {}, begun {}, generator {}, at {}.</p>\n",
        body(verdict(run.verdict)),
        run.arrivals.arrived,
        run.arrivals.planned,
        seconds(run.seconds),
        run.seed,
        run.shard.number,
        run.shard.of,
        body(&run.began_at.to_string()),
        body(&run.generator),
        body(&run.servers.join(", "))
    );
    if let Some(sold) = &run.sale {
        let sold = body(&sale(sold)).replace('\n', "<br>");
        said = format!("{said}<p>{sold}</p>\n");
    }
    said
}

fn steps(run: &Run) -> String {
    let head = ["n", "ok", "expected", "rejected", "shed", "errors", "p50", "p90", "p99", "max"];
    let head: String = each(&head, |name| format!("<th scope=\"col\">{name}</th>"));
    let rows: String = run.steps.iter().map(row).collect();
    let broke: String = each(&run.examples, |example| format!("<li>{}</li>", body(example)));
    let broke = if broke.is_empty() { broke } else { format!("<p>Broke:</p><ul>{broke}</ul>\n") };
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"steps\"><table><thead><tr>\
         <th scope=\"col\">step</th><th scope=\"col\">clock</th>{head}</tr></thead><tbody>{rows}\
         </tbody></table></div>\n{broke}<p><small>{}</small></p>\n",
        body(&made(run))
    )
}

fn row(step: &StepReport) -> String {
    let outcomes = [Outcome::Ok, Outcome::Expected, Outcome::Rejected, Outcome::Shed];
    let mut cells = vec![step.count.to_string()];
    cells.extend(outcomes.map(|outcome| step.ended(outcome).to_string()));
    cells.push(step.errors().to_string());
    let Quantiles { p50_ms, p90_ms, p99_ms, max_ms, .. } = *step.felt();
    cells.extend([p50_ms, p90_ms, p99_ms, max_ms].map(millis));
    let cells: String = each(&cells, |cell| format!("<td class=\"number\">{cell}</td>"));
    let clock = if step.response.is_some() { "response" } else { "service" };
    format!("<tr><th scope=\"row\">{}</th><td>{clock}</td>{cells}</tr>", step.name.name())
}

fn latencies(run: &Run, series: &[Moment]) -> String {
    let line = |step: Step, of: fn(&StepWindow) -> f64| {
        let points = series
            .iter()
            .filter_map(|moment| Some((moment.second, of(moment.window.steps.get(&step)?))));
        Line { name: step.name().to_owned(), points: points.collect() }
    };
    let every = |of| run.steps.iter().map(|step| line(step.name, of)).collect::<Vec<_>>();
    let note = "Of the requests that ended within each second; two digits.";
    lines("Latency, p99", "ms", note, &every(|window| window.p99_ms))
        + &lines("Answers", "per second", "", &every(|window| window.count as f64))
}

fn funnel(sale: &Sale) -> String {
    let note = "From what each buyer was told; the times waited are no latency.";
    let steps = [
        ("came", sale.arrived),
        ("came in", sale.wait.samples),
        ("bought", sale.bought),
        ("were turned away: nothing was left", sale.turned_away),
        ("gave up", sale.gave_up),
    ];
    bars("Funnel", note, &steps)
}

fn sold(series: &[Moment]) -> String {
    let line = |name: &str, of: fn(&Moment) -> u64| {
        let points = series.iter().map(|moment| (moment.second, of(moment) as f64));
        Line { name: name.to_owned(), points: points.collect() }
    };
    let people = [
        line("in line", |moment| moment.buyers.in_line),
        line("inside", |moment| moment.buyers.inside),
    ];
    lines("Line", "buyers", "By what they were told last.", &people)
        + &lines("Seats sold", "seats", "", &[line("sold", |moment| moment.buyers.sold)])
}

fn checks(run: &Run) -> String {
    if run.checks.is_empty() {
        return String::new();
    }
    let row = |check: &crate::verdict::Check| {
        let (class, ok) = if check.ok { ("good", "ok") } else { ("bad", "BROKEN") };
        format!(
            "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{ok}</td><td>{}</td></tr>",
            body(&check.name),
            body(&check.detail)
        )
    };
    let rows: String = run.checks.iter().map(row).collect();
    section(
        "What must never be",
        &format!(
            "<table><thead><tr><th scope=\"col\">check</th><th scope=\"col\"></th><th \
             scope=\"col\">what was looked at</th></tr></thead><tbody>{rows}</tbody></table>\n"
        ),
    )
}

fn objectives(run: &Run) -> String {
    if run.slos.is_empty() {
        return String::new();
    }
    let items: String = each(&run.slos, |met| format!("<li>{}</li>", body(&slo(met))));
    section("Objectives", &format!("<ul>{items}</ul>\n"))
}

fn generator(run: &Run, series: &[Moment]) -> String {
    let health = &run.health;
    let item = |class: &str, text: &str| format!("<li class=\"{class}\">{}</li>", body(text));
    let mut items: String =
        run.validity.reasons.iter().map(|why| item("bad", &format!("invalid: {why}"))).collect();
    if run.validity.valid {
        items.push_str(&item("good", "valid: it kept up"));
    }
    items.extend(
        run.validity.not_judged.iter().map(|what| item("", &format!("not judged: {what}"))),
    );
    items.push_str(&item("", &format!("{} connections opened", health.connections)));
    items.push_str(&item(
        "",
        &format!("at most {} of {} descriptors", health.descriptors_max, health.descriptors_limit),
    ));
    items
        .push_str(&item("", &format!("at most {} MiB of memory", health.resident_max_bytes >> 20)));
    let share = |name: &str, of: fn(&Moment) -> Option<f64>| {
        let points = series.iter().filter_map(|moment| Some((moment.second, of(moment)? * 100.0)));
        Line { name: name.to_owned(), points: points.collect() }
    };
    let cpu = [
        share("this process", |moment| moment.health.cpu_share),
        share("the whole machine", |moment| moment.health.machine_cpu_share),
    ];
    let bytes = series.iter().map(|moment| (moment.second, moment.health.resident_bytes as f64));
    let points = bytes.map(|(second, bytes)| (second, bytes / 1_048_576.0)).collect();
    let memory = Line { name: "resident".to_owned(), points };
    let note = "Of all its processors, over five seconds.";
    let late = series.iter().map(|moment| (moment.second, moment.dispatch_p99_ms)).collect();
    let late = Line { name: "dispatch p99 until then".to_owned(), points: late };
    format!("<ul aria-label=\"{}\">{items}</ul>\n", attribute("the generator's health"))
        + &lines("Processors", "per cent", note, &cpu)
        + &lines("Memory", "MiB", "Of this process.", &[memory])
        + &lines("Lateness", "ms", "From when requests were due until they were sent.", &[late])
}

#[cfg(test)]
mod tests {
    use super::super::ended::tests::ended;
    use super::*;

    #[test]
    fn a_page_needs_nothing_from_anywhere_and_says_what_was_measured() {
        let page = html(&Run::judged(ended(), &[]), &[]);
        for foreign in ["src=", "href=", "@import", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert!(page.contains("<th scope=\"row\">hold</th><td>service</td>"), "{page}");
        assert!(page.contains("from 200 requests"));
    }

    #[test]
    fn what_somebody_else_wrote_is_text() {
        let mut ended = ended();
        ended.name = "<script>alert(1)</script>".to_owned();
        ended.servers = vec!["http://<b>".to_owned()];
        ended.breaks.examples = vec!["<img onerror=x>".to_owned()];
        let page = html(&Run::judged(ended, &[]), &[]);
        for tag in ["<script>", "<b>", "<img"] {
            assert!(!page.contains(tag), "{tag}");
        }
    }
}
