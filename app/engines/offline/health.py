"""What the records know of a fault before any article does: an unpaid plan, a full storage, an old app."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.core.anger import ANGRY, measure_anger
from app.core.company import in_use
from app.core.models import RELEVANT
from app.engines.offline.articles import next_steps
from app.engines.offline.began import trouble_since
from app.engines.offline.conversation import Call, HandOver, Move, Say, Scene
from app.engines.offline.intents import BY_NAME
from app.engines.offline.lexicon import contains, manner, phrasebook, plain, skillbook, values
from app.engines.offline.neighbours import services_in
from app.engines.offline.reports import HELPED, fails_to_pay
from app.engines.offline.responses import fill, listed
from app.engines.offline.selection import lasted
from app.engines.offline.skills import ACCOUNT, ACTS, perform, rows_of, tell
from app.engines.offline.talk import pick, words
from app.engines.offline.wishes import Intent

BLOCKING = {"past_due": "debt", "storage_full": "usage"}
"""Problems of an account that make files read-only, and the skill that words them."""
STATUS, DEVICES = "service_status", "diagnose_devices"
_CLAUSE = re.compile(r"[,.;!?]\s*")
STEM = 4  # letters of a word by which a line and the subject of a ticket are found to be about one thing


def known_cause(wish: Intent, scene: Scene) -> Call | Say | None:
    """None where the records show nothing, or it was told before."""
    for tool in (STATUS, ACCOUNT, DEVICES):
        if tool in scene.offered and scene.result(tool) is None and not _asked_before(tool, scene):
            return Call(tool, {})
    found = _outage(wish, scene) or _reported(wish, scene) or _blocked(wish, scene) or _outdated(wish, scene)
    return found if found and found.text not in "\n".join(scene.agent_lines) else None


def speak_of_failed_payment(wish: Intent, scene: Scene) -> Move | None:
    """The renewal that failed by the records, and what can be tried."""
    if wish.act != "fault" or not fails_to_pay(wish.said):
        return None
    article = scene.library.get((scene.language, in_use().profile.about.get("failed_payment", "")))
    if article is None:
        return None
    if scene.agent != article.agent and article.agent in scene.may_hand_to:
        reason = phrasebook(scene.language).say["reason_other"]
        return HandOver(article.agent, reason, " / ".join(scene.customer[-3:]))
    if ACCOUNT in scene.offered and scene.result(ACCOUNT) is None:
        return Call(ACCOUNT, {})
    unpaid = "past_due" in (scene.result(ACCOUNT) or {}).get("problems", ())
    debt = _blocked(wish, scene) if unpaid else None
    steps = next_steps(wish, scene, article)
    if not isinstance(steps, Say) or debt is None or debt.text in "\n".join(scene.agent_lines):
        return steps
    return replace(steps, text=f"{debt.text}\n\n{steps.text}")


def _asked_before(tool: str, scene: Scene) -> bool:
    return any(deed.tool == tool for deed in scene.deeds)


def _outage(wish: Intent, scene: Scene) -> Say | None:
    """The lasting incident of the service that the customer complains of."""
    services = services_in(wish.said)
    rows = _outages(scene)
    mine = [row for row in rows if row.get("service") in services]
    text = listed(skillbook(scene.language).skills["status"].say, mine, {}, scene.language) if mine else ""
    return Say(text, matter=replace(wish, act="ask_outage").matter()) if text else None


def _outages(scene: Scene) -> list[dict[str, Any]]:
    """Those that last and did not begin after the trouble that the customer tells of."""
    rows = rows_of(BY_NAME["status"], scene.result(STATUS) or {}, {})
    days = [day for said in scene.customer if (day := trouble_since(said, scene.today))]
    if not days or scene.clock is None:
        return rows
    return [row for row in rows if (scene.clock - timedelta(hours=lasted(row))).date() <= min(days)]


def speak_of_trouble(wish: Intent, scene: Scene) -> Move | None:
    """Who complains that it does not work, and does not ask, is told of an outage that explains it, and is
    asked what fails."""
    *_, last = _CLAUSE.split(wish.said.rstrip(" ?!."))
    is_question = wish.said.rstrip().endswith("?") and contains(manner("outage"), last)
    if is_question or contains(values("ago")["ago"], wish.said):
        return None
    general = wish.act in ("fault", "vent", "") and contains(manner("nothing_works"), wish.said)
    complains = trouble_since(wish.said, scene.today) or measure_anger([wish.said]).level >= ANGRY
    if not complains or not (general or wish.act == "ask_outage"):
        return None
    if STATUS not in scene.offered:
        return None
    if scene.result(STATUS) is None:
        return Call(STATUS, {})
    services = services_in(wish.said)
    rows = [row for row in _outages(scene) if not services or row.get("service") in services]
    told = listed(skillbook(scene.language).skills["status"].say, rows, {}, scene.language) if rows else ""
    asked = "" if services and told else pick(words(scene.language)["what_fails"], scene)
    matter = replace(wish, act="fault").matter()
    return Say(" ".join(part for part in (told, asked) if part), matter=matter)


def tell_version(wish: Intent, scene: Scene) -> Move | None:
    """To who asks how to find it: the records know it."""
    if wish.act != "ask_devices" or not contains(manner("how_to"), wish.said):
        return None
    move = perform(BY_NAME["devices"], wish, scene)
    head = pick(words(scene.language)["version_how"], scene)
    return replace(move, text=f"{head} {move.text}") if isinstance(move, Say) else move


def _reported(wish: Intent, scene: Scene) -> Say | None:
    """The open ticket about what is complained of: its subject and the line share a word. Whom the steps did
    not help last time hears that first."""
    tickets = () if scene.unhelpful else (scene.result(ACCOUNT) or {}).get("open_tickets", ())
    rows = [row for row in tickets if _stems(wish.said) & _stems(str(row.get("subject", "")))]
    found = {"status": "found", "tickets": rows[:1]}
    return tell(BY_NAME["tickets"], found, replace(wish, act="ask_ticket"), scene) if rows else None


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in plain(text).split() if len(word) > STEM}


def _blocked(wish: Intent, scene: Scene) -> Say | None:
    facts = scene.result(ACCOUNT) or {}
    problem = next((name for name in BLOCKING if name in facts.get("problems", ())), "")
    skill = BLOCKING.get(problem, "")
    return tell(BY_NAME[skill], facts, replace(wish, act=ACTS[skill]), scene) if skill else None


def _outdated(wish: Intent, scene: Scene) -> Say | None:
    rows = (scene.result(DEVICES) or {}).get("devices", ())
    say = skillbook(scene.language).skills["devices"].say
    best = scene.best(RELEVANT)
    if scene.open_tickets or (best is not None and best.id not in in_use().profile.app_faults):
        return None  # it may be about what was reported, or about something that no app explains
    meant = _kinds(" ".join(scene.customer))
    old = [row for row in rows if "outdated_app" in row.get("problems", ()) and _is_meant(row, meant)]
    text = " ".join(fill(say["outdated_app"], row, scene.language) for row in old)
    return Say(text, matter=wish.matter(HELPED)) if text.strip() else None


def _is_meant(row: Mapping[str, Any], meant: set[str]) -> bool:
    """A device that the customer's words may be about; its own name tells more than its system."""
    kinds = _kinds(str(row.get("name", ""))) or _kinds(str(row.get("platform", "")))
    return not (meant and kinds) or bool(meant & kinds)


def _kinds(text: str) -> set[str]:
    return {kind for kind, stems in values("device").items() if contains(stems, text)}
