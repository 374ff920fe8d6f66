"""What the embedded model says of the results of tools."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.grounding import Evidence, unsupported
from app.agents.grounding.reply import achieved_by
from app.core.locales import read_all
from app.engines.offline.conversation import Remark, Say, Scene
from app.engines.offline.intents import BY_NAME, SKILLS
from app.engines.offline.lexicon import all_books, phrasebook, skillbook
from app.engines.offline.skills import tell
from tests.support.company import COMPANY
from tests.unit.engines.offline.skill_results import CASES, RAW, answered

LANGUAGES = sorted(all_books())
ALLOWED = re.compile(r"https?://\S+|orbita|hub|key|calls|pc|windows|operator", re.IGNORECASE)
SNAKE = re.compile(r"\b[a-z]+_[a-z_]+\b")
TOOLS = frozenset(skill.tool for skill in SKILLS)
DAY = datetime(2026, 11, 22, tzinfo=COMPANY.zone)


def scene(language: str) -> Scene:
    return Scene("", language, ["?"], [], [], {}, offered=TOOLS, clock=DAY)


def words(skill: str, facts: dict[str, Any], language: str) -> str:
    said = tell(BY_NAME[skill], skillbook(language).skills[skill], facts, {}, scene(language))
    assert isinstance(said, Say | Remark)
    return said.text


def is_clean(text: str, language: str) -> bool:
    foreign = re.search(r"[a-z]{3,}" if language == "ru" else r"[а-яё]", ALLOWED.sub("", text), re.IGNORECASE)
    return bool(text.strip()) and not foreign and "$" not in text and not SNAKE.search(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_result_is_told_in_the_customers_language(language: str) -> None:
    for skill, case, facts in CASES:
        told = words(skill, json.loads(answered(facts, language)), language)
        assert is_clean(told, language), f"{skill}, {case}: {told}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_promise_ledger_withholds_no_sentence_of_a_skill(language: str) -> None:
    for skill, case, facts in CASES:
        result = answered(facts, language)
        done: set[str] = set()
        if facts["status"] in ("done", "found"):
            done |= achieved_by(BY_NAME[skill].tool)
        if facts["status"] == "approval":
            done |= {"refund_requested", "approval"}
        evidence = Evidence(today=DAY, texts=(result,), done=frozenset(done))
        text = words(skill, json.loads(result), language)
        assert [c.text for c in unsupported(text, evidence, language)] == [], f"{skill}, {case}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ledger_withholds_no_question_of_a_skill(language: str) -> None:
    book = skillbook(language)
    asked = [text for skill in book.skills.values() for text in skill.asks.values()]
    general = [text for key in ("stranger", "person", "declined", "unavailable", "refused", "found")
               for text in book.general[key]]  # fmt: skip
    assert [t for t in (*asked, *general) if unsupported(t, Evidence(today=DAY), language)] == []


@given(
    skill=st.sampled_from(sorted(RAW)),
    language=st.sampled_from(LANGUAGES),
    status=st.sampled_from(["done", "approval", "refused", "found", "nothing", "unavailable"]),
    data=st.data(),
)
def test_any_result_gets_words_without_codes_and_variables(
    skill: str, language: str, status: str, data: st.DataObject
) -> None:
    keys = sorted({key for facts in RAW[skill] for key in facts} | {"reason", "number", "more"})
    shown = {"ru": ["Профи", "1 990 ₽", "21 ноября 2026 г."], "en": ["Pro", "1,990 ₽", "November 21, 2026"]}
    values = st.sampled_from([*shown[language], 0, 3, True, None, "", "some_code", ["x"], {"a": 1}, "O-1001"])
    facts = data.draw(st.dictionaries(st.sampled_from(keys), values))
    told = words(skill, {**{k: v for k, v in facts.items() if k not in LISTS}, "status": status}, language)
    assert is_clean(told, language), told


LISTS = {"tickets", "orders", "payments", "ways", "plans", "incidents", "devices", "problems", "items"}


def test_what_nobody_wrote_words_for_gets_the_general_sentence() -> None:
    facts = {"status": "refused", "reason": "a_new_rule"}
    assert words("refund", facts, "en") == "The rules do not allow a refund of that payment."


def test_a_nought_and_a_single_piece_are_not_told() -> None:
    facts = json.loads(answered(RAW["order"][0], "ru"))
    assert "Количество" not in words("order", facts, "ru")
    assert "0 %" not in words("order", facts, "ru")


def test_books_of_all_languages_hold_the_same_keys() -> None:
    books = list(all_books().values())
    assert len({frozenset(manner) for manner in read_all("manner").values()}) == 1
    for part in ("values", "general", "skills"):
        assert len({frozenset(getattr(book, part)) for book in books}) == 1
    for name in BY_NAME:
        assert len({frozenset(book.skills[name].asks) for book in books}) == 1
        assert len({frozenset(book.skills[name].say) for book in books}) == 1


def test_cues_are_lower_case_and_questions_hold_no_variable() -> None:
    for book in all_books().values():
        for skill in book.skills.values():
            cues = [*skill.do, *skill.to, *skill.noun, *skill.of, *skill.never, *skill.prefer, *skill.careful]
            assert all(isinstance(c, str) and c == c.lower() and "ё" not in c for c in cues)
            assert not any("$" in text for text in skill.asks.values())


def test_the_embedded_model_speaks_of_records_as_things_are() -> None:
    for language in LANGUAGES:
        assert "не видны" not in phrasebook(language).say["kept"]
        assert "cannot see" not in phrasebook(language).say["kept"]
