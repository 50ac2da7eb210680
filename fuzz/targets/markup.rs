//! Reads Markdown and HTML: the prose in it, and the spans of the prose in the source.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtlint::document::{Markup, Prose};
use mtlint::segment::segment;

fuzz_target!(|source: &str| {
    for markup in [Markup::Markdown, Markup::Html] {
        let prose = Prose::of(source, markup);
        for word in segment(prose.text()).words {
            let span = prose.source(word.span);
            let quoted = span.slice(source).unwrap();
            if prose.is_verbatim(word.span, source) {
                assert_eq!(Some(quoted), word.span.slice(prose.text()));
            }
            let _ = prose.of_source(span).slice(prose.text()).unwrap();
        }
    }
});
