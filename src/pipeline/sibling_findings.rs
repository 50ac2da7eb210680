//! Findings with what the siblings say of them.
//!
//! In: the findings of the document's own reading, and the document compared with its siblings.
//! Out: the findings with corrections, and further ones: what is little suspect by itself
//! but surely corrected, and facts that the siblings contradict.

use super::compare::SiblingContext;
use super::models::Models;
use super::suggestions::{contradicted, suggestion};
use crate::finding::inconsistency::with_inconsistencies;
use crate::finding::phrases::{findings, parts};
use crate::finding::words::{WordRow, WordTable};
use crate::finding::{Applicability, Finding, Suggestion};
use crate::lm::{LanguageModel, LmError};
use crate::sibling::{SiblingArticle, Spellings, Suspect, contradictions, corrections};

/// Probability from which a sibling is asked how a name is spelled.
const DOUBTFUL_NAME: f32 = 0.05;

/// The suggestions for one place, best first.
type Alternatives = Vec<Suggestion>;

/// A finding to ask about, with the table that it was made from.
struct Question<'t, 'a> {
    finding: Finding,
    words: &'t WordTable<'a>,
    /// Whether it is a finding only if a sibling surely corrects it.
    weak: bool,
}

/// The table with all phrases flagged that are at least as probably garbled as the
/// threshold of their most suspect word; names and numbers that a sibling spells the same
/// way are not.
pub(super) fn flagged<'a>(words: &WordTable<'a>, siblings: &[&SiblingArticle]) -> WordTable<'a> {
    let mut p_phrase: Vec<f32> = words.rows.iter().map(|row| row.p_garbled).collect();
    let mut garbled = vec![false; p_phrase.len()];
    let mut begins = vec![false; p_phrase.len()];
    for phrase in words.suspects() {
        let found = phrase.p_garbled >= words.rows[phrase.worst].threshold;
        p_phrase[phrase.words.clone()].fill(phrase.p_garbled);
        begins[phrase.words.start] = words.phrases.is_some();
        garbled[phrase.words].fill(found);
    }
    let known = siblings.iter().map(|sibling| sibling.spellings());
    let known: Vec<Spellings<'_>> = known.collect();
    words.with_rows(|word, row| WordRow {
        garbled: garbled[word] && !confirmed(words.spelling(word), &known),
        p_phrase: p_phrase[word],
        begins_phrase: begins[word],
        ..row.clone()
    })
}

/// Whether a name or number stands in a sibling just so. `known` are the words of the siblings.
fn confirmed(spelling: &str, known: &[Spellings<'_>]) -> bool {
    let first = spelling.chars().next();
    first.is_some_and(|c| c.is_uppercase() || c.is_numeric())
        && known.iter().any(|known| known.has(spelling))
}

/// The findings with what the siblings say of them and of less suspect phrases, in text
/// order.
///
/// # Errors
/// When the language model fails.
pub(super) fn sibling_findings(
    models: &Models,
    context: &mut SiblingContext<'_>,
    believed: &[&SiblingArticle],
    words: &WordTable<'_>,
    own: Vec<Finding>,
) -> Result<Vec<Finding>, LmError> {
    let lm = models.lm.as_ref();
    let weak = weakly_suspect(words, believed);
    let mut more = findings(&weak, lm);
    // Both are in text order, and those of one list do not overlap.
    more.retain(|more| {
        let at = own.partition_point(|finding| finding.span.end() <= more.span.start());
        own.get(at)
            .is_none_or(|finding| !finding.span.overlaps(more.span))
    });
    let question = |weak, words| {
        move |finding| Question {
            finding,
            words,
            weak,
        }
    };
    let own = own.into_iter().map(question(false, words));
    let questions = own.chain(more.into_iter().map(question(true, &weak)));
    let corrected = corrected(lm, context, questions.collect())?;
    let facts = contradictions(lm, context.model, &context.comparison, &mut context.memo)?;
    let facts = facts.into_iter().map(contradicted).collect();
    Ok(with_inconsistencies(corrected, facts, words, lm))
}

/// The table with those words flagged that are too little suspect to be findings by
/// themselves, and that the siblings are asked about all the same: words that would be
/// flagged at `balanced`, and every name that is at all doubtful, since foreign spellings
/// of names are hardly rarer than names, but a sibling settles it.
fn weakly_suspect<'a>(words: &WordTable<'a>, believed: &[&SiblingArticle]) -> WordTable<'a> {
    let asked = words.with_rows(|word, row| {
        let weak = row.threshold.min(row.balanced);
        let name = words.spelling(word).starts_with(char::is_uppercase);
        WordRow {
            threshold: if name { weak.min(DOUBTFUL_NAME) } else { weak },
            ..row.clone()
        }
    });
    let asked = flagged(&asked, believed);
    asked.with_rows(|word, row| WordRow {
        garbled: row.garbled && !words.rows[word].garbled,
        ..row.clone()
    })
}

/// Findings with the corrections of the siblings, in text order. Of the weak phrases
/// those become findings that a sibling surely corrects.
fn corrected(
    lm: &dyn LanguageModel,
    context: &mut SiblingContext<'_>,
    questions: Vec<Question<'_, '_>>,
) -> Result<Vec<Finding>, LmError> {
    let suspects = questions.iter().map(|question| Suspect {
        span: question.finding.span,
        weak: question.weak,
    });
    let answers = corrections(
        lm,
        context.model,
        &context.comparison,
        &context.rescore.evidence,
        &mut context.memo,
        &suspects.collect::<Vec<_>>(),
    )?;
    let answered = questions.into_iter().zip(answers);
    let findings = answered.flat_map(|(question, places)| {
        let places = places.into_iter();
        let places = places.map(|place| place.into_iter().map(suggestion).collect());
        let parts = split(question.words, question.finding, places.collect(), lm);
        let sure = parts.into_iter().map(made_sure);
        let weak = question.weak;
        sure.filter(move |(_, safe)| *safe || !weak)
            .map(|(finding, _)| finding)
    });
    let mut findings: Vec<Finding> = findings.collect();
    findings.sort_by_key(|finding| finding.span);
    Ok(findings)
}

/// The finding at least as sure as its best suggestion, if that is safe, and whether it
/// is: such a correction says that something is wrong, however the phrase came to be
/// asked about.
fn made_sure(finding: Finding) -> (Finding, bool) {
    let best = finding.suggestions.first();
    let safe = best.filter(|best| best.applicability == Applicability::Safe);
    let Some(confidence) = safe.map(|best| best.confidence) else {
        return (finding, false);
    };
    if confidence <= finding.confidence {
        return (finding, true);
    }
    let sure = Finding {
        confidence,
        ..finding
    };
    (sure, true)
}

/// A finding with its suggestions: where several places in it are corrected, one
/// finding for each.
fn split(
    words: &WordTable<'_>,
    finding: Finding,
    mut places: Vec<Alternatives>,
    lm: &dyn LanguageModel,
) -> Vec<Finding> {
    if places.len() < 2 {
        let suggestions = places.pop().unwrap_or_default();
        return vec![Finding {
            suggestions,
            ..finding
        }];
    }
    let first = |place: &Alternatives| place.first().map(|best| best.span);
    places.sort_by_key(first);
    let begins = |place: &Alternatives| Some(words.segments.words_in(first(place)?).start);
    let cuts: Vec<usize> = places[1..].iter().filter_map(begins).collect();
    let parts = parts(words, words.segments.words_in(finding.span), &cuts);
    let parts = parts.into_iter().map(|part| {
        let mut part = words.finding(part, lm);
        let here = |place: &Alternatives| first(place).is_some_and(|span| span.overlaps(part.span));
        if let Some(place) = places.iter().position(here) {
            part.suggestions = places.remove(place);
        }
        part
    });
    parts.collect()
}
