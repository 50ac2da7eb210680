//! Lints articles whose garbled phrases are marked, and their post-edits.
//!
//! In: the articles. Out: of each, alone and beside its sibling, which of its errors are
//! found and corrected, and what is found in its post-edit. No measure is computed here.

use super::{LintInput, Reader};
use crate::dataset::{GarbledError, Labels, Sample};
use mtlint::correct::{Permission, replaced};
use mtlint::finding::{Finding, Severity, Suggestion};
use mtlint::linter::LintError;
use mtlint::report::Analysis;

/// The outcome of a marked error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErrorOutcome<'a> {
    /// The error as it is marked.
    pub error: &'a GarbledError,
    /// The highest severity of the findings that overlap the error; `None` if there is none.
    pub found: Option<Severity>,
    /// Whether the first suggestion of such a finding, safe or unsafe, puts one of the right
    /// versions in.
    pub fixed: bool,
    /// Whether the first safe suggestion of such a finding does.
    pub fixed_safely: bool,
}

/// The observations of one text: a garbled article, or a post-edit, which has no errors.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct GarbledText<'a> {
    /// The outcome of each marked error. None is found in a text that was not judged.
    pub errors: Vec<ErrorOutcome<'a>>,
    /// The number of findings.
    pub findings: usize,
    /// The number of findings that overlap an error.
    pub right_findings: usize,
    /// The number of words; 0 if the text was not judged.
    pub words: usize,
    /// The quality, 0 to 100; `None` if the text was not judged.
    pub quality: Option<f64>,
}

/// The observations of an article and of its post-edit, read in the same way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GarbledPair<'a> {
    /// The article with its errors.
    pub article: GarbledText<'a>,
    /// The post-edit, in which every finding is a false alarm.
    pub post_edit: GarbledText<'a>,
}

/// The observations of a set of garbled articles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GarbledSet<'a> {
    /// Every article, read by itself.
    pub alone: Vec<GarbledPair<'a>>,
    /// The articles that have a sibling, read beside it.
    pub beside: Vec<GarbledPair<'a>>,
}

/// A garbled article to lint with its post-edit; the sibling is empty where they are read
/// alone.
#[derive(Clone, Copy)]
struct Article<'s> {
    text: &'s str,
    errors: &'s [GarbledError],
    post_edit: &'s str,
    sibling: &'s str,
}

impl<P: FnMut(usize)> Reader<'_, P> {
    /// Lints garbled articles and their post-edits, alone and, where they have a sibling,
    /// beside it.
    ///
    /// # Errors
    /// When the language model fails.
    pub(crate) fn garbled<'s>(
        &mut self,
        samples: &[&'s Sample],
    ) -> Result<GarbledSet<'s>, LintError> {
        let articles = samples.iter().filter_map(|sample| match &sample.labels {
            Labels::Garbled {
                errors,
                post_edit,
                sibling,
            } => Some(Article {
                text: &sample.text,
                errors,
                post_edit,
                sibling,
            }),
            _ => None,
        });
        let beside: Vec<Article<'s>> = articles.collect();
        let alone = beside.iter().map(|article| Article {
            sibling: "",
            ..*article
        });
        let alone = self.garbled_pairs(&alone.collect::<Vec<_>>())?;
        let beside = beside.into_iter().filter(|one| !one.sibling.is_empty());
        let beside = self.garbled_pairs(&beside.collect::<Vec<_>>())?;
        Ok(GarbledSet { alone, beside })
    }

    /// Lints each article and its post-edit in one way.
    fn garbled_pairs<'s>(
        &mut self,
        articles: &[Article<'s>],
    ) -> Result<Vec<GarbledPair<'s>>, LintError> {
        let inputs = articles.iter().flat_map(|article| {
            [article.text, article.post_edit].map(|text| LintInput {
                text,
                sibling: article.sibling,
            })
        });
        let inputs: Vec<LintInput<'_>> = inputs.collect();
        let texts = self.lint(&inputs, |index, analysis| {
            let article = articles[index / 2];
            match index % 2 {
                0 => GarbledText::new(article.text, article.errors, analysis),
                _ => GarbledText::new(article.post_edit, &[], analysis),
            }
        })?;
        let mut texts = texts.into_iter();
        let pairs = std::iter::from_fn(|| {
            Some(GarbledPair {
                article: texts.next()?,
                post_edit: texts.next()?,
            })
        });
        Ok(pairs.collect())
    }
}

impl<'a> GarbledText<'a> {
    fn new(text: &str, errors: &'a [GarbledError], analysis: Option<&Analysis>) -> Self {
        let findings = analysis.map_or(&[][..], |analysis| &analysis.findings);
        let is_right = |finding: &&Finding| {
            let mut errors = errors.iter();
            errors.any(|error| error.span.overlaps(finding.span))
        };
        Self {
            errors: errors
                .iter()
                .map(|error| ErrorOutcome::new(text, error, findings))
                .collect(),
            findings: findings.len(),
            right_findings: findings.iter().filter(is_right).count(),
            words: analysis.map_or(0, |_| word_count(text)),
            quality: analysis.map(|analysis| f64::from(analysis.score.quality)),
        }
    }
}

impl<'a> ErrorOutcome<'a> {
    fn new(text: &str, error: &'a GarbledError, findings: &[Finding]) -> Self {
        let over = findings.iter().filter(|f| f.span.overlaps(error.span));
        let over: Vec<&Finding> = over.collect();
        let fixed = |allowed: Permission| {
            let mut first = over.iter().filter_map(|finding| allowed.choose(finding));
            first.any(|suggestion| puts_fix_in(text, error, suggestion))
        };
        Self {
            error,
            found: over.iter().map(|finding| finding.severity).max(),
            fixed: fixed(Permission::SafeAndUnsafe),
            fixed_safely: fixed(Permission::Safe),
        }
    }
}

/// Whether a suggestion, applied alone, puts one of the right versions of an error in: the
/// words of the version then stand behind the word before the error, or somewhere while
/// they stood nowhere. The second serves suggestions that change that word too. Case and the
/// kind of quotation marks do not count.
fn puts_fix_in(text: &str, error: &GarbledError, suggestion: &Suggestion) -> bool {
    let edit = (suggestion.span, suggestion.replacement.as_str());
    let after = tokens(&replaced(text, [edit]));
    let before = tokens(text);
    let left = tokens(text.get(..error.span.start()).unwrap_or_default());
    error.fixes.iter().any(|fix| {
        let fix = tokens(fix);
        if fix.is_empty() {
            return false;
        }
        let in_place = left.last().is_some_and(|left| {
            let placed = [std::slice::from_ref(left), &fix].concat();
            holds(&after, &placed)
        });
        in_place || holds(&after, &fix) && !holds(&before, &fix)
    })
}

/// Whether `part`, which is not empty, stands somewhere in `whole`.
fn holds(whole: &[String], part: &[String]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// The words and marks of a text, in lower case and with straight quotation marks.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in text.chars() {
        let c = match c {
            '“' | '”' => '"',
            '’' => '\'',
            other => other,
        };
        let is_word = c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some(word) if is_word && in_word => word.extend(c.to_lowercase()),
            _ if !c.is_whitespace() => tokens.push(c.to_lowercase().collect()),
            _ => {}
        }
        in_word = is_word;
    }
    tokens
}

/// The number of words of a text: runs of letters and digits, in which single apostrophes and
/// hyphens may stand. Counted apart from mtlint's own words, so that rates per word do not
/// change with its segmentation.
fn word_count(text: &str) -> usize {
    let mut count = 0;
    let mut in_word = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() {
            count += usize::from(!in_word);
            in_word = true;
        } else {
            let joins = matches!(c, '\'' | '’' | '-');
            let next = rest.peek().is_some_and(|next| next.is_alphanumeric());
            in_word = in_word && joins && next;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtlint::finding::Applicability;
    use mtlint::span::Span;

    fn error(text: &str, phrase: &str, fixes: &[&str]) -> GarbledError {
        let start = text.find(phrase).unwrap();
        GarbledError {
            span: Span::new(start, start + phrase.len()),
            category: "wording".to_owned(),
            severity: Severity::Minor,
            fixes: fixes.iter().map(|fix| (*fix).to_owned()).collect(),
        }
    }

    fn suggestion(text: &str, phrase: &str, replacement: &str) -> Suggestion {
        let start = text.find(phrase).unwrap();
        Suggestion {
            span: Span::new(start, start + phrase.len()),
            replacement: replacement.to_owned(),
            confidence: 0.9,
            applicability: Applicability::Safe,
            bits_saved: 1.0,
            source: mtlint::finding::SuggestionSource::Rule,
            in_quotation: false,
            sibling: None,
        }
    }

    #[test]
    fn a_suggestion_is_right_if_it_puts_a_fix_in_its_place() {
        let text = "He saw the the “old” bridge fell down the bridge.";
        let right = |phrase: &str, fixes: &[&str], replaced: &str, replacement: &str| {
            let suggestion = suggestion(text, replaced, replacement);
            puts_fix_in(text, &error(text, phrase, fixes), &suggestion)
        };
        assert!(right("fell down", &["collapse"], "fell down", "collapse"));
        assert!(right(
            "fell down",
            &["falling", "collapse"],
            "fell",
            "Falling"
        ));
        assert!(!right("fell down", &["collapse"], "fell down", "collapsed"));
        assert!(!right("fell down", &[""], "fell down", ""));
        assert!(!right("fell down", &[], "fell down", "collapse"));
        // One that stood elsewhere already must come into its place.
        assert!(right("the the", &["the"], "the the", "the"));
        assert!(!right("fell down", &["bridge"], "saw", "sees"));
        // A wider suggestion changes the word before too.
        let wider = "the “ancient” arch collapse";
        assert!(right(
            "fell down",
            &["collapse"],
            "the “old” bridge fell down",
            wider
        ));
        // Quotation marks and case do not count.
        assert!(right("“old”", &["\"ruined\""], "“old”", "“Ruined”"));
        // The first word of a text has none before it.
        assert!(right("He saw", &["They saw"], "He", "They"));
    }

    #[test]
    fn words_may_have_marks_inside() {
        assert_eq!(word_count("It’s a well-known 3-mile run -- isn't it?"), 7);
        assert_eq!(word_count("snake_case 'quoted' - rock--roll"), 5);
        assert_eq!(word_count(" … "), 0);
    }
}
