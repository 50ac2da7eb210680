"""Whether garbled and right training texts can be told apart by punctuation and
spacing alone: then a detector would learn typography, not garble.

Usage: typography.py FOLDER, as `extract` wrote it. Prints the area under the
curve of a logistic regression over the marks, spaces and shapes of a sentence,
its letters and digits hidden, on sentences that it has not seen.
"""

import json
import re
import sys
import zlib
from pathlib import Path

import numpy as np
import torch

GARBLED = ("train", "passage", "marked", "synthetic")
RIGHT = ("clean-train", "post-edit")
COLUMNS = 1 << 13
SENTENCES = 6_000


def skeleton(text):
    """Runs of letters to one letter, runs of digits to one digit."""
    return re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "x", text))


def row(text):
    text = skeleton(text)
    grams = {text[at : at + n] for n in (1, 2, 3) for at in range(len(text) - n + 1)}
    out = np.zeros(COLUMNS, dtype=np.float32)
    out[[zlib.crc32(gram.encode()) % COLUMNS for gram in grams]] = 1.0
    return out


def area(scores, labels):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    positive = labels == 1
    count = positive.sum()
    return (ranks[positive].sum() - count * (count + 1) / 2) / (count * (~positive).sum())


def fit(rows, labels):
    rows, labels = torch.from_numpy(rows), torch.from_numpy(labels.astype(np.float32))
    weights = torch.zeros(COLUMNS + 1, requires_grad=True)
    steps = torch.optim.Adam([weights], lr=0.02)
    for _ in range(150):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            rows @ weights[:-1] + weights[-1], labels
        )
        loss = loss + 1e-3 * weights[:-1].square().sum()
        steps.zero_grad()
        loss.backward()
        steps.step()
    return weights.detach().numpy()


def told_apart(garbled, right):
    random = np.random.RandomState(1)
    texts = []
    for label, group in ((1, garbled), (0, right)):
        picked = random.permutation(len(group))[:SENTENCES]
        texts += [(group[at], label) for at in picked]
    random.shuffle(texts)
    rows = np.stack([row(text) for text, _ in texts])
    labels = np.array([label for _, label in texts])
    half = len(labels) // 2
    weights = fit(rows[:half], labels[:half])
    return area(rows[half:] @ weights[:-1] + weights[-1], labels[half:])


def main():
    sentences = {}
    for shard in sorted(path for path in Path(sys.argv[1]).iterdir() if path.name.isdigit()):
        for line in open(shard / "texts.jsonl", encoding="utf-8"):
            record = json.loads(line)
            group = sentences.setdefault(record["group"].split("/")[0], [])
            text, bounds = record["text"].encode(), {}
            for (start, end), sentence in zip(record["words"], record["sentences"]):
                bounds[sentence] = (bounds.get(sentence, (start, end))[0], end)
            group += [text[start:end].decode() for start, end in bounds.values()]
    together = lambda kinds: [text for kind in kinds for text in sentences.get(kind, [])]
    for name, garbled, right in [
        ("all that is garbled against all that is right", GARBLED, RIGHT),
        ("translations against their post-edits", ("train",), ("post-edit",)),
        ("clean text with errors put in against clean text", ("synthetic",), ("clean-train",)),
        ("translations against clean text", ("train",), ("clean-train",)),
    ]:
        print(f"{name}: AUC {told_apart(together(garbled), together(right)):.3f}", flush=True)


if __name__ == "__main__":
    main()
