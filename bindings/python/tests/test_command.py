"""The command that comes with the package."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import mtlint
import pytest
from conftest import ROOT, run

COMMAND = Path(sys.executable).parent / "mtlint"


def test_it_is_the_program() -> None:
    for arguments in [
        ["highlight", "examples/dam.garbled.txt", "--model", "stub"],
        ["highlight", "--help"],
        ["score", "no-such-file", "--model", "stub"],
        ["schema", "report"],
        ["nonsense"],
    ]:
        own = subprocess.run([COMMAND, *arguments], capture_output=True, cwd=ROOT)
        program = run(*arguments)
        assert (own.returncode, own.stdout, own.stderr) == (
            program.returncode,
            program.stdout,
            program.stderr,
        )
    module = subprocess.run([sys.executable, "-m", "mtlint", "--version"], capture_output=True)
    assert module.stdout.decode() == f"mtlint {mtlint.__version__}\n"


def test_a_reader_that_goes_is_no_error() -> None:
    script = f"{COMMAND} schema report | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{", b"")


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [COMMAND, "score", pipe, "--model", "stub"]
    # The pipe is open once the command reads it.
    with subprocess.Popen(command) as child, pipe.open("w"):
        child.send_signal(signal.SIGINT)
        assert child.wait() == -signal.SIGINT


def test_a_state_holds_for_this_build(tmp_path: Path) -> None:
    state = tmp_path / "night.state"
    batch = ["batch", "examples", "--output", os.devnull, "--state", state, "--model", "stub"]
    for program in (COMMAND, COMMAND):
        done = subprocess.run([program, *batch], capture_output=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr.decode()
    assert b"from the state" in done.stderr, done.stderr.decode()
