//! Measures how well siblings are found in a pool, and fits the decision.
//!
//! Usage: `pool DATA... [--fit] [--misses]`, where DATA are files or folders of
//! labelled data: articles with siblings, and texts by people that fill the
//! pool. `--fit` prints the weights of `crates/mtlint-batch/src/pool/decision.rs`,
//! fitted on the half of the stories that is tuned on; `--misses` lists what
//! went wrong.

use std::error::Error;
use std::path::Path;

use mtlint_eval::dataset;
use mtlint_eval::pool::{Candidate, Measured, Outcome, measure};

/// Pools that the right siblings are taken out of in turn.
const ROUNDS: usize = 8;
/// Keeps weights small that the data say little of.
const RIDGE: f64 = 0.1;
/// Steps of Newton's method; it has settled long before.
const STEPS: usize = 30;
/// Thresholds to choose from.
const THRESHOLDS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, data): (Vec<_>, Vec<_>) = arguments
        .iter()
        .partition(|argument| argument.starts_with("--"));
    let mut sets = Vec::new();
    for path in data {
        sets.extend(dataset::load(Path::new(path))?);
    }
    let measured = measure(&sets, ROUNDS)?;
    let flag = |name: &str| flags.iter().any(|flag| *flag == name);
    println!(
        "{} stories in a pool of {} articles: taken in within {:.1} s, looked for within \
         {:.1} s, at most {} MiB of memory",
        measured.outcomes.len(),
        measured.pool,
        measured.taking_in.as_secs_f64(),
        measured.looking.as_secs_f64(),
        peak_mebibytes()?,
    );
    let half = |tuned_on: bool| -> Vec<&Outcome> {
        let outcomes = measured.outcomes.iter();
        outcomes.filter(|one| one.tuned_on == tuned_on).collect()
    };
    for (name, outcomes) in [
        ("tuned on", half(true)),
        ("quoted", half(false)),
        ("all", measured.outcomes.iter().collect()),
    ] {
        shares(name, &outcomes);
    }
    for threshold in THRESHOLDS {
        at(threshold, &half(true));
    }
    if flag("--misses") {
        misses(&measured);
    }
    if flag("--fit") {
        println!("{:?}", fitted(&half(true))?);
    }
    Ok(())
}

fn shares(name: &str, outcomes: &[&Outcome]) {
    let count = |yes: fn(&Outcome) -> bool| outcomes.iter().filter(|one| yes(one)).count();
    let near = |outcome: &Outcome| {
        outcome
            .candidates
            .iter()
            .any(|one| one.right && one.near_copy)
    };
    println!(
        "{name}: right first {}, among the candidates {}, near copies {}; claimed where there is none {}",
        share(count(|one| one.right), outcomes.len()),
        share(
            count(|one| one.candidates.iter().any(|candidate| candidate.right)),
            outcomes.len()
        ),
        count(near),
        share(count(Outcome::false_claim), outcomes.len()),
    );
}

/// A share with its 95 % interval (E. B. Wilson, 1927).
fn share(count: usize, of: usize) -> String {
    const Z: f64 = 1.96;
    let (count_f, of_f) = (count as f64, of as f64);
    let p = count_f / of_f;
    let below = 1.0 + Z * Z / of_f;
    let middle = (p + Z * Z / (2.0 * of_f)) / below;
    let half = Z / below * (p * (1.0 - p) / of_f + Z * Z / (4.0 * of_f * of_f)).sqrt();
    format!(
        "{count} of {of}, {p:.4} ({:.4} to {:.4})",
        middle - half,
        middle + half
    )
}

fn at(threshold: f64, outcomes: &[&Outcome]) {
    let first = |candidates: &[Candidate]| -> Option<bool> {
        let first = candidates.first()?;
        (first.probability >= threshold).then_some(first.right)
    };
    let right = |one: &&&Outcome| first(&one.candidates) == Some(true);
    let claimed = |one: &&&Outcome| first(&one.without_right).is_some();
    println!(
        "tuned on, from {threshold}: right first {}; claimed where there is none {}",
        share(outcomes.iter().filter(right).count(), outcomes.len()),
        share(outcomes.iter().filter(claimed).count(), outcomes.len()),
    );
}

fn misses(measured: &Measured) {
    for outcome in &measured.outcomes {
        let told = |kind: &str, candidates: &[Candidate]| {
            for one in candidates.iter().take(2) {
                println!(
                    "{kind} {}: {} {:.3}{} {:.2?}",
                    outcome.id,
                    one.id,
                    one.probability,
                    if one.right { " right" } else { "" },
                    one.evidence.0
                );
            }
        };
        if !outcome.right {
            told("missed", &outcome.candidates);
            if let Some(right) = outcome.candidates.iter().find(|one| one.right) {
                told("  right", std::slice::from_ref(right));
            }
        }
        if outcome.false_claim() {
            told("false", &outcome.without_right);
        }
    }
}

/// Logistic regression by Newton's method.
fn fitted(outcomes: &[&Outcome]) -> Result<Vec<f64>, Box<dyn Error>> {
    let rows: Vec<(&[f64], f64)> = outcomes
        .iter()
        .flat_map(|outcome| outcome.candidates.iter().chain(&outcome.without_right))
        .map(|one| (&one.evidence.0[..], f64::from(u8::from(one.right))))
        .collect();
    let width = rows.first().map_or(0, |(row, _)| row.len());
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -RIDGE * weight).collect();
        let mut bend = vec![vec![0.0; width]; width];
        for (index, row) in bend.iter_mut().enumerate() {
            row[index] = RIDGE;
        }
        for (row, label) in &rows {
            let z: f64 = row.iter().zip(&weights).map(|(x, weight)| x * weight).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            for i in 0..width {
                slope[i] += row[i] * (label - p);
                for j in 0..width {
                    bend[i][j] += row[i] * row[j] * p * (1.0 - p);
                }
            }
        }
        for (weight, step) in weights.iter_mut().zip(solved(bend, slope)?) {
            *weight += step;
        }
    }
    Ok(weights)
}

/// Solves a system with a positive definite matrix by elimination.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Result<Vec<f64>, Box<dyn Error>> {
    let width = right.len();
    for i in 0..width {
        let pivot = matrix[i].clone();
        if pivot[i].abs() < 1e-12 {
            return Err("the evidence is linearly dependent".into());
        }
        for j in 0..width {
            if j != i {
                let factor = matrix[j][i] / pivot[i];
                for (x, above) in matrix[j].iter_mut().zip(&pivot) {
                    *x -= factor * above;
                }
                right[j] -= factor * right[i];
            }
        }
    }
    Ok((0..width).map(|i| right[i] / matrix[i][i]).collect())
}

/// The most memory this process has held, as Linux counts it.
fn peak_mebibytes() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kibibytes.ok_or("no VmHWM in /proc/self/status")? / 1024)
}
