"""The example week: what is in it, when it is offered, and that it stays by itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from app.bootstrap import build
from app.bootstrap.example import ARCHIVE
from app.core.dialog import Dialog
from app.core.models import OPERATOR
from app.core.ports import DialogQuery
from app.evaluation.registry import Registry
from app.services.customers import written_customers
from app.services.workbench import Workbench
from app.ui.example import DIALOGS, ways
from app.ui.words import LANGUAGES
from tests.support.company import COMPANY
from tests.support.server import serving, settings, with_workbench

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
T = TypeVar("T")
WEEK = timedelta(days=7)


def made(folder: Path, **given: object) -> Workbench:
    places = {"backoffice_storage": str(folder / "office.sqlite"), "eval_runs": folder / "runs"}
    return build(settings(folder / "dialogs", ui=True, **places, **given))


def week_of(bench: Workbench) -> Workbench:
    assert bench.example is not None
    return asyncio.run(bench.example.open())


async def dialogs_of(bench: Workbench) -> list[Dialog]:
    page = await bench.dialogs.store.find(DialogQuery(limit=10_000))
    return [await bench.dialogs.store.read(row.dialog_id) for row in page.rows]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    whole = made(tmp_path_factory.mktemp("example"))
    yield whole
    asyncio.run(whole.stop())


@pytest.fixture(scope="module")
def week(bench: Workbench) -> Workbench:
    return week_of(bench)


@pytest.fixture(scope="module")
def dialogs(week: Workbench) -> list[Dialog]:
    return asyncio.run(dialogs_of(week))


def test_the_archive_is_small() -> None:
    assert (COMPANY.folder / ARCHIVE).stat().st_size <= 2 * 2**20


def test_the_last_week_is_full_and_the_one_before_it_can_be_compared(dialogs: list[Dialog]) -> None:
    now = datetime.now(UTC)
    assert all(dialog.updated_at <= now for dialog in dialogs)
    assert sum(now - dialog.created_at < WEEK for dialog in dialogs) >= 300
    assert sum(WEEK <= now - dialog.created_at < 2 * WEEK for dialog in dialogs) >= 150
    assert max(dialog.updated_at for dialog in dialogs) > now - timedelta(hours=1)


def test_it_is_a_mixture(dialogs: list[Dialog]) -> None:
    languages = Counter(m.turn.language for d in dialogs for m in d.messages[:2] if m.turn)
    likes = [m.liked for d in dialogs for m in d.messages if m.liked is not None]
    wanted = [d for d in dialogs if any(e.kind == "dialog.escalated" for e in d.events)]
    served = {m.by for d in dialogs for m in d.messages if m.agent_type == OPERATOR}
    assert {"ru", "en"} <= languages.keys()
    assert min(languages["ru"], languages["en"]) > 100
    assert 0.7 <= sum(likes) / len(likes) <= 0.85
    assert 0.08 <= len(wanted) / len(dialogs) <= 0.2
    assert len(served) >= 4
    assert sum(d.rating is not None for d in dialogs) > 50
    assert sum(bool(d.metadata.handoffs) for d in dialogs) > 20
    assert len({d.messages[0].content for d in dialogs}) > len(dialogs) * 0.8


def test_people_wait_and_approvals_were_decided_both_ways(week: Workbench) -> None:
    queue = asyncio.run(week.operators.queue(50))
    approvals = asyncio.run(week.operators.approvals(None)).approvals
    states = Counter(approval.status for approval in approvals)
    assert 3 <= len(queue.dialogs) <= 8
    assert all(state in states for state in ("approved", "rejected", "pending"))


def test_two_runs_by_two_routers_can_be_compared(week: Workbench) -> None:
    runs = week.evaluation.registry.list()
    assert len({run.router for run in runs}) == 2
    assert {tuple(facts.name for facts in run.sets) for run in runs} == {("routing_ru", "routing_en")}
    opened = [asyncio.run(week.eval_desk.open(run.run_id)) for run in runs]
    assert [len(each.run.predictions) for each in opened] == [250, 250]
    assert opened[0].run.provenance.run_id == week.evaluation.registry.resolve("latest")


def test_customers_have_names_and_the_cards_have_their_dialogs(
    week: Workbench, dialogs: list[Dialog]
) -> None:
    office = week.operators.office
    assert office is not None
    assert all(office.account(customer_id) for customer_id in {d.customer_id for d in dialogs})
    shown = {d.dialog_id: d for d in dialogs}
    for language in LANGUAGES:
        dialog = shown[DIALOGS[language]]
        assert dialog.status == "closed"
        assert any(use.status == "done" for m in dialog.messages if m.turn for use in m.turn.tools)
        assert any(m.turn.hops for m in dialog.messages if m.turn)


def test_whoever_can_be_chosen_is_in_its_records(week: Workbench) -> None:
    known = {each.customer_id for each in asyncio.run(week.customers.demo())}
    assert known == {each.customer_id for each in written_customers()}


def test_nothing_outside_is_asked_or_told(bench: Workbench, week: Workbench) -> None:
    assert week.health.facts.offline
    assert week.relay is None
    ours, own = week.settings, bench.settings
    for name in (
        "dialogs_storage_path",
        "knowledge_storage",
        "eval_runs",
        "backoffice_storage",
        "router_artefact",
    ):
        assert getattr(ours, name) != getattr(own, name)
    assert week.example is None


def test_a_provider_and_a_crm_of_the_service_are_not_those_of_the_example(tmp_path: Path) -> None:
    given = {"openai_base_url": "http://127.0.0.1:9/v1", "crm": "webhook", "crm_url": "http://127.0.0.1:9/"}
    whole = made(tmp_path, **given, webhook_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    own = week_of(whole)
    assert whole.relay is not None
    assert (own.relay, own.health.facts.offline, own.settings.webhook_secret) == (None, True, None)
    asyncio.run(whole.stop())


def test_acts_stay_within_it_and_are_gone_with_it(tmp_path: Path) -> None:
    async def act(whole: Workbench) -> tuple[Workbench, Path]:
        assert whole.example is not None
        week = await whole.example.open()
        waiting = (await week.operators.queue(50)).dialogs[-1]
        await week.operators.take_over(waiting.dialog_id, "Anna", force=True)
        await week.operators.reply(waiting.dialog_id, "Anna", "Here I am.")
        pending = (await week.operators.approvals()).approvals[0]
        await week.operators.decide(pending.number, True, "Anna")
        begun = await week.dialogs.create("demo_en", "How much is the Pro plan?")
        assert (await week.dialogs.view(str(begun.body["dialog_id"]))).messages[-1].role == "sales"
        home = week.settings.eval_runs.parent
        assert home.is_dir()
        await whole.stop()
        return week, home

    whole = made(tmp_path)
    _, home = asyncio.run(act(whole))
    assert not home.exists()
    assert not (tmp_path / "office.sqlite").exists()
    assert list((tmp_path / "dialogs").glob("*.json")) == []


def test_neither_rest_nor_figures_nor_exports_show_it(tmp_path: Path) -> None:
    whole = made(tmp_path)
    with (
        serving(with_workbench(whole)) as url,
        httpx2.Client(base_url=url, timeout=60, trust_env=False) as http,
    ):
        before = http.get("/metrics").text
        assert http.get("/ui/en/example/").status_code == 200
        assert "A made-up week" in http.get("/ui/en/example/config").text
        assert http.get("/api/v1/dialogue").json()["dialogs"] == []
        assert http.get(f"/api/v1/dialogue/{DIALOGS['en']}").status_code == 404
        assert http.get("/api/v1/operator/queue").json()["dialogs"] == []
        assert http.get("/api/v1/approvals").json()["approvals"] == []
        assert http.get("/api/v1/analytics").json()["volumes"]["dialogs"]["value"] == 0
        assert counts(http.get("/metrics").text) == counts(before)
        assert Registry(tmp_path / "runs").list() == []


def counts(exposed: str) -> list[str]:
    return [line for line in exposed.splitlines() if "turns_total{" in line or "ratings_total{" in line]


def test_both_languages_opened_first_at_the_same_moment_are_both_whole(tmp_path: Path) -> None:
    """Where it is made twice at once, each takes parts of the other and is broken until a restart."""
    with serving(with_workbench(made(tmp_path))) as url, ThreadPoolExecutor() as pool:
        pages = [f"{url}/ui/{language}/example/" for language in ("ru", "en")]
        found = list(pool.map(lambda page: httpx2.get(page, timeout=120, trust_env=False), pages))
    assert [answer.status_code for answer in found] == [200, 200]


def test_ones_own_dialog_ends_the_cards_of_the_first_minute_and_not_the_way_to_it(tmp_path: Path) -> None:
    whole = made(tmp_path)

    async def look() -> list[bool]:
        before = await whole.offers_guide()
        await whole.dialogs.create("customer_123", None)
        return [before, await whole.offers_guide()]

    assert asyncio.run(look()) == [True, False]
    assert len(ways(whole, "en", "analytics")) == 1


@pytest.mark.parametrize("given", [{"environment": "production", "insecure": True}, {"demo_week": False}])
def test_where_it_is_not_wanted_there_is_no_such_address(tmp_path: Path, given: dict[str, object]) -> None:
    whole = made(tmp_path, **given)
    assert whole.example is None
    assert asyncio.run(whole.offers_guide()) is False
    with serving(with_workbench(whole)) as url:
        for language in LANGUAGES:
            for path in (f"/ui/{language}/example/", f"/ui/{language}/example"):
                assert httpx2.get(url + path, trust_env=False).status_code == 404
