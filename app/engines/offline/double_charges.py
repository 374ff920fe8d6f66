"""Who says that money was taken twice: only what the records mark as a second charge is returned for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.engines.offline.conversation import Call, Move, Say, Scene
from app.engines.offline.intents import Skill
from app.engines.offline.lexicon import Stems, beginnings, contains, manner, plain, skillbook
from app.engines.offline.responses import fill, listed
from app.engines.offline.wishes import OFFER, Intent

PAYMENTS, PERSON = "find_payments", "person"
FAR = 5  # words between "twice" and what was done twice
NAMED = frozenset({"payment", "order", "goods"})
"""What names a payment: beside it a demand is no longer about the charge that was not found."""
Row = Mapping[str, Any]


def claims(text: str) -> bool:
    """Money was taken twice, not: the customer wrote twice."""
    said = plain(text)
    if contains(manner("overcharged"), said):
        return True
    if contains(manner("two_payments"), said) and contains(manner("one_thing"), said):
        return True
    paid, besides = _places(manner("charged"), said), _places(manner("done_twice"), said)
    return any(
        (near := _distance(twice, paid)) <= FAR and near <= _distance(twice, besides)
        for twice in _places(manner("twice"), said)
    )


def _places(stems: Stems, said: str) -> list[int]:
    """By the count of words before."""
    return [len(said[: found.start()].split()) for found in beginnings(stems).finditer(said)]


def _distance(place: int, others: list[int]) -> int:
    return min((abs(place - other) for other in others), default=len(others) + 2 * FAR)


def stands(wish: Intent, scene: Scene) -> bool:
    """Claimed with this wish, or before the answer to which the customer holds on."""
    if claims(wish.text):
        return True
    if NAMED & wish.slots.keys():
        return False
    return claims(scene.now) or any(text in scene.last for text in _no_second(scene.language))


def deny_second(skill: Skill, wish: Intent, scene: Scene) -> Move | None:
    """None where nobody claims it, or the records have a second charge (`second_charge`)."""
    if PAYMENTS not in scene.offered or not stands(wish, scene):
        return None
    facts = scene.result(PAYMENTS)
    if facts is None:
        return Call(PAYMENTS, {})
    rows = list(_rows(facts))
    settled = skill.name == "refunds" and any(map(_is_touched, rows))
    if not rows or settled or any(row.get("duplicate_of") for row in rows):
        return None
    words = skillbook(scene.language).skills
    shown = listed({**words["payments"].say, "one": ()}, rows, facts, scene.language)
    text = fill(words["refund"].say["no_second"], {}, scene.language)
    return Say(f"{shown}\n\n{text}", matter=replace(wish, act="refund").matter(OFFER, PERSON))


def second_charge(wish: Intent, scene: Scene) -> str:
    """The number of the second charge that is meant; the latest, unless one is named. Empty where there is
    none, or none is claimed."""
    if not stands(wish, scene):
        return ""
    rows = [row for row in _rows(scene.result(PAYMENTS) or {}) if row.get("duplicate_of")]
    named = wish.slots.get("payment")
    rows = [row for row in rows if named in (row.get("number"), row.get("duplicate_of"))] or rows
    rows = [row for row in rows if _is_left(row)] or rows
    return str(rows[0].get("number")) if rows else ""


def is_left(number: str, scene: Scene) -> bool:
    """Whether anything of the payment is still to be returned."""
    return any(_is_left(r) for r in _rows(scene.result(PAYMENTS) or {}) if r.get("number") == number)


def _is_left(row: Row) -> bool:
    return row.get("refunded") != row.get("amount")


def _rows(facts: Mapping[str, Any]) -> Iterator[Row]:
    return (row for row in facts.get("payments", ()) if isinstance(row, dict))


def _is_touched(row: Row) -> bool:
    return bool(str(row.get("refunded", "")).strip("0 ₽\u00a0"))


def _no_second(language: str) -> Stems:
    return skillbook(language).skills["refund"].say["no_second"]
