"""What leaves: the stream's gate and the mended reply."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.grounding import Claim, Evidence, SentenceGate, redact, unsupported
from app.agents.grounding.language import honest
from app.agents.grounding.sentences import split
from tests.unit.agents.grounding.tables import TODAY, replies

NOTHING = Evidence(today=TODAY)
REPLIES = [r for part in ("broken", "sound") for r in replies("regression_1", part)]
PIECES = st.sampled_from([
    "Возврат оформлен", "Цена 990 р", "руб", "г", ". ", ".", "! ", "? ", "…", "\n", "\n\n", "- ", "1. ", " ",
    "Если ", "мы вернём деньги", "»", "Refund issued", "21.11.2026", "12,", "900 ₽", "**", "да", "Да",
    "✅", "\r\n",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


def through(text: str, evidence: Evidence, lang: str, cuts: list[int]) -> tuple[str, list[Claim]]:
    gate = SentenceGate(evidence, lang)
    places = [0, *sorted({c % (len(text) + 1) for c in cuts}), len(text)]
    cleared = [s for a, b in pairwise(places) for s in gate.feed(text[a:b])]
    return "".join([*cleared, *gate.end()]), gate.offending


def as_a_whole(text: str, evidence: Evidence, lang: str) -> tuple[str, list[Claim]]:
    cleared = ""
    for sentence in split(text):
        found = unsupported(sentence, evidence, lang)
        if found:
            return cleared, found
        cleared += sentence
    return cleared, []


CUTS = st.lists(st.integers(0, 10_000), max_size=40)


@given(TEXTS, CUTS)
def test_the_gate_decides_as_if_it_saw_the_whole_text(text: str, cuts: list[int]) -> None:
    assert through(text, NOTHING, "ru", cuts) == as_a_whole(text, NOTHING, "ru")


@given(st.sampled_from(REPLIES), CUTS)
def test_the_gate_stops_where_the_ledger_finds_the_first_fault(
    case: tuple[dict[str, Any], Evidence], cuts: list[int]
) -> None:
    row, evidence = case
    text, lang = row["reply"], row["lang"]
    cleared, offending = through(text, evidence, lang, cuts)
    assert offending == unsupported(text, evidence, lang)[: len(offending)]
    assert bool(offending) == bool(unsupported(text, evidence, lang))
    assert cleared == text or offending


@given(TEXTS)
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_nothing_passes_after_the_first_fault() -> None:
    gate = SentenceGate(NOTHING, "ru")
    assert gate.feed("Здравствуйте! Возврат оформлен. Всего доброго. До") == ["Здравствуйте! "]
    assert [claim.kind for claim in gate.offending] == ["refund"]
    assert gate.feed("брый день. ") == gate.end() == []


def test_abbreviations_and_list_numbers_end_no_sentence() -> None:
    text = "1. Цена 990 руб. в месяц. 2. Оплата до 21 ноября 2026 г. включительно.\nДальше"
    assert split(text) == [
        "1. Цена 990 руб. в месяц. ",
        "2. Оплата до 21 ноября 2026 г. включительно.\n",
        "Дальше",
    ]


def test_a_sound_reply_is_left_as_it_is() -> None:
    text = "Чтобы отменить подписку, откройте **профиль**.\n\n- Шаг  первый\n"
    assert redact(text, NOTHING, "ru").text == text


def test_only_the_sentence_at_fault_is_dropped() -> None:
    told = "Чтобы проверить платежи, откройте раздел «Профиль → Платежи» и посмотрите на даты списаний."
    mended = redact(f"{told} Мы вернём вам 990 ₽.", NOTHING, "ru")
    assert mended.text == told
    assert {claim.kind for claim in mended.dropped} == {"amount", "refund"}


def test_where_the_first_thing_said_is_dropped_an_honest_sentence_stands_there() -> None:
    rest = "Пока проверьте, пожалуйста, раздел «Профиль → Платежи» и напишите дату списания."
    assert redact(f"Возврат оформлен. {rest}", NOTHING, "ru").text == f"{honest('ru')['action']}\n\n{rest}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Здравствуйте! Возврат оформлен. Если будут вопросы, пишите!", "action"),
        ("It costs 1,490 ₽ a month.", "value"),
        ("Тарифы:\n- Базовый: 890 ₽ в месяц\n- Профи: 1 890 ₽ в месяц\n", "value"),
    ],
)
def test_where_the_claim_was_the_answer_it_is_replaced(text: str, kind: str) -> None:
    lang = "en" if text.startswith("It") else "ru"
    assert redact(text, NOTHING, lang).text == honest(lang)[kind]


def test_a_list_without_its_items_loses_its_head() -> None:
    text = "Настройка идёт через раздел «Профиль» и занимает лишь пару минут.\n\nЦены:\n- 890 ₽\n- 1 890 ₽\n"
    assert redact(text, NOTHING, "ru").text == text.split("\n\n")[0]


@given(st.sampled_from(REPLIES))
def test_a_mended_reply_needs_no_mending(case: tuple[dict[str, Any], Evidence]) -> None:
    row, evidence = case
    once = redact(row["reply"], evidence, row["lang"])
    assert unsupported(once.text, evidence, row["lang"]) == []
    assert once.text.strip()
    assert bool(once.dropped) == (once.text != row["reply"])
