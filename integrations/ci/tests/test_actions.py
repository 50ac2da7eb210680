"""The workflow for GitHub Actions: GitHub's schema, and its steps in a folder of articles."""

import json
import unittest

import yaml
from support import CLEAN, GARBLED, PROJECT, folder, run, with_stub

WORKFLOW = PROJECT / "integrations" / "ci" / "github-actions.yml"


class Actions(unittest.TestCase):
    def test_the_workflow_is_valid(self):
        schema = ["--builtin-schema", "vendor.github-workflows"]
        done = run("check-jsonschema", *schema, WORKFLOW, cwd=PROJECT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def steps(self):
        return yaml.safe_load(WORKFLOW.read_text())["jobs"]["mtlint"]["steps"]

    def test_the_check_annotates_and_leaves_the_reports(self):
        (check,) = [step for step in self.steps() if "highlight" in step.get("run", "")]
        place = folder({"articles/old.txt": GARBLED, "articles/clean.txt": CLEAN})
        environment = with_stub()
        baseline = ["mtlint", "baseline", "articles/old.txt", "-o", "mtlint-baseline.json"]
        self.assertEqual(run(*baseline, cwd=place, env=environment).returncode, 0)
        (place / "articles" / "new.txt").write_text(f"{GARBLED}The quay was gibberish.\n")
        # As the runner does.
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]]
        done = run(*shell, cwd=place, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        (annotation,) = done.stdout.splitlines()
        self.assertTrue(annotation.startswith("::notice file=articles/new.txt,line=2,"))
        uploads = [step["with"] for step in self.steps() if "upload" in step.get("uses", "")]
        written = {w.get("sarif_file") or w["path"] for w in uploads}
        self.assertEqual(written, {"mtlint.sarif", "mtlint.json"})
        log = json.loads((place / "mtlint.sarif").read_text())
        states = [result["baselineState"] for result in log["runs"][0]["results"]]
        self.assertEqual(sorted(states), ["new"] + 4 * ["unchanged"])
        self.assertEqual(len(json.loads((place / "mtlint.json").read_text())), 3)


if __name__ == "__main__":
    unittest.main()
