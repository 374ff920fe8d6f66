"""Lines that lean on what was said: answered from what was done, what stands open and what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.core.wording import spoken
from app.engines.offline import acts, talk
from app.engines.offline.articles import find_article
from app.engines.offline.changes import changed
from app.engines.offline.conversation import Call, Move, PastDeed, Say, Scene
from app.engines.offline.lexicon import contains, plain, values
from app.engines.offline.neighbours import verbs_of
from app.engines.offline.pausing import pauses
from app.engines.offline.question_words import leans, stems_of
from app.engines.offline.refusals import ends_in_refusal
from app.engines.offline.responses import fill
from app.engines.offline.skills import hand_over, perform
from app.engines.offline.wishes import DECLINED, OFFER, Intent, corrected, skill_of

Texts = Mapping[str, Any]
KINDS = {
    "ask_when": "when",
    "ask_amount": "amount",
    "ask_number": "number",
    "ask_sure": "sure",
    "ask_why": "why",
}
ASKS = frozenset(KINDS)
UNDONE_BY = {
    "create_order": "cancel_order",
    "cancel_subscription": "resume_plan",
    "resume_subscription": "cancel_plan",
    "create_payment_link": "cancel_order",
    "book_callback": "cancel_call",
    "move_callback": "cancel_call",
    "open_ticket": "close_ticket",
    "open_complaint": "close_ticket",
}
"""The act that takes a deed back, where there is one."""
MONEY = {"ask_when": "ask_next_charge", "ask_amount": "ask_next_charge"}
REFUND = "refund_payment"
RESUMED = "resume_subscription"
RENEWAL = ("cancel_subscription", RESUMED)
OF_PLAN = frozenset({*RENEWAL, "change_subscription", "create_order"})
FROM_ACCOUNT = acts.PLAN | {"ask_rules"}
CALLED_OFF_BY = {**dict.fromkeys(acts.ORDERS, "cancel_order"), **dict.fromkeys(acts.CALLS, "cancel_call")}
"""What "cancel it" means after these, though nothing was done in the dialog."""


def texts(language: str) -> Texts:
    found: Texts = spoken("follow_ups", language)
    return found


def answer(wish: Intent, scene: Scene) -> Move | None:
    """None where the line leans on nothing that is known."""
    if pauses(wish.said):
        return _wait(scene)
    if other := changed(wish, scene):
        return _again(other, scene)
    if _is_in_question(wish, scene):
        return propose_again(scene, _of_today(wish, scene))
    if wish.act in ASKS:
        return _leave(wish, scene) if ends_in_refusal(wish.said) else _asked(wish, scene)
    if wish.act == "ask_refund_status" or (wish.act == "ask_next_charge" and scene.matter.act == "refund"):
        return _of_refund(wish, scene)
    if wish.act == "confirm" and scene.proposal:
        return propose_again(scene)
    if wish.act == "undo":
        return _undo(wish, scene)
    if wish.act == "ask_rules" and scene.proposal:
        return _beside_question(wish, scene)
    if wish.act in ("correct", "give_data"):
        corrected_one = corrected(wish, scene)
        return _again(corrected_one, scene) if corrected_one else None
    if wish.act in (DECLINED, "refuse", "postpone"):
        return _leave(wish, scene)
    return None


def _wait(scene: Scene) -> Move:
    """Whatever we asked stands; nothing is declined."""
    text = talk.pick(texts(scene.language)["waiting"], scene)
    return propose_again(scene, text) if scene.proposal else Say(text, matter=scene.matter)


def propose_again(scene: Scene, text: str = "") -> Move:
    """The question is put again, behind the words: so that the next yes counts."""
    tool = str(scene.proposal["tool"])
    if tool not in scene.offered:
        return hand_over(tool, scene)
    if scene.result(tool) is None:
        return Call(tool, dict(scene.proposal["arguments"]))
    return Say(text, matter=scene.matter.model_copy(update={"asked": ""}), proposes=True)


def _beside_question(wish: Intent, scene: Scene) -> Move:
    """What an article says of it, or that none does, before our question; another act that it may ask for."""
    read = next((part.reading.acts for part in scene.parts if part.text == wish.text), ())
    rather = next((act for act, p in read[:2] if act in acts.DEMANDS and p >= acts.LIKELY), "")
    skill = skill_of(rather)
    if skill and skill.tool != scene.proposal["tool"]:
        return perform(skill, replace(wish, act=rather), scene)
    article = find_article(wish, scene)
    told = article.intro if article and not scene.has_told(article) else ""
    move = propose_again(scene, told or talk.pick(texts(scene.language)["no_answer"], scene))
    return replace(move, citations=[article.id]) if isinstance(move, Say) and told and article else move


def _is_in_question(wish: Intent, scene: Scene) -> bool:
    """Until when, and what is charged next, is said by the question that was just put."""
    is_put = scene.proposal.get("tool") in RENEWAL and scene.last.rstrip().endswith("?")
    return is_put and wish.act in ("ask_when", "ask_plan", "ask_next_charge") and not _is_done_since(scene)


def _of_today(wish: Intent, scene: Scene) -> str:
    """That a renewal takes nothing at once, where that may be what is asked."""
    charged = wish.act == "ask_next_charge" and scene.proposal["tool"] == RESUMED
    return talk.pick(texts(scene.language)["nothing_today"], scene) if charged else ""


def repeat_question(scene: Scene) -> Move | None:
    """Once, where a line beside an open question says nothing that is understood."""
    tool = str(scene.proposal.get("tool", ""))
    if scene.matter.act == "undo":
        return None
    put = sum(deed.tool == tool and deed.status == "proposed" for deed in scene.deeds)
    return propose_again(scene) if tool and put <= 1 else None


def last_deed(scene: Scene) -> PastDeed | None:
    """The latest that was done, or waits for a person."""
    return next((deed for deed in reversed(scene.deeds) if deed.status in ("done", "approval")), None)


def _asked(wish: Intent, scene: Scene) -> Move | None:
    kind, matter = KINDS[wish.act], scene.matter
    if kind == "amount" and matter.act in acts.CALLS and scene.deeds:  # a call has no price, but an hour
        kind = "when"
    if kind == "sure" and (other := _of_another(wish, scene)):
        return other
    if scene.proposal and matter.act != "undo" and not _is_done_since(scene):
        facts = {**scene.proposal, "status": "proposed"}
        if text := _text(kind, str(scene.proposal.get("tool", "")), facts, scene):
            return propose_again(scene, text)
    deed = last_deed(scene)
    if deed and (text := _text(kind, deed.tool, {**deed.facts, "number": deed.number}, scene)):
        return Say(text, matter=matter.model_copy(update={"asked": ""}))
    if kind == "number":
        return _again(replace(wish, act=matter.act if _reads(matter.act) else "ask_ticket"), scene)
    if kind == "sure" and _reads(matter.act):
        return _again(replace(wish, act=matter.act, slots=dict(matter.slots)), scene)
    if kind == "sure":
        return Say(talk.pick(texts(scene.language)["nothing_done"], scene), matter=matter)
    if kind == "amount" and matter.act == "order" and "item" in matter.slots:
        return _again(replace(wish, act="ask_price", slots=dict(matter.slots)), scene)
    if kind == "when" and matter.act == talk.PERSON:
        return Say(talk.pick(texts(scene.language)["no_term"], scene), matter=matter)
    free = kind == "amount" and matter.act in acts.TICKETS | acts.CALLS  # nothing of it has a price
    told = matter.act in FROM_ACCOUNT or free or (not matter.act and leans(wish.said))
    if kind in ("when", "amount") and told:
        return _again(replace(wish, act=MONEY[wish.act], text=wish.said), scene)
    if matter.act == "ask_outage" and kind == "when":
        return Say(_without_term(scene), matter=matter)
    if _reads(matter.act) or (kind == "amount" and matter.act in ("refund", "order", "change_plan")):
        return _again(
            replace(wish, act=matter.act, text=f"{matter.text}\n{wish.said}", slots=dict(matter.slots)), scene
        )
    return None


def _of_another(wish: Intent, scene: Scene) -> Move | None:
    """The line asks of something else than was done here: whether money went back, or the plan stands."""
    known = (str(scene.proposal.get("tool", "")), *(deed.tool for deed in scene.deeds))
    if REFUND not in known and contains(verbs_of(REFUND), wish.said):
        return _again(replace(wish, act="ask_refund_status"), scene)
    if not OF_PLAN & set(known) and contains(stems_of(RENEWAL[0]), wish.said):
        return _again(replace(wish, act="ask_plan"), scene)
    return None


def _is_done_since(scene: Scene) -> bool:
    """Something else was done after the question that stands open was put."""
    became = [deed.status for deed in scene.deeds if deed.status in ("proposed", "done", "approval")]
    return bool(became) and became[-1] != "proposed"


def _of_refund(wish: Intent, scene: Scene) -> Move | None:
    """Whether the money is on its way: by what was asked for here, before the records of all payments."""
    deed = next(
        (d for d in reversed(scene.deeds) if d.tool == REFUND and d.status in ("done", "approval")), None
    )
    if scene.proposal.get("tool") == REFUND and not _is_done_since(scene):
        return _asked(replace(wish, act="ask_when" if wish.act == "ask_next_charge" else "ask_sure"), scene)
    if deed is None:
        return None
    facts = {**deed.facts, "number": deed.number}
    told = (
        _text(kind, REFUND, facts, scene)
        for kind in ("sure", "when")
        if kind == "sure" or deed.status == "done"
    )
    return Say(" ".join(told), matter=scene.matter.model_copy(update={"asked": ""}))


def of_outage(wish: Intent, scene: Scene) -> Say | None:
    """What might be tried on the customer's side is of no use while an outage lasts that was told of."""
    about = scene.matter.act == "ask_outage" and wish.act in {*acts.LOOKED_UP, *acts.STILL}
    if not about or not any(_is_met(row, scene) for row in _lasting(scene)):
        return None
    return Say(talk.pick(texts(scene.language)["outage_ours"], scene), matter=scene.matter)


def _lasting(scene: Scene) -> list[Mapping[str, Any]]:
    """Outages that were looked up in the dialog and last."""
    looked = next((d.facts for d in reversed(scene.deeds) if d.tool == "service_status"), {})
    return [row for row in looked.get("incidents", ()) if row.get("state") == "lasting"]


def _is_met(incident: Mapping[str, Any], scene: Scene) -> bool:
    """The customer has named the service: another's outage explains nothing."""
    stems = values("service").get(str(incident.get("service")), ())
    return any(contains(stems, plain(said)) for said in scene.customer)


def _without_term(scene: Scene) -> str:
    """Nothing says when; of an outage it is known since when."""
    rows = _lasting(scene)
    since = fill(texts(scene.language)["outage_since"], rows[0], scene.language) if rows else ""
    return since or talk.pick(texts(scene.language)["no_term"], scene)


def _reads(act: str) -> bool:
    skill = skill_of(act)
    return skill is not None and skill.reads


def _again(wish: Intent, scene: Scene) -> Move | None:
    skill = skill_of(wish.act)
    return perform(skill, wish, scene) if skill else None


def _text(kind: str, tool: str, facts: Mapping[str, Any], scene: Scene) -> str:
    """The words for this tool, by what became of it; else those for any."""
    known = texts(scene.language)[kind]
    became = str(facts.get("status", ""))
    for key in (f"{tool}_{became}", tool if became == "done" else "", f"any_{became}"):
        if found := fill(known.get(key, ()), facts, scene.language):
            return found
    return ""


def _undo(wish: Intent, scene: Scene) -> Move:
    """An open proposal is dropped; what is done is taken back by the act for that, if there is one."""
    say = texts(scene.language)["undo"]
    deed = last_deed(scene)
    if not scene.proposal and deed is None and (act := CALLED_OFF_BY.get(scene.matter.act)):
        return _again(replace(wish, act=act), scene) or talk.ask_back(wish, scene)
    if scene.proposal or deed is None:
        return Say(talk.pick(say["nothing"], scene), matter=wish.matter(), declines=True)
    act = UNDONE_BY.get(deed.tool) if deed.status == "done" else None
    skill = skill_of(act or "")
    if act is None or skill is None:
        text = fill(say.get(deed.tool, say["cannot"]), {**deed.facts, "number": deed.number}, scene.language)
        return Say(text, matter=wish.matter(OFFER, "person"))
    number = str(deed.facts.get(skill.lookup.argument, deed.number)) if skill.lookup else ""
    known = {skill.lookup.argument: number} if skill.lookup and number else {}
    return perform(skill, Intent(act, wish.said, wish.said, known), scene)


def _leave(wish: Intent, scene: Scene) -> Say:
    kept = scene.matter.model_copy(update={"asked": ""})
    if not scene.proposal and scene.matter.asked == OFFER and (deed := last_deed(scene)):
        return Say(_left_at(deed, scene), matter=kept)
    key = "postponed" if wish.act == "postpone" else "declined"
    return Say(talk.pick(texts(scene.language)[key], scene), matter=kept, declines=True)


def _left_at(deed: PastDeed, scene: Scene) -> str:
    """No to what was offered after a deed, which stands."""
    said = texts(scene.language)["left"]
    unpaid = deed.tool == "create_order" and scene.matter.offered == "pay_link"
    facts = {**deed.facts, "number": deed.number}
    return (unpaid and fill(said["create_order"], facts, scene.language)) or talk.pick(said["any"], scene)
