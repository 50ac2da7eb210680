"""The examples do what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"

GOOD = "The council met on Monday and talked about the new bridge for two hours."
BAD = "The council talked gibberish twaddle gibberish on Monday about the new bridge."


def run(example: str, path: Path) -> str:
    program = [sys.executable, EXAMPLES / example, path, "stub"]
    return subprocess.run(program, capture_output=True, check=True, text=True).stdout


def test_a_column_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    path.write_text(f'id,text\na,"{GOOD}"\nb,"{BAD}"\nc,\n')
    header, *rows = run("pandas_column.py", path).splitlines()
    assert header == "id,text,quality,findings,error"
    assert [row[0] for row in rows] == ["b", "a", "c"]
    assert rows[2].endswith('"3: the text must be str, not float"') or rows[2].endswith(
        "3: the text must be str, not float"
    )


def test_a_stream_of_records(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    records = [{"id": str(number), "text": [GOOD, BAD][number % 2]} for number in range(100)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    kept = [json.loads(line) for line in run("cleaned_stream.py", path).splitlines()]
    assert kept and {record["text"] for record in kept} == {GOOD}
    assert [int(record["id"]) for record in kept] == list(range(0, 100, 2))
