"""mtlint as a metric of translation quality, as sacrebleu's are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._documents import several
from ._linter import Linter

__all__ = ["Metric", "MetricScore", "as_metric"]


@dataclass(frozen=True)
class MetricScore:
    """A score, 0 to 100; the higher the better."""

    score: float
    """The score; not a number if nothing could be judged."""
    segments: tuple[float | None, ...]
    """The score of each segment; `None` for one that could not be judged."""
    name: str = "mtlint"
    """The name of the metric."""

    def format(self, width: int = 2, score_only: bool = False, signature: str = "") -> str:
        """The score as text, with `width` decimals."""
        score = f"{self.score:.{width}f}"
        if score_only:
            return score
        name = f"{self.name}|{signature}" if signature else self.name
        return f"{name} = {score}"

    def __str__(self) -> str:
        return self.format()


class Signature(dict[str, str]):
    """What a score depends on."""

    def format(self) -> str:
        """The signature on one line."""
        return "|".join(f"{name}:{value}" for name, value in self.items())

    def __str__(self) -> str:
        return self.format()


class Metric:
    """The quality that a linter gives segments. It reads no references."""

    name = "mtlint"

    def __init__(self, linter: Linter) -> None:
        self.linter = linter

    def corpus_score(
        self,
        hypotheses: Sequence[str],
        references: Sequence[Sequence[str]] | None = None,
    ) -> MetricScore:
        """The score of a system: 100 less the share of its words that an editor would change,
        over all segments that could be judged.

        `references` are taken so that it can be called as other metrics are; they are not read.
        """
        texts = list(several(hypotheses, "hypotheses"))
        segments: list[float | None] = []
        words, edits = 0, 0.0
        for report in self.linter.lint_many(texts, errors="raise"):
            segments.append(report.quality)
            if report.score is not None:
                words += report.score.words
                edits += report.score.words * report.score.post_edit_rate
        score = 100 * (1 - edits / words) if words else float("nan")
        return MetricScore(score, tuple(segments))

    def sentence_score(
        self, hypothesis: str, references: Sequence[str] | None = None
    ) -> MetricScore:
        """The score of one segment; `references` are not read."""
        quality = self.linter.lint(hypothesis).quality
        return MetricScore(float("nan") if quality is None else quality, (quality,))

    def get_signature(self) -> Signature:
        """What the scores depend on."""
        from . import __version__

        linter = self.linter
        signature = Signature(
            nrefs="0",
            model=linter.model,
            sha256=linter.sha256[:12],
            precision=linter.precision,
            detector=linter.detector,
        )
        if linter.calibration is not None:
            signature["calibration"] = linter.calibration[:12]
        signature["version"] = __version__
        return signature


def as_metric(linter: Linter | None = None, **settings: Any) -> Metric:
    """mtlint as a metric: that of `linter`, or of a :class:`Linter` made with `settings`."""
    if linter is not None and settings:
        raise TypeError("give a linter or its settings, not both")
    return Metric(Linter(**settings) if linter is None else linter)
