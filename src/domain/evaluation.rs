//! The nine indices by which units and officials are judged, and the bands of their sum (section 12.1).
//!
//! Who gives the points, and whether these indices are still in force (U13), is decided elsewhere.

use super::promise::Outcome;

/// What one index is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Points {
    None,
    One,
    Two,
}

impl Points {
    /// Indices 1 and 2: shorter than the limit, as long, longer.
    #[must_use]
    pub fn of_time(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Early => Self::Two,
            Outcome::OnTime => Self::One,
            Outcome::Late => Self::None,
        }
    }

    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// One judgement by all nine, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indices(pub [Points; 9]);

impl Indices {
    /// At most 18.
    #[must_use]
    pub fn sum(self) -> u64 {
        self.0.into_iter().map(Points::number).sum()
    }
}

/// How a unit or an official stands (EVAL-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    Weak,
    Average,
    Fair,
    Good,
    Excellent,
}

impl Band {
    /// Each with the sum from which it begins, the best first.
    const FROM: [(u64, Self); 5] =
        [(15, Self::Excellent), (12, Self::Good), (9, Self::Fair), (6, Self::Average), (0, Self::Weak)];

    /// The band of the mean of some judgements, of which `sum` is the sum; none where nothing was judged.
    /// Compared in whole numbers, so that no mean is rounded into a better band.
    #[must_use]
    pub fn of_mean(sum: u64, judgements: u64) -> Option<Self> {
        let reached = |from: u64| u128::from(sum) >= u128::from(from) * u128::from(judgements);
        Self::FROM.into_iter().find(|(from, _)| judgements > 0 && reached(*from)).map(|(_, band)| band)
    }

    #[must_use]
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Excellent => "Xuất sắc",
            Self::Good => "Tốt",
            Self::Fair => "Khá",
            Self::Average => "Trung bình",
            Self::Weak => "Yếu",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EVAL-01, defect 5 of section 17: every sum has one band, and 15 is excellent.
    #[test]
    fn every_sum_lies_in_its_band_and_exactly_15_is_excellent() {
        use Band::{Average, Excellent, Fair, Good, Weak};
        let bands = [Weak; 6].into_iter().chain([Average; 3]).chain([Fair; 3]).chain([Good; 3]);
        for (sum, band) in (0..).zip(bands.chain([Excellent; 4])) {
            assert_eq!(Band::of_mean(sum, 1), Some(band), "{sum}");
            assert_eq!(Band::of_mean(sum * 7, 7), Some(band), "seven judgements of {sum}");
        }
        assert_eq!(Band::of_mean(1_499, 100), Some(Good), "14.99");
        assert_eq!(Band::of_mean(599, 100), Some(Weak), "5.99");
        assert_eq!(Band::of_mean(0, 0), None, "nobody was judged");
    }

    /// Index 1 of section 12.1, and the greatest sum.
    #[test]
    fn shorter_than_the_limit_is_worth_two_and_nine_of_those_eighteen() {
        let points = [Outcome::Late, Outcome::OnTime, Outcome::Early].map(Points::of_time);
        assert_eq!(points.map(Points::number), [0, 1, 2]);
        assert_eq!(Indices([Points::Two; 9]).sum(), 18);
        let mut mixed = [Points::One; 9];
        (mixed[0], mixed[8]) = (Points::None, Points::Two);
        assert_eq!(Indices(mixed).sum(), 9);
    }
}
