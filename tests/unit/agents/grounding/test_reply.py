"""What leaves the house: a language model's drafts through the orchestrator, and approved answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import AIMessage
from pydantic import Field

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.base import ToolContext
from app.agents.grounding.language import honest
from app.agents.model_call import ModelCaller
from app.agents.orchestrator import Orchestrator
from app.agents.router import LiveRouter
from app.core.backoffice import ActionContext, Outcome
from app.core.models import Decision, Reply, RouteQuery, Said, ToolUse, TurnContext, TurnProgress
from app.core.ports import BackOffice
from app.engines.knowledge.search import HybridSearch
from app.telemetry.metrics import Metrics
from tests.support.company import AGENTS, ROSTER, load_articles
from tests.support.library import service

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ASKED = {"ru": "верните деньги за подписку", "en": "please refund my subscription"}
CLAIM = {"ru": "Я оформила вам возврат.", "en": "I have issued your refund."}
HONEST = {"ru": "Назовите, пожалуйста, номер платежа.", "en": "Which payment is it, please?"}
MORE = {"ru": "Могу проверить платёж по номеру.", "en": "I can look the payment up by its number."}
LANGS = ("ru", "en")


@dataclass
class Pointer:
    agent: str

    async def route(self, _query: RouteQuery) -> Decision:
        return Decision(agent=self.agent, confidence=1, source="lexical", reason="told so")


@dataclass
class Counter:
    """An office that has done it for this line before."""

    outcome: Outcome

    def propose(self, _origin: ActionContext, _action: object) -> Outcome:
        return self.outcome


def refunding(status: str = "done", **facts: Any) -> BackOffice:
    outcome = Outcome.model_validate({"status": status, "number": "R-1", "facts": facts})
    return cast(BackOffice, Counter(outcome))


def house(
    *script: Any,
    start: str = "supervisor",
    office: BackOffice | None = None,
    rewrites: bool = True,
    **given: Any,
) -> Orchestrator:
    model = given.pop("model", None) or ScriptedChatModel(script=list(script))
    context = ToolContext(HybridSearch(load_articles(), None), office, lambda: NOW, **given)
    router = LiveRouter(Pointer(start), frozenset(AGENTS))
    speaker = ModelCaller(model, "script", rewrites=rewrites)
    return Orchestrator(router=router, speaker=speaker, context=context, roster=ROSTER)


def calling(name: str, **args: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": f"id-{name}", "type": "tool_call"}])


async def ask(
    orchestrator: Orchestrator,
    *said: str,
    told: list[TurnProgress] | None = None,
    case: TurnContext | None = None,
) -> Reply:
    lines = [Said(role="customer", content=line) for line in said]
    return await orchestrator.run(lines, None, told.append if told is not None else None, case)


def case(*used: ToolUse) -> TurnContext:
    return TurnContext(origin=ActionContext(dialog_id="d", seq=2, customer_id="c"), used=list(used))


def visible(told: list[TurnProgress]) -> str:
    """What stands on the customer's screen."""
    text = ""
    for progress in told:
        text = "" if progress.kind == "reset" else text + progress.text
    return text


def shown(told: list[TurnProgress]) -> str:
    """Everything that has ever stood there."""
    return "".join(progress.text for progress in told)


@pytest.mark.parametrize("lang", LANGS)
async def test_a_claim_without_its_tool_is_written_again_once_and_the_honest_draft_is_sent(lang: str) -> None:
    model = ScriptedChatModel(script=[CLAIM[lang], HONEST[lang]])
    reply = await ask(house(model=model), ASKED[lang])
    assert reply.text == HONEST[lang]
    assert [item.partition(":")[0] for item in reply.turn.withheld] == ["refund"]
    assert "no tool result" in model.heard[1][-1].text
    assert model.heard[1][-2].text == CLAIM[lang]
    assert model.left == 0


@pytest.mark.parametrize("lang", LANGS)
async def test_a_stubborn_model_is_mended_and_asked_no_third_time(lang: str) -> None:
    model = ScriptedChatModel(script=[CLAIM[lang], f"{CLAIM[lang]} {MORE[lang]}"])
    reply = await ask(house(model=model), ASKED[lang])
    assert CLAIM[lang] not in reply.text
    assert reply.text.startswith(honest(lang)["action"])
    assert reply.text.endswith(MORE[lang])
    assert [item.partition(":")[0] for item in reply.turn.withheld] == ["refund", "refund"]
    assert len(model.heard) == 2


@pytest.mark.parametrize("lang", LANGS)
async def test_a_model_that_cannot_write_again_is_mended_at_once(lang: str) -> None:
    reply = await ask(house(CLAIM[lang], rewrites=False), ASKED[lang])
    assert reply.text == honest(lang)["action"]
    assert reply.turn.withheld


async def test_told_of_its_draft_the_model_may_call_the_tool_and_then_claim() -> None:
    script = [CLAIM["en"], calling("refund_payment", payment="P-1"), CLAIM["en"]]
    reply = await ask(house(*script, office=refunding()), ASKED["en"])
    assert (reply.text, len(reply.turn.withheld)) == (CLAIM["en"], 1)


@pytest.mark.parametrize("lang", LANGS)
async def test_with_the_tool_done_the_claim_passes(lang: str) -> None:
    script = [calling("refund_payment", payment="P-1"), CLAIM[lang]]
    reply = await ask(house(*script, office=refunding()), ASKED[lang])
    assert (reply.text, reply.turn.withheld) == (CLAIM[lang], [])


@pytest.mark.parametrize("status", ["refused", "approval"])
async def test_a_tool_that_was_refused_or_waits_supports_no_refund(status: str) -> None:
    script = [calling("refund_payment", payment="P-1"), CLAIM["en"], HONEST["en"]]
    reply = await ask(house(*script, office=refunding(status)), ASKED["en"])
    assert reply.text == HONEST["en"]
    assert reply.turn.withheld


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (ASKED["en"], "I have refunded 12900 roubles to your card."),
        (ASKED["en"], "I have refunded RUB 12,900 to your card."),
        (ASKED["ru"], "Я вернула вам 12 900 руб. на карту."),
        (ASKED["ru"], "Я вернула вам двенадцать тысяч девятьсот рублей."),
    ],
)
async def test_a_sum_of_a_result_passes_in_another_spelling(asked: str, said: str) -> None:
    script = [calling("refund_payment", payment="P-1"), said]
    reply = await ask(house(*script, office=refunding(amount_rub=12_900)), asked)
    assert (reply.text, reply.turn.withheld) == (said, [])


async def test_another_sum_than_that_of_the_result_is_withheld() -> None:
    script = [calling("refund_payment", payment="P-1"), "I have refunded 19,900 ₽.", HONEST["en"]]
    reply = await ask(house(*script, office=refunding(amount_rub=12_900)), ASKED["en"])
    assert (reply.text, reply.turn.withheld) == (HONEST["en"], ["amount: 19,900 ₽"])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rewrites", [True, False])
async def test_a_stream_never_shows_the_offending_sentence_and_ends_as_the_reply(
    lang: str, rewrites: bool
) -> None:
    draft = f"{MORE[lang]} {CLAIM[lang]} {HONEST[lang]}"
    told: list[TurnProgress] = []
    reply = await ask(house(draft, draft, rewrites=rewrites), ASKED[lang], told=told)
    assert CLAIM[lang] not in shown(told)
    assert visible(told) == reply.text
    assert CLAIM[lang] not in reply.text


class Slow(ScriptedChatModel):
    """Streams word by word and notes what was on the screen before each."""

    seen: list[str] = Field(default_factory=list)
    look: Callable[[], str]

    async def _astream(self, messages: Any, *_: Any, **kwargs: Any) -> Any:
        from langchain_core.messages import AIMessageChunk  # noqa: PLC0415
        from langchain_core.outputs import ChatGenerationChunk  # noqa: PLC0415

        for word in self._next(messages, kwargs).text.split(" "):
            self.seen.append(self.look())
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))


async def test_cleared_sentences_are_shown_before_the_end_of_the_stream() -> None:
    told: list[TurnProgress] = []
    model = Slow(script=[f"{MORE['en']} {HONEST['en']}"], look=lambda: shown(told))
    reply = await ask(house(model=model), ASKED["en"], told=told)
    assert model.seen[0] == ""
    assert model.seen[-1].strip() == MORE["en"]
    assert visible(told) == reply.text


async def test_words_said_before_a_hand_over_are_voided_and_the_colleague_is_checked_too() -> None:
    hand = calling("hand_over", to="supervisor", reason="refund", known="P-1")
    hand.content = CLAIM["en"]
    told: list[TurnProgress] = []
    script = [hand, f"I have the case now. {CLAIM['en']}", HONEST["en"]]
    reply = await ask(house(*script, start="sales"), ASKED["en"], told=told)
    assert [hop.to for hop in reply.turn.hops] == ["supervisor"]
    assert reply.text == HONEST["en"] == visible(told)
    assert CLAIM["en"] not in shown(told)


async def test_what_tools_did_in_earlier_turns_stays_supported() -> None:
    done = ToolUse(name="refund_payment", arguments={}, result='{"amount": "990 ₽"}', status="done")
    said = "I have refunded 990 ₽ to your card."
    reply = await ask(house(said), ASKED["en"], "and what did you do?", case=case(done))
    assert (reply.text, reply.turn.withheld) == (said, [])


@pytest.mark.parametrize(
    ("agent", "sent"), [("supervisor", True), ("sales", False)], ids=["the supervisor", "sales"]
)
async def test_only_the_supervisor_may_say_that_the_matter_is_with_the_supervisor(
    agent: str, sent: bool
) -> None:
    said = "Your case is with the supervisor."
    reply = await ask(house(said, start=agent, rewrites=False), ASKED["en"])
    assert (reply.text == said) is sent


async def test_what_an_operator_has_said_may_be_repeated() -> None:
    said = "We will return 990 ₽ to your card on Friday."
    lines = [
        Said(role="customer", content=ASKED["en"]),
        Said(role="agent", content=said, agent="operator"),
        Said(role="customer", content="what did they promise me?"),
    ]
    reply = await house(said).run(lines, None, None, case())
    assert (reply.text, reply.turn.withheld) == (said, [])


async def test_withheld_claims_are_counted_by_kind() -> None:
    reply = await ask(house(f"{CLAIM['en']} It was 19,900 ₽.", rewrites=False), ASKED["en"])
    metrics = Metrics()
    metrics.turn(reply.turn)
    metrics.turn(reply.turn.model_copy(update={"withheld": ["refund: sent: today"]}))
    count = metrics.registry.get_sample_value
    assert count("callcenter_withheld_claims_total", {"kind": "refund"}) == 2
    assert count("callcenter_withheld_claims_total", {"kind": "amount"}) == 1


async def test_an_approved_answer_is_given_without_a_model_call(tmp_path: Path) -> None:
    shelf = service(tmp_path)
    shelf.approve("What about the trial?", "en", "Ann", article_id="trial")
    model, told = ScriptedChatModel(script=[]), list[TurnProgress]()
    orchestrator = house(model=model, start="sales", approved=shelf.live.find_approved)
    reply = await ask(orchestrator, "what about the trial", told=told)
    assert reply.text == shelf.article("trial").body == visible(told)
    assert (reply.turn.model, reply.turn.citations) == ("approved", ["trial"])
    assert (reply.turn.agent, reply.turn.usage.calls, model.heard) == ("sales", 0, [])


async def test_a_personal_question_is_never_answered_from_the_stock(tmp_path: Path) -> None:
    shelf = service(tmp_path)
    shelf.approve("What about the trial?", "en", "Ann", text="An answer for everybody.")
    orchestrator = house("Which order is it?", approved=shelf.live.find_approved)
    reply = await ask(orchestrator, "where is my order")
    assert (reply.text, reply.turn.model) == ("Which order is it?", "script")


async def test_an_approved_text_of_ones_own_cites_nothing(tmp_path: Path) -> None:
    shelf = service(tmp_path)
    shelf.approve("Do you sell tea?", "en", "Ann", text="No, we do not.")
    reply = await ask(house(approved=shelf.live.find_approved), "do you sell tea")
    assert (reply.text, reply.turn.citations) == ("No, we do not.", [])


def test_the_desk_approves_nothing_by_itself() -> None:
    context = ToolContext(HybridSearch(load_articles(), None))
    assert context.approved("how much is pro", "en") is None
