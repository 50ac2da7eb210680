"""A browser without a screen, and the pages to open in it."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from selenium import webdriver

MTLINT = os.environ["MTLINT"]
SHOTS = pathlib.Path(os.environ["SHOTS"])
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
DESKTOP = (1280, 900)
PHONE = (390, 844)


def start(downloads=None):
    """A browser; what is saved goes into the folder `downloads`."""
    options = webdriver.ChromeOptions()
    if downloads:
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
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


def faults(driver):
    """The serious faults that axe finds in a page, as lines for people."""
    axe = pathlib.Path(os.environ["AXE"]).read_text(encoding="utf-8")
    result = driver.execute_cdp_cmd(
        "Runtime.evaluate",
        {
            "expression": axe + "; axe.run(document)",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )["result"]["value"]
    serious = [v for v in result["violations"] if v["impact"] in ("serious", "critical")]
    assert len(result["passes"]) > 10, result["passes"]
    return [f"{v['id']}: {node['html']}: {node['failureSummary']}" for v in serious for node in v["nodes"]]


class Service:
    """A running `mtlint serve`."""

    # What a busy machine may take to start it.
    SECONDS = 60

    def __init__(self, *arguments):
        self.output = tempfile.TemporaryFile("w+b")
        command = [MTLINT, "serve", "--model", "stub", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)
        self.address = self.ready()

    def ready(self):
        """The address that it says when it is ready."""
        until = time.monotonic() + self.SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            said = os.pread(self.output.fileno(), 1 << 16, 0).decode()
            address = re.search(r"http://[\d.:]+\d(?=\D)", said)
            if address:
                return address[0]
            time.sleep(0.05)
        raise AssertionError("mtlint serve did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.output.close()


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
