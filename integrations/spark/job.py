"""Judge articles with mtlint on a Spark cluster: for spark-submit.

    spark-submit --py-files mtlint_spark.py job.py INPUT... OUTPUT

JSON Lines are read by mtlint itself: all that 'mtlint batch' knows may stand in a line.
Parquet needs the columns id and text and may have siblings. JSON Lines that are written
are the reports, as 'mtlint batch' writes them; Parquet has the columns id, status,
quality, post_edit_rate and report.
"""

from __future__ import annotations

import argparse
import shlex
import sys

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

import mtlint_spark

FORMATS = ("jsonl", "parquet")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", nargs="+", metavar="INPUT", help="files, folders or patterns")
    parser.add_argument("output", metavar="OUTPUT", help="a folder that is not there yet")
    parser.add_argument("--input-format", choices=FORMATS, default="jsonl")
    parser.add_argument("--output-format", choices=FORMATS, default="jsonl")
    parser.add_argument("--overwrite", action="store_true", help="replace OUTPUT")
    parser.add_argument(
        "--partitions", type=int, metavar="N", help="as Spark reads the input if not given"
    )
    parser.add_argument(
        "--binary",
        default="mtlint",
        help="mtlint on the executors: a path, a name, or a shipped file",
    )
    parser.add_argument(
        "--model", default=mtlint_spark.DEFAULT_MODEL, help="its name, or a file of the executors"
    )
    parser.add_argument("--models", metavar="FOLDER", help="the executors' folder of models")
    parser.add_argument(
        "--no-fetch", action="store_true", help="never get the model over the network"
    )
    parser.add_argument("--threads", type=int, help="a task; spark.task.cpus if not given")
    parser.add_argument(
        "--flags",
        type=shlex.split,
        default=[],
        help="for mtlint batch, such as --flags='--sensitivity balanced'",
    )
    return parser.parse_args()


def read(spark: SparkSession, given: argparse.Namespace) -> DataFrame:
    if given.input_format == "parquet":
        return spark.read.parquet(*given.input)
    # Only "\n" ends a line, as in mtlint.
    return spark.read.text(given.input, lineSep="\n")


def main() -> int:
    given = arguments()
    spark = SparkSession.builder.appName("mtlint").getOrCreate()
    documents = read(spark, given)
    if given.partitions is not None:
        documents = documents.repartition(given.partitions)
    judge = mtlint_spark.judge if given.input_format == "parquet" else mtlint_spark.judge_lines
    counts = Observation("judged")
    reports = judge(
        documents,
        binary=given.binary,
        model=given.model,
        models=given.models,
        fetch=not given.no_fetch,
        threads=given.threads,
        options=given.flags,
    ).observe(
        counts,
        F.count(F.lit(1)).alias("documents"),
        *(
            F.count_if(F.col("status") == status).alias(status)
            for status in ("scored", "abstained", "failed")
        ),
    )
    mode = "overwrite" if given.overwrite else "errorifexists"
    if given.output_format == "parquet":
        reports.write.mode(mode).parquet(given.output)
    else:
        reports.select("report").write.mode(mode).text(given.output)
    summary = "{documents} documents: {scored} judged, {abstained} not judged, {failed} failed"
    print(f"mtlint: {summary.format_map(counts.get)}")
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
