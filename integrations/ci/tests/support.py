"""What the tests share: the program, and folders with articles in them."""

import os
import pathlib
import subprocess
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[3]
MTLINT = pathlib.Path(os.environ["MTLINT"])

# The stand-in model finds two words, both of them minor.
STUB = ["--model", "stub", "--threshold", "0.3"]
GARBLED = "The harbour was gibberish before the twaddle race.\n"
CLEAN = "The harbour was quiet before the race.\n"


def folder(files=()):
    """A new folder with these files, gone with the process."""
    made = tempfile.TemporaryDirectory(prefix="mtlint-ci-")
    folder.kept.append(made)
    place = pathlib.Path(made.name)
    for name, content in dict(files).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, newline="")
    return place


folder.kept = []


def run(*command, cwd, **more):
    """Runs a command and gives what it said."""
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, **more
    )


def with_stub():
    """A folder for the PATH whose mtlint reads with the stand-in model."""
    place = folder({"mtlint": f'#!/bin/sh\nexec "{MTLINT}" "$@" {" ".join(STUB)}\n'})
    (place / "mtlint").chmod(0o755)
    return {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
