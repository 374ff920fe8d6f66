"""Which payment, order or incident is meant: looked up, then one is picked or the customer is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.adapters.llm.phrasebook import contains, plain
from app.adapters.llm.scene import Call, Move, Say, Scene
from app.adapters.llm.skills.book import Words, manner, skillbook, values
from app.adapters.llm.skills.catalogue import WHICH
from app.adapters.llm.skills.slots import Slots, as_json, slots_of
from app.adapters.llm.skills.thread import Matter
from app.adapters.llm.skills.wording import fill, listed, worded

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    number: str


def choose(matter: Matter, words: Words, slots: Slots, scene: Scene) -> Choice | Move:
    lookup = matter.skill.lookup
    assert lookup is not None
    wanted = _wanted(matter, slots, scene)
    if (number := wanted.get(lookup.argument)) and lookup.tool != "service_status":
        return Choice(str(number))
    filters = {name: as_json(wanted[slot]) for name, slot in lookup.slots.items() if slot in wanted}
    looked = [facts for name, facts in scene.results if name == lookup.tool]
    if not looked:
        return Call(lookup.tool, filters)
    rows = [row for row in looked[-1].get(lookup.rows, ()) if isinstance(row, dict)]
    if not rows and filters and len(looked) == 1:
        return Call(lookup.tool, {})
    if not rows or looked[-1].get("status") in ("refused", "unavailable"):
        return Say(_none(words, looked[-1], scene))
    return _picked(matter, words, rows, wanted, len(looked) > 1, scene)


def _picked(
    matter: Matter, words: Words, rows: list[Row], wanted: Slots, widened: bool, scene: Scene
) -> Choice | Say:
    """After a search that had to be widened nothing is taken for granted."""
    nth = int(wanted.get("ordinal", 0))
    if nth and nth <= len(rows):
        return Choice(str(rows[nth - 1].get("number")))
    fitting = _fitting(matter, words, rows, wanted, scene)
    if len(fitting) == 1 and not widened:
        return Choice(str(fitting[0].get("number")))
    head = fill(words.say.get("none_such" if widened else "several", ()), {}, scene.language)
    return Say("\n".join(p for p in (head, _list(words, fitting, scene), words.asks[WHICH]) if p))


def _fitting(matter: Matter, words: Words, rows: list[Row], wanted: Slots, scene: Scene) -> list[Row]:
    """Each sieve counts only where it leaves something."""
    said = plain(" ".join(matter.lines))
    twice = contains(manner("twice"), said)
    latest = contains(manner("latest"), said)
    item = values("item").get(str(wanted.get("item")), ())
    sieves: tuple[Callable[[Row], bool], ...] = (
        lambda row: row.get("number") == wanted.get("incident"),
        lambda row: twice and bool(row.get("duplicate_of")),
        lambda row: latest and row is newest,
        lambda row: bool(item) and contains(item, _text(row)),
        lambda row: contains(words.prefer, _text(row)),
        lambda row: _hears_service(row, said),
        lambda row: _hears_service(row, scene.last),
        lambda row: row.get("refunded") != row.get("amount") or "amount" not in row,
        lambda row: "hours" not in row or int(row["hours"]) >= 4,
    )
    newest = rows[0]
    for sieve in sieves:
        rows = [row for row in rows if sieve(row)] or rows
    return rows


def _hears_service(row: Row, said: str) -> bool:
    return contains(values("service").get(str(row.get("service")), ()), said)


def _wanted(matter: Matter, slots: Slots, scene: Scene) -> Slots:
    """An answer to "which?" counts alone; only "the second" needs the list as it was."""
    if matter.answer != WHICH:
        return slots
    now = slots_of(matter.lines[-1:], scene.today, matter.skill.past)
    if "ordinal" not in now:
        return now
    return slots_of(matter.lines[:-1], scene.today, matter.skill.past) | {"ordinal": now["ordinal"]}


def _list(words: Words, rows: list[Row], scene: Scene) -> str:
    return listed({"row": words.say.get("row", ())}, rows, {}, scene.language)


def _none(words: Words, facts: Row, scene: Scene) -> str:
    say = skillbook(scene.language).general
    quiet = {**facts, "status": "nothing"} if facts.get("status") == "found" else facts
    return worded(words.say, quiet, scene.language) or worded(say, quiet, scene.language)


def _text(row: Row) -> str:
    return plain(" ".join(str(value) for value in row.values()))
