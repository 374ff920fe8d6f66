"""How soon a page is usable, how fast a room opens, how far things jump.

`python -m benchmarks.first_page [VISITS]`: a real server process and real Chromium. The first visit is the
server's first; every cache is empty. Layout shift is the browser's own sum (CLS) after a
visit of each room at its address. A room has opened when its first own part is painted after the press on its
tab.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.browser.flags import FLAGS
from tests.support.server import ServerProcess

VISITS = 10
PATIENCE = 60_000  # ms
ROOMS = ("chat", "evaluation", "monitor", "analytics", "knowledge", "settings")
SCREENS = {"wide": (1280, 900), "narrow": (390, 844)}
SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value;
  }).observe({type: "layout-shift", buffered: true});
"""
OPEN = """(room) => new Promise((done) => {
  const began = performance.now();
  document.getElementById(`cc-tab-${room}-button`).click();
  const look = () => {
    const tab = document.getElementById(`cc-tab-${room}`);
    const parts = tab?.checkVisibility() ? [...tab.querySelectorAll("*")] : [];
    const shown = parts.some((part) => part.offsetHeight > 8 && part.textContent.trim());
    if (shown) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  look();
})"""


def main(visits: int) -> None:
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("NO BROWSER: install chromium to measure the first page")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = ServerProcess(Path(folder) / "dialogs", UI="true")
        server.start()
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            seconds = [time_first_page(browser, server.url) for _ in range(visits)]
            opened = [time_rooms(browser, server.url) for _ in range(visits)]
            shifts = {screen: sum_shifts(browser, server.url, screen) for screen in SCREENS}
            browser.close()
        finally:
            server.end()
    report(seconds, opened, shifts)


def report(seconds: list[float], opened: list[dict[str, float]], shifts: dict[str, dict[str, float]]) -> None:
    table = Table("room", "opens, ms: median", "worst", *(f"CLS, {screen}" for screen in SCREENS))
    for room in ROOMS:
        times = [visit[room] for visit in opened if room in visit]
        told = [f"{statistics.median(times):.0f}", f"{max(times):.0f}"] if times else ["", ""]
        table.add_row(room, *told, *(f"{shifts[screen][room]:.3f}" for screen in SCREENS))
    console = Console()
    console.print(
        f"first page usable: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s, "
        f"the server's first {seconds[0]:.2f} s (n = {len(seconds)})"
    )
    console.print(table)


def visit(browser: Browser, screen: str = "wide") -> Page:
    width, height = SCREENS[screen]
    page = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU").new_page()
    page.add_init_script(SHIFTS)
    return page


def time_first_page(browser: Browser, url: str) -> float:
    page = visit(browser)
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    expect(page.locator("#cc-message textarea")).to_be_editable(timeout=PATIENCE)
    took = time.perf_counter() - began
    page.context.close()
    return took


def time_rooms(browser: Browser, url: str) -> dict[str, float]:
    """Milliseconds by room; the first, which is open at once, has none."""
    page = visit(browser)
    page.goto(url)
    expect(page.locator("#cc-message textarea")).to_be_editable(timeout=PATIENCE)
    took = {room: float(page.evaluate(OPEN, room)) for room in ROOMS[1:]}
    page.context.close()
    return took


def sum_shifts(browser: Browser, url: str, screen: str) -> dict[str, float]:
    sums = {}
    for room in ROOMS:
        page = visit(browser, screen)
        page.goto(f"{url}/ui/ru/?tab={room}")
        expect(page.locator("#cc-model summary")).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(3000)
        sums[room] = float(page.evaluate("window.shifts"))
        page.context.close()
    return sums


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VISITS)
