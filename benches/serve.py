#!/usr/bin/env python3
"""How much the service answers under load, and how fast one paragraph is answered.

    python3 benches/serve.py target/release/mtlint [--clients 64] [--documents 256] [--model NAME]
    python3 benches/serve.py target/release/mtlint --seconds 300
    python3 benches/serve.py target/release/mtlint --articles ARTICLES.jsonl --clients 16

Starts the service on a free port, sends it made-up articles of about 300 words from many
clients at once, and compares with `mtlint batch` on the same articles. Then asks alone for a
paragraph of 60 words, each time another one. Prints articles and words a second, and
milliseconds. Each report of the service must be that of the batch.

With `--seconds` the clients ask for ever new articles for so long, and do not wait for one answer
in a hundred. Every other request must be answered, by its own report or by 429; the memory of the
service is printed as it goes. With `--articles`, records as `mtlint batch` reads them (`text`,
perhaps `siblings`), these are sent. It uses the standard library of Python alone, and asserts
nothing about time.
"""

import argparse
import collections
import contextlib
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


def send(connection, record: dict) -> None:
    body = json.dumps({**record, "language": "eng"})
    connection.request("POST", "/v1/report", body, {"Content-Type": "application/json"})


def ask(connection, record: dict) -> tuple[float, dict]:
    """Asks for the report on a record: the seconds that it took, and the report."""
    begun = time.perf_counter()
    send(connection, record)
    answer = connection.getresponse()
    report = json.loads(answer.read())
    assert answer.status == 200 and report["status"] == "scored", report
    return time.perf_counter() - begun, report


def under_load(service: Service, records: list[dict], clients: int) -> tuple[float, list[float], list]:
    """The seconds for all records from so many clients at once and for each; the reports, in order."""
    left, times, lock = list(enumerate(records)), [], threading.Lock()
    reports: list[dict | None] = [None] * len(records)

    def client():
        connection = service.connect()
        while True:
            with lock:
                if not left:
                    return
                at, record = left.pop()
            took, report = ask(connection, record)
            with lock:
                times.append(took)
                reports[at] = report

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    assert len(times) == len(records)
    return seconds, times, reports


def memory(process: int) -> float:
    """The resident memory of a process in MB, where the system tells."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    return float("nan")


def slice_of(words: str, finding: dict) -> str:
    return words.encode()[finding["start"] : finding["end"]].decode()


def for_long(service: Service, seconds: float, clients: int, words: int) -> None:
    """Asks for ever new articles for so long, and prints what became of the requests."""
    end = time.monotonic() + seconds
    counts, lock = collections.Counter(), threading.Lock()
    faults: list[str] = []

    def client(number: int):
        connection, seed = service.connect(), number
        while time.monotonic() < end and not faults:
            seed += clients
            words_sent = text(words, seed)
            send(connection, {"id": str(seed), "text": words_sent})
            if seed % 100 == 0:
                connection.close()
                counts["left"] += 1
                continue
            answer = connection.getresponse()
            body = json.loads(answer.read())
            with lock:
                counts[answer.status] += 1
            if answer.status == 429:
                time.sleep(float(answer.headers["Retry-After"]))
            elif answer.status != 200:
                faults.append(f"{answer.status}: {body}")
            elif body["id"] != str(seed) or any(slice_of(words_sent, one) != one["text"] for one in body["findings"]):
                faults.append("the report is that of another text")

    def watched(number: int):
        try:
            client(number)
        except Exception as error:
            faults.append(repr(error))

    threads = [threading.Thread(target=watched, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    while time.monotonic() < end and not faults:
        time.sleep(min(30.0, seconds / 10))
        so_far = f"{counts[200]} reports, {counts[429]} refused, {counts['left']} not waited for"
        print(f"{time.monotonic() - begun:4.0f} s: {so_far}; {memory(service.process.pid):.0f} MB", flush=True)
    for thread in threads:
        thread.join()
    assert not faults, faults
    print(f"{counts[200] / (time.monotonic() - begun):.1f} articles a second, nothing lost or mixed up")


def batch(program: str, flags: list[str], records: list[dict]) -> tuple[float, list[dict]]:
    """The seconds in which `mtlint batch` judges all texts, without loading the model; the reports."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "in.jsonl")

        def run(some: list[dict]) -> tuple[float, list[dict]]:
            path.write_text("".join(json.dumps(one) + "\n" for one in some))
            command = [program, "batch", str(path), "--output", "-", "--no-config", "--quiet"]
            begun = time.perf_counter()
            done = subprocess.run([*command, "--language", "eng", *flags], check=True, capture_output=True)
            seconds = time.perf_counter() - begun
            return seconds, [json.loads(line) for line in done.stdout.splitlines()]

        loading, _ = run(records[:1])
        seconds, reports = run(records)
        return seconds - loading, reports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--documents", type=int, default=256)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--articles", type=pathlib.Path)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    flags = ["--model", arguments.model] if arguments.model else []
    if arguments.seconds:
        with Service(arguments.program, flags) as service:
            for_long(service, arguments.seconds, arguments.clients, arguments.words)
        return
    if arguments.articles:
        lines = arguments.articles.read_text(encoding="utf8").splitlines()
        records = [{"text": one["text"], "siblings": one.get("siblings", [])} for one in map(json.loads, lines)]
    else:
        records = [{"text": text(arguments.words, seed)} for seed in range(arguments.documents)]
    records = [{"id": str(number), **record} for number, record in enumerate(records)]
    paragraph = lambda seed: {"text": text(60, seed)}
    with Service(arguments.program, ["--timeout", "600", *flags]) as service:
        connection = service.connect()
        ask(connection, paragraph(-1))
        alone = [ask(connection, paragraph(-2 - seed))[0] * 1000 for seed in range(20)]
        again = [ask(connection, paragraph(-2))[0] * 1000 for _ in range(20)]
        seconds, times, reports = under_load(service, records, arguments.clients)
    alone.sort()
    times.sort()
    reference, expected = batch(arguments.program, flags, records)
    assert reports == expected
    rate = len(records) / seconds
    words = sum(len(one["text"].split()) for one in records) / seconds
    print(f"one paragraph of 60 words: median {statistics.median(alone):.0f} ms, most {alone[-1]:.0f} ms")
    print(f"the same one again: median {statistics.median(again):.1f} ms")
    print(
        f"{arguments.clients} clients: {rate:.1f} articles and {words:.0f} words a second; "
        f"median {statistics.median(times):.2f} s, 95 % within {times[int(len(times) * 0.95) - 1]:.2f} s"
    )
    print(f"batch: {len(records) / reference:.1f} articles a second; the service has {reference / seconds:.2f} of its rate")


if __name__ == "__main__":
    main()
