//! Markdown and HTML: what is prose in it, and where that stands.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtlint::document::{Markup, Prose};
use mtlint::segment::segment;

fuzz_target!(|source: &str| {
    for markup in [Markup::Markdown, Markup::Html] {
        let prose = Prose::of(source, markup);
        for word in segment(prose.text()).words {
            let there = prose.source(word.span);
            let quoted = there.slice(source).unwrap();
            if prose.is_verbatim(word.span, source) {
                assert_eq!(Some(quoted), word.span.slice(prose.text()));
            }
            let _ = prose.of_source(there).slice(prose.text()).unwrap();
        }
    }
});
