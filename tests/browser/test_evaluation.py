"""The evaluation room: a run to its report, labels mended by two people, runs compared, sets uploaded."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from app.core.models import Decision, RouteQuery
from app.evaluation.registry import Registry
from app.evaluation.runner import Target
from tests.browser.conftest import typed
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


class Held:
    """A router that sells, one message at a time and only when it is let."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.gate: asyncio.Semaphore | None = None

    async def route(self, _: RouteQuery) -> Decision:
        self.gate = self.gate or asyncio.Semaphore(0)
        self.loop = asyncio.get_running_loop()
        self.asked.release()
        await self.gate.acquire()
        return Decision(agent="sales", confidence=0.8, source="lexical", reason="no single word decided")

    def let(self, answers: int = 1) -> None:
        assert self.gate
        for _ in range(answers):
            self.loop.call_soon_threadsafe(self.gate.release)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("evaluation")
    rows = [{"id": f"c{n}", "text": text, "label": label} for n, (text, label) in enumerate(LINES)]
    (root / "sets").mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (root / "sets" / "four.jsonl").write_text(lines, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def held() -> Held:
    return Held()


@pytest.fixture(scope="module")
def url(root: Path, held: Held) -> Iterator[str]:
    bench = build(settings(root / "dialogs", ui=True))
    targets = {**bench.evaluation.targets, "held": Target("held", held.route, bench.agents, at_once=1)}
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
    expect(page.locator("#cc-eval-router input")).not_to_have_value("", timeout=60_000)
    yield page
    context.close()
    assert strangers == []


def pick(page: Page, box: str, option: str | re.Pattern[str]) -> None:
    page.locator(f"{box} input").click()
    page.get_by_role("option", name=option, exact=True).first.click()
    page.keyboard.press("Escape")


def measure(page: Page, router: str = "локальный") -> None:
    """The sets of the latest run, if there is one, are chosen on arrival."""
    if "four" not in page.locator("#cc-eval-sets").inner_text():
        pick(page, "#cc-eval-sets", "four (4)")
    pick(page, "#cc-eval-router", router)
    expect(page.locator("#cc-eval-start")).to_contain_text("four", timeout=LONG)
    before = page.url
    page.locator("#cc-eval-start").click()
    page.wait_for_url(lambda url: url != before, timeout=LONG)


def shown(page: Page) -> str:
    """The run of the address, once the page shows its figures and not those of the one before."""
    run = page.url.partition("run=")[2].partition("&")[0]
    expect(page.locator("#cc-eval-parts")).to_contain_text(run, timeout=LONG)
    return run


def box(page: Page, name: str) -> None:
    """Unfold a part."""
    page.locator(f"#cc-eval-{name} > button, #cc-eval-{name} .label-wrap").first.click()


def status(page: Page, told: str) -> None:
    expect(page.locator("#cc-eval-status")).to_contain_text(told, timeout=LONG)


def fetched(page: Page, kind: str) -> tuple[str, str]:
    """Name and text of a report."""
    with page.expect_download(timeout=LONG) as download:
        page.locator(f"#cc-eval-{kind}").click()
    return download.value.suggested_filename, download.value.path().read_text(encoding="utf-8")


def test_a_run_ends_in_a_report_whose_cells_list_their_cases(room: Page) -> None:
    measure(room)
    status(room, "Готово")
    shown(room)
    expect(room.locator("#cc-eval-cards")).to_contain_text("Не попали к супервайзеру", timeout=LONG)
    lead = room.locator("#cc-eval-cards .ev-lead")
    expect(lead).to_contain_text("50 из 100 сообщений попали куда надо (проверено 4", timeout=LONG)
    expect(lead).to_contain_text("Из 3, кому нужен был супервайзер, 2 ушли не туда.")
    cell = room.get_by_label(re.compile("ожидался: супервайзер, выбран: продажи"))
    expect(cell).to_contain_text("2")
    cell.click()
    cases = room.locator("#cc-eval-cases")
    expect(cases).to_contain_text("Ожидался: супервайзер, выбран: продажи — 2", timeout=LONG)
    expect(cases).to_contain_text(MARKUP)
    expect(cases.locator("img")).to_have_count(0)
    box(room, "prices")
    typed(room.locator("#cc-eval-missed input[type=number]"), "17.5")
    expect(room.locator("[data-card=cost] b")).to_have_text("35", timeout=LONG)
    expect(room.locator("#cc-eval-terms")).to_contain_text("не попало к супервайзеру — 17,5")
    files = {kind: fetched(room, kind) for kind in ("html", "json", "csv", "jsonl", "junit")}
    assert all(text for _, text in files.values())
    assert [kind for kind, (_, text) in files.items() if "17.5" in text] == ["html", "json"]
    assert files["csv"][0].endswith("-predictions.csv")
    room.reload()
    expect(room.locator("#cc-eval-matrix button").first).to_be_visible(timeout=LONG)
    expect(room.locator("#cc-eval-sets")).to_contain_text("four")
    assert room.title() != "owned"


def put_forward(page: Page, case: int, act: str, agent: str) -> None:
    page.locator("#cc-eval-cases button").filter(has_text=LINES[case][0][:20]).click(timeout=LONG)
    expect(page.locator("#cc-eval-reader .ev-here")).to_contain_text(LINES[case][0][:20], timeout=LONG)
    page.locator("#cc-eval-act").get_by_text(act).click()
    pick(page, "#cc-eval-label", agent)
    page.locator("#cc-eval-why").get_by_role("textbox").fill("спрашивают цену")
    page.locator("#cc-eval-who").get_by_role("textbox").fill("Анна")
    page.locator("#cc-eval-propose").click()
    expect(page.locator("#cc-eval-said")).to_contain_text("Предложено", timeout=LONG)


def test_labels_are_mended_and_alternatives_accepted_by_two_people(room: Page, root: Path) -> None:
    measure(room)
    shown(room)
    put_forward(room, 0, "Исправить метку", "продажи")
    put_forward(room, 1, "Засчитать и этот ответ", "продажи")
    box(room, "pending")
    second = room.locator("#cc-eval-second").get_by_role("textbox")
    waiting = room.locator("#cc-eval-pending [data-pick]")
    expect(waiting).to_have_count(2, timeout=LONG)
    second.fill("анна")
    waiting.first.click()
    expect(room.get_by_text("имя второго человека")).to_be_visible(timeout=LONG)
    second.fill("Борис")
    for left in (1, 0):
        waiting.first.click()
        expect(waiting).to_have_count(left, timeout=LONG)
    rows = map(json.loads, (root / "corrections.jsonl").read_text(encoding="utf-8").splitlines())
    found = [row["correction"] for row in rows if row["confirmed"]]
    assert {(c["who"], c["confirmed_by"], c["was"], c["label"]) for c in found} == {
        ("Анна", "Борис", "supervisor", "sales")
    }
    assert sorted(c["also"] for c in found) == [False, True]


def test_a_resumed_run_leaves_the_page_to_the_one_that_is_read_and_both_are_compared(
    room: Page, held: Held
) -> None:
    measure(room)
    status(room, "Готово")
    pick(room, "#cc-eval-router", "held")
    room.locator("#cc-eval-start").click()
    status(room, "0 из 4")
    room.reload()
    status(room, "0 из 4")
    room.locator("#cc-eval-cancel").click()
    status(room, "Прервано")
    room.locator("#cc-eval-resume").click()
    expect(room.locator("#cc-eval-cancel")).to_be_visible(timeout=LONG)
    pick(room, "#cc-eval-runs", re.compile("локальный"))
    matrix = room.locator("#cc-eval-matrix button")
    expect(matrix.first).to_be_visible(timeout=LONG)
    while held.asked.acquire(blocking=False):
        pass
    held.let()
    assert held.asked.acquire(timeout=30)  # it is told by then that one is answered
    matrix.nth(4).click()
    expect(room.locator("#cc-eval-cases")).to_contain_text("Ожидался", timeout=LONG)
    expect(matrix.first).to_be_visible()
    held.let(3)
    pick(room, "#cc-eval-runs", re.compile("held"))
    status(room, "Готово")
    box(room, "compare")
    pick(room, "#cc-eval-a", re.compile("локальный"))
    pick(room, "#cc-eval-b", re.compile("held"))
    room.locator("#cc-eval-comparing").click()
    verdict = room.locator("#cc-eval-verdict")
    expect(verdict).to_contain_text("сломано", timeout=LONG)
    verdict.get_by_role("button", name="не открывается приложение").click()
    pair = room.locator("#cc-eval-pair")
    expect(pair.locator(".ev-here")).to_contain_text("не открывается приложение", timeout=LONG)
    expect(pair).to_contain_text("решающего слова нет")


def test_uploads_are_refused_in_words_or_imported_as_text(room: Page, root: Path, tmp_path: Path) -> None:
    huge, broken, good = (tmp_path / name for name in ("huge.csv", "broken.xlsx", "mine.xlsx"))
    with huge.open("wb") as made:
        made.truncate(50 * 2**20)
    broken.write_bytes(b"PK\x03\x04 no workbook")
    book = openpyxl.Workbook()
    formula = '=HYPERLINK("http://evil")'
    for row in [
        ("n", "queue", "said"),
        (1, "Shop", formula),
        (2, "Shop", MARKUP),
        (3, "", "x"),
        (4, "Shop", "=1+1"),
    ]:
        book.worksheets[0].append(row)
    book.worksheets[0]["C2"].data_type = "s"  # a text that begins like a formula; the last row is one
    book.save(good)
    box(room, "upload")
    file = room.locator("#cc-eval-file input[type=file]")
    file.set_input_files(huge)
    expect(room.locator("#cc-said")).to_contain_text("Файл huge.csv больше 20 МБ", timeout=LONG)
    file.set_input_files(broken)
    expect(room.locator("#cc-eval-problem")).to_contain_text("книгу Excel не удалось прочитать", timeout=LONG)
    room.locator("#cc-eval-file").get_by_role("button").first.click()
    file.set_input_files(good)
    room.locator("#cc-eval-col-text input").click(timeout=LONG)
    pick(room, "#cc-eval-col-text", "said")
    pick(room, "#cc-eval-means-sales", "Shop")
    room.locator("#cc-eval-look").click(timeout=LONG)
    preview = room.locator("#cc-eval-preview")
    expect(preview).to_contain_text("Возьмём строк: 2 из 4.", timeout=LONG)
    expect(preview).to_contain_text("похожих на формулу: 1")
    expect(preview).to_contain_text("не читается: 1")
    expect(preview.locator("img")).to_have_count(0)
    room.locator("#cc-eval-import").click()
    expect(room.locator("#cc-eval-imported")).to_contain_text("Импортировано случаев: 2", timeout=LONG)
    expect(room.locator("#cc-eval-sets")).to_contain_text("mine")
    kept = (root / "eval_uploads" / "mine.jsonl").read_text(encoding="utf-8")
    assert '=HYPERLINK(\\"http://evil\\")' in kept


@pytest.mark.parametrize("room", [(390, 844)], indirect=True)
def test_the_room_fits_a_narrow_screen(room: Page) -> None:
    if "four" in room.locator("#cc-eval-sets").inner_text():
        room.locator("#cc-eval-sets .remove-all").click()
    room.locator("#cc-eval-start").click()
    expect(room.get_by_text("Выберите хотя бы один набор")).to_be_visible(timeout=LONG)
    measure(room)
    expect(room.locator("#cc-eval-matrix button").first).to_be_visible(timeout=LONG)
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen = "(e) => e.getBoundingClientRect().right <= innerWidth"
    assert room.locator("#cc-eval-matrix button").nth(2).evaluate(seen)


def test_the_latest_run_is_open_on_arrival_and_cases_are_walked_by_keys_and_by_back(room: Page) -> None:
    measure(room)
    run = shown(room)
    cases, reader = room.locator("#cc-eval-cases [data-pick]"), room.locator("#cc-eval-reader .ev-here")
    expect(cases).to_have_count(2, timeout=LONG)
    first, second = (text.strip() for text in cases.locator(".ev-text").all_inner_texts())
    room.locator("#cc-eval-cards .ev-lead").click()
    room.keyboard.press("j")
    expect(reader).to_contain_text(first, timeout=LONG)
    why = room.locator("#cc-eval-why").get_by_role("textbox")
    why.fill("только про первый")
    room.locator("[data-step='1']").click()
    expect(reader).to_contain_text(second, timeout=LONG)
    expect(why).to_have_value("", timeout=LONG)
    room.go_back()
    expect(reader).to_contain_text(first, timeout=LONG)
    room.goto(room.url.partition("?")[0] + "?tab=evaluation")
    expect(room.locator("#cc-eval-cards .ev-lead")).to_be_visible(timeout=LONG)
    assert run in room.url
