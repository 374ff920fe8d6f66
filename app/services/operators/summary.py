"""The briefing for an operator who opens a dialog (made without a model), and the texts operators read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import cast

from pydantic import BaseModel, Field

from app.agents.tools.presentation import money, present, term
from app.core.backoffice import Account
from app.core.called import Why, find_why
from app.core.cleaned_text import spoken_language
from app.core.company import in_use
from app.core.dialog import Dialog, Message
from app.core.events import Event
from app.core.locales import read
from app.core.models import ToolUse, Turn
from app.services.dialogs.consents import live_proposal
from app.services.operators.records import ORDER
from app.services.operators.wish import PERSON, calm_words, find_wish, short

Wording = dict[str, dict[str, str]]
_QUOTED = re.compile(r'"([^"]*)"')
WAYS = {"delivery": "delivery_by"}


def wording(language: str) -> Wording:
    """English where there is nothing in the language."""
    return cast(Wording, read("operators", language))


WEIGHED = (
    "words:",
    "no single word decided",
    "a follow-up",
    "the customer has decided",
    "a person has decided",
)


def name_agent(name: str | None, language: str) -> str:
    known = in_use().agent_titles(language) | wording(language)["agents"]
    return known.get(name or "", name or "—")


def because(reason: str, language: str) -> str:
    """The router's own sentences in that language; what a person or a model wrote stays as it is."""
    known = wording(language)["router"]
    said = next((beginning for beginning in known if reason.startswith(beginning)), None)
    if said is None:
        return reason
    return known[said] + _QUOTED.sub(lambda found: quote(found[1], language), reason.removeprefix(said))


def is_weighed(reason: str) -> bool:
    """How the router came to it is of no use to somebody who takes over."""
    return reason.startswith(WEIGHED)


def quote(words: str, language: str) -> str:
    return wording(language)["quotes"]["words"].format(words=words)


def name_plan(plan: str, language: str) -> str:
    return wording(language)["worth"]["plan"].format(plan=term("plan", plan, language))


def name_payment(roubles: int, language: str) -> str:
    return wording(language)["worth"]["paid"].format(paid=money(roubles, language))


def name_values(facts: Mapping[str, object], language: str) -> dict[str, str]:
    """Plans, goods, sums and ways of delivery as people read them; names of sums lose their `_rub`."""
    known = {WAYS.get(name, name): value for name, value in facts.items() if value not in (None, "")}
    return {name: str(value) for name, value in present(known, language).items()}


def name_span(seconds: float, language: str) -> str:
    """Minutes up to two hours, hours up to two days."""
    units = {"days": (86_400, 2), "hours": (3600, 2), "minutes": (60, 1)}
    enough = (name for name, (unit, least) in units.items() if seconds >= least * unit)
    name = next(enough, "moment")
    count = int(seconds // units[name][0]) if name in units else 0
    return wording(language)["spans"][name].format(count=count)


STATES, PROMISED = ("done", "approval", "refused"), ("done", "approval")
OBJECTS = ("payment", "order", "ticket", "call", "incident")  # what an act is done to


class Briefing(BaseModel):
    """Handoff summary. `language` is that of the dialog.

    `wish` is the line of `wanted` that states the matter, without shouts, and `topic` its name in our words;
    `called`: what brought a person, as analytics
    counts it; `open`: what waits for the customer, orders to pay for and proposals. `promised`: done, or
    pending approval, each as it stands now; `withheld`: blocked claims, which were never sent.
    """

    language: str
    who: str
    wanted: str
    wish: str = ""
    topic: str = ""
    why: str = ""
    called: Why = ""
    open: list[str] = Field(default_factory=list)
    tried: list[str] = Field(default_factory=list)
    promised: list[str] = Field(default_factory=list)
    withheld: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    last_by: str = ""
    last_message: str = ""


def name_by_id(article_id: str, _language: str) -> str:
    return article_id


def briefing(
    dialog: Dialog,
    account: Account | None = None,
    reader: str | None = None,
    title_of: Callable[[str, str], str] = name_by_id,
    unpaid: Collection[str] = (),
) -> Briefing:
    """In the language of the `reader`, else of the dialog; quotations are not translated.

    `wanted` and the fields after it cover the time since the last handback. `unpaid` are numbers of orders.
    """
    spoken = language_in(dialog)
    language = reader or spoken
    lines = _since_handback(dialog)
    turns = [line.turn for line in lines if line.turn]
    tools = [tool for turn in turns for tool in turn.tools]
    last = dialog.messages[-1] if dialog.messages else None
    words = wording(language)["briefing"]
    wish = find_wish(dialog, lines, words["asks_person"])
    return Briefing(
        language=spoken,
        who=_who(dialog, account, language),
        wanted=wish.wanted or words["nothing"],
        wish=calm_words(wish.matter),
        topic=_topic(turns, language, title_of),
        why=because(dialog.escalation.reason, language) if dialog.escalation else "",
        called=find_why(lines, dialog.escalation is not None),
        tried=_unique(
            chain(
                (words["customer"].format(words=quote(said, language)) for said in wish.since),
                _hops(turns, language),
                _moves(dialog.events, language),
                _articles(turns, language, title_of),
                _list_refusals(tools, language),
            )
        ),
        open=_unique(_list_open(dialog, unpaid, language)),
        promised=_unique(_list_promises(tools, language, unpaid)),
        withheld=_unique(words for turn in turns for words in turn.withheld),
        notes=[f"{note.by}: {note.text}" for note in dialog.notes if note.text],
        last_by=(last.agent_type or last.role) if last else "",
        last_message=short(last.content) if last else "",
    )


def language_in(dialog: Dialog) -> str:
    return spoken_language(customer_lines(dialog))


def customer_lines(dialog: Dialog) -> list[str]:
    return [m.content for m in dialog.messages if m.role == "customer"]


def _since_handback(dialog: Dialog) -> list[Message]:
    """All lines if the customer has not written since."""
    back = dialog.notes[-1].at if dialog.notes else None
    later = [m for m in dialog.messages if back is None or m.timestamp > back]
    return later if any(m.role == "customer" for m in later) else dialog.messages


def _who(dialog: Dialog, account: Account | None, language: str) -> str:
    if account is None:
        return dialog.customer_id
    words, customer = wording(language), account.customer
    since = words["briefing"]["since"].format(year=customer.since.year)
    return ", ".join([f"{customer.name} ({customer.customer_id})", *_plan(account, language), since])


def _plan(account: Account, language: str) -> Iterator[str]:
    if account.subscription:
        yield name_plan(account.subscription.plan, language)


def _hops(turns: list[Turn], language: str) -> Iterator[str]:
    words = wording(language)["briefing"]["hop"]
    for handoff in (handoff for turn in turns for handoff in turn.hops):
        parts = ("" if is_weighed(handoff.reason) else because(handoff.reason, language), handoff.known)
        told = "; ".join(short(part) for part in parts if part)
        names = {
            "from_agent": name_agent(handoff.from_agent, language),
            "to": name_agent(handoff.to, language),
        }
        yield words.format(**names, reason=told).removesuffix(": ")


def _moves(events: Iterable[Event], language: str) -> Iterator[str]:
    """Reroutes by operators, with the reason."""
    words = wording(language)["briefing"]["moved"]
    for told in (event.data for event in events if event.kind == "dialog.rerouted"):
        agents = {"from_agent": told.get("from_agent"), "to": told.get("agent")}
        names = {key: name_agent(str(name or ""), language) for key, name in agents.items()}
        yield words.format(by=told.get("by"), reason=told.get("reason"), **names)


def _articles(turns: list[Turn], language: str, title_of: Callable[[str, str], str]) -> Iterator[str]:
    if names := _unique(title_of(name, turn.language) for turn in turns for name in turn.citations):
        yield wording(language)["briefing"]["articles"].format(names=", ".join(names))


def _list_refusals(tools: list[ToolUse], language: str) -> Iterator[str]:
    words = wording(language)["briefing"]["refused"]
    for tool in (tool for tool in tools if tool.status == "refused"):
        yield words.format(tool=_title(tool, language), reason=_reason(tool, language))


def _list_open(dialog: Dialog, unpaid: Collection[str], language: str) -> Iterator[str]:
    """Of the whole dialog: a handback settles none of it."""
    turns = [m.turn for m in dialog.messages if m.turn]
    used = [tool for turn in turns for tool in turn.tools]
    placed = [tool for tool in used if tool.name == ORDER and tool.number in unpaid]
    yield from _list_promises(placed, language, unpaid)
    if proposal := live_proposal(dialog):
        words = wording(language)
        tool = words["tools"].get(proposal.tool, proposal.tool)
        yield words["briefing"]["proposed"].format(tool=tool)


def _list_promises(tools: list[ToolUse], language: str, unpaid: Collection[str]) -> Iterator[str]:
    words = wording(language)
    latest = {_act(tool): tool for tool in tools if tool.status in STATES}
    for tool in (tool for tool in latest.values() if tool.status in PROMISED):
        stands = "unpaid" if tool.name == ORDER and tool.number in unpaid else tool.status
        told = words["briefing"][stands].format(tool=_title(tool, language))
        yield f"{told} ({tool.number})" if tool.number else told


def _act(tool: ToolUse) -> tuple[str, str]:
    """What was done to what: an approval and what came of it are one act."""
    try:
        told = json.loads(tool.result)
    except ValueError:
        told = {}
    result = told if isinstance(told, dict) else {}
    about = {**result, **tool.arguments}
    return tool.name, next((str(about[name]) for name in OBJECTS if about.get(name)), tool.number)


def _reason(tool: ToolUse, language: str) -> str:
    """From the tool result as the model received it."""
    try:
        told = json.loads(tool.result)
    except ValueError:
        return short(tool.result)
    if not isinstance(told, dict):
        return short(tool.result)
    reason = str(told.get("reason", ""))
    return wording(language)["refusals"].get(reason, short(reason))


def _title(tool: ToolUse, language: str) -> str:
    return wording(language)["tools"].get(tool.name, tool.name)


def _topic(turns: list[Turn], language: str, title_of: Callable[[str, str], str]) -> str:
    """What the latest turn with a matter was about: by its name, else by the article that was told."""
    known = wording(language)["matters"]
    for turn in reversed(turns):
        act = turn.matter.act if turn.matter else ""
        if act in known and not (turn.citations and act == "fault"):
            return known[act]
        if turn.citations and act != PERSON:
            return title_of(turn.citations[0], language)
    return ""


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
