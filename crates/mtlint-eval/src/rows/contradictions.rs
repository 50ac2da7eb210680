//! Contradictions between correct articles and their siblings, and those that were
//! put in.
//!
//! In: the observations of the articles of a set. Out: a row with the rate of false alarms
//! and the share of changed facts that are found.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::changes::FactKind;
use crate::reading::ContradictionCounts;

/// The contradictions in a set of correct articles, linted beside their siblings as they
/// are and with one fact changed that the sibling has too.
#[derive(Debug, Clone, Serialize)]
pub struct ContradictionsRow {
    /// The name of the set.
    pub name: String,
    /// The number of correct articles.
    pub documents: usize,
    /// The number of articles that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// The number of words of the judged articles, punctuation not counted.
    pub words: usize,
    /// The flagged words and marks per 1,000 words.
    pub flagged_per_1000: Estimate,
    /// The mean number of findings of category `inconsistency` per article.
    pub inconsistencies: Estimate,
    /// The number of articles with a fact changed.
    pub changed: usize,
    /// The share of the changed facts that were found as an inconsistency.
    pub found: Estimate,
    /// The changed facts by kind.
    pub kinds: Vec<KindRow>,
}

/// The changed facts of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindRow {
    /// The kind of fact.
    pub kind: FactKind,
    /// The number of changed facts.
    pub changed: usize,
    /// The number of changed facts that were found.
    pub found: usize,
}

impl ContradictionsRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(name: &str, articles: &[Option<ContradictionCounts>]) -> Self {
        let judged: Vec<ContradictionCounts> = articles.iter().flatten().copied().collect();
        let per = |scale: f64,
                   part: &dyn Fn(&ContradictionCounts) -> usize,
                   whole: &dyn Fn(&ContradictionCounts) -> usize| {
            let counted = |count: &dyn Fn(&ContradictionCounts) -> usize| {
                judged
                    .iter()
                    .map(|one| count(one) as f64)
                    .collect::<Vec<f64>>()
            };
            let (parts, wholes) = (counted(part), counted(whole));
            Estimate::of(judged.len(), |weights| {
                ratio(&parts, &wholes, weights).map(|ratio| scale * ratio)
            })
        };
        let kinds = [FactKind::Number, FactKind::Date, FactKind::Name].map(|kind| {
            let of_kind = judged.iter().filter_map(|one| one.changed);
            let of_kind = of_kind.filter(|(of, _)| *of == kind);
            KindRow {
                kind,
                changed: of_kind.clone().count(),
                found: of_kind.filter(|(_, found)| *found).count(),
            }
        });
        Self {
            name: name.to_owned(),
            documents: articles.len(),
            not_judged: articles.len() - judged.len(),
            words: judged.iter().map(|one| one.words).sum(),
            flagged_per_1000: per(1000.0, &|one| one.flagged, &|one| one.words),
            inconsistencies: per(1.0, &|one| one.inconsistencies, &|_| 1),
            changed: kinds.iter().map(|row| row.changed).sum(),
            found: per(
                1.0,
                &|one| usize::from(matches!(one.changed, Some((_, true)))),
                &|one| usize::from(one.changed.is_some()),
            ),
            kinds: kinds.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_by_kind_and_right_articles_by_what_is_flagged() {
        let article = |flagged, inconsistencies, changed| {
            Some(ContradictionCounts {
                words: 100,
                flagged,
                inconsistencies,
                changed,
            })
        };
        let row = ContradictionsRow::new(
            "set",
            &[
                article(1, 0, Some((FactKind::Number, true))),
                article(0, 1, Some((FactKind::Number, false))),
                article(0, 0, Some((FactKind::Name, true))),
                article(0, 0, None),
                None,
            ],
        );
        assert_eq!((row.documents, row.not_judged, row.words), (5, 1, 400));
        assert_eq!(row.flagged_per_1000.value, Some(2.5));
        assert_eq!(row.inconsistencies.value, Some(0.25));
        assert_eq!((row.changed, row.found.value), (3, Some(2.0 / 3.0)));
        assert_eq!(
            row.kinds
                .iter()
                .map(|row| (row.changed, row.found))
                .collect::<Vec<_>>(),
            [(2, 1), (0, 0), (1, 1)]
        );
    }
}
