"""Every figure of a small history that was counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core.dialog import Dialog, HandbackNote, Rating
from app.core.models import Fork, ToolUse
from app.core.stats import wilson
from app.services.analytics.facts import facts_of, find_handling, mood_of
from app.services.analytics.period import Period, PeriodInvalid
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.tally import tally
from app.services.analytics.views import Figures
from tests.support.small_history import NOW, Told, at, hop, trace

CALENDAR = "Как подключить календарь к почте?"


def helped() -> Dialog:
    """Two answers after 2 and 1 seconds, the first without an article; thanks; closed after five minutes."""
    told = Told.of("anna", at(10)).asks(CALENDAR, 2, citations=[], language="ru")
    told.dialog.messages[1].liked = True
    dialog = told.waits(minutes=4).asks("Спасибо, помогло", 1, source="sticky").waits(seconds=57).closes()
    dialog.rate(Rating(score=5, at=at(10, 11)))
    return dialog


def escalated() -> Dialog:
    """To the supervisor after 4 s, a person's line after 296 s more, who has it for seven minutes."""
    refund = ToolUse(name="refund_payment", arguments={}, result="{}", status="approval", number="P-1")
    told = Told.of("boris", at(10, 11)).asks(
        "Нужен возврат за заказ",
        4,
        "supervisor",
        escalated=True,
        hops=[hop(at(10, 11))],
        tools=[refund],
        citations=[],
    )
    told.dialog.take_over("eva", "", at(10, 11, 3))
    told.dialog.say("eva", "Смотрю", at(10, 11, 5))
    told.dialog.hand_back(HandbackNote(by="eva", text="done", at=at(10, 11, 10)))
    dialog = told.waits(minutes=11, seconds=56).closes()
    dialog.rate(Rating(score=2, at=at(10, 12)))
    return dialog


def came_back() -> list[Dialog]:
    """Left alone for an hour, and back the next day: outside of the period."""
    first = Told.of("clara", at(11, 9)).asks("How much is Pro?", 1, "sales", language="en", degraded=True)
    again = Told.of("clara", at(12, 9)).asks("How much is Pro now?", 1, "sales", language="en")
    return [first.waits(hours=1).closes("timeout"), again.dialog]


def unanswered() -> Dialog:
    return Told.of("dmitry", at(11, 22)).asks_in_vain("Ничего не работает").dialog


def earlier() -> Dialog:
    return Told.of("fedor", at(8)).asks("Сколько стоит Профи?", 3, "sales", withheld=["price: 1 ₽"]).closes()


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of([helped(), escalated(), *came_back(), unanswered(), earlier()])


def figures_of(dialogs: list[Dialog], first: int = 10, last: int = 11, zone: str = "UTC") -> Figures:
    period = Period.of(date(2026, 11, first), date(2026, 11, last), zone, NOW)
    visits = Visits.of((d.customer_id, d.created_at) for d in dialogs)
    known = [facts for d in dialogs if (facts := facts_of(d))]
    return tally(known, period, Outcomes(visits, NOW, timedelta(minutes=60)))


def test_volumes_are_those_of_the_period_beside_the_one_before(figures: Figures) -> None:
    volumes = figures.volumes
    assert (volumes.dialogs.value, volumes.dialogs.before, volumes.dialogs.change) == (4, 1, 3)
    assert (volumes.customers.value, volumes.messages.value, volumes.turns.value) == (4, 10, 4)
    assert volumes.tokens.value == 400
    assert volumes.cost_usd.value == pytest.approx(0.04)
    assert volumes.cost_per_dialog_usd.value == pytest.approx(0.01)


def test_solved_at_first_contact_is_one_of_four(figures: Figures) -> None:
    """Not where a person came, the customer came back, or nothing was answered."""
    assert figures.rates.resolved.value == wilson(1, 4)
    assert figures.rates.resolved.before == wilson(1, 1)
    assert figures.undecided == 0


def test_nobody_knows_yet_within_the_seventy_two_hours() -> None:
    dialogs = [
        Told.of("anna", at(19, 13)).asks("Как войти?").closes(),
        Told.of("b", at(19, 11)).asks("Да").closes(),
    ]
    figures = figures_of(dialogs, 19, 20)
    assert (figures.rates.resolved.value.n, figures.undecided) == (1, 1)


def test_escalations_and_hand_overs_are_shares_of_dialogs(figures: Figures) -> None:
    assert figures.rates.escalated.value == wilson(1, 4)
    assert figures.rates.handed_over.value == wilson(1, 4)
    assert [h.hour for h in figures.by_hour if h.escalations] == [11]


def test_a_document_without_events_tells_by_its_lines() -> None:
    dialog = escalated()
    dialog.events.clear()
    assert figures_of([dialog]).rates.escalated.value == wilson(1, 1)


def test_turns_that_went_wrong_are_counted(figures: Figures) -> None:
    rates = figures.rates
    assert (rates.degraded.value, rates.failed.value) == (wilson(1, 4), wilson(1, 5))
    assert (rates.withheld.value, rates.withheld.before) == (wilson(0, 4), wilson(1, 1))


def test_times_are_measured_to_agent_person_and_end(figures: Figures) -> None:
    times = figures.times
    assert (times.answer.p50, times.answer.p95, times.answer.n) == (1, 4, 4)
    assert (times.person.p50, times.person.n) == (296, 1)
    assert (times.handling.p50, times.handling.n) == (420, 1)
    assert (times.close.p50, times.close.p95, times.close.n) == (1, 720, 4)


def test_ratings_stand_beside_what_is_inferred(figures: Figures) -> None:
    told = figures.satisfaction
    assert (told.rating.value, told.rating.n) == (3.5, 2)
    assert told.ratings == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1}
    assert (told.content, told.discontent, told.unknown) == (1, 2, 1)
    assert told.agrees == wilson(1, 1)
    assert figures.rates.well_rated.value == wilson(1, 2)
    assert figures.rates.liked.value == wilson(1, 1)


def test_routing_and_tools_are_counted_by_name(figures: Figures) -> None:
    assert {s.name: s.turns for s in figures.agents} == {"tech_support": 2, "supervisor": 1, "sales": 1}
    assert {s.name: s.turns for s in figures.sources} == {"lexical": 3, "sticky": 1}
    [tool] = figures.tools
    assert (tool.name, tool.used, tool.done, tool.approval, tool.refused) == ("refund_payment", 1, 0, 1, 0)


def test_parts_are_those_of_day_agent_and_language(figures: Figures) -> None:
    assert [(p.name, p.dialogs, p.failed) for p in figures.by_day] == [
        ("2026-11-10", 2, 0),
        ("2026-11-11", 2, 1),
    ]
    assert {p.name: (p.dialogs, p.turns) for p in figures.by_agent} == {
        "tech_support": (1, 2), "supervisor": (1, 1), "sales": (1, 1),
    }  # fmt: skip
    assert {p.name: (p.dialogs, p.tokens) for p in figures.by_language} == {"ru": (2, 300), "en": (1, 100)}


def test_topics_are_articles_and_actions_once_in_a_dialog() -> None:
    refund = ToolUse(name="refund_payment", arguments={}, result="{}", status="approval")
    looked = ToolUse(name="find_payments", arguments={}, result="{}", status="done")
    twice = Told.of("a", at(10)).asks("Как войти?", citations=["log-in", "other"])
    twice.asks("И ещё раз: как войти?", citations=["log-in"])
    money = Told.of("b", at(10)).asks("Верните деньги", 2, "supervisor", citations=[], tools=[looked, refund])
    again = Told.of("c", at(10)).asks("Не войти", citations=["log-in"])
    topics = figures_of([twice.dialog, money.dialog, again.dialog]).topics
    assert [(t.kind, t.name, t.dialogs, t.agent) for t in topics] == [
        ("article", "log-in", 2, "tech_support"),
        ("action", "refund_payment", 1, "supervisor"),
    ]


def test_days_begin_at_midnight_of_the_zone() -> None:
    figures = figures_of([unanswered()], 12, 12, "Europe/Moscow")
    assert [(p.name, p.dialogs) for p in figures.by_day] == [("2026-11-12", 1)]


def test_gaps_are_questions_without_article_record_or_person_near_ones_together() -> None:
    near = "Как подключить календарь к почте Outlook?"
    asked = [CALENDAR, near, CALENDAR, "Есть ли скидка для школ?"]
    ticket = ToolUse(name="open_ticket", arguments={}, result="{}", status="done")
    dialogs = [Told.of(f"c{n}", at(10)).asks(text, citations=[]).dialog for n, text in enumerate(asked)]
    dialogs += [Told.of("x", at(10)).asks("Не грузится файл отчёта", citations=[], tools=[ticket]).dialog]
    dialogs += [
        Told.of("y", at(10)).asks("ага", citations=[]).asks("спасибо вам большое", citations=[]).dialog
    ]
    figures = figures_of(dialogs)
    assert [(g.question, g.count, g.examples) for g in figures.gaps] == [
        (CALENDAR, 3, [near]),
        ("Есть ли скидка для школ?", 1, []),
    ]
    assert figures.gap_turns == 4


def test_a_branch_counts_its_own_lines_and_its_origin_no_longer_as_a_dialog() -> None:
    old = Told.of("anna", at(10)).asks("Как войти в аккаунт?").asks("Сколько стоит?")
    branch = Told.of("anna", at(10, 10, 5))
    branch.dialog.forked_from = Fork(dialog_id=old.dialog.dialog_id, seq=3)
    branch.dialog.messages = [m.model_copy(deep=True) for m in old.dialog.messages[:2]]
    branch.asks("Сколько стоит Профи?").closes()
    figures = figures_of([old.waits(minutes=5).closes("superseded"), branch.dialog])
    assert (figures.volumes.dialogs.value, figures.volumes.turns.value, figures.volumes.messages.value) == (
        1,
        3,
        6,
    )
    assert figures.rates.resolved.value == wilson(1, 1)


def test_telling_of_a_decision_is_no_answer_to_a_line() -> None:
    told = Told.of("anna", at(10)).asks("Верните деньги за заказ")
    reply = told.dialog.messages[-1]
    told.dialog.messages.append(
        reply.model_copy(
            update={"seq": 3, "about": "P-1", "turn": trace("supervisor"), "timestamp": at(10, 12)}
        )
    )
    figures = figures_of([told.dialog])
    assert (figures.volumes.turns.value, figures.volumes.tokens.value) == (1, 200)
    assert figures.times.answer.p95 == 2


def test_load_is_the_hour_in_which_most_ask(figures: Figures) -> None:
    load = figures.load
    assert (load.escalations, load.peak_hour, load.peak, load.busiest) == (1, 11, 0.5, 1)
    assert (load.handling, load.n) == (420, 1)


def test_work_begins_with_a_takeover_and_reading_is_part_of_it() -> None:
    dialog = Told.of("d", at(10)).asks("верните деньги за заказ", 0, "supervisor").dialog
    dialog.take_over("eva", "", at(10, 10, 1))
    assert list(find_handling(dialog)) == []
    dialog.take_over("anna", "", at(10, 10, 3), force=True)
    dialog.hand_back(HandbackNote(by="anna", text="прочитала", at=at(10, 10, 4)))
    dialog.take_over("anna", "", at(10, 10, 20))
    dialog.say("anna", "Смотрю", at(10, 10, 22))
    assert list(find_handling(dialog)) == [(at(10, 10, 1), 180), (at(10, 10, 20), 120)]
    dialog.events = []
    assert list(find_handling(dialog)) == [(at(10, 10, 22), 0)]


def test_moods_are_heard_in_the_last_line() -> None:
    assert mood_of("Спасибо, всё работает") == mood_of("Thank you, solved") == "thankful"
    assert mood_of("Это безобразие!!!") == "angry"
    assert mood_of("Сколько стоит Профи?") == "plain"


@pytest.mark.parametrize(
    ("first", "last", "zone"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "UTC"),
        (date(2026, 1, 1), date(2026, 11, 1), "UTC"),
        (None, None, "Nowhere/Land"),
        (None, None, "../../etc/passwd"),
        (None, date(1, 1, 1), "UTC"),
        (date(9999, 12, 31), None, "UTC"),
    ],
)
def test_a_period_that_cannot_be_looked_at_is_refused(
    first: date | None, last: date | None, zone: str
) -> None:
    with pytest.raises(PeriodInvalid):
        Period.of(first, last, zone, NOW)


def test_without_dates_it_is_the_last_seven_days() -> None:
    period = Period.of(None, None, "Europe/Moscow", NOW)
    assert (period.first, period.last, period.length) == (date(2026, 11, 16), date(2026, 11, 22), 7)
    assert (period.before.first, period.before.last) == (date(2026, 11, 9), date(2026, 11, 15))
    assert period.start == at(15, 21)
