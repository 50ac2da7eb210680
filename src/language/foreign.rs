//! Words that are certainly of another language than English.
//!
//! In: a word. Out: whether it is written in another script than Latin, and whether it is
//! or begins with a function word of another language. It knows no context: a single such
//! word does not make a sentence foreign.

use crate::segment::is_apostrophe;

/// Whether the letters of `word` are mostly of another script than Latin.
pub(super) fn in_other_script(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let other = letters().filter(|&c| !is_latin(c)).count();
    other * 2 > letters().count()
}

/// Latin letters, and those that mathematics and phonetics mix with them.
fn is_latin(c: char) -> bool {
    matches!(c,
        '\0'..='\u{2ff}'
        | '\u{1d00}'..='\u{1eff}'
        | '\u{2070}'..='\u{218f}'
        | '\u{2460}'..='\u{24ff}'
        | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}'
        | '\u{ab30}'..='\u{ab6f}'
        | '\u{fb00}'..='\u{fb06}'
        | '\u{ff21}'..='\u{ff5a}'
        | '\u{1d400}'..='\u{1d7ff}')
}

/// The function word of another language that `word` is or begins with.
pub(super) fn foreign_function_word(word: &str) -> Option<String> {
    // Longer than any in the list, in bytes.
    if word.len() > 16 {
        return None;
    }
    let lower = word.to_lowercase();
    if FOREIGN.binary_search(&lower.as_str()).is_ok() {
        return Some(lower);
    }
    // "l'homme", "dell'arte"
    let (article, _) = lower.split_once(is_apostrophe)?;
    ELIDED.contains(&article).then(|| article.to_owned())
}

/// What French and Italian write before an apostrophe.
const ELIDED: [&str; 12] = [
    "l", "d", "c", "j", "n", "s", "m", "qu", "un", "dell", "all", "nell",
];

/// Function words of languages in Latin script, those left out that English
/// writes too or that are first a part of names ("van", "al"). Sorted by bytes.
pub(super) const FOREIGN: &[&str] = &[
    "af", "alla", "anche", "ang", "ao", "att", "auch", "auf", "aus", "aux", "av", "avec", "az",
    "bei", "bij", "bir", "bu", "ce", "cette", "che", "como", "cu", "cum", "czy", "các", "că",
    "của", "da", "daha", "dans", "dari", "das", "dat", "de", "dei", "del", "della", "delle", "dem",
    "dengan", "der", "des", "det", "di", "din", "dla", "dos", "du", "een", "egy", "ei", "ein",
    "eine", "einem", "einen", "el", "ela", "ele", "elle", "en", "er", "es", "esta", "este", "está",
    "et", "ett", "että", "ez", "foi", "fost", "fue", "för", "für", "gli", "haben", "hat", "het",
    "hogy", "hän", "ich", "ik", "ikke", "il", "ile", "ils", "im", "ini", "inte", "io", "ist",
    "itu", "için", "ja", "jag", "jak", "jako", "je", "jeg", "jest", "już", "ke", "kes", "không",
    "kui", "kun", "la", "las", "le", "les", "leur", "lo", "los", "lui", "là", "maar", "mai",
    "mais", "med", "mga", "mit", "mitte", "mutta", "muy", "más", "na", "naar", "nach", "ne", "nel",
    "nella", "nem", "není", "ng", "những", "nicht", "nie", "niet", "nii", "ning", "non", "nous",
    "nu", "num", "não", "och", "od", "oder", "og", "olarak", "olen", "oli", "oma", "ont", "ook",
    "os", "ou", "ovat", "où", "para", "pas", "pela", "pelo", "pentru", "pero", "più", "po", "por",
    "pour", "prin", "przez", "på", "que", "questa", "questo", "qui", "quod", "sau", "se", "sed",
    "ses", "sie", "sind", "się", "som", "sono", "sont", "su", "sunt", "sus", "são", "să", "tak",
    "te", "tidak", "til", "uma", "un", "una", "und", "une", "untuk", "ve", "vi", "você", "von",
    "voor", "vous", "và", "wenn", "werden", "wie", "wij", "wir", "wird", "wordt", "yang", "yo",
    "ze", "zijn", "zu", "zum", "zur", "às", "är", "çok", "è", "és", "été", "être", "în", "über",
    "được", "że", "že",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_letters_decide_the_script() {
        assert!(in_other_script("Ёлка") && in_other_script("漢"));
        assert!(!in_other_script("naïve") && !in_other_script("ﬁn") && !in_other_script("µm"));
        assert!(!in_other_script("12"));
    }
}
