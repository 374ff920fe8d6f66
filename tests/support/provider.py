"""The guarded model, pointed at the mock provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from app.adapters.openai.client import GuardedChatOpenAI, openai_model
from app.adapters.openai.guard import Guard
from app.core.config import Settings
from app.core.exceptions import ProviderError

CANARY = "sk-canary-7f3a91"


@asynccontextmanager
async def provider_at(
    url: str, deadline: float = 5.0, guard: Guard | None = None, unheard: bool = False
) -> AsyncIterator[GuardedChatOpenAI]:
    """`unheard`: as at the start, when the first reply is held back until it is whole."""
    settings = Settings(openai_api_key=SecretStr(CANARY), openai_base_url=url, model_timeout=deadline)
    model = openai_model(settings, guard)
    model.habits.aloud = None if unheard else False
    try:
        yield model
    finally:
        await model.aclose()


async def ask(model: GuardedChatOpenAI, text: str, streaming: bool) -> str | ProviderError:
    """The text of the reply, or the error."""
    try:
        if not streaming:
            return str((await model.ainvoke(text)).text)
        return "".join([chunk.text async for chunk in model.astream(text)])
    except ProviderError as error:
        return error


def told_by(error: BaseException | None) -> str:
    """Everything that an error and the chain of its causes can put into a log."""
    words = []
    while error is not None:
        words += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return " ".join(words)
