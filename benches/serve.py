#!/usr/bin/env python3
"""How much the service answers under load, and how fast one paragraph is answered.

    python3 benches/serve.py target/release/mtlint [--clients 64] [--documents 256] [--model NAME]

Starts the service on a free port, sends it made-up articles of about 300 words from many
clients at once, and compares with `mtlint batch` on the same articles. Then asks alone for a
paragraph of 60 words, each time another one. Prints articles and words a second, and
milliseconds. Each report of the service must be that of the batch. It uses the standard library
of Python alone, and asserts nothing about time.
"""

import argparse
import http.client
import json
import pathlib
import random
import statistics
import subprocess
import tempfile
import threading
import time

WORDS = """the harbour minister ship crew river valley engineers pressure water bridge council
school morning report repairs storm village road firefighters pumps dam gates region officials
said opened closed reached waited promised crossed found that before after while because under
and but in on at near with without for from to of a an this every""".split()


def text(words: int, seed: int) -> str:
    """Sentences of made-up prose, the same for the same seed."""
    choose = random.Random(seed)
    sentences = []
    while words > 0:
        length = min(words, choose.randint(8, 20))
        sentence = " ".join(choose.choice(WORDS) for _ in range(length))
        sentences.append(sentence.capitalize() + ".")
        words -= length
    return " ".join(sentences)


class Service:
    """A service that runs while the block does."""

    def __init__(self, program: str, flags: list[str]):
        self.command = [program, "serve", "--port", "0", "--no-config", "--quiet", *flags]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = line.split("http://")[1].strip().rstrip("/")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait() == 0

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=600)


def without_id(report: dict) -> dict:
    return {name: value for name, value in report.items() if name != "id"}


def ask(connection, words: str) -> tuple[float, dict]:
    """Asks for the report on a text: the seconds that it took, and the report without its id."""
    begun = time.perf_counter()
    body = json.dumps({"text": words, "language": "eng"})
    connection.request("POST", "/v1/report", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    report = json.loads(answer.read())
    assert answer.status == 200 and report["status"] == "scored", report
    return time.perf_counter() - begun, without_id(report)


def under_load(service: Service, texts: list[str], clients: int) -> tuple[float, list[float], dict]:
    """The seconds for all texts from so many clients at once and for each text; the reports."""
    left, times, reports, lock = list(texts), [], {}, threading.Lock()

    def client():
        connection = service.connect()
        while True:
            with lock:
                if not left:
                    return
                one = left.pop()
            took, report = ask(connection, one)
            with lock:
                times.append(took)
                reports[one] = report

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    assert len(times) == len(texts)
    return seconds, times, reports


def batch(program: str, flags: list[str], texts: list[str]) -> tuple[float, list[dict]]:
    """The seconds in which `mtlint batch` judges all texts, without loading the model; the reports."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "in.jsonl")

        def run(some: list[str]) -> tuple[float, list[dict]]:
            path.write_text("".join(json.dumps({"text": one}) + "\n" for one in some))
            command = [program, "batch", str(path), "--output", "-", "--no-config", "--quiet"]
            begun = time.perf_counter()
            done = subprocess.run([*command, "--language", "eng", *flags], check=True, capture_output=True)
            seconds = time.perf_counter() - begun
            return seconds, [without_id(json.loads(line)) for line in done.stdout.splitlines()]

        loading, _ = run(texts[:1])
        seconds, reports = run(texts)
        return seconds - loading, reports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--documents", type=int, default=256)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    flags = ["--model", arguments.model] if arguments.model else []
    texts = [text(arguments.words, seed) for seed in range(arguments.documents)]
    with Service(arguments.program, ["--timeout", "600", *flags]) as service:
        connection = service.connect()
        ask(connection, text(60, -1))
        alone = [ask(connection, text(60, -2 - seed))[0] * 1000 for seed in range(20)]
        again = [ask(connection, text(60, -2))[0] * 1000 for _ in range(20)]
        seconds, times, reports = under_load(service, texts, arguments.clients)
    alone.sort()
    times.sort()
    reference, expected = batch(arguments.program, flags, texts)
    assert [reports[one] for one in texts] == expected
    rate = len(texts) / seconds
    print(f"one paragraph of 60 words: median {statistics.median(alone):.0f} ms, most {alone[-1]:.0f} ms")
    print(f"the same one again: median {statistics.median(again):.1f} ms")
    print(
        f"{arguments.clients} clients: {rate:.1f} articles and {rate * arguments.words:.0f} words a second; "
        f"median {statistics.median(times):.2f} s, 95 % within {times[int(len(times) * 0.95) - 1]:.2f} s"
    )
    print(f"batch: {len(texts) / reference:.1f} articles a second; the service has {reference / seconds:.2f} of its rate")


if __name__ == "__main__":
    main()
