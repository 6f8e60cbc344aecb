//! Chance that repeats itself: the same seed gives the same throws on every machine.
//!
//! For invented data alone; what nobody may guess comes from `random`.

/// A generator of the splitmix kind: a counter whose steps are stirred.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits; also a seed for dice of their own.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 to `end`, which is left out.
    pub fn below(&mut self, end: u32) -> u32 {
        let product = u128::from(self.throw()) * u128::from(end);
        u32::try_from(product >> 64).unwrap_or_default()
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u32::try_from(most - least).unwrap_or_default();
        least + i64::from(self.below(span.saturating_add(1)))
    }

    /// True in `share` of a thousand cases.
    pub fn per_mille(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    /// One of at least one.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.below(u32::try_from(of.len()).unwrap_or(u32::MAX));
        &of[usize::try_from(index).unwrap_or_default()]
    }
}

/// Things of different weight, drawn by it.
#[derive(Clone, Debug)]
pub struct Weighted<T> {
    /// Each thing with the sum of the weights up to and with it.
    things: Vec<(u32, T)>,
    total: u32,
}

impl<T> Weighted<T> {
    /// Leaves out what weighs nothing.
    pub fn new(things: impl IntoIterator<Item = (u32, T)>) -> Self {
        let mut total = 0;
        let mut sum = |weight: u32| {
            total += weight;
            total
        };
        let weighing = things.into_iter().filter(|(weight, _)| *weight > 0);
        let things = weighing.map(|(weight, thing)| (sum(weight), thing)).collect();
        Self { things, total }
    }

    /// None where nothing weighs anything.
    pub fn draw(&self, dice: &mut Dice) -> Option<&T> {
        let at = dice.below(self.total);
        let index = self.things.partition_point(|(sum, _)| *sum <= at);
        self.things.get(index).map(|(_, thing)| thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..50).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
    }

    #[test]
    fn what_weighs_more_comes_more_often_and_what_weighs_nothing_never() {
        let mut dice = Dice::new(1);
        let things = Weighted::new([(0, "never"), (1, "seldom"), (9, "often")]);
        let often = (0..1_000).filter(|_| things.draw(&mut dice) == Some(&"often")).count();
        assert!((850..950).contains(&often), "{often}");
        assert!((0..1_000).all(|_| things.draw(&mut dice) != Some(&"never")));
        assert_eq!(Weighted::<u8>::new([]).draw(&mut dice), None);
    }

    #[test]
    fn a_throw_between_two_numbers_reaches_both() {
        let mut dice = Dice::new(2);
        let thrown: std::collections::BTreeSet<i64> = (0..200).map(|_| dice.between(-1, 2)).collect();
        assert_eq!(thrown, [-1, 0, 1, 2].into());
    }
}
