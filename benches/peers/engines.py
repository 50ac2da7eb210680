"""Times the engines that are built into mtlint side by side: the default model and
models of the second engine, in turns of one run.

    eval "$(scripts/libtorch)"
    cargo build --release -p mtlint-cli --example throughput --features rust-bert
    python training/random_models.py FOLDER      # see there
    python benches/peers/engines.py ARTICLE FOLDER/*/ --rounds 5

Prints for each the tokens of the article, tokens a second (median), the same as a share
of the default model's, words a second as such a share, and the peak memory.
"""

import argparse
import json
import os
import statistics
import subprocess

PROGRAM = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/examples/throughput")


class Engine:
    def __init__(self, arguments):
        self.child = subprocess.Popen(
            [PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.first = json.loads(self.child.stdout.readline())
        self.seconds = []

    def turn(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        said = json.loads(self.child.stdout.readline())
        self.seconds.append(said["seconds"])

    def end(self):
        self.child.stdin.close()
        _, _, used = os.wait4(self.child.pid, 0)
        return used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("article")
    arguments.add_argument("folders", nargs="*")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    engines = [Engine([options.article])]
    engines += [Engine(["--folder", folder, options.article]) for folder in options.folders]
    for _ in range(options.rounds):
        for engine in engines:
            engine.turn()
    middle = [statistics.median(engine.seconds) for engine in engines]
    own = engines[0].first["tokens"] / middle[0]
    print("model                tokens  tokens/s  of default  words/s of default  peak MB")
    for engine, seconds in zip(engines, middle):
        tokens = engine.first["tokens"]
        rate, peak = tokens / seconds, engine.end()
        print(
            f"{engine.first['name']:<20} {tokens:>6} {rate:>9.1f} {rate / own:>11.3f}"
            f" {middle[0] / seconds:>19.4f} {peak:>8.0f}"
        )


if __name__ == "__main__":
    main()
