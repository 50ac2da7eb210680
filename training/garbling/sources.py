"""Right English to put errors into, in passages of about an article's length.

Only what may be trained on: texts by people (MASC, speeches), post-edits of MLQE-PE without
the stories' texts, human versions of the MQM sets (documents with an even first byte of
their checksum), and the right versions of the written articles.
"""

import gzip
import hashlib
import json
import re
from collections import defaultdict

from garbling.written import articles

PASSAGE = 170


def records(path):
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            yield json.loads(line)


def even(name):
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def passages(paragraphs, size=PASSAGE):
    """Paragraphs joined into passages of about `size` words."""
    out, words = [], 0
    for paragraph in paragraphs:
        paragraph = paragraph.strip()
        if not paragraph:
            continue
        count = len(paragraph.split())
        if out and words + count > size * 1.3:
            yield "\n\n".join(out)
            out, words = [], 0
        if count > size * 1.6:
            sentences = re.split(r"(?<=[.!?][\"”’')]) |(?<=[.!?]) (?=[A-Z\"“])", paragraph)
            part = []
            for sentence in sentences:
                part.append(sentence)
                if sum(len(s.split()) for s in part) > size:
                    yield " ".join(part)
                    part = []
            paragraph = " ".join(part)
            count = len(paragraph.split())
            if not count:
                continue
        out.append(paragraph)
        words += count
    if words >= 12:
        yield "\n\n".join(out)


def story_texts(data):
    held = set()
    for path in sorted((data / "stories").glob("*.gz")):
        for record in records(path):
            for key in ("mt", "reference", "reference2", "sibling"):
                held.update(record.get(key) or ())
    return held


def tidy(text):
    """MASC is detokenised by machine: its commonest slips of spacing are put right."""
    text = re.sub(r"(\w) (['’](?:s|re|ve|ll|d|m|t)\b)", r"\1\2", text)
    text = re.sub(r"(\w) (n['’]t\b)", r"\1\2", text)
    text = re.sub(r"\s+([,.;:!?])(?=\s|$)", r"\1", text)
    return text


def clean(data):
    for record in records(data / "clean" / "masc.jsonl.gz"):
        lines = re.split(r"\n\s*\n|\n(?=[A-Z\"“])", tidy(record["text"]))
        # Lines that are cut in the middle belong together.
        lines = [re.sub(r"\s*\n\s*", " ", line) for line in lines]
        for text in passages(lines):
            yield "masc/" + record["id"], text
    for record in records(data / "clean" / "state_union.jsonl.gz"):
        for text in passages(record["text"].split("\n")):
            yield "state_union/" + record["id"], text


def post_edits(data):
    held = story_texts(data)
    for path in sorted((data / "mlqe-pe").glob("*.train.jsonl.gz")):
        documents = defaultdict(list)
        for record in records(path):
            if record["mt"] not in held and record["pe"] not in held:
                documents[record["doc"]].append(record["pe"])
        for name, sentences in documents.items():
            for text in passages([" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)]):
                yield f"{path.name.split('.')[0]}/{name}", text


def human_versions(data):
    for path in sorted([*(data / "mqm-zh-en").glob("*.gz"), *(data / "mqm-bio").glob("*.gz")]):
        documents = defaultdict(dict)
        for record in records(path):
            if record["system"].startswith("ref") and even(record["doc"]):
                documents[(record["system"], record["doc"])].setdefault(record["seg"], record["mt"])
        for (system, name), segments in documents.items():
            sentences = list(segments.values())
            for text in passages([" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4)]):
                yield f"{path.name.split('.')[0]}/{system}/{name}", text


def right_texts(data, written):
    yield from clean(data)
    yield from post_edits(data)
    yield from human_versions(data)
    for article in articles(written):
        yield "written/" + article["id"], article["right"]
