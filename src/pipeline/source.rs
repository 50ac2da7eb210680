//! From what was read of texts back to the texts themselves.
//!
//! In: an analysis whose spans lie in the prose of a document and of its siblings. Out:
//! the same with spans into the sources, as users have them on disk. A correction whose
//! bytes hold markup is one to look at, no more: applying it would break the markup.

use crate::document::{Markup, Prose};
use crate::finding::{Applicability, SiblingQuote, Suggestion};
use crate::report::{Analysis, SiblingEntry};

/// The analysis with all spans pointing into the sources.
pub(super) fn pointing_into_sources(mut analysis: Analysis) -> Analysis {
    point_siblings_into_sources(&mut analysis);
    point_document_into_source(&mut analysis);
    analysis
}

/// Has what is quoted of siblings point into their sources.
fn point_siblings_into_sources(analysis: &mut Analysis) {
    let Analysis {
        findings, siblings, ..
    } = analysis;
    let suggestions = findings.iter_mut().flat_map(|one| &mut one.suggestions);
    for quote in suggestions.filter_map(|suggestion| suggestion.sibling.as_mut()) {
        into_sibling(quote, siblings);
    }
    for SiblingEntry { prose, aligned, .. } in siblings.iter_mut() {
        if let Some(prose) = prose {
            for (_, counterpart) in aligned {
                *counterpart = prose.source(*counterpart);
            }
        }
    }
}

/// Has what is said of the document point into its source.
fn point_document_into_source(analysis: &mut Analysis) {
    let Analysis {
        document,
        sentences,
        findings,
        words,
        siblings,
        ..
    } = analysis;
    let Some(prose) = document.prose() else {
        return;
    };
    let markup = document.markup();
    findings.retain(|finding| !prose.excludes_all(finding.span));
    for finding in findings {
        for suggestion in &mut finding.suggestions {
            if let Some(markup) = markup {
                within_markup(suggestion, (prose, document.text()), markup);
            }
            suggestion.span = prose.source(suggestion.span);
        }
        finding.span = prose.source(finding.span);
    }
    for sentence in sentences {
        *sentence = prose.source(*sentence);
    }
    for word in words {
        word.span = prose.source(word.span);
    }
    let aligned = siblings.iter_mut().flat_map(|one| &mut one.aligned);
    for (sentence, _) in aligned {
        *sentence = prose.source(*sentence);
    }
}

/// Has a correction stand within marked-up text.
fn within_markup(suggestion: &mut Suggestion, (prose, source): (&Prose, &str), markup: Markup) {
    if !prose.is_verbatim(suggestion.span, source) {
        suggestion.applicability = Applicability::DisplayOnly;
    }
    suggestion.replacement = markup.escaped(&suggestion.replacement);
}

fn into_sibling(quote: &mut SiblingQuote, siblings: &[SiblingEntry]) {
    let named = siblings.iter().find(|one| one.id == quote.id);
    if let Some((sibling, prose)) = named.and_then(|one| Some((one, one.prose.as_ref()?))) {
        quote.span = prose.source(quote.span);
        let text = quote.span.slice(&sibling.text);
        quote.text = text.unwrap_or_default().to_owned();
    }
}
