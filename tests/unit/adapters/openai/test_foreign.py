"""A chat model of somebody else's library, as `build(model=…)` takes it."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from pydantic import BaseModel
from structlog.testing import capture_logs

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.adapters.openai.foreign import ForeignChatModel
from app.agents.base import schema_of
from app.agents.model_call import ModelCall, ModelCaller
from app.agents.roster import TOOLS
from app.agents.structured_output import ask_structured
from app.bootstrap.model import provider_of
from app.core.config import Settings
from app.core.exceptions import (
    ProviderError,
    ProviderRefused,
    ProviderReplyInvalid,
    ProviderTimeout,
)
from app.core.models import TurnProgress
from tests.support.provider import told_by

pytestmark = pytest.mark.anyio
SECRET = "sk-secret"
HELLO: list[BaseMessage] = [HumanMessage("hello")]


class TheirError(Exception):
    """As SDKs have them: the status stands beside the words of the server."""

    def __init__(self, status_code: int | None = None) -> None:
        super().__init__(SECRET)
        self.status_code = status_code


class TheirTimeout(TheirError): ...


class Theirs(ScriptedChatModel): ...


class Pet(BaseModel):
    name: str


async def failure_of(model: ForeignChatModel, streaming: bool) -> ProviderError | None:
    try:
        if streaming:
            [chunk async for chunk in model.astream(HELLO)]
        else:
            await model.ainvoke(HELLO)
    except ProviderError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (TheirError(), ProviderError),
        (TheirError(401), ProviderRefused),
        (TheirError(429), ProviderError),
        (TheirTimeout(), ProviderTimeout),
        (TimeoutError(SECRET), ProviderTimeout),
        (KeyError(SECRET), ProviderError),
        (ProviderReplyInvalid("empty"), ProviderReplyInvalid),
    ],
)
@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_failure_of_theirs_becomes_ours_without_its_words(
    problem: Exception, kind: type[ProviderError], streaming: bool
) -> None:
    model = ForeignChatModel(model=ScriptedChatModel(script=[problem]))
    with capture_logs() as logs:
        error = await failure_of(model, streaming)
    assert type(error) is kind
    assert SECRET not in told_by(error) + repr(logs)
    kinds = [entry["kind"] for entry in logs if entry["event"] == "provider_attempt_failed"]
    assert kinds == [type(problem).__name__] * (kind is not ProviderReplyInvalid)


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_the_spare_answers_where_their_library_fails(streaming: bool) -> None:
    broken = ForeignChatModel(model=ScriptedChatModel(script=[TheirError(500)]))
    speaker = ModelCaller(broken, "theirs", spare=ScriptedChatModel(script=["Good day!"]), spare_name="spare")
    heard: list[TurnProgress] = []
    said = await speaker.say(ModelCall(HELLO, [], heard.append if streaming else None))
    assert (said.message.text, said.degraded, said.failure) == ("Good day!", True, "provider_unavailable")


async def test_everything_else_is_the_models_own() -> None:
    theirs = ScriptedChatModel(script=["one", "two", '{"name": "Rex"}'])
    model = ForeignChatModel(model=theirs)
    tools = [schema_of(TOOLS["list_plans"].offer())]
    assert (await model.bind_tools(tools).ainvoke(HELLO)).text == "one"
    assert "".join([chunk.text async for chunk in model.astream(HELLO)]) == "two"
    assert (await ask_structured(model, HELLO, Pet))[0] == Pet(name="Rex")
    assert theirs.offered[0] == ["list_plans"]


async def test_health_tells_of_a_model_that_fails_again_and_again() -> None:
    script = Theirs(script=[TheirError(), TheirError(), "well"])
    provider = provider_of(Settings(), script, None)
    assert provider is not None
    states = [provider.state()]
    for _ in range(2):
        with pytest.raises(ProviderError):
            await provider.model.ainvoke(HELLO)
    states.append(provider.state())
    await provider.model.ainvoke(HELLO)
    assert [*states, provider.state()] == ["healthy", "unhealthy", "healthy"]


def test_a_model_without_tools_is_refused_as_such() -> None:
    with pytest.raises(ProviderRefused, match="no tools"):
        ForeignChatModel(model=FakeListChatModel(responses=[])).bind_tools([])


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(
    ("reply", "shown", "called"),
    [
        ("<think>Angry.</think>Good day!", "Good day!", []),
        ("Angry.\n</think>\nGood day!<|im_end|>", "Good day!", []),
        ('<tool_call>{"name": "list_plans", "arguments": {}}</tool_call>', "", ["list_plans"]),
    ],
)
async def test_what_their_model_leaves_for_machines_in_its_text_is_not_shown(
    reply: str, shown: str, called: list[str], streaming: bool
) -> None:
    model = ForeignChatModel(model=ScriptedChatModel(script=[reply]))
    bound = model.bind_tools([schema_of(TOOLS["list_plans"].offer())])
    message: Any = await bound.ainvoke(HELLO) if not streaming else None
    if streaming:
        async for chunk in bound.astream(HELLO):
            message = chunk if message is None else message + chunk
    assert message.text.strip() == shown
    assert [call["name"] for call in message.tool_calls] == called
