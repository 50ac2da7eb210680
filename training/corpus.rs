//! The texts that the detector is trained and tuned on, with the words that are wrong in
//! each: edited translations, marked translations, texts that people wrote,
//! those with errors put in, and post-edits, as single sentences and in
//! context. One typography runs over all.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use mtlint::finding::Severity;
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};
use mtlint_eval::dataset::{Labels, Sample, load};
use sha2::{Digest, Sha256};

use crate::normalize::{normalize, typographic};
use crate::synthesis::{Pools, draw};

/// A result with an error of any kind.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A text to read, with the spans that are wrong.
#[derive(Clone, Default)]
pub struct Text {
    /// `kind/source`: see [`texts`].
    pub group: String,
    /// The id of the sample or passage.
    pub id: String,
    /// The text itself.
    pub text: String,
    /// The spans that are wrong.
    pub bad: Vec<Span<Doc>>,
    /// For each of `bad`, [`BAD`], [`MINOR`] or [`MAJOR`].
    pub labels: Vec<u8>,
    /// The post-edit rate (HTER), 0 to 1.
    pub hter: f32,
}

/// The label of what a post-editor changed, or of an error that was put in.
pub const BAD: u8 = 1;
/// The label of what a rater marked as minor.
const MINOR: u8 = 2;
/// The label of what a rater marked as major or critical.
const MAJOR: u8 = 3;

/// The number of words at which a passage ends.
const MAX_PASSAGE_WORDS: usize = 400;

/// The amount of each kind of text that is read.
#[derive(Clone, Copy)]
pub struct Amounts {
    /// The number of translated sentences of each pair, one by one.
    pub sentences: usize,
    /// The number of those that are read once more in the context of their article.
    pub in_context: usize,
    /// The number of post-edits of each pair.
    pub post_edits: usize,
    /// The number of words of clean text.
    pub clean_words: usize,
    /// The number of words of marked translations of each file.
    pub marked_words: usize,
}

/// Texts by group, in order of use to the training:
///
/// | group | what | for |
/// |---|---|---|
/// | `dev-a/<pair>`, `dev-b/<pair>` | development sentences | tuning; quoting the training without one pair |
/// | `train/<pair>` | translated sentences | training |
/// | `clean-train/<source>`, `synthetic/<source>` | text by people, with and without errors put in | training |
/// | `clean-held/<source>` | text by people, gum a set of genres never trained on | thresholds; gum is measured on |
/// | `marked/<source>` | articles with spans that raters marked, and human versions | training |
/// | `post-edit/<pair>` | sentences as corrected | training |
/// | `passage/<pair>` | translated sentences in context | training |
/// | `passage-a/<pair>` | the sentences of dev-a in context | tuning |
pub fn texts(data: &Path, amounts: Amounts) -> Result<Vec<Text>> {
    let held_back = story_texts(&data.join("stories"))?;
    let (mut dev, mut dev_in_context) = (Vec::new(), Vec::new());
    let mut pairs: Vec<(String, Vec<Sample>)> = Vec::new();
    for set in load(&data.join("mlqe-pe"))? {
        let pair = set.name.split('.').next().unwrap_or_default().to_owned();
        let mut samples = set.samples;
        samples.sort_by_key(|sample| order(&sample.id));
        if set.name.ends_with(".dev") {
            dev.extend(samples.iter().map(|sample| {
                let half = if sample.tuned_on() { "dev-a" } else { "dev-b" };
                single(&format!("{half}/{pair}"), sample)
            }));
            samples.retain(Sample::tuned_on);
            dev_in_context.extend(passages(&format!("passage-a/{pair}"), &samples, usize::MAX));
            continue;
        }
        samples.retain(|s| !held_back.contains(&s.text) && !held_back.contains(&s.post_edit));
        pairs.push((pair, samples));
    }
    let mut texts = dev;
    let half = amounts.sentences / 2;
    texts.extend(of_pairs(&pairs, "train", 0..half));
    texts.extend(clean_texts(data, &pairs, amounts.clean_words)?);
    texts.extend(marked_texts(data, amounts.marked_words)?);
    texts.extend(of_pairs(&pairs, "train", half..amounts.sentences));
    for (pair, samples) in &pairs {
        let from_the_end = samples.iter().rev().take(amounts.post_edits);
        texts.extend(from_the_end.map(|sample| Text {
            group: format!("post-edit/{pair}"),
            id: sample.id.clone(),
            text: sample.post_edit.clone(),
            ..Text::default()
        }));
    }
    for (pair, samples) in &pairs {
        let group = format!("passage/{pair}");
        texts.extend(passages(&group, samples, amounts.in_context));
    }
    texts.extend(dev_in_context);
    for text in &mut texts {
        (text.text, text.bad) = normalize(&text.text, &text.bad);
        if draw(&text.text, 0).is_multiple_of(2) {
            (text.text, text.bad) = typographic(&text.text, &text.bad);
        }
    }
    Ok(texts)
}

/// The texts of a file of JSON Lines that `labelled.py` wrote, as they are. Their labels
/// stay with that program.
pub fn texts_of_file(path: &Path) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| {
            let field = record[name].as_str().map(str::to_owned);
            field.ok_or(format!("{}: a record has no {name}", path.display()))
        };
        texts.push(Text {
            group: field("kind")?,
            id: field("id")?,
            text: field("text")?,
            ..Text::default()
        });
    }
    Ok(texts)
}

/// A stable pseudo-random order.
fn order(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

/// The sentences in `range` of each pair, the pairs taking turns.
fn of_pairs(
    pairs: &[(String, Vec<Sample>)],
    kind: &str,
    range: std::ops::Range<usize>,
) -> Vec<Text> {
    let in_turn = range.flat_map(|at| pairs.iter().map(move |pair| (at, pair)));
    in_turn
        .filter_map(|(at, (pair, samples))| {
            Some(single(&format!("{kind}/{pair}"), samples.get(at)?))
        })
        .collect()
}

fn single(group: &str, sample: &Sample) -> Text {
    let mut text = Text {
        group: group.to_owned(),
        id: sample.id.clone(),
        ..Text::default()
    };
    text.append(sample, 1.0);
    text
}

impl Text {
    /// Adds a sentence, `share` of the whole.
    fn append(&mut self, sample: &Sample, share: f32) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let shift = self.text.len();
        self.text.push_str(sample.text.trim_end());
        if let Labels::Tokens { tokens, hter } = &sample.labels {
            for token in tokens.iter().filter(|token| token.bad) {
                self.bad.push(token.span.shifted(shift));
                self.labels.push(match token.severity {
                    None => BAD,
                    Some(Severity::Minor) => MINOR,
                    Some(_) => MAJOR,
                });
            }
            self.hter += share * hter.unwrap_or(0.0);
        }
    }
}

/// Sentences of one article, joined, so that words are also seen in context.
fn passages(group: &str, samples: &[Sample], limit: usize) -> Vec<Text> {
    let mut articles: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        articles.entry(&sample.document).or_default().push(sample);
    }
    let mut articles: Vec<_> = articles.into_iter().collect();
    articles.sort_by_key(|(name, _)| order(name));
    let mut taken = 0;
    let mut passages = Vec::new();
    for (article, samples) in &articles {
        for chunk in samples.chunks(12).filter(|chunk| chunk.len() > 2) {
            if taken >= limit {
                return passages;
            }
            taken += chunk.len();
            let mut passage = Text {
                group: group.to_owned(),
                id: format!("{article}/{taken}"),
                ..Text::default()
            };
            for sample in chunk {
                passage.append(sample, 1.0 / chunk.len() as f32);
            }
            passages.push(passage);
        }
    }
    passages
}

/// Articles as each system translated them, with the marks of one rater a
/// segment. A third of the articles is held back.
fn marked_texts(data: &Path, budget: usize) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for set in load(&data.join("mqm-zh-en"))? {
        let mut articles: BTreeMap<(String, String), Vec<&Sample>> = BTreeMap::new();
        for sample in set.samples.iter().filter(|sample| !sample.held_back()) {
            let key = (sample.document.clone(), sample.system.clone());
            let article = articles.entry(key).or_default();
            // Several raters saw a segment: the first one is taken.
            if article.last().is_none_or(|last| last.text != sample.text) {
                article.push(sample);
            }
        }
        let mut articles: Vec<_> = articles.into_iter().collect();
        articles.sort_by_key(|((article, system), _)| order(&format!("{article}/{system}")));
        let group = format!("marked/{}", set.name);
        // People's versions are few among many systems.
        let mut left = if set.by_people { budget / 3 } else { budget };
        for ((article, system), samples) in articles {
            let mut passage = Text::default();
            let mut words = 0;
            for (index, sample) in samples.iter().enumerate() {
                passage.append(sample, 0.0);
                words += sample.text.split_whitespace().count();
                if words >= MAX_PASSAGE_WORDS || index + 1 == samples.len() {
                    passage.group = group.clone();
                    passage.id = format!("{article}/{system}/{index}");
                    texts.push(std::mem::take(&mut passage));
                    left = left.saturating_sub(std::mem::take(&mut words));
                }
                if left == 0 {
                    break;
                }
            }
            if left == 0 {
                break;
            }
        }
    }
    Ok(texts)
}

fn clean_texts(
    data: &Path,
    pairs: &[(String, Vec<Sample>)],
    clean_words: usize,
) -> Result<Vec<Text>> {
    let translated: Vec<&Sample> = pairs.iter().flat_map(|(_, samples)| samples).collect();
    let mut texts = Vec::new();
    for name in ["masc", "state_union", "gum"] {
        // One in five documents of the training sources is held back, and all
        // of gum: genres that the training never sees.
        let path = data.join(format!("clean/{name}.jsonl.gz"));
        let mut samples = load(&path)?.remove(0).samples;
        samples.sort_by_key(|sample| order(&sample.id));
        let held = if name == "gum" {
            samples.len()
        } else {
            samples.len() / 5
        };
        let (held, train) = samples.split_at(held);
        texts.extend(clean(&format!("clean-held/{name}"), held, 24_000));
        if train.is_empty() {
            continue;
        }
        let budget = if name == "masc" {
            clean_words * 4 / 5
        } else {
            clean_words / 5
        };
        // Every third text with single errors in it.
        let pools = Pools::new(&translated, train);
        for (index, mut text) in clean(&format!("clean-train/{name}"), train, budget)
            .into_iter()
            .enumerate()
        {
            if index % 3 == 2 {
                (text.text, text.bad) = pools.garble(&format!("{name}/{index}"), &text.text);
                text.labels = vec![BAD; text.bad.len()];
                text.group = format!("synthetic/{name}");
            }
            texts.push(text);
        }
    }
    Ok(texts)
}

/// Clean documents: in turn whole passages and single sentences, as the garbled
/// ones come.
fn clean(group: &str, samples: &[Sample], budget: usize) -> Vec<Text> {
    let mut words = 0;
    let mut texts = Vec::new();
    let mut push = |id: &str, text: &str| {
        texts.push(Text {
            group: group.to_owned(),
            id: id.to_owned(),
            text: text.to_owned(),
            ..Text::default()
        });
    };
    for (index, sample) in samples.iter().enumerate() {
        let segments = segment(&sample.text);
        let mut start = 0;
        let mut taken = 0;
        for (place, sentence) in segments.sentences.iter().enumerate() {
            let count = segments.words_in(*sentence).len();
            // Two thousand words of a document at most, so that many are seen.
            if words >= budget || taken > 2000 {
                break;
            }
            words += count;
            taken += count;
            let in_context = (index + taken / MAX_PASSAGE_WORDS).is_multiple_of(2);
            if in_context && place + 1 < segments.sentences.len() {
                let so_far = Span::new(start, sentence.end());
                if segments.words_in(so_far).len() < MAX_PASSAGE_WORDS {
                    continue;
                }
                push(&sample.id, so_far.slice(&sample.text).unwrap_or_default());
            } else {
                push(&sample.id, sentence.slice(&sample.text).unwrap_or_default());
            }
            start = segments
                .sentences
                .get(place + 1)
                .map_or(sample.text.len(), |next| next.start());
        }
    }
    texts
}

/// Every sentence that occurs in a story: those may not be trained on.
fn story_texts(folder: &Path) -> Result<HashSet<String>> {
    let mut texts = HashSet::new();
    for entry in folder.read_dir()? {
        let file = BufReader::new(GzDecoder::new(File::open(entry?.path())?));
        for line in file.lines() {
            let record: serde_json::Value = serde_json::from_str(&line?)?;
            let lists = record
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.values());
            let strings = lists.filter_map(|list| list.as_array()).flatten();
            texts.extend(strings.filter_map(|text| text.as_str()).map(str::to_owned));
        }
    }
    Ok(texts)
}
