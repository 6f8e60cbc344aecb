//! What the benchmarks share.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub mod http;

/// The value that so many hundredths of the others do not exceed, in milliseconds.
pub fn at(took: &[std::time::Duration], share: usize) -> f64 {
    took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3
}

/// How busy the machine was in the last minute.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}
