"""The engine of the skills: what is missing is asked, then the tool is called, then its result is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.core.company import in_use
from app.core.locales import read
from app.engines.offline import acts, choices, double_charges
from app.engines.offline.call_times import wish_of
from app.engines.offline.comparing import compare
from app.engines.offline.conversation import Call, HandOver, Move, Say, Scene
from app.engines.offline.double_charges import is_left, second_charge
from app.engines.offline.entities import Slots, as_json
from app.engines.offline.intents import BY_NAME, SKILLS, Need, Skill
from app.engines.offline.lexicon import Stems, Words, contains, manner, phrasebook, skillbook, values
from app.engines.offline.neighbours import services_in
from app.engines.offline.order_details import unrecorded, with_details
from app.engines.offline.responses import fill, listed, troubles, worded
from app.engines.offline.selection import Selection, choose
from app.engines.offline.subjects import texts_of
from app.engines.offline.talk import pick
from app.engines.offline.talk import words as talk_words
from app.engines.offline.wishes import BACKGROUND, OFFER, TIME, Intent, skill_of

PROPOSED, UNKNOWN, REJECTED = "proposed", "unknown_customer", "rejected"
DOING = {skill.tool: skill for skill in SKILLS if not skill.reads}
ACTS = {name: act for act, name in {**acts.DEMANDS, **acts.READS}.items()}
ACCOUNT = "account_facts"
OTHER_WAY = {"already_renewing": "cancel", "already_cancelled": "resume"}
FACETS = ("until", "cost")
"""What a short question may ask of a fact that was told; `brief_<facet>` of a skill answers it."""
RATHER = {"update": "ticket"}
"""Done where there is nothing to act on and the line may mean that as well."""
RECENT = 3  # incidents that are told to who asks about a day behind us
NUMBERED, ABOUT_ITEMS = ("orders", "tickets"), ("orders", "payments", "plans")
OF_CHARGES = ("refund", "payments", "refunds")
INSTEAD = {"link": "debt"}
"""Read where there is nothing that the skill could act on: who has no order may owe for the plan."""


def perform(skill: Skill, wish: Intent, scene: Scene) -> Move:
    """Carry out what is demanded, or read what is asked."""
    if skill.tool not in scene.offered:
        return hand_over(skill.tool, scene)
    words = skillbook(scene.language).skills[skill.name]
    slots = wish.slots | texts_of(skill, wish, scene)
    if skill.name == "order":
        slots = with_details(slots, wish)
        wish = replace(wish, slots=slots)
    if skill.name == "plans" and (compared := compare(wish, scene)):
        return compared
    result = scene.result(skill.tool)
    if result is not None and (other := _other_way(skill, result, scene)):
        return perform(other, replace(wish, act=ACTS[other.name]), scene)
    if skill.name in OF_CHARGES and (told := _of_double_charge(skill, wish, scene)):
        return told
    if result is not None and (skill.reads or skill.lookup is None or skill.lookup.tool != skill.tool):
        return tell(skill, result, wish, scene)
    return _prepare(skill, words, slots, wish, scene)


def _other_way(skill: Skill, result: dict[str, Any], scene: Scene) -> Skill | None:
    """On or off are nearly the same words: where the records have it so already, the other one is meant."""
    other = OTHER_WAY.get(str(result.get("reason")))
    if other is None or other == skill.name:
        return None
    return BY_NAME[other] if _is_heard(other, scene) else None


def _is_heard(name: str, scene: Scene) -> bool:
    act = ACTS[name]
    return any(part.reading.p(act) >= acts.DEMANDED and "?" not in part.text for part in scene.parts)


def _of_double_charge(skill: Skill, wish: Intent, scene: Scene) -> Move | None:
    """Who tells of a double charge is asked whether to return it, or told that there is none."""
    refund, number = BY_NAME["refund"], second_charge(wish, scene)
    if not number:
        return double_charges.deny_second(skill, wish, scene)
    if refund.tool not in scene.offered or not (skill is refund or is_left(number, scene)):
        return None
    wish = replace(wish, act="refund", slots={"payment": number})
    if (done := scene.result(refund.tool)) is not None:
        return tell(refund, done, wish, scene)
    return Call(refund.tool, {"payment": number})


def hand_over(tool: str, scene: Scene) -> Move:
    """To the desk that has the tool; where it cannot be reached, the customer is told."""
    desk = scene.desks.get(tool, "")
    if desk in scene.may_hand_to:
        return HandOver(desk, phrasebook(scene.language).say["reason_other"], " / ".join(scene.customer[-3:]))
    return Say(general(scene, "unavailable"))


def report(scene: Scene) -> Say | None:
    """What others did in this turn: a person's decision, the customer's yes, another model's act."""
    own = {skill.tool for part in scene.parts if (skill := skill_of(part.reading.best))}
    done = [
        (DOING[tool], facts)
        for tool, facts in scene.results
        if tool in DOING and tool not in own and facts.get("status") != PROPOSED
    ]
    if not done:
        return None
    said = [_reported(skill, facts, scene) for skill, facts in done]
    text, declines = " ".join(one.text for one in said if one.text), any(one.declines for one in said)
    return Say(text, matter=said[-1].matter, declines=declines)


def _reported(skill: Skill, facts: dict[str, Any], scene: Scene) -> Say:
    if facts.get("reason") == REJECTED:
        return Say(worded(skillbook(scene.language).general, facts, scene.language))
    return tell(skill, facts, Intent(ACTS.get(skill.name, ""), "", ""), scene)


def _prepare(skill: Skill, words: Words, slots: Slots, wish: Intent, scene: Scene) -> Move:
    if "people" in slots:
        _count_people(skill, slots)
    missing = next((need.slot for need in skill.needs if _lacks(need, slots)), None)
    if missing == "item" and skill.reads:
        return _own_price(wish, scene)
    if missing and missing != "when":
        return _ask(words.asks[missing], missing, slots, wish, scene)
    if "when" in skill.slots and scene.clock:
        heard = wish_of(wish.text.split("\n"), scene.clock)
        if (heard.named or missing) and heard.at is None:
            return Say(words.asks[TIME], matter=wish.matter(TIME))
        slots["when"] = heard.at and heard.at.isoformat()
    arguments = {n: as_json(slots[slot]) for n, slot in skill.slots.items() if slots.get(slot) is not None}
    if skill.lookup:
        choice = choose(skill, words, slots, wish, scene)
        if isinstance(choice, Say) and not choice.asks:
            if other := INSTEAD.get(skill.name):
                return _instead(BY_NAME[other], words, wish, scene)
            rather = RATHER.get(skill.name, "")
            if rather and _is_heard(rather, scene):
                return perform(BY_NAME[rather], replace(wish, act=ACTS[rather]), scene)
            if skill.name == "redirect" and {"goods", "delivery"} <= slots.keys():
                return perform(BY_NAME["order"], replace(wish, act="order"), scene)
        if not isinstance(choice, Selection):
            return choice
        arguments[skill.lookup.argument] = choice.number
    if skill.name == "refund" and {"payment", "amount"} <= slots.keys():
        arguments["amount_rub"] = slots["amount"]  # a part of the payment that is named
    return Call(skill.tool, {**skill.fixed, **arguments})


def _count_people(skill: Skill, slots: Slots) -> None:
    """Only the largest plan takes further people; places on a plan are what is ordered of it."""
    plans = list(in_use().catalogue.plans)
    if slots["people"] > 1:
        slots.setdefault("item", plans[-1])
    if slots.get("item") in plans and "people" not in skill.slots.values():
        slots["quantity"] = slots["people"]


def _own_price(wish: Intent, scene: Scene) -> Move:
    """Of nothing in particular: what the customer pays, or all prices for who has no plan."""
    facts = scene.result(ACCOUNT)
    if facts is None and ACCOUNT in scene.offered:
        return Call(ACCOUNT, {})
    return perform(BY_NAME["plan" if (facts or {}).get("plan") else "plans"], wish, scene)


def _instead(skill: Skill, words: Words, wish: Intent, scene: Scene) -> Move:
    """What the records show where there is nothing to act on, and why that is so."""
    told = perform(skill, wish, scene)
    if not isinstance(told, Say):
        return told
    why = fill(words.say.get("instead", ()), {}, scene.language)
    return replace(told, text=f"{why} {told.text}".strip())


def _ask(question: str, missing: str, slots: Slots, wish: Intent, scene: Scene) -> Say:
    """With what the line has told besides; a choice that it did not make is put again."""
    told = unrecorded(wish, str(slots.get("item")), scene) if skill_of(wish.act) is BY_NAME["order"] else ""
    if not told and wish.answers == choices.AGAIN:
        told = pick(talk_words(scene.language)["choose"], scene)
    if slots.get("item") != scene.matter.slots.get("item") and wish.answers:
        told = f"{in_use().catalogue[str(slots['item'])].title(scene.language)}. {told}".strip()
    kept = {slot: value for slot, value in slots.items() if slot in BACKGROUND}
    matter = replace(wish, slots=wish.slots | kept).matter(missing)
    return Say(" ".join(part for part in (told, question) if part), matter=matter)


def _lacks(need: Need, slots: Slots) -> bool:
    if need.slot in slots:
        return False
    catalogue = in_use().catalogue
    some = {"plan": tuple(catalogue.plans), "goods": catalogue.goods}.get(need.kind)
    return some is None or slots.get("item") in some


def tell(skill: Skill, facts: dict[str, Any], wish: Intent, scene: Scene) -> Say:
    """The result in words, with what may be done next."""
    if facts.get("status") == PROPOSED:
        told = unrecorded(wish, str(wish.slots.get("item")), scene) if skill.name == "order" else ""
        return Say(told, matter=wish.matter(), proposes=True)
    if facts.get("reason") == UNKNOWN:
        return Say(general(scene, "stranger"), matter=wish.matter())
    lang = scene.language
    words = skillbook(lang).skills[skill.name]
    if skill.name == "payments" and contains(manner("latest"), wish.said):
        facts = {**facts, "payments": list(facts.get("payments", ()))[:1], "more": 0}
    if skill.name == "status" and (services := services_in(wish.said)):
        rows = facts.get(skill.rows, ())
        facts = {**facts, skill.rows: [row for row in rows if row.get("service") in services]}
    text = _worded(skill, words, facts, wish.slots, lang) or general(scene, "unavailable")
    if any(text in line for line in scene.agent_lines):
        text = _briefly(words, facts, wish.said, lang) or text
    if facts.get("reason") == "nothing_to_change" and not {"address", "delivery"} & wish.slots.keys():
        return Say(words.asks["address"], matter=wish.matter("address"))
    if skill.name == "refunds" and not rows_of(skill, facts, wish.slots) and not _only_checks(scene):
        return Say(f"{text} {words.asks[OFFER]}", matter=wish.matter(OFFER, "refund"))
    settled = facts.get("status") in ("done", "found") and (facts.get("number") or skill.reads)
    if skill.offers and settled and (further := offer(skill.offers, scene)):
        beside = skill.reads and (bool(scene.proposal) or choices.is_open(scene))  # our question stands
        stands = further in scene.last or beside
        asked = "" if stands else further
        if not beside:
            return Say(f"{text} {asked}".strip(), matter=wish.matter(OFFER, skill.offers))
    asked = TIME if facts.get("reason") in ("outside_hours", "in_the_past", "too_far") else ""
    refused = facts.get("status") == "refused" and scene.proposal.get("tool") == skill.tool
    return Say(text, matter=wish.matter(asked), declines=refused)  # the latest wish replaces what was put


def _briefly(words: Words, facts: dict[str, Any], said: str, lang: str) -> str:
    """Of what was told before only what is asked; empty where that is not clear."""
    asked = [facet for facet in FACETS if contains(manner(facet), said)]
    return fill(words.say.get(f"brief_{asked[0]}", ()), facts, lang) if len(asked) == 1 else ""


def _only_checks(scene: Scene) -> bool:
    """ "You did not refund it, did you?" wants no refund."""
    return any(part.reading.best == "ask_sure" for part in scene.parts)


def offer(act: str, scene: Scene) -> str:
    """The question whether an act is wanted; empty where its tool is not at hand."""
    skill = skill_of(act)
    if skill is None or skill.tool not in scene.offered:
        return ""
    return skillbook(scene.language).skills[skill.name].asks.get(OFFER, "")


def _worded(skill: Skill, words: Words, facts: dict[str, Any], slots: Slots, lang: str) -> str:
    book = skillbook(lang)
    if facts.get("status") != "found":
        return worded({**book.general, **words.say}, facts, lang)
    if skill.tool == ACCOUNT:
        return worded(words.say, {**facts, "status": _state(facts, lang)}, lang)
    if not skill.rows:
        return " ".join(filter(None, (worded(words.say, facts, lang), *troubles(words.say, facts, lang))))
    rows = rows_of(skill, facts, slots)
    if skill.name == "devices":
        told = [fill(_version_words(words, row), row, lang) for row in rows]
        return " ".join(filter(None, told)) or worded(words.say, facts, lang)
    if not rows:
        return worded(words.say, {**facts, "status": "nothing"}, lang)
    return listed(words.say, rows, facts, lang)


def _version_words(words: Words, row: dict[str, Any]) -> Stems:
    return words.say.get("old_version" if "outdated_app" in row.get("problems", ()) else "version", ())


def _state(facts: dict[str, Any], lang: str) -> str:
    """Of the subscription, by the word in which the result tells it."""
    told = facts.get("subscription_status")
    return next(
        (name for name, word in read("terms", lang)["subscription_status"].items() if word == told), "none"
    )


def rows_of(skill: Skill, facts: dict[str, Any], slots: Slots) -> list[dict[str, Any]]:
    """Of incidents those that last, of refunds what was returned; of the others the one that was named."""
    rows = [row for row in facts.get(skill.rows, ()) if isinstance(row, dict)]
    if skill.rows == "incidents":
        lasting = [row for row in rows if row.get("state") == "lasting"]
        return (
            lasting
            if "day" not in slots
            else [*lasting, *(row for row in rows if row not in lasting)][:RECENT]
        )
    if skill.name == "refunds":
        return [row for row in rows if row.get("refund") or row.get("refunded", "").strip("0 ₽\u00a0")]
    named = slots.get(skill.rows.removesuffix("s")) if skill.rows in NUMBERED else None
    item = values("item").get(str(slots.get("item")), ()) if skill.rows in ABOUT_ITEMS else ()
    about = [row for row in rows if item and contains(item, " ".join(map(str, row.values())))]
    return [row for row in rows if row.get("number") == named] if named else about or rows


def general(scene: Scene, key: str) -> str:
    return fill(skillbook(scene.language).general[key], {}, scene.language)
