"""What an agent would answer a question from: the order of use, and one word per article."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from app.core.exceptions import SearchesBusy
from app.core.knowledge import Approved
from app.core.models import Decision, Passage, Turn
from app.services.knowledge.prospect import Foreseen, Foresight, Prospect, by_rule
from app.services.replay import Replay, ReplayedAnswer
from tests.support.library import service, shipped_article


def passage(name: str, score: float, agent: str = "sales") -> Passage:
    return Passage(article=shipped_article(name, agent=agent), score=score)


def told(found: list[Foreseen]) -> list[tuple[str, str]]:
    return [(each.article.id, each.use) for each in found]


def test_a_language_model_gets_three_and_answers_from_the_first_agents_nearest() -> None:
    found = [
        passage("a", 0.75), passage("b", 0.51), passage("c", 0.45, "tech_support"), passage("d", 0.56),
        passage("e", 0.3), passage("f", 0.4),
    ]  # fmt: skip
    assert told(by_rule(found)) == [
        ("a", "answer"), ("b", "background"), ("c", "background"),
        ("d", "spare"), ("f", "far"), ("e", "far"),
    ]  # fmt: skip


def test_an_article_of_a_colleague_waits_behind_the_agents_own_that_comes_near_it() -> None:
    assert told(by_rule([passage("own", 0.55), passage("theirs", 0.6, "supervisor")])) == [
        ("own", "answer"), ("theirs", "background"),
    ]  # fmt: skip
    assert told(by_rule([passage("own", 0.46), passage("theirs", 0.6, "supervisor")]))[0][0] == "theirs"


def test_where_nothing_is_near_nothing_is_answered_from() -> None:
    assert told(by_rule([passage("a", 0.3), passage("b", 0.44)])) == [("b", "far"), ("a", "far")]
    assert Prospect(by_rule([passage("a", 0.3)])).ground == "nothing"
    assert by_rule([]) == []


def test_a_document_of_the_teams_that_the_search_puts_first_comes_before_a_shipped_article() -> None:
    ours = Passage(article=shipped_article("ours").model_copy(update={"source": "gifts"}), score=0.62)
    assert told(by_rule([ours, passage("shipped", 0.84)]))[0] == ("ours", "answer")
    assert told(by_rule([passage("shipped", 0.84), ours]))[0] == ("shipped", "answer")


def test_an_answer_beside_a_nearer_article_names_it() -> None:
    near, far = Foreseen(shipped_article("near"), "spare", 0.7), Foreseen(shipped_article("far"), "far", 0.3)
    used = Foreseen(shipped_article("used"), "answer", 0.6)
    reply = ReplayedAnswer(text="Plans: ...")
    found = Prospect([used, near, far], reply=reply).nearer
    assert found
    assert found.id == "near"
    assert Prospect([near, far], reply=reply).nearer == found
    assert Prospect([replace(used, score=0.8), near], reply=reply).nearer is None
    assert Prospect([far], reply=reply).nearer is None


@pytest.mark.parametrize(("score", "ground"), [(0.5, "words"), (0.3, "nothing")])
def test_words_of_the_agents_own_are_told_from_an_answer_by_article(score: float, ground: str) -> None:
    row = Foreseen(shipped_article(), "spare" if score == 0.5 else "far", score)
    reply = ReplayedAnswer(text="Which plan?")
    assert Prospect([row], reply=reply).ground == ground
    assert Prospect([Foreseen(shipped_article(), "answer", score)], reply=reply).ground == "article"
    given = Approved(article_id="", text="Yes.", lang="en", score=1)
    assert Prospect([row], given, reply).ground == "approved"


class Rehearsed:
    """Cites the article `printing`, which the search finds or does not."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def first_answer(self, text: str) -> ReplayedAnswer:
        self.begun.set()
        await self.go.wait()
        decision = Decision(agent="sales", confidence=1, source="lexical")
        turn = Turn(
            agent="sales", decision=decision, model="embedded", language="en", citations=["printing", "gone"]
        )
        return ReplayedAnswer(text=text, turn=turn)


def test_a_rehearsal_tells_what_is_cited_and_only_so_many_may_wait_for_it(tmp_path: Path) -> None:
    async def run() -> None:
        rehearsed = Rehearsed()
        foresight = Foresight(service(tmp_path), cast(Replay, rehearsed), free=True, waiting=1)
        first = asyncio.create_task(foresight.look("what about the trial", 3))
        await rehearsed.begun.wait()
        with pytest.raises(SearchesBusy):
            await foresight.look("what about the trial", 3)
        rehearsed.go.set()
        found = await first
        assert (found.ground, found.agent) == ("article", "sales")
        assert told(found.found)[0] == ("printing", "answer")
        assert [each.use for each in found.found].count("answer") == 1
        paid = Foresight(service(tmp_path), cast(Replay, rehearsed), free=False)
        assert (await paid.look("what about the trial", 3)).reply is None

    asyncio.run(run())


def test_an_approved_answer_comes_before_every_article(tmp_path: Path) -> None:
    kb = service(tmp_path)
    kb.approve("what about the trial", "en", "Ann", text="Fourteen days.")
    foresight = Foresight(kb, cast(Replay, None), free=True)
    found = asyncio.run(foresight.look("what about the trial", 3))
    assert found.approved is not None
    assert (found.ground, found.approved.text) == ("approved", "Fourteen days.")
    assert "answer" not in {each.use for each in found.found}
