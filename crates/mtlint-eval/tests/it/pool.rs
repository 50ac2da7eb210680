//! The floor under finding siblings in a pool: all stories, among the siblings
//! of all and all texts by people.

use mtlint_eval::dataset::load;
use mtlint_eval::pool::measure;

use crate::common::data;

/// Share of the stories whose right sibling comes first, at least.
const FLOOR_RIGHT: f64 = 0.96;
/// Share of the stories that are given a sibling where there is none, at most.
const CEILING_CLAIMED: f64 = 0.03;
/// Pools without the right siblings: each lacks half of them.
const ROUNDS: usize = 2;

#[test]
fn siblings_are_found_in_a_pool() {
    let Some(folder) = data("siblings_are_found_in_a_pool") else {
        return;
    };
    let mut sets = load(&folder.join("stories")).unwrap();
    sets.extend(load(&folder.join("clean")).unwrap());
    let measured = measure(&sets, ROUNDS).unwrap();
    let outcomes = &measured.outcomes;
    assert!(outcomes.len() > 1_000, "only {} stories", outcomes.len());
    let texts = measured.pool - outcomes.len() as u64;
    assert!(texts > 400, "only {texts} texts beside the siblings");
    let looked_for = outcomes.iter().all(|one| !one.without_right.is_empty());
    assert!(looked_for, "a story has not even a candidate");
    let share = |count: usize| count as f64 / outcomes.len() as f64;
    let right = share(outcomes.iter().filter(|one| one.right).count());
    let claimed = share(outcomes.iter().filter(|one| one.false_claim()).count());
    println!("right {right:.4}, claimed {claimed:.4}");
    assert!(right >= FLOOR_RIGHT, "right sibling first: {right}");
    assert!(claimed <= CEILING_CLAIMED, "sibling claimed: {claimed}");
}
