"""A double click, a retry without a key, two windows: one act or a question. Over real HTTP, in threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from app.bootstrap import build
from app.engines.backoffice.office import SqlBackOffice
from tests.support.server import running, settings

ORDER = "Закажите хаб с доставкой курьером"
WHO = "demo_goods"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp("twice")
    office = SqlBackOffice(folder / "office.db", demo=True)
    with (
        running(build(settings(folder / "dialogs"), office=office)) as url,
        httpx2.Client(base_url=f"{url}/api/v1/dialogue", timeout=60, trust_env=False) as client,
    ):
        client.headers["x-office"] = str(folder / "office.db")
        yield client
    office.close()


@pytest.fixture
def office(http: httpx2.Client) -> Iterator[SqlBackOffice]:
    """With demo data as at first."""
    made = SqlBackOffice(http.headers["x-office"])
    made.reset()
    yield made
    made.close()


def begun(http: httpx2.Client, said: str | None = None) -> dict[str, Any]:
    answer = http.post("/create", json={"customer_id": WHO, **({"initial_message": said} if said else {})})
    assert answer.is_success, answer.text
    return answer.json()  # type: ignore[no-any-return]


def say(http: httpx2.Client, dialog: str, text: str) -> str:
    answer = http.post(f"/{dialog}/message", json={"message": text})
    assert answer.is_success, answer.text
    return str(answer.json()["response"])


def hubs(office: SqlBackOffice) -> int:
    return sum(order.item == "hub" for order in office.orders(WHO))


def test_clicks_at_once_are_one_order_and_a_question(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, dialog = hubs(office), str(begun(http)["dialog_id"])
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: say(http, dialog, ORDER), range(4)))
    assert hubs(office) == before
    assert sum("Оформить заказ" in text for text in told) == 4, told
    say(http, dialog, "да")
    assert hubs(office) == before + 1


def test_two_windows_at_once_are_one_order(http: httpx2.Client, office: SqlBackOffice) -> None:
    before = hubs(office)
    with ThreadPoolExecutor(3) as pool:
        dialogs = list(pool.map(lambda _: str(begun(http, ORDER)["dialog_id"]), range(3)))
        told = list(pool.map(lambda dialog: say(http, dialog, "да"), dialogs))
    assert hubs(office) == before + 1
    assert sum("Оформить ещё один?" in text or "только что оформили" in text for text in told) == 2, told


@pytest.mark.parametrize(
    "again",
    [
        ORDER,
        ORDER.upper(),
        f"  {ORDER} !!",
        "закажите, хаб. с доставкой курьером",
        "Хочу купить хаб с доставкой курьером",
    ],
)
def test_the_same_a_little_later_is_a_question(
    http: httpx2.Client, office: SqlBackOffice, again: str
) -> None:
    before, dialog = hubs(office), str(begun(http, ORDER)["dialog_id"])
    say(http, dialog, "да")
    asked = say(http, dialog, again)
    assert hubs(office) == before + 1
    assert "Оформить ещё один?" in asked


@pytest.mark.parametrize(
    ("answer", "more"), [("да", 1), ("да, ещё один", 1), ("нет", 0), ("спасибо", 0), ("да?", 0)]
)
def test_a_second_one_is_placed_when_it_is_wanted(
    http: httpx2.Client, office: SqlBackOffice, answer: str, more: int
) -> None:
    before, dialog = hubs(office), str(begun(http, ORDER)["dialog_id"])
    say(http, dialog, "да")
    say(http, dialog, ORDER)
    say(http, dialog, answer)
    assert hubs(office) == before + 1 + more
    say(http, dialog, answer)  # a second click on it places no third one
    assert hubs(office) == before + 1 + more


def test_a_yes_that_is_clicked_twice_acts_once(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, dialog = hubs(office), str(begun(http, ORDER)["dialog_id"])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: say(http, dialog, "да"), range(2)))
    assert hubs(office) == before + 1
