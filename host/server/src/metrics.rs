//! Figures of what was done, in the text form of Prometheus. None depends on what answers hold but the counts of outcomes, and only the
//! operator reads them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of the buckets that times fall into, in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

/// What was counted since the server started.
#[derive(Default)]
pub(crate) struct Metrics {
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    requests: BTreeMap<(String, u16), u64>,
    validations: BTreeMap<&'static str, u64>,
    gradings: BTreeMap<String, u64>,
    request_times: Times,
    grading_times: Times,
}

/// How many times were how long.
#[derive(Default)]
struct Times {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

/// What is so now.
pub(crate) struct Now {
    pub(crate) queued: u64,
    pub(crate) grading: u64,
    pub(crate) connections: usize,
}

impl Times {
    fn add(&mut self, time: Duration) {
        let seconds = time.as_secs_f64();
        self.count += 1;
        self.sum += seconds;
        for (bound, count) in BOUNDS.iter().zip(&mut self.buckets) {
            *count += u64::from(seconds <= *bound);
        }
    }
}

impl Metrics {
    /// A request was answered; `route` is one of the server's own, not what the client wrote.
    pub(crate) fn answered(&self, route: &str, status: u16, time: Duration) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.requests.entry((route.to_owned(), status)).or_default() += 1;
        counted.request_times.add(time);
    }

    /// A submission was validated.
    pub(crate) fn validated(&self, verdict: &'static str) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner).validations.entry(verdict).or_default() += 1;
    }

    /// A submission was graded.
    pub(crate) fn graded(&self, outcome: &str, time: Duration) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.gradings.entry(outcome.to_owned()).or_default() += 1;
        counted.grading_times.add(time);
    }

    /// All figures as Prometheus reads them.
    pub(crate) fn text(&self, now: &Now) -> String {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        head(&mut text, "assay_requests_total", "counter", "Requests that were answered, by route and status.");
        for ((route, status), count) in &counted.requests {
            line(&mut text, &format!("assay_requests_total{{route=\"{route}\",status=\"{status}\"}}"), *count);
        }
        times(&mut text, "assay_request_seconds", "How long answers took.", &counted.request_times);
        head(&mut text, "assay_validations_total", "counter", "Submissions that were validated, by verdict.");
        for (verdict, count) in &counted.validations {
            line(&mut text, &format!("assay_validations_total{{verdict=\"{verdict}\"}}"), *count);
        }
        head(&mut text, "assay_gradings_total", "counter", "Submissions that were graded, by outcome.");
        for (outcome, count) in &counted.gradings {
            line(&mut text, &format!("assay_gradings_total{{outcome=\"{outcome}\"}}"), *count);
        }
        times(&mut text, "assay_grading_seconds", "How long gradings took.", &counted.grading_times);
        let gauges = [
            ("assay_queued", "Submissions that wait to be graded.", now.queued),
            ("assay_grading", "Submissions that are being graded.", now.grading),
            ("assay_connections", "Connections that are open.", now.connections as u64),
        ];
        for (name, help, value) in gauges {
            head(&mut text, name, "gauge", help);
            line(&mut text, name, value);
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string never fails.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, value: u64) {
    let _ = writeln!(text, "{name} {value}");
}

fn times(text: &mut String, name: &str, help: &str, times: &Times) {
    head(text, name, "histogram", help);
    for (bound, count) in BOUNDS.iter().zip(times.buckets) {
        line(text, &format!("{name}_bucket{{le=\"{bound}\"}}"), count);
    }
    line(text, &format!("{name}_bucket{{le=\"+Inf\"}}"), times.count);
    let _ = writeln!(text, "{name}_sum {}", times.sum);
    line(text, &format!("{name}_count"), times.count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_in_the_form_of_prometheus() {
        let metrics = Metrics::default();
        metrics.graded("scored", Duration::from_millis(20));
        metrics.graded("scored", Duration::from_secs(100));
        metrics.answered("/v1/budget", 200, Duration::from_millis(1));
        let text = metrics.text(&Now { queued: 3, grading: 1, connections: 2 });
        for line in [
            "assay_gradings_total{outcome=\"scored\"} 2",
            "assay_grading_seconds_bucket{le=\"0.03\"} 1",
            "assay_grading_seconds_bucket{le=\"30\"} 1",
            "assay_grading_seconds_bucket{le=\"+Inf\"} 2",
            "assay_requests_total{route=\"/v1/budget\",status=\"200\"} 1",
            "assay_queued 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
        }
    }
}
