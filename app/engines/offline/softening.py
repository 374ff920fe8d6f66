"""What is added to an answer for the customer's sake: an apology, and no second call for a person."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from app.core.anger import ANGRY, measure_anger
from app.engines.offline import talk
from app.engines.offline.began import trouble_since
from app.engines.offline.conversation import Move, Say, Scene
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.wishes import OFFER

TROUBLES = frozenset({"fault", "ask_outage"})
LONG = timedelta(days=2)
"""So old a trouble is worth an apology however calmly it is told."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def softened(move: Move, scene: Scene) -> Move:
    if not isinstance(move, Say):
        return move
    return _with_apology(_without_second_call(move, scene), scene)


def _with_apology(said: Say, scene: Scene) -> Say:
    """Once, before what is said of a trouble that lasts or that angers."""
    about = said.matter is not None and said.matter.act in TROUBLES
    excused = any(contains(manner("sorry"), line) for line in (*scene.agent_lines, said.text))
    if not about or excused or not said.text or not _is_hard(scene):
        return said
    return replace(said, text=f"{talk.pick(talk.words(scene.language)['sorry'], scene)} {said.text}")


def _is_hard(scene: Scene) -> bool:
    since = trouble_since(scene.now, scene.today)
    lasts = (
        not scene.now.rstrip().endswith("?")
        and since is not None
        and scene.today is not None
        and scene.today - since >= LONG
    )
    return lasts or measure_anger([scene.now]).level >= ANGRY


def _without_second_call(said: Say, scene: Scene) -> Say:
    """Whoever waits for a person is not asked whether to call one."""
    matter = said.matter
    if matter is None or not talk.has_called(scene):
        return said
    if said.declines and not scene.proposal and scene.matter.act == talk.PERSON:  # the call stands
        return talk.leave_to_person(scene)
    if matter.asked != OFFER or matter.offered != talk.PERSON:
        return said
    *before, last = said.text.split("\n")
    kept = [each for each in _SENTENCE.split(last) if not each.endswith("?")]
    called = talk.pick(talk.words(scene.language)["person_called_again"], scene)
    text = "\n".join([*before, " ".join([*kept, called])]).strip()
    return replace(said, text=text, matter=matter.model_copy(update={"asked": "", "offered": ""}))
