//! What goes through the front door: connections, requests and those that were sent away.

use super::metrics::{Counter, Family, Histogram, Level, SECONDS};

/// Which answers are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// As it is written in the list of routes, without what people put into it.
    pub route: String,
    pub method: &'static str,
    /// The first digit of the status: `2xx`.
    pub class: &'static str,
}

/// Shared by the accept loop, what every request passes through, and whoever asks for the counts.
#[derive(Debug)]
pub struct Traffic {
    pub connections: Level,
    /// Connections that found no room at all.
    pub refused: Counter,
    pub requests: Level,
    /// Requests sent away at once, by what was full.
    pub shed: Family<&'static str, Counter>,
    /// Handlers that failed on a defect of this program.
    pub panics: Counter,
    pub answers: Family<Answered, Histogram>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            connections: Level::default(),
            refused: Counter::default(),
            requests: Level::default(),
            shed: Family::new(Counter::default),
            panics: Counter::default(),
            answers: Family::new(|| Histogram::new(SECONDS)),
        }
    }
}
