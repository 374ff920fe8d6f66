"""The service: what it reads, what it keeps, and when it looks again."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog, Rating
from app.core.exceptions import DialogNotFound
from app.services.analytics import service
from app.services.analytics.service import AnalyticsService, PeriodTooFull
from app.services.analytics.views import Figures
from tests.support.history import fill
from tests.support.small_history import NOW, Told, at

pytestmark = pytest.mark.anyio


class CountingStore(MemoryStore):
    """Counts reads by dialog; what is `gone` was deleted after it was listed."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[str] = Counter()
        self.gone: set[str] = set()

    async def read(self, dialog_id: str) -> Dialog:
        self.reads[dialog_id] += 1
        if dialog_id in self.gone:
            raise DialogNotFound(dialog_id)
        return await super().read(dialog_id)


class Place:
    """A store with two dialogs within the period, one before it, one long before."""

    def __init__(self) -> None:
        self.store = CountingStore()
        self.now = NOW
        self.service = AnalyticsService(self.store, lambda: self.now)
        self.inside = [
            Told.of("a", at(19)).asks("Как войти?").closes(),
            Told.of("b", at(20)).asks("Где чек?").dialog,
        ]
        self.before = Told.of("c", at(17)).asks("Сколько стоит?").closes()
        self.old = Told.of("d", at(1)).asks("Сколько стоит?").closes()

    async def look(self, first: int = 19, last: int = 20) -> Figures:
        return await self.service.figures(date(2026, 11, first), date(2026, 11, last))


@pytest.fixture
async def place() -> Place:
    place = Place()
    await fill(place.store, [*place.inside, place.before, place.old])
    return place


async def test_it_reads_the_two_periods_and_nothing_older(place: Place) -> None:
    figures = await place.look()
    assert (figures.volumes.dialogs.value, figures.volumes.dialogs.before) == (2, 1)
    assert place.old.dialog_id not in place.store.reads


async def test_dialogs_are_chosen_by_agent_and_language(place: Place) -> None:
    sold = Told.of("f", at(20)).asks("How much is Pro?", agent="sales", language="en").dialog
    await fill(place.store, [sold])

    async def count(agent: str = "", language: str = "") -> float:
        figures = await place.service.figures(date(2026, 11, 19), date(2026, 11, 20), "UTC", agent, language)
        assert (figures.agent, figures.language) == (agent, language)
        return figures.volumes.dialogs.value

    assert await count() == 3
    assert (await count("sales"), await count("tech_support")) == (1, 2)
    assert (await count("", "en"), await count("tech_support", "en")) == (1, 0)


async def test_whether_there_was_ever_a_dialog(place: Place) -> None:
    assert await place.service.has_any()
    assert not await AnalyticsService(CountingStore(), lambda: NOW).has_any()


async def test_a_second_look_reads_nothing(place: Place) -> None:
    first = await place.look()
    before = Counter(place.store.reads)
    assert await place.look() == first
    assert place.store.reads == before


async def test_looks_at_one_time_read_once(place: Place) -> None:
    await asyncio.gather(*(place.look() for _ in range(5)))
    assert set(place.store.reads.values()) == {1}


async def test_a_rating_is_seen_though_no_list_shows_it(place: Place) -> None:
    await place.look()
    place.inside[0].rate(Rating(score=4, at=NOW))
    await fill(place.store, place.inside[:1])
    assert (await place.look()).satisfaction.rating.value == 4


async def test_a_thumb_is_seen_within_ten_minutes_while_the_dialog_is_young(place: Place) -> None:
    young = Told.of("e", at(22, 9)).asks("Как войти?").dialog
    await fill(place.store, [young])
    assert (await place.look(22, 22)).rates.liked.value.n == 0
    young.messages[-1].liked = True
    await fill(place.store, [young])
    place.now = NOW + timedelta(minutes=11)
    assert (await place.look(22, 22)).rates.liked.value.n == 1


async def test_a_later_dialog_tells_that_the_customer_came_back(place: Place) -> None:
    place.now = at(28)
    await fill(place.store, [Told.of("a", at(21)).asks("Опять не войти").dialog])
    figures = await place.look(19, 19)
    assert (figures.rates.resolved.value.value, figures.volumes.dialogs.value) == (0, 1)


async def test_a_dialog_that_went_meanwhile_is_left_out(place: Place) -> None:
    place.store.gone = {place.inside[0].dialog_id}
    assert (await place.look()).volumes.dialogs.value == 1


async def test_a_dialog_without_a_word_of_the_customer_counts_nowhere(place: Place) -> None:
    await fill(place.store, [Told.of("z", at(20)).dialog])
    assert (await place.look()).volumes.dialogs.value == 2


async def test_too_many_dialogs_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_DIALOGS", 2)
    with pytest.raises(PeriodTooFull):
        await place.look()


async def test_an_empty_store_has_empty_figures() -> None:
    figures = await AnalyticsService(CountingStore(), lambda: NOW).figures()
    assert figures.empty
    assert len(figures.by_day) == 7
