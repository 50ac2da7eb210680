"""Trains what weighs corrections without a sibling.

Usage: suggestions.py collect WRITTEN ARTICLES.jsonl
       suggestions.py train ROWS OUTPUT.safetensors

`collect` draws garbled articles with their right versions from those written by hand. ROWS is the
folder that the example `suggestions` wrote of them. A small network, from what speaks for a
candidate to whether it helps: whether the word errors of its article become fewer. Figures are
printed for articles that a network never saw (five folds by article); what is shipped is trained
on all. Seeds are fixed.
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
from garbling.written import articles
from safetensors.numpy import save_file
from siblings import FOLDS, counts, folded, named, train

# Articles that are read, each with so many errors at least.
ARTICLES, ERRORS = 680, 3
# Helpful corrections for a harmful one: among those a tool may apply
# unasked, those that are offered to people, and those that are shown at all.
SAFE, OFFERED, SHOWN = 15.0, 4.0, 1.5
# There must be so many for a ratio to mean anything.
LEAST = 20
# A correction that changes nothing is worth little.
NEUTRAL = 0.1
GRID = np.linspace(0.05, 0.99, 95)
# There are few rows: smaller steps, and more of them, than with siblings.
SIZES = {"batch": 64, "epochs": 20}


def first(p, places, t):
    """Of each phrase the surest candidate, where it is sure enough."""
    order = np.lexsort((-p, places[:, 1], places[:, 0]))
    new = np.r_[True, (np.diff(places[order], axis=0) != 0).any(1)]
    best = order[new]
    return best[p[best] >= t]


def collect(written, output):
    garbled = [a for a in articles(written) if len(a["errors"]) >= ERRORS and not a["id"].startswith("right")]
    with open(output, "w", encoding="utf8") as lines:
        for article in random.Random(3).sample(garbled, ARTICLES):
            kept = {name: article[name] for name in ("id", "text", "right")}
            print(json.dumps(kept, ensure_ascii=False), file=lines)


def learn(folder, output):
    columns = json.loads((folder / "columns.json").read_text())
    rows = np.fromfile(folder / "rows.f32", np.float32).reshape(-1, len(columns))
    changes = np.fromfile(folder / "changes.i8", np.int8)
    places = np.fromfile(folder / "places.u32", np.uint32).reshape(-1, 2)
    labels = np.where(changes < 0, 1.0, np.where(changes == 0, NEUTRAL, 0.0))
    folds = places[:, 0] % FOLDS
    weights, sharp = np.ones(len(rows)), np.zeros_like(rows)
    p = folded(rows, labels, weights, sharp, folds, **SIZES)
    print(f"{len(rows)} candidates, %d helpful, %d neutral, %d harmful" % counts(changes))
    for n, name in enumerate(columns[:5]):
        own = rows[:, n] > 0
        print(f"{name}: {own.sum()}, %d helpful, %d neutral, %d harmful" % counts(changes[own]))

    def enough(t, ratio):
        helpful, neutral, harmful = counts(changes[first(p, places, t)])
        return helpful >= ratio * harmful and helpful >= LEAST

    thresholds = [next((t for t in GRID if enough(t, ratio)), GRID[-1]) for ratio in (SAFE, OFFERED, SHOWN)]
    for t in sorted({*np.round(thresholds, 3), 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}):
        best = first(p, places, t)
        kinds = ", ".join(f"{name} {'/'.join(map(str, counts(changes[best][rows[best, n] > 0])))}" for n, name in enumerate(columns[:5]))
        print(f"from {t:.2f}: %d helpful, %d neutral, %d harmful; {kinds}" % counts(changes[best]))
    print("safe, offered, shown from", thresholds)
    trained = train(rows, labels, weights, sharp, **SIZES)
    tensors = {"thresholds": np.array(thresholds, np.float32), **named("helps", trained)}
    save_file(tensors, output, metadata={"columns.helps": json.dumps(columns)})


if __name__ == "__main__":
    if sys.argv[1] == "collect":
        collect(*sys.argv[2:])
    else:
        learn(Path(sys.argv[2]), sys.argv[3])
