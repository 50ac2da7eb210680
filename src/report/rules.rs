//! What each category means, for whoever sees a finding for the first time.
//!
//! In: nothing. Out: the categories with a name, a sentence, an example and advice, as
//! the formats that carry such a list want it. The names are those of MQM.

use crate::finding::Category;

/// What is said about a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The category.
    pub category: Category,
    /// The category's name for people.
    pub title: &'static str,
    /// What is wrong, in one sentence.
    pub short: &'static str,
    /// A phrase that has the error.
    pub bad: &'static str,
    /// What the phrase should be.
    pub good: &'static str,
    /// What to do about the error.
    pub advice: &'static str,
}

/// Every category, in the order of [`Category`].
pub const RULES: [Rule; 10] = [
    Rule {
        category: Category::Untranslated,
        title: "Untranslated",
        short: "A word was left in the language of the source.",
        bad: "rather than Litiger the past",
        good: "rather than relitigating the past",
        advice: "Translate it, or set it apart as a quotation if it is meant to be foreign.",
    },
    Rule {
        category: Category::Name,
        title: "Name",
        short: "A name has the spelling of another language, or is no name at all.",
        bad: "Vladimir Poutine",
        good: "Vladimir Putin",
        advice: "Use the spelling that English has for it.",
    },
    Rule {
        category: Category::Mistranslation,
        title: "Mistranslation",
        short: "The words can hardly be what was meant.",
        bad: "the overweight interference",
        good: "the excessive interference",
        advice: "Look up what the source says, or what another article on the story says.",
    },
    Rule {
        category: Category::Wording,
        title: "Wording",
        short: "The words are understood, but no careful writer would choose them.",
        bad: "No dead has been signalled.",
        good: "No deaths have been reported.",
        advice: "Say it as one would who had never seen the source.",
    },
    Rule {
        category: Category::Grammar,
        title: "Grammar",
        short: "Agreement, tense, an article or a preposition is wrong.",
        bad: "The keeper have slept.",
        good: "The keeper has slept.",
        advice: "Put the form right.",
    },
    Rule {
        category: Category::WordOrder,
        title: "Word order",
        short: "The right words stand in the wrong order.",
        bad: "The engineer chief told reporters",
        good: "The chief engineer told reporters",
        advice: "Put them in the order of English.",
    },
    Rule {
        category: Category::Omission,
        title: "Omission",
        short: "Something seems to be missing.",
        bad: "She opened window.",
        good: "She opened the window.",
        advice: "Put in what is missing.",
    },
    Rule {
        category: Category::Inconsistency,
        title: "Inconsistency",
        short: "A number, a date or a name is not what another article on the story has.",
        bad: "built in 1997, where the other article says 1987",
        good: "built in 1987",
        advice: "Find out which of the two is right; this one need not be wrong.",
    },
    Rule {
        category: Category::Punctuation,
        title: "Punctuation",
        short: "A mark is wrong or missing.",
        bad: "He said : wait",
        good: "He said: wait",
        advice: "Use the marks as English does.",
    },
    Rule {
        category: Category::Number,
        title: "Number",
        short: "A number, date or unit has a form that English does not have, or cannot be.",
        bad: "3,5 million people",
        good: "3.5 million people",
        advice: "Write it as English does, and look up the value where it is in doubt.",
    },
];

/// The place of a category in [`RULES`].
pub fn index_of(category: Category) -> usize {
    RULES
        .iter()
        .position(|rule| rule.category == category)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_its_rule_in_order() {
        for (index, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.category as usize, index);
            assert_eq!(index_of(rule.category), index);
        }
        assert_eq!(Category::Number as usize, RULES.len() - 1);
    }
}
