"""Measures of word labels, as `mtlint eval` has them."""

import numpy as np

BINS = 15


def mcc(labels, flagged):
    labels, flagged = labels.astype(bool), flagged.astype(bool)
    tp, fp = float((labels & flagged).sum()), float((~labels & flagged).sum())
    fn, tn = float((labels & ~flagged).sum()), float((~labels & ~flagged).sum())
    below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / below if below else 0.0


def f2(labels, flagged):
    tp = float((labels.astype(bool) & flagged).sum())
    return 5 * tp / max(1.0, 4 * float(labels.sum()) + float(flagged.sum()))


def average_precision(labels, p):
    order = np.argsort(-p, kind="stable")
    hits = labels[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / max(hits.sum(), 1.0))


def calibration_error(labels, p):
    """Over bins of equal count."""
    order = np.argsort(p, kind="stable")
    bins = np.array_split(order, BINS)
    return float(sum(abs(labels[b].sum() - p[b].sum()) for b in bins) / len(p))


def brier_skill(labels, p, share):
    return float(1 - ((p - labels) ** 2).mean() / ((share - labels) ** 2).mean())
