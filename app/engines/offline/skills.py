"""The engine of the skills: what is missing is asked, then the tool is called, then its result is told."""

from __future__ import annotations

from typing import Any

from app.core.company import in_use
from app.engines.offline.call_times import wish_of
from app.engines.offline.conversation import Call, HandOver, Move, Remark, Say, Scene
from app.engines.offline.entities import Slots, as_json
from app.engines.offline.intents import (
    BY_NAME,
    OFFER,
    SKILLS,
    TIME,
    Need,
    Skill,
)
from app.engines.offline.lexicon import (
    Phrasebook,
    Words,
    all_books,
    contains,
    manner,
    skillbook,
    values,
    words_of,
)
from app.engines.offline.responses import listed, troubles, worded
from app.engines.offline.selection import Selection, choose
from app.engines.offline.tracker import Matter, matter_of, slots_for, texts_for
from app.engines.offline.understanding import inquired

PROPOSED = "proposed"
"""The question is put to the customer behind our words, which are none."""
UNKNOWN, REJECTED = "unknown_customer", "rejected"
DOING = {skill.tool: skill for skill in SKILLS if not skill.reads}
PERSONAL = ("account", "devices")
"""Skills that are in vain for somebody unknown; once said, it is enough."""


def act(scene: Scene, book: Phrasebook) -> Move | Remark | None:
    """None where the customer asks for nothing that a tool could do."""
    matter = matter_of(scene)
    if reported := _reported(matter, scene):
        return reported
    if matter is None and _waits(scene):
        return Say(_general(scene, "waiting"))
    if matter is None or _in_vain(matter, scene):
        return None
    skill, words = matter.skill, skillbook(scene.language).skills[matter.skill.name]
    if skill.tool not in scene.offered:
        return HandOver(
            scene.desks.get(skill.tool, scene.agent),
            book.say["reason_other"],
            " / ".join(scene.customer[-3:]),
        )
    if matter.declined:
        return Say(_general(scene, "declined"))
    result = scene.result(skill.tool)
    slots = slots_for(matter, scene) | texts_for(matter, scene, book)
    if result is not None and (skill.reads or skill.lookup is None or skill.lookup.tool != skill.tool):
        return tell(skill, words, result, slots, scene)
    return _prepare(matter, words, slots, scene)


def _reported(matter: Matter | None, scene: Scene) -> Say | None:
    """What others did in this turn: a person who was asked to decide, or the model that we stand in for."""
    done = [(DOING[tool], facts) for tool, facts in scene.results if tool in DOING]
    if matter is not None and all(skill.tool == matter.skill.tool for skill, _ in done):
        return None
    book, lang = skillbook(scene.language), scene.language
    told = [
        worded(book.general, facts, lang)
        if facts.get("reason") == REJECTED
        else tell(skill, book.skills[skill.name], facts, {}, scene).text
        for skill, facts in done
    ]
    return Say(" ".join(told)) if told else None


def offer(name: str, scene: Scene) -> str:
    """The question whether a skill is wanted; empty where its tool is not at hand."""
    skill = BY_NAME[name]
    return skillbook(scene.language).skills[name].asks.get(OFFER, "") if skill.tool in scene.offered else ""


def offer_after(scene: Scene) -> str:
    """Who asks how something is done is offered to have it done."""
    names = (n for n in ("refund", "cancel", "complaint", "callback") if inquired(n, scene.now))
    return next((text for name in names if (text := offer(name, scene))), "")


def offered_before(name: str, scene: Scene) -> bool:
    text = offer(name, scene)
    return any(text in line for line in scene.agent_lines)


def incident(scene: Scene) -> Call | str | None:
    """The lasting incident of the service that the customer complains of; first the status is looked up."""
    services = [name for name, stems in values("service").items() if contains(stems, scene.now)]
    how = any(contains(words.never, scene.now) for words in words_of("status"))
    if not services or how or "service_status" not in scene.offered:
        return None
    facts = scene.result("service_status")
    if facts is None:
        return Call("service_status", {})
    rows = [row for row in _rows(BY_NAME["status"], facts, {}) if row.get("service") in services]
    say = skillbook(scene.language).skills["status"].say
    text = listed(say, rows, facts, scene.language) if rows else ""
    return None if not text or text in scene.last else text


def _waits(scene: Scene) -> bool:
    """What was just passed on to a person is asked after."""
    passed = (t for book in all_books().values() for t in book.general["approval"])
    ends = {text.rsplit(". ", 1)[-1] for text in passed}
    return contains(manner("decided"), scene.now) and any(end in scene.last for end in ends)


def _in_vain(matter: Matter, scene: Scene) -> bool:
    stranger = _general(scene, "stranger")
    return matter.skill.name in PERSONAL and any(stranger in line for line in scene.agent_lines)


def _prepare(matter: Matter, words: Words, slots: Slots, scene: Scene) -> Move:
    skill = matter.skill
    missing = next((need.slot for need in skill.needs if _lacks(need, slots)), None)
    if missing:
        return Say(words.asks[missing])
    if "when" in skill.slots and scene.clock:
        wish = wish_of(matter.lines, scene.clock)
        if wish.named and wish.at is None:
            return Say(words.asks[TIME])
        slots["when"] = wish.at and wish.at.isoformat()
    arguments = {n: as_json(slots[slot]) for n, slot in skill.slots.items() if slots.get(slot) is not None}
    if skill.lookup:
        choice = choose(matter, words, slots, scene)
        if not isinstance(choice, Selection):
            return choice
        arguments[skill.lookup.argument] = choice.number
    return Call(skill.tool, {**skill.fixed, **arguments})


def _lacks(need: Need, slots: Slots) -> bool:
    if need.slot in slots:
        return False
    catalogue = in_use().catalogue
    some = {"plan": tuple(catalogue.plans), "goods": catalogue.goods}.get(need.kind)
    return some is None or slots.get("item") in some


def tell(skill: Skill, words: Words, facts: dict[str, Any], slots: Slots, scene: Scene) -> Say | Remark:
    """Where nothing could be done, an article may follow."""
    if facts.get("status") == PROPOSED:
        return Say("")
    if facts.get("reason") == UNKNOWN:
        return Remark(_general(scene, "stranger"), _general(scene, "person"))
    general = skillbook(scene.language).general
    text = _words_of(skill, words, facts, slots, scene) or worded(general, facts, scene.language)
    text = text or _general(scene, "unavailable")
    calm = skill.rows == "incidents" and not _rows(skill, facts, slots)
    if facts.get("status") == "unavailable" or skill.name in PERSONAL or calm:
        return Remark(text)
    settled = facts.get("status") in ("done", "found")
    further = offer(skill.offers, scene) if skill.offers and settled and _open_end(facts) else ""
    return Say(f"{text} {further}".strip())


def _open_end(facts: dict[str, Any]) -> bool:
    """There is something left to offer: an order to pay, or goods to order."""
    return bool(facts.get("number") or facts.get("status") == "found")


def _words_of(skill: Skill, words: Words, facts: dict[str, Any], slots: Slots, scene: Scene) -> str:
    lang = scene.language
    if facts.get("status") != "found":
        return worded(words.say, facts, lang)
    if not skill.rows:
        return " ".join(filter(None, (worded(words.say, facts, lang), *troubles(words.say, facts, lang))))
    rows = _rows(skill, facts, slots)
    if skill.name == "devices":
        ill = [text for row in rows for text in troubles(words.say, row, lang)]
        return " ".join(ill) or worded(words.say, facts, lang)
    if not rows:
        return worded(words.say, {**facts, "status": "nothing"}, lang)
    return listed(words.say, rows, facts, lang)


def _rows(skill: Skill, facts: dict[str, Any], slots: Slots) -> list[dict[str, Any]]:
    """Of incidents those that last; of the others the one that was named."""
    rows = [row for row in facts.get(skill.rows, ()) if isinstance(row, dict)]
    if skill.rows == "incidents":
        return [row for row in rows if row.get("state") == "lasting"]
    named = slots.get(skill.rows.removesuffix("s"))
    return [row for row in rows if row.get("number") == named] if named and skill.rows != "payments" else rows


def _general(scene: Scene, key: str) -> str:
    return " ".join(skillbook(scene.language).general[key][:1])
