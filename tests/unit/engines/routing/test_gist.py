"""One line may be 20,000 characters of anything: the work must grow with it and no faster.

No clock is looked at: a pattern that looks back again and again needs minutes to days for these lines.
"""

from __future__ import annotations

import pytest

from app.agents.grounding import Evidence, SentenceGate, unsupported
from app.agents.grounding.sentences import split
from app.agents.grounding.sources import _kept
from app.core.text import clean, composed
from app.engines.offline.entities import slots_in
from app.engines.offline.lexicon import plain
from app.engines.routing.artefact import load
from app.engines.routing.keyboard import to_russian_keys
from app.engines.routing.local import LocalRouter
from tests.support.embedded import reply_to
from tests.unit.agents.grounding.tables import TODAY

pytestmark = pytest.mark.timeout(60)
LONG = 20_000
MARKS = ["!", ";", " ", '"', "«a ", "a. ", "100 ", "two "]


def line_of(mark: str, length: int = LONG) -> str:
    return f"hello {mark * (length // len(mark))}b"[-length:]


@pytest.fixture(scope="module")
def router() -> LocalRouter:
    return LocalRouter(load(), None)


@pytest.mark.parametrize("mark", MARKS)
def test_a_line_of_repeated_marks_is_routed_answered_and_checked(router: LocalRouter, mark: str) -> None:
    line = line_of(mark)
    assert router.decide(line).agent
    assert reply_to("sales", line, lang="ru")
    assert unsupported("Скидка 7 %.", Evidence(today=TODAY, asked=(line,)), "ru")


@pytest.mark.parametrize("mark", ["!", "a. ", "мы вернули "])
def test_a_stream_without_an_end_of_a_sentence_is_looked_at_once(mark: str) -> None:
    text, gate = line_of(mark), SentenceGate(Evidence(today=TODAY), "ru")
    passed = [sentence for at in range(0, LONG, 8) for sentence in gate.feed(text[at : at + 8])]
    assert "".join([*passed, *gate.end()]) == text or gate.offending


def test_a_row_of_combining_marks_is_composed_in_time_that_grows_with_it() -> None:
    assert len(composed("a" + "\u0301\u0316" * 300_000)) > LONG
    assert clean("cafe\u0301 и\u0306") == "café й"


def test_other_patterns_grow_with_their_text_too() -> None:
    assert to_russian_keys(line_of(";", 500_000)).endswith("и")
    assert len(split(line_of("!", 500_000))) == 1
    assert slots_in(line_of("123 "), TODAY, past=False)


def test_words_of_customers_are_forgotten_once_they_are_answered() -> None:
    reply_to("sales", "верните деньги, меня зовут Аэлита")
    assert plain.cache_info().currsize == 0


def test_the_ledger_remembers_articles_and_nothing_that_people_said() -> None:
    result, people = '{"sum": "50 000 ₽"}', ("50 000 рублей",)
    private = (Evidence(TODAY, asked=people), Evidence(TODAY, said=people), Evidence(TODAY, texts=(result,)))
    before = _kept.cache_info().currsize
    assert not any(unsupported("Вы просите 50 000 ₽?", evidence, "ru") for evidence in private)
    assert _kept.cache_info().currsize == before
    assert not unsupported("Всего 4 321 ₽.", Evidence(TODAY, texts=("Цена: 4 321 ₽.",)), "ru")
    assert _kept.cache_info().currsize == before + 1


def test_of_a_very_long_line_the_beginning_and_the_end_are_heard() -> None:
    brief = reply_to("sales", "отмените подписку").text
    for line in (f"отмените подписку. {'а ' * 5000}", f"{'а ' * 5000}. отмените подписку"):
        assert reply_to("sales", line).text == brief
