"""Routing outside a dialog: what a conversation costs, and whose fault is told."""

from __future__ import annotations

import pytest

from app.adapters.remote_router import RemoteCentre
from app.core.exceptions import SearchesBusy
from app.core.models import Decision, RouteQuery, Said
from app.services.routing import RouteLine, RoutingService
from tests.support.other_service import other_service

pytestmark = pytest.mark.anyio


class Counting:
    def __init__(self) -> None:
        self.asked: list[RouteQuery] = []

    async def route(self, query: RouteQuery) -> Decision:
        self.asked.append(query)
        return Decision(agent="sales", confidence=1, source="lexical", reason="")


class Busy:
    async def route(self, query: RouteQuery) -> Decision:
        raise SearchesBusy


def conversation(lines: int) -> RouteLine:
    return RouteLine(turns=[Said(role="customer", content=f"а {n}") for n in range(lines)])


async def test_of_a_conversation_of_thousands_of_lines_the_last_are_routed() -> None:
    router = Counting()
    await RoutingService(router, history=20).route(conversation(5_000))
    assert len(router.asked) == 20
    assert [line.content for line in router.asked[-1].turns] == [f"а {n}" for n in range(4_980, 5_000)]


async def test_strangers_are_routed_apart_and_told_when_too_many_wait() -> None:
    service = RoutingService(Counting(), public=Busy())
    assert (await service.route(RouteLine(text="цена"))).agent == "sales"
    with pytest.raises(SearchesBusy):
        await service.open.route(RouteLine(text="цена"))


async def test_a_service_that_has_too_much_to_do_is_asked_again() -> None:
    answers: list[str | int] = ["sales", 429, 429]
    with other_service(lambda _: answers.pop()) as service:
        centre = RemoteCentre(service.url)
        decision = await centre.route(RouteQuery(turns=[Said(role="customer", content="цена")]))
        await centre.aclose()
    assert (decision.agent, len(service.asked)) == ("sales", 3)
