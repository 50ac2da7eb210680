"""What becomes of tasks: those that fail, that are retried, that end early."""

import functools
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import support
from pyspark import inheritable_thread_target
from pyspark.sql import functions as F
from support import MTLINT, STUB, alive, folder, frame, local, program, session, stories

from mtlint_spark import judge

#: So long the system may take to clear away a process that was killed.
PATIENCE_SECONDS = 60


def documents(number):
    """This many short articles."""
    return [
        {"id": f"article {part}", "text": f"Pier {part} was closed, and nobody was hurt."}
        for part in range(number)
    ]


PLAIN = "id string, text string"


def first_time(name: str, first: str) -> tuple[str, Path]:
    """A program that is mtlint, but does something else the first time that it is started
    on the cluster; and the folder that is there once that was done."""
    done = folder(name) / "done"
    script = f"""#!/bin/bash
if mkdir '{done}' 2>/dev/null; then
    {first}
fi
exec '{MTLINT}' "$@"
"""
    return program(name, script), done


class Failing(unittest.TestCase):
    def fails(self, told, rows=1, **more):
        given = {"binary": MTLINT, **STUB, **more}
        with self.assertRaisesRegex(Exception, told) as caught:
            judge(frame(documents(rows), 1, PLAIN), **given).collect()
        return str(caught.exception)

    def test_a_missing_program_is_named(self):
        self.fails(
            "MtlintError: there is no program /nowhere/mtlint on this executor",
            binary="/nowhere/mtlint",
        )

    def test_a_program_that_cannot_be_started_is_named(self):
        path = program("text", "no script")
        self.fails(f"cannot start {path}: Exec format error", binary=path)

    def test_a_missing_model_is_told_in_the_words_of_mtlint(self):
        models = str(folder("models"))
        told = self.fails("MtlintError", model="smollm2-135m", models=models)
        self.assertIn("ended with status 2", told)
        self.assertIn("mtlint models fetch", told)

    def test_a_model_that_cannot_be_fetched_is_told(self):
        told = self.fails("MtlintError", model="smollm2-135", fetch=True)
        self.assertIn("models fetch --quiet smollm2-135 ended with status 2", told)

    def test_a_crash_is_told_with_its_last_words(self):
        attempts = folder("attempts")
        crash = f"#!/bin/sh\nhead -c 1000 >/dev/null\n: > '{attempts}'/$$\n"
        path = program("crash", crash + "echo 'out of luck' >&2\nkill -SEGV $$\n")
        self.fails("was killed by SIGSEGV: out of luck", binary=path, rows=3_000)
        # Spark tried again, as often as it does.
        self.assertEqual(len(list(attempts.iterdir())), 4)

    def test_a_flood_on_standard_error_blocks_nothing(self):
        path = program(
            "flood", "#!/bin/sh\nyes rubbish | head -c 1000000 >&2\necho last words >&2\nexit 3\n"
        )
        self.fails("(?s)ended with status 3: .*last words", binary=path, rows=3_000)

    def test_too_few_reports_are_an_error(self):
        path = program("short", f"#!/bin/sh\nhead -n 5 | '{MTLINT}' \"$@\"\n")
        self.fails("wrote 5 reports and was given more", binary=path, rows=9)

    def test_a_report_on_another_document_is_an_error(self):
        path = program("swap", f"#!/bin/sh\n'{MTLINT}' \"$@\" | tac\n")
        self.fails(
            "row 1 is 'article 0', but mtlint's report is on 'article 8'", binary=path, rows=9
        )

    def test_what_is_no_report_is_an_error(self):
        path = program("prose", "#!/bin/sh\ncat >/dev/null\necho good morning\n")
        self.fails("wrote what is no report .*good morning", binary=path)


@functools.cache
def alone() -> list[dict]:
    """All stories without siblings, which takes less time."""
    return [{"id": story["id"], "text": story["text"]} for story in stories()]


@functools.cache
def local_reports() -> dict[str, str]:
    return dict(zip([story["id"] for story in alone()], local(alone(), "--model", "stub")))


class Retried(unittest.TestCase):
    def each_once(self, binary, done):
        """All stories are written once, and the reports are the local ones, although the
        first attempt at one partition did not end well."""
        output = str(folder("retried") / "reports")
        judge(frame(alone(), 6, PLAIN), binary=binary, **STUB).write.parquet(output)
        self.assertTrue(done.exists())
        rows = session().read.parquet(output).collect()
        self.assertEqual(Counter(row.id for row in rows), Counter(local_reports().keys()))
        self.assertEqual({row.id: row.report for row in rows}, local_reports())

    def test_mtlint_is_killed_half_way(self):
        # Reports on the first rows have been written by then.
        some = len(stories()) // 12 + 1
        kill = f"head -n {some} | '{MTLINT}' \"$@\"; kill -KILL $$"
        self.each_once(*first_time("killed", kill))

    def test_the_python_worker_is_killed_half_way(self):
        some = len(stories()) // 12 + 1
        kill = f"head -n {some} | '{MTLINT}' \"$@\"; kill -KILL $PPID; exec sleep 600"
        self.each_once(*first_time("worker", kill))

    def test_the_executor_is_killed_half_way(self):
        # The executor is the parent of Python's daemon, which is the parent of the worker.
        parent = "$(ps -o ppid= -p {})"
        daemon = parent.format("$PPID")
        kill = f"executor=$(ps -o ppid= -p {daemon}); kill -KILL $executor; exec sleep 600"
        self.each_once(*first_time("executor", kill))


class Ending(unittest.TestCase):
    def gone(self, pids):
        until = time.monotonic() + PATIENCE_SECONDS
        while alive(pids) and time.monotonic() < until:
            time.sleep(0.1)
        return not alive(pids)

    def noting(self, rest=f"exec '{MTLINT}' \"$@\""):
        """A program that is mtlint and notes its number."""
        pids = folder("pids")
        return program("noting", f"#!/bin/sh\n: > '{pids}'/$$\n{rest}\n"), pids

    def test_partitions_without_rows_start_nothing(self):
        binary, pids = self.noting()
        rows = judge(frame(documents(2), 8, PLAIN), binary=binary, **STUB).collect()
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(list(pids.iterdir())), 2)
        none = judge(frame([], 3, PLAIN), binary=binary, **STUB)
        self.assertEqual(none.collect(), [])
        self.assertEqual(len(list(pids.iterdir())), 2)

    def test_a_limit_ends_mtlint_before_the_partition_ends(self):
        # It would go on for hours after the first rows.
        binary, pids = self.noting(f"head -n 2000 | '{MTLINT}' \"$@\"\nexec sleep 100000")
        judged = judge(frame(documents(20_000), 1, PLAIN), binary=binary, **STUB)
        self.assertEqual(
            [row.id for row in judged.limit(3).collect()], [f"article {n}" for n in range(3)]
        )
        self.assertTrue(list(pids.iterdir()))
        self.assertTrue(self.gone(pids))

    def test_a_job_that_is_cancelled_ends_mtlint(self):
        binary, pids = self.noting("exec sleep 100000")
        context = session().sparkContext
        context.addJobTag("stuck")
        try:
            judged = judge(frame(documents(4), 2, PLAIN), binary=binary, **STUB)
            with ThreadPoolExecutor(1) as threads:
                result = threads.submit(inheritable_thread_target(session())(judged.collect))
                until = time.monotonic() + PATIENCE_SECONDS
                while len(list(pids.iterdir())) < 2 and time.monotonic() < until:
                    time.sleep(0.1)
                context.cancelJobsWithTag("stuck")
                with self.assertRaisesRegex(Exception, "cancelled"):
                    result.result(PATIENCE_SECONDS)
        finally:
            context.removeJobTag("stuck")
        self.assertEqual(len(list(pids.iterdir())), 2)
        self.assertTrue(self.gone(pids))

    def test_threads_are_those_of_the_task(self):
        seen = folder("seen")
        script = f"#!/bin/sh\necho \"$@\" > '{seen}'/$$\nexec '{MTLINT}' \"$@\"\n"
        binary = program("seeing", script)
        judge(frame(documents(1), 1, PLAIN), binary=binary, **STUB).collect()
        judge(frame(documents(1), 1, PLAIN), binary=binary, threads=2, **STUB).collect()
        told = sorted(path.read_text().split("--threads ")[1].strip() for path in seen.iterdir())
        self.assertEqual(told, ["1", "2"])


class Memory(unittest.TestCase):
    def peak(self, rows):
        """The most memory that the Python worker has held for a partition of so many rows
        of 20 kB, in MB. They go through a filter that is quicker than mtlint."""
        place = folder("peak")
        binary = program(
            "quick",
            "#!/bin/sh\necho 5 > /proc/$PPID/clear_refs\n"
            """perl -ne 'print qq({"id":"","status":"abstained"}\\n)'\n"""
            f"grep VmHWM /proc/$PPID/status > '{place}/peak'\n",
        )
        text = F.concat(F.repeat(F.lit("Pier 9 shut. "), 1_600), F.col("id").cast("string"))
        large = (
            session()
            .range(0, rows, 1, 1)
            .select(F.lit(None).cast("string").alias("id"), text.alias("text"))
        )
        self.assertEqual(judge(large, binary=binary, **STUB).count(), rows)
        return int((place / "peak").read_text().split()[1]) / 1024

    def test_it_does_not_grow_with_the_partition(self):
        key = "spark.sql.execution.arrow.maxBytesPerBatch"
        session().conf.set(key, str(4 * 1024 * 1024))
        try:
            # 40 MB and 400 MB.
            few, many = self.peak(2_000), self.peak(20_000)
        finally:
            session().conf.unset(key)
        self.assertLess(many, few + 60)


class Fetching(unittest.TestCase):
    def test_a_machine_fetches_the_model_once(self):
        models = folder("fetch") / "models"
        # Two tasks at once, one of each worker, and more after them.
        rows = judge(frame(documents(4), 4, PLAIN), binary=MTLINT, models=str(models)).collect()
        self.assertEqual([row.status for row in rows], ["scored"] * 4)
        self.assertEqual((models.parent / "calls").read_text(), "call\n")
        self.assertEqual(
            (models / "smollm2-135m.gguf").stat().st_size, support.real_model().stat().st_size
        )
