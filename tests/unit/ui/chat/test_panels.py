"""What the chat room makes of lines: shown as written, never run; quick replies that fit the question."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.core.locales import read
from app.core.models import Decision, ToolUse, Turn
from app.services.dialogs.views import DialogView
from app.ui.chat import bubbles, panels
from app.ui.words import LANGUAGES, room_texts
from tests.contract.samples import NOON, new_dialog, reply

HOSTILE = st.text(alphabet='ab1<>&*_`[]()!#=+-.|\\~$"\n ', min_size=1, max_size=40)


@given(HOSTILE)
def test_a_customers_line_is_read_as_it_was_written(text: str) -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(bubbles.escape_markdown(text))
    assert not re.search(r"<(?!/?p>|br|/?code|/?pre|hr)", shown)
    assert "<img" not in shown


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "![a](http://e.example/x.png)"])
def test_an_agents_line_fetches_and_runs_nothing(text: str) -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(bubbles.agent_entry(text, "", "")["content"])
    assert "<img" not in shown


def test_the_path_escapes_everything_from_outside() -> None:
    bad = "<script>x</script>"
    turn = Turn(
        decision=Decision(agent="sales", confidence=0.5, source="llm", reason=bad, failure=bad),
        agent=bad,
        model=bad,
        failure=bad,
        withheld=[bad],
        citations=[bad],
        tools=[ToolUse(name=bad, arguments={bad: bad}, result=bad, status="done", number=bad)],
        timings={"total": 0.01, "route": 0.001},
    )
    for language in LANGUAGES:
        shown = panels.render_path(turn, room_texts(language, "chat"), lambda _name, _lang: None)
        assert "<script" not in shown


def offered(text: str, language: str) -> list[str]:
    dialog, said = new_dialog(), reply(text)
    said.turn.language = language
    dialog.answer(dialog.receive("?", NOON), said, NOON, 0.1)
    return panels.quick_replies(DialogView.of(dialog))


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("ru", "Проверьте раскладку.\n\nПодскажите, помогло?", "Да, помогло"),
        ("ru", "Заказ O-1006 оформлен. Прислать ссылку на оплату?", "Да"),
        ("ru", "• P-1006: 990 ₽\n• P-1005: 990 ₽\nКакой платёж вернуть? Напишите номер.", "P-1006"),
        ("en", "Check the layout.\n\nDid that help?", "Yes, it helped"),
        ("en", "For a month or for a whole year?", "By the month"),
        ("de", "Подскажите, помогло?", "Да, помогло"),
    ],
)
def test_quick_replies_fit_the_question(language: str, text: str, first: str) -> None:
    assert offered(text, language)[0] == first


@pytest.mark.parametrize(
    "text", ["Что вас интересует?", "Пожалуйста!", "Напишите, пожалуйста, почту аккаунта."]
)
def test_an_open_question_gets_no_quick_reply(text: str) -> None:
    assert offered(text, "ru") == []
    assert offered("What would you like to know?", "en") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_yes_or_no_question_of_the_embedded_agents_offers_both(language: str) -> None:
    asked = _asked(read("skills", language))
    assert asked
    for text in asked:
        assert offered(text, language) == quick_words(language), text


def quick_words(language: str) -> list[str]:
    return {"ru": ["Да", "Нет"], "en": ["Yes", "No"]}[language]


def _asked(skills: Any) -> list[str]:
    """What stands under `offer` and `confirm`."""
    if isinstance(skills, list):
        return [text for part in skills for text in _asked(part)]
    if not isinstance(skills, dict):
        return []
    own = [v for k, v in skills.items() if k in ("offer", "confirm") and isinstance(v, str) and "?" in v]
    return own + [text for part in skills.values() for text in _asked(part)]


def test_a_move_by_the_router_does_not_repeat_its_reason_and_one_by_an_agent_tells_its_own() -> None:
    said = reply("1 990 ₽").turn
    said.decision.reason, mine = 'words: "twice"', said.hops[0]
    said.hops = [mine.model_copy(update={"reason": said.decision.reason}), mine]
    shown = panels.render_path(said, room_texts("en", "chat"), lambda _name, _lang: None, "why")
    assert "twice" not in shown
    assert shown.count("цена") == 1
