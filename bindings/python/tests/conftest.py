"""What the tests share: linters, and the program to compare with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mtlint
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = os.environ.get("MTLINT", "mtlint")

THRESHOLD = 0.1
"""From this probability `gibberish` is flagged in any text that the stub reads."""

AS_LINTER = ["--model", "stub", "--threshold", str(THRESHOLD)]
"""The flags with which the program reads as `linter` does."""

Highlight = Callable[..., Any]


def run(*arguments: str | os.PathLike[str], **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs the program in the folder of the repository."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, cwd=ROOT, **settings)


@pytest.fixture(scope="session")
def highlight() -> Highlight:
    """The JSON of `mtlint highlight`, read; as `linter` reads if no model is named."""

    def highlight(*arguments: str | os.PathLike[str], model: str | None = None) -> Any:
        judging = ["--model", model] if model else AS_LINTER
        flags = ["--format", "json", "--no-config", *judging]
        done = run("highlight", *arguments, *flags)
        assert done.stdout, done.stderr.decode()
        return json.loads(done.stdout)

    return highlight


@pytest.fixture(scope="session")
def linter() -> mtlint.Linter:
    """A linter with a table in place of a language model, which flags `gibberish`."""
    return mtlint.Linter("stub", threshold=THRESHOLD)


@pytest.fixture(scope="session")
def real() -> mtlint.Linter:
    """A linter with the default model."""
    return mtlint.Linter()
