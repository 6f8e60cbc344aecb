//! How far a long command has come: a bar on a terminal, a line every few seconds elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::exchange::file;
use crate::telemetry::Stopwatch;

/// Between two lines where nobody watches a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// What a command tells about itself while it goes on.
pub struct Progress {
    show: Show,
    watch: Stopwatch,
    work: Work,
    done: u64,
}

/// What is counted, in the words for it.
#[derive(Clone, Copy)]
struct Work {
    begun: &'static str,
    things: &'static str,
}

const IMPORT: Work = Work { begun: "Đã nhập", things: "bản ghi" };
const DEMONSTRATION: Work = Work { begun: "Đã tạo", things: "hồ sơ" };

/// How much of the whole is done, in whatever unit it is known.
#[derive(Clone, Copy)]
struct Extent {
    reached: u64,
    whole: Option<u64>,
}

enum Show {
    Bar(ProgressBar),
    Lines { told: Stopwatch },
    Nothing,
}

impl Show {
    fn on_stderr() -> Self {
        if io::stderr().is_terminal() {
            Self::Bar(ProgressBar::no_length())
        } else {
            Self::Lines { told: Stopwatch::start() }
        }
    }
}

impl Progress {
    /// Of an import, on standard error, so that the summary stands alone on standard output.
    #[must_use]
    pub fn on_stderr() -> Self {
        Self { show: Show::on_stderr(), watch: Stopwatch::start(), work: IMPORT, done: 0 }
    }

    /// Of a demonstration in the making.
    pub(super) fn of_a_demonstration() -> Self {
        Self { work: DEMONSTRATION, ..Self::on_stderr() }
    }

    #[must_use]
    pub fn silent() -> Self {
        Self { show: Show::Nothing, ..Self::on_stderr() }
    }

    /// So many more records have been taken in, and so much of the file has been read.
    pub(super) fn add(&mut self, records: u64, file: &file::Extent) {
        self.done += records;
        self.show(Extent { reached: file.read(), whole: file.length() });
    }

    /// So many of all are done.
    pub(super) fn at(&mut self, done: u64, all: u64) {
        self.done = done;
        self.show(Extent { reached: done, whole: Some(all) });
    }

    fn show(&mut self, extent: Extent) {
        match &mut self.show {
            Show::Nothing => {}
            Show::Bar(bar) => draw(bar, self.work, self.done, self.watch.elapsed(), extent),
            Show::Lines { told } if told.elapsed() < BETWEEN_LINES => {}
            Show::Lines { told } => {
                *told = Stopwatch::start();
                let line = line(self.work, self.done, self.watch.elapsed(), extent);
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

fn draw(bar: &ProgressBar, work: Work, done: u64, elapsed: Duration, extent: Extent) {
    if bar.length().is_none()
        && let Some(whole) = extent.whole
        && let Ok(style) = ProgressStyle::with_template("{bar:30} {percent}% {msg}")
    {
        bar.set_length(whole);
        bar.set_style(style);
    }
    bar.set_position(extent.reached);
    bar.set_message(format!("{} {}, {}", grouped(done), work.things, rate(work, done, elapsed, extent)));
}

/// `Đã nhập 120.000 bản ghi (41 %), 52.000 bản ghi/giây, còn khoảng 3 phút`
fn line(work: Work, done: u64, elapsed: Duration, extent: Extent) -> String {
    let percent = extent.whole.filter(|whole| *whole > 0);
    let percent = percent.map(|whole| format!(" ({} %)", extent.reached.min(whole) * 100 / whole));
    let Work { begun, things } = work;
    let percent = percent.unwrap_or_default();
    format!("{begun} {} {things}{percent}, {}", grouped(done), rate(work, done, elapsed, extent))
}

fn rate(work: Work, done: u64, elapsed: Duration, extent: Extent) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1_000) / millis;
    let mut text = format!("{} {}/giây", grouped(rate), work.things);
    if let Some(left) = left(elapsed, extent) {
        text.push_str(&format!(", còn khoảng {}", span(left)));
    }
    text
}

/// As long as the rest of the file takes at the speed so far; none while that says nothing.
fn left(elapsed: Duration, extent: Extent) -> Option<Duration> {
    let (read, length) = (extent.reached, extent.whole?);
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
        let quarter = Extent { reached: 250, whole: Some(1_000) };
        assert_eq!(
            line(IMPORT, 1_500_000, Duration::from_secs(30), quarter),
            "Đã nhập 1.500.000 bản ghi (25 %), 50.000 bản ghi/giây, còn khoảng 90 giây"
        );
        let unknown = Extent { reached: 0, whole: None };
        assert_eq!(
            line(DEMONSTRATION, 10, Duration::from_secs(1), unknown),
            "Đã tạo 10 hồ sơ, 10 hồ sơ/giây"
        );
    }
}
