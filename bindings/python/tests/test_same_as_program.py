"""Findings are those of `mtlint highlight --format json`, position by position."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import mtlint
import pytest
from conftest import AS_LINTER, ROOT, THRESHOLD, Highlight, run

EXAMPLES = sorted(path.name.split(".")[0] for path in ROOT.glob("examples/*.garbled.txt"))

FILLER = "The council met on Monday and talked about the new bridge for two hours."

MADE = {
    "emoji": f"🎉 The mayor 👩‍🚀 spoke gibberish to the crowd 🏳️‍🌈. {FILLER} It was twaddle 🤷🏽.",
    "combining": f"Zoe\u0301 Nu\u0303ez called it gibberish in Que\u0301bec. {FILLER}",
    "crlf": f"{FILLER}\r\n\r\nThe bridge is gibberish.\r\nIt is twaddle, they said.\r\n",
    "returns": f"{FILLER}\rThe bridge is gibberish.\rIt is twaddle.",
    "mark": f"\ufeffThe gibberish bridge. {FILLER}",
    "mark and emoji": f"\ufeff🌉 gibberish. {FILLER}\r\n🌉 twaddle 🌉 gibberish.",
    "right to left": f"The word \u202eshalom שלום\u202c is gibberish. {FILLER}",
    "separators": f"{FILLER}\u2028The gibberish\u2029of twaddle\u0085went on. \x0b \x0c gibberish.",
    "astral": f"\U0001d4af gibberish \U00010348 went on. {FILLER}",
    "last": f"{FILLER} All of it was gibberish",
}


def same(report: mtlint.Report, expected: dict[str, Any], siblings: dict[str, str]) -> None:
    """Checks a report against the JSON of the program, and its positions against the texts."""
    assert report.to_dict() == expected
    assert report.text is not None
    text, data = report.text, report.text.encode()
    assert len(report.findings) == len(expected["findings"])
    for finding, read in zip(report.findings, expected["findings"], strict=True):
        assert text[finding.start : finding.end] == finding.text == read["text"]
        assert (finding.start, finding.end) == (read["char_start"], read["char_end"])
        assert (finding.line, finding.column) == (read["line"], read["column"])
        for suggestion, there in zip(finding.suggestions, read["suggestions"], strict=True):
            replaced = data[there["start"] : there["end"]].decode()
            assert text[suggestion.start : suggestion.end] == replaced
            assert len(text[: suggestion.start].encode()) == there["start"]
            if suggestion.sibling is not None:
                quote = suggestion.sibling
                assert siblings[quote.id][quote.start : quote.end] == quote.text
    for word, there in zip(report.words or (), expected.get("words", ()), strict=True):
        assert len(text[: word.start].encode()) == there["start"]
        assert len(text[: word.end].encode()) == there["end"]


def text_of(path: Path) -> str:
    """A file's text, its line ends and byte order mark included."""
    return path.read_bytes().decode()


@pytest.mark.parametrize("sensitivity", ["precise", "thorough"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_examples(example: str, sensitivity: str, highlight: Highlight) -> None:
    garbled, sibling = (f"examples/{example}.{kind}.txt" for kind in ("garbled", "sibling"))
    expected = highlight(
        garbled, "--sibling", sibling, "--sensitivity", sensitivity, "--words", model="stub"
    )
    linter = mtlint.Linter("stub", sensitivity=sensitivity, words=True)  # type: ignore[arg-type]
    siblings = {sibling: text_of(ROOT / sibling)}
    report = linter.lint(
        text_of(ROOT / garbled), [{"id": sibling, "text": siblings[sibling]}], id=garbled
    )
    assert report.siblings
    same(report, expected, siblings)


@pytest.mark.parametrize("name", MADE)
def test_made_texts(name: str, linter: mtlint.Linter, highlight: Highlight, tmp_path: Path) -> None:
    path = tmp_path / "made.txt"
    path.write_bytes(MADE[name].encode())
    report = linter.lint(MADE[name], id=str(path))
    assert report.findings
    same(report, highlight(path), {})
    assert [*linter.lint_many([{"id": str(path), "text": MADE[name]}])] == [report]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("markdown", f"# Bridge 🌉\n\nIt is *gibberish* &amp; `twaddle`. {FILLER}\n"),
        ("html", f"<p>Zo&eacute; 🌉 said <b>gibberish</b>.</p><p>{FILLER}</p>"),
    ],
)
def test_markup(markup: Any, text: str, highlight: Highlight, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_text(text)
    report = mtlint.Linter("stub", markup=markup, threshold=THRESHOLD).lint(text, id=str(path))
    assert any("gibberish" in finding.text for finding in report.findings)
    same(report, highlight(path, "--markup", markup), {})


def test_one_line_of_json(linter: mtlint.Linter) -> None:
    path = "examples/dam.garbled.txt"
    done = run("highlight", path, "--format", "jsonl", "--no-config", *AS_LINTER)
    assert linter.lint(text_of(ROOT / path), id=path).to_json() + "\n" == done.stdout.decode()


def test_the_real_model_and_its_corrections(
    real: mtlint.Linter, highlight: Highlight, tmp_path: Path
) -> None:
    text = (
        "🚒 Poland has sent forty firefighters and six pumps from Varsovie, and two helicopters "
        "arrived in the night.\r\nThe engineers have opened all the vannes of the dam."
    )
    other = (
        "🚁 Forty firefighters with six pumps have come from Warsaw, and two helicopters arrived "
        "in the night. The engineers opened all the sluice gates of the dam."
    )
    garbled, sibling = str(tmp_path / "garbled.txt"), str(tmp_path / "sibling.txt")
    Path(garbled).write_bytes(text.encode())
    Path(sibling).write_bytes(other.encode())
    given = {"id": sibling, "text": other}
    report = real.lint(text, [given], id=garbled)
    expected = highlight(garbled, "--sibling", sibling, model=real.model)
    same(report, expected, {sibling: other})
    assert any(one.sibling for finding in report.findings for one in finding.suggestions)

    fixed = real.fix(text, [given], id=garbled, unsafe=True)
    expected = highlight(garbled, "--sibling", sibling, "--fix=unsafe", model=real.model)
    same(fixed, expected, {sibling: other})
    assert fixed.fix is not None and fixed.text == fixed.fix.text != text
    assert [edit.text for edit in fixed.fix.applied] == ["Varsovie", "vannes"]
    for edit in fixed.fix.applied:
        assert text[edit.start : edit.end] == edit.text
        assert fixed.text[edit.corrected_start : edit.corrected_end] == edit.replacement
        assert edit.sibling is None or other[edit.sibling.start : edit.sibling.end]


def test_a_fix_that_changes_nothing(linter: mtlint.Linter, highlight: Highlight) -> None:
    path = "examples/dam.garbled.txt"
    fixed = linter.fix(text_of(ROOT / path), id=path)
    assert fixed.to_dict() == highlight(path, "--fix")
    assert linter.fix("", id="-").status == "abstained"


@pytest.mark.skipif("MTLINT_DATA" not in os.environ, reason="MTLINT_DATA is not set")
def test_a_garbled_article(real: mtlint.Linter, highlight: Highlight, tmp_path: Path) -> None:
    data = Path(os.environ["MTLINT_DATA"]) / "garble" / "dev.jsonl"
    with data.open(encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] for line in lines)
        text = next(text for text in texts if not text.isascii() and len(text) < 3000)
    path = tmp_path / "article.txt"
    path.write_bytes(text.encode())
    (report,) = real.lint_many([{"id": str(path), "text": text}])
    assert len(report.findings) > 2
    same(report, highlight(path, model=real.model), {})
