"""The job, as spark-submit runs it."""

import json
import unittest

import support
from support import MTLINT, cluster, folder, frame, local, stories

JOB = support.PROJECT / "integrations" / "spark" / "job.py"
MODULE = JOB.with_name("mtlint_spark.py")


class Job(unittest.TestCase):
    def submit(self, *arguments, **more):
        run = cluster().submit("--py-files", str(MODULE), *arguments, **more)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run

    def test_json_lines_with_program_and_model_shipped(self):
        place = folder("shipped")
        articles = stories()[:3]
        lines = "".join(json.dumps(article) + "\n" for article in articles)
        (place / "in.jsonl").write_text(lines + '{"id":"cut"\n\n')
        run = self.submit(
            f"--files={MTLINT},{support.real_model()}",
            str(JOB),
            str(place / "in.jsonl"),
            str(place / "out"),
            "--partitions=2",
            # A folder of models that is empty: only the shipped model will do.
            f"--models={folder('none')}",
            "--no-fetch",
        )
        self.assertIn("mtlint: 4 documents: 3 judged, 0 not judged, 1 failed\n", run.stdout)
        written = [
            line
            for part in (place / "out").glob("part-*")
            for line in part.read_text().splitlines()
        ]
        self.assertEqual(len(written), 4)
        scored = [line for line in written if '"status":"scored"' in line]
        self.assertEqual(sorted(scored), sorted(local(articles)))

    def test_parquet_to_parquet(self):
        place = folder("parquet")
        articles = stories()[:50]
        frame(articles, 3).write.parquet(str(place / "in"))
        self.submit(
            str(JOB),
            str(place / "in"),
            str(place / "out"),
            "--input-format=parquet",
            "--output-format=parquet",
            f"--binary={MTLINT}",
            "--model=stub",
            "--no-fetch",
            "--flags=--sensitivity thorough",
            # Quicker than on the cluster, whose machines the other test has.
            master="local[2]",
        )
        rows = support.session().read.parquet(str(place / "out")).collect()
        self.assertEqual(
            sorted(row.report for row in rows),
            sorted(local(articles, "--model", "stub", "--sensitivity", "thorough")),
        )
