"""Siblings from a pool."""

from __future__ import annotations

import datetime
from typing import Any

import mtlint
import pytest

DAM = (
    "The dam at Solina held through the night, the engineer Marek Wolski said on Tuesday, "
    "after forty firefighters from Warsaw had opened the sluice gates by hand."
)
OTHER = (
    "Engineer Marek Wolski told reporters that the Solina dam had held: firefighters who came "
    "from Warsaw opened the sluice gates by hand on Monday night."
)
BAKERY = "Bakers in Lyon baked the longest loaf of the year at the market on Sunday morning."


def articles(day: str) -> list[Any]:
    return [
        {"id": "wire", "text": OTHER, "date": day},
        {"id": "loaf", "text": BAKERY, "date": day},
        {"id": "itself", "text": DAM, "date": day},
        {"id": "again", "text": BAKERY, "date": day},
    ]


def test_the_article_on_the_same_story_is_found(linter: mtlint.Linter) -> None:
    pool = mtlint.Pool(articles("2026-03-24"))
    assert len(pool) == 3 and repr(pool) == "<Pool of 3 articles>"
    found = list(mtlint.find_siblings([DAM, BAKERY, "Nothing of it."], pool))
    assert [[one.id for one in all_found] for all_found in found] == [["wire"], [], []]
    match = found[0][0]
    assert match.text == OTHER and 0.4 <= match.probability <= 1 and not match.near_copy
    report = linter.lint(DAM, [match])
    assert [sibling.id for sibling in report.siblings] == ["wire"]


def test_days_are_counted_where_both_are_known() -> None:
    pool = mtlint.Pool(articles("2026-03-24"))
    for day, days, expected in [
        (datetime.date(2026, 3, 31), 7, ["wire"]),
        ("2026-04-01T08:00:00", 7, []),
        ("2026-04-01", None, ["wire"]),
        (None, 7, ["wire"]),
    ]:
        found = pool.siblings({"text": DAM, "date": day}, days=days)
        assert [one.id for one in found] == expected


def test_a_pool_may_be_given_as_texts() -> None:
    found = list(mtlint.find_siblings([DAM], [BAKERY, OTHER]))
    assert [one.id for one in found[0]] == ["2"]
    assert list(mtlint.find_siblings([DAM], [])) == [[]]


def test_what_is_no_article_is_refused() -> None:
    with pytest.raises(TypeError, match="the text must be str, not int"):
        mtlint.Pool([7])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="articles must be texts"):
        mtlint.Pool(DAM)
    with pytest.raises(mtlint.InputError, match="a date must be like '2026-03-24'"):
        mtlint.Pool([{"text": DAM, "date": "yesterday"}])
    with pytest.raises(TypeError, match="texts must be texts"):
        mtlint.find_siblings(DAM, [])
