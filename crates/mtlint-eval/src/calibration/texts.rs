//! The texts that a calibration is fitted to, and measured on.
//!
//! In: labelled data. Out: sentences of both halves, sentences joined, right articles.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::fit::ARTICLE_WORDS;
use crate::dataset::{DataSet, LabelledToken, Labels, Sample};
use crate::{Half, Options, Subject, choose};
use mtlint::linter::Numbers;
use mtlint::span::{Doc, Span};

/// Sentences that are joined, at most and at least.
const JOINED: (usize, usize) = (12, 3);

/// A text of the data.
pub(super) struct Text<'a> {
    pub kind: Kind,
    /// Which data set it is of.
    pub set: usize,
    pub text: Cow<'a, str>,
    pub tokens: Vec<LabelledToken>,
    pub rate: f32,
    /// Once it is read, if it can be judged.
    pub numbers: Option<Numbers>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sentence of the half that is fitted on, and of the other.
    Fitted,
    Measured,
    /// Sentences joined, of the first.
    Passage,
    /// An article by people.
    Article,
    /// A post-edit of the first half, where there are no articles.
    PostEdit,
}

/// The texts to read.
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
    if !texts.iter().any(|text| text.kind == Kind::Article) {
        for (set, data) in sets.iter().enumerate() {
            let samples = choose(data, options).into_iter();
            let corrected = samples.filter(|one| {
                matches!(one.labels, Labels::Tokens { hter: Some(_), .. })
                    && one.tuned_on()
                    && !one.post_edit.is_empty()
            });
            texts.extend(corrected.map(|sample| Text {
                kind: Kind::PostEdit,
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
        } if sample.tuned_on() => (Kind::Fitted, tokens.clone(), *rate),
        Labels::Tokens {
            tokens,
            hter: Some(rate),
        } => (Kind::Measured, tokens.clone(), *rate),
        // Operating points for people are set on articles, not on single sentences.
        Labels::Clean if sample.text.split_whitespace().count() >= ARTICLE_WORDS => {
            (Kind::Article, Vec::new(), 0.0)
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

/// Sentences of one document, joined, so that words are also seen in context.
fn passages<'a>(set: usize, samples: &[&'a Sample]) -> Vec<Text<'a>> {
    type Sentence<'a> = (&'a str, &'a [LabelledToken], f32);
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
    let (most, least) = JOINED;
    let chunks = documents
        .values()
        .flat_map(|document| document.chunks(most));
    let chunks = chunks.filter(|chunk| chunk.len() >= least);
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
                kind: Kind::Passage,
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
