//! Foreign clauses inside an English sentence.
//!
//! In: the evidence of each word of a sentence. Out: the runs of words that may be foreign,
//! and whether one is. A run begins and ends with a foreign word; it holds more evidence
//! against English than for it, and no quotation begins or ends in it. One sign alone never
//! decides: a run needs function words, words of one language, and whatlang's agreement.

use std::ops::Range;

use super::evidence::{Votes, WordEvidence, code_of};
use super::passages::MIN_WORDS;

/// A run ends where so much speaks for English after the last foreign word.
const GAP: f32 = 1.4;
/// The evidence that a run needs, in words that are surely foreign.
const ENOUGH: f32 = 2.8;
/// The evidence from which a run is foreign whatever whatlang makes of it.
const PLENTY: f32 = 5.0;

/// So many words more a run may have up to the next mark.
const MAX_ADDED: usize = 3;

/// Words that English has from elsewhere and of which it makes phrases: terms of law, of
/// music, of the kitchen, and mottos. A run with two of them is such a phrase. Sorted.
const PHRASES: &[&str] = &[
    "al", "allegro", "andante", "aperta", "belle", "bon", "bona", "bono", "carpe", "chose",
    "cogito", "corpus", "crème", "diem", "dolce", "déluge", "ergo", "est", "facto", "fide",
    "habeas", "honi", "ipsa", "ipso", "jure", "lex", "magna", "mal", "moderato", "molto", "mot",
    "moto", "mutatis", "noblesse", "nota", "oblige", "pense", "più", "quid", "quo", "quoi", "rea",
    "res", "sais", "semper", "sera", "sic", "troppo", "veni", "veritas", "vici", "vidi", "vino",
    "vita", "vivace", "vivre", "vox",
];

/// Words of Scots and of West African Pidgin, whose particles are function words of other
/// languages too. A run with one is a dialect of English. Sorted.
const DIALECTS: &[&str] = &[
    "abeg", "abi", "aye", "bairn", "cannae", "comot", "dey", "didnae", "dinna", "dinnae", "frae",
    "gie", "hae", "ken", "makam", "nae", "naija", "oga", "oyibo", "pickin", "pikin", "pipol",
    "sabi", "sey", "tae", "una", "wae", "wahala", "wetin", "wey", "wha", "wis", "wisnae", "wit",
    "yon",
];

/// The runs of a sentence that may be foreign, as indices of its words. `quoted` says of
/// each word whether it stands in quotes.
pub(super) fn runs(evidence: &[WordEvidence], quoted: &[bool]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    // The run so far, up to its last foreign word, and what speaks for English since.
    let mut run: Option<Range<usize>> = None;
    let mut since = 0.0;
    for (index, one) in evidence.iter().enumerate() {
        let border = index > 0 && quoted[index] != quoted[index - 1];
        if border || one.other_script || since >= GAP || one.score <= -2.0 {
            runs.extend(run.take());
            since = 0.0;
        }
        if one.other_script {
            continue;
        }
        if one.is_foreign() {
            let start = run.as_ref().map_or(index, |run| run.start);
            run = Some(start..index + 1);
            since = 0.0;
        } else if run.is_some() {
            since += (-one.score).max(0.0);
        }
    }
    runs.extend(run);
    runs.retain(|run| run.len() >= MIN_WORDS);
    runs
}

/// How sure it is that a run is a foreign clause, 0 to 1; `None` for one that is not.
/// `spoken` are its words with a letter, `capitals` of them begin with a capital, `guess` is
/// what whatlang makes of it.
pub(super) fn is_foreign_run(
    evidence: &[WordEvidence],
    spoken: &[&str],
    capitals: usize,
    guess: Option<&whatlang::Info>,
) -> Option<f32> {
    if spoken.len() < MIN_WORDS || capitals * 2 > spoken.len() {
        return None;
    }
    if listed_in(spoken, DIALECTS) > 0 || listed_in(spoken, PHRASES) >= 2 {
        return None;
    }
    let sum: f32 = evidence.iter().map(|one| one.score).sum();
    let foreign = evidence.iter().filter(|one| one.is_foreign());
    let listed = foreign.clone().filter(|one| one.is_listed).count();
    let functions = foreign.clone().filter(|one| one.is_function).count();
    let foreign = foreign.count();
    let lower = spoken.len() - capitals;
    let content = foreign > functions && distinct(spoken) >= 3;
    if sum < ENOUGH || foreign < 3 || listed < 2 || foreign * 5 < lower * 3 || !content {
        return None;
    }
    let mut votes = Votes::default();
    for one in evidence {
        votes.add(one);
    }
    // Words of one language: by their own votes, or by whatlang's guess.
    let guessed = guess.map_or(0.0, |guess| votes.of(code_of(guess)));
    let agreeing = votes.most().max(guessed);
    let english = guess.is_none_or(|guess| guess.lang() == whatlang::Lang::Eng);
    // Without a function word, only words that plainly belong together.
    let together = functions >= 1 || (listed >= 4 && guessed >= 3.0);
    if agreeing < 1.8 || (english && sum < PLENTY) || !together {
        return None;
    }
    let sure = guessed >= 1.0 && sum >= 4.0 && functions >= 2;
    Some(if sure || sum >= PLENTY { 0.9 } else { 0.72 })
}

/// How many different words there are among `words`.
pub(super) fn distinct(words: &[&str]) -> usize {
    let mut words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    words.sort_unstable();
    words.dedup();
    words.len()
}

/// A run made longer to the marks around it, where few words lie between and none of them
/// is a function word of English alone: "As" in "As obras de …" is English by itself only.
/// `is_mark` says which words of the sentence are marks.
pub(super) fn up_to_marks(
    run: Range<usize>,
    evidence: &[WordEvidence],
    is_mark: &dyn Fn(usize) -> bool,
) -> Range<usize> {
    let foreign = evidence[run.clone()].iter().filter(|one| one.is_foreign());
    // No more than a third of what is foreign already.
    let most = (foreign.count() / 3).min(MAX_ADDED);
    let fits = |added: &[WordEvidence]| {
        added.len() <= most
            && added
                .iter()
                .all(|one| one.score > -2.0 && !one.other_script)
    };
    let mut start = run.start;
    while start > 0 && !is_mark(start - 1) {
        start -= 1;
    }
    let mut end = run.end;
    while end < evidence.len() && !is_mark(end) {
        end += 1;
    }
    let start = if fits(&evidence[start..run.start]) {
        start
    } else {
        run.start
    };
    let end = if fits(&evidence[run.end..end]) {
        end
    } else {
        run.end
    };
    start..end
}

/// How many of `words` a sorted list has.
fn listed_in(words: &[&str], list: &[&str]) -> usize {
    // No word of the lists is longer, in bytes.
    let short = words.iter().filter(|word| word.len() <= 12);
    let lower = short.map(|word| word.trim_end_matches('.').to_lowercase());
    lower
        .filter(|word| list.binary_search(&word.as_str()).is_ok())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(PHRASES.is_sorted() && DIALECTS.is_sorted());
    }

    #[test]
    fn a_run_ends_where_english_begins() {
        let word = |score: f32| WordEvidence {
            score,
            ..WordEvidence::default()
        };
        let scores = [-1.0, 1.0, 1.0, -0.4, 1.0, 0.0, 1.0, -1.0, -1.0, 1.0];
        let evidence = scores.map(word);
        assert_eq!(runs(&evidence, &[false; 10]), vec![1..7; 1]);
        let mut quoted = [false; 10];
        quoted[4..7].fill(true);
        assert!(runs(&evidence, &quoted).is_empty());
    }
}
