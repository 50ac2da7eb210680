//! What a sibling says, as findings show it.
//!
//! In: corrections and contradictions, which know nothing of findings. Out:
//! suggestions, which know nothing of how siblings are compared. It decides nothing.

use std::ops::Range;

use crate::finding::{Applicability, SiblingQuote, Suggestion};
use crate::sibling::{Contradiction, Correction, Quote};

/// A sibling's correction as a suggestion.
pub(super) fn suggestion(correction: Correction) -> Suggestion {
    let Correction {
        span,
        replacement,
        confidence,
        safe,
        bits_saved,
        quote,
    } = correction;
    let Quote {
        id,
        span: quoted,
        text,
    } = quote;
    Suggestion {
        span,
        replacement,
        confidence,
        applicability: if safe {
            Applicability::Safe
        } else {
            Applicability::Unsafe
        },
        bits_saved,
        sibling: Some(SiblingQuote {
            id,
            span: quoted,
            text,
        }),
    }
}

/// A contradicted fact as the document's words that it is about, and a suggestion of
/// the sibling's.
pub(super) fn contradicted(contradiction: Contradiction) -> (Range<usize>, Suggestion) {
    (contradiction.words, suggestion(contradiction.correction))
}
