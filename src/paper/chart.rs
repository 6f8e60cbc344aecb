//! Charts of on-time rates as SVG, each with its answer as title and the figures as text.
//!
//! Draws counts that are given; deciding what is late is none of its business.

mod bars;
mod months;

use crate::paper::Language;

pub use bars::{RateBar, rate_bars};
pub use months::{MonthPoint, month_line};

/// Below this many dossiers a rate is drawn with its interval.
pub const FEW: u32 = 100;

/// The 95 % Wilson score interval of `met` out of `all`, as shares from 0 to 1;
/// none where there was nothing to count (RATE-04).
#[must_use]
pub fn wilson(met: u32, all: u32) -> Option<(f64, f64)> {
    if all == 0 {
        return None;
    }
    const Z: f64 = 1.959_964;
    let (n, p) = (f64::from(all), f64::from(met.min(all)) / f64::from(all));
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// A share as text with one decimal: `96,4 %`, `96.4 %`. Full marks only where nothing
/// was late (RATE-05).
#[must_use]
pub fn percent(met: u32, all: u32, language: Language) -> Option<String> {
    Some(format!("{} %", decimal(tenths(met, all)?, language)))
}

/// Tenths of a percent, rounded half up, 999 at most where any dossier was late.
fn tenths(met: u32, all: u32) -> Option<u64> {
    if all == 0 {
        return None;
    }
    let (met, all) = (u64::from(met.min(all)), u64::from(all));
    let tenths = (2000 * met + all) / (2 * all);
    Some(if met < all { tenths.min(999) } else { tenths })
}

/// `Sở X đúng hạn 96,4 %, tăng 2,1 điểm so với tháng trước`: a chart's title as its answer.
#[must_use]
pub fn answer(who: &str, now: (u32, u32), before: Option<(u32, u32)>, language: Language) -> String {
    let Some(rate) = percent(now.0, now.1, language) else {
        let nothing =
            language.choose("không phát sinh hồ sơ đến kỳ đánh giá", "no dossier came up for evaluation");
        return format!("{who}: {nothing}");
    };
    let points = |tenths: u64| decimal(tenths, language);
    let change = match (tenths(now.0, now.1), before.and_then(|(met, all)| tenths(met, all))) {
        (Some(now), Some(before)) if now > before => {
            let points = points(now - before);
            language.choose(
                format!(", tăng {points} điểm so với tháng trước"),
                format!(", up {points} points on the month before"),
            )
        }
        (Some(now), Some(before)) if now < before => {
            let points = points(before - now);
            language.choose(
                format!(", giảm {points} điểm so với tháng trước"),
                format!(", down {points} points on the month before"),
            )
        }
        (Some(_), Some(_)) => {
            language.choose(", không đổi so với tháng trước", ", unchanged on the month before").to_owned()
        }
        _ => String::new(),
    };
    language.choose(format!("{who} đúng hạn {rate}{change}"), format!("{who}: {rate} on time{change}"))
}

/// Tenths as people write them: `2,1`, `2.1`.
fn decimal(tenths: u64, language: Language) -> String {
    format!("{}{}{}", tenths / 10, language.choose(',', '.'), tenths % 10)
}
