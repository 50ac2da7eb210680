"""Trains the detector on what `extract` wrote, and reports what it reaches.

Usage: train.py FOLDER OUTPUT.safetensors [--surprisal | --leave-one-out]

`--surprisal` leaves the states out: weights for any language model.
`--leave-one-out` writes nothing: for each pair it trains on all the others and
says what that reaches on the one left out, which carries over to systems never
seen. Trained networks are kept in FOLDER/heads and not trained again.

`train`, `passage`, `marked`, `synthetic`, `clean-train` and `post-edit` are
learned from. `dev-a`, its sentences alone and in context, sets the calibration
and the thresholds, together with `clean-held/{masc,state_union}`; `clean-held/gum` and `dev-b` are only measured
on, here and by `mtlint eval`. Seeds are fixed.
"""

import argparse
import json
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from data import STATES, load, rows_of
from head import Head
from measures import average_precision, brier_skill, calibration_error, f2, mcc
from safetensors.torch import save_file
from torch.nn.functional import binary_cross_entropy_with_logits

LEARNED = ("train", "passage", "marked", "synthetic", "clean-train", "post-edit")
HEADS = 2
EPOCHS = 3
# One network for each pair left out costs as much as several of the others.
EPOCHS_LEFT_OUT = 1
BATCH = 64
RATE = 1e-3
# Networks are trained side by side, each with one thread.
SIDE_BY_SIDE = 2
# What a word counts for in the loss. Errors put into clean text stand alone,
# real ones come in greater numbers.
SYNTHETIC_WEIGHT = 6.0
# Raters mark what is wrong against the source; the rest of what a machine wrote is
# not all well written, and counted in full it teaches that translated news is
# right. Of minor errors another rater may not have marked the same.
UNMARKED_WEIGHT = 0.15
MINOR_WEIGHT = 0.25
# Flagged words per 1,000 words of the held-back clean articles that `precise`
# may cost. Those articles are harder than news: surprisals alone flag three times
# as many there.
PRECISE_PER_1000 = {"en": 4.4, "surprisal": 15.0}
# Thresholds rise, in logits, by so much for each logit of the text's mean probability
# from so much on: where much is garbled a word has to stand out. Tried on dev-a, with
# slopes from 0 to 0.6 and starts from -2 to -0.8.
RISE = {"en": (0.5, -0.8), "surprisal": (0.0, 0.0)}
# `balanced` is the highest threshold this close to the best mean MCC: where
# labelled data cannot tell two apart, fewer flags are better.
MCC_TOLERANCE = 0.003
# Operating points for people are set on articles, not on single sentences.
ARTICLE_WORDS = 100
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
LAYERS = "10 16 22 30"


class Rows:
    """Standardised rows of the corpus, gathered sentence by sentence."""

    def __init__(self, corpus, learned, with_states):
        sample = np.sort(np.random.RandomState(0).permutation(rows_of(learned))[:50_000])
        features = corpus.features[sample]
        self.feature_mean, self.feature_deviation = features.mean(0), features.std(0) + 1e-3
        self.features = torch.from_numpy(
            (corpus.features - self.feature_mean) / self.feature_deviation
        )
        width = STATES if with_states else 0
        self.state_mean, self.state_deviation = torch.zeros(width), torch.ones(width)
        self.states = None
        if with_states:
            states = torch.from_numpy(corpus.states[sample[::2]].astype(np.float32))
            self.state_mean, self.state_deviation = states.mean(0), states.std(0) + 1e-3
            self.states = torch.from_numpy(corpus.states).view(torch.bfloat16)
            # In place, a part at a time: all of it twice would not fit.
            for part in torch.split(self.states, 1 << 16):
                states = (part.view(torch.float16).float() - self.state_mean) / self.state_deviation
                part.copy_(states)

    def gather(self, spans):
        """Padded rows of some sentences, the longest first."""
        spans = sorted(spans, key=lambda span: span[0] - span[1])
        starts, ends = torch.tensor(spans).T
        lengths = ends - starts
        index = starts[:, None] + torch.arange(int(lengths[0]))
        inside = (index < ends[:, None]).float()
        # Padding repeats the last word; nothing looks at it.
        index = torch.minimum(index, ends[:, None] - 1)
        states = None if self.states is None else self.states[index]
        return spans, index, inside, lengths, self.features[index], states


def weights_of(corpus, texts):
    weights = np.ones(len(corpus.labels), dtype=np.float32)
    for text in texts:
        rows = slice(text.first, text.first + text.words)
        if text.kind == "synthetic":
            weights[rows] = np.where(corpus.labels[rows] > 0, SYNTHETIC_WEIGHT, 1.0)
        if text.kind == "marked":
            by_people = text.id.split("/")[1].startswith("ref")
            unmarked = 1.0 if by_people else UNMARKED_WEIGHT
            weights[rows] = np.array([unmarked, 1.0, MINOR_WEIGHT, 1.0])[corpus.labels[rows]]
    return torch.from_numpy(weights)


def train(corpus, rows, learned, seed, epochs, name):
    torch.manual_seed(seed)
    random = np.random.RandomState(seed)
    targets = torch.from_numpy((corpus.labels > 0).astype(np.float32))
    weights = weights_of(corpus, learned)
    # The post-edit rate is known of single sentences and of right ones; in context
    # the share of changed words stands for it.
    known = {
        "train": lambda text, _: text.hter,
        "passage": lambda _, span: float((corpus.labels[slice(*span)] > 0).mean()),
        "clean-train": lambda *_: 0.0,
        "post-edit": lambda *_: 0.0,
    }
    rate_of = {
        span: known[text.kind](text, span) if text.kind in known else -1.0
        for text in learned
        for span in text.sentences
    }
    spans = list(rate_of)
    lengths = np.array([end - start for start, end in spans])
    head = Head(rows.features.shape[1], STATES if rows.states is not None else 0)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=1e-2)
    steps = epochs * (len(spans) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=steps, pct_start=0.1
    )
    began = time.time()
    for epoch in range(epochs):
        head.train()
        # Sentences of like length together, the batches in random order.
        order = np.argsort(lengths + random.rand(len(spans)) * 6)
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        random.shuffle(batches)
        total = count = 0.0
        for batch in batches:
            picked, index, inside, sizes, features, states = rows.gather([spans[i] for i in batch])
            logits, rates = head(features, states, sizes)
            loss = binary_cross_entropy_with_logits(logits, targets[index], reduction="none")
            loss = loss * weights[index] * inside
            wanted = torch.tensor([rate_of[span] for span in picked])
            missed = (torch.sigmoid(rates) - wanted) ** 2 * (wanted >= 0)
            optimiser.zero_grad()
            (loss.sum() / inside.sum() + missed.mean()).backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.sum().item(), count + inside.sum().item()
        spent = time.time() - began
        print(f"{name}, epoch {epoch + 1}: loss {total / count:.4f}, {spent:.0f} s", flush=True)
    return head.eval()


def train_all(jobs, corpus, rows, folder):
    """The networks of some jobs (name, texts, seed, epochs), by name."""
    folder.mkdir(exist_ok=True)

    def work(job):
        name, learned, seed, epochs = job
        path = folder / f"{name}.pt"
        if not path.exists():
            head = train(corpus, rows, learned, seed, epochs, name)
            torch.save(head.state_dict(), folder / f"{name}.part")
            (folder / f"{name}.part").rename(path)

    # Children share the corpus with their parent.
    waiting, running = list(jobs), []
    while waiting or running:
        while waiting and len(running) < SIDE_BY_SIDE:
            child = get_context("fork").Process(target=work, args=(waiting.pop(0),))
            child.start()
            running.append(child)
        running[0].join(timeout=1)
        failed = [child for child in running if child.exitcode]
        assert not failed, "a network was not trained"
        running = [child for child in running if child.is_alive()]
    heads = {}
    for name, *_ in jobs:
        head = Head(rows.features.shape[1], STATES if rows.states is not None else 0)
        head.load_state_dict(torch.load(folder / f"{name}.pt", weights_only=True))
        heads[name] = head.eval()
    return heads


def judge(heads, rows, texts, size):
    """Mean logit of each word and mean rate of each text."""
    logits = np.zeros(size, dtype=np.float32)
    rates = {}
    spans = sorted((span for text in texts for span in text.sentences), key=lambda s: s[1] - s[0])
    with torch.no_grad():
        for at in range(0, len(spans), 128):
            picked, _, _, lengths, features, states = rows.gather(spans[at : at + 128])
            said = [head(features, states, lengths) for head in heads]
            mean = torch.stack([word for word, _ in said]).mean(0)
            rate = torch.stack([torch.sigmoid(rate) for _, rate in said]).mean(0)
            for row, (start, end) in enumerate(picked):
                logits[start:end] = mean[row, : end - start].numpy()
                rates[(start, end)] = rate[row].item()
    raw = {
        text.first: sum(rates[s] * (s[1] - s[0]) for s in text.sentences) / text.words
        for text in texts
    }
    return logits, raw


def levels(logits, texts):
    """For each word the mean logit of its text."""
    out = np.zeros_like(logits)
    for text in texts:
        rows = slice(text.first, text.first + text.words)
        out[rows] = logits[rows].mean()
    return out


def calibrate(terms, labels):
    """Weights of the logit, of the level of the text and of one."""
    x = torch.from_numpy(terms)
    y = torch.from_numpy(labels.astype(np.float32))
    scale = torch.tensor([1.0, 0.0, 0.0], requires_grad=True)
    fit = torch.optim.LBFGS([scale], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        fit.zero_grad()
        loss = binary_cross_entropy_with_logits(x @ scale, y)
        loss.backward()
        return loss

    fit.step(closure)
    return scale.detach().numpy()


def fallen(p, texts, rise):
    """Probabilities as thresholds compare them: less by what those rise in the text.
    Mirrors `src/detect/thresholds.rs`."""
    slope, start = rise
    logit = lambda p: np.log(p) - np.log1p(-p)
    out = p.copy()
    for text in texts:
        rows = slice(text.first, text.first + text.words)
        by = slope * max(logit(p[rows].mean()) - start, 0.0)
        out[rows] = 1 / (1 + np.exp(by - logit(p[rows])))
    return out


def thresholds_of(p, labels, corpus, pairs, allowed):
    by_pair = [rows_of(corpus.of("dev-a", source=pair)) for pair in pairs]
    grid = np.linspace(0.02, 0.98, 481)
    reached = [np.mean([mcc(labels[rows], p[rows] >= t) for rows in by_pair]) for t in grid]
    close = [t for t, value in zip(grid, reached) if value >= max(reached) - MCC_TOLERANCE]
    balanced = float(max(close))
    tuned = np.concatenate(by_pair)
    thorough = float(max(grid, key=lambda t: f2(labels[tuned], p[tuned] >= t)))
    held = [s for s in corpus.sources("clean-held") if s != "gum"]
    # People are shown no more than what agrees best with the labels. Of thresholds that
    # cost the same the one in the middle: whichever machine reads, none is crossed.
    above = [t for t in grid if t >= balanced + 0.02]
    costs = [np.mean([flags(p, corpus, s, t, ARTICLE_WORDS) for s in held]) for t in above]
    least = next(cost for cost in costs if cost <= allowed)
    precise = float(np.mean([t for t, cost in zip(above, costs) if cost == least]))
    return {"precise": precise, "balanced": balanced, "thorough": thorough}


def flags(p, corpus, source, threshold, least=0):
    rows = rows_of(corpus.of("clean-held", source=source, least=least))
    words = (corpus.column("is_punctuation")[rows] == 0).sum()
    return 1000.0 * (p[rows] >= threshold).sum() / words


def rate_model(corpus, raw):
    """Base, gain, and how far single documents lie from the line: a part that
    stays however long a text is, and a part that falls with its length."""
    fitted = corpus.of("dev-a", "passage-a", "clean-held")
    fitted = [t for t in fitted if t.source != "gum"]
    x = np.array([raw[t.first] for t in fitted])
    y = np.array([t.hter for t in fitted])
    words = np.array([t.words for t in fitted])
    weight = np.sqrt(words)
    design = np.stack([np.ones(len(x)), x], 1) * weight[:, None]
    (base, gain), *_ = np.linalg.lstsq(design, y * weight, rcond=None)
    squared = (y - (base + gain * x)) ** 2
    long = words >= ARTICLE_WORDS
    lasting = float(squared[long].mean())
    falling = float(np.maximum((squared - lasting) * words, 0.0)[~long].mean())
    return [float(base), float(gain), lasting, falling]


def measured(half, p, compared, raw, thresholds, labels, corpus, pairs):
    rows = {pair: rows_of(corpus.of(half, source=pair)) for pair in pairs}
    pooled = np.concatenate(list(rows.values()))

    def each(value):
        got = {pair: round(float(value(pair, at)), 3) for pair, at in rows.items()}
        return [round(float(np.mean(list(got.values()))), 4), got]

    def correlation(pair, _):
        texts = corpus.of(half, source=pair)
        return np.corrcoef([raw[t.first] for t in texts], [t.hter for t in texts])[0, 1]

    report = {f"mcc {n}": each(lambda _, r, t=t: mcc(labels[r], compared[r] >= t)) for n, t in thresholds.items()}
    report["average precision"] = each(lambda _, r: average_precision(labels[r], p[r]))
    report["calibration error"] = each(lambda _, r: calibration_error(labels[r], p[r]))
    report["pooled calibration error"] = round(calibration_error(labels[pooled], p[pooled]), 4)
    share = labels[pooled].mean()
    report["brier skill over the pooled share"] = each(lambda _, r: brier_skill(labels[r], p[r], share))
    report["pooled brier skill"] = round(brier_skill(labels[pooled], p[pooled], share), 4)
    report["hter pearson"] = each(correlation)
    return report


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("output")
    arguments.add_argument("--surprisal", action="store_true")
    arguments.add_argument("--leave-one-out", action="store_true")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    corpus = load(options.folder, with_states=not options.surprisal)
    pairs = corpus.sources("dev-a")
    learned = corpus.of(*LEARNED)
    rows = Rows(corpus, learned, not options.surprisal)
    labels = (corpus.labels > 0).astype(np.float32)
    judged = corpus.of("dev-a", "passage-a", "dev-b", "clean-held")

    name, count = ("surprisal", 1) if options.surprisal else ("en", HEADS)

    def calibrated(heads, pairs):
        logits, raw = judge(heads, rows, judged, len(labels))
        terms = np.stack([logits, levels(logits, judged), np.ones_like(logits)], 1)
        tuned = np.concatenate([rows_of(corpus.of("dev-a", "passage-a", source=pair)) for pair in pairs])
        calibration = calibrate(terms[tuned], labels[tuned])
        p = 1 / (1 + np.exp(-(terms @ calibration)))
        compared = fallen(p, judged, RISE[name])
        return p, compared, raw, calibration, thresholds_of(
            compared, labels, corpus, pairs, PRECISE_PER_1000[name]
        )

    folder = Path(options.folder) / "heads"
    if options.leave_one_out:
        jobs = [
            (f"without-{pair}", [t for t in learned if t.source != pair], 1, EPOCHS_LEFT_OUT)
            for pair in pairs
        ]
        heads = train_all(jobs, corpus, rows, folder)
        report = {}
        for pair in pairs:
            others = [other for other in pairs if other != pair]
            p, compared, raw, _, thresholds = calibrated([heads[f"without-{pair}"]], others)
            report[pair] = measured("dev-b", p, compared, raw, thresholds, labels, corpus, [pair])
        print(json.dumps(report, indent=1))
        return
    jobs = [(f"{name}-{seed}", learned, seed, EPOCHS) for seed in range(1, count + 1)]
    heads = list(train_all(jobs, corpus, rows, folder).values())
    p, compared, raw, calibration, thresholds = calibrated(heads, pairs)
    report = {
        "words": {
            kind: sum(t.words for t in learned if t.kind == kind) for kind in LEARNED
        },
        "calibration": calibration.tolist(),
        "thresholds": thresholds,
        "dev-a": measured("dev-a", p, compared, raw, thresholds, labels, corpus, pairs),
        "dev-a in context": measured("passage-a", p, compared, raw, thresholds, labels, corpus, pairs),
        "dev-b": measured("dev-b", p, compared, raw, thresholds, labels, corpus, pairs),
        "flagged per 1,000": {
            source: {n: round(flags(compared, corpus, source, t), 1) for n, t in thresholds.items()}
            for source in corpus.sources("clean-held")
        },
    }
    rate = rate_model(corpus, raw)
    report["rate"] = rate
    print(json.dumps(report, indent=1))

    state = {}
    for index, head in enumerate(heads):
        for name, tensor in head.state_dict().items():
            # Matrices in half precision, vectors as they are.
            matrix = tensor.dim() > 1 and min(tensor.shape) > 1
            state[f"{index}.{name}"] = (tensor.half() if matrix else tensor).contiguous()
    state["feature_mean"] = torch.from_numpy(rows.feature_mean)
    state["feature_deviation"] = torch.from_numpy(rows.feature_deviation)
    state["state_mean"], state["state_deviation"] = rows.state_mean, rows.state_deviation
    state["calibration"] = torch.tensor(calibration)
    state["thresholds"] = torch.tensor([thresholds[n] for n in ("precise", "balanced", "thorough")])
    state["rise"] = torch.tensor(RISE["surprisal" if options.surprisal else "en"])
    state["post_edit_rate"] = torch.tensor(rate)
    notes = {
        # Compared with the columns of the program that loads the file.
        "columns": json.dumps(corpus.columns),
        "detector": "surprisal-1" if options.surprisal else "en-1",
        "heads": str(count),
        "layers": "" if options.surprisal else LAYERS,
        "model_sha256": "" if options.surprisal else MODEL_SHA256,
    }
    state = {name: tensor.float() if tensor.dtype == torch.float64 else tensor for name, tensor in state.items()}
    save_file(state, options.output, metadata=notes)


if __name__ == "__main__":
    main()
