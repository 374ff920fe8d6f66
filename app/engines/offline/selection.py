"""Which payment, order or incident is meant: looked up, then one is picked or the customer is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.company import in_use
from app.engines.offline.conversation import Call, Move, Say, Scene
from app.engines.offline.entities import Slots, as_json, slots_of
from app.engines.offline.intents import WHICH, Lookup, Skill
from app.engines.offline.lexicon import Stems, Words, contains, manner, plain, skillbook, values
from app.engines.offline.responses import fill, listed, worded
from app.engines.offline.wishes import Intent

Row = dict[str, Any]
_SHOWN = re.compile(r"^• ([A-Z]{1,2}-\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Selection:
    number: str


def choose(skill: Skill, words: Words, slots: Slots, wish: Intent, scene: Scene) -> Selection | Move:
    lookup = skill.lookup
    assert lookup is not None
    wanted = _wanted(skill, slots, wish, scene)
    if counted := _counted_off(wanted, scene):
        return Selection(counted)
    if (number := wanted.get(lookup.argument)) and lookup.tool != "service_status":
        return Selection(str(number))
    filters = {name: as_json(wanted[slot]) for name, slot in lookup.slots.items() if slot in wanted}
    looked = [facts for name, facts in scene.results if name == lookup.tool]
    if not looked:
        return Call(lookup.tool, filters)
    rows = [row for row in looked[-1].get(lookup.rows, ()) if isinstance(row, dict)]
    if not rows and filters and len(looked) == 1:
        return Call(lookup.tool, {})
    if not rows or looked[-1].get("status") in ("refused", "unavailable"):
        return Say(_none(words, looked[-1], scene), matter=wish.matter())
    return _picked(lookup, words, rows, len(looked) > 1, wish, scene)


def _picked(
    lookup: Lookup, words: Words, rows: list[Row], widened: bool, wish: Intent, scene: Scene
) -> Selection | Say:
    """After a search that had to be widened, or for goods that none of the rows names, nothing is taken
    for granted."""
    item = values("item").get(str(slots_of([wish.text], None).get("item")), ())
    widened = widened or (bool(item) and not any(contains(item, _text(row)) for row in rows))
    fitting = _fitting(words, rows, item, wish, scene)
    asked = wish.answers == WHICH or words.asks.get(WHICH, "") in scene.agent_lines
    if (len(fitting) == 1 or (lookup.latest and not asked)) and not widened:
        return Selection(str(fitting[0].get("number")))
    head = fill(words.say.get("none_such" if widened else "several", ()), {}, scene.language)
    text = "\n".join(p for p in (head, _list(words, fitting, scene), words.asks[WHICH]) if p)
    return Say(text, matter=wish.matter(WHICH))


def _fitting(words: Words, rows: list[Row], item: Stems, wish: Intent, scene: Scene) -> list[Row]:
    """Each sieve counts only where it leaves something."""
    said = plain(wish.text)
    latest = contains(manner("latest"), said)
    incident = slots_of([wish.text], None).get("incident")
    sieves: tuple[Callable[[Row], bool], ...] = (
        lambda row: row.get("number") == incident,
        lambda row: bool(row.get("duplicate_of")) and row.get("refunded") != row.get("amount"),
        lambda row: latest and row is newest,
        lambda row: bool(item) and contains(item, _text(row)),
        lambda row: told == [row],
        lambda row: contains(words.prefer, _text(row)),
        lambda row: _hears_service(row, said),
        lambda row: lasted(row) >= in_use().policy.outage_hours,
        lambda row: _hears_service(row, scene.last),
        lambda row: row.get("refunded") != row.get("amount") or "amount" not in row,
        lambda row: "hours" not in row or int(str(row["hours"]).split()[0]) >= 4,
    )
    newest, told = rows[0], [row for row in rows if str(row.get("number")) in scene.last]
    for sieve in sieves:
        rows = [row for row in rows if sieve(row)] or rows
    return rows


def lasted(row: Row) -> int:
    """Hours; what is no incident lasted long enough."""
    hours = re.match(r"\d+", str(row.get("hours", in_use().policy.outage_hours)))
    return int(hours[0]) if hours else 0


def _hears_service(row: Row, said: str) -> bool:
    return contains(values("service").get(str(row.get("service")), ()), said)


def _wanted(skill: Skill, slots: Slots, wish: Intent, scene: Scene) -> Slots:
    """An answer to "which?" counts alone."""
    return slots_of([wish.said], scene.today, skill.past) if wish.answers == WHICH else slots


def _counted_off(wanted: Slots, scene: Scene) -> str:
    """ "The second" is the second of the list that the customer reads."""
    if scene.matter.asked != WHICH or "ordinal" not in wanted:
        return ""
    shown = _SHOWN.findall(scene.last)
    nth = int(wanted["ordinal"])
    return str(shown[nth - 1]) if nth <= len(shown) else ""


def _list(words: Words, rows: list[Row], scene: Scene) -> str:
    return listed({"row": words.say.get("row", ())}, rows, {}, scene.language)


def _none(words: Words, facts: Row, scene: Scene) -> str:
    say = skillbook(scene.language).general
    quiet = {**facts, "status": "nothing"} if facts.get("status") == "found" else facts
    return worded(words.say, quiet, scene.language) or worded(say, quiet, scene.language)


def _text(row: Row) -> str:
    return plain(" ".join(str(value) for value in row.values()))
