"""Makes garbled passages: right text in, JSON Lines with the places of the errors out.

Usage: generate.py DATA WRITTEN OUTPUT.jsonl [--words N] [--seed N]

A record has `id`, `lang`, `text`, `right`, and `errors`: `start` and `end` in characters of
`text`, `category`, `severity`, `weight` (0 to 1: how sure it is that a reader minds).
"""

import argparse
import json
import random
import re
import gzip
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from garbling import roundtrip, sources, written
from garbling.errors import Errors
from garbling.senses import LANGUAGES, Senses
from garbling.tagging import Inflector, tag
from wordfreq import zipf_frequency

# Errors in 100 words: from one in an article to one in ten words and more.
DENSITIES = [0.0, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 14]
# Passages that one process works on at a time.
PART = 250
NOUNS = ("<n><sg>", "<n><pl>")
VERBS = tuple(f"<vblex>{t}" for t in ("<inf>", "<past>", "<pp>", "<ger>", "<pres><p3><sg>", "<pres>", "<subs>"))


def names_of(path):
    """English names of places, with their forms in other languages."""
    names = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            foreign, english, languages, *_ = line.rstrip("\n").split("\t")
            if zipf_frequency(english, "en") >= 2.3 and foreign.lower() != english.lower():
                known = [l for l in languages.split() if l in LANGUAGES]
                if known and not set(foreign.split()) & {"ville", "vila", "city"} and len(foreign) < 26:
                    names[english].append(foreign)
    return dict(names)


def calques_of(folder):
    """Right phrases of the written articles, with what stood there garbled."""
    calques = defaultdict(list)
    for article in written.articles(folder):
        for error in article["errors"]:
            garbled = article["text"][error["start"] : error["end"]]
            for right in error["fixes"]:
                words = right.split()
                if not 1 <= len(words) <= 4 or len(right) < 4 or garbled.lower() == right.lower():
                    continue
                if len(words) == 1 and error["category"] in ("grammar", "punctuation", "number", "omission"):
                    continue
                calques[right.lower()].append((garbled[:1].lower() + garbled[1:] if right[0].islower() else garbled, error["category"], error["severity"]))
    return dict(calques)


def typography(text, curly):
    """Straight quotes or curly ones throughout; the length stays."""
    if not curly:
        return text.translate(str.maketrans("“”‘’", "\"\"''"))
    text = re.sub(r'(?<![\w.,!?;:…)])"', "“", text)
    text = text.replace('"', "”")
    text = re.sub(r"(?<=\w)'|'(?=\d0s)|(?<=[.,!?])'", "’", text)
    return re.sub(r"'(?=\w)", "‘", text).replace("'", "’")


def spread(words, count, rng):
    """Places for errors: some alone, some in heaps, as they come."""
    places = set()
    while len(places) < min(count, len(words)):
        at = rng.randrange(len(words))
        for step in range(rng.choice([1, 1, 1, 2, 3])):
            places.add(min(at + step * rng.randrange(1, 4), len(words) - 1))
    return sorted(places)


def garble(text, words, makers, density, rng, back):
    """Edits that do not overlap."""
    chosen, taken = [], []

    def take(edit):
        if edit is None or edit.text == text[edit.start : edit.end]:
            return False
        if any(edit.start < end + 1 and start - 1 < edit.end for start, end in taken):
            return False
        taken.append((edit.start, edit.end))
        chosen.append(edit)
        return True

    wanted = max(1, round(len(words) * density / 100)) if density else 0
    if back is not None:
        share = min(1.0, wanted / max(1, len(back))) if rng.random() < 0.8 else 1.0
        for edit in back:
            if rng.random() < share:
                take(edit)
        wanted = wanted // 3
    names, weights = zip(*Errors.WEIGHTS.items())
    for place in spread(words, wanted, rng):
        for _ in range(12):
            if take(getattr(makers, rng.choices(names, weights)[0])(text, words, place)):
                break
    return sorted(chosen, key=lambda edit: edit.start)


def apply(text, edits):
    out, errors, at, length = [], [], 0, 0
    for edit in edits:
        before = text[at : edit.start]
        new = edit.text
        # Words that are the same at both ends are no part of the error.
        old = text[edit.start : edit.end]
        out += [before, new]
        length += len(before)
        start, end = trimmed(old, new) if edit.category not in ("omission", "word_order") else (0, len(new))
        errors.append({"start": length + start, "end": length + end, "category": edit.category, "severity": edit.severity, "weight": edit.weight, "right": old})
        length += len(new)
        at = edit.end
    return "".join(out) + text[at:], errors


def trimmed(old, new):
    """The part of `new` without whole words that `old` begins or ends with."""
    a, b = old.split(" "), new.split(" ")
    first = 0
    while first < min(len(a), len(b)) - 1 and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - 1 - first and a[-1 - last] == b[-1 - last]:
        last += 1
    start = sum(len(w) + 1 for w in b[:first])
    end = len(new) - sum(len(w) + 1 for w in b[len(b) - last :])
    return (start, end) if start < end else (0, len(new))


STATE = {}


def prepare(data, folder):
    STATE["senses"] = Senses(data / "lists" / "wiktionary-en.tsv.gz")
    STATE["names"] = names_of(data / "lists" / "places.tsv.gz")
    STATE["calques"] = calques_of(folder)


def forms_wanted(tagged, senses):
    """The lemmas and tags whose forms the makers may ask for."""
    wanted = set()
    for lemma, tags in {(word.lemma.lower(), word.tags) for words in tagged for word in words}:
        if not re.match("<(n|vblex|adj)>", tags):
            continue
        wanted.add((lemma, tags))
        noun = tags.startswith("<n>")
        wanted.update((lemma, other) for other in (VERBS if tags.startswith("<vblex>") else NOUNS if noun else ()))
        for language in LANGUAGES:
            for foreign in senses.foreign[language].get(lemma, ())[:12]:
                for meaning in senses.meanings.get((language, foreign), ()):
                    parts = meaning.split(" ")
                    wanted.add((parts[-1] if noun else parts[0], tags))
    return wanted


def round_trips(texts, rng, senses):
    """For a part of the texts the language of a way there and back, and its edits."""
    ways = {i: rng.choice(["es", "ca"]) for i in range(len(texts)) if rng.random() < 0.5}
    backs = {}
    for language in ("es", "ca"):
        lines = [(i, m.start(), m[0]) for i, way in ways.items() if way == language for m in re.finditer(r"[^\n]+", texts[i])]
        made = roundtrip.batches([line for _, _, line in lines], language, 400)
        for (i, offset, line), garbled in zip(lines, made):
            backs.setdefault(i, [])
            if garbled:
                backs[i] += roundtrip.edits(line, garbled, offset, senses)
    return ways, backs


def work(job):
    """The garbled versions of some passages."""
    number, passages, versions, seed = job
    rng = random.Random(seed * 1_000_003 + number)
    senses = STATE["senses"]
    texts = [text for _, text in passages]
    tagged = tag(texts)
    inflector = Inflector()
    inflector.learn(forms_wanted(tagged, senses))
    ways, backs = round_trips(texts, rng, senses)
    out = []
    for version in range(versions):
        for i, ((name, text), words) in enumerate(zip(passages, tagged)):
            # Every other version of a text goes there and back.
            back = backs.get(i) if version % 2 == i % 2 else None
            language = ways[i] if back else rng.choice(LANGUAGES)
            makers = Errors(language, senses, inflector, STATE["names"], STATE["calques"], rng)
            density = rng.choice(DENSITIES)
            if not words:
                continue
            edits = garble(text, words, makers, density, rng, back if density else None)
            garbled, errors = apply(text, edits)
            curly = rng.random() < 0.5
            record = {"id": f"{name}/{number}.{i}.{version}", "lang": language, "text": typography(garbled, curly)}
            out.append({**record, "right": typography(text, curly), "errors": errors})
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("written", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--words", type=int, default=3_200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    texts = list(sources.right_texts(arguments.data, arguments.written))
    total = sum(len(text.split()) for _, text in texts)
    print(f"{len(texts)} right passages, {total} words", flush=True)
    random.Random(arguments.seed).shuffle(texts)
    versions = max(1, round(arguments.words / total))
    jobs = [(at, texts[at : at + PART], versions, arguments.seed) for at in range(0, len(texts), PART)]
    kinds, words, count = Counter(), 0, 0
    part = arguments.output.with_suffix(".part")
    with ProcessPoolExecutor(arguments.processes, initializer=prepare, initargs=(arguments.data, arguments.written)) as pool, part.open("w", encoding="utf8") as out:
        for done, records in enumerate(pool.map(work, jobs)):
            for record in records:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                words += len(record["text"].split())
                kinds.update(e["category"] for e in record["errors"])
                count += 1
            if done % 10 == 0:
                print(f"{done + 1} of {len(jobs)} parts, {words} words, {sum(kinds.values())} errors", flush=True)
    part.rename(arguments.output)
    print(f"{count} passages, {words} words, errors: {dict(kinds)}")


if __name__ == "__main__":
    main()
