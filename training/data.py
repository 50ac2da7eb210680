"""Reads what `extract` wrote: for every word its features, the states of the
language model after it, its label; and the texts they belong to."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

STATES = 4 * 576


@dataclass
class Text:
    group: str
    id: str
    hter: float
    first: int
    words: int
    # First word and the one after the last of each sentence.
    sentences: list = field(default_factory=list)

    @property
    def kind(self):
        return self.group.split("/")[0]

    @property
    def source(self):
        return self.group.split("/")[1]


@dataclass
class Corpus:
    # Names of the features, in the order of a row.
    columns: list
    features: np.ndarray
    states: np.ndarray
    labels: np.ndarray
    texts: list

    def of(self, *kinds, source=None, least=0):
        return [
            text
            for text in self.texts
            if text.kind in kinds and (source is None or text.source == source) and text.words >= least
        ]

    def column(self, name):
        """One feature of all words."""
        return self.features[:, self.columns.index(name)]

    def sources(self, kind):
        return sorted({text.source for text in self.texts if text.kind == kind})


def rows_of(texts):
    """Indices of all words of some texts."""
    return np.concatenate([np.arange(t.first, t.first + t.words) for t in texts])


def load(folder, with_states=True):
    shards = sorted(path for path in Path(folder).iterdir() if path.name.isdigit())
    sizes = [(shard / "labels.u8").stat().st_size for shard in shards]
    total = sum(sizes)
    columns = json.loads((Path(folder) / "columns.json").read_text(encoding="utf-8"))
    width = len(columns)
    features = np.empty((total, width), dtype=np.float32)
    states = np.empty((total, STATES) if with_states else (0, STATES), dtype=np.float16)
    labels = np.empty(total, dtype=np.uint8)
    texts = []
    at = 0
    for shard, size in zip(shards, sizes):
        end = at + size
        features[at:end] = np.fromfile(shard / "features.f32", dtype="<f4").reshape(size, width)
        if with_states:
            states[at:end] = np.fromfile(shard / "states.f16", dtype="<f2").reshape(size, STATES)
        labels[at:end] = np.fromfile(shard / "labels.u8", dtype=np.uint8)
        with open(shard / "texts.jsonl", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                words = len(record["words"])
                if not words:
                    continue
                numbers = np.array(record["sentences"])
                starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) + at
                ends = np.r_[starts[1:], at + words]
                texts.append(
                    Text(
                        record["group"],
                        record["id"],
                        record["hter"],
                        at,
                        words,
                        list(zip(starts.tolist(), ends.tolist())),
                    )
                )
                at += words
        assert at == end, f"{shard}: {at} words, expected {end}"
    return Corpus(columns, features, states, labels, texts)
