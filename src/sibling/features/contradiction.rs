//! What speaks for a contradiction, as numbers for the network that judges it.
//!
//! In: a fact of the document and one of a sibling, with the sentences that they stand
//! in. Out: a row of numbers: that of the edit that would put the sibling's fact in,
//! what kind of facts they are, and how they stand between the words that match. Whether
//! they disagree is not decided here.

use std::ops::Range;

use super::columns::{joined, names, positions};
use super::document::DocumentEvidence;
use super::edit::{Edit, PRIOR_COLUMNS, edit_row};
use crate::network::flag;
use crate::sibling::comparison::{Comparison, Pair, Source};
use crate::sibling::facts::value::{Fact, Value};
use crate::sibling::memo::Memo;
use crate::sibling::text::NormalizedText;

/// Words behind a fact among which its unit stands.
const UNIT_WITHIN: usize = 2;

/// Words of a gap beyond which it is another passage.
const MAX_GAP: usize = 10;

/// Facts beyond which one more leaves no less open which is meant.
const MAX_RIVALS: usize = 4;

type Column = (&'static str, fn(&FactContext<'_, '_>) -> f32);

/// What is added to the row of the edit.
const TABLE: [Column; 9] = [
    ("number", |c| {
        flag(matches!(c.own.value, Value::Number { .. }))
    }),
    ("date", |c| {
        flag(matches!(c.own.value, Value::Month(_) | Value::Weekday(_)))
    }),
    ("name", |c| flag(c.own.value == Value::Name)),
    ("enclosed", |c| flag(c.is_enclosed())),
    ("gap_document", |c| gap(&c.gap.own, &c.own.words)),
    ("gap_sibling", |c| {
        if c.is_enclosed() {
            gap(&c.gap.other, &c.other.words)
        } else {
            1.0
        }
    }),
    ("same_unit", |c| {
        flag(c.units.0.is_some() && c.units.0 == c.units.1)
    }),
    ("other_unit", |c| {
        flag(c.units.0.is_some() && c.units.1.is_some() && c.units.0 != c.units.1)
    }),
    ("rivals", |c| {
        c.rivals.min(MAX_RIVALS) as f32 / MAX_RIVALS as f32
    }),
];

/// What says how suspect the words are. A fact that reads well can be as wrong, so these
/// are 0 in the row of a contradiction.
const SUSPICIONS: [usize; 7] = positions(
    &PRIOR_COLUMNS,
    [
        "suspicion_max",
        "suspicion_mean",
        "bits",
        "conditional_bits",
        "conditional_saved",
        "sibling_suspicion",
        "document_evidence",
    ],
);

const EDIT_WIDTH: usize = PRIOR_COLUMNS.len();

/// Numbers of a possible contradiction.
pub(crate) const WIDTH: usize = EDIT_WIDTH + TABLE.len();

/// The names of the columns of a possible contradiction's row, in order.
pub const CONTRADICTION_COLUMNS: [&str; WIDTH] = joined(PRIOR_COLUMNS, names(&TABLE));

/// The row of two facts that may contradict each other, `own` of the document and
/// `other` of the sibling, in the sentences `pair`; `rivals` facts of the sibling are
/// comparable with the first.
pub(crate) fn contradiction_row<'a>(
    comparison: &Comparison<'a>,
    source: &Source<'a>,
    memo: &mut Memo<'a>,
    pair: &Pair,
    (own, other, rivals): (&Fact, &Fact, usize),
) -> [f32; WIDTH] {
    let edit = Edit {
        own: own.words.clone(),
        other: other.words.clone(),
        pair: Some(pair),
        within: 0,
    };
    let unknown = DocumentEvidence::default();
    let mut edit = edit_row(comparison, source, unknown, memo, &edit);
    for column in SUSPICIONS {
        edit[column] = 0.0;
    }
    let context = FactContext {
        own,
        other,
        rivals,
        gap: Gap::about(pair, &own.words),
        units: (
            unit(comparison.document, &own.words),
            unit(source.text, &other.words),
        ),
    };
    let mut row = [0.0; WIDTH];
    row[..EDIT_WIDTH].copy_from_slice(&edit);
    row[EDIT_WIDTH..].copy_from_slice(&TABLE.map(|(_, of)| of(&context)));
    row
}

/// Two facts with all that their numbers are made of.
struct FactContext<'c, 'a> {
    own: &'c Fact,
    other: &'c Fact,
    rivals: usize,
    gap: Gap,
    /// The stems of what the two count.
    units: (Option<&'a str>, Option<&'a str>),
}

impl FactContext<'_, '_> {
    /// Whether the sibling's fact stands between the matches about the document's.
    fn is_enclosed(&self) -> bool {
        let (gap, words) = (&self.gap.other, &self.other.words);
        gap.start <= words.start && words.end <= gap.end
    }
}

/// The words between the two nearest matches about a fact of the document.
struct Gap {
    own: Range<usize>,
    other: Range<usize>,
}

impl Gap {
    fn about(pair: &Pair, words: &Range<usize>) -> Self {
        let matched = &pair.matched;
        let before = matched.in_order();
        let before = before.take_while(|(own, ..)| *own < words.start).last();
        let after = matched.in_order().find(|(own, ..)| *own >= words.end);
        let start = before.map_or(
            (matched.own.start, matched.other.start),
            |(own, other, _)| (own + 1, other + 1),
        );
        let end = after.map_or((matched.own.end, matched.other.end), |(own, other, _)| {
            (own, other)
        });
        Self {
            own: start.0..end.0,
            other: start.1..end.1,
        }
    }
}

/// Words of a gap besides the fact's own, as a share of [`MAX_GAP`].
fn gap(gap: &Range<usize>, words: &Range<usize>) -> f32 {
    let besides = gap.end.saturating_sub(gap.start);
    let besides = besides.saturating_sub(words.len());
    besides.min(MAX_GAP) as f32 / MAX_GAP as f32
}

/// The stem of what a fact counts.
fn unit<'a>(text: &'a NormalizedText<'_>, words: &Range<usize>) -> Option<&'a str> {
    let mut behind = words.end..(words.end + UNIT_WITHIN).min(text.forms.len());
    let unit = behind.find(|&word| text.is_word(word) && text.forms[word].is_content());
    unit.map(|word| text.forms[word].stem.as_str())
}
