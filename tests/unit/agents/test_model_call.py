from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.grounding import Claim
from app.agents.grounding.reply import rewrite
from app.agents.model_call import ModelCall, ModelCaller
from app.agents.tools.knowledge import search_knowledge
from app.core.exceptions import ProviderReplyInvalid

pytestmark = pytest.mark.anyio


async def said(question: str) -> Any:
    call = {"name": "search_knowledge", "args": {"question": question}, "id": "1", "type": "tool_call"}
    speaker = ModelCaller(ScriptedChatModel(script=[AIMessage("", tool_calls=[call])]), "script")
    spoken = await speaker.say(ModelCall([HumanMessage("?")], [search_knowledge.offer()]))
    return spoken.message.tool_calls[0]["args"]["question"]


@pytest.mark.parametrize("question", ["what is \\u0000?", "a \\\\u0000 path", 'a "\\u0000" path'])
async def test_the_letters_of_a_code_are_letters(question: str) -> None:
    assert await said(question) == question


@pytest.mark.parametrize("question", ["a\0b", "\\\0", '"\0'])
async def test_a_call_with_a_character_that_no_store_takes_is_refused(question: str) -> None:
    with pytest.raises(ProviderReplyInvalid):
        await said(question)


async def test_a_spare_model_reads_no_house_check_as_the_customers_words() -> None:
    """It would grant the sum that the draft had invented."""
    asked, draft = HumanMessage("верните деньги"), AIMessage("Начислил вам 5 402 575 ₽.")
    check = rewrite([Claim("credit", "Начислил вам 5 402 575 ₽", draft.text)])
    heard: list[list[Any]] = []

    class Listening(ScriptedChatModel):
        def _generate(self, messages: list[Any], *given: Any, **more: Any) -> Any:
            heard.append(messages)
            return super()._generate(messages, *given, **more)

    failing = ScriptedChatModel(script=[""])
    speaker = ModelCaller(failing, "script", spare=Listening(script=["Посмотрю."]), spare_name="spare")
    spoken = await speaker.say(ModelCall([asked, draft, check], []))
    assert (spoken.message.text, spoken.degraded) == ("Посмотрю.", True)
    assert heard == [[asked]]
