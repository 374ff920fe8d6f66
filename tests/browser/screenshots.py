"""Pictures of every room, in both languages and themes, wide and narrow, into docs/img.

python -m tests.browser.screenshots
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import warnings
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.bootstrap import build
from app.core.config import Settings
from app.evaluation.runner import RunOptions
from app.services.workbench import Workbench
from tests.browser.flags import FLAGS
from tests.support.history import DIALOGS, fill, history
from tests.support.server import ROOT, running

PICTURES = ROOT / "docs" / "img"
SCREENS = {"wide": (1280, 900), "narrow": (390, 844)}
ROOMS = ("chat", "evaluation", "monitor", "analytics", "knowledge", "settings")
THEMES = ("light", "dark")
COLOURS = 256
STORY = {
    "ru": (
        "Не работает приложение, не могу войти в аккаунт",
        "сколько стоит Профи?",
        "верните деньги, третий раз пишу!",
    ),
    "en": (
        "The app does not work, I cannot log in",
        "how much is Pro?",
        "give me my money back, third time I ask!",
    ),
}
CALM = """() => new Promise((done) => {
  let timer = setTimeout(done, 900);
  const seen = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 900); });
  seen.observe(document.body, {childList: true, subtree: true, characterData: true});
  setTimeout(done, 15000);
})"""


async def furnish(bench: Workbench, dialogs: int = DIALOGS, cases: int = 240) -> dict[str, str]:
    """A past of some months, a story in each language, and a measured router; what addresses name of it."""
    await bench.dialogs.store.open()
    await fill(bench.dialogs.store, list(history(datetime.now(UTC), dialogs)))
    named = {}
    for language, (first, *others) in STORY.items():
        begun = await bench.dialogs.create("customer_123", first)
        named[f"dialog_{language}"] = str(begun.body["dialog_id"])
        for line in others:
            await bench.dialogs.send(named[f"dialog_{language}"], line)
    run = await bench.evaluation.run(["routing_ru", "routing_en"], "local", RunOptions(limit=cases))
    named["run"] = run.provenance.run_id
    return named


def address(room: str, language: str, named: dict[str, str]) -> str:
    more = {
        "chat": f"&customer=customer_123&dialog={named[f'dialog_{language}']}",
        "evaluation": f"&run={named['run']}",
        "monitor": f"&watch={named[f'dialog_{language}']}",
        "knowledge": "&article=cannot-log-in",
    }
    return f"/ui/{language}/?tab={room}{more.get(room, '')}"


def picture(page: Page, target: Path) -> None:
    """A palette makes it a third as large; text stays sharp."""
    page.evaluate(CALM)
    page.screenshot(path=target, animations="disabled")
    with Image.open(target) as taken:
        small = taken.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(target, optimize=True)


def visit(browser: Browser, url: str, named: dict[str, str], look: tuple[str, str, str]) -> None:
    language, theme, screen = look
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.add_init_script(f"localStorage.setItem('cc-theme', '{theme}')")
    page = context.new_page()
    for room in ROOMS:
        page.goto(f"{url}{address(room, language, named)}")
        page.locator("#cc-model summary").wait_for(timeout=60_000)
        picture(page, PICTURES / f"{room}-{language}-{theme}-{screen}.png")
    context.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.chdir(folder)  # the settings room shows plain paths
        Path("eval_sets").symlink_to(ROOT / "eval_sets")
        bench = build(Settings(_env_file=None, log_level="ERROR"))
        named = asyncio.run(furnish(bench))
        with running(bench) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for look in product(STORY, THEMES, SCREENS):
                visit(browser, url, named, look)
            browser.close()
        os.chdir(ROOT)


if __name__ == "__main__":
    main()
