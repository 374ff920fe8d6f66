"""What the embedded model says of the results of tools."""

from __future__ import annotations

import json
import re
from datetime import datetime
from string import Template
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.grounding import Evidence, unsupported
from app.agents.grounding.reply import achieved_by
from app.core.locales import read_all
from app.engines.offline.intents import BY_NAME, SKILLS
from app.engines.offline.lexicon import all_books, skillbook
from app.engines.offline.skills import tell
from app.engines.offline.wishes import Intent
from tests.support.company import COMPANY
from tests.support.scenes import scene
from tests.unit.engines.offline.skill_results import CASES, RAW, answered

LANGUAGES = sorted(all_books())
ALLOWED = re.compile(r"https?://\S+|orbita|hub|key|calls|pc|windows|operator|\b[A-Z]{1,2}-\d+", re.IGNORECASE)
SNAKE = re.compile(r"\b[a-z]+_[a-z_]+\b")
TOOLS = frozenset(skill.tool for skill in SKILLS)
STANDS = re.compile(r"already_|just_done|closed|cancelled")
DAY = datetime(2026, 11, 22, tzinfo=COMPANY.zone)
LISTS = {
    "tickets",
    "orders",
    "payments",
    "ways",
    "plans",
    "incidents",
    "devices",
    "problems",
    "items",
    "calls",
}


def words(skill: str, facts: dict[str, Any], language: str) -> str:
    told = tell(BY_NAME[skill], facts, Intent("", "?", "?"), scene("?", language=language, offered=TOOLS))
    return told.text


def is_clean(text: str, language: str) -> bool:
    foreign = re.search(r"[a-z]{3,}" if language == "ru" else r"[а-яё]", ALLOWED.sub("", text), re.IGNORECASE)
    return bool(text.strip()) and not foreign and "$" not in text and not SNAKE.search(text)


def test_every_skill_that_is_told_of_has_results_here() -> None:
    assert BY_NAME.keys() == RAW.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_result_is_told_in_the_customers_language(language: str) -> None:
    unclean = [
        f"{skill}, {case}: {told}"
        for skill, case, facts in CASES
        if not is_clean(told := words(skill, json.loads(answered(facts, language)), language), language)
    ]
    assert unclean == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_message_asks_one_question(language: str) -> None:
    told = [words(skill, json.loads(answered(facts, language)), language) for skill, _, facts in CASES]
    assert [text for text in told if text.count("?") > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_promise_ledger_withholds_no_sentence_of_a_skill(language: str) -> None:
    withheld = []
    for skill, case, facts in CASES:
        result = answered(facts, language)
        done: set[str] = set()
        if facts["status"] in ("done", "found") or STANDS.match(str(facts.get("reason"))):
            done |= achieved_by(BY_NAME[skill].tool)
        if facts["status"] == "approval":
            done |= {"refund_requested", "approval"}
        evidence = Evidence(today=DAY, texts=(result,), done=frozenset(done))
        text = words(skill, json.loads(result), language)
        withheld += [f"{skill}, {case}: {c.text}" for c in unsupported(text, evidence, language)]
    assert withheld == []


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


def test_what_nobody_wrote_words_for_gets_the_general_sentence() -> None:
    facts = {"status": "refused", "reason": "a_new_rule"}
    assert words("refund", facts, "en") == "The rules do not allow a refund of that payment."


def test_a_nought_and_a_single_piece_are_not_told() -> None:
    facts = json.loads(answered(RAW["order"][0], "ru"))
    assert "Количество" not in words("order", facts, "ru")
    assert "0 %" not in words("order", facts, "ru")


def names(texts: tuple[str, ...]) -> set[str]:
    return {name for text in texts for name in Template(text).get_identifiers()}


def keys_in(facts: Any) -> set[str]:
    """Of a result and of all rows in it."""
    if isinstance(facts, list):
        return {key for row in facts for key in keys_in(row)}
    return (
        set(facts) | {key for value in facts.values() for key in keys_in(value)}
        if isinstance(facts, dict)
        else set()
    )


@pytest.mark.parametrize("skill", sorted(RAW))
def test_templates_name_only_variables_that_results_of_the_tool_have(skill: str) -> None:
    lookup = BY_NAME[skill].lookup
    looked_up = [each.name for each in SKILLS if lookup and each.reads and each.tool == lookup.tool]
    results = [facts for name in (skill, *looked_up) for facts in RAW[name]]
    known = {key for facts in results for key in keys_in(json.loads(answered(facts, "en")))}
    for language in LANGUAGES:
        say = skillbook(language).skills[skill].say
        unknown = {key: names(texts) - known for key, texts in say.items()}
        assert {key: left for key, left in unknown.items() if left} == {}, language


def test_books_of_all_languages_hold_the_same_keys() -> None:
    books = list(all_books().values())
    assert len({frozenset(manner) for manner in read_all("manner").values()}) == 1
    assert len({frozenset(known) for known in read_all("acts").values()}) == 1
    for part in ("values", "general", "skills"):
        assert len({frozenset(getattr(book, part)) for book in books}) == 1
    for name in BY_NAME:
        assert len({frozenset(book.skills[name].asks) for book in books}) == 1
        assert len({frozenset(book.skills[name].say) for book in books}) == 1


def test_questions_hold_no_variable() -> None:
    asked = [
        text
        for book in all_books().values()
        for skill in book.skills.values()
        for text in skill.asks.values()
    ]
    assert [text for text in asked if "$" in text] == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", "Тариф «Бизнес» на 25 человек — 55 704 ₽ в год: 38 304 ₽ за тариф (до 20 человек) и 17 400 ₽ "
               "за 5 дополнительных мест."),
        ("en", "The Business plan for 25 people is 55,704 ₽ a year: 38,304 ₽ for the plan (up to 20 people) "
               "and 17,400 ₽ for 5 extra seats."),
    ],
)  # fmt: skip
def test_a_price_for_a_team_says_what_it_is_made_of(language: str, told: str) -> None:
    facts = next(facts for facts in RAW["quote"] if "team" in facts)
    said = words("quote", json.loads(answered(facts, language)), language).replace("\u00a0", " ")
    assert said.startswith(f"{told} ")
