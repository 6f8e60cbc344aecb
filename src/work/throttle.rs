//! Slows down whoever guesses: passwords, second factors, the secrets of the public look-up.
//!
//! Every attempt is counted before it is looked at, by what it is aimed at and by where it
//! comes from; a right one is taken back. Both counts lie in the database, for all nodes.

use jiff::SignedDuration;

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::throttle::Limit;
use crate::domain::time::Moment;
use crate::store::throttles;

/// What is guessed at, and how much of it is free.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub target: Limit,
    pub network: Limit,
    /// Where a target is counted by network, for all networks together.
    pub whole: Limit,
}

/// So much more is free to all networks together.
const NETWORKS: u32 = 4;

impl Limits {
    /// So many wrong attempts are free; then come waits from `first` up to `longest`.
    #[must_use]
    pub fn new(target: u32, network: u32, longest: SignedDuration) -> Self {
        let limit = |free, first, hours| Limit {
            free,
            first: SignedDuration::from_secs(first),
            longest,
            memory: SignedDuration::from_hours(hours),
        };
        let whole = limit(target.saturating_mul(NETWORKS), 30, 12);
        Self { target: limit(target, 30, 12), network: limit(network, 5, 1), whole }
    }
}

/// Whoever attempts something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// What is guessed at: `account:mai`, `dossier:H35…`.
    pub target: String,
    /// The network that it comes from; none where the device is known and strangers beside it
    /// in the network must not keep it out.
    pub network: Option<String>,
    /// What the target is a part of, where it is counted in parts.
    pub whole: Option<String>,
}

impl Knock {
    /// At something that is counted by itself alone.
    #[must_use]
    pub fn at(target: String) -> Self {
        Self { target, network: None, whole: None }
    }

    fn keys(&self, desk: &Desk, limits: Limits) -> Vec<(Vec<u8>, Limit)> {
        let code = |kind, value: &str| desk.keys.search_code(kind, value);
        let network = self.network.as_ref().map(|network| (code("network", network), limits.network));
        let whole = self.whole.as_ref().map(|whole| (code("target", whole), limits.whole));
        // In this order always, so that no two attempts wait for each other.
        let target = std::iter::once((code("target", &self.target), limits.target));
        target.chain(network).chain(whole).collect()
    }

    /// Counts an attempt; says whether it may be looked at.
    ///
    /// It answers instead of refusing, so that what it counted is kept.
    pub async fn count(&self, tx: &mut Tx, desk: &Desk, limits: Limits) -> Result<Verdict> {
        let mut tallies = Vec::new();
        for (key, limit) in self.keys(desk, limits) {
            let before = throttles::hold(tx, &key, desk.now).await?;
            match limit.attempt(before, desk.now) {
                Ok(tally) => tallies.push((key, tally)),
                Err(until) => return Ok(Verdict::Wait(until)),
            }
        }
        let shuts = tallies.iter().any(|(_, tally)| tally.shut_until > desk.now);
        for (key, tally) in tallies {
            throttles::keep(tx, &key, tally).await?;
        }
        Ok(Verdict::Look { shuts })
    }

    /// It was right: what was aimed at starts afresh, what it is counted with gets its attempt back.
    pub async fn right(&self, tx: &mut Tx, desk: &Desk, limits: Limits) -> Result<()> {
        let mut keys = self.keys(desk, limits).into_iter();
        if let Some((target, _)) = keys.next() {
            throttles::hold(tx, &target, desk.now).await?;
            throttles::forget(tx, &target).await?;
        }
        for (key, limit) in keys {
            if let Some(tally) = throttles::hold(tx, &key, desk.now).await? {
                throttles::keep(tx, &key, limit.refund(tally)).await?;
            }
        }
        Ok(())
    }
}

/// Whether an attempt may be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may; `shuts` where a wait begins after it, should it be wrong.
    Look {
        shuts: bool,
    },
    Wait(Moment),
}

impl Verdict {
    /// # Errors
    /// Where there is a wait, with how long it is.
    pub fn allow(self, now: Moment) -> Result<(), Refusal> {
        match self {
            Self::Look { .. } => Ok(()),
            Self::Wait(until) => Err(too_many(until.since(now))),
        }
    }
}

fn too_many(wait: SignedDuration) -> Refusal {
    let seconds = u64::try_from(wait.as_secs()).unwrap_or(0) + 1;
    let (number, vietnamese, english) = match seconds {
        ..=90 => (seconds, "giây", "seconds"),
        _ => (seconds.div_ceil(60), "phút", "minutes"),
    };
    Refusal {
        wait_s: Some(seconds),
        ..Refusal::new(
            Kind::TooMany,
            format!("Đã nhập sai nhiều lần. Chờ {number} {vietnamese} rồi thử lại."),
            format!("Too many wrong attempts. Wait {number} {english} and try again."),
        )
    }
}
