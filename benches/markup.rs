//! Measures how the time of reading markup grows with its size, construct by construct.
//!
//! In: nothing. Out: for each construct the processor's time of the largest size, and the
//! exponent of its growth: 1 where twice as much takes twice as long, 2 where it takes four
//! times as long.
//! Run it with `cargo bench --bench markup`; it fails where an exponent is over 1.4.

use std::time::{Duration, Instant};

use mtlint::document::{Markup, Prose};

/// Bytes of the smaller text; what fits into the processor's own memory is read quicker.
const SMALLEST: usize = 1024 * 1024;
/// How much larger the other one is: as large as a document may be.
const FACTOR: usize = 8;
/// Rounds of readings, of which the quickest counts.
const ROUNDS: usize = 3;
/// A round goes on for so long: the processor's time is counted coarsely.
const LEAST: Duration = Duration::from_millis(200);
/// The largest exponent that counts as growing with the size. On a quiet machine it is below
/// 1.2; other programs that use the same memory move it by a tenth or two.
const MAX_EXPONENT: f64 = 1.4;

/// A construct: what stands once before it, what is repeated, and what stands at the end.
type Construct = (Markup, &'static str, &'static str, &'static str);

const CONSTRUCTS: &[Construct] = &[
    (
        Markup::Html,
        "<p>One. ",
        "<!-- mtlint-disable-next-line -->",
        "\nTwo.",
    ),
    (
        Markup::Html,
        "",
        "<!-- mtlint-disable --> a <!-- mtlint-enable --> b\n",
        "",
    ),
    (Markup::Html, "", "<i lang=fr>a ", ""),
    (Markup::Html, "", "<i><em>a ", "</i>"),
    (Markup::Html, "", "<i>a <em>b</i> ", ""),
    (Markup::Html, "<i><em><q><cite>", "a</b> ", ""),
    (Markup::Html, "", "<div><blockquote>a ", ""),
    (Markup::Html, "", "<body>a ", ""),
    (Markup::Html, "", "<", ""),
    (Markup::Html, "", "</", ""),
    (Markup::Html, "", "&", ""),
    (Markup::Html, "", "&amp;", ""),
    (Markup::Html, "", "&a", ""),
    (Markup::Html, "&", "a", ""),
    (Markup::Html, "", "<!--", ""),
    (Markup::Html, "", "<!-- a -->b ", ""),
    (Markup::Html, "<p ", "a=b ", ">c"),
    (Markup::Html, "<p a=\"", "b ", ""),
    (Markup::Html, "", "<br>", ""),
    (Markup::Html, "", "<p>\n\n", ""),
    (Markup::Html, "a", " ", "b"),
    (Markup::Html, "", "<table><tr><td>a", ""),
    (Markup::Html, "<script>", "<p>a", ""),
    (Markup::Markdown, "", "> ", "a"),
    (Markup::Markdown, "", "> a\n", ""),
    (Markup::Markdown, "", "- ", "a"),
    (Markup::Markdown, "", "- a\n", ""),
    (Markup::Markdown, "", "1. a\n\n", ""),
    (Markup::Markdown, "", "[", ""),
    (Markup::Markdown, "", "[a](", ""),
    (Markup::Markdown, "", "[a](b) ", ""),
    (Markup::Markdown, "", "![[a](b) ", ""),
    (Markup::Markdown, "", "[a][b] ", ""),
    (Markup::Markdown, "", "[a]: b\n", ""),
    (Markup::Markdown, "", "[^1] ", ""),
    (Markup::Markdown, "", "*a **b ", ""),
    (Markup::Markdown, "", "*", ""),
    (Markup::Markdown, "", "_a__ ", ""),
    (Markup::Markdown, "", "~~a ", ""),
    (Markup::Markdown, "", "`", ""),
    (Markup::Markdown, "", "`a` ", ""),
    (Markup::Markdown, "", "`<b>", ""),
    (Markup::Markdown, "", "$a", ""),
    (Markup::Markdown, "", "<a ", ""),
    (Markup::Markdown, "", "<b>a</b> ", ""),
    (Markup::Markdown, "", "<!-- a -->\n", ""),
    (
        Markup::Markdown,
        "a ",
        "<!-- mtlint-disable-next-line -->",
        "\nb",
    ),
    (Markup::Markdown, "", "<div\n", ""),
    (Markup::Markdown, "", "<http://a.b> ", ""),
    (Markup::Markdown, "", "&amp;", ""),
    (Markup::Markdown, "", "\\*", ""),
    (Markup::Markdown, "|a|b|\n|-|-|\n", "|c|d|\n", ""),
    (Markup::Markdown, "", "|a", "\n|-\n"),
    (Markup::Markdown, "", "a\n: b\n\n", ""),
    (Markup::Markdown, "", "# a\n", ""),
    (Markup::Markdown, "", "word ", ""),
    (Markup::Markdown, "", "```\na\n", ""),
];

fn main() {
    let mut worst: f64 = 0.0;
    for construct in CONSTRUCTS {
        let small = time(construct, SMALLEST);
        let large = time(construct, SMALLEST * FACTOR);
        let grown = large.as_secs_f64() / small.as_secs_f64();
        let exponent = grown.ln() / (FACTOR as f64).ln();
        worst = worst.max(exponent);
        let (markup, before, repeated, _) = construct;
        let shown = format!("{before:?} {repeated:?}…");
        println!(
            "{:<9}{shown:<60}{large:>12.1?}{exponent:>7.2}",
            markup.name()
        );
    }
    println!("the largest exponent is {worst:.2}");
    assert!(worst <= MAX_EXPONENT, "over {MAX_EXPONENT}");
}

/// The time of reading the construct in about so many bytes: the quickest of some rounds.
fn time((markup, before, repeated, after): &Construct, bytes: usize) -> Duration {
    let text = [before, &*repeated.repeat(bytes / repeated.len()), after].concat();
    let begun = Instant::now();
    let now = || processor_time().unwrap_or_else(|| begun.elapsed());
    let round = |_| {
        let before = now();
        let mut readings = 0;
        loop {
            std::hint::black_box(Prose::of(&text, Some(*markup)));
            readings += 1;
            let spent = now() - before;
            if spent >= LEAST {
                return spent / readings;
            }
        }
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

/// The time that this process has had of a processor, which is no longer where others want it
/// too; none elsewhere than on Linux.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
