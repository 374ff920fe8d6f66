"""kill -9 between what a tool did and the answer: it stands once, and the customer hears of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from app.core.actions import BY_TOOL
from app.core.backoffice import Effect
from tests.faults.customers import Service, until
from tests.faults.test_server_kill import serving
from tests.support.approvals import Json, Places
from tests.support.call_centre import call, route_to, site
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.operator import Room

pytestmark = pytest.mark.xdist_group("server")
HANGS = {"fault": "read_timeout"}


@dataclass(frozen=True)
class Deed:
    """What a model does with a tool, and how it words the same again."""

    tool: str
    agent: str
    customer: str
    asks: str
    arguments: Json
    again: Json

    @property
    def consent(self) -> bool:
        return BY_TOOL[self.tool].consent

    @property
    def says(self) -> str:
        """The line that has it done."""
        return "да" if self.consent else self.asks


PAYMENT = "P-1006"
DEEDS = (
    Deed(
        *("refund_payment", "supervisor", "customer_123", "Верните деньги за вчерашний платёж"),
        {"payment": PAYMENT, "reason": "передумал"},
        {"payment": "р 1006", "amount_rub": 990, "reason": "customer wants the money back"},
    ),
    Deed(
        *("create_order", "sales", "demo_goods", "Оформите заказ на Ключ, заберу сам"),
        {"item": "key", "delivery": "pickup"},
        {"item": "key", "delivery": "courier", "quantity": 2},
    ),
    Deed(
        *(
            "grant_credit",
            "supervisor",
            "demo_cancelled",
            "Верните деньги, это безобразие, зовите начальника!",
        ),
        {"amount_rub": 300, "reason": "за неудобства"},
        {"amount_rub": 450, "reason": "goodwill for the trouble"},
    ),
)
VAGUE = "Сделайте, пожалуйста, то, о чём договорились"
each_deed = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.tool)
TOLD = DEEDS if os.environ.get("TORTURE") else DEEDS[:1]
killed_deed = pytest.mark.parametrize("deed", TOLD, ids=lambda deed: deed.tool)
"""Each costs two starts of a server."""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def mock() -> Iterator[MockProvider]:
    with running_mock() as mock:
        yield mock


def effects(places: Places, dialog: str) -> list[Effect]:
    with places.records() as office:
        return office.effects(dialog)


def counts(places: Places) -> dict[str, int]:
    with places.records() as office:
        return office.counts()


def provider(mock: MockProvider, places: Places) -> dict[str, str]:
    return {"OPENAI_BASE_URL": mock.url, "ROUTER": "llm", "MODEL_TIMEOUT": "60", **places.environment}


def cut(service: Service, mock: MockProvider, deed: Deed) -> str:
    """The effect is done, the answer is not; the dialog's id."""
    with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
        room = Room.open(http, customer=deed.customer)
        first, last = [route_to(deed.agent), call(deed.tool, **deed.arguments)], 3
        if deed.consent:
            mock.state.script.extend([*first, {"text": "Хорошо."}])
            assert room.say(deed.asks).json()["proposal"]
            first, last = [], mock.attempts + 1
        mock.state.script.extend([*first, HANGS])
        with ThreadPoolExecutor(1) as pool:
            turn = pool.submit(room.say, deed.says, "cut")
            until(lambda: mock.attempts == last or turn.done())
            service.kill()
            assert isinstance(turn.exception(), httpx2.TransportError)
    mock.reset()
    return room.dialog


@killed_deed
@pytest.mark.timeout(300)
def test_an_effect_before_the_kill_stands_once_and_its_number_is_told(
    places: Places, mock: MockProvider, deed: Deed
) -> None:
    with serving(places.dialogs, **provider(mock, places)) as service:
        dialog = cut(service, mock, deed)
        [done] = effects(places, dialog)
        said = 3 if deed.consent else 1
        assert (done.tool, done.seq, done.outcome.status) == (deed.tool, said, "done")
        stood = counts(places)
        service.start()
        number = done.outcome.number
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            room = Room(http, dialog)
            says = {"text": f"Сделано, номер {number}."}
            anew = [] if deed.consent else [route_to(deed.agent), call(deed.tool, **deed.again)]
            mock.state.script.extend([*anew, says])
            first, again = room.say(deed.says, "cut"), room.say(deed.says, "cut")
            view = room.view()
        service.process.terminate()
    assert number in first.json()["response"]
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    [use] = view["messages"][-1]["path"]["tools"]
    assert (use["name"], use["status"], use["number"]) == (deed.tool, "done", number)
    assert [m["state"] for m in view["messages"]] == ["done"] * (said + 1)
    assert "proposal" not in view
    assert effects(places, dialog) == [done]
    assert counts(places) == stood


@killed_deed
@pytest.mark.timeout(300)
def test_without_a_key_each_line_acts_at_most_once(places: Places, mock: MockProvider, deed: Deed) -> None:
    """A line that is sent again without a key is another line: a model may act on it, the policy decides."""
    with serving(places.dialogs, **provider(mock, places)) as service:
        dialog = cut(service, mock, deed)
        stood = counts(places)
        service.start()
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            room = Room(http, dialog)
            twice = [call(deed.tool, **deed.again), call(deed.tool, **deed.arguments)]
            mock.state.script.extend([route_to(deed.agent), *twice, {"text": "Посмотрел."}])
            assert room.say(deed.says).status_code == 200
            states = [(m["role"], m["state"]) for m in room.view()["messages"]]
        service.process.terminate()
    assert states[-3:-1] == [("customer", "failed"), ("customer", "done")]
    done = effects(places, dialog)
    later = counts(places)
    assert (later["refunds"], later["orders"], later["credits"]) == (
        *(stood["refunds"], stood["orders"], stood["credits"]),
    )
    if deed.consent:  # it was confirmed once; what the model wants now is proposed anew
        assert [(effect.seq, effect.tool) for effect in done] == [(3, deed.tool)]
    else:
        assert [(effect.seq, effect.outcome.status) for effect in done] == [(1, "done"), (2, "approval")]


@pytest.mark.timeout(300)
def test_a_kill_between_the_question_and_the_yes_loses_nothing(places: Places, mock: MockProvider) -> None:
    deed = DEEDS[1]
    with serving(places.dialogs, **provider(mock, places)) as service:
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            room = Room.open(http, customer=deed.customer)
            first = [route_to(deed.agent), call(deed.tool, **deed.arguments), {"text": "Хорошо."}]
            mock.state.script.extend(first)
            proposal = room.say(deed.asks).json()["proposal"]
        service.kill()
        assert effects(places, room.dialog) == []
        service.start()
        with httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http:
            room = Room(http, room.dialog)
            assert room.view()["proposal"] == proposal
            mock.state.script.extend([{"text": "Заказ оформлен."}])
            assert room.say("да").status_code == 200
            url = f"/api/v1/dialogue/{room.dialog}/proposals/{proposal['id']}/confirm"
            assert http.post(url).json()["response"] == room.view()["messages"][-1]["content"]
        service.process.terminate()
    [done] = effects(places, room.dialog)
    assert (done.seq, done.proposal) == (3, proposal["id"])


@pytest.mark.parametrize(("deed", "asks"), [*((deed, deed.asks) for deed in DEEDS), (DEEDS[2], VAGUE)])
def test_a_provider_that_fails_after_a_tool_is_replaced_and_its_deed_is_told(
    tmp_path: Path, deed: Deed, asks: str
) -> None:
    places = Places(tmp_path)
    with site(places.dialogs, backoffice_storage=places.office) as centre:
        centre.script(route_to(deed.agent), call(deed.tool, **deed.arguments), *[{"fault": "500"}] * 12)
        room = Room.open(centre.http, asks, deed.customer)
        if deed.consent:
            room.say("да")
        answer = room.view()["messages"][-1]
    [done] = effects(places, room.dialog)
    assert done.outcome.status == "done"
    assert (answer["path"]["model"], answer["path"]["degraded"]) == ("embedded", True)
    assert done.outcome.number in answer["content"]
    assert [use["number"] for use in answer["path"]["tools"] if use["status"]] == [done.outcome.number]


@pytest.mark.parametrize("deed", DEEDS[:2], ids=lambda deed: deed.tool)
def test_what_was_proposed_before_a_provider_failed_is_asked_about(tmp_path: Path, deed: Deed) -> None:
    places = Places(tmp_path)
    with site(places.dialogs, backoffice_storage=places.office) as centre:
        centre.script(route_to(deed.agent), call(deed.tool, **deed.arguments), *[{"fault": "500"}] * 12)
        room = Room.open(centre.http, VAGUE, deed.customer)
        answer = room.view()["messages"][-1]
    assert effects(places, room.dialog) == []
    assert answer["content"].count("?") == 1
    assert answer["content"].endswith("?")
