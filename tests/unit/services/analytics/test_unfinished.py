"""The day that is not over, and lines that ask nothing."""

from __future__ import annotations

from datetime import timedelta

from tests.support.small_history import NOW, Told, at
from tests.unit.services.analytics.test_figures import CALENDAR, figures_of


def test_an_unfinished_day_is_compared_with_as_much_of_the_days_before() -> None:
    """NOW is noon of the 22nd: of the day before, what came after noon is left out."""
    begun = (("a", at(21, 9)), ("b", at(21, 18)), ("c", at(22, 9)))
    dialogs = [Told.of(name, when).asks(CALENDAR).dialog for name, when in begun]
    figures = figures_of(dialogs, 22, 22)
    assert (figures.volumes.dialogs.value, figures.volumes.dialogs.before) == (1, 1)
    assert (figures.period.until, figures.before.until) == (NOW, NOW - timedelta(days=1))
    assert (figures.today, figures.whole_days) == ("2026-11-22", [])
    over = figures_of(dialogs, 20, 21)
    assert (over.period.until, over.before.until, over.today) == (None, None, "")


def test_a_line_that_asks_nothing_is_no_question_without_an_article() -> None:
    told = Told.of("a", at(10)).asks("Хочу купить ключ безопасности", citations=[])
    told.asks("Да пробовал уже всё это", citations=[]).asks("А когда будет ответ?", citations=[])
    figures = figures_of([told.dialog])
    assert {gap.question for gap in figures.gaps} == {"Хочу купить ключ безопасности", "А когда будет ответ?"}
    assert [gap.question for gap in figures.unread] == ["Да пробовал уже всё это"]
    assert (figures.gap_turns, figures.unread_turns) == (2, 1)
