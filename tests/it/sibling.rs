//! Corrections that a sibling supports, with the real model.

use mtlint::document::Document;
use mtlint::finding::{Applicability, Category, Finding};
use mtlint::lexicon::Lexicon;
use mtlint::report::Outcome;
use mtlint::segment::segment;
use mtlint::sibling::{
    Articles, Comparison, Correction, Memo, SiblingArticle, SiblingModel, Suspect, corrections,
    rescore,
};
use mtlint::span::{Doc, Span};
use mtlint::{Options, Request, Sensitivity};

use crate::common::{data, lint, linter, model};

/// Corrections of each of `words`, the first place each stands at, as if they
/// were all that is suspect.
fn suggested(bad: &str, words: &[&str], sibling: &str) -> Vec<Vec<Correction>> {
    let suspects: Vec<Suspect> = words
        .iter()
        .map(|word| {
            let start = bad.find(word).unwrap();
            Suspect {
                span: Span::new(start, start + word.len()),
                weak: false,
            }
        })
        .collect();
    let document = Document::from_text("bad", bad);
    let report = lint(Sensitivity::Precise, document, Vec::new());
    let Outcome::Scored(analysis) = report.outcome else {
        panic!("not judged: {bad}");
    };
    let read = analysis.words.iter();
    let bits: Vec<f32> = read.map(|word| word.surprisal_bits).collect();
    let suspect = |span: Span<Doc>| suspects.iter().any(|suspect| suspect.span.overlaps(span));
    let read = analysis.words.iter();
    let p_garbled: Vec<f32> = read
        .map(|word| if suspect(word.span) { 0.9 } else { 0.05 })
        .collect();
    let siblings = [SiblingArticle::new("sibling", sibling)];
    let segments = segment(bad);
    let articles = Articles::new(bad, &segments, &siblings);
    let lexicon = Lexicon::embedded().unwrap();
    let mut memo = Memo::new(&lexicon);
    let comparison = Comparison::new(&articles, &mut memo, &p_garbled, &bits)
        .read(model())
        .unwrap();
    let judge = SiblingModel::embedded().unwrap();
    let evidence = rescore(&judge, &comparison, &mut memo).evidence;
    let found = corrections(
        model(),
        &judge,
        &comparison,
        &evidence,
        &mut memo,
        &suspects,
    )
    .unwrap();
    let found = found.into_iter().map(|places| places.concat());
    let found: Vec<Vec<Correction>> = found.collect();
    for (word, list) in words.iter().zip(&found) {
        for correction in list {
            println!(
                "{word}: {:?} -> {:?} {:.2} {:.1} bits, safe: {}",
                correction.span.slice(bad).unwrap(),
                correction.replacement,
                correction.confidence,
                correction.bits_saved,
                correction.applicability
            );
            let quote = &correction.quote;
            assert_eq!(quote.span.slice(sibling), Some(quote.text.as_str()));
        }
    }
    found
}

fn applied(bad: &str, correction: &Correction) -> String {
    let span = correction.span;
    let (before, behind) = (&bad[..span.start()], &bad[span.end()..]);
    format!("{before}{}{behind}", correction.replacement)
}

/// `bad` marks its suspect phrase with [brackets]; its first correction must
/// make it `good`.
fn assert_correction(bad: &str, sibling: &str, good: &str) -> Correction {
    let (start, end) = (bad.find('[').unwrap(), bad.find(']').unwrap());
    let suspect = &bad[start + 1..end];
    let plain = bad.replace(['[', ']'], "");
    assert_eq!(plain.find(suspect), Some(start), "mark its first place");
    let found = suggested(&plain, &[suspect], sibling).remove(0);
    let first = found.first().expect("a correction");
    assert_eq!(applied(&plain, first), good);
    first.clone()
}

#[test]
fn a_city_left_in_french() {
    let corrected = |sibling| {
        assert_correction(
            "The final was played in [Londres] on Sunday. The young player won in three sets.",
            sibling,
            "The final was played in London on Sunday. The young player won in three sets.",
        )
    };
    corrected(
        "On Sunday, London saw one of the shortest finals in years. The winner, who is only \
         nineteen, cried when she held the cup.",
    );
    // The words beside it agree too.
    let first = corrected(
        "The final in London on Sunday was one of the shortest in years. The winner, who is \
         only nineteen, cried when she held the cup.",
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
        "A team of six will spend a year restoring the painting, the museum said. Nobody may \
         restore it without the consent of the painter’s family.",
        "The museum said it would restore the painting before the summer.",
    );
}

#[test]
fn a_literal_collocation() {
    assert_correction(
        "The minister [put a question mark behind] the plan in a speech on Friday.",
        "The speech was short. The minister cast doubt on the plan and left on Friday.",
        "The minister cast doubt on the plan in a speech on Friday.",
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

/// The findings in `text` beside siblings, all of which are believed.
fn findings(text: &str, siblings: &[&str]) -> Vec<Finding> {
    let sibling = |text: &&str| Document::from_text("sibling", *text);
    let siblings = siblings.iter().map(sibling).collect();
    let document = Document::from_text("text", text);
    let report = lint(Sensitivity::Precise, document, siblings);
    let Outcome::Scored(analysis) = report.outcome else {
        panic!("not judged: {text}");
    };
    for sibling in &analysis.siblings {
        assert!(sibling.weight > 0.0, "{sibling:?}");
    }
    analysis.findings
}

#[test]
fn a_sibling_read_before_counts_as_one_read_now() {
    let text = "The ferry to Kopenhagen was cancelled on Monday because of the storm. Passengers \
                slept in the terminal, and nobody has them told when it would leave.";
    let sibling = "A storm stopped the ferry to Copenhagen on Monday. Nobody told the passengers \
                   when it would leave; many slept in the terminal.";
    let linter = linter();
    let options = Options::default();
    let article = || Document::from_text("sibling", sibling);
    let document = Document::from_text("text", text);
    let request = Request {
        unread: vec![article()],
        ..Request::new(document.clone())
    };
    let now = linter.lint_all(vec![request], &options).unwrap();
    let read = linter.read(&article()).unwrap();
    let before = linter
        .lint_with_siblings(&document, &[read], &options)
        .unwrap();
    let (Outcome::Scored(now), Outcome::Scored(before)) = (&now[0].outcome, &before.outcome) else {
        panic!("not judged");
    };
    assert_eq!(now.siblings.len(), 1);
    assert_eq!(before.siblings, now.siblings);
    assert!(!now.findings.is_empty());
    assert_eq!(before.findings, now.findings);
    assert_eq!(before.words, now.words);
}

/// What `text` says against `sibling`: its words and the sibling's.
fn contradicted(text: &str, sibling: &str) -> Vec<(String, String)> {
    let found = findings(text, &[sibling]);
    let found = found
        .iter()
        .filter(|finding| finding.category == Category::Inconsistency);
    found
        .map(|finding| {
            let suggestion = &finding.suggestions[0];
            let quote = suggestion.sibling.as_ref().unwrap();
            assert_eq!(quote.span.slice(sibling), Some(quote.text.as_str()));
            let words = suggestion.span.slice(text).unwrap();
            (words.to_owned(), quote.text.clone())
        })
        .collect()
}

#[test]
fn a_year_that_the_sibling_contradicts() {
    let found = contradicted(
        "The bridge over the river was opened in 1997 and carries 12,000 cars a day. It has \
         never been repaired, the council said.",
        "The council said the bridge had never been repaired. Opened in 1987, the bridge over \
         the river carries 12,000 cars a day.",
    );
    assert_eq!(found, [("1997".to_owned(), "1987".to_owned())]);
}

#[test]
fn a_day_that_the_sibling_contradicts() {
    let found = contradicted(
        "The court will give its ruling on the mine on Thursday. Hundreds of farmers are \
         expected in the town.",
        "Hundreds of farmers are expected in the town when the court gives its ruling on the \
         mine on Tuesday.",
    );
    assert_eq!(found, [("Thursday".to_owned(), "Tuesday".to_owned())]);
}

#[test]
fn a_name_that_the_sibling_contradicts() {
    let found = contradicted(
        "Late goals by Okafor and Lindqvist gave the team the cup for the third time. The coach \
         was carried around the pitch.",
        "The coach was carried around the pitch after late goals by Okafor and Bergman gave the \
         team the cup for the third time.",
    );
    assert_eq!(found, [("Lindqvist".to_owned(), "Bergman".to_owned())]);
}

#[test]
fn the_same_fact_in_other_words_is_no_contradiction() {
    let found = contradicted(
        "The surgeons operated on the twins for nine hours and 40 minutes. About 1,500 patients \
         are treated at the clinic in Lyon every year, twenty-five of them children.",
        "The operation on the twins took the surgeons more than nine hours. The clinic in Lyon \
         treats 1,512 patients every year, of whom 25 are children.",
    );
    assert_eq!(found, []);
}

#[test]
fn two_facts_of_one_sentence_are_two_findings() {
    let found = contradicted(
        "The museum in Bergen was opened in 1962 by Halvorsen and draws 40,000 visitors a year. \
         It will be closed until spring.",
        "It will be closed until spring. The museum in Bergen was opened in 1972 by Kristiansen \
         and draws 40,000 visitors a year.",
    );
    assert_eq!(
        found,
        [
            ("1962".to_owned(), "1972".to_owned()),
            ("Halvorsen".to_owned(), "Kristiansen".to_owned())
        ]
    );
}

#[test]
fn only_another_way_to_write_the_same_digits_can_be_applied() {
    let applicability = |text: &str, sibling: &str| {
        let found = findings(text, &[sibling]);
        let found = found.iter().flat_map(|finding| &finding.suggestions);
        let found = found.map(|one| (one.replacement.clone(), one.applicability));
        found.collect::<Vec<_>>()
    };
    let other_marks = applicability(
        "The mayor said that the new quay had cost the town 3.750 euros. The boats come back in \
         May.",
        "The boats come back in May. The new quay had cost the town 3,750 euros, the mayor said.",
    );
    assert_eq!(other_marks, [("3,750".to_owned(), Applicability::Unsafe)]);
    let other_year = applicability(
        "The bridge over the river was opened in 1997 and carries 12,000 cars a day.",
        "Opened in 1987, the bridge over the river carries 12,000 cars a day.",
    );
    assert_eq!(
        other_year,
        [("1987".to_owned(), Applicability::DisplayOnly)]
    );
}

#[test]
fn what_one_of_two_siblings_says_too_is_no_contradiction() {
    let text = "The bridge over the river was opened in 1997 and carries 12,000 cars a day.";
    let other = "Opened in 1987, the bridge over the river carries 12,000 cars a day.";
    assert_eq!(contradicted(text, other).len(), 1);
    let third = "The bridge over the river, opened in 1997, carries 12,000 cars a day.";
    let found = findings(text, &[other, third]);
    assert!(
        found.iter().all(|f| f.category != Category::Inconsistency),
        "{found:?}"
    );
}
