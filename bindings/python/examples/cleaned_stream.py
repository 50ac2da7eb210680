"""Keeps the good texts of a corpus that is too large for memory.

    python cleaned_stream.py corpus.jsonl > cleaned.jsonl

`cleaned` takes any iterable of records, such as a streamed data set of `datasets`. Any argument
after the file is the model.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import tee
from typing import Any

import mtlint


def cleaned(
    records: Iterable[dict[str, Any]], linter: mtlint.Linter, at_least: float = 90
) -> Iterator[dict[str, Any]]:
    """The records whose text has at least this quality, in their order."""
    # The reports come at most a group later than the records are read.
    kept, read = tee(records)
    for record, report in zip(kept, linter.lint_many(read), strict=True):
        if report.quality is not None and report.quality >= at_least:
            yield {**record, "quality": report.quality}


if __name__ == "__main__":
    _, path, *model = sys.argv
    with open(path, encoding="utf-8") as lines:
        for record in cleaned(map(json.loads, lines), mtlint.Linter(*model)):
            print(json.dumps(record, ensure_ascii=False))
