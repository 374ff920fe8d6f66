"""Seconds from navigation until the message box is usable: `python -m benchmarks.first_page [VISITS]`.

A real server process and real Chromium. The first visit is the server's first; every cache is empty.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright
from rich.console import Console

from tests.browser.flags import FLAGS
from tests.support.server import ServerProcess

VISITS = 10
PATIENCE = 60_000  # ms


def main(visits: int) -> None:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("NO BROWSER: install chromium to measure the first page")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = ServerProcess(Path(folder) / "dialogs", UI="true")
        server.start()
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            seconds = [origin(browser, server.url) for _ in range(visits)]
            browser.close()
        finally:
            server.end()
    Console().print(
        f"median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s, "
        f"the server's first {seconds[0]:.2f} s (n = {visits})"
    )


def origin(browser: Browser, url: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ru-RU")
    page = context.new_page()
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    expect(page.locator("#cc-message textarea")).to_be_editable(timeout=PATIENCE)
    took = time.perf_counter() - began
    context.close()
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VISITS)
