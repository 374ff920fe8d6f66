"""How a dialog ended, in one sentence and in the customer's language."""

from __future__ import annotations

import pytest

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.summary import Extractive, Generated
from app.core.models import Said

pytestmark = pytest.mark.anyio


def said(*texts: str) -> list[Said]:
    return [Said(role="customer", content=text) for text in texts]


async def test_the_model_reads_the_first_line_and_the_last_ones_cut_short() -> None:
    model = ScriptedChatModel(script=["Done."])
    lines = said("first", *(f"line {n}" for n in range(50)), "long " * 4000)
    await Generated(model, Extractive(), limit=3).resolution(lines)
    read = model.heard[0][1].text.splitlines()
    assert [line[:17] for line in read] == ["customer: first", "customer: line 48", "customer: line 49",
                                            "customer: long lo"]  # fmt: skip
    assert len(read[-1]) < 1000


async def test_the_language_is_told_by_the_detector_of_the_house() -> None:
    model = ScriptedChatModel(script=["Fertig."])
    detect = lambda _text, _default: "de"  # noqa: E731
    await Generated(model, Extractive(detect), detect=detect).resolution(said("Guten Tag"))
    assert "in German" in model.heard[0][0].text
