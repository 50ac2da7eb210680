"""Trains what weighs siblings: `siblings.py STORIES VERSIONS ROWS OUTPUT`, or only what says
whether two facts contradict each other, in an OUTPUT that has the rest: `siblings.py
contradictions VERSIONS ROWS OUTPUT`.

STORIES and VERSIONS are what `stories.py` made, ROWS the folder that the examples
`siblings` and `contradictions` wrote, with the names of the numbers in their rows; the
names go into OUTPUT, where the program compares them with its own. Four small networks:
from a word alone and its sibling to a probability; from a correction to whether it helps,
before the language model reads it and after; and one from two facts to whether they
contradict each other. Words that a sibling leaves out get three numbers of their own.
Figures are printed for articles that a network never saw
(five folds by article); what is shipped is trained on all. Seeds are fixed.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch import nn

# The networks are small: more threads only wait for each other.
torch.set_num_threads(1)

HIDDEN = 48
SEEDS = (5, 6, 7)
FOLDS = 5
EPOCHS = 10
BATCH = 128
RATE = 3e-3
# Numbers are not farther from their mean than this, in standard deviations.
FARTHEST = 5.0
# The detector was trained on these texts itself, so what it says of them is
# surer than of new ones: its logits are blurred until they are not.
SEEN = {"mlqe", "mqm"}
SYNTHETIC = 1 << 31
BLUR = 0.3
# How much a row of each kind counts.
WORD_WEIGHTS = {
    "mlqe": 1.0, "two": 6.0, "two-mixed": 3.0, "two-people": 3.0, "two-loose": 2.0,
    "mqm": 1.0, "mqm-people": 1.0, "synthetic": 1.0, "written": 4.0, "written-right": 4.0,
}
CORRECTION_WEIGHTS = {
    "mlqe": 0.4, "two": 6.0, "two-mixed": 2.0, "two-people": 1.0, "two-loose": 3.0,
    "mqm": 0.5, "mqm-people": 1.0, "synthetic": 1.0, "written": 6.0, "written-right": 3.0,
}
# Kinds of articles whose agreement is printed.
AGREEMENTS = ["written", "two", "two-mixed", "two-loose", "mlqe", "mqm", "synthetic"]
VERSIONS = ["mlqe", "two", "two-people", "mqm-people", "written-right"]
# A correction that changes nothing is worth little.
NEUTRAL = 0.15
# Share of its words that a sentence has in common with the sibling's: the least one for
# a sentence that is covered, and the one from which it is in full. As in src/sibling.
LEAST_COMMON, FULL_COMMON = 0.1, 0.5
# Logits in one unit of a row. As in src/sibling.
LOGITS = 4.0
# What the detector says of a word and of those beside it, and of a correction.
SUSPICIONS = ["suspicion", "suspicion_left", "suspicion_right", "sentence_suspicion"]
EDIT_SUSPICIONS = ["suspicion_max", "suspicion_mean"]
# What only the language model tells of a correction, by reading it.
READ = ["edit_saved", "edit_saved_per_word", "edit_saves"]
# Probabilities are not surer than this, in logits.
SUREST = 6.0
POINTS = ("precise", "balanced", "thorough")
# Flagged words per 1,000 of right text at `precise`.
ALLOWED = 3.9
# Of thresholds that are as good but for so much the highest is taken.
AS_GOOD = 0.003
# `precise` falls, in logits, by so much for each logit of the share of the told words
# that is garbled, from so much on, which right articles seldom reach: what it guards
# against there is another wording. Slopes from 0 to 1.5 were tried.
FALL = (1.2, -2.0)
# Helpful corrections for a harmful one among the safe: with the post-edit as the
# sibling, and with another version.
SAFE = {"mlqe": 12.0, "two": 4.5, "written": 15.0}
# Helpful corrections of written articles for a harmful one among those that are shown at all:
# of articles that the detector never saw, fewer help.
OFFERED = 4.0
# Contradictions found in an article and another version of it that say the same, at most:
# of translators, and beside independent articles, which tell other facts too.
WRONGLY = [(["mqm-people", "two-people"], 0.4), (["written-right"], 0.15)]


class Network(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, HIDDEN)
        self.second = nn.Linear(HIDDEN, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1)
        self.dropout = nn.Dropout(0.3)

    def forward(self, rows):
        hidden = self.dropout(torch.relu(self.first(rows)))
        hidden = self.dropout(torch.relu(self.second(hidden)))
        return self.out(hidden).squeeze(-1)


def train(rows, labels, weights, blur, batch=BATCH, epochs=EPOCHS):
    """Networks of several seeds, whose logits are averaged."""
    mean, scale = rows.mean(0), 1 / np.maximum(rows.std(0), 1e-3)
    scaled = ((rows - mean) * scale).clip(-FARTHEST, FARTHEST)
    x = torch.from_numpy(scaled.astype(np.float32))
    y = torch.from_numpy(labels.astype(np.float32))
    w = torch.from_numpy((weights / weights.mean()).astype(np.float32))
    noise = torch.from_numpy((blur * scale).astype(np.float32))
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    members = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        network = Network(rows.shape[1])
        steps = epochs * (len(x) // batch + 1)
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
        network.train()
        for _ in range(epochs):
            for part in torch.randperm(len(x)).split(batch):
                blurred = x[part] + noise[part] * torch.randn(len(part), x.shape[1])
                loss = (loss_of(network(blurred), y[part]) * w[part]).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
        network.eval()
        members.append(network)
    return members, mean.astype(np.float32), scale.astype(np.float32)


def said(trained, rows):
    members, mean, scale = trained
    with torch.no_grad():
        scaled = ((rows - mean) * scale).clip(-FARTHEST, FARTHEST)
        x = torch.from_numpy(scaled.astype(np.float32))
        return torch.sigmoid(sum(network(x) for network in members) / len(members)).numpy()


def named(name, trained):
    """Trained networks as the tensors that the program reads."""
    members, mean, scale = trained
    tensors = {f"{name}.mean": mean, f"{name}.scale": scale}
    for part in members[0].state_dict():
        tensors[f"{name}.{part}"] = np.stack([network.state_dict()[part].numpy() for network in members])
    return tensors


def folded(rows, labels, weights, blur, folds, **sizes):
    """What networks say of articles that they never saw."""
    out = np.zeros(len(rows), np.float32)
    for fold in range(FOLDS):
        held = folds == fold
        out[held] = said(train(rows[~held], labels[~held], weights[~held], blur[~held], **sizes), rows[held])
    return out


def mcc(flagged, bad):
    tp, fp = (flagged & bad).sum(), (flagged & ~bad).sum()
    fn, tn = (~flagged & bad).sum(), (~flagged & ~bad).sum()
    whole = float(tp + fp) * float(tp + fn) * float(tn + fp) * float(tn + fn)
    return (float(tp) * tn - float(fp) * fn) / max(whole, 1.0) ** 0.5


def highest(grid, worth):
    """The highest threshold that is about as good as the best one."""
    values = [worth(t) for t in grid]
    return max(t for t, value in zip(grid, values) if value >= max(values) - AS_GOOD)


def error(p, bad, bins=15):
    order = np.argsort(p)
    parts = np.array_split(order, bins)
    return sum(len(part) * abs(p[part].mean() - bad[part].mean()) for part in parts) / len(p)


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p)).clip(-SUREST, SUREST)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rest_of(numbers, alone, beside, told):
    """For each word how much of its document is told, and which share of that is
    garbled, as a logit. As in src/sibling."""
    _, article = np.unique(numbers, return_inverse=True)
    sums = lambda values: np.bincount(article, values)
    whole = sums(told)
    garbled = sums(told * sigmoid(alone + told * (beside - alone))) / np.maximum(whole, 1)
    return (whole / sums(np.ones(len(told))))[article], logit(garbled)[article]


def whole(numbers, alone):
    """For each word which share of its document is garbled, as a logit."""
    _, article = np.unique(numbers, return_inverse=True)
    return logit(np.bincount(article, sigmoid(alone)) / np.bincount(article))[article]


def rise(numbers, share):
    """By how much a threshold moves for a share, in logits. As in src/detect."""
    slope, start = numbers
    return slope * np.maximum(share - start, 0)


def fit_rest(alone, told, garbled, bad, weights):
    """What is added to the logit of a word that no sibling tells: three numbers."""
    tensor = lambda values: torch.from_numpy(values.astype(np.float32))
    x = tensor(np.stack([told, told * garbled, told * alone], 1))
    y, offset, w = tensor(bad), tensor(alone), tensor(weights / weights.mean())
    rest = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.LBFGS([rest], max_iter=100)

    def loss():
        optimizer.zero_grad()
        value = nn.functional.binary_cross_entropy_with_logits(offset + x @ rest, y, weight=w)
        value.backward()
        return value

    optimizer.step(loss)
    return rest.detach().numpy()


def with_rest(rest, alone, told, garbled):
    return alone + told * (rest[0] + rest[1] * garbled + rest[2] * alone)


def counts(changes):
    return (changes < 0).sum(), (changes == 0).sum(), (changes > 0).sum()


def records(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def contradictions(versions, folder, tensors, notes):
    """Trains what says whether two facts contradict each other, and puts it beside the rest."""
    articles = np.fromfile(folder / "contradictions.u32", np.uint32)
    rows = np.fromfile(folder / "contradictions.f32", np.float32).reshape(len(articles), -1)
    changed = np.fromfile(folder / "contradictions.u8", np.uint8) == 1
    groups = np.array([story["group"] for story in versions])
    tried = groups[np.fromfile(folder / "changes.u32", np.uint32)]
    group, sharp = groups[articles], np.zeros_like(rows)
    # Two cuts of a sibling stand beside the same article.
    known = {}
    fold_of = [known.setdefault(story["reference"][0], len(known)) % FOLDS for story in versions]
    folds = np.array(fold_of)[articles]
    p = folded(rows, changed, np.ones(len(rows)), sharp, folds)
    told = lambda kinds: np.isin(groups, kinds).sum()
    right = lambda kinds, t: (p >= t)[~changed & np.isin(group, kinds)].sum() / told(kinds)
    grid = np.linspace(0.5, 0.98, 97)
    contradicted = next(t for t in grid if all(right(kinds, t) <= most for kinds, most in WRONGLY))
    for kind in VERSIONS:
        of = (group == kind) & (p >= contradicted)
        print(f"contradictions from {contradicted:.3f}, {kind}: {told([kind])} articles, {(tried == kind).sum()} changes,"
              f" {(of & changed).sum() / (tried == kind).sum():.3f} found, {(of & ~changed).sum() / told([kind]):.3f} others an article")
    of = json.loads((folder / "contradictions.columns.json").read_text())
    trained = train(rows, changed, np.ones(len(rows)), sharp)
    assert len(of) == len(trained[1]), "every number of a row has a name"
    notes["columns.contradictions"] = json.dumps(of)
    tensors.update(named("contradictions", trained))
    tensors["contradictions.threshold"] = np.array([contradicted], np.float32)


def only_contradictions():
    versions, folder, output = records(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    tensors = load_file(output)
    with safe_open(output, "np") as kept:
        notes = kept.metadata()
    contradictions(versions, folder, tensors, notes)
    save_file(tensors, output, metadata=notes)


def main():
    stories, versions = records(sys.argv[1]), records(sys.argv[2])
    folder, output = Path(sys.argv[3]), sys.argv[4]
    groups = np.array([story["group"] for story in stories])
    # An article and its right versions fall into one fold.
    names = {name: n for n, name in enumerate(dict.fromkeys(story["id"] for story in stories))}
    fold_of = np.array([names[story["id"]] % FOLDS for story in stories])
    tensors, notes = {}, {}

    def columns(name):
        return json.loads((folder / f"{name}.columns.json").read_text())

    def keep(name, trained, of):
        assert len(of) == len(trained[1]), "every number of a row has a name"
        notes[f"columns.{name}"] = json.dumps(of)
        tensors.update(named(name, trained))

    def numbered(name):
        """The article of each row, and its kind."""
        numbers = np.fromfile(folder / name, np.uint32)
        articles = numbers & (SYNTHETIC - 1)
        return articles, np.where(numbers >= SYNTHETIC, "synthetic", groups[articles])

    articles, group = numbered("words.u32")
    numbers = np.fromfile(folder / "words.u32", np.uint32)
    rows = np.fromfile(folder / "words.f32", np.float32).reshape(len(articles), -1)
    labels = np.fromfile(folder / "words.u8", np.uint8)
    word_columns = columns("words")
    column = lambda rows, name: rows[:, word_columns.index(name)]
    known = labels != 2
    # Where a sibling does not tell a sentence the detector's own word stands.
    told = known & (column(rows, "share") > 0) & (column(rows, "dice") >= LEAST_COMMON)
    print(f"{told.sum() / known.sum():.3f} of the words stand in sentences that the sibling tells")
    every = articles[known], group[known], rows[known], labels[known] == 1
    every_number, of_every = numbers[known], told[known]
    articles, group, rows, bad = (values[of_every] for values in every)
    folds = fold_of[articles]
    weights = np.vectorize(WORD_WEIGHTS.get)(group)
    blur = np.zeros_like(rows)
    seen = np.isin(group, list(SEEN))
    blur[np.ix_(seen, [word_columns.index(name) for name in SUSPICIONS])] = BLUR
    p = folded(rows, bad, weights, blur, folds)
    keep("words", train(rows, bad, weights, blur), word_columns)

    # Which share of its document the sibling shows to be garbled, and what the detector
    # says by itself, as its thresholds compare it.
    every_articles, every_group, every_rows, every_bad = every
    told = ((column(every_rows, "dice") - LEAST_COMMON) / (FULL_COMMON - LEAST_COMMON)).clip(0, 1) * of_every
    every_alone = LOGITS * column(every_rows, "suspicion")
    beside = every_alone.copy()
    beside[of_every] = logit(p)
    share, garbled = rest_of(every_number, every_alone, beside, told)
    detector = load_file(Path(__file__).parent.parent / "models/en-2.safetensors")
    risen = rise(detector["rise"].tolist(), whole(every_number, every_alone))
    for name in WORD_WEIGHTS:
        of = group == name
        print(f"{name}: {of.sum()} words, {bad[of].mean():.3f} wrong; calibration error {error(p[of], bad[of]):.3f}")

    # The words of sentences that the sibling leaves out.
    weights = np.vectorize(WORD_WEIGHTS.get)(every_group)
    folds, left = fold_of[every_articles], ~of_every
    fitted = lambda of: fit_rest(every_alone[of], share[of], garbled[of], every_bad[of], weights[of])
    rest = np.zeros(len(every_alone))
    for fold in range(FOLDS):
        held = folds == fold
        rest[held] = with_rest(fitted(left & ~held), every_alone[held], share[held], garbled[held])
    tensors["rest"] = fitted(left).astype(np.float32)
    print("rest", tensors["rest"])

    # Thresholds, over all words.
    both = rest + told * (beside - rest)
    by_itself = dict(zip(POINTS, (logit(own) + risen for own in detector["thresholds"])))

    def flagged(name, t):
        if name != "precise":
            return both >= np.where(told > 0, logit(t), by_itself[name])
        by_sibling = np.maximum(logit(balanced), logit(t) - rise(FALL, garbled))
        return both >= by_itself[name] + told * (by_sibling - by_itself[name])

    two, edited = every_group == "two", every_group == "mlqe"
    right = np.isin(every_group, ["two-people", "mqm-people", "written-right"])
    marked = every_group == "written"
    agreement = lambda flags, of: mcc(flags[of], every_bad[of])
    grid = np.linspace(0.05, 0.95, 181)
    weighed = lambda flags: agreement(flags, two) + 0.5 * agreement(flags, edited) + agreement(flags, marked)
    balanced = highest(grid, lambda t: weighed(flagged("balanced", t)))
    enough = lambda t: 1000 * flagged("precise", t)[right].mean() <= ALLOWED
    precise = next((t for t in grid if t >= balanced and enough(t)), grid[-1])
    found = lambda flags: (every_bad & flags)[two].sum()
    f2 = lambda flags: 5 * found(flags) / (4 * every_bad[two].sum() + flags[two].sum())
    thorough = highest(grid, lambda t: f2(flagged("thorough", t)))
    tensors["thresholds"] = np.array([precise, balanced, thorough], np.float32)
    tensors["fall"] = np.array(FALL, np.float32)
    ways = {}
    for name, t in zip(POINTS, (precise, balanced, thorough)):
        ways[name] = {"alone": every_alone >= by_itself[name], "with": flagged(name, t)}
        for way, flags in ways[name].items():
            figures = [f"{kind} {agreement(flags, every_group == kind):.3f}" for kind in AGREEMENTS]
            figures.append(f"of two told {agreement(flags, two & of_every):.3f}, left out {agreement(flags, two & left):.3f}")
            figures.append(f"of mlqe found {(every_bad & flags)[edited].sum() / every_bad[edited].sum():.3f}")
            figures.append(f"flagged per 1,000 right words {1000 * flags[right].mean():.1f}")
            print(f"{name} {t:.3f}, {way}:", ", ".join(figures))
    alone = every_alone - risen
    best = max(np.linspace(-3, 3, 121), key=lambda t: agreement(alone >= t, two))
    for kind, of in (("all", two), ("told", two & of_every)):
        one, other = (alone >= best)[of], ways["balanced"]["with"][of]
        gains = []
        for sample in np.random.default_rng(1).choice(np.unique(every_articles[of]), (200, 40)):
            drawn = np.concatenate([np.flatnonzero(every_articles[of] == article) for article in sample])
            gains.append(mcc(other[drawn], every_bad[of][drawn]) - mcc(one[drawn], every_bad[of][drawn]))
        print(f"two, {kind}: MCC alone {mcc(one, every_bad[of]):.3f} from {best:.2f}, with {mcc(other, every_bad[of]):.3f},"
              f" gain [%.3f, %.3f]" % tuple(np.quantile(gains, [0.025, 0.975])))

    articles, group = numbered("corrections.u32")
    rows = np.fromfile(folder / "corrections.f32", np.float32).reshape(len(articles), -1)
    edit_columns = columns("corrections")
    # How garbled the document is beside its sibling the networks for words just told.
    evidence = dict(zip(every_number.tolist(), (share * garbled / LOGITS).tolist()))
    of_article = np.fromfile(folder / "corrections.u32", np.uint32).tolist()
    rows[:, edit_columns.index("document_evidence")] = [evidence.get(number, 0.0) for number in of_article]
    changes = np.fromfile(folder / "corrections.i8", np.int8)
    folds = fold_of[articles]
    labels = np.where(changes < 0, 1.0, np.where(changes == 0, NEUTRAL, 0.0))
    weights = np.vectorize(CORRECTION_WEIGHTS.get)(group)
    blur = np.zeros_like(rows)
    seen = np.isin(group, list(SEEN))
    blur[np.ix_(seen, [edit_columns.index(name) for name in EDIT_SUSPICIONS])] = BLUR
    prior = [name for name in edit_columns if name not in READ]
    for name, own in (("prior", prior), ("corrections", edit_columns)):
        part = [edit_columns.index(one) for one in own]
        p = folded(rows[:, part], labels, weights, blur[:, part], folds)
        for kind in CORRECTION_WEIGHTS:
            of = group == kind
            print(f"{name}, {kind}: {of.sum()} tried, %d helpful, %d neutral, %d harmful" % counts(changes[of]))
            for t in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
                print(f"  from {t}: %d, %d, %d" % counts(changes[of & (p >= t)]))
        keep(name, train(rows[:, part], labels, weights, blur[:, part]), own)
    def safe_enough(t):
        for kind, ratio in SAFE.items():
            helpful, _, harmful = counts(changes[(group == kind) & (p >= t)])
            if helpful < ratio * harmful:
                return False
        return True
    safe = next((t for t in np.linspace(0.5, 0.98, 97) if safe_enough(t)), 0.98)
    print(f"safe {safe:.3f}")
    def offered_enough(t):
        helpful, _, harmful = counts(changes[(group == "written") & (p >= t)])
        return helpful >= OFFERED * harmful
    offered = next((t for t in np.linspace(0.2, 0.9, 71) if offered_enough(t)), 0.9)
    print(f"offered {offered:.3f}")
    tensors["corrections.thresholds"] = np.array([safe, offered], np.float32)

    contradictions(versions, folder, tensors, notes)
    save_file(tensors, output, metadata=notes)


if __name__ == "__main__":
    if sys.argv[1] == "contradictions":
        only_contradictions()
    else:
        main()
