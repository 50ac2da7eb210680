"""Reports as objects.

In: the JSON of a report, with positions in characters. Out: a :class:`Report` with an attribute
for each field of the contract ``mtlint.report/1``. Reports are plain values: they can be
compared, pickled and kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = [
    "Edit",
    "Evidence",
    "Failure",
    "Finding",
    "Fix",
    "Language",
    "Model",
    "Quote",
    "Report",
    "Score",
    "SiblingReport",
    "Suggestion",
    "Word",
]

Severity: TypeAlias = Literal["minor", "major", "critical"]
Status: TypeAlias = Literal["scored", "abstained", "failed"]
Applicability: TypeAlias = Literal["safe", "unsafe", "display_only"]


@dataclass(frozen=True)
class Failure:
    """Why a text could not be judged."""

    kind: str
    """The kind, for programs, such as ``"too_large"``."""
    message: str
    """What went wrong, for people."""


@dataclass(frozen=True)
class Language:
    """A language, and how sure it is that a text is in it."""

    code: str
    """The ISO 639-3 code; ``"und"`` where none could be guessed."""
    confidence: float
    """The probability of the guess; 1 where the language was named."""


@dataclass(frozen=True)
class Score:
    """How good a text is."""

    quality: float
    """The quality, 0 to 100; 100 is a text that no editor would change."""
    quality_interval: tuple[float, float]
    """The ends of the quality's 95 % interval."""
    post_edit_rate: float
    """The share of the words that an editor would change."""
    bits_per_word: float
    """How surprising the text is to the language model."""
    words: int
    """How many words the text has, punctuation marks not counted."""
    perplexity: float | None = None
    """The perplexity by the language model's tokens, if it is not too large to be told."""

    def __str__(self) -> str:
        low, high = self.quality_interval
        return f"{self.quality:.1f} ({low:.0f} to {high:.0f})"


@dataclass(frozen=True)
class Model:
    """What judged a text."""

    name: str
    """The name of the language model."""
    sha256: str
    """The SHA-256 of its weights."""
    detector: str
    """The name of the detector."""
    precision: str
    """The numbers that the model computed with."""


@dataclass(frozen=True)
class Evidence:
    """The numbers behind a finding."""

    surprisal_bits: float
    """How surprising the phrase is to the language model."""
    expected_bits: float
    """How surprising a phrase in that place is expected to be."""
    p_garbled: float
    """The probability that an editor would change the most suspect word."""
    expected: tuple[str, ...] = ()
    """The words that the language model expected in place of the most suspect word."""
    residue_language: str | None = None
    """The ISO 639-3 code of the language that the phrase seems to be left in."""
    meanings: tuple[str, ...] = ()
    """What the untranslated word means, if a dictionary has it."""
    pattern: str | None = None
    """What is wrong with the form of the phrase, whatever the language model says."""


@dataclass(frozen=True)
class Quote:
    """Words of a sibling that support a correction."""

    id: str
    """The sibling's id."""
    start: int
    """Where the words begin in the sibling, in characters."""
    end: int
    """Where they end."""
    text: str
    """The words."""


@dataclass(frozen=True)
class Suggestion:
    """A correction: the characters of the text from `start` to `end` are to be replaced."""

    start: int
    """Where the replaced text begins, in characters. It may begin before the finding."""
    end: int
    """Where it ends."""
    replacement: str
    """The text to put there."""
    confidence: float
    """The probability that the correction helps."""
    applicability: Applicability
    """How freely the correction may be applied."""
    bits_saved: float
    """How many bits less surprising the passage is after it."""
    source: str
    """Who proposes it, such as ``"sibling"``."""
    in_quotation: bool = False
    """Whether it would change what somebody is quoted with."""
    sibling: Quote | None = None
    """The words of a sibling that support it."""

    def __repr__(self) -> str:
        place = f"{self.start}:{self.end}"
        return f"<Suggestion {self.replacement!r} for {place}, {self.applicability}>"


@dataclass(frozen=True)
class Finding:
    """A suspect phrase: ``text[start:end]`` of the report's text."""

    start: int
    """Where the phrase begins, in characters of the text."""
    end: int
    """Where it ends."""
    line: int
    """Its line, from 1."""
    column: int
    """The character of the line at which it begins, from 1."""
    text: str
    """The phrase."""
    category: str
    """What kind of error it is, such as ``"untranslated"``."""
    severity: Severity
    """How bad it is."""
    confidence: float
    """The probability that at least one word of it is wrong."""
    message: str
    """What is wrong, in a sentence for people."""
    evidence: Evidence
    """The numbers behind it."""
    suggestions: tuple[Suggestion, ...]
    """Corrections, best first."""
    fingerprint: str
    """A name that survives edits elsewhere in the text."""

    @property
    def char_start(self) -> int:
        """The same as `start`, by its name in JSON, where ``start`` counts bytes."""
        return self.start

    @property
    def char_end(self) -> int:
        """The same as `end`, by its name in JSON, where ``end`` counts bytes."""
        return self.end

    def __repr__(self) -> str:
        kind = f"{self.severity}[{self.category}]"
        return f"<Finding {self.text!r} at {self.start}:{self.end}, {kind}, {self.confidence:.0%}>"


@dataclass(frozen=True)
class Word:
    """A word or punctuation mark."""

    start: int
    """Where it begins, in characters."""
    end: int
    """Where it ends."""
    surprisal_bits: float
    """How surprising it is to the language model."""
    p_garbled: float
    """The probability that an editor would change it."""
    garbled: bool
    """Whether it counts as garbled."""


@dataclass(frozen=True)
class SiblingReport:
    """A sibling that a text was compared with."""

    id: str
    """Its id."""
    weight: float
    """How far it is trusted, 0 to 1."""
    aligned: float
    """The share of the text's sentences that it has a counterpart of."""
    quality: float | None = None
    """Its own quality, if it could be judged."""
    reason: str | None = None
    """Why it is not trusted in full."""


@dataclass(frozen=True)
class Edit(Suggestion):
    """A correction that was applied; `start` and `end` are those in the text before it."""

    text: str = ""
    """The text that was replaced."""
    corrected_start: int = 0
    """Where the replacement begins in the corrected text, in characters."""
    corrected_end: int = 0
    """Where it ends."""

    def __repr__(self) -> str:
        return f"<Edit {self.text!r} → {self.replacement!r} at {self.start}:{self.end}>"


@dataclass(frozen=True)
class Fix:
    """The corrections that were applied to a text before it was judged."""

    applied: tuple[Edit, ...]
    """The corrections, in text order."""
    text: str
    """The corrected text."""


@dataclass(frozen=True)
class Report:
    """The report on one text.

    Positions count characters, so that ``report.text[finding.start:finding.end]`` is the
    phrase. In :meth:`to_dict` and :meth:`to_json` they are those of the command line, which
    count bytes of UTF-8.
    """

    text: str | None
    """The text that was judged: after a fix, the corrected one. `None` if it was no text."""
    schema: str
    """The name of the contract."""
    id: str
    """The text's id."""
    status: Status
    """What became of the text: ``"scored"``, ``"abstained"`` or ``"failed"``."""
    reason: str | None = None
    """Why it was not judged, if it was not."""
    error: Failure | None = None
    """Why it failed, if it did."""
    language: Language | None = None
    """The language of the text."""
    score: Score | None = None
    """How good the text is, if it was judged."""
    model: Model | None = None
    """What judged it."""
    findings: tuple[Finding, ...] = ()
    """The suspect phrases, in text order."""
    known_findings: int = 0
    """How many more there are that a baseline holds."""
    accepted_findings: int = 0
    """How many more there are of words and names that are accepted."""
    words: tuple[Word, ...] | None = None
    """Every word and mark, if that was asked for."""
    siblings: tuple[SiblingReport, ...] = ()
    """The siblings that the text was compared with."""
    fix: Fix | None = None
    """The corrections that were applied before."""
    copy_of: str | None = None
    """In a batch with a pool: the article that the text is a near copy of."""
    sibling: str | None = None
    """In a batch with a pool: the article that served as the sibling."""
    _json: str = field(default="", repr=False, compare=False)
    _html: str = field(default="", repr=False, compare=False)

    @property
    def quality(self) -> float | None:
        """The quality, 0 to 100; `None` if the text was not judged."""
        return None if self.score is None else self.score.quality

    def to_json(self) -> str:
        """The report as ``mtlint highlight --format jsonl`` prints it, on one line."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The report as ``mtlint highlight --format json`` prints it, read."""
        loaded: dict[str, Any] = json.loads(self._json)
        return loaded

    def __repr__(self) -> str:
        if self.score is not None:
            found = f"quality {self.score.quality:.1f}, {len(self.findings)} findings"
        elif self.error is not None:
            found = f"{self.status}: {self.error.kind}"
        else:
            found = f"{self.status}: {self.reason}"
        return f"<Report {self.id!r}, {found}>"

    def _repr_html_(self) -> str:
        """The article with its phrases underlined, as notebooks show it."""
        return self._html


Parts: TypeAlias = tuple[str, str, str]
"""A report's JSON, the same with positions in characters, and its HTML."""


def report(parts: Parts, text: str | None) -> Report:
    """The report of the native half on `text`."""
    exact, shown, html = parts
    fields: dict[str, Any] = json.loads(shown)
    for name, made in _FIELDS.items():
        if name in fields:
            fields[name] = made(fields[name])
    return Report(text=text, **fields, _json=exact, _html=html)


def _score(fields: dict[str, Any]) -> Score:
    low, high = fields.pop("quality_interval")
    return Score(quality_interval=(low, high), **fields)


def _evidence(fields: dict[str, Any]) -> Evidence:
    for name in ("expected", "meanings"):
        fields[name] = tuple(fields.get(name, ()))
    return Evidence(**fields)


def _quoted(fields: dict[str, Any]) -> dict[str, Any]:
    if "sibling" in fields:
        fields["sibling"] = Quote(**fields["sibling"])
    return fields


def _finding(fields: dict[str, Any]) -> Finding:
    del fields["char_start"], fields["char_end"]
    suggestions = tuple(Suggestion(**_quoted(one)) for one in fields.pop("suggestions"))
    evidence = _evidence(fields.pop("evidence"))
    return Finding(**fields, evidence=evidence, suggestions=suggestions)


def _fix(fields: dict[str, Any]) -> Fix:
    return Fix(tuple(Edit(**_quoted(one)) for one in fields["applied"]), fields["text"])


_FIELDS: dict[str, Callable[[Any], object]] = {
    "error": lambda fields: Failure(**fields),
    "language": lambda fields: Language(**fields),
    "score": _score,
    "model": lambda fields: Model(**fields),
    "findings": lambda all_fields: tuple(map(_finding, all_fields)),
    "words": lambda all_fields: tuple(Word(**fields) for fields in all_fields),
    "siblings": lambda all_fields: tuple(SiblingReport(**fields) for fields in all_fields),
    "fix": _fix,
}
