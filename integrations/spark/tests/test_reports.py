"""Reports from the cluster are those of mtlint without Spark."""

import json
import unittest
from collections import Counter

import support
from pyspark.sql import functions as F
from support import MTLINT, STUB, folder, frame, local, program, session, stories

from mtlint_spark import judge, judge_lines

#: Enough garble is found by the stub at this sensitivity for reports to have contents.
THOROUGH = {"options": ["--sensitivity", "thorough"]}


class SameReports(unittest.TestCase):
    def same(self, rows, documents, *flags):
        """Each document has one report, and it is the local one, byte for byte."""
        expected = dict(zip([d["id"] for d in documents], local(documents, *flags)))
        got = Counter(row.id for row in rows)
        self.assertEqual(got, Counter(expected.keys()))
        for row in rows:
            self.assertEqual(row.report, expected[row.id])
            report = json.loads(row.report)
            score = report.get("score", {})
            self.assertEqual(row.id, report["id"])
            self.assertEqual(row.status, report["status"])
            self.assertEqual(row.quality, score.get("quality"))
            self.assertEqual(row.post_edit_rate, score.get("post_edit_rate"))
        return expected

    def test_all_stories_on_both_workers(self):
        documents = stories()
        # An executor works in a folder of its worker's.
        places = folder("places")
        binary = program("placed", f"#!/bin/sh\npwd > '{places}'/$$\nexec '{MTLINT}' \"$@\"\n")
        rows = judge(frame(documents, 8), binary=binary, **STUB, **THOROUGH).collect()
        expected = self.same(rows, documents, "--model", "stub", *THOROUGH["options"])
        # The test would be empty if the stub found nothing or saw no sibling.
        self.assertTrue(any('"category"' in report for report in expected.values()))
        self.assertTrue(any('"siblings":[' in report for report in expected.values()))
        told = " ".join(path.read_text() for path in places.iterdir())
        for worker in support.cluster().workers:
            self.assertIn(str(worker), told)

    def test_the_real_model(self):
        with_siblings = [story for story in stories() if "siblings" in story]
        documents = sorted(with_siblings, key=lambda document: len(document["text"]))[:6]
        rows = judge(frame(documents, 2), binary=MTLINT, models=str(support.real_model().parent))
        self.same(rows.collect(), documents)

    def test_siblings_with_ids_of_their_own(self):
        documents = [
            {**story, "siblings": [{"id": "wire", "text": text} for text in story["siblings"]]}
            for story in stories()[:40]
            if "siblings" in story
        ]
        schema = "id string, text string, siblings array<struct<id:string,text:string>>"
        rows = judge(frame(documents, 3, schema), binary=MTLINT, **STUB, **THOROUGH).collect()
        self.same(rows, documents, "--model", "stub", *THOROUGH["options"])

    def test_two_thousand_rows_in_one_partition_keep_their_order(self):
        documents = [
            {"id": f"{number}", "text": f"Pier {number} was closed. " * (number % 40 + 1)}
            for number in range(2_000)
        ]
        frame_ = frame(documents, 1, "id string, text string")
        rows = judge(frame_, binary=MTLINT, **STUB).collect()
        self.assertEqual([row.id for row in rows], [document["id"] for document in documents])
        self.same(rows, documents, "--model", "stub")

    def test_lines_are_read_by_mtlint_itself(self):
        lines = [
            '{"id":7,"text":"The quay was closed.","siblings":["Shut.",{"id":"b","text":"Quay."}]}',
            '{"id":"bad","body":"The quay"}',
            '{"id":"cut","text":"The quay',
            "",
            " \t ",
            '{"id":"snow","date":"2026-03-31","text":"A line\\nand \\ud83d\\ude80, \\u0000."}',
        ]
        path = folder("lines") / "lines.jsonl"
        path.write_bytes("\n".join(lines).encode() + b'\n{"id":"latin","text":"caf\xe9"}')
        rows = judge_lines(
            session().read.text(str(path), lineSep="\n").coalesce(1), binary=MTLINT, **STUB
        ).collect()
        self.assertEqual([row.id for row in rows], ["7", "bad", "3", "snow", "5"])
        status = ["scored", "failed", "failed", "scored", "failed"]
        self.assertEqual([row.status for row in rows], status)
        self.assertIn("is not UTF-8", rows[4].report)


class BadRows(unittest.TestCase):
    def judged(self, documents, partitions=1, schema="id string, text string", **more):
        given = {"binary": MTLINT, **STUB, **more}
        return judge(frame(documents, partitions, schema), **given).collect()

    def test_each_has_its_report(self):
        french = "Les autorités ont fermé les deux ponts et demandé aux habitants de partir. " * 3
        documents = [
            {"id": "good", "text": "The quay was closed."},
            {"id": "null", "text": None},
            {"id": "empty", "text": ""},
            {"id": "french", "text": french},
            {"id": "huge", "text": "The quay was closed. " * 10_000},
            {"id": "beyond", "text": "The quay was closed. " * 60_000},
            {
                "id": "odd",
                "text": 'Line\r\nand "line",\u2028 \U0001f680 a\u0000b, the quay was closed.',
            },
            {"id": "last", "text": "The quay was open."},
        ]
        flags = ["--max-bytes", "100kB"]
        rows = self.judged(documents, options=flags)
        given = [document["id"] for document in documents]
        self.assertEqual([row.id for row in rows], given)
        status = {row.id: row.status for row in rows}
        failed = [name for name in given if status[name] == "failed"]
        abstained = [name for name in given if status[name] == "abstained"]
        self.assertEqual(failed, ["null", "huge", "beyond"])
        self.assertEqual(abstained, ["empty", "french"])
        for row in rows:
            self.assertEqual(row.quality is None, row.status != "scored")
        # Written without its text, as Spark writes what is null.
        documents[1] = {"id": "null"}
        self.assertEqual([row.report for row in rows], local(documents, "--model", "stub", *flags))

    def test_ids_repeated_and_null(self):
        texts = [
            "The quay was closed.",
            "A ferry sank.",
            "The quay was closed.",
            "It rained all day.",
        ]
        ids = ["a", "a", None, None]
        documents = [{"id": name, "text": text} for name, text in zip(ids, texts)]
        rows = self.judged(documents)
        self.assertEqual([row.id for row in rows], ids)
        expected = local(
            [{"id": name or "", "text": text} for name, text in zip(ids, texts)], "--model", "stub"
        )
        self.assertEqual([row.report for row in rows], expected)

    def test_ids_that_are_numbers_stay_numbers(self):
        documents = [
            {"id": 2**62, "text": "The quay was closed."},
            {"id": -1, "text": "It rained."},
        ]
        rows = self.judged(documents, schema="id bigint, text string")
        self.assertEqual([row.id for row in rows], [2**62, -1])
        self.assertEqual([json.loads(row.report)["id"] for row in rows], [str(2**62), "-1"])

    def test_strings_that_are_not_utf_8(self):
        good = frame([{"id": "a", "text": "The quay was closed."}], 1)
        broken = F.unhex(F.lit("54686520E97175617920")).cast("string")
        bad = good.withColumn("text", broken)
        worse = good.withColumn("id", broken)
        rows = judge(good.union(bad).union(worse).union(good).coalesce(1), binary=MTLINT, **STUB)
        # The broken id cannot be fetched: Python would refuse it.
        rows = rows.select("status", "report").collect()
        self.assertEqual([row.status for row in rows], ["scored", "failed", "failed", "scored"])
        self.assertEqual([json.loads(row.report)["id"] for row in rows], ["a", "2", "3", "a"])

    def test_siblings_that_are_null_are_none(self):
        text = "The quay was closed."
        documents = [
            {"id": "none", "text": text, "siblings": None},
            {"id": "empty", "text": text, "siblings": []},
            {"id": "null", "text": text, "siblings": [None, "The quay was shut.", None]},
        ]
        rows = self.judged(documents, schema=support.SCHEMA)
        documents[0].pop("siblings")
        documents[2]["siblings"] = ["The quay was shut."]
        self.assertEqual([row.report for row in rows], local(documents, "--model", "stub"))

    def test_columns_of_another_type_are_refused_at_once(self):
        for schema, told in (
            (
                "id double, text string",
                "column id must be a string or a whole number; it is double",
            ),
            ("id string, text binary", "column text must be a string; it is binary"),
            ("id string, body string", "column text must be a string; it is not there"),
            ("id string, text string, siblings string", "column siblings must be an array"),
            ("id string, text string, siblings array<struct<text:string>>", "column siblings must"),
        ):
            with self.subTest(schema), self.assertRaisesRegex(ValueError, told):
                judge(session().createDataFrame([], schema))
