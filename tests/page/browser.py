"""A browser without a screen, and the pages to open in it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from selenium import webdriver

MTLINT = os.environ["MTLINT"]
SHOTS = pathlib.Path(os.environ["SHOTS"])
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
DESKTOP = (1280, 900)
PHONE = (390, 844)


def start():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in [
        "--headless=new",
        # The machine that tests run on may be root's.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def look(driver, size=DESKTOP, theme="light", media="", scripts=True):
    """As whom the page is seen; before it is opened."""
    width, height = size
    command = driver.execute_cdp_cmd
    command(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE},
    )
    features = [{"name": "prefers-color-scheme", "value": theme}]
    command("Emulation.setEmulatedMedia", {"media": media, "features": features})
    command("Emulation.setScriptExecutionDisabled", {"value": not scripts})


class Pages:
    """Pages that mtlint makes, in a folder of their own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def text(self, name, content):
        path = self.path / name
        path.write_bytes(content.encode())
        return str(path)

    def run(self, *arguments):
        command = [MTLINT, "highlight", "--quiet", *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, cwd=self.path)
        assert done.returncode in (0, 2), done
        return done.stdout.decode()

    def page(self, name, *arguments):
        """The address of a page."""
        path = self.path / name
        path.write_text(self.run("--format", "html", *arguments), newline="")
        return path.as_uri()

    def run_report(self, name, feed):
        """The address of the page that tells of a night over a feed."""
        state = self.path / "night.state"
        night = [feed, "--output", "/dev/null", "--state", state, "--model", "stub", "--quiet"]
        subprocess.run([MTLINT, "batch", *map(str, night)], check=True)
        path = self.path / name
        with open(path, "w", encoding="utf-8") as page:
            subprocess.run([MTLINT, "report", state, "--format", "html"], stdout=page, check=True)
        return path.as_uri()

    def reports(self, *arguments):
        return [json.loads(line) for line in self.run("--format", "jsonl", *arguments).splitlines()]
