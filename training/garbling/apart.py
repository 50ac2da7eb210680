"""Can generated garble be told from right text by punctuation and spacing alone?

Usage: apart.py GENERATED.jsonl [--limit N]

Fits a logistic regression on marks, digits, capitals and blanks (counts of single ones and
of pairs of neighbouring kinds; no letters) of garbled passages and of the right ones they
were made from, on one half of the sources, and prints the area under the curve on the other.
At 0.60 or less a detector cannot learn the generator by its typography.
"""

import argparse
import hashlib
import json
from collections import Counter

import numpy as np
import torch


def kinds(text):
    """A text with its letters blotted out: `a` a run of letters, `0` of digits, marks as they are."""
    out = []
    for letter in text:
        kind = "a" if letter.isalpha() else "0" if letter.isdigit() else letter
        if kind not in "a0" or not out or out[-1] != kind:
            out.append(kind)
    return "".join(out)


def counts(text):
    blotted = kinds(text)
    pairs = Counter(a + b for a, b in zip(blotted, blotted[1:]))
    pairs.update(blotted)
    return pairs, max(1, len(blotted))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("generated")
    parser.add_argument("--limit", type=int, default=4000)
    arguments = parser.parse_args()
    rows, labels, halves = [], [], []
    with open(arguments.generated, encoding="utf8") as lines:
        for line in lines:
            record = json.loads(line)
            if not record["errors"]:
                continue
            half = hashlib.sha256(record["id"].rsplit("/", 1)[0].encode()).digest()[0] % 2
            for text, label in ((record["text"], 1.0), (record["right"], 0.0)):
                rows.append(counts(text))
                labels.append(label)
                halves.append(half)
            if len(rows) >= 2 * arguments.limit:
                break
    common = Counter()
    for pairs, _ in rows:
        common.update(pairs.keys())
    columns = {name: at for at, (name, _) in enumerate(common.most_common(200))}
    x = np.zeros((len(rows), len(columns)), dtype=np.float32)
    for row, (pairs, length) in enumerate(rows):
        for name, count in pairs.items():
            if name in columns:
                x[row, columns[name]] = count / length
    y, half = np.array(labels, dtype=np.float32), np.array(halves)
    x = (x - x[half == 0].mean(0)) / (x[half == 0].std(0) + 1e-6)
    learn, test = torch.from_numpy(x[half == 0]), x[half == 1]
    weights = torch.zeros(x.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    fit = torch.optim.LBFGS([weights, bias], max_iter=100, line_search_fn="strong_wolfe")
    wanted = torch.from_numpy(y[half == 0])

    def closure():
        fit.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(learn @ weights + bias, wanted)
        loss = loss + 1e-2 * (weights**2).sum()
        loss.backward()
        return loss

    fit.step(closure)
    said = test @ weights.detach().numpy()
    wanted = y[half == 1]
    order = np.argsort(np.argsort(said, kind="stable"), kind="stable")
    good = wanted.sum()
    area = (order[wanted == 1].sum() - good * (good - 1) / 2) / (good * (len(wanted) - good))
    print(f"{len(rows)} texts, area under the curve {area:.3f}")


if __name__ == "__main__":
    main()
