"""What the knowledge room says of an answer that an agent would give."""

from __future__ import annotations

import pytest

from app.core.models import Decision, ToolUse, Turn
from app.services.knowledge.prospect import Foreseen, Prospect
from app.services.replay import ReplayedAnswer
from app.ui.knowledge.panels import render_prospect
from app.ui.words import LANGUAGES, room_texts
from tests.support.library import shipped_article

PRICES, NOBODY = '{"price": "1 990"}', '{"status": "refused", "reason": "unknown_customer"}'


def answer(text: str, result: str = "") -> ReplayedAnswer:
    decision = Decision(agent="sales", confidence=1, source="lexical", reason="words")
    turn = Turn(decision=decision, agent="sales", model="embedded", language="en")
    turn.tools = [ToolUse(name="find_account", arguments={}, result=result, status="")] if result else []
    return ReplayedAnswer(text=text, turn=turn)


def shown(found: Prospect, language: str = "en") -> str:
    return render_prospect(found, room_texts(language, "knowledge"))


def near(score: float = 0.7) -> Foreseen:
    return Foreseen(shipped_article("near"), "spare", score)


def box(html: str) -> str:
    return html.partition('class="cc-kb-verdict cc-')[2].partition('"')[0]


def test_what_a_stranger_is_told_is_no_success() -> None:
    assert box(shown(Prospect([], reply=answer("Pro: 1 990", PRICES)))) == "good"
    assert box(shown(Prospect([near()], reply=answer("Pro: 1 990", PRICES)))) == "good"
    assert box(shown(Prospect([], reply=answer("I do not know you.", NOBODY)))) == "plain"
    assert box(shown(Prospect([near()], reply=answer("I do not know you.", NOBODY)))) == "warn"


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_the_nearer_article_does_not_answer_is_told(language: str) -> None:
    why = room_texts(language, "knowledge").words["nearer_why"]
    used = Foreseen(shipped_article("used"), "answer", 0.6)
    by_article = shown(Prospect([used, near()], reply=answer("So.")), language)
    assert why["article"].format(used=used.article.title) in by_article
    for result, ground in ((PRICES, "records"), ("", "words")):
        assert why[ground] in shown(Prospect([near()], reply=answer("So.", result)), language)
    assert "{used}" in why["article"]


def test_an_answer_with_a_list_is_shown_as_one() -> None:
    html = shown(Prospect([], reply=answer("We have:\n- Free\n- Pro", PRICES)))
    assert "<ul><li>Free</li><li>Pro</li></ul>" in html
    assert "- Free" not in html


def test_what_is_too_far_is_folded_and_what_is_near_is_not() -> None:
    far = Foreseen(shipped_article("elsewhere"), "far", 0.2)
    html = shown(Prospect([near(), far], reply=answer("So.")))
    before, _, folded = html.partition('id="cc-kb-far"')
    assert near().article.title in before
    assert far.article.title in folded
    assert far.article.title not in before


@pytest.mark.parametrize(("score", "meant"), [(0.8, True), (0.5, False)])
def test_an_article_is_put_into_the_form_only_where_the_question_surely_is_about_it(
    score: float, meant: bool
) -> None:
    found = Prospect([near(score)], reply=answer("I am not sure I understood."))
    assert (found.meant is not None) is meant
