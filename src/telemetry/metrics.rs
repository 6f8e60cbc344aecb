//! Counting what happens, and writing the counts down in the text format that Prometheus reads.
//!
//! Labels are words of the program, never of people: no name, code or address belongs in one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// From one millisecond to ten seconds, for anything that somebody waits for.
pub const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often something has happened.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are inside at the moment.
#[derive(Clone, Debug, Default)]
pub struct Level(Arc<AtomicU64>);

/// Counts as one inside until it is dropped.
#[derive(Debug)]
pub struct Inside(Level);

impl Level {
    #[must_use]
    pub fn enter(&self) -> Inside {
        self.0.fetch_add(1, Ordering::Relaxed);
        Inside(self.clone())
    }

    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How often something measured was at most as large as each bound.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One more than bounds: the last is for what is larger than all.
    counts: Vec<AtomicU64>,
    millionths: AtomicU64,
}

impl Histogram {
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::default()).collect();
        Self { bounds, counts, millionths: AtomicU64::default() }
    }

    /// Of a length of time, in seconds.
    pub fn note(&self, length: Duration) {
        self.put(length.as_secs_f64(), u64::try_from(length.as_micros()).unwrap_or(u64::MAX));
    }

    /// Of a number of things.
    pub fn note_number(&self, number: u32) {
        self.put(number.into(), u64::from(number) * 1_000_000);
    }

    fn put(&self, value: f64, millionths: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.millionths.fetch_add(millionths, Ordering::Relaxed);
    }
}

/// The like, told apart by a key.
#[derive(Debug)]
pub struct Family<K, T> {
    members: Mutex<BTreeMap<K, Arc<T>>>,
    make: fn() -> T,
}

impl<K: Ord + Clone, T> Family<K, T> {
    pub fn new(make: fn() -> T) -> Self {
        Self { members: Mutex::default(), make }
    }

    /// The one of this key, made where there is none yet.
    pub fn of(&self, key: K) -> Arc<T> {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(members.entry(key).or_insert_with(|| Arc::new((self.make)())))
    }

    /// All of them, in the order of their keys.
    #[must_use]
    pub fn all(&self) -> Vec<(K, Arc<T>)> {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().map(|(key, member)| (key.clone(), Arc::clone(member))).collect()
    }
}

/// Text for Prometheus, format 0.0.4.
#[derive(Debug, Default)]
pub struct Text(String);

/// Where the samples of one name are put.
#[derive(Debug)]
pub struct Samples<'t> {
    text: &'t mut String,
    name: &'static str,
}

impl Text {
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Something that only grows.
    pub fn counter(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.begin(name, "counter", help)
    }

    /// Something that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.begin(name, "gauge", help)
    }

    /// Something measured each time.
    pub fn histogram(&mut self, name: &'static str, help: &str) -> Samples<'_> {
        self.begin(name, "histogram", help)
    }

    fn begin(&mut self, name: &'static str, kind: &str, help: &str) -> Samples<'_> {
        _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}"); // to a string: it can't fail
        Samples { text: &mut self.0, name }
    }

    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

impl Samples<'_> {
    pub fn put(&mut self, labels: &[(&str, &str)], value: f64) {
        self.line("", labels, value);
    }

    #[expect(clippy::cast_precision_loss, reason = "the format has floating point numbers only")]
    pub fn put_count(&mut self, labels: &[(&str, &str)], count: u64) {
        self.line("", labels, count as f64);
    }

    /// The whole histogram, under these labels.
    #[expect(clippy::cast_precision_loss, reason = "the format has floating point numbers only")]
    pub fn put_histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let mut so_far = 0;
        let bounds = histogram.bounds.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(&histogram.counts) {
            so_far += count.load(Ordering::Relaxed);
            self.line("_bucket", &[labels, &[("le", &bound)]].concat(), so_far as f64);
        }
        let millionths = histogram.millionths.load(Ordering::Relaxed);
        self.line("_sum", labels, millionths as f64 / 1_000_000.0);
        self.line("_count", labels, so_far as f64);
    }

    fn line(&mut self, end: &str, labels: &[(&str, &str)], value: f64) {
        _ = write!(self.text, "{}{end}", self.name);
        for (place, (name, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            _ = write!(self.text, "{}{name}=\"{text}\"", if place == 0 { '{' } else { ',' });
        }
        _ = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_is_at_most_as_large_as_each_bound() {
        let histogram = Histogram::new(&[0.5, 2.0]);
        for millis in [100, 500, 501, 2_000, 60_000] {
            histogram.note(Duration::from_millis(millis));
        }
        let mut text = Text::default();
        text.histogram("wait_seconds", "How long.").put_histogram(&[("what", "a \"b\"")], &histogram);
        let expected = [
            "# HELP wait_seconds How long.",
            "# TYPE wait_seconds histogram",
            r#"wait_seconds_bucket{what="a \"b\"",le="0.5"} 2"#,
            r#"wait_seconds_bucket{what="a \"b\"",le="2"} 4"#,
            r#"wait_seconds_bucket{what="a \"b\"",le="+Inf"} 5"#,
            r#"wait_seconds_sum{what="a \"b\""} 63.101"#,
            r#"wait_seconds_count{what="a \"b\""} 5"#,
        ];
        assert_eq!(text.finish().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_level_knows_how_many_are_inside() {
        let level = Level::default();
        let (one, two) = (level.enter(), level.enter());
        assert_eq!(level.get(), 2);
        drop(one);
        assert_eq!(level.get(), 1);
        drop(two);
        assert_eq!(level.get(), 0);
    }

    #[test]
    fn a_family_has_one_member_for_each_key() {
        let family: Family<&str, Counter> = Family::new(Counter::default);
        family.of("a").add_one();
        family.of("b").add_one();
        family.of("a").add_one();
        let all: Vec<_> = family.all().iter().map(|(key, count)| (*key, count.get())).collect();
        assert_eq!(all, [("a", 2), ("b", 1)]);
    }
}
