"""Fine-tunes the word tagger, in parts that can be taken up again.

Usage: train_tagger.py TRAIN.npz… START FOLDER [--rate R] [--last SHARE] [--shares JSON]
                       [--seed N]

START is all-MiniLM-L6-v2 (`model.safetensors`) or a checkpoint of an earlier run (`*.pt`).
FOLDER gets `state.pt` every 100 steps; a run that was stopped goes on from there, with the
very same batches. `--shares` says how often the windows of a kind of text come, and `--last`
which share of the rate the last step has. Each step reads some 1,500 pieces. Texts are cut
into windows of whole sentences.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from tagger import CLS, SEP, Tagger, scaled
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

WINDOW, BATCH = 192, 1536
# What the rate is multiplied by: the encoder breaks at more than some 6e-5.
RATES = {"encoder": 1.0, "traits": 2.0, "head": 8.0}
# What the parts of the loss count for.
EDITED, JOINS, CATEGORY, SEVERITY = 0.6, 0.15, 0.25, 0.25


class Corpus:
    """The arrays of several files as one."""

    def __init__(self, paths):
        files = [np.load(path, allow_pickle=False) for path in paths]
        self.kinds = np.concatenate([f["kinds"] for f in files])
        self.names = np.concatenate([f["names"] for f in files])
        for name in "pieces sentences traits error weight kept joins category severity spans".split():
            setattr(self, name, np.concatenate([f[name] for f in files]))
        firsts, starts, words, pieces = [np.zeros(1, int)], [np.zeros(1, int)], 0, 0
        for f in files:
            firsts.append(f["first"][1:] + words)
            starts.append(f["starts"][1:] + pieces)
            words, pieces = firsts[-1][-1], starts[-1][-1]
        self.first, self.starts = np.concatenate(firsts), np.concatenate(starts)

    def windows(self, text):
        """Runs of whole sentences of at most WINDOW pieces, as ranges of words."""
        begin, end = self.first[text], self.first[text + 1]
        out, at = [], begin
        edges = [begin, *(np.flatnonzero(np.diff(self.sentences[begin:end])) + begin + 1), end]
        for start, stop in zip(edges, edges[1:]):
            if self.starts[stop] - self.starts[at] > WINDOW and start > at:
                out.append((at, start))
                at = start
            while self.starts[stop] - self.starts[at] > WINDOW:
                cut = int(np.searchsorted(self.starts, self.starts[at] + WINDOW, "right")) - 1
                out.append((at, max(cut, at + 1)))
                at = out[-1][1]
        if at < end:
            out.append((at, end))
        return out

    def batch(self, windows):
        """Padded pieces and traits of windows, where words begin, and the words."""
        longest = max(self.starts[b] - self.starts[a] for a, b in windows) + 2
        pieces = np.zeros((len(windows), longest), dtype=np.int64)
        traits = np.full((len(windows), longest, self.traits.shape[1]), -1, dtype=np.int64)
        inside = np.zeros((len(windows), longest), dtype=bool)
        firsts, words = [], []
        for row, (a, b) in enumerate(windows):
            start, stop = self.starts[a], self.starts[b]
            count = stop - start
            pieces[row, 0], pieces[row, count + 1] = CLS, SEP
            pieces[row, 1 : count + 1] = self.pieces[start:stop]
            sizes = np.diff(self.starts[a : b + 1])
            traits[row, 1 : count + 1] = np.repeat(self.traits[a:b], sizes, axis=0)
            inside[row, : count + 2] = True
            firsts.append(row * longest + 1 + self.starts[a:b] - start)
            words.append(np.arange(a, b))
        arrays = (pieces, traits, inside, np.concatenate(firsts))
        return [torch.from_numpy(array) for array in arrays], np.concatenate(words)


def loss_of(out, corpus, words):
    """The sum of the losses over words, and how much was looked at."""
    take = lambda name: torch.from_numpy(getattr(corpus, name)[words])
    error, weight = take("error").float(), take("weight")
    kept, joins = take("kept"), take("joins").float()
    loss = (binary_cross_entropy_with_logits(out[:, 0], error, reduction="none") * weight).sum()
    parts = binary_cross_entropy_with_logits(out[:, 1], error, reduction="none") * kept
    loss = loss + EDITED * parts.sum()
    wrong = (error > 0).float() * weight
    parts = binary_cross_entropy_with_logits(out[:, 2], joins, reduction="none") * wrong
    loss = loss + JOINS * parts.sum()
    for name, at, size, share in (("category", 3, 9, CATEGORY), ("severity", 12, 3, SEVERITY)):
        target = take(name).long()
        known = target >= 0
        if known.any():
            parts = cross_entropy(out[known, at : at + size], target[known], reduction="none")
            loss = loss + share * (parts * wrong[known].clamp(max=1.0)).sum()
    return loss, float((weight + EDITED * kept).sum())


def plan(corpus, seed, shares):
    """Batches of windows in order: what is written by hand comes the later the more often."""
    rng = np.random.RandomState(seed)
    timed = []
    for text, kind in enumerate(corpus.kinds):
        share = shares.get(str(kind), shares.get(str(kind).split("-")[0], 1.0))
        times = int(share) + (rng.rand() < share % 1)
        for window in corpus.windows(text) if times else ():
            for _ in range(times):
                timed.append((rng.rand() if not kind.startswith(("written", "right", "fixed")) else rng.rand() ** 0.5, window))
    timed.sort(key=lambda pair: pair[0])
    size = lambda window: int(corpus.starts[window[1]] - corpus.starts[window[0]]) + 2
    batches = []
    # Within a stretch of the plan windows of like length go together.
    for at in range(0, len(timed), 1024):
        stretch = sorted((window for _, window in timed[at : at + 1024]), key=size)
        made, batch = [], []
        for window in stretch:
            if batch and size(window) * (len(batch) + 1) > BATCH:
                made.append(batch)
                batch = []
            batch.append(window)
        made.append(batch)
        rng.shuffle(made)
        batches += made
    return batches


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("start")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--last", type=float, default=0.02)
    parser.add_argument("--shares", default='{"written": 4, "right": 3}')
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    corpus = Corpus(arguments.data)
    batches = plan(corpus, arguments.seed, json.loads(arguments.shares))
    arguments.folder.mkdir(exist_ok=True, parents=True)
    model = Tagger()
    if arguments.start.endswith(".pt"):
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["model"])
    else:
        model.from_minilm(arguments.start)
    part = lambda name: {"hidden": "head", "out": "head", "traits": "traits"}.get(name.split(".")[0], "encoder")
    groups = [
        {"params": [p for n, p in model.named_parameters() if part(n) == name], "lr": 0.0, "times": times}
        for name, times in RATES.items()
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), foreach=True)
    state = arguments.folder / "state.pt"
    began = 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        began = kept["step"]
    print(f"{len(batches)} steps from {began}", flush=True)
    model.train()
    total = count = pieces = 0.0
    clock = time.time()
    for step in range(began, len(batches)):
        rate = arguments.rate * scaled(step, len(batches), arguments.last)
        for group in optimiser.param_groups:
            group["lr"] = rate * group["times"]
        inputs, words = corpus.batch(batches[step])
        loss, seen = loss_of(model(*inputs), corpus, words)
        optimiser.zero_grad()
        (loss / max(seen, 1.0)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total, count, pieces = total + loss.item(), count + seen, pieces + inputs[0].numel()
        if (step + 1) % 20 == 0:
            speed = pieces / (time.time() - clock)
            print(f"step {step + 1}: loss {total / count:.4f}, {speed:.0f} pieces/s", flush=True)
            total = count = pieces = 0.0
            clock = time.time()
        if (step + 1) % 100 == 0 or step + 1 == len(batches):
            kept = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}
            torch.save(kept, arguments.folder / "part.pt")
            (arguments.folder / "part.pt").rename(state)
    torch.save({"model": model.state_dict()}, arguments.folder / "done.pt")


if __name__ == "__main__":
    main()
