"""Siblings, found in a pool of articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import _native
from ._documents import Match, Text, article, several

__all__ = ["Pool", "find_siblings"]


class Pool:
    """Articles among which siblings are found.

    `articles` are read one at a time, so they may be more than fit into memory: the index is in
    a temporary folder that goes with the pool. One may have an ``"id"``, or else gets its
    number, from 1, and a ``"date"``: a `datetime.date` or a string such as ``"2026-03-24"``.

    Raises `PoolError` if the index cannot be written.
    """

    def __init__(self, articles: Iterable[Text], *, threads: int | None = None) -> None:
        builder = _native.PoolBuilder()
        for number, one in enumerate(several(articles, "articles"), start=1):
            builder.add(*article(one, str(number)))
        self._native = builder.finish(threads)

    def siblings(self, text: Text, *, days: int | None = 7) -> list[Match]:
        """The articles on the same story as `text` that can serve it as siblings, the best
        first.

        The text itself is none of them. Articles that are more than `days` older or newer are
        left out where both dates are known; with `None` none are.
        """
        _, words, day = article(text, "")
        return [Match(*found) for found in self._native.siblings(words, day, days)]

    def __len__(self) -> int:
        """The number of articles; of those that are the same to the last letter, one counts."""
        return len(self._native)

    def __repr__(self) -> str:
        return f"<Pool of {len(self)} articles>"


def find_siblings(
    texts: Iterable[Text], pool: Pool | Iterable[Text], *, days: int | None = 7
) -> Iterator[list[Match]]:
    """For each of `texts`, in their order, its siblings in `pool`; see :meth:`Pool.siblings`."""
    texts = several(texts, "texts")
    found_in = pool if isinstance(pool, Pool) else Pool(pool)
    return (found_in.siblings(text, days=days) for text in texts)
