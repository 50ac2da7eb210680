"""Labelled texts for the detector: words and their labels, in arrays.

Usage: labelled.py collect DATA WRITTEN GENERATED.jsonl… TRAIN.jsonl FIT.jsonl
       labelled.py choose TEXTS.jsonl CHOSEN.jsonl
       labelled.py pack TEXTS.jsonl WORDS.jsonl OUTPUT.npz

`collect` brings all labelled texts into one form: `kind`, `id`, `text`, `errors` (`start` and
`end` in characters, `category`, `severity`, `weight`), and the weight
of what is not marked (`right`; 0 where nobody looked). TRAIN is what the networks learn from. FIT
are texts that they do not learn from: those that calibrations are fitted on, and, last, those
that thresholds are set on. `choose` takes the share of either that
`tune` has the language model read. `pack` joins either with what the
program `words` says of the same texts.
"""

import hashlib
import json
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from garbling.sources import clean, records, story_texts
from garbling.written import articles

CATEGORIES = "untranslated name mistranslation wording grammar word_order omission punctuation number".split()
SEVERITIES = "minor major critical".split()
MQM = {
    "Accuracy/Untranslated": "untranslated",
    "Accuracy/Mistranslation": "mistranslation",
    "Accuracy/Addition": "mistranslation",
    "Accuracy/Omission": "omission",
    "Linguistic_conventions/Grammar": "grammar",
    "Linguistic_conventions/Punctuation": "punctuation",
    "Linguistic_conventions/Spelling": "wording",
    "Linguistic_conventions/Register": "wording",
    "Terminology": "mistranslation",
    "Unintelligible": "mistranslation",
    "Style": "wording",
    "Locale_conventions": "number",
}


def first_byte(name):
    return hashlib.sha256(name.encode()).digest()[0]


def held_article(name):
    """Of the first written articles an eighth and the second share (`LANG-bK`) are kept out of
    the training, whole: calibrations and thresholds are fitted on them. All later shares are
    learnt from."""
    share = re.search(r"-([a-z]?)\d", name)
    return share[1] == "b" or share[1] in ("", "a", "c") and first_byte(name) % 8 == 0


def kept_share(name, share):
    """Whether a text is in a share of all, chosen by checksum."""
    return int(hashlib.sha256(name.encode()).hexdigest()[2:8], 16) < share * 0x1000000


def category_of(name):
    for start, category in MQM.items():
        if name.startswith(start):
            return category
    return ""


def marked(data, rng, share):
    """Articles with the spans of one rater; of the machines' versions only a share."""
    for path in sorted([*(data / "mqm-zh-en").glob("*.gz"), *(data / "mqm-bio").glob("*.gz")]):
        documents = defaultdict(list)
        for record in records(path):
            documents[(record["system"], record["doc"], record["rater"])].append(record)
        for (system, name, rater), segments in documents.items():
            human = system.startswith("ref")
            held = first_byte(name) % 2 == 1
            if not held and rng.random() > (1.0 if human else share):
                continue
            text, errors = "", []
            for at, segment in enumerate(segments):
                if at and at % 8 == 0:
                    yield path, system, name, rater, held, human, text, errors
                    text, errors = "", []
                gap = "" if not text else " "
                start = len(text) + len(gap)
                text += gap + segment["mt"]
                for span in segment["spans"]:
                    errors.append(
                        {
                            "start": start + span["start"],
                            "end": start + span["end"],
                            "severity": span["severity"].lower() if span["severity"].lower() in SEVERITIES else "",
                            "category": category_of(span.get("category") or ""),
                            "weight": {"minor": 0.4}.get(span["severity"].lower(), 1.0),
                        }
                    )
            if text:
                yield path, system, name, rater, held, human, text, errors


def tagged_spans(mt, tokens, tags):
    """The characters of the BAD tokens, by a walk that ignores white space."""
    at, spans = 0, []
    for token, tag in zip(tokens, tags):
        start = None
        for letter in token:
            while at < len(mt) and mt[at].isspace():
                at += 1
            if at >= len(mt) or mt[at] != letter:
                return None
            start = at if start is None else start
            at += 1
        if tag == "BAD":
            spans.append((start, at))
    return spans


def edited(data):
    """Machine versions with what post-editors changed: single and in passages of an article."""
    held = story_texts(data)
    for path in sorted((data / "mlqe-pe").glob("*.jsonl.gz")):
        pair, kind = path.name.split(".")[:2]
        documents = defaultdict(list)
        for record in records(path):
            if kind == "train" and (record["mt"] in held or record["pe"] in held):
                continue
            spans = tagged_spans(record["mt"], record["tokens"], record["tags"])
            if spans is None:
                continue
            half = "" if kind == "train" else "-a" if first_byte(record["doc"]) % 2 == 0 else "-b"
            documents[(half, record["doc"])].append((record, spans))
        for (half, name), found in documents.items():
            # Learnt from by sixes and one by one.
            sizes = {6: "train", 1: "single"} if kind == "train" else {1: kind}
            for size, at in ((size, at) for size in sizes for at in range(0, len(found), size)):
                text, errors = "", []
                for record, spans in found[at : at + size]:
                    text += " " if text else ""
                    errors += [{"start": len(text) + a, "end": len(text) + b, "weight": 0.25} for a, b in spans]
                    text += record["mt"]
                yield f"mlqe-{sizes[size]}{half}", f"{pair}/{found[at][0]['id']}", text, errors


def collect(data, written, generated, train, fit):
    rng = random.Random(1)
    with open(train, "w", encoding="utf8") as train, open(fit, "w", encoding="utf8") as fit:

        def put(kind, name, text, errors, right=1.0):
            row = {"kind": kind, "id": name, "text": text, "errors": errors, "right": right}
            out = train if kind.endswith(("-train", "-single")) or kind == "generated" else fit
            out.write(json.dumps(row, ensure_ascii=False) + "\n")

        for article in articles(written):
            name = article["id"]
            part = "held" if held_article(name) else "train"
            put(("right-" if name.startswith("right") else "written-") + part, name, article["text"], article["errors"])
            if article["errors"] and (part == "train" or kept_share(name, 0.3)):
                put("fixed-" + part, name, article["right"], [])
        for path in generated:
            with open(path, encoding="utf8") as lines:
                for row in map(json.loads, lines):
                    # Nothing of the held articles comes back by way of the generator.
                    name = row["id"].removeprefix("written/").rsplit("/", 1)[0]
                    if not (row["id"].startswith("written/") and held_article(name)):
                        put("generated", row["id"], row["text"], row["errors"])
        for path, system, name, rater, held, human, text, errors in marked(data, rng, 0.16):
            whole = f"{path.name}/{system}/{name}/{rater}"
            if not held:
                put("marked-train", whole, text, errors, 1.0 if human else 0.25)
            elif kept_share(whole, 0.02):
                put("marked-held", whole, text, errors, 1.0 if human else 0.25)
        for kind, name, text, errors in edited(data):
            if kind in ("mlqe-train", "mlqe-single") or (kind == "mlqe-dev-a" and kept_share(name, 0.5)):
                put(kind, name, text, errors, 0.25)
        for name, text in clean(data):
            put("clean-train", name, text, [])
        measured(data, put)


# The share of the texts of a kind that is read for the detector's networks.
CHOSEN = {
    "generated": 0.05,
    "mlqe-train": 0.14,
    "mlqe-single": 0.42,
    "marked-train": 0.17,
    "clean-train": 0.09,
    "fixed-train": 0.55,
    "written-held": 0.5,
    "fixed-held": 0.5,
    "right-held": 0.7,
    "newstest-dev": 0.8,
    "gum": 0.6,
    "marked-held": 0.6,
    "mlqe-dev-a": 0.5,
}


def choose(texts, chosen):
    with open(texts, encoding="utf8") as rows, open(chosen, "w", encoding="utf8") as out:
        for line in rows:
            row = json.loads(line)
            if kept_share(f"{row['kind']} {row['id']}", CHOSEN.get(row["kind"], 1.0)):
                out.write(line)


def measured(data, put):
    """What thresholds are set on, and nothing else."""
    for kind, path in (("newstest-dev", "newstest2021"), ("gum", "gum")):
        for row in records(data / "clean" / f"{path}.jsonl.gz"):
            put(kind, row["id"], row["text"], [])
    with open(data / "garble" / "dev.jsonl", encoding="utf8") as lines:
        for row in map(json.loads, lines):
            at, errors = 0, []
            for error in row["errors"]:
                start = row["text"].index(error["text"], at)
                at = start + len(error["text"])
                errors.append({"start": start, "end": at, "category": error["category"], "severity": error["severity"]})
            put("garble-dev", row["id"], row["text"], errors)
            put("garble-post-dev", row["id"], row["post_edit"], [])


def pack(texts, words, output):
    kinds, names, first, sentences, marks = [], [], [0], [], []
    labels = {key: [] for key in ("error", "weight", "joins", "category", "severity")}
    with open(texts, encoding="utf8") as rows, open(words, encoding="utf8") as seen:
        for row, found in zip(rows, seen):
            row, found = json.loads(row), json.loads(found)["words"]
            text = row["text"]
            place = lambda index, text=text: len(text[:index].encode())
            errors = [(place(e["start"]), place(e["end"]), e) for e in row["errors"]]
            kinds.append(row["kind"])
            names.append(row["id"])
            before = None
            for start, end, sentence, mark in found:
                here = [e for e in errors if e[0] < end and e[1] > start] if errors else []
                error = max(here, key=lambda e: e[2].get("weight", 1.0), default=None)
                told = error[2] if error else {}
                sentences.append(sentence)
                marks.append(mark)
                labels["error"].append(error is not None)
                labels["weight"].append(told.get("weight", 1.0) if error else row["right"])
                labels["joins"].append(error is not None and before is error[2])
                category, severity = told.get("category", ""), told.get("severity", "")
                labels["category"].append(CATEGORIES.index(category) if category in CATEGORIES else -1)
                labels["severity"].append(SEVERITIES.index(severity) if severity in SEVERITIES else -1)
                before = told if error else None
            first.append(len(sentences))
    small = {"error": bool, "joins": bool, "category": np.int8, "severity": np.int8}
    np.savez(
        output,
        kinds=np.array(kinds),
        names=np.array(names),
        first=np.array(first),
        sentences=np.array(sentences, dtype=np.int32),
        mark=np.array(marks, dtype=bool),
        **{key: np.array(value, dtype=small.get(key, np.float32)) for key, value in labels.items()},
    )
    print(f"{len(kinds)} texts, {len(sentences)} words")


class Labels:
    """The arrays of several files as one."""

    def __init__(self, paths):
        files = [np.load(path, allow_pickle=False) for path in paths]
        self.kinds = np.concatenate([f["kinds"] for f in files])
        self.names = np.concatenate([f["names"] for f in files])
        for name in "sentences mark error weight joins category severity".split():
            setattr(self, name, np.concatenate([f[name] for f in files]))
        sizes = np.concatenate([np.diff(f["first"]) for f in files])
        self.first = np.r_[0, np.cumsum(sizes)]


if __name__ == "__main__":
    if sys.argv[1] == "collect":
        collect(Path(sys.argv[2]), sys.argv[3], sys.argv[4:-2], *sys.argv[-2:])
    elif sys.argv[1] == "choose":
        choose(*sys.argv[2:4])
    else:
        pack(*sys.argv[2:5])
