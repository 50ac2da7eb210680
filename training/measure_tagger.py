"""Measures the word tagger alone, by kind of text.

Usage: measure_tagger.py DATA.npz… CHECKPOINT.pt

For garbled texts: the area under the curve and the average precision of words, and the share
of errors of which a word is flagged when 6 (and 15) of 1,000 words of right text are.
"""

import sys

import numpy as np
import torch
from measures import average_precision, mcc
from tagger import Tagger
from train_tagger import Corpus


def predictions(corpus, model, texts):
    """The outputs of all words of some texts; zeros elsewhere."""
    out = np.zeros((len(corpus.sentences), 15), dtype=np.float32)
    windows = sorted((w for t in texts for w in corpus.windows(t)), key=lambda w: corpus.starts[w[1]] - corpus.starts[w[0]])
    with torch.no_grad():
        for at in range(0, len(windows), 24):
            inputs, words = corpus.batch(windows[at : at + 24])
            out[words] = model(*inputs).numpy()
    return out


def area(said, labels):
    order = np.empty(len(said))
    order[np.argsort(said, kind="stable")] = np.arange(len(said))
    good = labels.sum()
    return (order[labels].sum() - good * (good - 1) / 2) / max(1, good * (len(said) - good))


def main():
    corpus = Corpus(sys.argv[1:-1])
    model = Tagger()
    model.load_state_dict(torch.load(sys.argv[-1], weights_only=True)["model"])
    model.eval()
    measured = ("garble-dev", "garble-post-dev", "newstest-dev", "gum", "written-held", "fixed-held", "right-held", "marked-held", "mlqe-dev-a")
    texts = [t for t, kind in enumerate(corpus.kinds) if kind in measured]
    out = predictions(corpus, model, texts)
    rows = {kind: np.concatenate([np.arange(corpus.first[t], corpus.first[t + 1]) for t in texts if corpus.kinds[t] == kind] or [np.zeros(0, int)]) for kind in measured}
    clean = np.concatenate([rows[k] for k in ("newstest-dev", "gum") if len(rows[k])])
    cuts = [np.quantile(out[clean, 0], 1 - share / 1000) for share in (6, 15)] if len(clean) else []
    for kind, words in rows.items():
        if not len(words):
            continue
        said, labels = out[words, 0], corpus.error[words]
        flags = " ".join(f"{(said > cut).mean() * 1000:.1f}" for cut in cuts)
        line = f"{kind}: {len(words)} words, {labels.mean():.3f} bad; flagged per 1000: {flags}"
        if labels.any():
            line += f"; AUC {area(said, labels):.3f} AP {average_precision(labels, said):.3f}; edited AUC {area(out[words, 1], labels):.3f}"
            best = max((mcc(labels, said > t), t) for t in np.quantile(said, np.linspace(0.3, 0.99, 40)))
            line += f"; best MCC {best[0]:.3f}"
            # Errors, each a run of words, found if a word of it is flagged.
            ids = np.cumsum(labels & ~corpus.joins[words])
            for cut in cuts:
                found = len(set(ids[labels & (said > cut)])) / max(1, len(set(ids[labels])))
                line += f"; found {found:.3f}"
            known = corpus.severity[words] > 0
            for cut in cuts:
                found = len(set(ids[known & (said > cut)])) / max(1, len(set(ids[known])))
                line += f"; serious {found:.3f}"
            names = "untr name mist word gram orde omis punc numb".split()
            for at, name in enumerate(names):
                of = corpus.category[words] == at
                if of.any():
                    line += f" {name} {len(set(ids[of & (said > cuts[0])]))}/{len(set(ids[of]))}"
        print(line)


if __name__ == "__main__":
    main()
