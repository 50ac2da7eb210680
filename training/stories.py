"""Makes articles with siblings to train on: `stories.py DATA WRITTEN STORIES VERSIONS`.

STORIES gets what words and corrections are learnt from, VERSIONS what
contradictions are. Kinds are told apart by the field `group`:
- `mlqe`: up to ten neighbouring sentences of an article of MLQE-PE train; the
  sibling is their post-edit, a quarter of the sentences missing and the order
  disturbed, as in the stories that are measured on.
- `mqm-people`: an article of the WMT MQM data by one translator; the sibling is
  another translator's, cut in the same way. Some in STORIES, all in VERSIONS.
- `mqm`: the same by machine; words are wrong that a rater marked. Right are one
  translator's version and what another machine wrote; the sibling is the other
  translator's, half of them loosened: clauses left out, sentences run together.
- `written`: a garbled article of WRITTEN with every error marked, beside an independent
  article on the same story, written for it too; and its right version (`written-right`),
  some in STORIES, all in VERSIONS.
- `two`: `two-references.dev`; its references by themselves, as right text
  (`two-people`); articles mixed of both (`two-mixed`); and with the sibling
  loosened (`two-loose`), as articles are that nobody made of one original.

What occurs in other stories is left out. The same input makes the same output.
"""

import gzip
import json
import random
import re
import sys
from collections import defaultdict
from itertools import permutations
from pathlib import Path

from garbling.written import articles

PAIRS = ["ro", "et", "ne", "si", "ru"]
SENTENCES = 150  # of each pair
CUTS = 2  # siblings made of one human version
EVERY = 20  # of the translators' articles, that words and corrections are learnt from
SHARES = [1, 1, 0.5, 0.2]  # of an article that is left as the machine wrote it
RATED = 12  # of the articles that raters marked
RIGHT = 3  # of the written articles' right versions
PASSAGE = 12  # segments of a talk that make an article
MACHINES = 2  # machine versions of an article
CLAUSE = re.compile(r"(?<=[,;:—])\s+|\s+(?=(?:and|but|which|who|that|while|after|because|when)\s)")


def records(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def flat(text):
    return " ".join(text.split())


def cut_and_shuffled(segments, draw):
    kept = [segment for segment in segments if draw.random() >= 0.25] or segments[:1]
    places = [(index + draw.uniform(0, 4), segment) for index, segment in enumerate(kept)]
    return [segment for _, segment in sorted(places, key=lambda place: place[0])]


def loosened(segments, draw):
    """What another writer might tell of it: some clauses, sentences run together."""
    told = []
    for segment in segments:
        clauses = CLAUSE.split(segment)
        kept = [clause for clause in clauses if draw.random() >= 0.35] or clauses[:1]
        text = " ".join(kept).rstrip(" ,;:—")
        text = text[:1].upper() + text[1:]
        if told and draw.random() < 0.3:
            told[-1] = told[-1].rstrip(".") + "; " + text
        else:
            told.append(text)
    return [text if text[-1:] in ".!?”\"" else text + "." for text in told]


def all_right(group, segments, sibling):
    tokens = [segment.split() for segment in segments]
    return {
        "group": group,
        "mt": segments,
        "reference": segments,
        "sibling": sibling,
        "tokens": tokens,
        "tags": [["OK"] * len(words) for words in tokens],
    }


def mixed(machine, right, share, draw):
    """An article of which a machine wrote a share and people the rest: articles in
    which all is wrong, or nothing, would teach to go by the article."""
    people = all_right("", right, [])
    fields = ("mt", "tokens", "tags")
    chosen = [machine if draw.random() < share else people for _ in right]
    return {field: [of[field][n] for n, of in enumerate(chosen)] for field in fields}


def edited(data, draw):
    measured = set()
    for path in sorted((data / "stories").glob("*.jsonl.gz")):
        for story in records(path):
            for field in ("mt", "reference", "reference2", "sibling"):
                measured.update(flat(segment) for segment in story.get(field, []))
    for pair in PAIRS:
        articles = defaultdict(list)
        for record in records(data / "mlqe-pe" / f"{pair}-en.train.jsonl.gz"):
            if flat(record["mt"]) not in measured and flat(record["pe"]) not in measured:
                articles[record["doc"]].append(record)
        runs = [
            run[start : start + 10]
            for _, run in sorted(articles.items())
            for start in range(0, len(run), 10)
        ]
        draw.shuffle(runs)
        count = 0
        for run in runs:
            if len(run) < 4 or count >= SENTENCES:
                continue
            count += len(run)
            right = [flat(record["pe"]) for record in run]
            machine = {
                "mt": [flat(record["mt"]) for record in run],
                "tokens": [record["tokens"] for record in run],
                "tags": [record["tags"] for record in run],
            }
            article = {"group": "mlqe", "reference": right, "sibling": cut_and_shuffled(right, draw)}
            share = draw.choice(SHARES)
            yield article | (machine if share == 1 else mixed(machine, right, share, draw))


def versions(data, draw):
    for path in sorted((data / "mqm-zh-en").glob("*.jsonl.gz")):
        articles = defaultdict(lambda: defaultdict(dict))
        for record in records(path):
            if record["system"].startswith("ref"):
                segments = articles[record["doc"]][record["system"]]
                segments.setdefault(record["seg"], record["mt"])
        for _, people in sorted(articles.items()):
            numbers = sorted(set.intersection(*(set(version) for version in people.values())))
            for start in range(0, len(numbers), PASSAGE):
                wanted = numbers[start : start + PASSAGE]
                if len(wanted) < 3:
                    continue
                for one, other in permutations(sorted(people), 2):
                    right = [people[one][number] for number in wanted]
                    for _ in range(CUTS):
                        sibling = cut_and_shuffled([people[other][n] for n in wanted], draw)
                        yield all_right("mqm-people", right, sibling)


def marked(text, spans):
    """The words of a text, and which of them a rater marked."""
    words = list(re.finditer(r"\S+", text))
    hit = lambda word: any(span["start"] < word.end() and word.start() < span["end"] for span in spans)
    return [word.group() for word in words], ["BAD" if hit(word) else "OK" for word in words]


def by_machine(data, draw):
    for path in sorted((data / "mqm-zh-en").glob("*.jsonl.gz")):
        articles = defaultdict(lambda: defaultdict(dict))
        for record in records(path):
            articles[record["doc"]][record["system"]].setdefault(record["seg"], record)
        for _, systems in sorted(articles.items()):
            people = sorted(name for name in systems if name.startswith("ref"))
            machines = sorted(set(systems) - set(people))
            numbers = sorted(set.intersection(*(set(version) for version in systems.values())))
            for start in range(0, len(numbers), PASSAGE):
                wanted = numbers[start : start + PASSAGE]
                if len(wanted) < 3 or len(people) < 2:
                    continue
                text = lambda name: [systems[name][number]["mt"] for number in wanted]
                for _ in range(MACHINES):
                    (machine, other), (one, two) = draw.sample(machines, 2), draw.sample(people, 2)
                    told = [marked(r["mt"], r["spans"]) for r in (systems[machine][n] for n in wanted)]
                    sibling = text(two) if draw.random() < 0.5 else loosened(text(two), draw)
                    yield {
                        "group": "mqm",
                        "mt": text(machine),
                        "reference": text(one),
                        "reference2": text(other),
                        "sibling": cut_and_shuffled(sibling, draw),
                        "tokens": [words for words, _ in told],
                        "tags": [tags for _, tags in told],
                    }


def two_references(data, draw):
    for story in records(data / "stories" / "two-references.dev.jsonl.gz"):
        story["group"] = "two"
        yield story
        some = mixed(story, story["reference2"], 0.3, draw)
        yield story | some | {"group": "two-mixed"}
        yield story | {"group": "two-loose", "sibling": loosened(story["sibling"], draw)}
        for field in ("reference", "reference2"):
            right = all_right("two-people", story[field], story["sibling"])
            yield right | {"id": story["id"]}


def beside(written, every=RIGHT):
    """The written articles that have a sibling, garbled, and one of `every` of them right."""
    siblings = {}
    for path in sorted((Path(written) / "siblings").glob("*.txt")):
        for body in path.read_text(encoding="utf8").split("## ")[1:]:
            name, _, text = body.partition("\n")
            siblings[name.strip()] = [line for line in text.splitlines() if line.strip()]
    told = [article for article in articles(written) if article["id"] in siblings]
    for number, article in enumerate(told):
        sibling = siblings[article["id"]]
        # The marks hold no line breaks: both versions have the same paragraphs.
        places = [(line.start(), line.group()) for line in re.finditer(r"[^\n]+", article["text"])]
        right = [line for line in article["right"].splitlines() if line.strip()]
        if len(right) != len(places):
            continue
        spans = lambda start, line: [
            {"start": e["start"] - start, "end": e["end"] - start}
            for e in article["errors"] if start <= e["start"] < start + len(line)
        ]
        words = [marked(line, spans(start, line)) for start, line in places]
        yield {
            "id": article["id"],
            "group": "written",
            "mt": [line for _, line in places],
            "reference": right,
            # A second version says that every sentence is to be tried.
            "reference2": right,
            "sibling": sibling,
            "tokens": [tokens for tokens, _ in words],
            "tags": [tags for _, tags in words],
        }
        if number % every == 0:
            yield all_right("written-right", right, sibling) | {"id": article["id"]}


def write(path, stories):
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for index, story in enumerate(stories):
            story.setdefault("id", f"{story['group']}-{index}")
            story["pair"] = story.get("pair", "")
            story["same_reference"] = story["group"] == "mlqe"
            print(json.dumps(story, ensure_ascii=False), file=lines)


def main():
    data, written, stories_to, versions_to = map(Path, sys.argv[1:])
    draw = random.Random(7)
    told = [*edited(data, draw), *two_references(data, draw)]
    translators = list(versions(data, draw))
    right = [story for story in beside(written, 1) if story["group"] == "written-right"]
    write(versions_to, [*told, *translators, *right])
    marked_by_raters = list(by_machine(data, draw))[::RATED]
    write(stories_to, [*told, *translators[::EVERY], *marked_by_raters, *beside(written)])


if __name__ == "__main__":
    main()
