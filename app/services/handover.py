"""What a person is told when coming into a dialog. Taken from the dialog as it stands; no model is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import BaseModel, Field

from app.core.backoffice import Account
from app.core.dialog import Dialog, Message
from app.core.models import ToolUse, Turn
from app.core.text import clean, spoken_language
from app.services.wording import wording

LONG = 240
TELLING = 3  # words from which a line says what is wanted; before it come greetings


class Briefing(BaseModel):
    """In the dialog's language. `promised` was done or awaits a person; `withheld` was never sent."""

    language: str
    who: str
    wanted: str
    why: str = ""
    tried: list[str] = Field(default_factory=list)
    promised: list[str] = Field(default_factory=list)
    withheld: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    last_by: str = ""
    last_message: str = ""


def briefing(dialog: Dialog, account: Account | None = None) -> Briefing:
    """`wanted` and what follows tell of the time since the dialog was last handed back."""
    language = language_in(dialog)
    lines = _since_handback(dialog)
    turns = [line.turn for line in lines if line.turn]
    tools = [tool for turn in turns for tool in turn.tools]
    last = dialog.messages[-1] if dialog.messages else None
    return Briefing(
        language=language,
        who=_who(dialog, account, language),
        wanted=_wanted(lines) or wording(language)["briefing"]["nothing"],
        why=dialog.escalation.reason if dialog.escalation else "",
        tried=_once([*_hops(turns, language), *_articles(turns, language), *_refused(tools, language)]),
        promised=_once(_kept(tools, language)),
        withheld=_once(words for turn in turns for words in turn.withheld),
        notes=[f"{note.by}: {note.text}" for note in dialog.notes],
        last_by=(last.agent_type or last.role) if last else "",
        last_message=short(last.content) if last else "",
    )


def language_in(dialog: Dialog) -> str:
    return spoken_language(customer_lines(dialog))


def customer_lines(dialog: Dialog) -> list[str]:
    return [m.content for m in dialog.messages if m.role == "customer"]


def short(text: str) -> str:
    line = clean(text)
    return line if len(line) <= LONG else f"{line[: LONG - 1].rstrip()}…"


def _since_handback(dialog: Dialog) -> list[Message]:
    """All of it where nobody has written since."""
    back = dialog.notes[-1].at if dialog.notes else None
    later = [m for m in dialog.messages if back is None or m.timestamp > back]
    return later if any(m.role == "customer" for m in later) else dialog.messages


def _who(dialog: Dialog, account: Account | None, language: str) -> str:
    if account is None:
        return dialog.customer_id
    words, customer = wording(language), account.customer
    plan = [words["worth"]["plan"].format(plan=s.plan)] if (s := account.subscription) else []
    since = words["briefing"]["since"].format(year=customer.since.year)
    return ", ".join([f"{customer.name} ({customer.customer_id})", *plan, since])


def _wanted(lines: list[Message]) -> str:
    said = [short(m.content) for m in lines if m.role == "customer"]
    return next((line for line in said if len(line.split()) >= TELLING), said[0] if said else "")


def _hops(turns: list[Turn], language: str) -> Iterator[str]:
    words = wording(language)["briefing"]["hop"]
    for hop in (hop for turn in turns for hop in turn.hops):
        told = "; ".join(short(part) for part in (hop.reason, hop.known) if part)
        yield words.format(from_agent=hop.from_agent or "—", to=hop.to, reason=told or "—")


def _articles(turns: list[Turn], language: str) -> Iterator[str]:
    if names := _once(name for turn in turns for name in turn.citations):
        yield wording(language)["briefing"]["articles"].format(names=", ".join(names))


def _refused(tools: list[ToolUse], language: str) -> Iterator[str]:
    words = wording(language)
    for tool in (tool for tool in tools if tool.status == "refused"):
        yield words["briefing"]["refused"].format(tool=_title(tool, language), reason=_reason(tool))


def _kept(tools: list[ToolUse], language: str) -> Iterator[str]:
    words = wording(language)
    for tool in (tool for tool in tools if tool.status in ("done", "approval")):
        told = words["briefing"][tool.status].format(tool=_title(tool, language))
        yield f"{told} ({tool.number})" if tool.number else told


def _reason(tool: ToolUse) -> str:
    """As it stands in the outcome that the model read."""
    try:
        told = json.loads(tool.result)
    except ValueError:
        return short(tool.result)
    return short(str(told.get("reason", ""))) if isinstance(told, dict) else short(tool.result)


def _title(tool: ToolUse, language: str) -> str:
    return wording(language)["tools"].get(tool.name, tool.name)


def _once(lines: Iterator[str] | list[str]) -> list[str]:
    return list(dict.fromkeys(lines))
