"""How fast `lint_many` reads short texts, against `mtlint batch`.

    python lint_many.py MTLINT [MODEL] [TEXTS]

Both read the same texts, loading the model included; each is run several times, in turn, and
the fastest run counts.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mtlint

RUNS = 3

PLACES = ["bridge", "harbour", "school", "market", "library", "station", "theatre"]


def texts(count: int) -> list[str]:
    """Short texts, no two of them the same."""
    return [
        f"The council met on Monday and talked about the {PLACES[number % 7]} for two hours. "
        f"It was gibberish, said {number} of the people who came. The mayor will answer them "
        f"in writing, and the {PLACES[number % 5]} stays closed until the end of the month."
        for number in range(count)
    ]


def fastest(*runs: Callable[[], object]) -> list[float]:
    """The seconds of each of `runs`."""
    taken = [float("inf")] * len(runs)
    for _ in range(RUNS):
        for index, run in enumerate(runs):
            start = time.perf_counter()
            run()
            taken[index] = min(taken[index], time.perf_counter() - start)
    return taken


def main() -> None:
    program, *rest = sys.argv[1:]
    model = rest[0] if rest else "stub"
    documents = texts(int(rest[1]) if len(rest) > 1 else 300)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "texts.jsonl")
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in documents))
        output = str(Path(folder, "out"))
        batch = [program, "batch", str(source), "--output", output, "--quiet"]

        def by_program() -> None:
            subprocess.run([*batch, "--model", model, "--no-config"], check=True)

        def by_package() -> None:
            for report in mtlint.Linter(model).lint_many(documents):
                assert report.score is not None

        ours, theirs = fastest(by_package, by_program)
    count = len(documents)
    print(f"{count} texts, {model}: lint_many {count / ours:.0f} a second, ", end="")
    print(f"mtlint batch {count / theirs:.0f} a second: {theirs / ours:.0%}")


if __name__ == "__main__":
    main()
