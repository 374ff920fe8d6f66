"""Why a turn went where it went: which rule, which matter, how sure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from app.core.company import in_use
from app.core.explanation import RULES, LabelledExample, Mark
from app.core.models import Decision, Source
from app.engines.routing.artefact import load
from app.engines.routing.local import LocalRouter
from app.services.explaining import CERTAIN, LIKELY, Explaining, sureness_of
from tests.support.paths import ROOT

pytestmark = pytest.mark.anyio
ROUTER = LocalRouter(load(), None)
REAL = Explaining(ROUTER.evidence(ROOT / "eval_sets" / "train"), in_use())


@dataclass
class Told:
    """Evidence as given."""

    lines: list[str]

    def marks(self, _text: str, _agent: str, _source: Source) -> list[Mark]:
        return []

    def nearest(self, _text: str, _language: str, _count: int, _source: Source) -> list[LabelledExample]:
        return [LabelledExample(text=line, agent="supervisor", likeness=0.9) for line in self.lines]


@pytest.mark.parametrize(
    ("text", "agent", "topic"),
    [
        ("верните деньги за подписку, пожалуйста", "supervisor", "a request for a refund"),
        ("у меня дважды списали за подписку", "supervisor", "a disputed charge"),
        ("позовите живого человека", "supervisor", "a request to speak to a person"),
        ("сколько стоит тариф для команды?", "sales", "a question about price"),
        ("how much is the yearly plan?", "sales", "a question about price"),
        ("не могу войти, пароль не подходит", "tech_support", "trouble signing in"),
        ("the app crashes all the time", "tech_support", "a crash"),
    ],
)
async def test_the_matter_is_read_from_what_the_agent_says_it_handles(
    text: str, agent: str, topic: str
) -> None:
    decision = ROUTER.decide(text)
    found = await REAL.explain(text, decision)
    assert (found.kind, found.agent, found.topic["en"]) == ("topic", agent, topic)
    assert found.marks
    assert found.sureness == sureness_of(decision.confidence)


@pytest.mark.parametrize("reason", RULES)
async def test_a_rule_is_told_as_a_rule_and_not_as_a_probability(reason: str) -> None:
    decision = Decision(agent="sales", confidence=1, source="sticky", reason=reason)
    found = await REAL.explain("сколько стоит?", decision)
    assert (found.kind, found.sureness, found.marks, found.examples) == (RULES[reason], "", [], [])


async def test_what_the_router_says_today_is_known_as_a_rule() -> None:
    """Its sentences are stored with dialogs."""
    for text, serving, kind in (("ок, спасибо", "sales", "follow_up"), ("привет", None, "little")):
        assert (await REAL.explain(text, ROUTER.decide(text, serving))).kind == kind


async def test_a_language_model_gives_its_reason_and_nothing_is_marked() -> None:
    decision = Decision(agent="supervisor", confidence=0.8, source="llm", reason="wants a refund")
    found = await REAL.explain("верните деньги", decision)
    assert (found.kind, found.said, found.marks, found.examples) == ("model", "wants a refund", [], [])


async def test_a_message_without_words_of_a_matter_has_that_of_its_examples() -> None:
    decision = Decision(agent="supervisor", confidence=0.95, source="embedding", reason="words: …")
    twice = replace(REAL, evidence=Told(["верните деньги за май", "хочу возврат", "где мой заказ"]))
    found = await twice.explain("лавэ обратно давайте", decision)
    assert (found.kind, found.topic["ru"]) == ("topic", "просьбу вернуть деньги")
    once = replace(REAL, evidence=Told(["верните деньги за май", "где мой заказ"]))
    assert (await once.explain("лавэ обратно давайте", decision)).kind == "plain"


async def test_where_another_desk_is_likelier_the_sentence_names_it() -> None:
    scores = {"sales": 0.0, "supervisor": 0.51, "tech_support": 0.49}
    decision = Decision(agent="tech_support", confidence=0.49, source="lexical", scores=scores)
    found = await REAL.explain("cheers, the app crashes all the time", decision)
    assert (found.kind, found.rival, found.topic) == ("outweighed", "supervisor", {})
    assert "cheers" not in [found.text[mark.start : mark.end] for mark in found.marks]


async def test_an_agent_without_topics_is_explained_too() -> None:
    decision = Decision(agent="concierge", confidence=0.95, source="lexical")
    found = await REAL.explain("верните деньги", decision)
    assert (found.kind, found.topic, found.marks) == ("plain", {}, [])


def test_words_for_confidence_follow_the_measured_bounds() -> None:
    assert [sureness_of(c) for c in (1, CERTAIN, CERTAIN - 0.01, LIKELY, LIKELY - 0.01, 0)] == [
        "certain", "certain", "likely", "likely", "guess", "guess",
    ]  # fmt: skip
