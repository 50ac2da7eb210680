//! The row of numbers by which networks score a correction.
//!
//! In: a [`Comparison`] and an [`Edit`]. Out: a row of numbers: how suspect the removed
//! words are, how the sentences about them agree, how similar the two phrases are, what
//! kinds of words it removes and adds. What the language model says of the edit is added
//! once that has read it. Whether the edit is made is not decided here.

use std::collections::HashMap;
use std::ops::Range;

use super::columns::{LOGITS, MAX_RUN, MAX_ZIPF, joined, names, position};
use super::cost::{BITS, Cost};
use super::document::DocumentEvidence;
use crate::network::flag;
use crate::sibling::comparison::{Comparison, Pair, Source};
use crate::sibling::memo::Memo;
use crate::sibling::phrases::{MAX_PHRASE_WORDS, Side, changed_words, words_of};
use crate::sibling::similarity::Form;
use crate::sibling::text::NormalizedText;

/// The logit that a maximum of suspicions begins from.
const MIN_SUSPICION: f32 = -6.0;

/// Words of content in one unit of a row: hardly a correction changes more.
const CONTENT_WORDS: f32 = 4.0;

/// By how many words one phrase is longer than the other, in one unit of a row.
const LONGER_WORDS: f32 = 4.0;

/// Words that the other article has, in one unit of a row: two of them settle it.
const KNOWN_WORDS: f32 = 2.0;

/// Matches within an edit, in one unit of a row: more than two are never within.
const WITHIN: f32 = 2.0;

/// The logarithm of a sentence's words in one unit of a row: 55 words have about 1.
const LOG_WORDS: f32 = 4.0;

/// Words next to an edit in which a word that it adds would be a repetition.
const NEAR: usize = 3;

/// Words of content farther off than the nearest word that may be an anchor.
const ANCHOR_REACH: usize = 3;

/// Similarity from which two words are an anchor as the same stem is.
const ANCHOR_SIMILARITY: f32 = 0.8;

/// What an anchor is worth that is no content next to the edit: content a little
/// farther off, a common word, the border of both sentences. Set by hand.
const FARTHER_ANCHOR: f32 = 0.5;
const COMMON_ANCHOR: f32 = 0.4;
const BORDER_ANCHOR: f32 = 0.35;

/// Bits that an edit saves for a word, in one unit of a row, and the most of these.
const BITS_PER_WORD: f32 = 10.0;
const MAX_BITS_PER_WORD: f32 = 2.0;

/// Words of a document that are replaced by words of a sibling.
pub(crate) struct Edit<'a> {
    pub own: Range<usize>,
    pub other: Range<usize>,
    /// The sentences it is made between, if they are aligned.
    pub pair: Option<&'a Pair>,
    /// Pairs of words in order that lie within.
    pub within: usize,
}

type Column = (&'static str, fn(&mut EditContext<'_, '_>) -> f32);

/// The row of an edit that the language model has not read.
const PRIOR_TABLE: [Column; 43] = [
    ("suspicion_max", |e| e.max_suspicion() / LOGITS),
    ("suspicion_mean", |e| {
        e.mean(|e, word| e.comparison.suspicion[word]) / LOGITS
    }),
    ("bits", |e| {
        e.mean(|e, word| e.comparison.bits.get(word).copied().unwrap_or(0.0)) / BITS
    }),
    ("share", |e| e.edit.pair.map_or(0.0, |pair| pair.share)),
    ("dice", |e| {
        e.edit.pair.map_or(0.0, |pair| pair.matched.dice)
    }),
    ("closeness", |e| e.source.closeness),
    ("aligned", |e| e.source.aligned),
    ("paired", |e| flag(e.edit.pair.is_some())),
    ("run_left", |e| e.run(Side::Left)),
    ("run_right", |e| e.run(Side::Right)),
    ("anchor_left", |e| e.anchor(Side::Left)),
    ("anchor_right", |e| e.anchor(Side::Right)),
    ("border_left", |e| flag(e.is_border(Side::Left))),
    ("border_right", |e| flag(e.is_border(Side::Right))),
    ("similarity", |e| e.mean_similarity()),
    ("similarity_max", |e| e.max_similarity()),
    ("spelling", |e| e.spelling()),
    ("words_own", |e| {
        e.own.len() as f32 / MAX_PHRASE_WORDS as f32
    }),
    ("words_other", |e| {
        e.other.len() as f32 / MAX_PHRASE_WORDS as f32
    }),
    ("content_removed", |e| e.content_removed()),
    ("content_added", |e| e.content_added()),
    ("longer_by", |e| {
        (e.other.len() as f32 - e.own.len() as f32) / LONGER_WORDS
    }),
    ("nothing_removed", |e| flag(e.removed.is_empty())),
    ("nothing_added", |e| flag(e.added.is_empty())),
    ("removed_in_sibling", |e| {
        e.removed_in_sibling() as f32 / KNOWN_WORDS
    }),
    ("added_in_document", |e| {
        e.added_in_document() as f32 / KNOWN_WORDS
    }),
    ("repeats", |e| {
        flag(repeats(e.comparison, e.source, &e.edit.own, &e.added))
    }),
    ("name_removed", |e| flag(e.removes_name())),
    ("name_added", |e| flag(e.adds_name())),
    ("digits_removed", |e| {
        flag(has_digits(e.comparison.document, &e.removed))
    }),
    ("digits_added", |e| {
        flag(has_digits(e.source.text, &e.added))
    }),
    ("names_of_one_article", |e| {
        let unknown = e.removed_in_sibling() == 0 && e.added_in_document() == 0;
        flag(e.removes_name() && e.adds_name() && unknown)
    }),
    ("foreign", |e| flag(e.removes_foreign())),
    ("inflected", |e| flag(e.is_inflection())),
    ("no_content", |e| {
        flag(e.content_removed() == 0.0 && e.content_added() == 0.0)
    }),
    ("zipf_removed", |e| {
        least_zipf(e.memo, e.comparison.document, &e.removed)
    }),
    ("zipf_added", |e| {
        least_zipf(e.memo, e.source.text, &e.added)
    }),
    ("within", |e| e.edit.within as f32 / WITHIN),
    ("sentence_words", |e| e.sentence_words().ln_1p() / LOG_WORDS),
    ("conditional_bits", |e| {
        e.mean(|e, word| Cost::of(e.comparison, e.source, word).conditional)
    }),
    ("conditional_saved", |e| {
        e.mean(|e, word| Cost::of(e.comparison, e.source, word).saved())
    }),
    ("sibling_suspicion", |e| e.sibling_suspicion() / LOGITS),
    ("document_evidence", |e| e.evidence.weighed() / LOGITS),
];

/// Bits that an edit saves, and the words of the longer one of its two phrases.
struct SavedBits {
    bits: f32,
    words: f32,
}

type SavedColumn = (&'static str, fn(&SavedBits) -> f32);

/// What is added to the row once the language model has read the edit.
const SAVED_TABLE: [SavedColumn; 3] = [
    ("edit_saved", |saved| (saved.bits / BITS).tanh()),
    ("edit_saved_per_word", |saved| {
        let per_word = saved.bits / saved.words / BITS_PER_WORD;
        per_word.clamp(-MAX_BITS_PER_WORD, MAX_BITS_PER_WORD)
    }),
    ("edit_saves", |saved| flag(saved.bits > 0.0)),
];

/// Numbers of an edit that the language model has not read.
pub(crate) const PRIOR_WIDTH: usize = PRIOR_TABLE.len();

/// Numbers of one that it has.
pub(crate) const WIDTH: usize = PRIOR_WIDTH + SAVED_TABLE.len();

/// The names of the columns of an edit's row before the language model has read the edit,
/// in order.
pub const PRIOR_COLUMNS: [&str; PRIOR_WIDTH] = names(&PRIOR_TABLE);

/// The names of the columns of an edit's row once the language model has read the edit,
/// in order.
pub const CORRECTION_COLUMNS: [&str; WIDTH] = joined(PRIOR_COLUMNS, names(&SAVED_TABLE));

/// Where the numbers stand that rules ask for.
pub(crate) const ANCHOR_LEFT: usize = position(&PRIOR_COLUMNS, "anchor_left");
pub(crate) const ANCHOR_RIGHT: usize = position(&PRIOR_COLUMNS, "anchor_right");
pub(crate) const SIMILARITY: usize = position(&PRIOR_COLUMNS, "similarity");
pub(crate) const ZIPF_REMOVED: usize = position(&PRIOR_COLUMNS, "zipf_removed");

/// The row of an edit that both sides have words for, not yet read by the language
/// model. `evidence` is what the sibling shows of the document.
pub(crate) fn edit_row<'a>(
    comparison: &Comparison<'a>,
    source: &Source<'a>,
    evidence: DocumentEvidence,
    memo: &mut Memo<'a>,
    edit: &Edit<'_>,
) -> [f32; PRIOR_WIDTH] {
    let own = words_of(comparison.document, &edit.own);
    let other = words_of(source.text, &edit.other);
    let (removed, added) = changed_words(comparison.document, &own, source.text, &other);
    let mut context = EditContext {
        comparison,
        source,
        evidence,
        memo,
        edit,
        own,
        other,
        removed,
        added,
    };
    PRIOR_TABLE.map(|(_, of)| of(&mut context))
}

/// The row with what the language model says of the edit, which saves `bits`; `words`
/// are those of the longer phrase, marks included.
pub(crate) fn with_bits(prior: &[f32; PRIOR_WIDTH], bits: f32, words: usize) -> [f32; WIDTH] {
    let saved = SavedBits {
        bits,
        words: words as f32,
    };
    let mut all = [0.0; WIDTH];
    all[..PRIOR_WIDTH].copy_from_slice(prior);
    all[PRIOR_WIDTH..].copy_from_slice(&SAVED_TABLE.map(|(_, of)| of(&saved)));
    all
}

/// Whether a word of content that is added stands next to the edit already.
pub(crate) fn repeats(
    comparison: &Comparison<'_>,
    source: &Source<'_>,
    own: &Range<usize>,
    added: &[usize],
) -> bool {
    let document = comparison.document;
    let near = own.start.saturating_sub(NEAR)..(own.end + NEAR).min(document.forms.len());
    added.iter().any(|&word| {
        let mut near = near.clone().filter(|near| !own.contains(near));
        let quoted = &source.text.forms[word];
        quoted.is_content() && near.any(|near| document.forms[near].same(quoted))
    })
}

/// An edit with all that its numbers are made of.
struct EditContext<'c, 'a> {
    comparison: &'c Comparison<'a>,
    source: &'c Source<'a>,
    evidence: DocumentEvidence,
    memo: &'c mut Memo<'a>,
    edit: &'c Edit<'c>,
    /// Words of the edit, marks left out.
    own: Vec<usize>,
    other: Vec<usize>,
    /// The words removed: those that do not stand on the other side.
    removed: Vec<usize>,
    added: Vec<usize>,
}

impl EditContext<'_, '_> {
    /// Words whose suspicion counts. Where nothing is removed, the words next to the gap
    /// stand for it.
    fn suspects(&self) -> &[usize] {
        if self.removed.is_empty() {
            &self.own
        } else {
            &self.removed
        }
    }

    fn max_suspicion(&self) -> f32 {
        let suspicion = self.suspects().iter();
        let suspicion = suspicion.map(|&word| self.comparison.suspicion[word]);
        suspicion.fold(MIN_SUSPICION, f32::max)
    }

    /// The mean of a number over the suspect words.
    fn mean(&self, of: impl Fn(&Self, usize) -> f32) -> f32 {
        let suspects = self.suspects();
        let sum = suspects.iter().map(|&word| of(self, word)).sum::<f32>();
        sum / suspects.len().max(1) as f32
    }

    /// The most that is suspected of a word that the sibling brings.
    fn sibling_suspicion(&self) -> f32 {
        let other = self.edit.other.clone();
        let suspicion = other.map(|word| self.source.suspicion.get(word).copied());
        suspicion.flatten().fold(MIN_SUSPICION, f32::max)
    }

    fn content_removed(&self) -> f32 {
        content(self.comparison.document, &self.removed)
    }

    fn content_added(&self) -> f32 {
        content(self.source.text, &self.added)
    }

    /// Removed words of content that the sibling uses itself.
    fn removed_in_sibling(&self) -> usize {
        known(self.comparison.document, &self.removed, &self.source.counts)
    }

    /// Added words of content that the document uses already.
    fn added_in_document(&self) -> usize {
        known(self.source.text, &self.added, &self.comparison.counts)
    }

    fn removes_name(&self) -> bool {
        has_name(self.comparison.document, &self.removed)
    }

    fn adds_name(&self) -> bool {
        has_name(self.source.text, &self.added)
    }

    /// Whether a word is removed that belongs to another language.
    fn removes_foreign(&mut self) -> bool {
        let (memo, document) = (&mut *self.memo, self.comparison.document);
        self.removed.iter().any(|&word| {
            let entry = memo.entry(document.spelling(word));
            entry.foreign_language().is_some()
        })
    }

    /// Whether one word is replaced by another form of it.
    fn is_inflection(&self) -> bool {
        match (self.removed.as_slice(), self.added.as_slice()) {
            ([a], [b]) => self.comparison.document.forms[*a].same(&self.source.text.forms[*b]),
            _ => false,
        }
    }

    /// Words and marks of the sentence.
    fn sentence_words(&self) -> f32 {
        let document = self.comparison.document;
        let sentence = document.segments.words[self.edit.own.start].sentence;
        document.sentences[sentence].len() as f32
    }

    /// How similar the two phrases are, word for word: the mean, over the content that is
    /// removed or added, of each word's greatest similarity on the other side.
    fn mean_similarity(&mut self) -> f32 {
        let (document, sibling) = (self.comparison.document, self.source.text);
        let memo = &mut *self.memo;
        let mut of = |a: usize, b: usize| memo.similarity(&document.forms[a], &sibling.forms[b]);
        let mut sum = 0.0;
        let mut count = 0;
        let removed = self.removed.iter();
        for &a in removed.filter(|word| document.forms[**word].is_content()) {
            sum += self.added.iter().map(|&b| of(a, b)).fold(0.0, f32::max);
            count += 1;
        }
        let added = self.added.iter();
        for &b in added.filter(|word| sibling.forms[**word].is_content()) {
            sum += self.removed.iter().map(|&a| of(a, b)).fold(0.0, f32::max);
            count += 1;
        }
        sum / count.max(1) as f32
    }

    /// The greatest similarity of a word that is removed and one that is added.
    fn max_similarity(&mut self) -> f32 {
        let (document, sibling) = (self.comparison.document, self.source.text);
        let (memo, removed, added) = (&mut *self.memo, &self.removed, &self.added);
        let pairs = removed
            .iter()
            .flat_map(|&a| added.iter().map(move |&b| (a, b)));
        let similar = pairs.map(|(a, b)| memo.similarity(&document.forms[a], &sibling.forms[b]));
        similar.fold(0.0, f32::max)
    }

    /// How alike the two phrases are spelled, 0 to 1.
    fn spelling(&self) -> f32 {
        let joined = |text: &NormalizedText<'_>, words: &Range<usize>| {
            let folded = text.forms[words.clone()].iter();
            folded
                .map(|form| form.folded.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let own = joined(self.comparison.document, &self.edit.own);
        let other = joined(self.source.text, &self.edit.other);
        strsim::normalized_levenshtein(&own, &other) as f32
    }

    /// Where the two phrases end on a side.
    fn ends(&self, side: Side) -> (usize, usize) {
        match side {
            Side::Left => (self.edit.own.start, self.edit.other.start),
            Side::Right => (self.edit.own.end, self.edit.other.end),
        }
    }

    /// The nearest words next to the edit on a side.
    fn neighbors(&self, side: Side) -> (Option<usize>, Option<usize>) {
        let (own, other) = self.ends(side);
        let document = side.step(self.comparison.document, own);
        (document, side.step(self.source.text, other))
    }

    /// Whether the edit is at the border of a sentence of the document, or at a mark.
    fn is_border(&self, side: Side) -> bool {
        let (own, _) = self.ends(side);
        side.step(self.comparison.document, own).is_none()
    }

    /// How many words next to the edit are the same on both sides, one behind
    /// the other, as a share of [`MAX_RUN`].
    fn run(&self, side: Side) -> f32 {
        let (document, sibling) = (self.comparison.document, self.source.text);
        let mut near = self.neighbors(side);
        let mut count = 0;
        while let (Some(a), Some(b)) = near
            && count < MAX_RUN
            && document.forms[a].folded == sibling.forms[b].folded
        {
            count += 1;
            near = (side.beyond(document, a), side.beyond(sibling, b));
        }
        count as f32 / MAX_RUN as f32
    }

    /// How well the words next to the edit agree on one side: 1 where the
    /// nearest agrees and carries content, less where only a common word does,
    /// or one a little farther off.
    fn anchor(&mut self, side: Side) -> f32 {
        let (document, sibling) = (self.comparison.document, self.source.text);
        let near = self.neighbors(side);
        let (Some(a), Some(b)) = near else {
            // Both at the border of a sentence.
            return if near == (None, None) {
                BORDER_ANCHOR
            } else {
                0.0
            };
        };
        let (x, y) = (&document.forms[a], &sibling.forms[b]);
        let farther = content_beyond(document, a, side).zip(content_beyond(sibling, b, side));
        let memo = &mut *self.memo;
        let farther =
            farther.is_some_and(|(a, b)| is_anchor(memo, &document.forms[a], &sibling.forms[b]));
        match (is_anchor(memo, x, y), x.is_content(), farther) {
            (true, true, _) | (true, false, true) => 1.0,
            (true, false, false) => COMMON_ANCHOR,
            (false, _, true) => FARTHER_ANCHOR,
            (false, _, false) => 0.0,
        }
    }
}

/// Whether two words say the same next to an edit.
fn is_anchor<'a>(memo: &mut Memo<'a>, x: &'a Form, y: &'a Form) -> bool {
    let content = x.is_content() && y.is_content();
    x.same(y) || (content && memo.similarity(x, y) >= ANCHOR_SIMILARITY)
}

/// The nearest word of content from `first` on.
fn content_beyond(text: &NormalizedText<'_>, first: usize, side: Side) -> Option<usize> {
    let mut word = Some(first);
    for _ in 0..ANCHOR_REACH {
        let here = word?;
        if text.forms[here].is_content() {
            return Some(here);
        }
        word = side.beyond(text, here);
    }
    None
}

/// Words of content, in one unit of a row.
fn content(text: &NormalizedText<'_>, words: &[usize]) -> f32 {
    let content = words.iter().filter(|&&word| text.forms[word].is_content());
    content.count() as f32 / CONTENT_WORDS
}

/// How many words of content stand in the other article, whose words are `counts`.
fn known(text: &NormalizedText<'_>, words: &[usize], counts: &HashMap<&str, usize>) -> usize {
    let forms = words.iter().map(|&word| &text.forms[word]);
    let known = forms.filter(|form| form.is_content() && counts.contains_key(form.folded.as_str()));
    known.count()
}

fn has_name(text: &NormalizedText<'_>, words: &[usize]) -> bool {
    words.iter().any(|&word| text.looks_like_name(word))
}

fn has_digits(text: &NormalizedText<'_>, words: &[usize]) -> bool {
    words
        .iter()
        .any(|&word| !text.forms[word].digits.is_empty())
}

/// The Zipf frequency of the rarest word, as a share of [`MAX_ZIPF`].
fn least_zipf<'a>(memo: &mut Memo<'a>, text: &NormalizedText<'a>, words: &[usize]) -> f32 {
    let zipf = words
        .iter()
        .map(|&word| memo.entry(text.spelling(word)).english_zipf);
    zipf.fold(MAX_ZIPF, f32::min) / MAX_ZIPF
}
