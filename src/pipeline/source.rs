//! From what was read of marked-up texts back to the texts themselves.
//!
//! In: a judgement whose spans lie in the prose of a document and of its siblings. Out:
//! the same with spans into the sources, as users have them on disk. A correction whose
//! bytes hold markup is one to look at, no more: applying it would break the markup.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::Prose;
use crate::finding::{Applicability, Suggestion};
use crate::report::{Judgement, ReadSibling};
use crate::sibling::Original;

/// The prose of those siblings that are marked up, with their sources, by their ids.
pub(super) type Originals = HashMap<String, Original>;

/// Puts all spans of a judgement into the sources.
pub(super) fn point_into_sources(judgement: &mut Judgement, originals: &Originals) {
    let document = judgement.document.prose().cloned();
    let source = judgement.document.text();
    for finding in &mut judgement.findings {
        for suggestion in &mut finding.suggestions {
            if let Some(prose) = &document {
                into_document(suggestion, prose, source);
            }
            let quote = suggestion.sibling.as_mut();
            let marked_up = quote.and_then(|quote| Some((originals.get(&quote.id)?, quote)));
            if let Some((original, quote)) = marked_up {
                quote.span = original.prose.source(quote.span);
                quote.text = quote
                    .span
                    .slice(&original.text)
                    .unwrap_or_default()
                    .to_owned();
            }
        }
    }
    for ReadSibling {
        standing, aligned, ..
    } in &mut judgement.siblings
    {
        for (_, told) in aligned {
            if let Some(original) = originals.get(&standing.id) {
                *told = original.prose.source(*told);
            }
        }
    }
    let Some(prose) = document else {
        return;
    };
    judgement
        .findings
        .retain(|finding| !prose.spares_all(finding.span));
    for finding in &mut judgement.findings {
        finding.span = prose.source(finding.span);
    }
    for sentence in &mut judgement.sentences {
        *sentence = prose.source(*sentence);
    }
    for word in &mut judgement.words {
        word.span = prose.source(word.span);
    }
    for (sentence, _) in judgement
        .siblings
        .iter_mut()
        .flat_map(|one| &mut one.aligned)
    {
        *sentence = prose.source(*sentence);
    }
}

fn into_document(suggestion: &mut Suggestion, prose: &Arc<Prose>, source: &str) {
    if !prose.is_verbatim(suggestion.span, source) {
        suggestion.applicability = Applicability::DisplayOnly;
    }
    suggestion.replacement = prose.markup().escaped(&suggestion.replacement);
    suggestion.span = prose.source(suggestion.span);
}
