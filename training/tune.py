"""Trains the detector's networks on, from those that learnt post-edits, on articles with
every error marked; then sets its calibration and its operating points.

Usage: tune.py learn NETWORKS.safetensors HEADS TEXTS…
       tune.py fit NETWORKS.safetensors HEADS TEXTS OUTPUT.safetensors
       tune.py put NETWORKS.safetensors HEADS TEXTS OUTPUT.safetensors

TEXTS are folders that `extract` made of files of `labelled.py`, with what that program
packed beside each (`FOLDER.npz`). HEADS is a folder for the trained networks. `learn` starts
from the networks of NETWORKS. `fit` takes texts that no network learnt from. `put` keeps the
calibration and the thresholds of NETWORKS and takes other networks, which learnt from the held
articles too; it prints what they reach on what nothing learnt from. Seeds are fixed.
"""

import sys
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from data import STATES, load
from head import Head
from labelled import Labels
from operating_points import fit, put
from safetensors import safe_open
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

HEADS, EPOCHS, BATCH, RATE = 2, 4, 48, 6e-4
# What a post-edited text counts for beside one with every error marked: what an editor of
# machine translation changes is much that no reader stumbles over.
WEIGHTS = {"mlqe": 1.4, "marked": 0.8, "generated": 0.6}
KINDS = 0.5
# Of the texts that `fit` takes: those that the last networks do not learn from either.
NEVER_LEARNT = ("newstest-dev", "gum", "garble-dev", "garble-post-dev", "mlqe-dev-a", "marked-held")


class Texts:
    """Standardised rows, labels and sentences of some folders."""

    def __init__(self, folders, scale):
        parts = [load(folder) for folder in folders]
        self.labels = Labels([f"{str(folder).rstrip('/')}.npz" for folder in folders])
        self.columns, self.scale = parts[0].columns, scale
        features = np.concatenate([part.features for part in parts])
        assert len(features) == len(self.labels.sentences), (len(features), len(self.labels.sentences))
        self.features = torch.from_numpy((features - scale["feature_mean"]) / scale["feature_deviation"])
        self.states = torch.from_numpy(np.concatenate([part.states for part in parts]))
        self.mean, self.deviation = (torch.from_numpy(scale[f"state_{n}"]) for n in ("mean", "deviation"))
        self.text = np.repeat(np.arange(len(self.labels.kinds)), np.diff(self.labels.first))
        self.kinds = self.labels.kinds[self.text]
        edge = (np.diff(self.text, prepend=-1) != 0) | (np.diff(self.labels.sentences, prepend=-1) != 0)
        starts = np.flatnonzero(edge)
        self.spans = list(zip(starts.tolist(), [*starts[1:].tolist(), len(features)]))

    def gather(self, spans):
        """Padded rows of some sentences."""
        starts, ends = torch.tensor(spans).T
        lengths = ends - starts
        index = starts[:, None] + torch.arange(int(lengths.max()))
        inside = (index < ends[:, None]).float()
        index = torch.minimum(index, ends[:, None] - 1)
        states = (self.states[index].float() - self.mean) / self.deviation
        return index, inside, lengths, self.features[index], states


def scale_of(path):
    with safe_open(path, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return tensors, file.metadata()


def start(tensors, index, width):
    head = Head(width, STATES, kinds=True)
    own = head.state_dict()
    for name in own:
        if f"{index}.{name}" in tensors:
            own[name] = torch.from_numpy(tensors[f"{index}.{name}"].astype(np.float32)).reshape(own[name].shape)
    head.load_state_dict(own)
    return head


def weights_of(texts):
    weights = texts.labels.weight.astype(np.float32).copy()
    for kind, times in WEIGHTS.items():
        weights[np.char.startswith(texts.kinds, kind)] *= times
    return torch.from_numpy(weights)


def learn(tensors, notes, texts, seed, path):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    random = np.random.RandomState(seed)
    head = start(tensors, seed % int(notes["heads"]), texts.features.shape[1])
    labels = torch.from_numpy(texts.labels.error.astype(np.float32))
    category, severity = (torch.from_numpy(a.astype(np.int64)) for a in (texts.labels.category, texts.labels.severity))
    weights = weights_of(texts)
    # Of a rater's marks and of what is generated no post-edit rate is known.
    known = ~np.char.startswith(texts.kinds, "marked") & ~np.char.startswith(texts.kinds, "generated")
    texts.spans = [span for span in texts.spans if texts.kinds[span[0]] not in NEVER_LEARNT]
    lengths = np.array([b - a for a, b in texts.spans])
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=1e-2)
    steps = EPOCHS * (len(lengths) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.1)
    began = time.time()
    for epoch in range(EPOCHS):
        head.train()
        order = np.argsort(lengths + random.rand(len(lengths)) * 6)
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        random.shuffle(batches)
        total = count = 0.0
        for batch in batches:
            spans = [texts.spans[i] for i in batch]
            index, inside, sizes, features, states = texts.gather(spans)
            logits, rates, kinds = head(features, states, sizes)
            loss = binary_cross_entropy_with_logits(logits, labels[index], reduction="none") * weights[index] * inside
            wanted = (labels[index] * inside).sum(1) / sizes
            counted = torch.from_numpy(known[[a for a, _ in spans]].astype(np.float32))
            missed = (torch.sigmoid(rates) - wanted) ** 2 * counted
            whole = loss.sum() / inside.sum() + missed.mean()
            for target, at, size in ((category, 0, 9), (severity, 9, 3)):
                told = (target[index] >= 0) & (inside > 0) & (labels[index] > 0)
                if told.any():
                    kind = cross_entropy(kinds[..., at : at + size][told], target[index][told], reduction="sum")
                    whole = whole + KINDS * kind / inside.sum()
            optimiser.zero_grad()
            whole.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.sum().item(), count + inside.sum().item()
        print(f"{path.stem}, epoch {epoch + 1}: loss {total / count:.4f}, {time.time() - began:.0f} s", flush=True)
    torch.save(head.state_dict(), path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)


def judge(heads, texts):
    """For each word the mean logit and the kinds; for each sentence the mean rate."""
    size = len(texts.features)
    logits, kinds = np.zeros(size, dtype=np.float32), np.zeros((size, 12), dtype=np.float32)
    rates = np.zeros(len(texts.spans), dtype=np.float32)
    order = np.argsort([b - a for a, b in texts.spans])
    with torch.no_grad():
        for at in range(0, len(order), 96):
            picked = order[at : at + 96]
            spans = [texts.spans[i] for i in picked]
            _, _, sizes, features, states = texts.gather(spans)
            said = [head(features, states, sizes) for head in heads]
            for part, (word, rate, kind) in enumerate(said):
                rates[picked] += torch.sigmoid(rate).numpy() / len(said)
                for row, (a, b) in enumerate(spans):
                    logits[a:b] += word[row, : b - a].numpy() / len(said)
                    kinds[a:b] += kind[row, : b - a].numpy() / len(said)
    return logits, kinds, rates


def main():
    tensors, notes = scale_of(sys.argv[2])
    folder = Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "learn":
        texts = Texts(sys.argv[4:], tensors)
        jobs = [(seed, folder / f"head-{seed}.pt") for seed in range(HEADS)]
        children = [get_context("fork").Process(target=learn, args=(tensors, notes, texts, *job)) for job in jobs if not job[1].exists()]
        for child in children:
            child.start()
        for child in children:
            child.join()
            assert not child.exitcode, "a network was not trained"
        return
    texts = Texts([sys.argv[4]], tensors)
    heads = []
    for seed in range(len(list(folder.glob("head-*.pt")))):
        head = Head(texts.features.shape[1], STATES, kinds=True)
        head.load_state_dict(torch.load(folder / f"head-{seed}.pt", weights_only=True))
        heads.append(head.eval())
    end = fit if sys.argv[1] == "fit" else put
    end(tensors, notes, heads, texts, judge(heads, texts), sys.argv[5])


if __name__ == "__main__":
    main()
