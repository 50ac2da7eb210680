//! Garble made from clean text, so that the detector also sees single errors
//! in fluent articles: words left in another language, words that belong
//! elsewhere, names in another spelling, neighbours in the wrong order, wrong
//! prepositions and verbs that do not agree.

use std::collections::HashSet;

use mtlint::segment::{WordKind, segment};
use mtlint::span::{Doc, Span};
use mtlint_eval::dataset::{Labels, Sample};
use sha2::{Digest, Sha256};

/// One word in this many is garbled.
const RARITY: u64 = 30;
/// Words of which one stands for another where a sentence was rendered word by
/// word: each family is exchanged within itself.
const FAMILIES: [&[&str]; 7] = [
    &["in", "on", "at", "of", "to", "for", "with", "by", "from"],
    &["is", "are", "be"],
    &["was", "were", "been"],
    &["has", "have", "having"],
    &["this", "these"],
    &["who", "which", "whom"],
    &["his", "her", "their", "its"],
];
/// The fewest letters of a word or name that is garbled.
const MIN_LETTERS: usize = 4;

/// Words to put into wrong places.
pub struct Pools {
    /// Words of translations that no post-editor left and no clean text has.
    residues: Vec<String>,
    /// Words of clean text.
    strangers: Vec<String>,
}

/// A number that depends on `key` and `index` only.
pub fn draw(key: &str, index: usize) -> u64 {
    let digest = Sha256::digest(format!("{key}/{index}").as_bytes());
    u64::from_le_bytes(std::array::from_fn(|at| digest[at]))
}

impl Pools {
    /// The pools of edited translations and clean text.
    pub fn new(translated: &[&Sample], clean: &[Sample]) -> Self {
        let mut known = HashSet::new();
        let mut strangers = Vec::new();
        for sample in clean {
            let segments = segment(&sample.text);
            for (index, word) in segments.words.iter().enumerate() {
                let word = word.span.slice(&sample.text).unwrap_or_default();
                known.insert(word.to_lowercase());
                if plain(word) && draw(&sample.id, index).is_multiple_of(20) {
                    strangers.push(word.to_owned());
                }
            }
        }
        for sample in translated {
            let words = sample.post_edit.split(|c: char| !c.is_alphabetic());
            known.extend(words.map(str::to_lowercase));
        }
        let bad = translated.iter().flat_map(|sample| {
            let tokens = match &sample.labels {
                Labels::Tokens { tokens, .. } => &tokens[..],
                _ => &[],
            };
            let bad = tokens.iter().filter(|token| token.bad);
            bad.filter_map(|token| token.span.slice(&sample.text))
        });
        Self {
            residues: residues(bad, &known),
            strangers,
        }
    }

    /// The pools of articles by machine beside their correct versions.
    pub fn of_stories(stories: &[&Sample]) -> Self {
        let mut known = HashSet::new();
        let mut strangers = Vec::new();
        let mut bad = Vec::new();
        for sample in stories {
            let Labels::Story {
                reference,
                passages,
                ..
            } = &sample.labels
            else {
                continue;
            };
            let words = reference.split(|c: char| !c.is_alphabetic());
            for (index, word) in words.enumerate() {
                known.insert(word.to_lowercase());
                if plain(word) && draw(&sample.id, index).is_multiple_of(20) {
                    strangers.push(word.to_owned());
                }
            }
            let tokens = passages.iter().flat_map(|passage| &passage.tokens);
            let tokens = tokens.filter(|token| token.bad);
            bad.extend(tokens.filter_map(|token| token.span.slice(&sample.text)));
        }
        Self {
            residues: residues(bad.into_iter(), &known),
            strangers,
        }
    }

    /// The text with some words garbled, and where.
    pub fn garble(&self, key: &str, text: &str) -> (String, Vec<Span<Doc>>) {
        let segments = segment(text);
        let mut out = String::new();
        let mut bad = Vec::new();
        let mut copied = 0;
        let mut index = 0;
        while let Some(word) = segments.words.get(index) {
            let chance = draw(key, index);
            let spelling = word.span.slice(text).unwrap_or_default();
            index += 1;
            if !chance.is_multiple_of(RARITY) || word.kind != WordKind::Word {
                continue;
            }
            let begins = index < 2 || segments.words[index - 2].sentence != word.sentence;
            let pick = |pool: &[String]| pool[(chance >> 20) as usize % pool.len()].clone();
            let mut end = word.span.end();
            let garbled = if let Some(family) = FAMILIES.iter().find(|f| f.contains(&spelling)) {
                family[(chance >> 8) as usize % family.len()].to_owned()
            } else if plain(spelling) {
                match (chance >> 8) % 10 {
                    0..=4 => pick(&self.residues),
                    5..=7 => pick(&self.strangers),
                    _ => {
                        let next = segments.words.get(index).filter(|next| {
                            next.sentence == word.sentence && next.span.start() == end + 1
                        });
                        let next = next.and_then(|next| Some((next, next.span.slice(text)?)));
                        let Some((next, other)) = next.filter(|(_, other)| plain(other)) else {
                            continue;
                        };
                        end = next.span.end();
                        index += 1;
                        format!("{other} {spelling}")
                    }
                }
            } else if !begins && name(spelling) {
                respelled(spelling, chance >> 8)
            } else {
                continue;
            };
            if garbled == spelling {
                continue;
            }
            out.push_str(&text[copied..word.span.start()]);
            bad.push(Span::new(out.len(), out.len() + garbled.len()));
            out.push_str(&garbled);
            copied = end;
        }
        out.push_str(&text[copied..]);
        (out, bad)
    }
}

/// Words of translations that nobody else uses.
fn residues<'a>(bad: impl Iterator<Item = &'a str>, known: &HashSet<String>) -> Vec<String> {
    let unknown = bad.filter(|word| plain(word) && !known.contains(*word));
    unknown.map(str::to_owned).collect()
}

/// A word in lower case, letters only.
fn plain(word: &str) -> bool {
    word.chars().count() >= MIN_LETTERS && word.chars().all(char::is_lowercase)
}

fn name(word: &str) -> bool {
    let mut letters = word.chars();
    word.chars().count() >= MIN_LETTERS
        && letters.next().is_some_and(char::is_uppercase)
        && letters.all(char::is_lowercase)
}

/// A name as another language may spell it: the first pairs of letters that
/// fit, from a place that depends on `chance`.
fn respelled(name: &str, chance: u64) -> String {
    const PAIRS: [(&str, &str); 14] = [
        ("sh", "ch"),
        ("ch", "tch"),
        ("in", "ine"),
        ("u", "ou"),
        ("v", "w"),
        ("w", "v"),
        ("k", "c"),
        ("c", "k"),
        ("j", "zh"),
        ("y", "i"),
        ("th", "t"),
        ("ia", "ien"),
        ("on", "onne"),
        ("er", "re"),
    ];
    let start = chance as usize % PAIRS.len();
    let fitting = (0..PAIRS.len())
        .map(|at| PAIRS[(start + at) % PAIRS.len()])
        .find(|(from, _)| name[1..].contains(from));
    fitting.map_or_else(
        || format!("{name}e"),
        |(from, to)| format!("{}{}", &name[..1], name[1..].replacen(from, to, 1)),
    )
}
