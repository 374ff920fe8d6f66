"""Small talk, reviewed answers, what cannot be done, and the question back where nothing is understood."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.models import OpenMatter
from app.core.wording import spoken
from app.engines.offline import acts
from app.engines.offline.conversation import Call, HandOver, Move, Say, Scene
from app.engines.offline.lexicon import contains, manner, phrasebook
from app.engines.offline.responses import fill
from app.engines.offline.wishes import OFFER, TOPIC, Intent

PERSON, CALL, INJECTION, CUT = "person", "call_person", "injection", "injection_for_a_discount"
REASON = 500  # characters
CALLS = frozenset({"bereavement", "self_harm", "hacked", "card_stolen", "phishing"})
"""After these a person looks at the dialog."""


def words(language: str) -> dict[str, list[str]]:
    said: dict[str, list[str]] = spoken("talk", language)
    return said


def pick(variants: Sequence[str] | str, scene: Scene) -> str:
    """The first that was not said in this dialog; of all said ones the last."""
    several = [variants] if isinstance(variants, str) else list(variants)
    return next((v for v in several if not any(v in line for line in scene.agent_lines)), several[-1])


def fixed(wish: Intent, scene: Scene) -> Move:
    """Reviewed words; a prank calls nobody."""
    if wish.act in CALLS and not is_called(scene):
        return Call(CALL, {"reason": wish.act})
    kind = _kind(wish.said) if wish.act == INJECTION else wish.act
    return Say(pick(words(scene.language)[kind], scene), matter=wish.matter())


def refuse_order(scene: Scene) -> Say:
    """What was open before stays so."""
    return Say(pick(words(scene.language)[_kind(scene.now)], scene), matter=scene.matter)


def _kind(said: str) -> str:
    """An injection for a lower price is told of the price."""
    cut = contains(manner("price_cut"), said) and not contains(manner("prompt"), said)
    return CUT if cut else INJECTION


def has_more(scene: Scene) -> bool:
    """Whether the reviewed words on the matter are not all said yet."""
    said = words(scene.language)[scene.matter.act]
    return any(not any(text in line for line in scene.agent_lines) for text in said)


def cannot(wish: Intent, scene: Scene) -> Say:
    return Say(pick(words(scene.language)[wish.act], scene), matter=wish.matter(OFFER, PERSON))


def wants_person(scene: Scene) -> bool:
    """By the cues of a language whose acts are not known."""
    book = phrasebook(scene.language)
    return book.hears("person", scene.now) or book.hears("anger", scene.now)


def hand_up(scene: Scene) -> HandOver:
    reason = phrasebook(scene.language).say["reason_angry"]
    return HandOver(str(scene.escalates_to), reason, known=" / ".join(scene.customer[-3:]))


def call_person(wish: Intent, scene: Scene) -> Move:
    """The customer is told how many wait before, and where the answer comes."""
    said = words(scene.language)
    if has_called(scene):
        return Say(pick(said["person_called_again"], scene), matter=wish.matter())
    if not is_called(scene):
        return Call(CALL, {"reason": wish.said[:REASON]})
    return Say(fill(said["person_called"], scene.result(CALL) or {}, scene.language), matter=wish.matter())


def leave_to_person(scene: Scene) -> Say:
    """After an alarm what is not understood is for the person who was called."""
    kept = scene.matter.model_copy(update={"asked": ""})
    return Say(pick(words(scene.language)["person_called_again"], scene), matter=kept)


def is_called(scene: Scene) -> bool:
    """In this turn or before; where the tool is not offered nobody can be."""
    return has_called(scene) or CALL not in scene.offered or scene.result(CALL) is not None


def has_called(scene: Scene) -> bool:
    """Before this turn."""
    return any(deed.tool == CALL for deed in scene.deeds)


def chat(wish: Intent, scene: Scene) -> Say | None:
    """Thanks, greetings and the like; None for what is none of these."""
    said = words(scene.language)
    if wish.act not in said or wish.act in acts.LEANING - {"acknowledge", "solved"}:
        return None
    kept = scene.matter.model_copy(update={"asked": TOPIC if wish.act == "nonsense" else ""})
    if wish.act == "vent" and has_called(scene):
        return Say(pick(said["vent_called"], scene), matter=kept)
    return Say(pick(said[wish.act], scene), matter=kept)


def without_more(wish: Intent, scene: Scene) -> Say:
    """How a step is done that no article tells in more detail."""
    return Say(pick(words(scene.language)["step_how"], scene), matter=wish.matter(OFFER, PERSON))


def ask_back(wish: Intent, scene: Scene) -> Say:
    """One short question, which repeats what is known; the second time in a row a person is offered."""
    said, matter = words(scene.language), scene.matter
    if matter.asked == TOPIC:
        return Say(pick(said["not_understood_again"], scene), matter=wish.matter(OFFER, PERSON))
    topic = fill([spoken_topic(matter, scene)], {}, scene.language)
    text = fill(said["about_topic" if topic else "not_understood"], {"topic": topic}, scene.language)
    known = matter if matter.act else wish.matter()
    return Say(text, matter=known.model_copy(update={"asked": TOPIC}))


def spoken_topic(matter: OpenMatter, scene: Scene) -> str:
    topics: dict[str, str] = words(scene.language)["topics"]  # type: ignore[assignment]
    return topics.get(matter.act, "")
