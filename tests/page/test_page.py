"""The page of --format html, driven as people drive it."""

import http.server
import json
import threading
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

import browser

ARTICLE = [
    str(browser.EXAMPLES / "transfer.garbled.txt"),
    "--sibling",
    str(browser.EXAMPLES / "transfer.sibling.txt"),
]

HOSTILE = """The <script>window.hit = 1</script> mayor opened the bridge.
She said gibberish</p></section></article><img src="{address}/a.png" onerror="window.hit = 2"> twice.
A "quoted' &amp; &lt;b&gt; gibberish\u202etxet dediart\u202c and a \u0007 bell.
"""


def text_of(driver, selector):
    """What a reader would select and copy of an element: its text, as it stands there."""
    return driver.execute_script(
        "return document.querySelector(arguments[0]).textContent", selector
    )


def luminance(colour):
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    parts = [part / 255 for part in parts]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = browser.Pages()
        cls.driver = browser.start()
        cls.article = cls.pages.page("article.html", *ARTICLE)
        cls.findings = cls.pages.reports(*ARTICLE)[0]["findings"]

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.pages.folder.cleanup()

    def open(self, address, **seen):
        browser.look(self.driver, **seen)
        self.driver.get("about:blank")
        for log in ("performance", "browser"):
            self.driver.get_log(log)
        self.driver.get(address)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def marks(self):
        return self.all(".f[id]")

    def evidence(self):
        element = self.one("#evidence")
        WebDriverWait(self.driver, 5).until(lambda _: element.is_displayed())
        return element

    def closed(self):
        WebDriverWait(self.driver, 5).until(lambda _: not self.one("#evidence").is_displayed())

    def requests(self):
        """What the page asked for since it was opened, itself left out."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
        urls = [m["params"]["request"]["url"] for m in sent]
        return [url for url in urls if not url.startswith("file:")]

    def with_fix(self):
        """The place of a finding that has a sibling's correction, and the correction."""
        for index, finding in enumerate(self.findings):
            if any("sibling" in fix for fix in finding["suggestions"][:1]):
                return index, finding["suggestions"][0]
        raise AssertionError("no correction in the example")

    def test_every_finding_is_marked_in_the_unchanged_text(self):
        self.open(self.article)
        self.assertGreater(len(self.findings), 2)
        shown = [mark.text for mark in self.marks()]
        self.assertEqual(shown, [" ".join(f["text"].split()) for f in self.findings])
        classes = [mark.get_attribute("class").split()[1] for mark in self.marks()]
        self.assertEqual(classes, [finding["severity"] for finding in self.findings])
        with open(ARTICLE[0], encoding="utf-8") as file:
            self.assertEqual(text_of(self.driver, ".text p"), file.read())
        with open(ARTICLE[2], encoding="utf-8") as file:
            self.assertEqual(text_of(self.driver, ".pane p"), file.read())

    def test_ids_are_unique_and_every_link_leads_somewhere(self):
        several = self.pages.page("several.html", *sorted(browser.EXAMPLES.glob("*.txt")))
        for address in (self.article, several):
            self.open(address)
            ids = [element.get_attribute("id") for element in self.all("[id]")]
            self.assertEqual(len(ids), len(set(ids)))
            links = [link.get_dom_attribute("href") for link in self.all("a")]
            self.assertGreater(len(links), 0)
            self.assertEqual([link for link in links if link[:1] != "#" or link[1:] not in ids], [])
            described = [mark.get_attribute("aria-describedby") for mark in self.marks()]
            self.assertEqual([name for name in described if name not in ids], [])

    def test_the_index_has_the_worst_first(self):
        address = self.pages.page("index.html", *sorted(browser.EXAMPLES.glob("*.txt")))
        self.open(address)
        qualities = [float(cell.text) for cell in self.all("tbody td:nth-child(2)")]
        self.assertEqual(len(qualities), len(list(browser.EXAMPLES.glob("*.txt"))))
        self.assertEqual(qualities, sorted(qualities))
        headings = [heading.text for heading in self.all("h2")]
        self.assertEqual(headings, [link.text for link in self.all("tbody a")])

    def test_hovering_shows_the_evidence_and_lights_the_sibling(self):
        self.open(self.article)
        index, fix = self.with_fix()
        self.assertEqual(self.all(".lit"), [])
        ActionChains(self.driver).move_to_element(self.marks()[index]).perform()
        evidence = self.evidence()
        bits = f"{self.findings[index]['evidence']['surprisal_bits']:.1f} bits"
        for words in (fix["replacement"], fix["sibling"]["text"]):
            self.assertIn(words, evidence.text)
        # The numbers are behind a fold.
        self.assertNotIn(bits, evidence.text)
        evidence.find_element(By.CSS_SELECTOR, "summary").click()
        self.assertIn(bits, evidence.text)
        self.assertIn(fix["sibling"]["text"], " ".join(e.text for e in self.all(".pane .lit")))
        ActionChains(self.driver).move_to_element(self.one("footer")).perform()
        self.closed()
        self.assertEqual(self.all(".lit"), [])

    def test_the_keyboard_is_enough(self):
        self.open(self.article)
        keys = lambda *pressed: ActionChains(self.driver).send_keys(*pressed).perform()
        keys("n")
        self.assertIn(self.findings[0]["text"].split()[0], self.evidence().text)
        self.assertEqual(self.driver.switch_to.active_element, self.marks()[0])
        keys("n")
        self.assertEqual(self.driver.switch_to.active_element, self.marks()[1])
        keys("p", "p")
        self.assertEqual(self.driver.switch_to.active_element, self.marks()[-1])
        keys(Keys.ESCAPE)
        self.closed()
        # By tabulator too, and it stays open after Enter while the focus goes into it.
        self.driver.execute_script("arguments[0].focus()", self.marks()[0])
        keys(Keys.ENTER)
        self.evidence()
        keys(Keys.TAB)
        inside = "return document.getElementById('evidence').contains(document.activeElement)"
        self.assertTrue(self.driver.execute_script(inside))
        keys(Keys.ESCAPE)
        self.closed()
        self.assertEqual(self.driver.switch_to.active_element, self.marks()[0])

    def test_corrections_are_copied(self):
        self.open(self.article)
        grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        self.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
        index, fix = self.with_fix()
        copied = lambda: self.driver.execute_async_script(
            "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)))"
        )
        button = self.one(f"#d1f{index + 1} .copy")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        WebDriverWait(self.driver, 5).until(lambda _: "Copied" in self.one("#told").text)
        self.assertEqual(copied(), fix["replacement"])
        # By key, from the phrase.
        self.driver.execute_script("return navigator.clipboard.writeText('nothing')")
        self.driver.execute_script("arguments[0].focus()", self.marks()[index])
        ActionChains(self.driver).send_keys("c").perform()
        WebDriverWait(self.driver, 5).until(lambda _: copied() == fix["replacement"])

    def test_on_a_phone_a_tap_opens_a_sheet_that_leaves_the_phrase_in_sight(self):
        self.open(self.article, size=browser.PHONE)
        mark = self.marks()[len(self.marks()) // 2]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'end'})", mark)
        mark.click()
        sheet = self.evidence()
        where = "return arguments[0].getBoundingClientRect().toJSON()"
        sheet, mark = (self.driver.execute_script(where, e) for e in (sheet, mark))
        self.assertEqual((sheet["left"], round(sheet["bottom"])), (0, browser.PHONE[1]))
        self.assertLessEqual(mark["bottom"], sheet["top"])
        self.assertGreaterEqual(mark["top"], 0)

    def test_nothing_is_wider_than_the_screen(self):
        several = self.pages.page("wide.html", *sorted(browser.EXAMPLES.glob("*.txt")))
        long = self.pages.text("long.txt", "The " + "gibberish" * 60 + " mayor spoke.\n")
        long = self.pages.page("long.html", long, "--model", "stub")
        for address in (self.article, several, long):
            for size in (browser.PHONE, (320, 600), (800, 600), browser.DESKTOP):
                self.open(address, size=size)
                width = self.driver.execute_script("return document.documentElement.scrollWidth")
                self.assertLessEqual(width, size[0])

    def test_nothing_leaves_and_hostile_text_stays_text(self):
        asked = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = "http://127.0.0.1:%d" % server.server_address[1]
        text = HOSTILE.format(address=address)
        name = self.pages.text('"><img src=x onerror=window.hit=3>.txt', text)
        sibling = self.pages.text("<b>sibling.txt", text.replace("gibberish", "twaddle"))
        page = self.pages.page("hostile.html", name, "--sibling", sibling, "--model", "stub")
        self.open(page)
        self.assertGreater(len(self.marks()), 0)
        shown = text.replace("\u202e", "U+202E").replace("\u202c", "U+202C").replace("\u0007", "U+0007")
        self.assertEqual(text_of(self.driver, ".text p"), shown)
        for mark in self.marks():
            ActionChains(self.driver).move_to_element(mark).perform()
        self.evidence()
        self.assertIsNone(self.driver.execute_script("return window.hit ?? null"))
        self.assertEqual(self.all("article img, article script, article b:not(.measures b, .chips b)"), [])
        self.assertEqual((self.requests(), asked), ([], []))
        # Even markup that got in could ask for nothing.
        self.driver.execute_script(
            "document.body.insertAdjacentHTML('beforeend', `<img src='${arguments[0]}/b.png'>`)", address
        )
        WebDriverWait(self.driver, 5).until(
            lambda _: any("Content Security Policy" in e["message"] for e in self.driver.get_log("browser"))
        )
        self.assertEqual(asked, [])

    def test_marked_up_articles_are_shown_as_they_are_read(self):
        sources = {
            "a.html": "<h1>News</h1><p>The <b>mayor</b> said gibb&#101;rish twice.<script>f()</script>",
            "a.md": "# News\n\nThe **mayor** said gibberish twice.\n\n```\nf()\n```\n",
        }
        for name, source in sources.items():
            path = self.pages.text(name, source)
            sibling = self.pages.text("sibling.md", "# Weather\n\nIt **rained** all day.\n")
            flags = ["--model", "stub", "--sensitivity", "thorough", "--sibling", sibling]
            self.open(self.pages.page(name + ".page.html", path, *flags))
            self.assertEqual(text_of(self.driver, ".text p").strip(), "News\n\nThe mayor said gibberish twice.")
            self.assertEqual(text_of(self.driver, ".pane p").strip(), "Weather\n\nIt rained all day.")
            self.assertTrue(any("gibberish" in mark.text for mark in self.marks()))

    def test_without_scripts_it_can_be_read(self):
        self.open(self.article, scripts=False)
        cards = self.all(".card")
        self.assertEqual(len(cards), len(self.findings))
        self.assertTrue(all(card.is_displayed() for card in cards))
        self.assertFalse(any(button.is_displayed() for button in self.all(".copy")))
        self.assertFalse(self.one(".keys").is_displayed())
        self.marks()[0].click()
        self.assertTrue(self.driver.current_url.endswith("#d1f1"))
        top = "return document.querySelector(':target').getBoundingClientRect().top"
        browser.look(self.driver)
        self.assertLess(self.driver.execute_script(top), browser.DESKTOP[1])

    def test_it_prints_whole(self):
        self.open(self.article, media="print")
        pane = self.one(".pane")
        self.assertEqual(
            *(self.driver.execute_script(f"return arguments[0].{p}Height", pane) for p in ("scroll", "client"))
        )
        self.assertFalse(any(button.is_displayed() for button in self.all(".copy")))
        self.assertTrue(all(card.is_displayed() for card in self.all(".card")))

    def test_both_themes_have_contrast(self):
        for theme in ("light", "dark"):
            self.open(self.article, theme=theme)
            behind = """let e = arguments[0], c;
                do { c = getComputedStyle(e).backgroundColor; e = e.parentElement } while (e && c.endsWith(', 0)'));
                return c"""
            body = luminance(self.driver.execute_script(behind, self.one("body")))
            self.assertEqual(body > 0.5, theme == "light")
            for selector in (".text p", ".f", ".kind", ".sure", ".why", "del", "ins", ".note", "h3", "footer p"):
                element = self.one(selector)
                colours = (element.value_of_css_property("color"), self.driver.execute_script(behind, element))
                light, dark = sorted(map(luminance, colours), reverse=True)
                self.assertGreaterEqual((light + 0.05) / (dark + 0.05), 4.5, (theme, selector, colours))

    def test_documents_that_were_not_judged_say_why(self):
        files = [
            self.pages.text("empty.txt", " \n"),
            self.pages.text("article.txt", "The mayor opened the new bridge on Monday morning.\n"),
            str(self.pages.path / "missing.txt"),
        ]
        self.open(self.pages.page("failed.html", *files, "--model", "stub"))
        rows = [row.text for row in self.all("tbody tr")]
        self.assertIn("article.txt", rows[0])
        self.assertIn("Not judged: there is nothing in it but white space", "\n".join(rows[1:]))
        self.assertIn("missing.txt: no such file", "\n".join(rows[1:]))

    def test_the_run_report_is_a_page_too(self):
        ids = ["<b>\u202ebold", "plain", "empty"]
        texts = ["A gibberish day for the twaddle mayor.", "It rained all day long.", " "]
        lines = [json.dumps({"id": i, "text": t}) + "\n" for i, t in zip(ids, texts)]
        feed = self.pages.text("feed.jsonl", "".join(lines))
        address = self.pages.run_report("night.html", feed)
        for size in (browser.PHONE, browser.DESKTOP):
            self.open(address, size=size)
            width = self.driver.execute_script("return document.documentElement.scrollWidth")
            self.assertLessEqual(width, size[0])
        rows = [row.text for row in self.all("tbody tr")]
        self.assertTrue(rows[0].startswith("<b>U+202Ebold"), rows)
        self.assertIn("there is nothing in it but white space", " ".join(rows))
        self.assertEqual((self.all("article b:not(.measures b)"), self.requests()), ([], []))

    def test_on_a_phone_a_name_in_a_table_has_the_whole_line(self):
        several = self.pages.page("phone.html", *sorted(browser.EXAMPLES.glob("*.txt")))
        lines = [json.dumps({"id": f"wire/article-{n}.txt", "text": "The the mayor spoke."}) + "\n" for n in range(3)]
        night = self.pages.run_report("phone-night.html", self.pages.text("phone.jsonl", "".join(lines)))
        for address in (several, night):
            self.open(address, size=browser.PHONE)
            widths = [row.size["width"] for row in self.all("tbody th[scope=row]")]
            self.assertGreater(len(widths), 2)
            self.assertGreater(min(widths), browser.PHONE[0] * 0.8)
            label = "return getComputedStyle(document.querySelector('tbody td.n'), '::after').content"
            self.assertIn("quality", self.driver.execute_script(label))

    def test_axe_finds_no_serious_fault(self):
        several = self.pages.page("faults.html", *sorted(browser.EXAMPLES.glob("*.txt")))
        night = self.pages.run_report("faults-night.html", self.pages.text("faults.jsonl", '{"text":"The the mayor spoke."}\n'))
        for theme in ("light", "dark"):
            for address in (self.article, several, night):
                self.open(address, theme=theme)
                self.assertEqual(browser.faults(self.driver), [])

    def test_pictures_to_look_at(self):
        several = self.pages.page("pictures.html", *sorted(browser.EXAMPLES.glob("*.garbled.txt")))
        for kind, size in (("phone", browser.PHONE), ("desktop", browser.DESKTOP)):
            for theme in ("light", "dark"):
                for name, address in (("article", self.article), ("several", several)):
                    self.open(address, size=size, theme=theme)
                    if name == "article":
                        mark = self.marks()[1]
                        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", mark)
                        mark.click()
                        self.evidence()
                    path = browser.SHOTS / f"{name}-{kind}-{theme}.png"
                    self.assertTrue(self.driver.save_screenshot(str(path)))


if __name__ == "__main__":
    unittest.main()
