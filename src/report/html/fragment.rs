//! A report as one element for a page of somebody else's, such as a notebook.
//!
//! In: a report. Out: markup that stands alone: its style is in attributes, since such
//! pages take out style sheets and scripts, and it has no ids, since one page may show the
//! same report twice. What the document says reaches it as text only ([`Shown`](super::Shown)).

use askama::Template;

use crate::finding::{Finding, Severity};
use crate::report::{Outcome, Report, visible};

use super::evidence::{Card, cards};
use super::pieces::{Mark, Sentence};
use super::{counted, language, marked_text, measures, state};

#[derive(Template)]
#[template(path = "fragment.html")]
struct Fragment<'a> {
    name: String,
    /// The score, or what became of the document.
    state: String,
    language: &'a str,
    text: Option<Vec<Sentence<'a>>>,
    cards: Vec<Card<'a>>,
}

impl Fragment<'_> {
    /// The line under a phrase: the more severe, the more it stands out.
    fn line(&self, mark: &Mark) -> &'static str {
        match self.card(mark).map(|card| card.severity) {
            Some(Severity::Critical) => "wavy #b3141d",
            Some(Severity::Major) => "solid 2px #a85a00",
            Some(Severity::Minor) | None => "dotted 2px #2762b8",
        }
    }

    /// What is shown when somebody points at a phrase.
    fn title(&self, mark: &Mark) -> String {
        let card = self.card(mark);
        card.map(|card| format!("{}: {}. {}", card.severity, card.category, card.why))
            .unwrap_or_default()
    }

    fn card(&self, mark: &Mark) -> Option<&Card<'_>> {
        self.cards.iter().find(|card| card.number == mark.number)
    }
}

/// The article with its suspect phrases underlined, its score and its findings, as one element
/// that any page can show.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn fragment(report: &Report) -> Result<String, askama::Error> {
    let name = visible::name(&report.id);
    let Outcome::Scored(analysis) = &report.outcome else {
        return Fragment {
            name,
            state: state(&report.outcome),
            language: "",
            text: None,
            cards: Vec::new(),
        }
        .render();
    };
    let findings: Vec<&Finding> = analysis.new_findings().collect();
    let found = match findings.is_empty() {
        true => "nothing suspect".to_owned(),
        false => counted(&findings),
    };
    let measures = measures(analysis)?;
    Fragment {
        name,
        state: format!(
            "quality {} ({} to {}), {} of the words to edit, {found}",
            measures.quality, measures.low, measures.high, measures.rate
        ),
        language: language(analysis),
        text: Some(marked_text("", analysis, &findings, Vec::new())),
        cards: cards("", analysis, &findings),
    }
    .render()
}
