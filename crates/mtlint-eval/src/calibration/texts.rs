//! The texts that a calibration is fitted to and measured on.
//!
//! In: labeled data. Out: sentences of both halves, passages of joined sentences, and
//! correct articles. No text is read here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::fit::ARTICLE_WORDS;
use crate::dataset::{DataSet, LabeledToken, Labels, Sample};
use crate::{Half, Options, Subject, choose};
use mtlint::linter::Numbers;
use mtlint::span::{Doc, Span};

/// The most sentences that are joined to a passage.
const MAX_JOINED: usize = 12;
/// The fewest sentences that make a passage.
const MIN_JOINED: usize = 3;

/// A text of the data.
pub(super) struct Text<'a> {
    /// What the text serves for.
    pub kind: TextKind,
    /// The index of its data set.
    pub set: usize,
    /// The text itself.
    pub text: Cow<'a, str>,
    /// The labeled tokens, as bytes of the text.
    pub tokens: Vec<LabeledToken>,
    /// The known post-edit rate (HTER), 0 to 1.
    pub rate: f32,
    /// The numbers of the text once it is read; `None` where it cannot be judged.
    pub numbers: Option<Numbers>,
}

/// The kind of a text, which says what it serves for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// A sentence of the half that is fitted on.
    FitSentence,
    /// A sentence of the other half, to measure on.
    HeldOutSentence,
    /// Joined sentences of the half that is fitted on.
    Passage,
    /// An article by people.
    Article,
    /// A post-edit of the half that is fitted on, where there are no articles.
    PostEdit,
}

/// The texts to read, at most `limit` samples of each set.
pub(super) fn texts(sets: &[DataSet], limit: Option<usize>) -> Vec<Text<'_>> {
    let options = Options {
        half: Half::All,
        limit,
        max_bytes: u64::MAX,
        subject: Subject::Detection,
    };
    let mut texts = Vec::new();
    for (set, data) in sets.iter().enumerate() {
        let samples = choose(data, options);
        texts.extend(samples.iter().filter_map(|sample| single(set, sample)));
        texts.extend(passages(set, &samples));
    }
    if !texts.iter().any(|text| text.kind == TextKind::Article) {
        for (set, data) in sets.iter().enumerate() {
            let samples = choose(data, options).into_iter();
            let corrected = samples.filter(|one| {
                matches!(one.labels, Labels::Tokens { hter: Some(_), .. })
                    && one.tuned_on()
                    && !one.post_edit.is_empty()
            });
            texts.extend(corrected.map(|sample| Text {
                kind: TextKind::PostEdit,
                set,
                text: sample.post_edit.as_str().into(),
                tokens: Vec::new(),
                rate: 0.0,
                numbers: None,
            }));
        }
    }
    texts
}

fn single(set: usize, sample: &Sample) -> Option<Text<'_>> {
    let (kind, tokens, rate) = match &sample.labels {
        Labels::Tokens {
            tokens,
            hter: Some(rate),
        } if sample.tuned_on() => (TextKind::FitSentence, tokens.clone(), *rate),
        Labels::Tokens {
            tokens,
            hter: Some(rate),
        } => (TextKind::HeldOutSentence, tokens.clone(), *rate),
        // Operating points for people are set on articles, not on single sentences.
        Labels::Clean if sample.text.split_whitespace().count() >= ARTICLE_WORDS => {
            (TextKind::Article, Vec::new(), 0.0)
        }
        _ => return None,
    };
    Some(Text {
        kind,
        set,
        text: sample.text.as_str().into(),
        tokens,
        rate,
        numbers: None,
    })
}

/// Passages of sentences of one document, so that words are also seen in context.
fn passages<'a>(set: usize, samples: &[&'a Sample]) -> Vec<Text<'a>> {
    type Sentence<'a> = (&'a str, &'a [LabeledToken], f32);
    let mut documents: BTreeMap<&str, Vec<Sentence<'_>>> = BTreeMap::new();
    for sample in samples {
        if let Labels::Tokens {
            tokens,
            hter: Some(rate),
        } = &sample.labels
            && sample.tuned_on()
            && !sample.document.is_empty()
        {
            let document = documents.entry(&sample.document).or_default();
            document.push((&sample.text, tokens, *rate));
        }
    }
    let chunks = documents
        .values()
        .flat_map(|document| document.chunks(MAX_JOINED));
    let chunks = chunks.filter(|chunk| chunk.len() >= MIN_JOINED);
    chunks
        .map(|chunk| {
            let (mut text, mut tokens) = (String::new(), Vec::new());
            for (sentence, own, _) in chunk {
                if !text.is_empty() {
                    text.push(' ');
                }
                tokens.extend(own.iter().map(|token| token.shifted(text.len())));
                text.push_str(sentence);
            }
            let rates: f32 = chunk.iter().map(|(_, _, rate)| rate).sum();
            Text {
                kind: TextKind::Passage,
                set,
                text: text.into(),
                tokens,
                rate: rates / chunk.len() as f32,
                numbers: None,
            }
        })
        .collect()
}

/// Whether each word of a text is BAD, as one of its tokens is; `None` for one that is
/// never flagged.
pub(super) fn bad_words(text: &Text<'_>) -> Vec<Option<bool>> {
    let Some(numbers) = &text.numbers else {
        return Vec::new();
    };
    let bad: Vec<Span<Doc>> = text
        .tokens
        .iter()
        .filter(|t| t.bad)
        .map(|t| t.span)
        .collect();
    let words = numbers.words.iter().zip(&numbers.excluded);
    words
        .map(|(word, excluded)| (!excluded).then(|| bad.iter().any(|bad| bad.overlaps(*word))))
        .collect()
}
