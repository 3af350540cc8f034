//! Descriptions of metrics, as data: the crates that record metrics list theirs as [`Metric`]s.
//!
//! Nothing here records anything. An exporter can be set up from the lists, and tests compare them with what is recorded.

/// A metric: its name, instrument, unit, and the labels with all their possible values.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// The name with dots, like `http.client.request.duration`.
    pub name: &'static str,
    /// The instrument.
    pub instrument: Instrument,
    /// The unit in UCUM: `s`, or what is counted in braces, like `{message}`.
    pub unit: &'static str,
    /// One sentence about what is measured.
    pub description: &'static str,
    /// The labels. A label that does not apply to a measurement is absent.
    pub labels: &'static [Label],
}

/// The instrument of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Instrument {
    /// A counter.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// A histogram, with the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

/// A label of a metric. Its values are a closed set: none of them is a text that came over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The name with dots, like `error.type`.
    pub name: &'static str,
    /// The possible values.
    pub values: LabelValues,
}

/// The possible values of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelValues {
    /// One of these words.
    Words(&'static [&'static str]),
    /// An HTTP status from 100 to 599, or one of these words.
    HttpStatusOr(&'static [&'static str]),
    /// The host or port of a base URL that the program set, or of a documented one.
    BaseUrl,
}

impl Metric {
    /// Creates a counter.
    pub const fn counter(
        name: &'static str,
        unit: &'static str,
        description: &'static str,
        labels: &'static [Label],
    ) -> Self {
        Self { name, instrument: Instrument::Counter, unit, description, labels }
    }

    /// Creates a gauge.
    pub const fn gauge(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self { name, instrument: Instrument::Gauge, unit, description, labels: &[] }
    }

    /// Creates a histogram of durations in seconds.
    pub const fn durations(
        name: &'static str,
        buckets: &'static [f64],
        description: &'static str,
        labels: &'static [Label],
    ) -> Self {
        Self { name, instrument: Instrument::Histogram(buckets), unit: "s", description, labels }
    }
}

impl Label {
    /// Creates a label with words as values.
    pub const fn words(name: &'static str, words: &'static [&'static str]) -> Self {
        Self { name, values: LabelValues::Words(words) }
    }

    /// Creates a label with HTTP statuses and words as values.
    pub const fn http_status_or(name: &'static str, words: &'static [&'static str]) -> Self {
        Self { name, values: LabelValues::HttpStatusOr(words) }
    }

    /// Creates a label with a part of a base URL as value.
    pub const fn base_url(name: &'static str) -> Self {
        Self { name, values: LabelValues::BaseUrl }
    }
}

impl LabelValues {
    /// Returns whether a value is in the set. The base URLs are not known here, so they are compared with nothing.
    pub fn contains(self, value: &str) -> bool {
        match self {
            Self::Words(words) => words.contains(&value),
            Self::HttpStatusOr(words) => words.contains(&value) || is_http_status(value),
            Self::BaseUrl => true,
        }
    }
}

fn is_http_status(value: &str) -> bool {
    value.len() == 3 && value.parse().is_ok_and(|status| (100..=599_u16).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_values_are_contained() {
        let words = LabelValues::Words(&["sent", "_OTHER"]);
        assert!(words.contains("sent") && words.contains("_OTHER"));
        let status = LabelValues::HttpStatusOr(&["timeout"]);
        for value in ["100", "200", "429", "599", "timeout"] {
            assert!(status.contains(value), "{value}");
        }
        for value in ["", "99", "600", "+20", "020", "0200", "2e2", "200 ", "sent", "٢٠٠"] {
            assert!(!status.contains(value), "{value}");
            assert!(value == "sent" || !words.contains(value), "{value}");
        }
    }
}
