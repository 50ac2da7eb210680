//! The numbers of the service, as Prometheus reads them.
//!
//! In: what happens. Out: counters and histograms in the text format of OpenMetrics. No
//! number is made of a text but its words and findings.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use mtlint::Linter;
use mtlint::lm::TokenCounts;
use mtlint::report::{Outcome, Report};

/// The media type of the metrics.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The shortest time that is told apart, in seconds: an answer that was known.
const SHORTEST_SECONDS: f64 = 0.001;

/// Each bucket of a histogram is twice as long as the one before, up to more than a minute.
const BUCKETS: u16 = 18;

/// A route, and what became of a request to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// A category of findings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Category {
    category: String,
}

/// The numbers of the service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    waiting: Gauge,
    reading: Gauge,
    documents: Counter,
    words: Counter,
    tokens_read: Counter,
    tokens_kept: Counter,
    known: Counter,
    findings: Family<Category, Counter>,
}

impl Metrics {
    /// All numbers at zero, for a service that lints with `linter`.
    pub(crate) fn new(linter: &Linter) -> Self {
        let mut registry = Registry::with_prefix("mtlint");
        let model = linter.model();
        let labels = [
            ("name", model.name.clone()),
            ("sha256", model.sha256.clone()),
            ("precision", model.precision.name().to_owned()),
            ("detector", linter.detector().to_owned()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        registry.register("model", "The model that judges", Info::new(labels.to_vec()));
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            waiting: Gauge::default(),
            reading: Gauge::default(),
            documents: Counter::default(),
            words: Counter::default(),
            tokens_read: Counter::default(),
            tokens_kept: Counter::default(),
            known: Counter::default(),
            findings: Family::default(),
            registry,
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        let help = "Requests, by route and status";
        registry.register("requests", help, self.requests.clone());
        let help = "Seconds from the head of a request to the end of its answer";
        registry.register("request_seconds", help, self.seconds.clone());
        let help = "Documents that wait for the model";
        registry.register("waiting_documents", help, self.waiting.clone());
        let help = "Documents that the model reads now";
        registry.register("reading_documents", help, self.reading.clone());
        let help = "Documents that were linted";
        registry.register("documents", help, self.documents.clone());
        let help = "Words of the documents that were judged";
        registry.register("words", help, self.words.clone());
        let help = "Tokens that the model read";
        registry.register("tokens_read", help, self.tokens_read.clone());
        let help = "Tokens that the model need not read, since their readings were kept";
        registry.register("tokens_kept", help, self.tokens_kept.clone());
        let help = "Documents whose report was known already";
        registry.register("known_documents", help, self.known.clone());
        let help = "Findings in the documents that were judged";
        registry.register("findings", help, self.findings.clone());
        self
    }

    /// Counts a request to `route` that was answered with `status`.
    pub(crate) fn count_request(&self, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let answered = Answered {
            route: route.clone(),
            status,
        };
        self.requests.get_or_create(&answered).inc();
        let seconds = self.seconds.get_or_create(&Route { route });
        seconds.observe(took.as_secs_f64());
    }

    /// Counts a report that was just made.
    pub(crate) fn count_report(&self, report: &Report) {
        self.documents.inc();
        if let Outcome::Scored(analysis) = &report.outcome {
            self.words.inc_by(analysis.score.words as u64);
        }
        for finding in report.findings() {
            let category = finding.category.to_string();
            self.findings.get_or_create(&Category { category }).inc();
        }
    }

    /// Says how many documents are read now.
    pub(crate) fn set_reading(&self, documents: usize) {
        self.reading
            .set(i64::try_from(documents).unwrap_or(i64::MAX));
    }

    /// Counts a document whose report was known already.
    pub(crate) fn count_known(&self) {
        self.known.inc();
    }

    /// All numbers as text, while `waiting` documents wait and the model has counted `tokens`.
    ///
    /// # Errors
    /// Never in practice: every number can be written.
    pub(crate) fn text(&self, waiting: usize, tokens: TokenCounts) -> Result<String, fmt::Error> {
        let TokenCounts { read, kept } = tokens;
        for (counter, count) in [(&self.tokens_read, read), (&self.tokens_kept, kept)] {
            counter.inner().fetch_max(count, Ordering::Relaxed);
        }
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(SHORTEST_SECONDS, 2.0, BUCKETS))
}
