//! Regular English endings: from a word to its lemma and the ending, and back.
//!
//! In: words in lower case. Out: words. Irregular forms are not known.

/// The ending that a word has beyond its lemma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The lemma itself.
    None,
    /// A plural or third person: *tests*, *tries*.
    S,
    /// A past: *tested*, *tried*.
    Ed,
    /// *testing*, *trying*.
    Ing,
}

/// The lemmas that a word may be a form of, each with its ending, the word itself first.
pub(super) fn lemmas(word: &str) -> Vec<(String, Ending)> {
    let mut found = vec![(word.to_owned(), Ending::None)];
    let mut add = |stem: &str, tail: &str, ending| {
        if stem.len() > 1 {
            found.push((format!("{stem}{tail}"), ending));
        }
    };
    if let Some(stem) = word.strip_suffix("ies") {
        add(stem, "y", Ending::S);
    } else if let Some(stem) = word.strip_suffix('s').filter(|stem| !stem.ends_with('s')) {
        add(stem, "", Ending::S);
        if let Some(stem) = stem.strip_suffix('e') {
            add(stem, "", Ending::S);
        }
    }
    for (suffix, ending) in [("ed", Ending::Ed), ("ing", Ending::Ing)] {
        let Some(stem) = word.strip_suffix(suffix) else {
            continue;
        };
        if let Some(stem) = stem.strip_suffix('i').filter(|_| ending == Ending::Ed) {
            add(stem, "y", ending);
            continue;
        }
        add(stem, "", ending);
        add(stem, "e", ending);
        let mut letters = stem.chars().rev();
        if let (Some(last), Some(before)) = (letters.next(), letters.next())
            && last == before
        {
            add(&stem[..stem.len() - last.len_utf8()], "", ending);
        }
    }
    found
}

/// A lemma, or a phrase that begins with one, with an ending.
pub(super) fn inflected(lemma: &str, ending: Ending) -> String {
    let (first, rest) = lemma.split_at(lemma.find(' ').unwrap_or(lemma.len()));
    let vowel = |c: char| "aeiou".contains(c);
    let mut letters = first.chars().rev();
    let (last, before) = (letters.next().unwrap_or(' '), letters.next().unwrap_or(' '));
    let soft = last == 'y' && !vowel(before);
    let hissing = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| first.ends_with(end));
    // "stop", "plan", but not "open" or "rain": of one syllable, by its length.
    let doubled = first.len() <= 4
        && !vowel(last)
        && !"wxy".contains(last)
        && vowel(before)
        && letters.next().is_some_and(|third| !vowel(third))
        && first.chars().filter(|c| vowel(*c)).count() == 1;
    let cut = &first[..first.len() - last.len_utf8().min(first.len())];
    let form = match ending {
        Ending::None => first.to_owned(),
        Ending::S if soft => format!("{cut}ies"),
        Ending::S if hissing => format!("{first}es"),
        Ending::S => format!("{first}s"),
        Ending::Ed if soft => format!("{cut}ied"),
        Ending::Ed if last == 'e' => format!("{first}d"),
        Ending::Ed if doubled => format!("{first}{last}ed"),
        Ending::Ed => format!("{first}ed"),
        Ending::Ing if last == 'e' && before != 'e' => format!("{cut}ing"),
        Ending::Ing if doubled => format!("{first}{last}ing"),
        Ending::Ing => format!("{first}ing"),
    };
    form + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_taken_off_and_put_on() {
        for (lemma, ending, form) in [
            ("test", Ending::S, "tests"),
            ("try", Ending::S, "tries"),
            ("boy", Ending::S, "boys"),
            ("box", Ending::S, "boxes"),
            ("try", Ending::Ed, "tried"),
            ("like", Ending::Ed, "liked"),
            ("plan", Ending::Ed, "planned"),
            ("open", Ending::Ed, "opened"),
            ("rain", Ending::Ing, "raining"),
            ("like", Ending::Ing, "liking"),
            ("see", Ending::Ing, "seeing"),
            ("stop", Ending::Ing, "stopping"),
        ] {
            assert_eq!(inflected(lemma, ending), form);
            let known = lemmas(form);
            assert!(known.contains(&(lemma.to_owned(), ending)), "{known:?}");
        }
        assert_eq!(inflected("give up", Ending::Ing), "giving up");
        for odd in ["", "s", "ed", "ing", "é", "ss", "ïes"] {
            assert_eq!(lemmas(odd)[0], (odd.to_owned(), Ending::None));
            for ending in [Ending::None, Ending::S, Ending::Ed, Ending::Ing] {
                let _ = inflected(odd, ending);
            }
        }
    }
}
