"""How time and memory grow with the size of a document: prose, one word, names, markup and
more, alone and beside a sibling.

    cargo build --release
    python benches/growth.py target/release/mtlint [--model PATH] [--sizes 10000,100000,1000000]

Prints for each kind and size the seconds of processor time and the peak memory, and for each
kind the exponent of time between the smallest and the largest size: 1 is linear. The texts are
made from the articles in `examples`, with words exchanged so that no two sentences are alike.
"""

import argparse
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"


def sentences(name):
    text = " ".join((EXAMPLES / name).read_text(encoding="utf8").split())
    return [part.strip() + "." for part in text.split(". ") if part.strip()]


def prose(size, name="dam.garbled.txt", seed=1):
    """Sentences of an article in which some words come from its other sentences."""
    random_, own = random.Random(seed), sentences(name)
    words = [word for sentence in own for word in sentence.split()]
    parts, length = [], 0
    while length < size:
        sentence = [random_.choice(words) if random_.random() < 0.3 else word for word in random_.choice(own).split()]
        parts.append(" ".join(sentence) + ("\n\n" if len(parts) % 6 == 5 else " "))
        length += len(parts[-1])
    return "".join(parts)[:size]


def names(size):
    random_ = random.Random(2)
    syllables = "ka to mi ra len dor ve shi nu bal gro pes".split()
    name = lambda: "".join(random_.choices(syllables, k=3)).capitalize()
    return " ".join(f"On Monday {name()} {name()} met {name()} in {name()}." for _ in range(size // 38))[:size]


def markdown(size):
    lines = prose(size).split(". ")
    marks = ["- {}", "> {}", "# {}", "*{}*", "[{}](http://a.b)", "| {} | b |", "1. {}", "`{}`"]
    return "\n\n".join(marks[i % len(marks)].format(line) for i, line in enumerate(lines))[:size]


KINDS = {
    "prose": (prose, ".txt"),
    "one word": (lambda size: "a" * size, ".txt"),
    "one line of words": (lambda size: ("bus " * size)[:size], ".txt"),
    "names": (names, ".txt"),
    "marks": (lambda size: ("!? " * size)[:size], ".txt"),
    "markdown": (markdown, ".md"),
    "nested quotes": (lambda size: ("> " * 40 + "text\n") * (size // 86), ".md"),
    "open brackets": (lambda size: "The [" * (size // 5), ".md"),
    "emphasis": (lambda size: "*a _b " * (size // 6), ".md"),
    "html": (lambda size: "".join(f"<p>{line}</p>" for line in prose(size).split("\n\n"))[:size], ".html"),
    "open tags": (lambda size: "<b>bus " * (size // 7), ".html"),
    "entities": (lambda size: "&amp; bus " * (size // 10), ".html"),
}


def measured(program, model, document, sibling=None):
    command = [program, "score", "--quiet", "--language", "eng", *model, document]
    command += ["--sibling", sibling] if sibling else []
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)}: {said.decode(errors='replace')[-500:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--model", help="as for mtlint")
    arguments.add_argument("--sizes", default="10000,100000,1000000", help="in bytes")
    arguments.add_argument("--kinds", default=",".join(KINDS))
    arguments.add_argument("--beside", default="prose,names", help="kinds that are also judged beside a sibling")
    options = arguments.parse_args()
    model = ["--model", options.model] if options.model else []
    sizes = [int(size) for size in options.sizes.split(",")]
    beside = options.beside.split(",")
    print("kind                     bytes  seconds     MB")
    with tempfile.TemporaryDirectory() as folder:
        start, _ = measured(options.program, model, written(folder, "start.txt", "It rained."))
        for kind in options.kinds.split(","):
            make, ending = KINDS[kind]
            for with_sibling in [False, True] if kind in beside else [False]:
                figures = []
                for size in sizes:
                    document = written(folder, f"document{ending}", make(size))
                    sibling = written(folder, "sibling.txt", prose(size, "dam.sibling.txt", 3)) if with_sibling else None
                    seconds, memory = measured(options.program, model, document, sibling)
                    figures.append(max(seconds - start, 1e-3))
                    label = kind + (" beside" if with_sibling else "")
                    print(f"{label:<20} {size:>9} {seconds:>8.2f} {memory:>6.0f}", flush=True)
                growth = math.log(figures[-1] / figures[0]) / math.log(sizes[-1] / sizes[0])
                print(f"{label:<20} exponent of time {growth:.2f}", flush=True)


def written(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text, encoding="utf8")
    return str(path)


if __name__ == "__main__":
    main()
