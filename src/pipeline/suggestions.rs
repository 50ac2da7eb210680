//! Corrections of siblings as suggestions of findings.
//!
//! In: corrections and contradictions, which know nothing of findings. Out:
//! suggestions, which know nothing of how siblings are compared. It decides nothing.

use crate::finding::inconsistency::ContradictedFact;
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

/// A contradicted fact as findings take it.
pub(super) fn contradicted(contradiction: Contradiction) -> ContradictedFact {
    ContradictedFact {
        words: contradiction.words,
        suggestion: suggestion(contradiction.correction),
    }
}
