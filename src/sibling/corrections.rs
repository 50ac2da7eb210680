//! Reading candidates with the language model, and judging them.
//!
//! In: the candidates for one suspect phrase. Out: the suggestions that are
//! worth showing, best first. Every candidate is patched in and the passage
//! read again, all of them after one shared prefix: the cost of a suspect is
//! the prefix once and a short tail for each candidate.
//!
//! **The score.** Surprisal alone prefers short bland words, so it has one vote
//! of four, with a ceiling: `z = 3.2 related + 1.6 anchors + 2.5 gain +
//! 0.25 ln(support) + 0.5 p_garbled − 0.2 extra words − 3.4`, where `related`
//! is 0 to 1, `anchors` the mean of both sides, `gain` is the bits saved,
//! through `tanh`, measured against 12 bits and 3 more for each word of the
//! larger phrase. `confidence` is the logistic function of z. The weights were
//! set by hand on passages of our own; they are not fitted.

use crate::finding::{Applicability, SiblingQuote, Suggestion};
use crate::lm::{LanguageModel, LmError};
use crate::span::{Doc, Sibling, Span};

use super::align::Article;
use super::candidates::{Candidate, RELATED};

/// Bytes of the document read before the passage, for context.
const BEFORE_BYTES: usize = 800;

/// Bytes of the document read after the last word that could change. The rest
/// hardly depends on the edit.
const AFTER_BYTES: usize = 120;

/// Least bits an edit saves, related or for its anchors alone.
const LEAST_BITS: (f32, f32) = (1.0, 5.0);

/// Least confidence of a suggestion.
const LEAST_CONFIDENCE: f32 = 0.4;

/// What a safe suggestion has at least.
const SAFE_BITS: f32 = 8.0;
const SAFE_RELATED: f32 = 0.75;
const SAFE_CONFIDENCE: f32 = 0.8;

/// A candidate closer than this in `z` makes the best one ambiguous.
const RIVAL: f32 = 0.7;

/// What the model says of `candidates`: the bits each one saves.
fn bits_saved(
    lm: &dyn LanguageModel,
    document: &Article<'_>,
    candidates: &[Candidate],
) -> Result<Vec<f32>, LmError> {
    let starts = candidates.iter().map(|candidate| candidate.span.start());
    let ends = candidates.iter().map(|candidate| candidate.span.end());
    let (Some(first), Some(last)) = (starts.min(), ends.max()) else {
        return Ok(Vec::new());
    };
    let text = document.text;
    let sentences = &document.segments.sentences;
    let words = &document.segments.words;
    let near = sentences.partition_point(|s| s.start() + BEFORE_BYTES < first);
    let begin = match sentences.get(near).map(|sentence| sentence.start()) {
        Some(start) if start <= first => start,
        // Amid a sentence longer than that.
        _ => {
            let near = words.partition_point(|w| w.span.start() + BEFORE_BYTES < first);
            words
                .get(near)
                .map_or(first, |word| word.span.start().min(first))
        }
    };
    let after = words.partition_point(|word| word.span.end() <= last + AFTER_BYTES);
    let end = after
        .checked_sub(1)
        .map_or(last, |word| words[word].span.end().max(last));
    // White space belongs to the token behind it.
    let split = text[begin..first].trim_end().len() + begin;
    let patched = candidates.iter().map(|candidate| {
        let span = candidate.span;
        let (before, behind) = (&text[split..span.start()], &text[span.end()..end]);
        format!("{before}{}{behind}", candidate.replacement)
    });
    let mut passages = vec![text[split..end].to_owned()];
    passages.extend(patched);
    let passages: Vec<&str> = passages.iter().map(String::as_str).collect();
    let readings = lm.read_continuations(&text[begin..split], &passages)?;
    let mut bits = readings.iter().map(crate::lm::Reading::total_bits);
    let original = bits.next().unwrap_or_default();
    Ok(bits.map(|bits| (original - bits) as f32).collect())
}

/// A suggestion with its score.
#[derive(Debug)]
pub(super) struct Scored {
    pub suggestion: Suggestion,
    pub z: f32,
}

/// Judges the candidates for one suspect phrase; best first.
pub(super) fn judge(
    lm: &dyn LanguageModel,
    document: &Article<'_>,
    siblings: &[(&str, &Article<'_>)],
    p_garbled: f32,
    candidates: &[Candidate],
) -> Result<Vec<Scored>, LmError> {
    let saved = bits_saved(lm, document, candidates)?;
    let mut found: Vec<(Scored, &Candidate)> = candidates
        .iter()
        .zip(saved)
        .filter_map(|(candidate, bits)| {
            let z = score(document, candidate, bits, p_garbled);
            let confidence = 1.0 / (1.0 + (-z).exp());
            let least = match candidate.related >= RELATED {
                true => LEAST_BITS.0,
                false => LEAST_BITS.1,
            };
            let kept = bits >= least && confidence >= LEAST_CONFIDENCE;
            let (id, article) = *siblings.get(candidate.article)?;
            let suggestion = Suggestion {
                span: candidate.span,
                replacement: candidate.replacement.clone(),
                confidence,
                applicability: Applicability::Unsafe,
                bits_saved: bits,
                sibling: Some(quote(id, article, candidate)),
            };
            kept.then_some((Scored { suggestion, z }, candidate))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| b.z.total_cmp(&a.z));
    drop_echoes(&mut found, siblings);
    if let Some((best, candidate)) = found.first() {
        let span = best.suggestion.span;
        let ambiguous = found[1..]
            .iter()
            .any(|(other, _)| other.z > best.z - RIVAL && other.suggestion.span.overlaps(span));
        let safe = !ambiguous
            && candidate.word_for_word
            && candidate.related >= SAFE_RELATED
            && best.suggestion.bits_saved >= SAFE_BITS
            && best.suggestion.confidence >= SAFE_CONFIDENCE;
        if safe {
            found[0].0.suggestion.applicability = Applicability::Safe;
        }
    }
    Ok(found.into_iter().map(|(scored, _)| scored).collect())
}

/// Drops what only repeats a better suggestion with other small words around
/// it, or with more behind it: the same content for the same words is one idea.
fn drop_echoes(found: &mut Vec<(Scored, &Candidate)>, siblings: &[(&str, &Article<'_>)]) {
    let content = |candidate: &Candidate| -> Vec<&str> {
        let forms = siblings
            .get(candidate.article)
            .map(|(_, article)| &article.forms);
        forms
            .into_iter()
            .flat_map(|forms| &forms[candidate.phrase.clone()])
            .filter(|form| form.is_content())
            .map(|form| form.stem.as_str())
            .collect()
    };
    let mut ideas: Vec<(Vec<&str>, Span<Doc>)> = Vec::new();
    found.retain(|(_, candidate)| {
        let idea = content(candidate);
        let known = ideas.iter().any(|(other, span)| {
            let holds = !other.is_empty() && other.iter().all(|stem| idea.contains(stem));
            (*other == idea && span.overlaps(candidate.span)) || (holds && *span == candidate.span)
        });
        if !known {
            ideas.push((idea, candidate.span));
        }
        !known
    });
}

/// The score described at the top of this module.
fn score(document: &Article<'_>, candidate: &Candidate, bits: f32, p_garbled: f32) -> f32 {
    let count = |text: &str| text.split_whitespace().count();
    let replaced = candidate.span.slice(document.text).unwrap_or_default();
    let words = count(replaced).max(count(&candidate.replacement)) as f32;
    let gain = (bits / (12.0 + 3.0 * (words - 1.0))).tanh();
    3.2 * candidate.related
        + 0.8 * (candidate.left + candidate.right)
        + 2.5 * gain
        + 0.25 * (candidate.support.min(8) as f32).max(1.0).ln()
        + 0.5 * p_garbled
        - 0.2 * candidate.extra_words as f32
        - 3.4
}

fn quote(id: &str, article: &Article<'_>, candidate: &Candidate) -> SiblingQuote {
    let words = &article.segments.words;
    let phrase = &candidate.phrase;
    let span: Span<Doc> = words[phrase.start].span.cover(words[phrase.end - 1].span);
    SiblingQuote {
        id: id.to_owned(),
        span: span.retype::<Sibling>(),
        text: span.slice(article.text).unwrap_or_default().to_owned(),
    }
}
