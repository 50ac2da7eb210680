"""Texts as people hand them over.

In: strings, or mappings with a text and perhaps an id, siblings and a date. Out: what the
native half takes. What is no text is refused, with what it is instead.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, TypeAlias

from ._errors import InputError

__all__ = ["Match", "Text"]


@dataclass(frozen=True)
class Match:
    """An article of a pool that can serve a text as its sibling."""

    id: str
    """The article's id."""
    text: str
    """The article."""
    probability: float
    """The probability that it tells the text's story, 0 to 1."""
    near_copy: bool
    """Whether it is the text with small changes."""

    def __repr__(self) -> str:
        copy = ", near copy" if self.near_copy else ""
        return f"<Match {self.id!r}, {self.probability:.0%} sure{copy}>"


Text: TypeAlias = str | Mapping[str, Any] | Match
"""A text, a mapping with a ``"text"`` and perhaps an ``"id"``, or an article from a pool."""

Asked: TypeAlias = tuple[str, str, list[tuple[str, str]]]
"""An id, a text, and the ids and texts of its siblings."""

JULIAN_DAY_BEFORE_1 = 1_721_425
"""The Julian day number of the day before that of :meth:`datetime.date.toordinal` 1."""


def document(item: Text, default_id: str, siblings: Iterable[Text]) -> Asked:
    """The text of `item` with its own siblings, or else with `siblings`.

    Raises `TypeError` if something is no text, and `InputError` if it holds what is no
    character.
    """
    text = _text(item, "the text")
    name = _id(item, default_id)
    own = item.get("siblings") if isinstance(item, Mapping) else None
    return name, text, _siblings(siblings if own is None else own, name)


def article(item: Text, default_id: str) -> tuple[str, str, int | None]:
    """The id, the text and the Julian day number of `item`; `None` if it has no date."""
    date = item.get("date") if isinstance(item, Mapping) else None
    return _id(item, default_id), _text(item, "the text"), _day(date)


def default_id(item: object, otherwise: str) -> str:
    """The id of what need not be a text."""
    try:
        return _id(item, otherwise)
    except (TypeError, InputError):
        return otherwise


def several(texts: Iterable[Text], name: str) -> Iterable[Text]:
    """Several texts, of which one alone must not be mistaken: it would be read letter by letter."""
    if isinstance(texts, (str, bytes, Mapping)) or not isinstance(texts, Iterable):
        kind = type(texts).__name__
        raise TypeError(f"{name} must be texts, such as a list of them, not {kind}")
    return texts


def _siblings(siblings: Iterable[Text], name: str) -> list[tuple[str, str]]:
    numbered = enumerate(several(siblings, "siblings"), start=1)
    return [
        (_id(one, f"{name}#sibling-{number}"), _text(one, f"sibling {number}"))
        for number, one in numbered
    ]


def _text(item: object, what: str) -> str:
    if isinstance(item, Mapping):
        if "text" not in item:
            raise TypeError(f"{what} must have a 'text', and the mapping has none")
        item = item["text"]
    elif isinstance(item, Match):
        item = item.text
    if isinstance(item, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"{what} must be str, not {type(item).__name__}; decode it first, such as with "
            "bytes.decode('utf-8')"
        )
    if not isinstance(item, str):
        raise TypeError(f"{what} must be str, not {type(item).__name__}")
    try:
        item.encode("utf-8")
    except UnicodeEncodeError as error:
        found = ord(item[error.start])
        raise InputError(
            f"{what} has half a character (U+{found:04X}) at {error.start}; read its file again "
            "with the right encoding and without errors='surrogateescape'"
        ) from None
    return item


def _id(item: object, otherwise: str) -> str:
    if isinstance(item, Match):
        return item.id
    name = item.get("id") if isinstance(item, Mapping) else None
    if name is None:
        return otherwise
    if isinstance(name, (str, Integral)):
        return _text(str(name), "the id")
    raise TypeError(f"an id must be str or int, not {type(name).__name__}")


def _day(date: object) -> int | None:
    if isinstance(date, str):
        try:
            date = datetime.date.fromisoformat(date[:10])
        except ValueError:
            raise InputError(f"a date must be like '2026-03-24', not {date!r}") from None
    if date is None:
        return None
    if not isinstance(date, datetime.date):
        raise TypeError(f"a date must be a datetime.date or str, not {type(date).__name__}")
    return date.toordinal() + JULIAN_DAY_BEFORE_1
