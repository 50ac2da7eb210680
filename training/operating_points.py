"""Sets the calibration and the operating points of networks, and writes their file.

Called by `tune.py fit`. Of the texts that no network learnt from, some are only for
thresholds (news, other genres, garbled articles and their post-edits); on the others the
calibration of words and that of phrases are fitted. Mirrors `src/detect/thresholds.rs` and
`src/detect/phrases.rs`.

- `precise`: the lowest threshold that costs no more findings in right text than PRECISE, and
  of whose findings in the written articles a share of RIGHT touches an error;
- `balanced`: below it, the lowest one within BALANCED and with the share RIGHT_BALANCED;
- `thorough`: below that, the best mean F2 there.

Thresholds shift with what is suspected of a text as a whole. Slope and start of the shift are
those with which `precise` finds most serious errors of the written articles.
"""

from pathlib import Path

import numpy as np
import torch
from measures import average_precision, calibration_error, f2, mcc
from safetensors.torch import save_file
from torch.nn.functional import binary_cross_entropy_with_logits

# In the post-edits what is wrong by its form adds about one more.
PRECISE = {"newstest-dev": 3.0, "gum": 4.0, "garble-post-dev": 4.9}
BALANCED = {"newstest-dev": 10.0, "gum": 10.0, "garble-post-dev": 16.0}
RIGHT, RIGHT_BALANCED = 0.75, 0.62
# How words make phrases: as in `src/detect/phrases.rs`.
LEAST, MAX_LOGIT = 0.08, 9.0
SHARES = (0.25, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# The order of the networks' outputs for kinds of errors, as `src/detect/kinds.rs` has it.
KINDS = "untranslated name mistranslation wording grammar word_order omission punctuation number minor major critical"
THRESHOLDS_ONLY = ("newstest-dev", "gum", "garble-dev", "garble-post-dev")
CALIBRATED_WEIGHTS = {"mlqe": 1.0, "marked": 0.5}
SLOPES, STARTS = (-0.6, -0.45, -0.3, -0.15, 0.0, 0.25, 0.5), (-3.5, -3.0, -2.5, -2.0, -1.5, -1.0)


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p) - np.log1p(-p)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def means(values, groups):
    return np.bincount(groups, values) / np.maximum(1, np.bincount(groups))


def regression(terms, labels, weights, begin):
    """The weights of a logistic regression."""
    x, y, w = (torch.from_numpy(np.asarray(a, dtype=np.float32)) for a in (terms, labels, weights))
    scale = torch.tensor(begin, requires_grad=True)
    fitted = torch.optim.LBFGS([scale], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        fitted.zero_grad()
        loss = (binary_cross_entropy_with_logits(x @ scale, y, reduction="none") * w).sum() / w.sum()
        loss.backward()
        return loss

    fitted.step(closure)
    return scale.detach().numpy()


def phrases(p, spans):
    """Runs (start, end, worst) of suspect words, sentence by sentence, as
    `src/detect/phrases.rs` makes them."""
    out = []
    for start, end in spans:
        seeds = [w for w in range(start, end) if p[w] >= LEAST]
        free = set(range(start, end))
        for worst in sorted(seeds, key=lambda w: -p[w]):
            if worst not in free:
                continue
            first, last = worst, worst + 1
            while True:
                share = SHARES[min(last - first, len(SHARES)) - 1]
                left = p[first - 1] if first > start and first - 1 in free else -1.0
                right = p[last] if last < end and last in free else -1.0
                if max(left, right) < max(LEAST, share * p[worst]):
                    break
                first, last = (first, last + 1) if right >= left else (first - 1, last)
            free -= set(range(first, last))
            out.append((first, last, worst))
    return out


def phrase_terms(runs, p):
    cut = lambda p: np.clip(logit(p), -MAX_LOGIT, MAX_LOGIT)
    second = [max([LEAST, *(p[w] for w in range(a, b) if w != worst)]) for a, b, worst in runs]
    worst = np.array([worst for *_, worst in runs])
    lengths = np.log([b - a for a, b, _ in runs])
    return np.stack([np.ones(len(runs)), cut(p[worst]), cut(np.array(second)), lengths], 1)


class Points:
    """The phrases of some texts, their probabilities, and what a threshold makes of them."""

    def __init__(self, texts, p, scale=None):
        self.texts = texts
        labels = texts.labels
        runs = phrases(p, texts.spans)
        self.start, self.end, _ = np.array(runs).T
        self.kind = texts.kinds[self.start]
        self.wrong = np.array([labels.error[a:b].any() for a, b, _ in runs])
        use = np.char.startswith(self.kind, ("written")) | np.char.startswith(self.kind, "fixed") | np.char.startswith(self.kind, "right")
        terms = phrase_terms(runs, p)
        wrong = self.wrong[use].astype(np.float32)
        fitted = lambda: regression(terms[use], wrong, np.ones(use.sum()), [0.0, 1.0, 0.0, 0.0])
        self.scale = fitted() if scale is None else scale
        self.said = sigmoid(terms @ self.scale)
        print(f"phrases: {use.sum()}, {self.wrong[use].mean():.3f} wrong, calibration error {calibration_error(self.wrong[use], self.said[use]):.3f}")
        self.words = {kind: ((texts.kinds == kind) & ~labels.mark).sum() for kind in set(texts.kinds)}
        self.errors = np.cumsum(labels.error & ~labels.joins)
        self.level = logit(means(p, texts.text))[texts.text[self.start]]
        names = labels.names[texts.text]
        self.pair = np.array([name.split("/")[0] if kind == "mlqe-dev-a" else "written" if kind in ("written-held", "fixed-held") else "" for name, kind in zip(names, texts.kinds)])

    def lowered(self, rise):
        """Probabilities of phrases as unshifted thresholds compare them."""
        slope, start = rise
        return sigmoid(logit(self.said) - slope * np.maximum(self.level - start, 0.0))

    def false(self, kind, lowered, threshold):
        count = ((self.kind == kind) & (lowered >= threshold)).sum()
        return 1000 * count / max(1, self.words.get(kind, 0))

    def found(self, kind, lowered, threshold):
        """The share of serious errors found, and of findings that touch an error."""
        labels = self.texts.labels
        here = self.texts.kinds == kind
        serious = set(self.errors[here & labels.error & (labels.severity > 0)])
        own = np.flatnonzero((self.kind == kind) & (lowered >= threshold))
        hit = set()
        for at in own[self.wrong[own]]:
            words = slice(self.start[at], self.end[at])
            hit.update(self.errors[words][labels.error[words]])
        return len(hit & serious) / max(1, len(serious)), self.wrong[own].mean() if len(own) else 0.0

    def flagged(self, lowered, threshold):
        flagged = np.zeros(len(self.texts.kinds), dtype=bool)
        for at in np.flatnonzero(lowered >= threshold):
            flagged[self.start[at] : self.end[at]] = True
        return flagged

    def agreement(self, lowered, threshold):
        scores, flagged = [], self.flagged(lowered, threshold)
        for pair in sorted(set(self.pair) - {""}):
            here = self.pair == pair
            scores.append((mcc(self.texts.labels.error[here], flagged[here]), f2(self.texts.labels.error[here], flagged[here])))
        return np.mean(scores, 0)

    def least(self, lowered, allowed, right, grid):
        """The lowest threshold that costs no more than allowed, and finds a share of errors."""
        low, high = 0, len(grid) - 1
        while low < high:
            middle = (low + high) // 2
            cheap = all(self.false(kind, lowered, grid[middle]) <= most for kind, most in allowed.items())
            if cheap and self.found("written-held", lowered, grid[middle])[1] >= right:
                high = middle
            else:
                low = middle + 1
        return float(grid[low])


def operating_points(points):
    grid = np.linspace(0.05, 0.97, 185)
    tried = []
    for slope in SLOPES:
        for start in STARTS if slope else (0.0,):
            lowered = points.lowered((slope, start))
            precise = points.least(lowered, PRECISE, RIGHT, grid)
            tried.append((points.found("written-held", lowered, precise)[0], slope, start, precise))
    best = max(found for found, *_ in tried)
    # Of those that are as good the one that shifts least.
    _, slope, start, precise = min((t for t in tried if t[0] >= best - 0.004), key=lambda t: (abs(t[1]), t[2]))
    lowered = points.lowered((slope, start))
    floor = points.least(lowered, BALANCED, RIGHT_BALANCED, grid)
    balanced = min(floor, precise - 0.02)
    lower = [(t, *points.agreement(lowered, t)) for t in grid if t <= balanced - 0.02]
    thorough = max(lower, key=lambda row: row[2])[0]
    return (slope, start), {"precise": precise, "balanced": float(balanced), "thorough": float(thorough)}


def surprise(texts, rates):
    """The rates with what the mean surprisal of a sentence adds, and how much that is: the
    numbers with which garbled and right versions of a sentence are told apart best."""
    column = texts.columns.index("surprisal")
    per_word = texts.features[:, column].numpy() * texts.scale["feature_deviation"][column] + texts.scale["feature_mean"][column]
    starts = np.array([a for a, _ in texts.spans])
    lengths = np.array([b - a for a, b in texts.spans])
    surprisal = np.add.reduceat(per_word, starts) / lengths
    own = {}
    for at, (start, _) in enumerate(texts.spans):
        text = texts.text[start]
        own.setdefault((texts.labels.names[text], texts.labels.kinds[text]), []).append(at)
    pairs = []
    for (name, kind), sentences in own.items():
        right = own.get((name, "fixed-held"), [])
        if kind == "written-held" and len(right) == len(sentences):
            wrong = [texts.labels.error[a:b].any() for a, b in (texts.spans[at] for at in sentences)]
            pairs += [(a, b) for a, b, bad in zip(sentences, right, wrong) if bad]
    garbled, right = np.array(pairs).T
    terms = np.stack([logit(rates)[garbled] - logit(rates)[right], surprisal[garbled] - surprisal[right]], 1)
    by_rate, by_surprisal = regression(terms, np.ones(len(terms), np.float32), np.ones(len(terms)), [1.0, 0.0])
    gain, expected = float(by_surprisal / by_rate), float(surprisal.mean())
    told = lambda terms: (terms > 0).mean()
    print(f"{len(pairs)} pairs of sentences told apart: {told(terms[:, 0]):.3f} by rate, {told(terms[:, 1]):.3f} by surprisal, {told(terms @ [1, gain]):.3f} by both (gain {gain:.2f})")
    return sigmoid(logit(rates) + gain * (surprisal - expected)), [gain, expected]


def rate_model(texts, rates):
    """As in `train.py`: base, gain, lasting and falling variance of the post-edit rate."""
    lengths = np.array([b - a for a, b in texts.spans])
    owner = texts.text[[a for a, _ in texts.spans]]
    raw = np.bincount(owner, rates * lengths) / np.bincount(owner, lengths)
    share, words = means(texts.labels.error.astype(float), texts.text), np.bincount(texts.text)
    kinds = texts.labels.kinds
    known = ~np.isin(kinds, THRESHOLDS_ONLY) & ~np.char.startswith(kinds, "marked") | (kinds == "newstest-dev")
    x, y, words = raw[known], share[known], words[known]
    design = np.stack([np.ones(len(x)), x], 1) * np.sqrt(words)[:, None]
    (base, gain), *_ = np.linalg.lstsq(design, y * np.sqrt(words), rcond=None)
    # Below 0 the rates of clean texts would all be the same.
    if base < 0.0:
        base, gain = 0.0, (words * x * y).sum() / (words * x * x).sum()
    squared = (y - (base + gain * x)) ** 2
    long = words >= 100
    lasting = float(squared[long].mean())
    falling = float(np.maximum((squared - lasting) * words, 0.0)[~long].mean())
    return [float(base), float(gain), lasting, falling]


def severity_cuts(points, p, kinds, articles):
    """From which shares of severities a phrase is critical, else minor: where it agrees best
    with what people marked in the articles of a kind, and is about as often either."""
    labels = points.texts.labels
    shares = np.exp(kinds[:, 9:] - kinds[:, 9:].max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    rows, told = [], []
    for at in np.flatnonzero((points.kind == articles) & points.wrong & (points.said >= 0.2)):
        words = slice(points.start[at], points.end[at])
        rows.append(np.average(shares[words], axis=0, weights=p[words]))
        told.append(labels.severity[words][labels.error[words]].max())
    rows, told = np.array(rows), np.array(told)
    tried = []
    for critical in np.linspace(0.1, 0.6, 51):
        for minor in np.linspace(0.2, 0.7, 51):
            said = np.where(rows[:, 2] >= critical, 2, np.where(rows[:, 0] >= minor, 0, 1))
            if all(abs((said == k).mean() - (told == k).mean()) <= 0.06 for k in range(3)):
                tried.append((kappa(said, told), critical, minor))
    agreed, critical, minor = max(tried)
    print(f"severity of {len(told)} phrases: kappa {agreed:.3f}")
    return [critical, minor]


def terms_of(texts, logits):
    level = means(logits, texts.text)[texts.text]
    return np.stack([logits, level, np.ones_like(logits)], 1)


def fit(tensors, notes, heads, texts, said, output):
    logits, kinds, rates = said
    labels = texts.labels.error.astype(np.float32)
    terms = terms_of(texts, logits)
    weights = np.where(np.isin(texts.kinds, THRESHOLDS_ONLY), 0.0, 1.0)
    for kind, times in CALIBRATED_WEIGHTS.items():
        weights[np.char.startswith(texts.kinds, kind)] *= times
    calibration = regression(terms, labels, weights, [1.0, 0.0, 0.0])
    p = sigmoid(terms @ calibration)
    points = Points(texts, p)
    rise, thresholds = operating_points(points)
    rates, surprise_of_sentences = surprise(texts, rates)
    tensors = dict(
        tensors,
        calibration=calibration,
        phrase=points.scale,
        thresholds=[thresholds[n] for n in ("precise", "balanced", "thorough")],
        rise=rise,
        post_edit_rate=rate_model(texts, rates),
        surprise=surprise_of_sentences,
        severity=severity_cuts(points, p, kinds, "written-held"),
    )
    quote(points, p, kinds, rise, thresholds)
    write(tensors, notes, heads, output)


def put(tensors, notes, heads, texts, said, output):
    p = sigmoid(terms_of(texts, said[0]) @ tensors["calibration"])
    points = Points(texts, p, tensors["phrase"])
    thresholds = dict(zip(("precise", "balanced", "thorough"), tensors["thresholds"].tolist()))
    # Other networks may cost a little more, or less.
    lowered = points.lowered(tensors["rise"].tolist())
    grid = np.arange(thresholds["precise"] - 0.03, 0.97, 0.005)
    thresholds["precise"] = points.least(lowered, PRECISE, 0.0, grid)
    severity = severity_cuts(points, p, said[1], "garble-dev")
    tensors = dict(tensors, thresholds=list(thresholds.values()), severity=severity)
    quote(points, p, said[1], tensors["rise"].tolist(), thresholds, THRESHOLDS_ONLY + ("mlqe-dev-a", "marked-held"))
    write(tensors, notes, heads, output)


def quote(points, p, kinds, rise, thresholds, only=None):
    """Prints what words, kinds and thresholds reach, by kind of text."""
    texts, lowered = points.texts, points.lowered(rise)
    labels = texts.labels.error.astype(np.float32)
    for kind in sorted(set(texts.kinds) & set(only or texts.kinds)):
        here = texts.kinds == kind
        line = f"{kind}: {here.sum()} words"
        if labels[here].any():
            line += f", AP {average_precision(labels[here], p[here]):.3f}, calibration error {calibration_error(labels[here], p[here]):.3f}"
            told = here & texts.labels.error & (texts.labels.category >= 0)
            if told.any():
                line += f", category right {(kinds_of(kinds, told)[0] == texts.labels.category[told]).mean():.3f}"
                severe = told & (texts.labels.severity >= 0)
                line += f", severity {kappa(kinds_of(kinds, severe)[1], texts.labels.severity[severe]):.3f} kappa"
        print(line)
    for name, threshold in thresholds.items():
        line = f"{name} {threshold:.3f}: findings in 1,000 words"
        line += "".join(f" {kind} {points.false(kind, lowered, threshold):.1f}" for kind in (*PRECISE, "fixed-held", "right-held"))
        for kind in ("written-held", "garble-dev"):
            line += "; {} serious {:.3f}, precision {:.3f}".format(kind, *points.found(kind, lowered, threshold))
        print(line + f"; MCC {points.agreement(lowered, threshold)[0]:.3f}", flush=True)


def write(tensors, notes, heads, output):
    state = {name: torch.tensor(np.asarray(value), dtype=torch.float32) for name, value in tensors.items() if not name[0].isdigit()}
    for index, head in enumerate(heads):
        for name, tensor in head.state_dict().items():
            matrix = tensor.dim() > 1 and min(tensor.shape) > 1
            state[f"{index}.{name}"] = (tensor.half() if matrix else tensor).contiguous()
    save_file(state, output, metadata=dict(notes, detector="en-2", heads=str(len(heads)), kinds=KINDS))
    Path(output).chmod(0o644)


def kinds_of(kinds, rows):
    return kinds[rows, :9].argmax(1), kinds[rows, 9:].argmax(1)


def kappa(said, told):
    agreed = (said == told).mean()
    chance = sum((said == k).mean() * (told == k).mean() for k in range(3))
    return (agreed - chance) / max(1e-9, 1 - chance)
