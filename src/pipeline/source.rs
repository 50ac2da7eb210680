//! From what was read of marked-up texts back to the texts themselves.
//!
//! In: a judgement whose spans lie in the prose of a document and of its siblings. Out:
//! the same with spans into the sources, as users have them on disk. A correction whose
//! bytes hold markup is one to look at, no more: applying it would break the markup.

use crate::document::Prose;
use crate::finding::{Applicability, SiblingQuote, Suggestion};
use crate::report::{Analysis, ReadSibling};

/// Puts all spans of a judgement into the sources.
pub(super) fn point_into_sources(analysis: &mut Analysis) {
    let Analysis {
        document,
        sentences,
        findings,
        words,
        siblings,
        ..
    } = analysis;
    let suggestions = findings.iter_mut().flat_map(|one| &mut one.suggestions);
    for quote in suggestions.filter_map(|suggestion| suggestion.sibling.as_mut()) {
        into_sibling(quote, siblings);
    }
    for ReadSibling { prose, aligned, .. } in siblings.iter_mut() {
        if let Some(prose) = prose {
            for (_, told) in aligned {
                *told = prose.source(*told);
            }
        }
    }
    let Some(prose) = document.prose() else {
        return;
    };
    findings.retain(|finding| !prose.excludes_all(finding.span));
    for finding in findings {
        for suggestion in &mut finding.suggestions {
            into_document(suggestion, prose, document.text());
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

fn into_document(suggestion: &mut Suggestion, prose: &Prose, source: &str) {
    if !prose.is_verbatim(suggestion.span, source) {
        suggestion.applicability = Applicability::DisplayOnly;
    }
    suggestion.replacement = prose.markup().escaped(&suggestion.replacement);
    suggestion.span = prose.source(suggestion.span);
}

fn into_sibling(quote: &mut SiblingQuote, siblings: &[ReadSibling]) {
    let named = siblings.iter().find(|one| one.trust.id == quote.id);
    if let Some((sibling, prose)) = named.and_then(|one| Some((one, one.prose.as_ref()?))) {
        quote.span = prose.source(quote.span);
        let text = quote.span.slice(&sibling.text);
        quote.text = text.unwrap_or_default().to_owned();
    }
}
