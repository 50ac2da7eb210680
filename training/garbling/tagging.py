"""Words of English with their lemma and part of speech, by Apertium's English tagger.

In: texts. Out: for each text its words as [`Word`]s with places into the text, the very
characters between them left alone. [`Inflector`] goes the other way: a lemma and tags to
the form that stands in a text.
"""

import re
import subprocess
from dataclasses import dataclass

DATA = "/usr/share/apertium/apertium-eng-cat"
UNIT = re.compile(r"\^((?:\\.|[^/\\])*)/((?:\\.|[^$\\])*)\$")


@dataclass
class Word:
    start: int
    end: int
    text: str
    lemma: str
    tags: str

    def has(self, *tags):
        return any(f"<{tag}>" in self.tags for tag in tags)


def _run(commands, text):
    for command in commands:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
        text = done.stdout.decode(errors="replace")
    return text


def tag(texts):
    """The words of each text. Line breaks end a sentence, so each line goes alone."""
    lines, places = [], []
    for number, text in enumerate(texts):
        at = 0
        for line in text.split("\n"):
            if line.strip():
                lines.append(line)
                places.append((number, at))
            at += len(line) + 1
    escaped = "\n".join(re.sub(r"([\[\]{}?^$@\\<>/])", r"\\\1", line) for line in lines)
    tagged = _run(
        [
            ["lt-proc", "-w", f"{DATA}/eng-cat.automorf.bin"],
            ["cg-proc", "-w", f"{DATA}/eng-cat.rlx.bin"],
            ["apertium-tagger", "-gxp", f"{DATA}/eng-cat.prob"],
        ],
        escaped + "\n",
    )
    out = [[] for _ in texts]
    tagged = tagged.split("\n")
    for line, (number, start), units in zip(lines, places, tagged):
        at = 0
        for surface, analysis in UNIT.findall(units):
            surface = re.sub(r"\\(.)", r"\1", surface)
            found = line.find(surface, at)
            if found < 0 or not surface:
                continue
            at = found + len(surface)
            lemma, _, tags = analysis.partition("<")
            lemma = lemma.replace("#", "").lstrip("*")
            out[number].append(
                Word(start + found, start + at, surface, lemma, "<" + tags if tags else "")
            )
    return out


class Inflector:
    """Makes forms of lemmas, many at once, and remembers them."""

    def __init__(self):
        self.known = {}

    def learn(self, wanted):
        """Makes the forms of pairs (lemma, tags) that are not known yet."""
        wanted = sorted({pair for pair in wanted if pair not in self.known})
        if not wanted:
            return
        units = "\n".join(f"^{lemma}{tags}$" for lemma, tags in wanted)
        made = _run([["lt-proc", "-g", f"{DATA}/cat-eng.autogen.bin"]], units + "\n")
        for pair, form in zip(wanted, made.split("\n")):
            usable = form and not re.search(r"[#@/~*<>]", form)
            self.known[pair] = form if usable else None

    def form(self, lemma, tags):
        return self.known.get((lemma, tags))
