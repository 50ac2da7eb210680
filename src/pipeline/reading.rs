//! What the language model is given to read, and how much at once.
//!
//! In: texts of documents and their siblings. Out: readings, and of siblings how clean
//! each is. Readings are large, the more so where the model is to read on from them.

use std::collections::HashMap;
use std::sync::Arc;

use super::exclusions::Exclusions;
use super::{LintError, Linter};
use crate::detect::{Detection, detect};
use crate::document::{Document, Prose, content_start};
use crate::language::{Gate, gate};
use crate::lm::{KvCache, ReadOptions, TokenScores, fitting};
use crate::score::Score;
use crate::segment::Segments;
use crate::sibling::{Original, SiblingArticle};

/// Probable tokens kept at each place, to show what was expected. Some are
/// pieces of words and are passed over.
const MOST_PROBABLE: usize = 8;

/// Bytes of siblings that are read together.
const READ_TOGETHER: usize = 256 * 1024;

/// Bytes of documents with siblings that are read together: enough for full batches.
const KEPT_TOGETHER: usize = 16 * 1024;

/// How many texts, from the first on, are read together; `keep` if the model is to read
/// on from its readings.
pub(super) fn together<'a>(texts: impl Iterator<Item = &'a str>, keep: bool) -> usize {
    let most = if keep { KEPT_TOGETHER } else { usize::MAX };
    fitting(texts.map(str::len), most)
}

impl Linter {
    /// Reads articles that are to be siblings of documents: how clean each is, and
    /// what is suspected of its words.
    ///
    /// # Errors
    /// When the model fails. What cannot be judged has no quality.
    pub fn read_siblings(&self, siblings: Vec<Document>) -> Result<Vec<SiblingArticle>, LintError> {
        let mut siblings: Vec<SiblingArticle> =
            siblings.iter().map(|one| self.unread(one)).collect();
        self.judge_siblings(siblings.iter_mut())?;
        Ok(siblings)
    }

    /// A sibling that is not read yet; without a quality if it cannot be judged.
    pub(super) fn unread(&self, sibling: &Document) -> SiblingArticle {
        let mut article = SiblingArticle::new(sibling.name(), sibling.judged());
        article.original = sibling.prose().map(|prose| Original {
            text: sibling.text().to_owned(),
            prose: Arc::clone(prose),
        });
        let forced = self.options.language.as_deref();
        if let Gate::Abstain { .. } = gate(sibling.judged(), &article.segments, forced) {
            article.quality = None;
        }
        article
    }

    /// Reads texts, and keeps of their readings what is needed to read on, if `keep`.
    pub(super) fn read(
        &self,
        texts: &[&str],
        keep: bool,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LintError> {
        let options = self.read_options();
        if keep {
            return Ok(self.lm.read_with_cache(texts, options)?);
        }
        let readings = self.lm.read(texts, options)?.into_iter();
        Ok(readings.map(|reading| (reading, None)).collect())
    }

    pub(super) fn read_options(&self) -> ReadOptions<'_> {
        ReadOptions {
            most_probable: MOST_PROBABLE,
            layers: self.words.layers(),
        }
    }

    /// Reads the siblings too: one that is garbled itself is no authority. They are
    /// read together as far as that fills batches; a reading is large. An article that
    /// several documents have as a sibling is read once.
    pub(super) fn judge_siblings<'a>(
        &self,
        siblings: impl Iterator<Item = &'a mut SiblingArticle>,
    ) -> Result<(), LintError> {
        // What cannot be judged is not believed anyway.
        let siblings = siblings.filter(|sibling| sibling.quality.is_some());
        let mut siblings: Vec<&mut SiblingArticle> = siblings.collect();
        let mut known = HashMap::new();
        let first_occurrences = siblings.iter().enumerate().map(|(number, sibling)| {
            let original = sibling.original.as_ref().map(|original| &original.text);
            *known.entry((&sibling.text, original)).or_insert(number)
        });
        let first_occurrences: Vec<usize> = first_occurrences.collect();
        let unread = siblings.iter_mut().zip(&first_occurrences).enumerate();
        let unread = unread.filter(|(number, (_, first))| number == *first);
        let mut unread: Vec<&mut SiblingArticle> =
            unread.map(|(_, (sibling, _))| &mut **sibling).collect();
        let mut rest = &mut unread[..];
        while !rest.is_empty() {
            let fits = fitting(rest.iter().map(|one| one.content().len()), READ_TOGETHER);
            let (together, after) = rest.split_at_mut(fits);
            let texts: Vec<&str> = together.iter().map(|one| one.content()).collect();
            let readings = self.lm.read(&texts, self.read_options())?;
            for (sibling, reading) in together.iter_mut().zip(readings) {
                let before = content_start(&sibling.text);
                self.judge_sibling(sibling, &shifted(reading, before));
            }
            rest = after;
        }
        for (number, first) in first_occurrences.into_iter().enumerate() {
            if first < number {
                let same = &siblings[first];
                let (quality, p_garbled) = (same.quality, same.p_garbled.clone());
                siblings[number].quality = quality;
                siblings[number].p_garbled = p_garbled;
            }
        }
        Ok(())
    }

    /// Notices what is garbled in a sibling itself.
    fn judge_sibling(&self, sibling: &mut SiblingArticle, reading: &TokenScores) {
        let prose = sibling.original.as_ref().map(|original| &original.prose);
        let (detection, _, score) = self.assess(&sibling.text, prose, &sibling.segments, reading);
        // What cannot be judged keeps no quality.
        sibling.quality = sibling.quality.and(Some(score.quality));
        sibling.p_garbled = detection.p_garbled;
    }

    /// What is noticed in a text by itself, what of it is not to be judged, whose words
    /// are never garbled, and its score.
    pub(super) fn assess(
        &self,
        text: &str,
        prose: Option<&Arc<Prose>>,
        segments: &Segments,
        reading: &TokenScores,
    ) -> (Detection, Exclusions, Score) {
        let excluded = Exclusions::new(text, segments, prose);
        let mut detection = detect(&self.words, &self.lexicon, text, segments, reading);
        detection.exclude(|word| excluded.holds(word.span));
        let rate_model = self.words.rate_model();
        let score = Score::of(&rate_model, &detection, reading, segments.word_count());
        (detection, excluded, score)
    }
}

/// The reading of a text's content, with spans into the whole text.
pub(super) fn shifted(mut reading: TokenScores, by: usize) -> TokenScores {
    if by > 0 {
        for token in &mut reading.tokens {
            token.span = token.span.shifted(by);
        }
    }
    reading
}
