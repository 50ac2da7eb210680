"""Many texts: order, look-ahead, failures, threads, forks, Ctrl-C."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import mtlint
import pytest
from conftest import AS_LINTER, run

GOOD = "The council met on Monday and talked about the new bridge for two hours."
BAD = "The council talked gibberish on Monday about the new bridge for two hours."


def test_reports_come_in_order_and_are_those_of_single_texts(linter: mtlint.Linter) -> None:
    texts = [f"{BAD} It was number {number}." for number in range(150)]
    reports = list(linter.lint_many(texts))
    assert [report.id for report in reports] == [str(number) for number in range(1, 151)]
    assert [report.text for report in reports] == texts
    for number in (0, 63, 64, 149):
        assert reports[number] == linter.lint(texts[number], id=str(number + 1))


def test_few_texts_are_taken_ahead(linter: mtlint.Linter) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield BAD

    reports = linter.lint_many(endless())
    assert taken == 0
    for _ in range(65):
        assert next(reports).findings
    assert taken == 128
    # Long texts are not taken by the dozen.
    taken = 0
    long = ({"text": " ".join([GOOD] * 2000), "id": "long"} for _ in endless())
    assert next(linter.lint_many(long)).status == "scored"
    assert taken == 2


def test_siblings_are_shared_or_the_texts_own(linter: mtlint.Linter) -> None:
    own: list[Any] = [{"id": "wire", "text": GOOD}]
    texts: list[Any] = [BAD, {"text": BAD, "siblings": own}, {"text": BAD, "siblings": []}]
    reports = list(linter.lint_many(texts, siblings=[GOOD]))
    names = [[sibling.id for sibling in report.siblings] for report in reports]
    assert names == [["1#sibling-1"], ["wire"], []]


def test_a_text_that_fails_has_its_error_in_its_place(linter: mtlint.Linter) -> None:
    wrong: list[Any] = [
        BAD,
        None,
        b"bytes",
        float("nan"),
        "half \udc80 a character",
        {"id": 7},
        {"id": "x", "text": "an unspeakable word in a line of text"},
        {"id": 1.5, "text": GOOD},
        "a\0b\0c",
        {"text": GOOD, "siblings": GOOD},
        {"text": GOOD, "siblings": [None]},
        "x" * 2000,
        GOOD,
    ]
    small = mtlint.Linter("stub", max_bytes=1000)
    reports = list(small.lint_many(wrong))
    kinds = [report.error and report.error.kind for report in reports]
    bad = "bad_record"
    expected = [None, bad, bad, bad, bad, bad, "model_failed", bad]
    assert kinds == [*expected, "not_utf8", bad, bad, "too_large", None]
    assert [report.id for report in reports][5:7] == ["7", "x"]
    error = reports[1].error
    assert error is not None and error.message == "2: the text must be str, not NoneType"
    assert reports[1].text is None and reports[1].to_dict()["status"] == "failed"


def test_an_id_that_is_no_text_fails_its_text_alone(linter: mtlint.Linter) -> None:
    reports = list(linter.lint_many([{"id": "a\udc80", "text": GOOD}, GOOD]))
    assert [report.id for report in reports] == ["1", "2"]
    error = reports[0].error
    assert error is not None and "the id has half a character (U+DC80)" in error.message
    assert reports[1].status == "scored"


@pytest.mark.parametrize(
    ("item", "error", "words"),
    [
        (None, TypeError, "the text must be str, not NoneType"),
        ("half \udc80", mtlint.InputError, r"half a character \(U\+DC80\) at 5"),
        ("an unspeakable word in a line of text", mtlint.LintError, "unspeakable"),
    ],
)
def test_or_raises(item: Any, error: type[Exception], words: str, linter: mtlint.Linter) -> None:
    with pytest.raises(error, match=words):
        list(linter.lint_many([GOOD, item, GOOD], errors="raise"))
    with pytest.raises(error, match=words):
        linter.lint(item)


def test_an_error_of_the_source_passes_through(linter: mtlint.Linter) -> None:
    def broken() -> Iterator[str]:
        yield GOOD
        raise KeyError("the cable was pulled")

    with pytest.raises(KeyError, match="cable"):
        list(linter.lint_many(broken()))


def test_one_text_is_not_taken_for_many(linter: mtlint.Linter) -> None:
    for one in (GOOD, b"bytes", {"text": GOOD}, 7):
        with pytest.raises(TypeError, match="texts must be texts, such as a list"):
            linter.lint_many(one)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="siblings must be texts"):
        linter.lint_many([GOOD], siblings=GOOD)
    with pytest.raises(mtlint.InputError, match="'report' or 'raise'"):
        linter.lint_many([GOOD], errors="ignore")  # type: ignore[arg-type]


def test_progress_is_told_and_may_stop(linter: mtlint.Linter) -> None:
    told: list[tuple[int, int | None]] = []
    list(linter.lint_many([GOOD] * 70, progress=lambda *step: told.append(step)))
    assert told == [(64, 70), (70, 70)]
    list(linter.lint_many(iter([GOOD]), progress=lambda *step: told.append(step)))
    assert told[-1] == (1, None)

    def stop(*_: object) -> None:
        raise StopAsyncIteration("enough")

    with pytest.raises(StopAsyncIteration):
        list(linter.lint_many([GOOD], progress=stop))


def test_threads_take_turns_and_get_the_same_bits(real: mtlint.Linter) -> None:
    alone = real.lint(BAD, [GOOD]).to_json()
    assert mtlint.Linter(threads=1).lint(BAD, [GOOD]).to_json() == alone
    found: list[str] = []

    def lint() -> None:
        for _ in range(3):
            found.append(real.lint(BAD, [GOOD]).to_json())
            found.extend(
                report.to_json() for report in real.lint_many([{"id": "-", "text": BAD}] * 2)
            )

    threads = [threading.Thread(target=lint) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {alone, real.lint(BAD).to_json()}


def test_other_threads_of_python_run_meanwhile(linter: mtlint.Linter) -> None:
    long = " ".join([GOOD] * 2_000)
    ticks, done = 0, threading.Event()

    def lint() -> None:
        linter.lint(long)
        done.set()

    thread = threading.Thread(target=lint)
    thread.start()
    while not done.is_set():
        ticks += 1
    thread.join()
    assert ticks > 1000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_reads_on(linter: mtlint.Linter) -> None:
    expected = linter.lint(BAD, [GOOD])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        reader, writer = os.pipe()
        child = os.fork()
    if child == 0:
        try:
            os.write(writer, linter.lint(BAD, [GOOD]).to_json().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read().decode() == expected.to_json()
    assert os.waitpid(child, 0)[1] == 0
    assert linter.lint(BAD, [GOOD]) == expected


def test_a_linter_is_pickled_with_its_settings() -> None:
    linter = mtlint.Linter("stub", threshold=0.25, accept=["gibberish"], words=True, threads=1)
    again = pickle.loads(pickle.dumps(linter))
    assert again.lint(BAD) == linter.lint(BAD)
    assert again.threshold == linter.threshold == 0.25 and repr(again) == repr(linter)
    assert pickle.loads(pickle.dumps(again)).lint(BAD) == linter.lint(BAD)


ENDLESS = """
import itertools, mtlint
linter = mtlint.Linter("stub")
for report in linter.lint_many(itertools.repeat({text!r})):
    print(report.id, flush=True)
"""

ONE = """
import mtlint
linter = mtlint.Linter("stub")
print("reading", flush=True)
linter.lint({text!r} * 100_000)
print("read", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(("script", "text"), [(ENDLESS, BAD), (ONE, f"{BAD} ")])
def test_ctrl_c_ends_it(script: str, text: str) -> None:
    program = [sys.executable, "-c", script.format(text=text)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out, complaint = child.communicate()
        assert complaint.rstrip().endswith(b"KeyboardInterrupt"), complaint
        assert child.returncode == -signal.SIGINT
        assert not out.endswith(b"read\n")


def test_as_fast_a_path_as_a_batch_gives_the_same_lines(
    linter: mtlint.Linter, tmp_path: Any
) -> None:
    records = [{"id": f"{number}", "text": f"{BAD} {number}"} for number in range(100)]
    source = tmp_path / "night.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    done = run("batch", source, "--output", "-", "--no-config", "--quiet", *AS_LINTER)
    lines = [report.to_json() for report in linter.lint_many(records)]
    assert done.stdout.decode().splitlines() == lines
