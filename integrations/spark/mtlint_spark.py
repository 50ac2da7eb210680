"""mtlint as a stream filter inside Apache Spark.

In: a DataFrame of documents, or of lines of JSON Lines. Out: a DataFrame with one row a
document that holds the report of ``mtlint batch``. Every task starts one ``mtlint batch``
and streams the rows of its partition through it, so memory does not grow with the
partition, and the model is loaded once a partition. Nothing is judged here: a report is
the line that mtlint writes, byte for byte.

A task fails when mtlint does, with what mtlint said, and Spark runs it again. Reports of
an attempt that failed are dropped with it, so a document never has two.

The module must be where the executors find it (``--py-files mtlint_spark.py``); they need
pyarrow and, on Linux or another Unix, the program mtlint. README.md has the rest.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark import SparkFiles, TaskContext
from pyspark.sql import DataFrame
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DoubleType,
    IntegralType,
    StringType,
    StructField,
    StructType,
)

__all__ = ["MtlintError", "judge", "judge_lines"]

#: The model that mtlint uses when none is named.
DEFAULT_MODEL = "smollm2-135m"

#: Rows that are made into lines at a time: what mtlint judges together.
CHUNK_ROWS = 64

#: Bytes that are read from mtlint at a time: what a pipe holds.
READ_BYTES = 64 * 1024

#: Bytes of standard error that are kept: its end, where it says what went wrong.
KEPT_ERROR_BYTES = 8 * 1024

#: What JSON calls white space. A line of nothing else is no record.
BLANK = b" \t\n\r\x0c"


class MtlintError(RuntimeError):
    """mtlint could not judge a partition; the message holds what it said."""


@dataclass(frozen=True)
class _Program:
    """How mtlint is started on an executor. Pickled with the task."""

    binary: str
    model: str
    models: str | None
    fetch: bool
    threads: int | None
    options: tuple[str, ...]


def judge(
    documents: DataFrame,
    *,
    binary: str = "mtlint",
    model: str = DEFAULT_MODEL,
    models: str | None = None,
    fetch: bool = True,
    threads: int | None = None,
    options: Sequence[str] = (),
) -> DataFrame:
    """Judge documents: ``id``, ``text`` and, if there is such a column, ``siblings``.

    ``id`` is a string or a whole number, ``siblings`` an array of strings or of structs
    ``id``, ``text``. Other columns are passed over. A text that is null is a failed
    document; siblings that are null are none. Ids may be null (the report's is then
    empty) or repeated: a report belongs to its row, not to its id.

    The result has one row a document:

    ========================  ======  ====================================================
    ``id``                    as is   the document's own
    ``status``                string  ``scored``, ``abstained`` or ``failed``
    ``quality``               double  0 to 100, null without a score
    ``post_edit_rate``        double  the share of words an editor changes, or null
    ``report``                string  the line of ``mtlint batch``: ``mtlint.report/1``
    ========================  ======  ====================================================

    Rows keep the order that they have in their partition. Where an error names a line,
    it is the row of the partition, from 1.

    :param binary: the program on the executors: a path, a name on their ``PATH``, or the
        name of a file shipped with ``--files`` or ``SparkContext.addFile``.
    :param model: a name from ``mtlint models list``, or a GGUF file: a path on the
        executors, or the name of a shipped one. Of a model that is named, a shipped file
        ``NAME.gguf`` is used.
    :param models: the executors' folder of models; ``MTLINT_MODELS`` of theirs if not
        given, and without that the cache folder.
    :param fetch: get the model with the executor's pip where it is missing. mtlint locks
        the folder meanwhile, so that a machine fetches it once, however many tasks wait.
    :param threads: threads of a task; ``spark.task.cpus`` if not given.
    :param options: further flags of ``mtlint batch``, such as ``--sensitivity balanced``.
        Gates (``--fail-on``), files and pools are not for a part of a batch.
    """
    types = {field.name: field.dataType for field in documents.schema.fields}
    _check_columns(types)
    columns = [name for name in ("id", "text", "siblings") if name in types]
    program = _Program(binary, model, models, fetch, threads, tuple(options))

    def judge_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _judge_documents(batches, program)

    return documents.select(*columns).mapInArrow(judge_partition, _schema(types["id"]))


def judge_lines(
    lines: DataFrame,
    *,
    binary: str = "mtlint",
    model: str = DEFAULT_MODEL,
    models: str | None = None,
    fetch: bool = True,
    threads: int | None = None,
    options: Sequence[str] = (),
) -> DataFrame:
    """Judge records of JSON Lines: a column ``value``, as ``spark.read.text`` gives it.

    mtlint itself reads the records, so all that ``mtlint batch`` knows may stand in them,
    and a bad line becomes a failed report. Read with ``lineSep="\\n"``, as mtlint does.
    The result and the parameters are those of :func:`judge`; ``id`` is the report's, a
    string. A record without an id is called after its line in the partition, and several
    may be called the same: give ids.
    """
    value = dict(lines.dtypes).get("value")
    if value != "string":
        raise ValueError(f"lines need a column value of type string; it is {value}")
    program = _Program(binary, model, models, fetch, threads, tuple(options))

    def judge_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _judge_lines(batches, program)

    return lines.select("value").mapInArrow(judge_partition, _schema(StringType()))


def _schema(id_type: DataType) -> StructType:
    return StructType(
        [
            StructField("id", id_type),
            StructField("status", StringType(), nullable=False),
            StructField("quality", DoubleType()),
            StructField("post_edit_rate", DoubleType()),
            StructField("report", StringType(), nullable=False),
        ]
    )


def _check_columns(types: dict[str, DataType]) -> None:
    """Refuse on the driver what would fail in every task."""

    def need(name: str, fits: bool, wanted: str) -> None:
        if not fits:
            got = types[name].simpleString() if name in types else "not there"
            raise ValueError(f"the column {name} must be {wanted}; it is {got}")

    kind = types.get("id")
    need("id", isinstance(kind, (StringType, IntegralType)), "a string or a whole number")
    need("text", isinstance(types.get("text"), StringType), "a string")
    if "siblings" in types:
        siblings = types["siblings"]
        element = siblings.elementType if isinstance(siblings, ArrayType) else None
        fields = {"text": element}
        if isinstance(element, StructType):
            fields = {"id": None, "text": None}
            fields |= {field.name: field.dataType for field in element.fields}
            fields = {name: fields[name] for name in ("id", "text")}
        fits = all(isinstance(field, StringType) for field in fields.values())
        need("siblings", fits, "an array of strings or of structs with strings id and text")


# Rows to lines.


def _bytes_type(kind: pa.DataType) -> pa.DataType:
    """The type with bytes in the place of strings, at any depth."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(kind.value_field.with_type(_bytes_type(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_bytes_type(field.type)) for field in kind])
    return kind


def _values(column: pa.Array) -> list[Any]:
    """The values, strings as bytes: Spark's strings are not always UTF-8, and it is
    mtlint that says so, in the report of that row."""
    return column.cast(_bytes_type(column.type)).to_pylist()


def _quoted(text: bytes) -> bytes:
    """A JSON string. Bytes that are not UTF-8 stay what they are."""
    decoded = text.decode("utf-8", "surrogateescape")
    return json.dumps(decoded, ensure_ascii=False).encode("utf-8", "surrogateescape")


def _record(identity: bytes, text: bytes | None, siblings: list[Any] | None) -> bytes:
    """A line of JSON Lines; a text that is null is left out, and mtlint says so."""
    parts = [b'{"id":', _quoted(identity)]
    if text is not None:
        parts += [b',"text":', _quoted(text)]
    quoted_siblings = [quoted for quoted in map(_sibling, siblings or ()) if quoted is not None]
    if quoted_siblings:
        parts += [b',"siblings":[', b",".join(quoted_siblings), b"]"]
    parts.append(b"}\n")
    return b"".join(parts)


def _sibling(sibling: bytes | dict[str, bytes | None] | None) -> bytes | None:
    if not isinstance(sibling, dict):
        return None if sibling is None else _quoted(sibling)
    identity, text = sibling["id"], sibling["text"]
    if text is None:
        return None
    if identity is None:
        return _quoted(text)
    return b'{"id":%b,"text":%b}' % (_quoted(identity), _quoted(text))


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, CHUNK_ROWS):
            yield batch.slice(start, CHUNK_ROWS)


def _judge_documents(
    batches: Iterable[pa.RecordBatch], program: _Program
) -> Iterator[pa.RecordBatch]:
    # The ids of pieces that mtlint has and we have no report of: as they came, and as
    # the report must name them. mtlint reads little ahead, so these are few.
    waiting: deque[tuple[pa.Array, list[bytes]]] = deque()

    def lines() -> Iterator[list[bytes]]:
        for piece in _pieces(batches):
            ids = piece.column("id")
            names = [name or b"" for name in _values(ids.cast(_text_type(ids.type)))]
            texts = _values(piece.column("text"))
            siblings: list[Any] = [None] * len(texts)
            if "siblings" in piece.schema.names:
                siblings = _values(piece.column("siblings"))
            waiting.append((ids, names))
            yield list(map(_record, names, texts, siblings))

    taken = 0
    row = 0
    with closing(_reports(lines(), program)) as groups:
        for reports in groups:
            while reports:
                if not waiting:
                    raise MtlintError("mtlint wrote more reports than it was given documents")
                ids, names = waiting[0]
                some = reports[: len(ids) - taken]
                del reports[: len(some)]
                for report, name in zip(some, names[taken:]):
                    row += 1
                    _check_id(report, name, row)
                yield _batch(ids.slice(taken, len(some)), some)
                taken += len(some)
                if taken == len(ids):
                    waiting.popleft()
                    taken = 0
    if waiting:
        raise MtlintError(f"mtlint wrote {row} reports and was given more documents")


def _text_type(kind: pa.DataType) -> pa.DataType:
    return kind if pa.types.is_large_string(kind) else pa.string()


def _check_id(report: _Report, name: bytes, row: int) -> None:
    """Order alone would do; the id makes a slip an error instead of a wrong report."""
    # A line that is no record at all has no id that mtlint can read: it is called by
    # its number.
    unread = report.status == "failed" and report.id == str(row)
    if not unread and report.id.encode("utf-8", "surrogateescape") != name:
        wanted = name.decode("utf-8", "replace")
        raise MtlintError(f"row {row} is {wanted!r}, but mtlint's report is on {report.id!r}")


def _judge_lines(batches: Iterable[pa.RecordBatch], program: _Program) -> Iterator[pa.RecordBatch]:
    given = 0

    def lines() -> Iterator[list[bytes]]:
        nonlocal given
        for piece in _pieces(batches):
            values = [value for value in _values(piece.column("value")) if value is not None]
            # mtlint passes over blank lines. A line break inside a value can only stand
            # between JSON's tokens, where a space does as well.
            records = [value.replace(b"\n", b" ") + b"\n" for value in values if value.strip(BLANK)]
            given += len(records)
            yield records

    written = 0
    with closing(_reports(lines(), program)) as groups:
        for reports in groups:
            written += len(reports)
            yield _batch(pa.array([report.id for report in reports], pa.string()), reports)
    if written != given:
        raise MtlintError(f"mtlint wrote {written} reports on {given} records")


# Lines to reports.


@dataclass(frozen=True)
class _Report:
    id: str
    status: str
    quality: float | None
    post_edit_rate: float | None
    line: bytes

    @staticmethod
    def of(line: bytes) -> _Report:
        try:
            report = json.loads(line)
            score = report.get("score") or {}
            return _Report(
                report["id"],
                report["status"],
                score.get("quality"),
                score.get("post_edit_rate"),
                line,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            start = line[:200].decode("utf-8", "replace")
            raise MtlintError(f"mtlint wrote what is no report ({error!r}): {start}") from error


def _batch(ids: pa.Array, reports: list[_Report]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [
            ids,
            pa.array([report.status for report in reports], pa.string()),
            pa.array([report.quality for report in reports], pa.float64()),
            pa.array([report.post_edit_rate for report in reports], pa.float64()),
            pa.array([report.line for report in reports], pa.binary()).cast(pa.string()),
        ],
        names=["id", "status", "quality", "post_edit_rate", "report"],
    )


def _reports(lines: Iterator[list[bytes]], program: _Program) -> Iterator[list[_Report]]:
    """The reports on the lines, in their order, as mtlint writes them."""
    first = next((some for some in lines if some), None)
    if first is None:
        # An empty partition costs no model.
        return
    with _Child(_command(program), _environment(program)) as child:
        rest = b""
        for read in child.filtered(b"".join(first), map(b"".join, lines)):
            *whole, rest = (rest + read).split(b"\n")
            if whole:
                yield [_Report.of(line) for line in whole]
        if rest:
            raise MtlintError("mtlint's last report is cut off")


class _Child:
    """A process that is fed and read by one thread, and that is gone with the ``with``.

    One thread is enough, since neither pipe is ever waited for alone, and it has two
    merits: Spark's input is read by the thread that Spark expects, and when Spark closes
    the task early (a limit, a kill), no second thread is left behind on its socket.
    """

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command = command
        self.error = b""
        self.process = _start(command, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.selector = selectors.DefaultSelector()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        # Also when the generator that uses it is closed: mtlint has no reader any more.
        self.process.kill()
        self.process.wait()
        self.selector.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def filtered(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        """Write all bytes and give what is read meanwhile.

        :raises MtlintError: when the process does not end with 0.
        """
        stdin, stdout, stderr = self.process.stdin, self.process.stdout, self.process.stderr
        for pipe, event in (
            (stdin, selectors.EVENT_WRITE),
            (stdout, selectors.EVENT_READ),
            (stderr, selectors.EVENT_READ),
        ):
            os.set_blocking(pipe.fileno(), False)
            self.selector.register(pipe, event)
        unwritten = memoryview(first)
        while stdout in self._open() or stderr in self._open():
            for key, _ in self.selector.select():
                if key.fileobj is stdin:
                    unwritten = self._write(unwritten, rest)
                    continue
                read = os.read(key.fd, READ_BYTES)
                if not read:
                    self.selector.unregister(key.fileobj)
                elif key.fileobj is stderr:
                    self.error = (self.error + read)[-KEPT_ERROR_BYTES:]
                else:
                    yield read
        status = self.process.wait()
        if status != 0:
            raise MtlintError(_failure(self.command, status, self.error))

    def _open(self) -> list[Any]:
        return [key.fileobj for key in self.selector.get_map().values()]

    def _write(self, unwritten: memoryview, rest: Iterator[bytes]) -> memoryview:
        """Write what the pipe takes; at the end of the input, close it."""
        stdin = self.process.stdin
        try:
            unwritten = unwritten[os.write(stdin.fileno(), unwritten) :]
        except BlockingIOError:
            return unwritten
        except BrokenPipeError:
            # It is gone or going; its exit status and standard error say why.
            self._close_input()
            return memoryview(b"")
        if not unwritten:
            following = next((some for some in rest if some), None)
            if following is None:
                self._close_input()
            else:
                unwritten = memoryview(following)
        return unwritten

    def _close_input(self) -> None:
        self.selector.unregister(self.process.stdin)
        self.process.stdin.close()


# On the executor.


def _command(program: _Program) -> list[str]:
    binary = _binary(program.binary)
    model = _shipped(program.model) or program.model
    if program.fetch and _is_name(model) and _shipped_model(model) is None:
        _fetch(binary, program)
    command = [binary, "batch", "-", "--output", "-", "--model", model]
    command += ["--offline", "--quiet", *program.options]
    threads = program.threads or _task_cpus()
    if threads is not None:
        command += ["--threads", str(threads)]
    return command


def _binary(binary: str) -> str:
    found = _shipped(binary) or shutil.which(binary)
    if found is None:
        raise MtlintError(
            f"there is no program {binary} on this executor; install mtlint there or ship "
            "it with --files, and name it with 'binary'"
        )
    return found


def _is_name(model: str) -> bool:
    """Whether it is one of mtlint's own models, and not a file."""
    return os.sep not in model and not os.path.exists(model)


def _shipped(name: str) -> str | None:
    """The file of this name that came with --files or addFile."""
    if os.sep in name:
        return None
    path = os.path.join(SparkFiles.getRootDirectory(), name)
    return path if os.path.isfile(path) else None


def _shipped_model(model: str) -> str | None:
    return _shipped(f"{model}.gguf")


def _task_cpus() -> int | None:
    context = TaskContext.get()
    return context.cpus() if context is not None else None


def _environment(program: _Program) -> dict[str, str]:
    environment = dict(os.environ)
    shipped = _shipped_model(program.model)
    if shipped is not None:
        environment["MTLINT_MODELS"] = os.path.dirname(shipped)
    elif program.models is not None:
        environment["MTLINT_MODELS"] = program.models
    return environment


def _fetch(binary: str, program: _Program) -> None:
    """Get the model; a task that finds another at it waits for it."""
    command = [binary, "models", "fetch", "--quiet", program.model]
    process = _start(
        command, _environment(program), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, error = process.communicate()
    if process.returncode != 0:
        raise MtlintError(_failure(command, process.returncode, error))


def _start(command: list[str], environment: dict[str, str], **pipes: Any) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stderr=subprocess.PIPE,
            bufsize=0,
            preexec_fn=_die_with(os.getpid()),
            **pipes,
        )
    except OSError as error:
        raise MtlintError(f"cannot start {command[0]}: {error.strerror}") from error


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a child does first so that it does not outlive a worker that Spark kills:
    SIGKILL gives the worker no time to do it. Linux only; elsewhere mtlint ends when it
    next reads or writes."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    set_parent_death_signal = 1

    def die_with_parent() -> None:
        prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return die_with_parent


def _failure(command: list[str], status: int, error: bytes) -> str:
    ended = f"ended with status {status}"
    if status < 0:
        try:
            ended = f"was killed by {signal.Signals(-status).name}"
        except ValueError:
            ended = f"was killed by signal {-status}"
    message = error.decode("utf-8", "replace").strip()
    return f"{shlex.join(command)} {ended}: {message or 'it said nothing on standard error'}"
