//! How far an import has come: a bar on a terminal, a line every few seconds elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::exchange::file::Extent;
use crate::telemetry::Stopwatch;

/// Between two lines where nobody watches a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// What an import tells about itself while it goes on.
pub struct Progress {
    show: Show,
    watch: Stopwatch,
    records: u64,
}

enum Show {
    Bar(ProgressBar),
    Lines { told: Stopwatch },
    Nothing,
}

impl Progress {
    /// On standard error, so that the summary stands alone on standard output.
    #[must_use]
    pub fn on_stderr() -> Self {
        let show = if io::stderr().is_terminal() {
            Show::Bar(ProgressBar::no_length())
        } else {
            Show::Lines { told: Stopwatch::start() }
        };
        Self { show, watch: Stopwatch::start(), records: 0 }
    }

    #[must_use]
    pub fn silent() -> Self {
        Self { show: Show::Nothing, watch: Stopwatch::start(), records: 0 }
    }

    /// So many more records have been taken in, and so much of the file has been read.
    pub(super) fn add(&mut self, records: u64, extent: &Extent) {
        self.records += records;
        match &mut self.show {
            Show::Nothing => {}
            Show::Bar(bar) => draw(bar, self.records, self.watch.elapsed(), extent),
            Show::Lines { told } if told.elapsed() < BETWEEN_LINES => {}
            Show::Lines { told } => {
                *told = Stopwatch::start();
                let line = line(self.records, self.watch.elapsed(), extent);
                // Whoever does not listen misses nothing but this.
                _ = writeln!(io::stderr(), "{line}");
            }
        }
    }

    pub(super) fn end(&self) {
        if let Show::Bar(bar) = &self.show {
            bar.finish_and_clear();
        }
    }
}

fn draw(bar: &ProgressBar, records: u64, elapsed: Duration, extent: &Extent) {
    if bar.length().is_none()
        && let Some(length) = extent.length()
        && let Ok(style) = ProgressStyle::with_template("{bar:30} {percent}% {msg}")
    {
        bar.set_length(length);
        bar.set_style(style);
    }
    bar.set_position(extent.read());
    bar.set_message(rate(records, elapsed, extent));
}

/// `Đã nhập 120.000 bản ghi (41 %), 52.000 bản ghi/giây, còn khoảng 3 phút.`
fn line(records: u64, elapsed: Duration, extent: &Extent) -> String {
    let percent = extent.length().filter(|length| *length > 0);
    let percent = percent.map(|length| format!(" ({} %)", extent.read().min(length) * 100 / length));
    format!(
        "Đã nhập {}",
        rate(records, elapsed, extent).replacen(
            " bản ghi",
            &format!(" bản ghi{}", percent.unwrap_or_default()),
            1
        )
    )
}

fn rate(records: u64, elapsed: Duration, extent: &Extent) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = records.saturating_mul(1_000) / millis;
    let mut text = format!("{} bản ghi, {} bản ghi/giây", grouped(records), grouped(rate));
    if let Some(left) = left(elapsed, extent) {
        text.push_str(&format!(", còn khoảng {}", span(left)));
    }
    text
}

/// As long as the rest of the file takes at the speed so far; none while that says nothing.
fn left(elapsed: Duration, extent: &Extent) -> Option<Duration> {
    let (read, length) = (extent.read(), extent.length()?);
    let rest = length.checked_sub(read)?;
    if read == 0 || elapsed < Duration::from_secs(2) {
        return None;
    }
    let millis = elapsed.as_millis() * u128::from(rest) / u128::from(read);
    Some(Duration::from_millis(u64::try_from(millis).ok()?))
}

fn span(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..=90 => format!("{seconds} giây"),
        seconds @ 91..=5_400 => format!("{} phút", seconds.div_ceil(60)),
        seconds => format!("{} giờ {} phút", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// `1.234.567`, as numbers are written here.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_many_how_fast_and_how_long() {
        let extent = Extent::of(Some(1_000));
        extent.add(250);
        assert_eq!(
            line(1_500_000, Duration::from_secs(30), &extent),
            "Đã nhập 1.500.000 bản ghi (25 %), 50.000 bản ghi/giây, còn khoảng 90 giây"
        );
        let unknown = Extent::of(None);
        assert_eq!(line(10, Duration::from_secs(1), &unknown), "Đã nhập 10 bản ghi, 10 bản ghi/giây");
    }
}
