"""The evaluation room: a run to its report, labels mended by two people, sets uploaded."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from app.core.models import Decision, RouteQuery
from app.evaluation.registry import Registry
from app.evaluation.runner import Target
from tests.support.server import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MARKUP = "<img src=x onerror=\"document.title='owned'\">"
LINES = (
    ("сколько стоит Профи?", "supervisor"),
    (f"сколько стоит тариф Старт? {MARKUP}", "supervisor"),
    ("не открывается приложение, пишет ошибку", "tech_support"),
    ("верните деньги, третий раз пишу!", "supervisor"),
)
LONG = 30_000


async def never(_: RouteQuery) -> Decision:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluation")
    rows = [{"id": f"c{n}", "text": text, "label": label} for n, (text, label) in enumerate(LINES)]
    (root / "sets").mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (root / "sets" / "four.jsonl").write_text(lines, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def url(root: Path) -> Iterator[str]:
    """`held` is a router that never answers."""
    bench = build(settings(root / "dialogs", ui=True))
    targets = {**bench.evaluation.targets, "held": Target("held", never, bench.agents)}
    exam = replace(
        bench.evaluation, targets=targets, folder=root / "sets", registry=Registry(root / "eval_runs")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(replace(bench, evaluation=exam)) as address:
            yield address


@pytest.fixture
def room(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh visitor of the room; a request that would leave the machine fails the test."""
    width, height = getattr(request, "param", (1280, 900))
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
    strangers: list[str] = []
    context.on(
        "request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else strangers.append(r.url)
    )
    page = context.new_page()
    page.goto(f"{url}/ui/ru/?tab=evaluation")
    expect(page.locator("#cc-eval-router input")).to_have_value("local", timeout=60_000)
    yield page
    context.close()
    assert strangers == []


def pick(page: Page, box: str, *options: str) -> None:
    for option in options:
        page.locator(f"{box} input").click()
        page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")


def measure(page: Page, router: str = "local") -> None:
    pick(page, "#cc-eval-sets", "four")
    if router != "local":
        pick(page, "#cc-eval-router", router)
    page.locator("#cc-eval-start").click()


def box(page: Page, name: str) -> None:
    """Unfold a part."""
    page.locator(f"#cc-eval-{name} > button, #cc-eval-{name} .label-wrap").first.click()


def test_a_run_ends_in_a_report_whose_cells_list_their_cases(room: Page) -> None:
    measure(room)
    expect(room.locator("#cc-eval-status")).to_contain_text("Готово", timeout=LONG)
    expect(room.locator("#cc-eval-cards")).to_contain_text("Пропущенные эскалации", timeout=LONG)
    cell = room.locator("#cc-eval-matrix").get_by_label(re.compile("ожидался supervisor, выбран sales"))
    expect(cell).to_contain_text("2")
    cell.click()
    cases = room.locator("#cc-eval-cases")
    expect(cases).to_contain_text("Ожидался supervisor, выбран sales: 2", timeout=LONG)
    expect(cases).to_contain_text(MARKUP)
    box(room, "prices")
    room.locator("#cc-eval-missed input[type=number]").fill("20")
    expect(room.locator("#cc-eval-cards")).to_contain_text("40", timeout=LONG)
    with room.expect_download(timeout=LONG) as download:
        room.locator("#cc-eval-csv").click()
    assert download.value.suggested_filename == "predictions.csv"
    assert "run=" in room.url
    assert room.title() != "owned"
    room.reload()
    expect(room.locator("#cc-eval-matrix button").first).to_be_visible(timeout=LONG)


def test_a_label_is_mended_by_two_people(room: Page, root: Path) -> None:
    measure(room)
    room.locator("#cc-eval-cases button").first.click(timeout=LONG)
    room.locator("#cc-eval-why").get_by_role("textbox").fill("спрашивают цену")
    room.locator("#cc-eval-who").get_by_role("textbox").fill("Анна")
    room.locator("#cc-eval-propose").click()
    expect(room.locator("#cc-eval-said")).to_contain_text("Записано", timeout=LONG)
    box(room, "pending")
    second = room.locator("#cc-eval-second").get_by_role("textbox")
    confirm = room.locator("#cc-eval-pending [data-pick]")
    second.fill("анна")
    confirm.click()
    expect(room.get_by_text("нужен второй человек")).to_be_visible(timeout=LONG)
    second.fill("Борис")
    confirm.click()
    expect(room.locator("#cc-eval-confirmed")).to_contain_text("Борис", timeout=LONG)
    (row,) = map(json.loads, (root / "corrections.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["confirmed"] is True
    assert (row["correction"]["who"], row["correction"]["confirmed_by"]) == ("Анна", "Борис")
    assert (row["correction"]["was"], row["correction"]["label"]) == ("supervisor", "sales")


def test_a_run_survives_a_reload_and_is_cancelled(room: Page) -> None:
    measure(room, "held")
    expect(room.locator("#cc-eval-status")).to_contain_text("0 из 4", timeout=LONG)
    room.reload()
    expect(room.locator("#cc-eval-status")).to_contain_text("0 из 4", timeout=LONG)
    room.locator("#cc-eval-cancel").click()
    expect(room.locator("#cc-eval-status")).to_contain_text("Прервано", timeout=LONG)
    expect(room.locator("#cc-eval-resume")).to_be_visible(timeout=LONG)


def test_uploads_are_refused_in_words_or_imported_as_text(room: Page, root: Path, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.xlsx", tmp_path / "mine.csv"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    rows = ("message;kind", '"=HYPERLINK(""http://evil"")";sales', f"{MARKUP};sales", ";sales")
    good.write_text("\n".join(rows).replace("document.title='owned'", "0"), encoding="utf-8")
    box(room, "upload")
    file = room.locator("#cc-eval-file input[type=file]")
    file.set_input_files(broken)
    expect(room.locator("#cc-eval-problem")).to_contain_text("это не книга Excel", timeout=LONG)
    room.locator("#cc-eval-file").get_by_role("button").first.click()
    file.set_input_files(good)
    room.locator("#cc-eval-look").click(timeout=LONG)
    preview = room.locator("#cc-eval-preview")
    expect(preview).to_contain_text("Войдёт строк: 2 из 3.", timeout=LONG)
    expect(preview).to_contain_text("похожих на формулу: 1")
    room.locator("#cc-eval-import").click()
    expect(room.locator("#cc-eval-imported")).to_contain_text("Импортировано: 2", timeout=LONG)
    kept = (root / "eval_uploads" / "mine.jsonl").read_text(encoding="utf-8")
    assert '=HYPERLINK(\\"http://evil\\")' in kept


@pytest.mark.parametrize("room", [(390, 844)], indirect=True)
def test_the_room_fits_a_narrow_screen(room: Page) -> None:
    room.locator("#cc-eval-start").click()
    expect(room.get_by_text("Выберите хотя бы один набор")).to_be_visible(timeout=LONG)
    measure(room)
    expect(room.locator("#cc-eval-matrix button").first).to_be_visible(timeout=LONG)
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = "(e) => e.getBoundingClientRect().right <= innerWidth"
    assert room.locator("#cc-eval-matrix button").nth(2).evaluate(seen)
