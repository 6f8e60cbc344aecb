//! How guessing gets slower: a few free attempts, then waits that double up to a longest one (S5, S16).
//!
//! An attempt that comes too early is not looked at and does not count: whoever goes on
//! knocking keeps nobody out for longer than the longest wait.

use jiff::SignedDuration;

use super::time::Moment;

/// How many wrong attempts are free, and how long the waits after them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub free: u32,
    /// After the last free attempt; each further one doubles it.
    pub first: SignedDuration,
    pub longest: SignedDuration,
    /// Wrong attempts are forgotten after so long a time without another one.
    pub memory: SignedDuration,
}

/// The wrong attempts so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub failures: u32,
    pub last_at: Moment,
    /// Until then no further attempt is looked at.
    pub shut_until: Moment,
}

impl Limit {
    /// The tally with one more attempt, counted as wrong before it is looked at, so that many at
    /// once are as slow as one after the other.
    ///
    /// # Errors
    /// With the end of the wait where it is not over.
    pub fn attempt(&self, before: Option<Tally>, now: Moment) -> Result<Tally, Moment> {
        let remembered = before.filter(|tally| now.since(tally.last_at) < self.memory);
        if let Some(tally) = remembered.filter(|tally| now < tally.shut_until) {
            return Err(tally.shut_until);
        }
        let failures = remembered.map_or(0, |tally| tally.failures).saturating_add(1);
        Ok(Tally { failures, last_at: now, shut_until: now.plus(self.wait(failures)) })
    }

    /// The tally without the last attempt, which turned out to be right.
    #[must_use]
    pub fn refund(&self, tally: Tally) -> Tally {
        Tally { failures: tally.failures.saturating_sub(1), shut_until: tally.last_at, ..tally }
    }

    fn wait(&self, failures: u32) -> SignedDuration {
        let Some(doublings) = failures.checked_sub(self.free) else { return SignedDuration::ZERO };
        let factor = 1_i32.checked_shl(doublings.min(30)).unwrap_or(i32::MAX);
        self.first.checked_mul(factor).map_or(self.longest, |wait| wait.min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit {
        free: 5,
        first: SignedDuration::from_secs(30),
        longest: SignedDuration::from_mins(15),
        memory: SignedDuration::from_hours(12),
    };

    fn at(seconds: i64) -> Moment {
        Moment::from_seconds(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn waits_double_from_the_last_free_attempt_up_to_the_longest() {
        let (mut tally, mut now, mut waits) = (None, at(0), Vec::new());
        for _ in 0..14 {
            let next = LIMIT.attempt(tally, now).unwrap();
            waits.push(next.shut_until.since(now).as_secs());
            now = next.shut_until;
            tally = Some(next);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900]);
    }

    #[test]
    fn whoever_knocks_during_a_wait_does_not_make_it_longer() {
        let mut tally = None;
        for _ in 0..5 {
            tally = Some(LIMIT.attempt(tally, at(0)).unwrap());
        }
        for second in 0..30 {
            assert_eq!(LIMIT.attempt(tally, at(second)), Err(at(30)));
        }
        assert_eq!(LIMIT.attempt(tally, at(30)).unwrap().failures, 6);
    }

    #[test]
    fn a_right_attempt_is_taken_back_and_old_ones_are_forgotten() {
        let one = LIMIT.attempt(None, at(0)).unwrap();
        assert_eq!(LIMIT.refund(one), Tally { failures: 0, last_at: at(0), shut_until: at(0) });
        let many = Tally { failures: 40, last_at: at(0), shut_until: at(900) };
        assert_eq!(LIMIT.attempt(Some(many), at(12 * 3600)).unwrap().failures, 1);
        assert_eq!(
            LIMIT.attempt(Some(Tally { failures: u32::MAX, ..many }), at(900)).unwrap().failures,
            u32::MAX
        );
    }
}
