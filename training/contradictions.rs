//! Writes what the network of contradictions is trained on. Run by
//! `training/siblings`; see there.
//!
//! Usage: `contradictions STORIES OUTPUT`, where STORIES is a file of articles with
//! siblings in the layout of the shared data.
//!
//! Correct articles are put beside their siblings as they are, where nothing is a
//! contradiction, and with one fact changed. OUTPUT gets, for every possible
//! contradiction, a row in `contradictions.f32`, in `contradictions.u8` whether it
//! is the change, and its article in `contradictions.u32`; in `changes.u32` the
//! article of every change, found or not; in `contradictions.columns.json` the names of
//! the row's numbers.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mtlint::lexicon::Lexicon;
use mtlint::segment::{Segments, segment};
use mtlint::sibling::{
    Articles, CONTRADICTION_COLUMNS, Comparison, Memo, SiblingArticle, oppositions,
};
use mtlint_eval::changes::{change_fact, names};
use mtlint_eval::dataset::{Labels, load};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The number of changes that are made in an article, each alone.
const CHANGES: usize = 4;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, output] = arguments.as_slice() else {
        return Err("usage: contradictions STORIES OUTPUT".into());
    };
    let output = PathBuf::from(output);
    std::fs::create_dir_all(&output)?;
    let create = |name: &str| File::create(output.join(name)).map(BufWriter::new);
    let (mut rows, mut labels) = (create("contradictions.f32")?, create("contradictions.u8")?);
    let (mut articles, mut changes) = (create("contradictions.u32")?, create("changes.u32")?);
    let columns = serde_json::to_string(&CONTRADICTION_COLUMNS[..])?;
    std::fs::write(output.join("contradictions.columns.json"), columns)?;
    let lexicon = Lexicon::embedded()?;
    let sets = load(Path::new(path))?;
    let stories = sets.iter().flat_map(|set| &set.samples);
    let stories: Vec<(&str, &str)> = stories
        .filter_map(|sample| match &sample.labels {
            Labels::Story {
                reference, sibling, ..
            } => Some((reference.as_str(), sibling.as_str())),
            _ => None,
        })
        .collect();
    let names: Vec<Vec<String>> = stories.iter().map(|(text, _)| names(text)).collect();
    for (index, (text, sibling)) in stories.iter().enumerate() {
        let number = u32::try_from(index)?.to_le_bytes();
        let siblings = [SiblingArticle::new("sibling", *sibling)];
        let mut write = |text: &str, changed: Option<mtlint::span::Span<mtlint::span::Doc>>| {
            let segments: Segments = segment(text);
            let articles_of = Articles::new(text, &segments, &siblings);
            let unknown = vec![0.5; segments.words.len()];
            let mut memo = Memo::new(&lexicon);
            let comparison = Comparison::new(&articles_of, &mut memo, &unknown, &[]);
            for (_, oppositions) in oppositions(&comparison, &mut memo) {
                for opposition in oppositions {
                    let words = &segments.words[opposition.own.clone()];
                    let hit = changed
                        .is_some_and(|span| words.iter().any(|word| word.span.overlaps(span)));
                    if changed.is_some() && !hit {
                        continue;
                    }
                    for value in opposition.row {
                        rows.write_all(&value.to_le_bytes())?;
                    }
                    labels.write_all(&[u8::from(hit)])?;
                    articles.write_all(&number)?;
                }
            }
            Ok::<(), std::io::Error>(())
        };
        write(text, None)?;
        // Names of an article that stands well away.
        let others = &names[(index + names.len() / 2) % names.len()];
        for draw in 0..CHANGES {
            let seed = (index * CHANGES + draw) as u64;
            if let Some(changed) = change_fact(text, sibling, others, seed) {
                write(&changed.text, Some(changed.span))?;
                changes.write_all(&number)?;
            }
        }
    }
    for mut file in [rows, labels, articles, changes] {
        file.flush()?;
    }
    Ok(())
}
