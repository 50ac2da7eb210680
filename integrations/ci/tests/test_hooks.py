"""The hooks, as pre-commit itself runs them."""

import os
import shutil
import unittest

import yaml
from support import CLEAN, GARBLED, MTLINT, PROJECT, STUB, folder, run, with_stub

MANIFEST = PROJECT / ".pre-commit-hooks.yaml"


class Hooks(unittest.TestCase):
    def test_the_manifest_is_valid(self):
        done = run("pre-commit", "validate-manifest", MANIFEST, cwd=PROJECT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_hook_is_a_command_that_mtlint_knows(self):
        place = folder({"a.txt": CLEAN})
        for hook in yaml.safe_load(MANIFEST.read_text()):
            program, *arguments = hook["entry"].split() + hook["args"]
            self.assertIn(program, ("mtlint", "integrations/ci/hook"))
            done = run(MTLINT, *arguments, "--model", "stub", "a.txt", cwd=place)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_the_hook_that_builds_runs_what_it_built(self):
        # The build is cargo's; here something that notes how it was asked stands in for it.
        tools = folder({"cargo": '#!/bin/sh\necho "$@" >"$(dirname "$0")/asked"\n'})
        (tools / "cargo").chmod(0o755)
        target = folder()
        (target / "release").mkdir()
        (target / "release" / "mtlint").symlink_to(MTLINT)
        place = folder({"a.txt": GARBLED})
        environment = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CARGO_TARGET_DIR": str(target),
        }
        hook = PROJECT / "integrations/ci/hook"
        done = run(hook, "highlight", "--format", "compact", *STUB, "a.txt", cwd=place, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a.txt:1:17: minor[", done.stdout)
        asked = (tools / "asked").read_text()
        self.assertIn(f"--manifest-path {PROJECT}/Cargo.toml --package mtlint-cli", asked)

    def test_a_commit_is_held_back_for_what_is_new(self):
        # A repository of its own with the manifest, so that this one need not be committed.
        environment = {
            **with_stub(),
            "PRE_COMMIT_HOME": str(folder()),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]

        def repository(files):
            place = folder(files)
            for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "First"]):
                done = run(*git, *command, cwd=place, env=environment)
                self.assertEqual(done.returncode, 0, done.stderr)
            return place

        hooks = repository({MANIFEST.name: MANIFEST.read_text()})
        revision = run("git", "rev-parse", "HEAD", cwd=hooks).stdout.strip()
        configuration = f"""
repos:
- repo: file://{hooks}
  rev: {revision}
  hooks:
  - id: mtlint-installed
    args: [--fail-on, minor, --baseline, mtlint-baseline.json]
"""
        place = repository({
            "old.txt": GARBLED,
            "code.py": "gibberish = 'twaddle'\n",
            ".pre-commit-config.yaml": configuration,
        })
        kept = run(MTLINT, "baseline", "old.txt", "-o", "mtlint-baseline.json", *STUB, cwd=place)
        self.assertEqual(kept.returncode, 0, kept.stderr)

        def checked():
            run(*git, "add", "-A", cwd=place, env=environment)
            return run("pre-commit", "run", "--all-files", cwd=place, env=environment)

        fine = checked()
        self.assertEqual(fine.returncode, 0, fine.stdout + fine.stderr)
        self.assertIn("Passed", fine.stdout)
        (place / "new.txt").write_text(f"{GARBLED}The quay was gibberish.\n")
        held = checked()
        self.assertEqual(held.returncode, 1, held.stdout + held.stderr)
        self.assertIn("new.txt:2:14: minor[mistranslation]: ", held.stdout)
        self.assertNotIn("old.txt", held.stdout)

    def test_the_tools_are_there(self):
        for tool in ("git", "pre-commit", "check-jsonschema"):
            self.assertIsNotNone(shutil.which(tool), tool)


if __name__ == "__main__":
    unittest.main()
