"""Clients of LanguageTool, with the service of mtlint in the place of theirs."""

import os
import subprocess
import unittest

import language_tool_python
from language_tool_python.exceptions import LanguageToolError
from pylanguagetool import api

# Two characters that are two units of UTF-16 each stand before the first phrase.
TEXT = "“🦊 and 🦔 slept,” she said. The harbour was gibberish before the twaddle race."


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = [os.environ["MTLINT"], "serve", "--model", "stub", "--port", "0", "--no-config"]
        command += ["--quiet", "--threshold", "0.3"]
        cls.service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        cls.address = cls.service.stdout.readline().split()[-1]

    @classmethod
    def tearDownClass(cls):
        cls.service.terminate()
        cls.service.stdout.close()
        assert cls.service.wait() == 0

    def tool(self, language="en-US"):
        return language_tool_python.LanguageTool(language, remote_server=self.address)

    def test_language_tool_python_finds_the_phrases(self):
        for language in ["en-US", "en", "auto"]:
            with self.subTest(language):
                matches = self.tool(language).check(TEXT)
                found = [TEXT[one.offset : one.offset + one.error_length] for one in matches]
                self.assertEqual(found, ["gibberish", "twaddle"])
                self.assertEqual({one.rule_id for one in matches}, {"mistranslation"})
                self.assertTrue(all("surprising" in one.message for one in matches))
                sentence = "The harbour was gibberish before the twaddle race."
                self.assertEqual({one.sentence for one in matches}, {sentence})

    def test_language_tool_python_switches_rules(self):
        tool = self.tool()
        tool.disabled_rules = {"mistranslation"}
        self.assertEqual(tool.check(TEXT), [])
        tool = self.tool()
        tool.enabled_rules, tool.enabled_rules_only = {"name"}, True
        self.assertEqual(tool.check(TEXT), [])

    def test_language_tool_python_is_told_what_is_wrong(self):
        with self.assertRaisesRegex(Exception, "de-DE|unsupported"):
            self.tool("de-DE").check(TEXT)
        tool = self.tool()
        tool.enabled_rules_only = True
        with self.assertRaisesRegex((LanguageToolError, ValueError), "nabled"):
            tool.check(TEXT)

    def test_pylanguagetool_finds_the_phrases(self):
        address = self.address + "v2/"
        self.assertIn("en-US", [one["longCode"] for one in api.get_languages(address)])
        answer = api.check(TEXT, api_url=address, lang="en-GB", picky=True)
        units = TEXT.encode("utf-16-le")
        found = [
            units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
            for one in answer["matches"]
        ]
        self.assertEqual(found, ["gibberish", "twaddle"])
        # It looks for its own accepted words in the context of a match, where it counts characters.
        text = TEXT.split(". ")[-1]
        answer = api.check(text, api_url=address, lang="en-GB", picky=True, pwl=["gibberish"])
        self.assertEqual([one["context"]["text"] for one in answer["matches"]], [text])
        with self.assertRaisesRegex(ValueError, "not known"):
            api.check(TEXT, api_url=address, lang="fr")


if __name__ == "__main__":
    unittest.main()
