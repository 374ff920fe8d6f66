"""What waits for a person outlives the server, wherever it is cut, and a provider that fails."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from app.adapters.storage.json_store import JsonStore
from app.bootstrap import build
from app.core.dialog import Dialog
from app.core.exceptions import ProviderError, StorageFull
from app.services.dialogs.approvals import ApprovalService
from app.services.workbench import Workbench
from tests.faults.customers import Service, until
from tests.faults.test_server_kill import serving
from tests.support.approvals import ANNUAL, ASKS_ENGLISH, ENGLISH, SUM, Case, Places, house
from tests.support.back_office import postgres, schema_of
from tests.support.call_centre import call
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.server import running, settings

CANARY = "canary7f3a91"
TOLD = {"text": "Деньги возвращены: 11 144 ₽."}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def mock() -> Iterator[MockProvider]:
    with running_mock() as mock:
        yield mock


@contextmanager
def reaching(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
        yield http


def on_provider(mock: MockProvider, places: Places) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": mock.url,
        "ROUTER": "local",
        "MODEL_TIMEOUT": "5",
        **places.environment,
    }


def asks_with(mock: MockProvider, places: Places, reason: str = "") -> None:
    """The next turn asks for the refund, and says so."""
    with places.records() as office:
        payment = office.payments(ANNUAL)[0].number
    mock.state.script.extend(
        [
            call("refund_payment", payment=payment, reason=reason),
            {"text": "Передал сотруднику, номер A-1001."},
        ]
    )


@pytest.mark.xdist_group("server")
@pytest.mark.timeout(300)
def test_a_request_survives_kill_9_before_the_decision(places: Places) -> None:
    with serving(places.dialogs, **places.environment) as service:
        with reaching(service) as http:
            case = Case.open(http)
        service.kill()
        service.start()
        with reaching(service) as http:
            case = case.on(http)
            [waiting] = http.get("/api/v1/approvals").json()["approvals"]
            assert waiting["number"] == case.number
            assert case.approve().json()["status"] == "approved"
            [line] = case.told()
    assert SUM in line["content"]
    assert places.returned() == 11144


@pytest.mark.xdist_group("server")
@pytest.mark.timeout(300)
def test_kill_9_between_the_decision_and_the_telling_leaves_one_effect_and_one_line(
    places: Places, mock: MockProvider
) -> None:
    with serving(places.dialogs, **on_provider(mock, places)) as service, ThreadPoolExecutor(1) as pool:
        with reaching(service) as http:
            http.get("/api/v1/approvals")
            asks_with(mock, places, CANARY)
            case = Case.open(http)
            asked = mock.attempts
            with mock.holding():
                cut = pool.submit(case.approve)
                until(lambda: mock.attempts > asked)
                service.kill()
                assert isinstance(cut.exception(), httpx2.TransportError)
        assert places.returned() == 11144
        mock.state.script.append(TOLD)
        service.start()
        with reaching(service) as http:
            case = case.on(http)
            until(case.told)
            assert case.reject().status_code == 409
            again, third = case.approve(), case.approve("boris")
            assert again.json() == third.json()
            [line] = case.told()
        service.process.terminate()
    assert again.json()["decided_by"] == "anna"
    assert SUM.replace("\u00a0", " ") in line["content"]
    assert places.returned() == 11144
    assert CANARY.encode() not in places.kept_bytes()


@contextmanager
def at(bench: Workbench) -> Iterator[httpx2.Client]:
    with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield http


def provider_house(mock: MockProvider, places: Places, spare: bool = False) -> Workbench:
    chosen = {"openai_base_url": mock.url, "router": "local", "model_fallback": spare}
    return build(settings(places.dialogs, **chosen, **places.settings))


def cut_in_telling(mock: MockProvider, places: Places) -> Case:
    """The decision stands, the provider failed to word it."""
    with at(provider_house(mock, places)) as http:
        http.get("/api/v1/approvals")
        asks_with(mock, places)
        case = Case.open(http)
        mock.state.script.append({"fault": "400"})
        assert case.approve().status_code == 502
        assert case.told() == []
    assert places.returned() == 11144
    return case


def test_a_provider_that_fails_in_the_telling_is_made_up_for_by_the_same_word(
    mock: MockProvider, places: Places
) -> None:
    case = cut_in_telling(mock, places)
    with at(provider_house(mock, places)) as http:
        mock.state.script.append(TOLD)
        case = case.on(http)
        assert case.approve().status_code == 200
        assert len(case.told()) == 1
    assert places.returned() == 11144


@pytest.mark.anyio
async def test_what_was_cut_in_the_telling_is_told_without_anybodys_word(
    mock: MockProvider, places: Places
) -> None:
    case = cut_in_telling(mock, places)
    bench = provider_house(mock, places)
    assert isinstance(bench.operators.settle, ApprovalService)
    await bench.start()
    try:
        mock.state.script.append(TOLD)
        for _ in range(2):
            await bench.operators.settle.catch_up()
        view = await bench.dialogs.view(case.room.dialog)
    finally:
        await bench.stop()
    assert len(view.messages) == case.lines + 1
    assert places.returned() == 11144


@pytest.mark.anyio
async def test_a_decision_that_cannot_be_told_keeps_no_other_from_being_told(
    mock: MockProvider, places: Places
) -> None:
    with at(provider_house(mock, places)) as http:
        http.get("/api/v1/approvals")
        asks_with(mock, places)
        first = Case.open(http)
        asked = call("refund_payment", payment="P-1036", reason="")
        mock.state.script.extend([asked, {"text": "A colleague decides: A-1002."}])
        second = Case.open(http, ENGLISH, ASKS_ENGLISH)
        for case in (first, second):
            mock.state.script.append({"fault": "400"})
            assert case.approve().status_code == 502
    bench = provider_house(mock, places)
    assert isinstance(bench.operators.settle, ApprovalService)
    await bench.dialogs.store.open()
    try:
        mock.state.script.extend([{"fault": "400"}, {"text": "Your money is on its way back."}])
        with pytest.raises(ProviderError):
            await bench.operators.settle.catch_up()
        lines = [len((await bench.dialogs.view(c.room.dialog)).messages) for c in (first, second)]
    finally:
        await bench.stop()
    assert lines == [first.lines, second.lines + 1]


def test_with_a_spare_model_the_outcome_is_told_though_the_provider_fails(
    mock: MockProvider, places: Places
) -> None:
    with at(provider_house(mock, places, spare=True)) as http:
        http.get("/api/v1/approvals")
        asks_with(mock, places)
        case = Case.open(http)
        mock.config.fault = "500"
        decided = case.approve().json()
        [line] = case.told()
    assert (line["path"]["model"], line["path"]["degraded"]) == ("embedded", True)
    assert SUM in line["content"]
    assert decided["outcome"]["number"] in line["content"]


class Refusing(JsonStore):
    """Writes nothing while `full`."""

    full = False

    async def write(self, dialog: Dialog) -> None:
        if self.full:
            raise StorageFull
        await super().write(dialog)


def test_a_full_dialog_store_delays_the_line_and_repeats_no_effect(places: Places) -> None:
    store = Refusing(places.dialogs)
    with at(build(settings(places.dialogs, **places.settings), store=store)) as http:
        case = Case.open(http)
        store.full = True
        assert [case.approve().status_code for _ in range(2)] == [507, 507]
        store.full = False
        assert case.told() == []
        assert case.approve().status_code == 200
        assert len(case.told()) == 1
    assert places.returned() == 11144


@pytest.mark.xdist_group("postgres")
def test_checkpoints_live_on_postgresql_too(places: Places) -> None:
    with postgres() as server, schema_of(server) as dsn:
        for scheme in ("postgresql://", "postgresql+psycopg://"):
            own = Places(places.folder / scheme.partition(":")[0])
            address = dsn.replace("postgresql://", scheme, 1)
            with house(own, checkpoint_storage=address) as http:
                case = Case.open(http)
            with house(own, checkpoint_storage=address) as http:
                case = case.on(http)
                with ThreadPoolExecutor(3) as pool:
                    answers = list(pool.map(lambda _, case=case: case.approve(), range(3)))
                assert {answer.status_code for answer in answers} == {200}
                assert len(case.told()) == 1
            assert own.returned() == 11144
            assert not own.checkpoints.exists()
