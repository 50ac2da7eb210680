//! The category and the severity of a suspect phrase, by rules.
//!
//! In: the phrase's words with their shapes and numbers. Out: a [`Category`]
//! and a [`Severity`]. It chooses no phrases and suggests nothing. Where the detector's
//! networks tell kinds of errors apart, the category is theirs, as far as the words allow
//! it, and so is the severity: they learnt both from people who marked errors. Otherwise
//! rules look at shapes, bits and whether the lexicon calls a word foreign; they are coarse on
//! purpose and stated here:
//!
//! | rule, the first that fits the phrase's most suspect word | category |
//! |---|---|
//! | the phrase is marks only | punctuation |
//! | a garbled word of it, no name, is clearly of another language | untranslated |
//! | it begins with a capital inside a sentence and is spelled from pieces | name |
//! | it is spelled from pieces, each far from expected | untranslated |
//! | it costs far more than expected | mistranslation |
//! | it is short, in lower case and one piece | grammar |
//! | anything else | wording |

use super::{Category, Severity};
use crate::detect::kinds::{CATEGORIES, ErrorKinds};

/// Bits over the expected ones from which a word is far from expected: a
/// thousand times less probable than a typical word in its place.
const FAR_BITS: f32 = 10.0;
/// Letters of the longest word that is taken for one of grammar's own:
/// articles, prepositions, pronouns, auxiliaries.
const SHORT: usize = 4;
/// A phrase this likely wrong and this far from expected is lost on a reader.
const CRITICAL_CONFIDENCE: f32 = 0.8;
/// From here on a phrase is more likely wrong than not.
const MAJOR_CONFIDENCE: f32 = 0.5;

/// What the networks say of the kind of an error, and what the words allow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kinds {
    /// The weight of each kind: sums over the words of the phrase.
    pub sums: ErrorKinds,
    /// The share of its severities, 0 to 1, from which the phrase is critical.
    pub critical_from: f32,
    /// The share from which it is minor, if it is not critical.
    pub minor_from: f32,
    /// Whether a word of the phrase begins with a capital: no other is a name.
    pub can_be_name: bool,
    /// Whether a word of the phrase is no usual word of English: others were not left
    /// untranslated.
    pub can_be_untranslated: bool,
}

impl Kinds {
    /// The category with the most weight of those that the words allow.
    fn category(&self) -> Category {
        let weighed = CATEGORIES.iter().zip(self.sums.categories);
        let allowed = weighed.filter(|(category, _)| match category {
            Category::Name => self.can_be_name,
            Category::Untranslated => self.can_be_untranslated,
            // A phrase that is not only marks.
            Category::Punctuation => false,
            _ => true,
        });
        let most = allowed.max_by(|a, b| a.1.total_cmp(&b.1));
        most.map_or(Category::Wording, |(category, _)| *category)
    }

    /// The severity, by the weights from which a phrase is critical or minor.
    fn severity(&self) -> Severity {
        let [minor, major, critical] = self.sums.severities;
        let all = minor + major + critical;
        if critical >= self.critical_from * all {
            Severity::Critical
        } else if minor >= self.minor_from * all {
            Severity::Minor
        } else {
            Severity::Major
        }
    }
}

/// The shape and numbers of a phrase, mostly of its most suspect word, by which the rules
/// choose its [`Category`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhraseShape<'a> {
    /// What the networks say of its kind; `None` if they do not tell.
    pub kinds: Option<Kinds>,
    /// The most suspect word as it stands in the text.
    pub word: &'a str,
    /// Whether a garbled word of the phrase is clearly of another language.
    pub foreign: bool,
    /// Whether every word of the phrase is a mark.
    pub only_marks: bool,
    /// Whether the word begins a sentence.
    pub begins_sentence: bool,
    /// How many tokens the word is spelled with.
    pub pieces: usize,
    /// The surprisal of the word less the entropy in its place, in bits.
    pub excess_bits: f32,
}

/// The category of a phrase, by its most suspect word; the table of this module says how.
pub(crate) fn category(shape: &PhraseShape<'_>) -> Category {
    let capital = shape.word.starts_with(char::is_uppercase);
    let length = shape.word.chars().count();
    let numeric = shape.word.chars().any(char::is_numeric);
    if shape.only_marks {
        Category::Punctuation
    } else if let Some(kinds) = &shape.kinds {
        kinds.category()
    } else if shape.foreign {
        Category::Untranslated
    } else if shape.pieces > 1 && capital && !shape.begins_sentence && !numeric {
        Category::Name
    } else if shape.pieces > 1 && shape.excess_bits >= FAR_BITS && !numeric {
        Category::Untranslated
    } else if shape.excess_bits >= FAR_BITS {
        Category::Mistranslation
    } else if length <= SHORT && !capital && shape.pieces == 1 {
        Category::Grammar
    } else {
        Category::Wording
    }
}

/// The severity of an error: how much it hurts the reader. The networks have learnt it from
/// people's marks; without `kinds` it goes by how sure the error is (`confidence`, 0 to 1) and
/// how many bits over the expected ones it costs. A mark alone never loses the sense.
pub(crate) fn severity(
    category: Category,
    confidence: f32,
    excess_bits: f32,
    kinds: Option<&Kinds>,
) -> Severity {
    if category == Category::Punctuation {
        return Severity::Minor;
    }
    if let Some(kinds) = kinds {
        return kinds.severity();
    }
    if confidence < MAJOR_CONFIDENCE {
        Severity::Minor
    } else if confidence >= CRITICAL_CONFIDENCE && excess_bits >= FAR_BITS {
        Severity::Critical
    } else {
        Severity::Major
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspect(word: &str) -> PhraseShape<'_> {
        PhraseShape {
            kinds: None,
            word,
            foreign: false,
            only_marks: false,
            begins_sentence: false,
            pieces: 1,
            excess_bits: 3.0,
        }
    }

    fn pieces(word: &str, excess_bits: f32) -> PhraseShape<'_> {
        PhraseShape {
            pieces: 3,
            excess_bits,
            ..suspect(word)
        }
    }

    #[test]
    fn each_rule_has_a_bad_and_a_good_case() {
        // "flew to Varsovie" → "flew to Warsaw"
        assert_eq!(category(&pieces("Varsovie", 12.0)), Category::Name);
        // "to embaucher workers" → "to hire workers"
        assert_eq!(category(&pieces("embaucher", 15.0)), Category::Untranslated);
        // "a sehr nice view" → "a very nice view"
        let foreign = PhraseShape {
            foreign: true,
            ..suspect("sehr")
        };
        assert_eq!(category(&foreign), Category::Untranslated);
        // "depends of the weather" → "depends on the weather"
        assert_eq!(category(&suspect("of")), Category::Grammar);
        // "the actual minister" → "the current minister"
        assert_eq!(category(&suspect("actual")), Category::Wording);
        // "a strong rain of critics" → "a storm of criticism"
        let far = PhraseShape {
            excess_bits: 14.0,
            ..suspect("rain")
        };
        assert_eq!(category(&far), Category::Mistranslation);
        let marks = PhraseShape {
            only_marks: true,
            ..suspect(",")
        };
        assert_eq!(category(&marks), Category::Punctuation);
    }

    #[test]
    fn the_networks_say_the_kind_where_the_words_allow_it() {
        // Mostly a name, then untranslated, then mistranslated; critical.
        let kinds = Kinds {
            sums: ErrorKinds {
                categories: [0.3, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1, 0.0],
                severities: [0.2, 0.3, 0.5],
            },
            critical_from: 0.4,
            minor_from: 0.5,
            can_be_name: true,
            can_be_untranslated: true,
        };
        let of = |kinds| {
            let kinds = Some(kinds);
            category(&PhraseShape {
                kinds,
                ..suspect("word")
            })
        };
        assert_eq!(of(kinds), Category::Name);
        let lower = Kinds {
            can_be_name: false,
            ..kinds
        };
        assert_eq!(of(lower), Category::Untranslated);
        let english = Kinds {
            can_be_untranslated: false,
            ..lower
        };
        assert_eq!(of(english), Category::Mistranslation);
        let severity = severity(Category::Name, 0.3, 0.0, Some(&kinds));
        assert_eq!(severity, Severity::Critical);
    }

    #[test]
    fn severity_grows_with_confidence_and_distance() {
        let of = |confidence, bits| severity(Category::Wording, confidence, bits, None);
        assert_eq!(of(0.9, 15.0), Severity::Critical);
        assert_eq!(of(0.9, 3.0), Severity::Major);
        assert_eq!(of(0.6, 15.0), Severity::Major);
        assert_eq!(of(0.3, 15.0), Severity::Minor);
        let mark = severity(Category::Punctuation, 0.9, 15.0, None);
        assert_eq!(mark, Severity::Minor);
    }
}
