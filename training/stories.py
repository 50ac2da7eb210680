"""Makes articles with siblings to train on: `stories.py DATA STORIES VERSIONS`.

STORIES gets what words and corrections are learnt from, VERSIONS what
contradictions are. Kinds are told apart by the field `group`:
- `mlqe`: up to ten neighbouring sentences of an article of MLQE-PE train; the
  sibling is their post-edit, a quarter of the sentences missing and the order
  disturbed, as in the stories that are measured on.
- `mqm-people`: an article of the WMT MQM data by one translator; the sibling is
  another translator's, cut in the same way. Some in STORIES, all in VERSIONS.
- `two`: `two-references.dev`; its references by themselves, as right text
  (`two-people`); and articles mixed of both (`two-mixed`).

What occurs in other stories is left out. The same input makes the same output.
"""

import gzip
import json
import random
import sys
from collections import defaultdict
from itertools import permutations
from pathlib import Path

PAIRS = ["ro", "et", "ne", "si", "ru"]
SENTENCES = 1000  # of each pair
CUTS = 2  # siblings made of one human version
EVERY = 5  # of the translators' articles, that words and corrections are learnt from
SHARES = [1, 1, 0.5, 0.2]  # of an article that is left as the machine wrote it
PASSAGE = 12  # segments of a talk that make an article


def records(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def flat(text):
    return " ".join(text.split())


def cut_and_shuffled(segments, draw):
    kept = [segment for segment in segments if draw.random() >= 0.25] or segments[:1]
    places = [(index + draw.uniform(0, 4), segment) for index, segment in enumerate(kept)]
    return [segment for _, segment in sorted(places, key=lambda place: place[0])]


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


def two_references(data, draw):
    for story in records(data / "stories" / "two-references.dev.jsonl.gz"):
        story["group"] = "two"
        yield story
        some = mixed(story, story["reference2"], 0.3, draw)
        yield story | some | {"group": "two-mixed"}
        for field in ("reference", "reference2"):
            right = all_right("two-people", story[field], story["sibling"])
            yield right | {"id": story["id"]}


def write(path, stories):
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for index, story in enumerate(stories):
            story.setdefault("id", f"{story['group']}-{index}")
            story["pair"] = story.get("pair", "")
            story["same_reference"] = story["group"] == "mlqe"
            print(json.dumps(story, ensure_ascii=False), file=lines)


def main():
    data, stories_to, versions_to = map(Path, sys.argv[1:])
    draw = random.Random(7)
    told = [*edited(data, draw), *two_references(data, draw)]
    translators = list(versions(data, draw))
    write(versions_to, [*told, *translators])
    write(stories_to, [*told, *translators[::EVERY]])


if __name__ == "__main__":
    main()
