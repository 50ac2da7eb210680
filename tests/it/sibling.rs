//! Corrections that a sibling supports, with the real model.

use mtlint::finding::{Applicability, Suggestion};
use mtlint::segment::segment;
use mtlint::sibling::{SiblingArticle, Suspect, suggestions};
use mtlint::span::Span;

use crate::common::{data, model};

/// Suggestions for each of `words`, the first place each stands at.
fn suggested(bad: &str, words: &[&str], sibling: &str) -> Vec<Vec<Suggestion>> {
    let suspects: Vec<Suspect> = words
        .iter()
        .map(|word| {
            let start = bad.find(word).unwrap();
            Suspect {
                span: Span::new(start, start + word.len()),
                p_garbled: 0.9,
            }
        })
        .collect();
    let siblings = [SiblingArticle::new("sibling", sibling)];
    let found = suggestions(model(), bad, &segment(bad), &suspects, &siblings).unwrap();
    for (word, list) in words.iter().zip(&found) {
        for suggestion in list {
            println!(
                "{word}: {:?} -> {:?} {:.2} {:.1} bits {:?}",
                suggestion.span.slice(bad).unwrap(),
                suggestion.replacement,
                suggestion.confidence,
                suggestion.bits_saved,
                suggestion.applicability
            );
            let quote = suggestion.sibling.as_ref().unwrap();
            assert_eq!(quote.span.slice(sibling), Some(quote.text.as_str()));
        }
    }
    found
}

fn applied(bad: &str, suggestion: &Suggestion) -> String {
    let span = suggestion.span;
    let (before, behind) = (&bad[..span.start()], &bad[span.end()..]);
    format!("{before}{}{behind}", suggestion.replacement)
}

/// `bad` marks its suspect phrase with [brackets]; its first suggestion must
/// make it `good`.
fn assert_correction(bad: &str, sibling: &str, good: &str) -> Suggestion {
    let (start, end) = (bad.find('[').unwrap(), bad.find(']').unwrap());
    let suspect = &bad[start + 1..end];
    let plain = bad.replace(['[', ']'], "");
    assert_eq!(plain.find(suspect), Some(start), "mark its first place");
    let found = suggested(&plain, &[suspect], sibling).remove(0);
    let first = found.first().expect("a suggestion");
    assert_eq!(applied(&plain, first), good);
    first.clone()
}

#[test]
fn a_city_left_in_french() {
    let first = assert_correction(
        "The final was played in [Londres] on Sunday. The young player won in three sets.",
        "On Sunday, London saw one of the shortest finals in years. The winner, who is only \
         nineteen, cried when she held the cup.",
        "The final was played in London on Sunday. The young player won in three sets.",
    );
    assert_eq!(first.applicability, Applicability::Safe);
}

#[test]
fn an_untranslated_verb_between_words_that_agree() {
    assert_correction(
        "Doctors at the clinic said the new drug could [ralentir] the disease in most patients.",
        "The drug is cheap. In the trial it could slow the disease for up to two years, the \
         doctors said.",
        "Doctors at the clinic said the new drug could slow the disease in most patients.",
    );
}

#[test]
fn an_untranslated_verb_with_an_english_cousin() {
    assert_correction(
        "The museum said it would [restaurieren] the painting before the summer.",
        "A team of six will spend a year restoring the canvas. Nobody may restore it without \
         the consent of the painter’s family.",
        "The museum said it would restore the painting before the summer.",
    );
}

#[test]
fn a_literal_collocation() {
    assert_correction(
        "The striker [shot two gates] in the first half and was carried off the pitch by his \
         team-mates.",
        "After the break nothing happened. The striker scored two goals in the first half and \
         could have had a third.",
        "The striker scored two goals in the first half and was carried off the pitch by his \
         team-mates.",
    );
}

#[test]
fn a_name_keeps_its_possessive_ending() {
    assert_correction(
        "The bank cut its rates. Analysts doubted [Lagardová’s] promise that prices would \
         stay stable.",
        "Christine Lagarde has promised stable prices. Lagarde did not say how.",
        "The bank cut its rates. Analysts doubted Lagarde’s promise that prices would stay \
         stable.",
    );
}

#[test]
fn a_city_left_in_german() {
    assert_correction(
        "Exports from [Mailand] rose in spring. Steel makers there have hired again.",
        "Business is good in Milan, and steel makers have hired hundreds. Milan has not seen \
         such a spring since the crisis.",
        "Exports from Milan rose in spring. Steel makers there have hired again.",
    );
}

#[test]
fn another_number_or_name_is_never_put_in_for_its_neighbours_alone() {
    let found = suggested(
        "The company sold 412 tractors in Poland last year, said its director Anna Nowak.",
        &["412", "Poland", "Nowak"],
        "The company sold 390 tractors in Hungary last year, and 412 in Poland, said its \
         director Béla Kun.",
    );
    assert!(found.iter().all(Vec::is_empty), "{found:?}");
}

#[test]
fn a_sibling_on_another_subject_says_nothing() {
    let found = suggested(
        "The minister said the new law would Litiger the farmers for years.",
        &["Litiger", "farmers"],
        "The whale was seen off the coast in June. Scientists believe that it had lost its \
         way. It was the largest in years.",
    );
    assert_eq!(found, [vec![], vec![]]);
}

#[test]
fn a_name_that_both_articles_spell_alike_is_left_alone() {
    let found = suggested(
        "On Monday Garbiñe Muguruza told reporters that Conchita Martínez had been right.",
        &["Muguruza", "Conchita Martínez"],
        "On Monday Conchita Martínez told reporters that she had never doubted Garbiñe \
         Muguruza. Martínez smiled.",
    );
    assert_eq!(found, [vec![], vec![]]);
}

#[test]
fn the_summit() {
    let Some(folder) = data("the_summit") else {
        return;
    };
    let read = |name: &str| std::fs::read_to_string(folder.join("summit").join(name)).unwrap();
    let bad = read("garbled.txt");
    let found = suggested(&bad, &["Poutine", "Litiger"], &read("sibling.txt"));
    assert_eq!(found[0][0].replacement, "Putin");
    let sentence = applied(&bad, &found[1][0]);
    assert!(sentence.contains("rather than relitigating the past."));
    assert!(!found[0][0].span.overlaps(found[1][0].span));
}
