//! Correlations of pairs of numbers.
//!
//! In: pairs. Out: a correlation from -1 to 1, or `None` where one side is
//! constant. What the numbers mean is the caller's.

/// Pearson's correlation coefficient of `pairs`, -1 to 1, each counted as often as its
/// weight says; `None` when one side is constant.
pub fn pearson(pairs: &[(f64, f64)], weights: &[u32]) -> Option<f64> {
    let weighted = || {
        pairs
            .iter()
            .zip(weights)
            .map(|(pair, &w)| (pair, f64::from(w)))
    };
    let count: f64 = weighted().map(|(_, w)| w).sum();
    let mean_x = weighted().map(|((x, _), w)| w * x).sum::<f64>() / count;
    let mean_y = weighted().map(|((_, y), w)| w * y).sum::<f64>() / count;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), w) in weighted() {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += w * x * x;
        yy += w * y * y;
        xy += w * x * y;
    }
    // Rounding leaves a constant side a variance that is next to nothing.
    let enough = |sum: f64, mean: f64| sum > 1e-12 * count * mean.abs().max(1e-6);
    (enough(xx, mean_x) && enough(yy, mean_y)).then(|| xy / (xx * yy).sqrt())
}

/// Spearman's rank correlation coefficient of `pairs`, -1 to 1: Pearson's of the ranks, so
/// that only the order counts; `None` when one side is constant.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let ranked: Vec<(f64, f64)> = ranks(&xs).into_iter().zip(ranks(&ys)).collect();
    pearson(&ranked, &vec![1; pairs.len()])
}

/// The rank of each of `values`, from 1 for the smallest; equal values share the mean of
/// the ranks that they take up.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (tied.len() + 1) as f64 / 2.0;
        for &index in tied {
            ranks[index] = rank;
        }
        below += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_near(got: Option<f64>, wanted: f64) {
        assert!(
            got.is_some_and(|got| (got - wanted).abs() < 1e-9),
            "{got:?}, not {wanted}"
        );
    }

    #[test]
    fn pearson_by_hand() {
        let line = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)];
        assert_near(pearson(&line, &[1; 3]), 1.0);
        let falling = line.map(|(x, y)| (x, -y));
        assert_near(pearson(&falling, &[1; 3]), -1.0);
        // By hand: xy = 1, xx = 2, yy = 2 around the means 1 and 1.
        assert_near(pearson(&[(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)], &[1; 3]), 0.5);
        assert_near(
            pearson(&[(0.0, 0.0), (9.0, -5.0), (1.0, 1.0)], &[1, 0, 4]),
            1.0,
        );
        assert_eq!(
            pearson(&[(0.1, 1.0), (0.1, 2.0), (0.1, 4.0)], &[1; 3]),
            None
        );
        assert_eq!(pearson(&[], &[]), None);
    }

    #[test]
    fn equal_values_share_a_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(ranks(&[5.0; 3]), [2.0; 3]);
        assert!(ranks(&[]).is_empty());
    }

    #[test]
    fn spearman_by_hand() {
        // No ties: 1 - 6·(0+1+1+0)/(4·15)
        let pairs = [(0.1, 10.0), (0.2, 900.0), (0.3, 30.0), (0.9, 1000.0)];
        assert_near(spearman(&pairs), 0.8);
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5·5)
        let tied = [(1.0, 1.0), (2.0, 2.0), (2.0, 3.0), (7.0, 4.0)];
        assert_near(spearman(&tied), 4.5 / 22.5_f64.sqrt());
        assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(spearman(&[(1.0, 2.0)]), None);
        assert_eq!(spearman(&[]), None);
    }

    proptest! {
        #[test]
        fn ranks_are_shared_out_and_keep_the_order(values in proptest::collection::vec(0_u8..9, 0..30)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let ranks = ranks(&values);
            let count = values.len() as f64;
            prop_assert_eq!(ranks.iter().sum::<f64>(), count * (count + 1.0) / 2.0);
            for (a, x) in values.iter().zip(&ranks) {
                for (b, y) in values.iter().zip(&ranks) {
                    prop_assert_eq!(a.total_cmp(b), x.total_cmp(y));
                }
            }
        }

        #[test]
        fn spearman_sees_the_order_only(
            pairs in proptest::collection::vec((0_u8..9, 0_u8..9), 2..30)
        ) {
            let pairs: Vec<(f64, f64)> =
                pairs.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            let bent: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.exp(), y.powi(3))).collect();
            let turned: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (*y, -x)).collect();
            prop_assert_eq!(spearman(&pairs), spearman(&bent));
            match (spearman(&pairs), spearman(&turned)) {
                (Some(one), Some(other)) => prop_assert!((one + other).abs() < 1e-9),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
