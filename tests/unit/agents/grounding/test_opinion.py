"""A second opinion on a sentence: what rules miss, what they doubt too soon, what stands beside an act."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.grounding import Evidence, redact, unsupported
from app.agents.grounding.opinion import CLAIM
from app.agents.tools.presentation import render_facts
from app.core.models import Reading, TurnProgress
from app.core.ports import Embedder
from app.engines.understanding.artefact import SHIPPED_CLAIMS, load
from app.engines.understanding.reader import LineReader
from tests.unit.agents.grounding.tables import TODAY
from tests.unit.agents.grounding.test_reply import ask, house, shown


@dataclass(frozen=True)
class Sure:
    """Gives every sentence the same probability of a claim."""

    p: float

    def read(self, line: str) -> Reading:
        return Reading(((CLAIM, self.p), ("talk", 1 - self.p)))

    def read_parts(self, line: str) -> list[tuple[str, Reading]]:
        return [(line, self.read(line))]


CLAIMED, TALK = Evidence(today=TODAY, reader=Sure(0.97)), Evidence(today=TODAY, reader=Sure(0.1))
DONE = frozenset({"refund"})


@pytest.fixture(scope="module")
def fitted(embedder: Embedder) -> Evidence:
    return Evidence(today=TODAY, reader=LineReader(load(SHIPPED_CLAIMS), embedder))


@pytest.mark.parametrize("reply", ["Your widgets have left the hangar.", "Ваши виджеты в ангаре."])
def test_what_no_rule_knows_is_blocked_where_it_reads_as_a_claim(reply: str) -> None:
    lang = "en" if reply.isascii() else "ru"
    assert unsupported(reply, CLAIMED, lang) != []
    assert unsupported(reply, TALK, lang) == []


def test_questions_articles_and_known_figures_need_no_opinion() -> None:
    assert unsupported("Would your widgets need a hangar?", CLAIMED, "en") == []
    article = replace(CLAIMED, texts=("Widgets of every team stand in a heated hangar.",))
    assert unsupported("Your widgets stand in the hangar.", article, "en") == []
    result = replace(CLAIMED, texts=(render_facts({"number": "O-1003"}, "en").text,))
    assert unsupported("Your widgets are O-1003.", result, "en") == []


def test_what_rules_take_for_a_claim_is_sent_where_it_reads_as_talk() -> None:
    assert unsupported("A payment comes back within 14 days.", CLAIMED, "en") != []
    known = replace(TALK, texts=("A refund takes 14 days.",))
    assert unsupported("A payment comes back within 14 days.", known, "en") == []


@pytest.mark.parametrize(
    ("reply", "lang"),
    [
        ("Компенсация начислена, проверьте срок в профиле.", "ru"),
        ("The refund has been issued, have a look.", "en"),
    ],
)
def test_talk_does_not_excuse_what_a_cue_of_an_act_has_found(reply: str, lang: str) -> None:
    assert unsupported(reply, TALK, lang) != []


def test_talk_does_not_excuse_a_figure() -> None:
    assert unsupported("Business is 4,999 ₽ a month.", TALK, "en") != []


@pytest.mark.parametrize(
    ("honest", "extra", "lang"),
    [
        ("I returned 990 ₽.", "I returned 990 ₽ and the next month is free.", "en"),
        ("I returned 990 ₽.", "I returned 990 ₽, our senior accountant saw to it.", "en"),
        ("I returned 990 ₽.", "I returned 990 ₽, the offer holds for two hours.", "en"),
        ("Вернула 990 ₽.", "Вернула 990 ₽, следующий месяц бесплатно.", "ru"),
        ("Вернула 990 ₽.", "Вернула 990 ₽, наш главный бухгалтер в курсе.", "ru"),
    ],
)
def test_an_act_that_was_done_supports_nothing_beside_it(honest: str, extra: str, lang: str) -> None:
    result = render_facts({"status": "done", "amount_rub": 990}, lang).text
    known = replace(CLAIMED, texts=(result,), done=DONE)
    assert unsupported(honest, known, lang) == []
    assert unsupported(extra, known, lang) != []


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_figure_of_ours_does_not_vouch_for_somebody_else(lang: str) -> None:
    known = replace(CLAIMED, texts=(render_facts({"number": "T-1005"}, lang).text,))
    honest, other = {
        "en": ("Your widgets are T-1005.", "Technician says T-1005 hangs upside down."),
        "ru": ("Ваши виджеты под номером T-1005.", "По мнению инженера, T-1005 висит вверх ногами."),
    }[lang]
    assert unsupported(honest, known, lang) == []
    assert unsupported(other, known, lang) != []


@pytest.mark.parametrize(
    "reply", ["A-1001 is waiting for a manager's decision.", "A-1001 ждёт решения руководителя."]
)
def test_an_approval_waits_for_a_manager(reply: str) -> None:
    lang = "ru" if "ждёт" in reply else "en"
    result = render_facts({"status": "approval", "number": "A-1001"}, lang).text
    assert unsupported(reply, replace(CLAIMED, texts=(result,), done=frozenset({"approval"})), lang) == []


def test_bare_figures_of_a_result_need_no_opinion() -> None:
    known = replace(CLAIMED, texts=(render_facts({"used_gb": 38, "limit_gb": 50}, "ru").text,))
    assert unsupported("Занято 38 из 50 ГБ.", known, "ru") == []
    assert unsupported("Занято 39 из 50 ГБ.", known, "ru") != []


def test_what_a_refund_would_end_may_stand_behind_its_question() -> None:
    known = Evidence(today=TODAY)
    assert redact("Shall I return 990 ₽? Your plan will end today.", known, "en").dropped == []
    assert redact("I see. Your plan will end today.", known, "en").dropped != []


@pytest.mark.parametrize(
    ("claim", "talk", "lang"),
    [
        ("Your files are back where they were.", "Files can be brought back from the trash.", "en"),
        ("The shift lead has taken your side.", "I can ask a person to look at it.", "en"),
        ("Your parcel is in Kazan by now.", "I can't see where a parcel is.", "en"),
        ("Ваши файлы снова на месте.", "Файлы можно достать из корзины.", "ru"),
        ("Начальница смены на вашей стороне.", "Могу попросить человека посмотреть.", "ru"),
        ("Посылка уже в Казани.", "Где посылка, мне не видно.", "ru"),
    ],
)
def test_the_fitted_opinion_tells_claims_from_talk(
    fitted: Evidence, claim: str, talk: str, lang: str
) -> None:
    assert unsupported(claim, fitted, lang) != []
    assert unsupported(talk, fitted, lang) == []


@pytest.mark.anyio
async def test_a_language_model_is_told_what_no_rule_knows_and_none_of_it_is_seen() -> None:
    model = ScriptedChatModel(script=["Your widgets have left the hangar.", "Where are they now?"])
    told: list[TurnProgress] = []
    reply = await ask(house(model=model, claims=Sure(0.97)), "Where are my widgets?", told=told)
    assert reply.text == "Where are they now?"
    assert reply.turn.withheld == ["outcome: Your widgets have left the hangar."]
    assert "hangar" not in shown(told)
