//! When a mail is tried again, and when it is given up (invariant 26).
//!
//! Pure: the instant and the dice come from the caller.

use jiff::SignedDuration;

use super::reply::Outcome;
use crate::domain::time::Moment;

/// From its first try a mail is tried for this long.
pub const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// A relay that went silent after the final dot may still be delivering: RFC 5321 allows it ten minutes.
pub const AFTER_UNKNOWN: SignedDuration = SignedDuration::from_mins(10);
/// How often a mail of unknown fate is sent in all, each time with the same Message-ID.
pub const UNKNOWN_TRIES: u32 = 3;

/// The longest wait before jitter, so that with it no wait is longer than an hour.
const LONGEST: SignedDuration = SignedDuration::from_mins(50);

/// The wait after failed attempt number `attempt` (the first is 0): one minute, doubled each
/// time, within ±20 % by `random` (0 up to 1), never above one hour.
#[must_use]
pub fn backoff(attempt: u32, random: f64) -> SignedDuration {
    let doubled = 1_i64.checked_shl(attempt.min(30)).map_or(LONGEST, SignedDuration::from_mins);
    let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 0.5 };
    doubled.min(LONGEST).mul_f64(0.8 + 0.4 * random)
}

/// What has been tried with one mail so far, the attempt just made included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    pub attempts: u32,
    /// How many of them ended [`Outcome::Unknown`].
    pub unknown: u32,
    pub first_at: Moment,
}

/// What to do with a mail after an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Sent,
    /// Refused for good: tell the operator, mark the address.
    Failed,
    /// Try again at this instant, with the same Message-ID.
    Again(Moment),
    /// A day of trying was in vain.
    Dead,
    /// Its last try is made and nobody knows.
    StaysUnknown,
    /// Put it back untouched and pause the channel; the attempt doesn't count.
    Pause,
}

/// What follows from `outcome`, reached `now` after `tries`.
#[must_use]
pub fn next(outcome: &Outcome, tries: Tries, now: Moment, random: f64) -> Next {
    let wait = backoff(tries.attempts.saturating_sub(1), random);
    match outcome {
        Outcome::Sent { .. } => Next::Sent,
        Outcome::Failed { .. } => Next::Failed,
        Outcome::PauseChannel { .. } => Next::Pause,
        Outcome::Unknown { .. } if tries.unknown >= UNKNOWN_TRIES => Next::StaysUnknown,
        Outcome::Unknown { .. } => Next::Again(now.plus(AFTER_UNKNOWN.max(wait))),
        Outcome::Retry { .. } if now.plus(wait).since(tries.first_at) > GIVE_UP_AFTER => {
            // A mail that may have been taken once isn't known to be undelivered.
            if tries.unknown > 0 { Next::StaysUnknown } else { Next::Dead }
        }
        Outcome::Retry { .. } => Next::Again(now.plus(wait)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::reply::Reply;

    fn minutes(attempt: u32, random: f64) -> f64 {
        backoff(attempt, random).as_secs_f64() / 60.0
    }

    fn retry() -> Outcome {
        Outcome::Retry { why: "451 later".to_owned(), silent: false }
    }

    fn unknown() -> Outcome {
        Outcome::Unknown { why: "silence".to_owned(), silent: true }
    }

    #[test]
    fn waits_double_from_one_minute_and_stay_within_an_hour() {
        for (attempt, base) in [(0, 1.0), (1, 2.0), (2, 4.0), (5, 32.0)] {
            assert!((minutes(attempt, 0.5) - base).abs() < 1e-6, "{attempt}");
            assert!((minutes(attempt, 0.0) - base * 0.8).abs() < 1e-6, "{attempt}");
            assert!((minutes(attempt, 1.0) - base * 1.2).abs() < 1e-6, "{attempt}");
        }
        for attempt in [6, 20, 63, 64, u32::MAX] {
            assert!(minutes(attempt, 1.0) <= 60.0 && minutes(attempt, 0.0) >= 40.0, "{attempt}");
        }
        assert!(minutes(3, f64::NAN) > 0.0);
    }

    #[test]
    fn a_mail_is_given_up_after_a_day_of_trying() {
        let first_at: Moment = "2026-11-23T08:00:00+07:00".parse().unwrap();
        let (mut now, mut attempts) = (first_at, 0);
        let last = loop {
            attempts += 1;
            let tries = Tries { attempts, unknown: 0, first_at };
            match next(&retry(), tries, now, 0.5) {
                Next::Again(at) => now = at,
                end => break (end, now),
            }
        };
        assert_eq!(last.0, Next::Dead);
        assert!(last.1.since(first_at) <= GIVE_UP_AFTER);
        assert!(last.1.since(first_at) > SignedDuration::from_hours(23));
    }

    #[test]
    fn the_last_try_is_no_later_than_a_day_after_the_first() {
        let first_at: Moment = "2026-11-23T08:00:00+07:00".parse().unwrap();
        let tries = Tries { attempts: 8, unknown: 0, first_at };
        let last = first_at.plus(GIVE_UP_AFTER);
        let now = last.plus(-LONGEST);
        assert_eq!(next(&retry(), tries, now, 0.5), Next::Again(last));
        assert_eq!(next(&retry(), tries, now.plus(SignedDuration::from_micros(1)), 0.5), Next::Dead);
    }

    #[test]
    fn an_unknown_fate_waits_ten_minutes_and_is_tried_three_times_in_all() {
        let first_at: Moment = "2026-11-23T08:00:00+07:00".parse().unwrap();
        for attempt in 1..=2 {
            let tries = Tries { attempts: attempt, unknown: attempt, first_at };
            let Next::Again(at) = next(&unknown(), tries, first_at, 0.0) else { panic!("{attempt}") };
            assert!(at.since(first_at) >= AFTER_UNKNOWN);
        }
        let third = Tries { attempts: 3, unknown: 3, first_at };
        assert_eq!(next(&unknown(), third, first_at, 0.5), Next::StaysUnknown);
        let later = first_at.plus(SignedDuration::from_hours(24));
        let once_unknown = Tries { attempts: 30, unknown: 1, first_at };
        assert_eq!(next(&retry(), once_unknown, later, 0.5), Next::StaysUnknown);
    }

    #[test]
    fn a_paused_channel_burns_nothing_and_a_refusal_ends_it() {
        let now: Moment = "2026-11-23T08:00:00+07:00".parse().unwrap();
        let tries = Tries { attempts: 1, unknown: 0, first_at: now };
        let pause = Outcome::PauseChannel { why: "535".to_owned() };
        assert_eq!(next(&pause, tries, now, 0.5), Next::Pause);
        assert_eq!(next(&Outcome::Failed { reply: Reply::new(550, "no") }, tries, now, 0.5), Next::Failed);
    }
}
