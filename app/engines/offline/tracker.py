"""What the customer wants: a new demand or the answer to a question, and the texts for tickets and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.company import in_use
from app.engines.offline.agreement import answer_to, is_yes
from app.engines.offline.call_times import names_time
from app.engines.offline.conversation import Scene
from app.engines.offline.entities import Slots, number_in, slots_in, slots_of
from app.engines.offline.intents import (
    AGAIN,
    BY_NAME,
    OFFER,
    SKILLS,
    TIME,
    WHICH,
    YES_OR_NO,
    Skill,
)
from app.engines.offline.lexicon import Phrasebook, all_books
from app.engines.offline.responses import ALSO
from app.engines.offline.understanding import (
    asked_at_a_time,
    beyond,
    declines,
    demanded,
    mentioned,
    remainder,
    without,
)

BACK = 4  # lines of the customer in which a matter began
SHORT = 5  # words of a demand that leaves unsaid what it is about
TEXTS = ("subject", "note")
CHOICES = ("ordinal", "amount", "day", "order", "payment", "ticket", "incident")
BACKGROUND = ("item", "plan", "goods", "period", "quantity", "people", "delivery", "discount")


@dataclass(frozen=True, slots=True)
class Matter:
    """`lines` are the customer's that belong to it, the latest last; `answer` is the question answered."""

    skill: Skill
    lines: tuple[str, ...]
    answer: str = ""
    declined: bool = False

    @property
    def agreed(self) -> bool:
        return self.answer in YES_OR_NO


def matter_of(scene: Scene) -> Matter | None:
    return _answered(scene) or _fresh(scene)


def slots_for(matter: Matter, scene: Scene) -> Slots:
    """What was said of it; what stays unsaid is looked for in the lines before, and in our last ones."""
    known = slots_of(matter.lines, scene.today, matter.skill.past)
    if "item" not in known:
        before = slots_of(scene.customer[-BACK:], scene.today, matter.skill.past)
        known = {slot: before[slot] for slot in BACKGROUND if slot in before} | known
    if "people" in known and "people" not in matter.skill.slots.values():
        known["quantity"] = known["people"]  # places on a plan are what is ordered of it
    for slot in ("period",) if known.get("item") in in_use().catalogue.goods else ("delivery",):
        known.pop(slot, None)
    if number := _number_before(matter, known, scene):
        known |= number
    return known


def _number_before(matter: Matter, known: Slots, scene: Scene) -> Slots:
    """Of the order or ticket that was spoken of last."""
    lookup, rows = matter.skill.lookup, matter.skill.rows.removesuffix("s")
    kind = lookup.argument if lookup else rows
    if kind in known or kind not in ("order", "ticket"):
        return {}
    asked_after = scene.customer[-2:-1] if "?" in scene.now else []
    lines = scene.agent_lines[-2:][::-1] if lookup else asked_after
    number = next(filter(None, (number_in(kind, line) for line in lines)), None)
    return {kind: number} if number else {}


def find_question(last: str) -> tuple[Skill, str] | None:
    """The question of a skill that our last line ended with, in whatever language."""
    found = [
        (last.rfind(text), skill.name, key)
        for book in all_books().values()
        for skill in SKILLS
        for key, text in book.skills[skill.name].asks.items()
        if text in last
    ]
    if not found:
        return None
    _, name, key = max(found)
    return BY_NAME[name], key


def _answered(scene: Scene) -> Matter | None:
    question = find_question(scene.last)
    if question is None or scene.by_person or question[0].tool not in scene.offered:
        return None
    skill, key = question
    if key in YES_OR_NO:
        return _decided(skill, key, scene)
    key = WHICH if key == AGAIN and skill.lookup else key
    said = scene.now
    if _answers(skill, key, said, scene):
        return Matter(skill, tuple(_since(skill, scene, key)), key)
    return Matter(skill, (said,), declined=True) if declines(said) and len(said.split()) <= SHORT else None


def _decided(skill: Skill, key: str, scene: Scene) -> Matter | None:
    """Yes or no to an offer. What needs consent is put to the customer again, with its terms."""
    said = scene.now
    if any(demanded(s.name, said) for s in SKILLS if s != skill and not s.reads):
        return None  # "cancel my subscription" is no yes to an order
    answer = answer_to(skill.name, said, scene.last)
    if answer in ("yes", "ack"):
        return Matter(skill, tuple(_since(skill, scene, key)), key)
    return Matter(skill, (said,), declined=True) if answer in ("no", "later") else None


def _answers(skill: Skill, key: str, said: str, scene: Scene) -> bool:
    known = slots_in(said, scene.today, skill.past)
    if key == WHICH:
        return any(slot in known for slot in CHOICES)
    if key in (AGAIN, TIME):
        return scene.clock is not None and names_time(said, scene.clock)
    if key in TEXTS:
        return "?" not in said and not declines(said)
    return key in known


def _since(skill: Skill, scene: Scene, key: str) -> list[str]:
    """The customer's lines since the demand; an offer of ours has none."""
    earlier = scene.customer[:-1][-BACK:]
    for n in range(len(earlier) - 1, -1, -1):
        if _heard(skill, earlier[n], ""):
            return [*earlier[n:], scene.now]
    return [*earlier, scene.now] if key == OFFER else [*earlier[-1:], scene.now]


def _fresh(scene: Scene) -> Matter | None:
    around = _around(scene)
    heard = [s for s in SKILLS if (_heard(s, scene.now, around) and _may_now(s, scene)) or _timed(s, scene)]
    mine = next((skill for skill in heard if skill.tool in scene.offered), None)
    skill = mine or next((s for s in heard if _elsewhere(s, scene)), None)
    return Matter(skill, (scene.now,)) if skill else None


def _heard(skill: Skill, said: str, around: str) -> bool:
    return (not skill.reads and demanded(skill.name, said, around)) or mentioned(skill.name, said)


def _may_now(skill: Skill, scene: Scene) -> bool:
    """What comes after another skill comes at once where it is demanded in so many words, with its sum."""
    if not skill.after or _done(skill.after, scene):
        return True
    return demanded(skill.name, scene.now) and "amount" in slots_in(scene.now, scene.today, skill.past)


def _timed(skill: Skill, scene: Scene) -> bool:
    wanted = "when" in skill.slots and scene.clock is not None and asked_at_a_time(skill.name, scene.now)
    return wanted and scene.clock is not None and names_time(scene.now, scene.clock)


def _done(name: str, scene: Scene) -> bool:
    """Recognised by the words without variables that follow what is done."""
    marks = [text for book in all_books().values() for text in book.skills[name].say[f"done{ALSO}"]]
    return any(mark in line for mark in marks if "$" not in mark for line in scene.agent_lines)


def _elsewhere(skill: Skill, scene: Scene) -> bool:
    """A colleague has the tool, and this turn has not been handed on yet."""
    desk = scene.desks.get(skill.tool)
    return skill.hands and desk != scene.agent and desk in scene.may_hand_to and not scene.handed


def _around(scene: Scene) -> str:
    return " ".join(_context(scene)) if len(scene.now.split()) <= SHORT else ""


def _context(scene: Scene) -> Iterator[str]:
    yield from scene.customer[-2:-1]
    yield scene.last


SUBJECT, DETAILS, LEAST = 200, 2000, 3  # characters
WINDOW = 6
ENOUGH = 2  # words of weight that make a subject


def texts_for(matter: Matter, scene: Scene, book: Phrasebook) -> Slots:
    name, now = matter.skill.name, scene.now
    lines = [without(name, line) for line in scene.customer[-WINDOW:]]
    subject = _subject(matter, lines, book)
    details = _clip(" / ".join(line for line in lines if line and not is_yes(line)), DETAILS)
    found = {
        "subject": subject,
        "note": _clip(now if matter.answer == "note" else _note(name, now, book), DETAILS),
        "details": details if details != subject else "",
        "tried": _clip(" / ".join(line for line in lines if book.tried(line)), DETAILS),
        "words": _clip(now, SUBJECT),
    }
    return {slot: text for slot, text in found.items() if len(text) >= LEAST}


def _note(name: str, now: str, book: Phrasebook) -> str:
    """What is left of a line whose demand stands apart; else what follows the demand."""
    apart = without(name, now)
    return _weighty(apart if apart and len(apart) < len(now) - 2 else beyond(name, now), book)


def _subject(matter: Matter, lines: list[str], book: Phrasebook) -> str:
    """What is said now, if it says enough; else the weightiest of the lines before."""
    if matter.answer == "subject" or (_weighty(lines[-1], book) and not matter.agreed):
        return _clip(lines[-1] or matter.lines[-1], SUBJECT)
    if not matter.answer and _weighty(remainder(matter.skill.name, matter.lines[-1]), book):
        return _clip(matter.lines[-1], SUBJECT)
    told = [line for line in lines if _weighty(line, book) and not is_yes(line)]
    return _clip(max(told, key=book.rest, default=""), SUBJECT)


def _weighty(text: str, book: Phrasebook) -> str:
    return text.strip() if book.rest(text) >= ENOUGH else ""


def _clip(text: str, limit: int) -> str:
    """Whole words of it."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit + 1].rsplit(" ", 1)[0][:limit]
