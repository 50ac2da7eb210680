//! Asking the siblings about what is suspect.
//!
//! In: findings made by the document's own reading, and the document beside its
//! siblings. Out: the findings with corrections, and further ones: what is little
//! suspect by itself but surely corrected, and facts that are contradicted.

use super::{LintError, Linter};
use crate::detect::Detection;
use crate::finding::category::severity;
use crate::finding::inconsistency::contradict;
use crate::finding::phrases::{Judged, findings as phrases, parts};
use crate::finding::{Applicability, Evidence, Finding};
use crate::report::AlignedSentences;
use crate::segment::Segments;
use crate::sibling::{
    Alternatives, Comparison, SiblingArticle, SiblingModel, Suspect, Trust, suggestions,
};

/// Probability from which a sibling is asked how a name is spelled.
const DOUBTFUL_NAME: f32 = 0.05;

impl Linter {
    /// Adds to `findings` what the siblings say. `balanced` holds for each word the
    /// probability from which it is garbled at that operating point.
    pub(super) fn consult(
        &self,
        beside: &SiblingModel,
        comparison: &Comparison<'_>,
        siblings: &[&SiblingArticle],
        judged: &Judged<'_>,
        balanced: &[f32],
        findings: &mut Vec<Finding>,
    ) -> Result<(), LintError> {
        let lm = self.lm.as_ref();
        let Judged {
            text,
            segments,
            detection,
            ..
        } = *judged;
        // The siblings are asked about less suspect words too, and about every name
        // that is at all doubtful: foreign spellings of names are hardly rarer than
        // names, but a sibling settles it.
        let words = segments.words.iter().zip(judged.thresholds).zip(balanced);
        let asked_from = words.map(|((word, threshold), balanced)| {
            let spelling = word.span.slice(text).unwrap_or_default();
            let weak = threshold.min(*balanced);
            if spelling.starts_with(char::is_uppercase) {
                weak.min(DOUBTFUL_NAME)
            } else {
                weak
            }
        });
        let asked_from: Vec<f32> = asked_from.collect();
        let mut weak = suspected(text, segments, detection, siblings, &asked_from);
        for (weak, garbled) in weak.iter_mut().zip(judged.garbled) {
            *weak &= !garbled;
        }
        let weak = Judged {
            garbled: &weak,
            thresholds: &asked_from,
            ..*judged
        };
        let mut more = phrases(&weak, lm);
        more.retain(|more| !findings.iter().any(|f| f.span.overlaps(more.span)));
        self.correct(beside, comparison, (judged, findings), (&weak, more))?;
        let contradictions = comparison.contradictions(lm, beside)?;
        contradict(findings, contradictions, judged, lm);
        Ok(())
    }

    /// Adds what the siblings say to each finding. Of the `weak` phrases, too
    /// little suspect to be findings by themselves, those become findings that
    /// a sibling surely corrects.
    fn correct(
        &self,
        beside: &SiblingModel,
        comparison: &Comparison<'_>,
        (judged, findings): (&Judged<'_>, &mut Vec<Finding>),
        (judged_weak, weak): (&Judged<'_>, Vec<Finding>),
    ) -> Result<(), LintError> {
        let own = findings.len();
        let asked: Vec<Finding> = findings.drain(..).chain(weak).collect();
        let suspects = asked.iter().enumerate().map(|(index, finding)| Suspect {
            span: finding.span,
            weak: index >= own,
        });
        let suspects: Vec<Suspect> = suspects.collect();
        let found = suggestions(self.lm.as_ref(), beside, comparison, &suspects)?;
        for ((finding, places), suspect) in asked.into_iter().zip(found).zip(suspects) {
            let judged = if suspect.weak { judged_weak } else { judged };
            for mut part in self.split(judged, finding, places) {
                let best = part.suggestions.first();
                let safe = best.filter(|best| best.applicability == Applicability::Safe);
                let safe = safe.map(|best| best.confidence);
                if suspect.weak && safe.is_none() {
                    continue;
                }
                // A correction as sure as this says that something is wrong, however
                // the phrase came to be asked about.
                if let Some(confidence) = safe.filter(|safe| *safe > part.confidence) {
                    part.confidence = confidence;
                    let Evidence {
                        surprisal_bits,
                        expected_bits,
                        ..
                    } = part.evidence;
                    let excess_bits = surprisal_bits - expected_bits;
                    part.severity = severity(part.category, part.confidence, excess_bits);
                }
                findings.push(part);
            }
        }
        findings.sort_by_key(|finding| finding.span);
        Ok(())
    }

    /// A finding with its suggestions: where several places in it are corrected, one
    /// finding for each.
    fn split(
        &self,
        judged: &Judged<'_>,
        mut finding: Finding,
        mut places: Vec<Alternatives>,
    ) -> Vec<Finding> {
        if places.len() < 2 {
            finding.suggestions = places.pop().unwrap_or_default();
            return vec![finding];
        }
        let first = |place: &Alternatives| place.first().map(|best| best.span);
        places.sort_by_key(first);
        let begins = |place: &Alternatives| Some(judged.segments.words_in(first(place)?).start);
        let cuts: Vec<usize> = places[1..].iter().filter_map(begins).collect();
        let words = judged.segments.words_in(finding.span);
        let parts = parts(judged, words, &cuts);
        let parts = parts.into_iter().map(|words| {
            let mut part = judged.finding(words, self.lm.as_ref());
            let here =
                |place: &Alternatives| first(place).is_some_and(|span| span.overlaps(part.span));
            if let Some(place) = places.iter().position(here) {
                part.suggestions = places.remove(place);
            }
            part
        });
        parts.collect()
    }
}

/// Of each sibling how far it is believed, and the document's sentences that it tells
/// with its own.
pub(super) fn told(
    comparison: &Comparison<'_>,
    segments: &Segments,
) -> Vec<(Trust, AlignedSentences)> {
    let trusts = comparison.trusts().cloned().enumerate();
    let with_sentences = trusts.map(|(sibling, trust)| {
        let sentences = segments.sentences.iter().enumerate();
        let pairs = sentences
            .filter_map(|(index, sentence)| Some((*sentence, comparison.aligned(sibling, index)?)));
        (trust, pairs.collect())
    });
    with_sentences.collect()
}

/// Which words are at least as probably garbled as `thresholds` says of each, names
/// and numbers left out that a sibling spells the same way.
pub(super) fn suspected(
    text: &str,
    segments: &Segments,
    detection: &Detection,
    siblings: &[&SiblingArticle],
    thresholds: &[f32],
) -> Vec<bool> {
    let words = segments.words.iter().zip(&detection.p_garbled);
    words
        .zip(thresholds)
        .map(|((word, p_garbled), threshold)| {
            let spelling = word.span.slice(text).unwrap_or_default();
            p_garbled >= threshold && !confirmed(spelling, siblings)
        })
        .collect()
}

/// Whether a name or number stands in a sibling just so.
fn confirmed(spelling: &str, siblings: &[&SiblingArticle]) -> bool {
    let first = spelling.chars().next();
    first.is_some_and(|c| c.is_uppercase() || c.is_numeric())
        && siblings.iter().any(|sibling| sibling.has_word(spelling))
}
