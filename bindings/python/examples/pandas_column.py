"""Adds the quality and the number of findings to a table of articles.

    python pandas_column.py articles.csv

The table has a column `text`. It is printed as CSV, the worst article first. Any argument after
the file is the model.
"""

import sys

import mtlint
import pandas as pd


def judged(table: pd.DataFrame, linter: mtlint.Linter) -> pd.DataFrame:
    """The table with columns `quality`, `findings` and `error`, the worst first."""
    reports = linter.lint_many(table["text"])
    columns = [
        {
            "quality": report.quality,
            "findings": len(report.findings),
            "error": report.error and report.error.message,
        }
        for report in reports
    ]
    table = table.join(pd.DataFrame(columns, index=table.index))
    return table.sort_values("quality")


if __name__ == "__main__":
    _, path, *model = sys.argv
    judged(pd.read_csv(path), mtlint.Linter(*model)).to_csv(sys.stdout, index=False)
