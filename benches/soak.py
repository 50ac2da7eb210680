"""Nights without peace: batches over good and hostile documents that are killed, stopped, run
twice at once and left without room on the disk, until the time is over. Every document must be
accounted for each time, in the very bytes of a night that nothing disturbed.

    cargo build --release --features test-stub
    python benches/soak.py target/release/mtlint [--minutes 20] [--seed 1] [--model stub]

Prints a line a night, and at the end how often each disturbance came. Ends with 1 at the first
night that is not as it should be, and leaves its folder.
"""

import argparse
import collections
import gzip
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"


def documents(folder, chance):
    """Good and hostile inputs, some hundred documents of 100 B to 60 kB."""
    texts = [path.read_text(encoding="utf8") for path in sorted(EXAMPLES.glob("*.txt"))]
    lines = []
    for number in range(120):
        text = chance.choice(texts)
        kind = number % 12
        record = {"id": f"night/{number}", "text": text[: chance.randint(100, len(text))] + f" {number}"}
        if kind == 1:
            record["siblings"] = [chance.choice(texts), {"id": "wire", "text": ""}]
        elif kind == 2:
            record["text"] = "".join(chr(chance.choice([4, 0x85, 0x202E, 0x1F469, 0x50000])) for _ in range(200)) + text
        elif kind == 3:
            record["text"] = (text + "\n\n") * 40
        elif kind == 4:
            record["text"] = ""
        elif kind == 5:
            record = {"id": f"night/{number}"}
        elif kind == 6:
            record["date"] = "31/03/2026"
        line = json.dumps(record)
        lines.append(line[: len(line) // 2] if kind == 7 else line)
    (folder / "feed.jsonl").write_text("\n".join(lines[:80]) + "\n")
    packed = gzip.compress("\n".join(lines[80:]).encode(), mtime=0)
    (folder / "whole.jsonl.gz").write_bytes(packed)
    (folder / "broken.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "table.parquet").write_bytes(b"PAR1" + bytes(chance.randrange(256) for _ in range(500)) + b"PAR1")
    texts_folder = folder / "texts"
    texts_folder.mkdir()
    (texts_folder / "page.html").write_text(f"<p>{texts[0]}<!-- <p>")
    (texts_folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (texts_folder / "utf16.txt").write_bytes(texts[1].encode("utf-16"))
    os.symlink(texts_folder, texts_folder / "round")
    return ["feed.jsonl", "broken.jsonl.gz", "whole.jsonl.gz", "table.parquet", "texts"]


class Night:
    def __init__(self, arguments, inputs, folder, memory):
        self.program = [str(pathlib.Path(arguments.mtlint).resolve()), "batch", *inputs]
        self.program += ["--model", arguments.model, "--pool", "batch", "--quiet", "--output", "reports.jsonl"]
        self.folder, self.memory = folder, memory

    def begin(self, *more, file_size=None):
        def limits():
            resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))
            if file_size:
                # The system then refuses to write more, as a full disk does.
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

        return subprocess.Popen([*self.program, *more], cwd=self.folder, preexec_fn=limits,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, process):
        out, said = process.communicate(timeout=600)
        return process.returncode, said.decode(errors="replace")


def check(true, night, what):
    if not true:
        print(f"{what}\nsee {night.folder}", file=sys.stderr)
        sys.exit(1)


def disturb(kind, night, chance, usual):
    """One night in which something happens; what it left must not be wrong."""
    state = ["--state", "night.state", "--resume"]
    wait = chance.random() * usual
    if kind == "full disk":
        status, said = night.end(night.begin(*state, file_size=chance.choice([4096, 65536, 400_000])))
        check(status in (0, 2) and "panicked" not in said, night, f"{kind}: status {status}: {said}")
        return
    process = night.begin(*state)
    if kind == "two runs":
        time.sleep(wait / 2)
        status, said = night.end(night.begin(*state))
        refused = status == 2 and "another run is using the state" in said
        check(refused or status == 0, night, f"{kind}: status {status}: {said}")
        status, said = night.end(process)
        # The one that came second may have been the first to open the state.
        check(status in (0, 2), night, f"{kind}: status {status}: {said}")
        return
    time.sleep(wait)
    process.send_signal({"kill": signal.SIGKILL, "stop": signal.SIGTERM, "interrupt": signal.SIGINT}[kind])
    status, said = night.end(process)
    check(status in (0, 2, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT) and "panicked" not in said,
          night, f"{kind}: status {status}: {said}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mtlint")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="stub")
    parser.add_argument("--memory", type=int, default=4_000_000_000, help="the most bytes of addresses a batch may have")
    arguments = parser.parse_args()
    chance, counts = random.Random(arguments.seed), collections.Counter()
    deadline, number = time.monotonic() + 60 * arguments.minutes, 0
    while time.monotonic() < deadline:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="mtlint-soak-"))
        night = Night(arguments, documents(folder, chance), folder, arguments.memory)
        begun = time.monotonic()
        status, said = night.end(night.begin())
        usual = time.monotonic() - begun
        check(status == 0, night, f"undisturbed: status {status}: {said}")
        reports = folder / "reports.jsonl"
        wanted = reports.read_bytes()
        rows = [json.loads(line) for line in wanted.splitlines()]
        statuses = collections.Counter(row["status"] for row in rows)
        check(statuses["scored"] > 60 and statuses["failed"] > 10, night, f"{statuses}")
        reports.unlink()
        kinds = [chance.choice(["kill", "kill", "stop", "interrupt", "two runs", "full disk"])
                 for _ in range(chance.randint(1, 6))]
        for kind in kinds:
            disturb(kind, night, chance, usual)
            counts[kind] += 1
            if reports.exists():
                check(reports.read_bytes() == wanted, night, f"after {kind} the reports are others")
        status, said = night.end(night.begin("--state", "night.state", "--resume"))
        check(status == 0, night, f"after all: status {status}: {said}")
        check(reports.read_bytes() == wanted, night, "the reports are others")
        left = [path.name for path in folder.iterdir() if path.name.startswith(".mtlint-")]
        check(not left, night, f"left behind: {left}")
        number += 1
        print(f"night {number}: {len(rows)} documents ({dict(statuses)}), {', '.join(kinds)}", flush=True)
        shutil.rmtree(folder)
    print(f"{number} nights, {dict(counts)}")


if __name__ == "__main__":
    main()
