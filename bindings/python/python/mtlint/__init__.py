"""Finds machine-translation garble in English articles, without the source text.

>>> import mtlint
>>> linter = mtlint.Linter()                                              # doctest: +SKIP
>>> report = linter.lint("It closed after the tragédie of Monday.")       # doctest: +SKIP
>>> [finding.text for finding in report.findings]                         # doctest: +SKIP
['tragédie']
"""

from importlib.metadata import version

from ._documents import Match, Text
from ._errors import Error, InputError, LintError, ModelError, PoolError
from ._linter import Linter
from ._metric import Metric, MetricScore, as_metric
from ._pool import Pool, find_siblings
from ._report import (
    Edit,
    Evidence,
    Failure,
    Finding,
    Fix,
    Language,
    Model,
    Quote,
    Report,
    Score,
    SiblingReport,
    Suggestion,
    Word,
)

__version__ = version("mtlint")

__all__ = [
    "Edit",
    "Error",
    "Evidence",
    "Failure",
    "Finding",
    "Fix",
    "InputError",
    "Language",
    "LintError",
    "Linter",
    "Match",
    "Metric",
    "MetricScore",
    "Model",
    "ModelError",
    "Pool",
    "PoolError",
    "Quote",
    "Report",
    "Score",
    "SiblingReport",
    "Suggestion",
    "Text",
    "Word",
    "as_metric",
    "find_siblings",
]
