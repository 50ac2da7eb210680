"""The page of mtlint serve, used as editors use it."""

import base64
import io
import json
import pathlib
import tempfile
import time
import unittest
import zipfile

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

import browser

# To the stand-in model "gibberish" and "twaddle" are garbled.
ARTICLE = """The mayor said the the bridge would open on Monday. It cost 3,5 million euros 🚀 and was \
built by Vladimir Poutine in Varsovie. The gibberish council had voted for the twaddle plan in May.

Traffic will be diverted through the old town until the end of the year, officials said. The 🚀 \
is fine — and so is the naïve café. The the second bridge opens in 1997.
"""
SIBLING = """The mayor said the bridge would open on Monday. It cost 3.5 million euros and was built \
by Vladimir Putin in Warsaw. The city council had voted for the new plan in May.

Traffic will be diverted through the old town until the end of the year, officials said. The \
second bridge opens in 1987.
"""
SAFE = {"the the": "the", "gibberish": "city", "twaddle": "new", "The the": "The"}

# What a busy machine may take for anything.
SECONDS = 60

SHORT = "The mayor flew from Varsovie on Monday."

HOSTILE = """The <img src="{address}/a.png" onerror="window.hit = 1"> the the mayor <script>window.hit = 2</script> spoke.
A \u202ethe the\u202c line, שלום the the עולם, and a \u0007 bell \u200bhere.
👩‍👩‍👧‍👦 the the 漢字 &amp; &lt;b&gt; "' </textarea></div><b>bold</b>
"""


def docx(text: str) -> bytes:
    """A document of Word with one paragraph."""
    office = "http://schemas.openxmlformats.org"
    relationships = (
        f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="a" '
        f'Type="{office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>"
    )
    document = (
        f'<w:document xmlns:w="{office}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t>'
        "</w:r></w:p></w:body></w:document>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("_rels/.rels", relationships)
        package.writestr("word/document.xml", document)
    return packed.getvalue()


class Desk(unittest.TestCase):
    """A browser, a server, and the page open in it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.downloads = pathlib.Path(cls.folder.name)
        cls.service = browser.Service()
        cls.addClassCleanup(cls.service.stop)
        cls.driver = browser.start(cls.downloads)
        cls.addClassCleanup(cls.driver.quit)

    def setUp(self):
        self.open()

    def open(self, **seen):
        browser.look(self.driver, **seen)
        # A page with a text in it asks before it goes.
        self.script("addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)")
        self.driver.get("about:blank")
        for log in ("performance", "browser"):
            self.driver.get_log(log)
        self.driver.get(self.service.address)
        grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": self.service.address}
        self.driver.execute_cdp_cmd("Browser.grantPermissions", grant)

    def script(self, source, *arguments):
        return self.driver.execute_script(source, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def until(self, condition, what=""):
        WebDriverWait(self.driver, SECONDS).until(lambda _: condition(), what)

    def keys(self, *pressed):
        ActionChains(self.driver).send_keys(*pressed).perform()

    def control(self, key):
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()

    def copy(self, text, html=None):
        """Puts a text into the clipboard, and with it its rich form."""
        write = """
            const [text, html, done] = arguments;
            const blob = (type, of) => ({ [type]: new Blob([of], { type }) });
            const item = { ...blob("text/plain", text), ...(html ? blob("text/html", html) : {}) };
            navigator.clipboard.write([new ClipboardItem(item)]).then(() => done(null), (e) => done(String(e)));
        """
        self.assertIsNone(self.driver.execute_async_script(write, text, html))

    def paste(self, selector, text, html=None):
        self.copy(text, html)
        self.one(selector).click()
        self.control("a")
        self.control("v")

    def text(self):
        return self.script("return document.getElementById('text').value")

    def read(self):
        """Waits until the text is read as it is."""
        # A change is waiting for its turn before this can look.
        self.until(lambda: self.script("return document.body.dataset.state") == "read", "not read")

    def fill(self, article=ARTICLE, sibling=SIBLING):
        if sibling:
            self.paste("#sibling-1", sibling)
        self.paste("#text", article)
        self.read()

    def phrases(self):
        """What is marked, in order."""
        return [mark.get_attribute("textContent") for mark in self.all("#mirror .f")]

    def rows(self):
        return [row.text for row in self.all("#list .found .f")]

    def mark(self, phrase):
        return next(m for m in self.all("#mirror .f") if m.get_attribute("textContent") == phrase)

    def click(self, phrase):
        """Clicks on a marked phrase, as the text lies over it."""
        mark = self.mark(phrase)
        self.script("arguments[0].scrollIntoView({ block: 'center' })", mark)
        ActionChains(self.driver).move_to_element(mark).click().perform()

    def press(self, element):
        """Clicks on an element, in the middle of the screen where nothing lies over it."""
        self.script("arguments[0].scrollIntoView({ block: 'center' })", element)
        element.click()

    def card(self):
        card = self.one("#evidence")
        self.until(card.is_displayed, "no card")
        return card

    def closed(self):
        self.until(lambda: not self.one("#evidence").is_displayed(), "the card is open")

    def saved(self, ending):
        """The text of the file that was saved last."""
        wanted = lambda: list(self.downloads.glob(f"*{ending}"))
        self.until(wanted, f"no file *{ending}")
        (path,) = wanted()
        # The browser writes the whole file before it gives it its name.
        text = path.read_bytes().decode()
        path.unlink()
        return text

    def reports(self):
        """The answers of the server since this was asked last, as requests."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [m["params"]["request"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [request for request in sent if not request["url"].startswith(("blob:", "data:"))]


class Finding(Desk):
    def test_what_the_server_finds_is_marked_in_the_text(self):
        self.fill()
        found = ["the the", "3,5 million", "Vladimir Poutine", "Varsovie", "gibberish", "twaddle", "The the", "1997"]
        self.assertEqual(self.phrases(), found)
        self.assertEqual(self.rows(), found)
        # The marks lie where the words do: behind emoji, too, bytes and units differ.
        lines = "return [...document.querySelectorAll('.line')].map((line) => line.textContent).join('\\n')"
        self.assertEqual(self.script(lines), ARTICLE)
        self.assertIn("8 findings", self.one("#status").text)
        self.assertRegex(self.one("#score").text, r"Quality\s+\d+\s+between \d+ and \d+ of 100")
        self.assertEqual(len(self.all("#curve rect")), len(found))
        self.assertEqual([c.text for c in self.all("#chips button")][0], "2 wrong words")

    def test_the_example_of_the_readme(self):
        read = lambda name: (browser.EXAMPLES / name).read_text(encoding="utf-8")
        self.fill(read("dam.garbled.txt"), read("dam.sibling.txt"))
        self.assertIn("Varsovie", self.phrases())
        self.click("Varsovie")
        self.assertIn("Warsaw", self.card().text)

    def test_whoever_is_new_can_try_an_example(self):
        self.one("#example").click()
        self.read()
        self.assertIn("Varsovie", self.phrases())
        self.assertEqual(self.one(".sibling label").text, "the wire")
        self.assertFalse(self.one("#example").is_displayed())
        self.one("#help-open").click()
        self.assertIn("F8", self.one("#help").text)
        self.one("#help button").click()
        self.assertFalse(self.one("#help").is_displayed())

    def test_the_marks_lie_under_the_words_whatever_the_text(self):
        odd = ["office affluent", "trailing" + " " * 90, "\tTab\ttab", "שלום עולם mixed טקסט", "word" * 80]
        odd += ["👩‍👩‍👧‍👦 漢字" * 30, "a-b " * 90, "soft\u00adhyphen" * 30, "", "\u202eturned\u202c", ""]
        self.fill("\n".join(odd) + ARTICLE)
        for width in (320, 390, 777, 1280):
            browser.look(self.driver, (width, 900))
            heights = "const of = (id) => document.getElementById(id); return [of('text').scrollHeight, of('mirror').offsetHeight]"
            area, mirror = self.script(heights)
            self.assertEqual(area, mirror, width)

    def test_a_card_says_what_why_and_who_says_so(self):
        self.fill()
        self.click("gibberish")
        card = self.card().text
        self.assertIn("critical: wrong word", card)
        self.assertIn("can hardly be what was meant", card)
        self.assertEqual(self.one("#evidence del").text, "gibberish")
        self.assertEqual(self.one("#evidence ins").text, "city")
        # The sibling's whole sentence, with the words marked.
        self.assertEqual(self.one("#evidence blockquote mark").text, "city")
        self.assertIn("The city council had voted for the new plan in May.", self.one("#evidence blockquote").text)
        self.assertIn("5 of 8 findings", card)
        # The numbers are there for those who want them.
        self.assertFalse(self.one("#evidence dl").is_displayed())
        self.one("#evidence summary").click()
        self.assertIn("bits", self.one("#evidence dl").text)
        self.one("#evidence .close").click()
        self.closed()

    def test_the_mouse_opens_and_closes_a_card(self):
        self.fill()
        ActionChains(self.driver).move_to_element(self.mark("Varsovie")).perform()
        self.assertIn("Warsaw", self.card().text)
        ActionChains(self.driver).move_to_element(self.one("footer")).perform()
        self.closed()

    def test_a_kind_narrows_the_list(self):
        self.fill()
        names = next(c for c in self.all("#chips button") if "misspelt names" in c.text)
        names.click()
        self.assertEqual(self.rows(), ["Vladimir Poutine", "Varsovie"])
        self.assertEqual(len(self.phrases()), 8)
        self.driver.switch_to.active_element.click()
        self.assertEqual(len(self.rows()), 8)

    def test_names_of_kinds_are_those_of_the_report(self):
        self.fill()
        self.one("#save-html").click()
        report = self.saved(".report.html")
        for row in self.all("#list .kind"):
            self.assertIn(row.text.split(": ")[1], report)

    def test_another_sensitivity_reads_again(self):
        self.fill(SHORT, sibling=None)
        self.reports()
        self.script("document.querySelector('[value=thorough]').click()")
        self.until(lambda: any("thorough" in r.get("postData", "") for r in self.reports()))
        self.read()
        self.assertIn("Misses little", self.one("#sensitivity-note").text)


class Editing(Desk):
    def test_only_the_changed_paragraph_changes(self):
        self.fill()
        self.script("for (const line of document.querySelectorAll('.line')) line.known = true")
        # Held back, so that the time between the edit and the answer can be looked at.
        self.script("const real = fetch; window.fetch = (...a) => new Promise((go) => { window.go = go; }).then(() => real(...a))")
        self.one("#text").click()
        self.script("document.getElementById('text').setSelectionRange(0, 0)")
        self.keys("Yesterday ")
        known = "return [...document.querySelectorAll('.line')].map((line) => [!!line.known, line.classList.contains('edited')])"
        self.assertEqual(self.script(known), [[False, True], [True, False], [True, False], [True, False]])
        # Findings stay where their words now are.
        self.assertEqual(len(self.phrases()), 8)
        self.assertEqual(self.mark("1997").get_attribute("textContent"), "1997")
        self.until(lambda: self.script("return !!window.go"))
        self.assertIn("Reading", self.one("#status").text)
        self.assertEqual(self.script("return document.body.dataset.state"), "reading")
        self.script("window.go()")
        self.read()
        self.assertEqual(self.script(known)[1:], [[True, False]] * 3)
        self.assertEqual(self.all(".edited"), [])
        self.assertEqual(len(self.phrases()), 8)

    def test_a_phrase_that_is_edited_is_no_finding_until_it_is_read_again(self):
        self.fill()
        at = ARTICLE.encode("utf-16-le").index("Varsovie".encode("utf-16-le")) // 2
        self.one("#text").click()
        self.script("document.getElementById('text').setSelectionRange(arguments[0], arguments[0])", at + 8)
        self.keys(Keys.BACKSPACE)
        self.assertNotIn("Varsovie", self.phrases())
        self.assertEqual(len(self.phrases()), 7)
        self.keys("e")
        self.read()
        self.assertIn("Varsovie", self.phrases())

    def test_a_newer_edit_ends_the_request_under_way(self):
        self.fill()
        self.script("""
            window.signals = [];
            const real = fetch;
            window.fetch = (address, options) => {
              window.signals.push(options.signal);
              return window.signals.length === 1 ? new Promise((_, no) => options.signal.addEventListener("abort", no)) : real(address, options);
            };
        """)
        self.one("#text").click()
        self.control(Keys.END)
        self.keys("One. ")
        self.until(lambda: self.script("return window.signals.length") == 1)
        self.keys("Two.")
        self.read()
        self.assertEqual(self.script("return window.signals.map((signal) => signal.aborted)"), [True, False])

    def test_accept_and_undo(self):
        self.fill()
        self.click("Varsovie")
        self.card().find_element(By.CSS_SELECTOR, ".accept").click()
        self.closed()
        corrected = ARTICLE.replace("Varsovie", "Warsaw")
        self.assertEqual(self.text(), corrected)
        self.read()
        self.assertNotIn("Varsovie", self.phrases())
        # The browser's own undo knows it.
        self.one("#text").click()
        self.control("z")
        self.assertEqual(self.text(), ARTICLE)
        self.read()
        self.assertIn("Varsovie", self.phrases())
        self.one("#redo").click()
        self.assertEqual(self.text(), corrected)
        self.one("#undo").click()
        self.assertEqual(self.text(), ARTICLE)

    def test_a_card_that_is_open_follows_its_phrase(self):
        self.fill()
        self.click("Varsovie")
        self.script("document.getElementById('text').setRangeText('So. ', 0, 0); document.getElementById('text').dispatchEvent(new InputEvent('input'))")
        self.one("#evidence .accept").click()
        self.assertEqual(self.text(), "So. " + ARTICLE.replace("Varsovie", "Warsaw"))

    def test_all_safe_corrections_and_one_undo(self):
        self.fill()
        self.assertEqual(self.one("#accept-safe").text, "Accept all 4 safe corrections")
        self.one("#accept-safe").click()
        corrected = ARTICLE
        for old, new in SAFE.items():
            corrected = corrected.replace(old, new)
        self.assertEqual(self.text(), corrected)
        self.read()
        self.assertEqual(self.phrases(), ["3,5 million", "Vladimir Poutine", "Varsovie", "1997"])
        self.one("#undo").click()
        self.assertEqual(self.text(), ARTICLE)
        self.one("#redo").click()
        self.assertEqual(self.text(), corrected)

    def test_dismiss_undo_and_show_again(self):
        self.fill()
        self.click("Varsovie")
        self.card().find_element(By.CSS_SELECTOR, ".dismiss").click()
        self.closed()
        self.assertNotIn("Varsovie", self.phrases())
        self.assertEqual(self.text(), ARTICLE)
        # It stays dismissed when other words change, also those next to it.
        self.script("document.querySelector('#text').setSelectionRange(0, 0)")
        self.one("#text").send_keys(Keys.HOME, "So. ")
        self.read()
        self.assertNotIn("Varsovie", self.phrases())
        self.one("#dismissed summary").click()
        self.one("#dismissed-list button").click()
        self.assertIn("Varsovie", self.phrases())

    def test_undo_takes_back_what_was_done_last(self):
        self.fill()
        self.click("Varsovie")
        self.card().find_element(By.CSS_SELECTOR, ".dismiss").click()
        self.one("#text").send_keys("x")
        self.assertNotEqual(self.text(), ARTICLE)
        self.control("z")
        self.assertEqual(self.text(), ARTICLE)
        self.assertNotIn("Varsovie", self.phrases())
        self.control("z")
        self.assertEqual(self.text(), ARTICLE)
        self.assertIn("Varsovie", self.phrases())

    def test_the_keyboard_is_enough(self):
        self.copy(ARTICLE)
        self.keys(Keys.TAB)
        self.assertEqual(self.driver.switch_to.active_element.text, "To the article")
        self.keys(Keys.ENTER)
        self.assertEqual(self.driver.switch_to.active_element, self.one("#text"))
        self.control("v")
        self.read()
        self.keys(Keys.CONTROL, Keys.HOME)
        self.keys(Keys.NULL, Keys.F8)
        self.assertIn("the the", self.card().text)
        inside = "return document.getElementById('evidence').contains(document.activeElement)"
        self.assertTrue(self.script(inside))
        self.keys("n")
        self.assertIn("3,5", self.card().text)
        self.keys("p")
        # What is done leads on to the next finding.
        self.keys("a")
        self.assertTrue(self.text().startswith("The mayor said the bridge"))
        self.assertIn("3,5", self.card().text)
        self.keys("d")
        self.assertNotIn("3,5", self.phrases())
        self.assertIn("Vladimir Poutine", self.card().text)
        self.keys(Keys.ESCAPE)
        self.closed()
        self.assertEqual(self.driver.switch_to.active_element, self.one("#text"))
        before = "const t = document.getElementById('text'); return t.value.slice(0, t.selectionEnd)"
        self.assertTrue(self.script(before).endswith("Vladimir Poutine"))
        # With the caret in a phrase its card is open, and the text keeps the focus.
        self.keys(Keys.ARROW_LEFT)
        self.card()
        self.control(Keys.ENTER)
        self.assertIn("Vladimir Putin", self.text())
        self.assertEqual(self.driver.switch_to.active_element, self.one("#text"))

    def test_the_list_leads_to_the_phrase(self):
        self.fill(ARTICLE + "\n" * 80 + "The last gibberish.")
        self.press(self.all("#list .found")[-1])
        self.card()
        box = self.script("return document.querySelector('#mirror .open').getBoundingClientRect().toJSON()")
        self.assertGreater(box["top"], 0)
        self.assertLess(box["bottom"], browser.DESKTOP[1])

    def test_several_siblings(self):
        self.fill("The gibberish council met.\n", "The city council met.\n")
        self.one("#more-siblings").click()
        self.assertEqual(self.driver.switch_to.active_element, self.one("#sibling-2"))
        self.paste("#sibling-2", "Wholly unlike it, the cat slept on a sofa all day long.\n")
        self.until(lambda: "another story" in self.one("#sibling-2-note").text)
        self.all(".sibling button")[-1].click()
        self.assertEqual(len(self.all(".sibling textarea")), 1)


class Saving(Desk):
    def test_text_report_and_json(self):
        self.fill()
        self.one("#accept-safe").click()
        self.read()
        self.one("#save-text").click()
        self.assertEqual(self.saved(".corrected.txt"), self.text())
        self.one("#save-json").click()
        report = json.loads(self.saved(".report.json"))
        self.assertEqual(report["schema"], "mtlint.report/1")
        self.assertEqual([f["text"] for f in report["findings"]], self.phrases())
        self.one("#save-html").click()
        page = self.saved(".report.html")
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertIn("Varsovie", page)

    def test_files_are_opened(self):
        page = self.downloads / "story.html"
        page.write_text("<h1>News</h1>\n<p>The <b>mayor</b> said the the word twice.</p>\n", encoding="utf-8")
        sibling = self.downloads / "wire.md"
        sibling.write_text("# News\n\nThe mayor said it twice.\n", encoding="utf-8")
        self.one("#file").send_keys(str(page))
        self.read()
        self.assertEqual(self.one("#markup").get_attribute("value"), "html")
        self.assertEqual(self.text(), page.read_text(encoding="utf-8"))
        self.assertIn("the the", self.phrases())
        self.one(".sibling input").send_keys(str(sibling))
        self.until(lambda: self.one(".sibling label").text == "wire.md")
        self.one("#undo").click()
        self.assertEqual(self.text(), "")
        binary = self.downloads / "picture.txt"
        binary.write_bytes(b"\x89PNG\0\xff")
        self.one("#file").send_keys(str(binary))
        self.until(lambda: "picture.txt is not a text file" in self.one("#alert").text)
        for path in (page, sibling, binary):
            path.unlink()

    def test_files_are_dropped(self):
        drop = """
            const [selector, names] = arguments;
            const data = new DataTransfer();
            for (const name of names) data.items.add(new File(["The the mayor of " + name], name));
            document.querySelector(selector).dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        """
        self.script(drop, "#text", ["a.md", "b.txt"])
        self.read()
        self.assertEqual(self.text(), "The the mayor of a.md")
        self.assertEqual(self.one("#markup").get_attribute("value"), "markdown")
        self.until(lambda: self.script("return document.getElementById('sibling-1').value") == "The the mayor of b.txt")
        self.script(drop, "footer", ["c.txt"])
        self.until(lambda: "Drop a file on the article" in self.one("#alert").text)
        self.script(drop, "#text", ["d.odt"])
        self.until(lambda: "d.odt: files of this kind are not read" in self.one("#alert").text)
        self.script(drop, "#text", ["e.docx"])
        self.until(lambda: "e.docx: the file is no .docx document." in self.one("#alert").text)
        self.assertEqual(self.text(), "The the mayor of a.md")

    def test_a_document_of_word_is_dropped(self):
        drop = """
            const [selector, packed] = arguments;
            const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "article.docx"));
            document.querySelector(selector).dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        """
        for selector, text in [("#text", "The the mayor spoke."), ("#siblings", "The mayor spoke.")]:
            self.script(drop, selector, base64.b64encode(docx(text)).decode())
        self.until(lambda: self.text() == "The the mayor spoke.")
        self.until(lambda: self.script("return document.getElementById('sibling-1').value") == "The mayor spoke.")
        self.read()


class Trouble(Desk):
    def answer(self, *answers):
        """The server answers so, one time each, before it answers as it is."""
        self.script(
            """
            window.answers = arguments[0];
            const real = fetch;
            window.fetch = (...a) => {
              const next = window.answers.shift();
              if (next === undefined) return real(...a);
              if (next === "away") return Promise.reject(new TypeError("Failed to fetch"));
              return Promise.resolve(new Response(next.body, next));
            };
            """,
            list(answers),
        )

    def refusal(self, status, message, **headers):
        return {"status": status, "headers": headers, "body": json.dumps({"error": {"kind": "any", "message": message}})}

    def test_a_busy_server_is_asked_again(self):
        self.answer(self.refusal(429, "full", **{"retry-after": "1"}))
        self.paste("#text", SHORT)
        self.until(lambda: "The server is busy. Trying again in 1 second." in self.one("#status").text)
        self.read()
        self.assertEqual(self.phrases(), ["Varsovie"])

    def test_a_server_that_is_away_is_asked_again(self):
        self.answer("away")
        self.paste("#text", SHORT)
        self.until(lambda: "cannot be reached. Your text is still here." in self.one("#status").text)
        self.one("#retry").click()
        self.read()
        self.assertEqual(self.phrases(), ["Varsovie"])

    def test_a_refusal_is_said_as_it_is(self):
        self.answer(self.refusal(413, "the text is larger than 8 MiB."))
        self.paste("#text", SHORT)
        self.until(lambda: self.one("#status").text == "Not read: the text is larger than 8 MiB.")
        self.assertTrue(self.one("#retry").is_displayed())

    def test_a_token_is_asked_for(self):
        self.answer(self.refusal(401, "no token"))
        self.paste("#text", SHORT)
        self.until(self.one("#token").is_displayed)
        self.reports()
        self.one("#token").send_keys("secret", Keys.ENTER)
        self.read()
        sent = [r for r in self.reports() if r["url"].endswith("/v1/report")]
        self.assertEqual([r["headers"].get("authorization") for r in sent], ["Bearer secret"])
        self.assertFalse(self.one("#token").is_displayed())

    def test_what_is_not_judged_says_why(self):
        german = "Der Bürgermeister hat am Montag die neue Brücke eröffnet. " * 4
        for text, why in (
            (german, "it seems to be in German"),
            ("12 34 56", "only symbols, numbers"),
        ):
            self.paste("#text", text)
            self.until(lambda: why in self.one("#status").text, why)
            self.assertEqual(self.phrases(), [])
        self.one("#text").click()
        self.control("a")
        self.keys(Keys.DELETE)
        self.until(lambda: self.one("#status").text == "Paste an article to begin.")


class Hostile(Desk):
    def test_text_stays_text_and_nothing_leaves(self):
        text = HOSTILE.format(address="http://127.0.0.1:9")
        self.script("window.broken = []; document.addEventListener('securitypolicyviolation', (e) => broken.push(e.blockedURI))")
        self.fill(text, text.replace("the the", "the"))
        self.assertEqual(self.text(), text)
        # A character of control in front of a word does not hide it.
        self.assertEqual(self.phrases().count("the the"), 4)
        quoted = self.quoted()
        self.assertEqual(self.all("main img, main b:not(.measures b, .chips b), main script, #evidence img, #evidence b"), [])
        self.assertIsNone(self.script("return window.hit ?? null"))
        self.assertEqual(self.script("return window.broken"), [])
        # What hides in a text is shown where it is quoted.
        self.assertIn("U+202E", quoted)
        self.assertIn("<script>", quoted)
        here = self.service.address
        self.assertEqual([r["url"] for r in self.reports() if not r["url"].startswith(here)], [])
        self.assertEqual([e for e in self.driver.get_log("browser") if "Refused" in e["message"] or "Uncaught" in e["message"]], [])

    def quoted(self):
        texts = []
        for row in self.all("#list .found"):
            self.press(row)
            texts.append(self.card().text)
        return " ".join(texts)

    def test_rich_text_is_pasted_as_plain_text(self):
        self.paste("#text", SHORT, "<p>The <b>mayor</b> <img src=x onerror='window.hit=1'>flew.")
        self.read()
        self.assertEqual(self.text(), SHORT)
        self.assertEqual(self.all("main b:not(.measures b, .chips b), main img"), [])

    def test_a_long_text_can_be_edited(self):
        paragraph = "The the mayor opened the new bridge on Monday morning before the council met. "
        text = "\n\n".join([paragraph * 5] * 520)
        self.assertGreater(len(text), 200_000)
        file = self.downloads / "long.txt"
        file.write_text(text, encoding="utf-8")
        self.one("#file").send_keys(str(file))
        file_read = lambda: self.script("return document.body.dataset.state") == "read" and len(self.text()) == len(text)
        WebDriverWait(self.driver, 120).until(lambda _: file_read())
        self.assertGreater(len(self.all('#mirror .f')), 400)
        self.script("document.getElementById('text').setSelectionRange(100000, 100000)")
        self.one("#text").send_keys("x")
        self.assertEqual(len(self.text()), len(text) + 1)
        self.assertEqual(len(self.all(".edited")), 1)
        file.unlink()

    def test_half_a_character_can_be_sent(self):
        self.one("#text").click()
        self.script("document.execCommand('insertText', false, 'The \\ud800 mayor flew from Varsovie.')")
        self.read()
        self.assertEqual(self.script("return [...document.querySelectorAll('#mirror .f')].at(-1).textContent"), "Varsovie")


class Looks(Desk):
    def test_a_tap_opens_a_sheet_that_leaves_the_phrase_in_sight(self):
        self.open(size=browser.PHONE)
        self.fill()
        mark = self.mark("twaddle")
        self.script("document.activeElement.blur(); arguments[0].scrollIntoView({ block: 'end' })", mark)
        box = lambda e: self.script("return arguments[0].getBoundingClientRect().toJSON()", e)
        at = box(mark)
        point = {"x": at["left"] + at["width"] / 2, "y": at["top"] + at["height"] / 2}
        touch = lambda kind, points: self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        touch("touchStart", [point])
        touch("touchEnd", [])
        sheet, mark = box(self.card()), box(mark)
        self.assertEqual((sheet["left"], round(sheet["bottom"])), (0, browser.PHONE[1]))
        self.assertLessEqual(mark["bottom"], sheet["top"])
        self.assertGreaterEqual(mark["top"], 0)
        # The text has not got the focus: the keyboard of the screen would come up.
        self.assertNotEqual(self.driver.switch_to.active_element, self.one("#text"))

    def test_nothing_is_wider_than_the_screen(self):
        for size in (browser.PHONE, (320, 600), (800, 600), browser.DESKTOP):
            self.open(size=size)
            self.fill("The " + "gibberish" * 30 + " mayor.\n" + ARTICLE * 4, "x" * 300 + SIBLING)
            self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), size[0])
            self.press(self.all("#list .found")[0])
            self.card()
            self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), size[0])

    def test_axe_finds_no_serious_fault(self):
        for size in (browser.PHONE, browser.DESKTOP):
            for theme in ("light", "dark"):
                self.open(size=size, theme=theme)
                self.assertEqual(browser.faults(self.driver), [])
                self.fill()
                self.press(self.all("#list .found")[4])
                self.card()
                self.assertEqual(browser.faults(self.driver), [])
                self.keys(Keys.ESCAPE)
                self.script("document.getElementById('help').showModal()")
                self.assertEqual(browser.faults(self.driver), [])

    def test_pictures_to_look_at(self):
        shot = lambda name: self.assertTrue(self.driver.save_screenshot(str(browser.SHOTS / f"{name}.png")))
        for kind, size in (("phone", browser.PHONE), ("desktop", browser.DESKTOP)):
            for theme in ("light", "dark"):
                self.open(size=size, theme=theme)
                shot(f"service-empty-{kind}-{theme}")
                self.fill()
                self.script("document.activeElement.blur(); scrollTo(0, 0)")
                shot(f"service-read-{kind}-{theme}")
                self.press(self.all("#list .found")[4])
                self.card()
                shot(f"service-card-{kind}-{theme}")


if __name__ == "__main__":
    unittest.main()
