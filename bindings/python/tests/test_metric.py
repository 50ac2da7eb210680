"""mtlint as a metric."""

from __future__ import annotations

import math

import mtlint
import pytest

GOOD = "The council met on Monday and talked about the new bridge for two hours."
BAD = "The council talked gibberish twaddle gibberish on Monday about the new bridge."


def test_a_system_has_the_share_of_its_words_that_need_no_editor(linter: mtlint.Linter) -> None:
    metric = mtlint.as_metric(linter)
    score = metric.corpus_score([GOOD, BAD, ""], [["a", "b", "c"]])
    one, other = (linter.lint(text).score for text in (GOOD, BAD))
    assert one is not None and other is not None
    assert score.segments == (one.quality, other.quality, None)
    assert min(one.quality, other.quality) < score.score < max(one.quality, other.quality)
    edits = one.words * one.post_edit_rate + other.words * other.post_edit_rate
    assert score.score == pytest.approx(100 * (1 - edits / (one.words + other.words)))
    assert metric.sentence_score(GOOD, ["ref"]).score == one.quality
    assert metric.corpus_score([GOOD]).score == pytest.approx(one.quality, abs=0.01)


def test_nothing_that_can_be_judged_is_not_a_number(linter: mtlint.Linter) -> None:
    metric = mtlint.as_metric(linter)
    assert math.isnan(metric.corpus_score([]).score)
    assert math.isnan(metric.sentence_score("").score)
    with pytest.raises(TypeError, match="hypotheses must be texts"):
        metric.corpus_score(GOOD)
    with pytest.raises(TypeError, match="must be str, not NoneType"):
        metric.corpus_score([None])  # type: ignore[list-item]


def test_a_score_says_what_it_depends_on() -> None:
    metric = mtlint.as_metric(model="stub")
    signature = str(metric.get_signature())
    assert signature == (
        f"nrefs:0|model:stub|sha256:000000000000|precision:f32|detector:{metric.linter.detector}"
        f"|version:{mtlint.__version__}"
    )
    score = metric.sentence_score(GOOD)
    assert str(score) == f"mtlint = {score.score:.2f}"
    assert score.format(width=1, score_only=True) == f"{score.score:.1f}"
    assert score.format(signature=signature).startswith("mtlint|nrefs:0|model:stub|")
    with pytest.raises(TypeError, match="not both"):
        mtlint.as_metric(metric.linter, model="stub")
