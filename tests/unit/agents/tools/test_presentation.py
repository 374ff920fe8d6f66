"""Facts as models and customers read them: sums, spans of time and storage have their units."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from app.agents.tools.presentation import local_day, present, render_outcome
from app.core.backoffice import Outcome


@pytest.mark.parametrize(
    ("facts", "ru", "en"),
    [
        ({"days": 1}, {"days": "1 день"}, {"days": "1 day"}),
        ({"days": 2}, {"days": "2 дня"}, {"days": "2 days"}),
        ({"hours": 8}, {"hours": "8 часов"}, {"hours": "8 hours"}),
        ({"months": 7}, {"months": "7 месяцев"}, {"months": "7 months"}),
        ({"used_gb": 120, "storage_gb": 500}, {"used": "120 ГБ", "storage": "500 ГБ"},
         {"used": "120 GB", "storage": "500 GB"}),
        ({"amount_rub": 1990}, {"amount": "1\u00a0990\u00a0₽"}, {"amount": "1,990\u00a0₽"}),
        ({"people": 3, "days": None}, {"people": 3}, {"people": 3}),
        ({"team": 21}, {"team": "21 человека"}, {"team": "21 people"}),
        ({"team": 30, "included": 20}, {"team": "30 человек", "included": "20 человек"},
         {"team": "30 people", "included": "20 people"}),
        ({"extra_seats": 1}, {"extra_seats": "1 дополнительное место"}, {"extra_seats": "1 extra seat"}),
        ({"extra_seats": 3}, {"extra_seats": "3 дополнительных места"}, {"extra_seats": "3 extra seats"}),
    ],
)  # fmt: skip
def test_what_counts_is_told_with_its_unit(
    facts: dict[str, object], ru: dict[str, object], en: dict[str, object]
) -> None:
    assert present(facts, "ru") == ru
    assert {key: _plain(value) for key, value in present(facts, "en").items()} == {
        key: _plain(value) for key, value in en.items()
    }


def _plain(value: object) -> object:
    return value.replace("\u00a0", " ") if isinstance(value, str) else value


def test_a_span_of_days_has_one_unit() -> None:
    told = present({"days_from": 3, "days_to": 5, "days_max": 10}, "en")
    assert (told["days"], told["days_at_most"]) == ("3–5 working days", "10 working days")


def test_the_days_of_a_compensation_are_days_to_the_model() -> None:
    outcome = Outcome(status="done", number="I-1001", facts={"incident": "I-1001", "days": 2})
    assert json.loads(render_outcome(outcome, "ru").text)["days"] == "2 дня"


def test_a_time_without_a_zone_is_told_by_the_clock_of_the_house() -> None:
    assert "3:00" in present({"at": datetime.fromisoformat("2026-12-02T15:00")}, "en")["at"]
    assert local_day(datetime.fromisoformat("2026-12-02T23:30")) == date(2026, 12, 2)


def test_two_facts_never_share_a_name() -> None:
    shown = present({"charge": date(2026, 12, 22), "charge_rub": 990}, "en")
    assert shown == {"charge": "December 22, 2026", "charge_rub": "990\u00a0₽"}
