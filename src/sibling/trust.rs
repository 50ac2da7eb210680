//! How far a sibling is believed, and why not further.
//!
//! In: how much a sibling has in common with the document, and its own quality. Out: a
//! weight from 0 to 1, by which what it adds is multiplied, with the reason where it is
//! less than 1. An article about something else says nothing of this one; one that is
//! garbled itself is a weaker witness the more garbled it is. What the sibling says is
//! not looked at here.

/// Mean share of words in common, over all sentences of the document, from
/// which two articles tell the same story.
const SAME_STORY: f32 = 0.06;

/// Share of the document's words in sentences that the sibling has word for word, from which it
/// is a copy: a corrected version has others wherever it was corrected.
const COPY: f32 = 0.98;

/// Quality from which a sibling is believed in full, and up to which not at all.
const QUALITY: (f32, f32) = (70.0, 30.0);

/// How far a sibling is believed, with what that follows from.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// The id of the sibling: its path as given, or the id of its record.
    pub id: String,
    /// How far the sibling is believed, 0 to 1.
    pub weight: f32,
    /// The share of the document's sentences that have a counterpart in the sibling, 0 to 1.
    pub aligned: f32,
    /// The quality of the sibling itself, 0 to 100; `None` if it could not be judged.
    pub quality: Option<f32>,
    /// Why the sibling is not believed in full; `None` if it is.
    pub doubt: Option<Doubt>,
}

/// Why a sibling is not believed in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The sibling cannot be judged: it is empty, or in another language.
    NotJudged,
    /// The sibling tells another story.
    OtherStory,
    /// The sibling is the document itself, or a copy of it: it confirms nothing.
    Copy,
    /// The sibling is garbled itself.
    Garbled,
}

impl Trust {
    /// The trust in a sibling that has a counterpart for the share `aligned` of the
    /// document's sentences, the share `common` of all words in common with it, and the share
    /// `copied` of its words in sentences that it has word for word.
    pub(super) fn new(
        id: &str,
        (aligned, common, copied): (f32, f32, f32),
        quality: Option<f32>,
    ) -> Self {
        let (full, none) = QUALITY;
        let (weight, doubt) = match quality {
            None => (0.0, Some(Doubt::NotJudged)),
            Some(_) if common < SAME_STORY => (0.0, Some(Doubt::OtherStory)),
            Some(_) if copied >= COPY => (0.0, Some(Doubt::Copy)),
            Some(quality) if quality < full => {
                let weight = ((quality - none) / (full - none)).max(0.0);
                (weight, Some(Doubt::Garbled))
            }
            Some(_) => (1.0, None),
        };
        Self {
            id: id.to_owned(),
            weight,
            aligned,
            quality,
            doubt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubtful_sibling_weighs_less_and_says_why() {
        let of = |common, quality| {
            let trust = Trust::new("a", (0.5, common, 0.4), quality);
            (trust.weight, trust.doubt)
        };
        assert_eq!(of(0.4, Some(92.0)), (1.0, None));
        assert_eq!(of(0.4, Some(50.0)), (0.5, Some(Doubt::Garbled)));
        assert_eq!(of(0.4, Some(12.0)), (0.0, Some(Doubt::Garbled)));
        assert_eq!(of(0.01, Some(92.0)), (0.0, Some(Doubt::OtherStory)));
        assert_eq!(of(0.4, None), (0.0, Some(Doubt::NotJudged)));
        let copy = Trust::new("a", (1.0, 1.0, 1.0), Some(92.0));
        assert_eq!((copy.weight, copy.doubt), (0.0, Some(Doubt::Copy)));
    }
}
