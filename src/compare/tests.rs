//! Versions by their reports, which are made by hand.

use super::*;
use crate::finding::Category;
use crate::report::{AbstainReason, fixtures};

/// A report on a text with a sentence a line, each with its rate, and these phrases found.
fn report(id: &str, lines: &[(&str, f32)], phrases: &[&str]) -> Report {
    let text: Vec<&str> = lines.iter().map(|(line, _)| *line).collect();
    let text = text.join("\n");
    let finding = |phrase: &&str| fixtures::finding(&text, phrase, Category::Untranslated);
    let mut report = fixtures::report(id, &text, phrases.iter().map(finding).collect());
    let Outcome::Scored(analysis) = &mut report.outcome else {
        panic!("a report with findings is scored");
    };
    analysis.sentence_rates = lines.iter().map(|(_, rate)| *rate).collect();
    let mass = lines
        .iter()
        .map(|(line, rate)| rate * words(line).count() as f32);
    let rate = mass.sum::<f32>() / words(&text).count() as f32;
    let quality = 100.0 * (1.0 - rate);
    analysis.score.quality = quality;
    analysis.score.quality_interval = (quality - 10.0, quality + 10.0);
    report
}

fn ids(comparison: &Comparison) -> Vec<&str> {
    let versions = comparison.versions.iter();
    versions.map(|version| version.report.id.as_str()).collect()
}

/// What each version has in each place.
fn places(comparison: &Comparison) -> Vec<Vec<Option<String>>> {
    let texts: Vec<&str> = comparison
        .judged()
        .map(|(_, analysis)| analysis.document.text())
        .collect();
    let wordings = |passage: &Passage| {
        let wordings = passage.wordings.iter().zip(&texts);
        let spelled = |(wording, text): (&Option<Wording>, &&str)| {
            wording
                .as_ref()
                .and_then(|one| one.span.slice(text).map(str::to_owned))
        };
        wordings.map(spelled).collect()
    };
    comparison.passages.iter().map(wordings).collect()
}

const MILL: (&str, f32) = ("The mill closed in March.", 0.1);
const POSTS: (&str, f32) = ("Forty workers lost their posts.", 0.1);
const POSTES: (&str, f32) = ("Forty workers lost their postes.", 0.5);

#[test]
fn the_better_version_is_first_and_the_changed_sentence_is_shown() {
    let before = report("before", &[MILL, POSTES], &["postes"]);
    let after = report("after", &[MILL, POSTS], &[]);
    let comparison = compare(vec![before, after]);
    assert_eq!(ids(&comparison), ["after", "before"]);
    let [best, other] = &comparison.versions[..] else {
        panic!("two versions");
    };
    assert_eq!((best.p_best_better, best.aligned_share), (None, None));
    assert_eq!(other.aligned_share, Some(1.0));
    let p = other.p_best_better.unwrap();
    assert!((0.8..0.9).contains(&p), "{p}");
    let [place] = &comparison.passages[..] else {
        panic!("{:?}", comparison.passages);
    };
    let wordings: Vec<&Wording> = place.wordings.iter().flatten().collect();
    assert_eq!(
        (wordings[0].quality.round(), wordings[0].findings.len()),
        (90.0, 0)
    );
    assert_eq!(
        (wordings[1].quality.round(), &wordings[1].findings[..]),
        (50.0, &[0][..])
    );
    let expected = [POSTS.0, POSTES.0].map(|one| Some(one.to_owned()));
    assert_eq!(places(&comparison), [expected]);
}

#[test]
fn places_that_are_alike_or_equally_good_are_left_out() {
    let reworded = ("In March the mill was shut.", 0.2);
    let spaced = ("Forty  workers lost their postes.", 0.5);
    let one = report("one", &[MILL, POSTES], &["postes"]);
    let two = report("two", &[reworded, spaced], &["postes"]);
    assert_eq!(compare(vec![one, two]).passages, []);
}

#[test]
fn a_sentence_that_was_split_or_left_out_is_shown_in_one_place() {
    let whole = ("The old mill closed and forty workers went home.", 0.1);
    let parts = [
        ("The old mill closed.", 0.6),
        ("Forty workers went home.", 0.6),
    ];
    let last = ("It rained all day.", 0.1);
    let added = ("Nobody had warned them of a gibberish.", 0.2);
    let best = report("best", &[whole, last], &[]);
    let split = report("split", &[parts[0], parts[1], last], &[]);
    let longer = report("longer", &[whole, added, last], &["gibberish"]);
    let comparison = compare(vec![split, longer, best]);
    assert_eq!(ids(&comparison), ["best", "longer", "split"]);
    let owned = |text: &str| Some(text.to_owned());
    let both = format!("{}\n{}", parts[0].0, parts[1].0);
    let expected = [
        vec![owned(whole.0), owned(whole.0), owned(&both)],
        vec![None, owned(added.0), None],
    ];
    assert_eq!(places(&comparison), expected);
}

#[test]
fn the_same_text_is_even_and_told() {
    let comparison = compare(vec![
        report("b", &[MILL, POSTES], &["postes"]),
        report("a", &[MILL, POSTES], &["postes"]),
    ]);
    assert_eq!(ids(&comparison), ["b", "a"]);
    assert_eq!(comparison.versions[1].same_as, Some(0));
    assert_eq!(comparison.versions[1].p_best_better, Some(0.5));
    assert_eq!(comparison.passages, []);
}

#[test]
fn what_was_not_judged_comes_last_and_is_compared_with_nothing() {
    let empty = Report {
        id: "empty".to_owned(),
        outcome: Outcome::Abstained {
            reason: AbstainReason::Empty,
            language: None,
        },
    };
    let comparison = compare(vec![empty, report("a", &[MILL], &[])]);
    assert_eq!(ids(&comparison), ["a", "empty"]);
    assert!(!comparison.is_possible());
    assert_eq!(comparison.versions[1].p_best_better, None);
    assert!(compare(Vec::new()).versions.is_empty());
}

#[test]
fn places_of_several_versions_are_as_small_as_all_allow() {
    let block = |base, other| Block {
        base,
        other,
        matched: true,
    };
    let joined = vec![block(0..2, 0..1), block(2..3, 1..2)];
    let inserted = vec![
        block(0..0, 0..1),
        block(0..1, 1..2),
        block(1..2, 2..3),
        block(2..3, 3..3),
    ];
    let found = rows(3, &[joined, inserted]);
    let expected = [
        vec![0..0, 0..0, 0..1],
        vec![0..2, 0..1, 1..3],
        vec![2..3, 1..2, 3..3],
    ];
    assert_eq!(found, expected);
}
