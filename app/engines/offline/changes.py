"""Other terms than those that were just put: "do it, but for a year", "two of them", "business then"."""

from __future__ import annotations

from app.core.company import in_use
from app.engines.offline import acts
from app.engines.offline.conversation import Scene
from app.engines.offline.counting import bare_count
from app.engines.offline.entities import Slots, slots_in
from app.engines.offline.intents import Skill
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.subjects import texts_of
from app.engines.offline.terms import onward
from app.engines.offline.wishes import DECLINED, Intent, skill_of

OF_TOOL = {"create_order": "order", "change_subscription": "change_plan"}
_TALK = (
    acts.LEANING
    | acts.CHAT
    | {"", DECLINED, "order", "change_plan", "ask_price", "ask_plans", "ask_delivery"}
)


def changed(wish: Intent, scene: Scene) -> Intent | None:
    """The act that is put, with what the line says otherwise; None where it says the same, or asks."""
    act = OF_TOOL.get(str(scene.proposal.get("tool")), "")
    skill = skill_of(act)
    if skill is None or not scene.proposal or wish.act not in _TALK or _asks(wish.said):
        return None
    arguments = scene.proposal["arguments"]
    before = {slot: arguments[name] for name, slot in skill.slots.items() if arguments.get(name) is not None}
    fresh = {
        slot: value for slot, value in _named(skill, wish, before, scene).items() if before.get(slot) != value
    }
    if not fresh:
        return None
    return Intent(act, f"{scene.matter.text}\n{wish.said}", wish.said, _fitting(before, fresh))


def _asks(said: str) -> bool:
    return "?" in said or (contains(manner("question"), said) and not contains(manner("may_you"), said))


def _named(skill: Skill, wish: Intent, before: Slots, scene: Scene) -> Slots:
    said = slots_in(wish.said, scene.today, skill.past) | texts_of(skill, wish, scene)
    goods = said.get("item", before.get("item")) in in_use().catalogue.goods
    if goods and "quantity" not in said and (pieces := bare_count(wish.said)):
        said["quantity"] = pieces
    elif not goods and "people" in said:
        said["quantity"] = said["people"]
    if not goods:
        said = {slot: value for slot, value in said.items() if slot not in ("delivery", "address")}
    return {slot: value for slot, value in said.items() if slot in skill.slots.values()}


def _fitting(before: Slots, fresh: Slots) -> Slots:
    """A plan has no delivery, and goods have no period."""
    goods = (before | fresh).get("item") in in_use().catalogue.goods
    out = {"period"} if goods else {"delivery", "address"}
    known = onward(before, fresh)
    if (
        "item" in fresh
        and "quantity" not in fresh
        and (before.get("item") in in_use().catalogue.goods) != goods
    ):
        out = out | {"quantity"}
    return {slot: value for slot, value in known.items() if slot not in out}
