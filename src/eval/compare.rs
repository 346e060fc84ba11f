//! Whether two runs over the same queries differ by more than luck.

/// Samples drawn; the limits of the interval are then good to about a hundredth of its width.
const SAMPLES: usize = 10_000;
/// Where the drawing starts: the same runs always give the same interval.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// The difference of two means over the same queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Mean of the second less mean of the first.
    pub mean: f64,
    /// Lower limit of the interval that holds 95 % of the resampled differences.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Share of the resampled differences that lie on the other side of zero, twice: small when luck is unlikely.
    pub p: f64,
    /// Queries that got better.
    pub better: usize,
    /// Queries that got worse.
    pub worse: usize,
}

/// The paired bootstrap: queries are drawn with replacement, and the mean difference taken anew.
#[must_use]
pub fn paired_bootstrap(before: &[f64], after: &[f64]) -> Difference {
    let differences: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
    let count = differences.len().max(1);
    let mean = differences.iter().sum::<f64>() / count as f64;
    let mut random = Draws(SEED);
    let mut resampled: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let drawn = (0..differences.len()).filter_map(|_| differences.get(random.below(differences.len())));
            drawn.sum::<f64>() / count as f64
        })
        .collect();
    resampled.sort_by(f64::total_cmp);
    let at = |share: f64| {
        // Between 0 and SAMPLES, so exact.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= share <= 1")]
        let place = (share * (SAMPLES - 1) as f64).round() as usize;
        resampled.get(place).copied().unwrap_or(mean)
    };
    let below = resampled.iter().filter(|&&mean| mean <= 0.0).count();
    let above = resampled.iter().filter(|&&mean| mean >= 0.0).count();
    Difference {
        mean,
        low: at(0.025),
        high: at(0.975),
        p: (2.0 * below.min(above) as f64 / SAMPLES as f64).min(1.0),
        better: differences.iter().filter(|&&difference| difference > 0.0).count(),
        worse: differences.iter().filter(|&&difference| difference < 0.0).count(),
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and good enough to draw queries.
struct Draws(u64);

impl Draws {
    /// A number from 0 to `limit - 1`; 0 for no limit.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % (limit.max(1) as u64)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let before: Vec<f64> = (0..100).map(|query| f64::from(query) / 100.0).collect();
        let same = paired_bootstrap(&before, &before);
        assert!(same.mean.abs() < 1e-12 && same.p > 0.99 && same.better + same.worse == 0, "{same:?}");
        let better: Vec<f64> = before.iter().map(|value| value + 0.1).collect();
        let found = paired_bootstrap(&before, &better);
        assert!((found.mean - 0.1).abs() < 1e-9 && found.low > 0.09 && found.p < 1e-9, "{found:?}");
        assert_eq!((found.better, found.worse), (100, 0));
        let luck: Vec<f64> = before.iter().zip(0..).map(|(v, at)| v + if at % 2 == 0 { 0.1 } else { -0.1 }).collect();
        let found = paired_bootstrap(&before, &luck);
        assert!(found.low < 0.0 && found.high > 0.0 && found.p > 0.2, "{found:?}");
        assert_eq!(found, paired_bootstrap(&before, &luck), "the same each time");
        assert!(paired_bootstrap(&[], &[]).mean.abs() < 1e-12, "no queries");
    }
}
