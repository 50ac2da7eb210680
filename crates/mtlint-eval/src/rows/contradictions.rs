//! Contradictions between right articles and their siblings, and those that were
//! put in.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::changes::Kind;
use crate::reading::{Contradicted, StoryContradictions};

/// A set of right articles, judged beside their siblings as they are and with one
/// fact changed that the sibling has too.
#[derive(Debug, Clone, Serialize)]
pub struct ContradictionsRow {
    /// The set's name.
    pub name: String,
    /// Right articles.
    pub documents: usize,
    /// Articles that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// Words of the others, punctuation not counted.
    pub words: usize,
    /// Flagged words and marks per 1,000 words.
    pub flagged_per_1000: Estimate,
    /// Findings of category `inconsistency` an article.
    pub inconsistencies: Estimate,
    /// Articles with a fact changed.
    pub changed: usize,
    /// Share of the changes that were found as an inconsistency.
    pub found: Estimate,
    /// The same by the kind of fact.
    pub kinds: Vec<KindRow>,
}

/// Changes of one kind of fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// Changes.
    pub changed: usize,
    /// Of them those that were found.
    pub found: usize,
}

impl ContradictionsRow {
    pub(crate) fn new(name: &str, articles: &[StoryContradictions]) -> Self {
        let judged: Vec<Contradicted> = articles.iter().flatten().copied().collect();
        let per = |scale: f64,
                   part: &dyn Fn(&Contradicted) -> usize,
                   whole: &dyn Fn(&Contradicted) -> usize| {
            let counted = |count: &dyn Fn(&Contradicted) -> usize| {
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
        let kinds = [Kind::Number, Kind::Date, Kind::Name].map(|kind| {
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
            Some(Contradicted {
                words: 100,
                flagged,
                inconsistencies,
                changed,
            })
        };
        let row = ContradictionsRow::new(
            "set",
            &[
                article(1, 0, Some((Kind::Number, true))),
                article(0, 1, Some((Kind::Number, false))),
                article(0, 0, Some((Kind::Name, true))),
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
