"""Whether the customer has ordered an act or agreed to it, whatever model wants to carry it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from app.core.actions import Action, tool_name
from app.core.models import OPERATOR, Said
from app.core.ports import Given
from app.engines.offline.agreement import answer_to, holds_back, opens_with_a_question, reserves
from app.engines.offline.entities import number_in, numbers_counted, slots_in, values_in
from app.engines.offline.intents import OFFER, SKILLS, WHICH, YES_OR_NO, Skill
from app.engines.offline.lexicon import contains, manner, plain, words_of
from app.engines.offline.tracker import BACK, SHORT, find_question
from app.engines.offline.understanding import demanded

BINDING = {skill.tool: skill for skill in SKILLS if skill.binding}
ANY_DAY = date(2000, 1, 3)
TERMS = {"item": "item", "plan": "item", "period": "period", "delivery": "delivery"}
"""Fields of acts, and the slots that they are of."""
LOOKS_FIRST = ("refund", OFFER)
"""This offer is to look for the payment: the yes to it returns nothing yet."""
_QUOTED = re.compile(r"[«“\"][^»”\"]*[»”\"]")


def consent(action: Action, lines: Sequence[Said]) -> Given:
    """How it was given, if it was. The last of `lines` is the customer's."""
    skill = BINDING[tool_name(type(action))]
    said, last = _trailing(lines)
    again = bool(getattr(action, "again", None))
    if last is not None and all(_agrees(skill, line, last) for line in said):
        texts = [last, *_customer(lines[: -len(said)])]
        return "agreed" if _as_named(action, texts) and (not again or _one_more(last)) else ""
    return "ordered" if not again and _ordered(skill, lines) and _as_named(action, _customer(lines)) else ""


def _one_more(message: str) -> bool:
    """The offer says that the same was ordered before."""
    return contains(manner("one_more"), message)


def _trailing(lines: Sequence[Said]) -> tuple[list[str], str | None]:
    """What was said since our last message, and that message; None where it is a person's."""
    said: list[str] = []
    for line in reversed(lines):
        if line.role != "customer":
            return said, line.content if line.agent != OPERATOR else None
        said.append(line.content)
    return said, None


def _agrees(skill: Skill, said: str, last: str) -> bool:
    answer = answer_to(skill.name, said, last)
    given = answer == "yes" or (answer == "ack" and opens_with_a_question(last))
    return given and _offers(skill, last)


def _offers(skill: Skill, message: str) -> bool:
    """One question, and it is whether to do this."""
    known = find_question(message)
    if known is not None:
        return known[0] == skill and known[1] in YES_OR_NO and (skill.name, known[1]) != LOOKS_FIRST
    told = _QUOTED.sub(" ", plain(message))
    about = [w for words in words_of(skill.name) for w in (*words.do, *words.to, *words.noun, *words.thing)]
    return told.count("?") == 1 and contains(tuple(about), told)


def _ordered(skill: Skill, lines: Sequence[Said]) -> bool:
    """The last line demands it, or gives what we asked to know of a demand before it."""
    for n in range(len(lines) - 1, max(-1, len(lines) - 2 * BACK), -1):
        line, before = lines[n], lines[:n]
        if line.role != "customer":
            if line.agent == OPERATOR or "?" not in line.content:
                return False
        elif _demands(skill, line.content, before):
            return True
        elif holds_back(line.content) or not slots_in(line.content, ANY_DAY, skill.past):
            return False
        elif before and find_question(before[-1].content) == (skill, WHICH):
            return True
    return False


def _demands(skill: Skill, said: str, before: Sequence[Said]) -> bool:
    """Beside an offer of ours only a demand that needs none of its words, and holds nothing back, is one."""
    if before and before[-1].role == "agent" and _offers(skill, before[-1].content):
        return demanded(skill.name, said) and not reserves(said)
    return demanded(skill.name, said, _around(before, said)) and not holds_back(said)


def _around(before: Sequence[Said], said: str) -> str:
    if len(said.split()) > SHORT:
        return ""
    return " ".join([*_customer(before)[:1], *[line.content for line in before[-1:]]])


def _customer(lines: Sequence[Said]) -> list[str]:
    """The customer's last few lines, the latest first."""
    return [line.content for line in reversed(lines) if line.role == "customer"][:BACK]


def _as_named(action: Action, texts: Sequence[str]) -> bool:
    """What a model puts into the act was said: by us in the offer, else by the customer."""
    wanted = action.model_dump(exclude_none=True)
    said = [plain(text) for text in texts]
    terms = {kind: str(wanted[field]) for field, kind in TERMS.items() if field in wanted}
    named = all(_among(value, (values_in(kind, text) for text in said)) for kind, value in terms.items())
    counted = [found for text in said if (found := numbers_counted(text))]
    pieces = wanted.get("quantity", 1) in (counted[0] if counted else {1})
    numbers = [number for text in texts if (number := number_in("payment", text))]
    payment = "payment" not in wanted or not numbers or number_in("payment", wanted["payment"]) == numbers[0]
    return named and pieces and payment


def _among(value: str, found: Iterable[Sequence[str]]) -> bool:
    """In the latest line that names any."""
    return value in next((names for names in found if names), ())
