//! What a tagger says of each word, by name.
//!
//! In: the names of the outputs in a file of weights, and rows of logits. Out: [`Tags`],
//! which give the logits of a word by their meaning. Whatever else a file names is kept in
//! the rows.

use crate::network::WeightsError;

/// The categories of an error, in the order of [`Tags::categories`].
pub const CATEGORIES: [&str; 9] = [
    "untranslated",
    "name",
    "mistranslation",
    "wording",
    "grammar",
    "word_order",
    "omission",
    "punctuation",
    "number",
];

/// The severities of an error, in the order of [`Tags::severities`].
pub const SEVERITIES: [&str; 3] = ["minor", "major", "critical"];

/// The places of the outputs in a row.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    names: Vec<String>,
    error: usize,
    edited: usize,
    joins: usize,
    categories: [usize; CATEGORIES.len()],
    severities: [usize; SEVERITIES.len()],
}

impl Columns {
    /// The places that a note gives, which holds the names of the outputs in order, with blanks
    /// between them.
    ///
    /// # Errors
    /// When an output is missing.
    pub(super) fn new(note: &str) -> Result<Self, WeightsError> {
        let names: Vec<String> = note.split_whitespace().map(str::to_owned).collect();
        let place = |name: &str| {
            let place = names.iter().position(|known| known == name);
            place.ok_or_else(|| WeightsError(format!("the output {name} is missing")))
        };
        Ok(Self {
            error: place("error")?,
            edited: place("edited")?,
            joins: place("joins")?,
            categories: places(CATEGORIES, place)?,
            severities: places(SEVERITIES, place)?,
            names,
        })
    }

    /// The names of all outputs, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

/// The place of each name.
fn places<const N: usize>(
    names: [&str; N],
    place: impl Fn(&str) -> Result<usize, WeightsError>,
) -> Result<[usize; N], WeightsError> {
    let mut places = [0; N];
    for (found, name) in places.iter_mut().zip(names) {
        *found = place(name)?;
    }
    Ok(places)
}

/// The logits of the words of a text.
#[derive(Debug, Clone)]
pub struct Tags {
    columns: Columns,
    logits: Vec<f32>,
}

impl Tags {
    /// Tags of rows with a logit for each of the columns.
    pub(super) fn new(columns: Columns, logits: Vec<f32>) -> Self {
        Self { columns, logits }
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.logits.len() / self.columns.names.len()
    }

    /// Whether the text has no words.
    pub fn is_empty(&self) -> bool {
        self.logits.is_empty()
    }

    /// All logits of a word, in the order of [`super::Tagger::outputs`].
    ///
    /// # Panics
    /// When there is no such word; so do the functions below.
    pub fn row(&self, word: usize) -> &[f32] {
        let width = self.columns.names.len();
        &self.logits[word * width..(word + 1) * width]
    }

    /// The logit of a word that it is part of an error.
    pub fn error(&self, word: usize) -> f32 {
        self.row(word)[self.columns.error]
    }

    /// The logit of a word that a post-editor would change it.
    pub fn edited(&self, word: usize) -> f32 {
        self.row(word)[self.columns.edited]
    }

    /// The logit of a word that it belongs to the same error as the word before it.
    pub fn joins(&self, word: usize) -> f32 {
        self.row(word)[self.columns.joins]
    }

    /// The logits of a word for the [`CATEGORIES`].
    pub fn categories(&self, word: usize) -> [f32; CATEGORIES.len()] {
        let row = self.row(word);
        self.columns.categories.map(|column| row[column])
    }

    /// The logits of a word for the [`SEVERITIES`].
    pub fn severities(&self, word: usize) -> [f32; SEVERITIES.len()] {
        let row = self.row(word);
        self.columns.severities.map(|column| row[column])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_found_by_name_whatever_their_order() {
        let names: Vec<&str> = SEVERITIES
            .into_iter()
            .chain(["more", "joins", "edited", "error"])
            .chain(CATEGORIES)
            .collect();
        let columns = Columns::new(&names.join(" ")).unwrap();
        let tags = Tags::new(columns, (0..32u8).map(f32::from).collect());
        assert_eq!((tags.len(), tags.is_empty()), (2, false));
        assert_eq!(
            (tags.joins(1), tags.edited(1), tags.error(1)),
            (20.0, 21.0, 22.0)
        );
        assert_eq!(tags.severities(0), [0.0, 1.0, 2.0]);
        assert_eq!(
            tags.categories(0),
            [7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]
        );
    }

    #[test]
    fn an_output_that_is_missing_is_named() {
        let problem = Columns::new("error edited").err().unwrap();
        assert!(
            problem.to_string().contains("joins is missing"),
            "{problem}"
        );
    }
}
