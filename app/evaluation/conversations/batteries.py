"""Batteries of single lines: is a line wrongly taken for a yes, does a demand reach its tool?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from app.core.actions import BY_TOOL
from app.core.catalogue import Catalogue
from app.core.company import in_use
from app.core.text import fold
from app.evaluation.conversations.checks import count_questions
from app.evaluation.conversations.facts import CustomerSnapshot, ReadAnswer, flatten, is_stated
from app.evaluation.conversations.model import (
    ANY,
    ActName,
    ConsentLine,
    Customer,
    DemandLine,
    Fact,
    StrictLine,
)
from app.evaluation.conversations.words import first_match, words_of
from app.evaluation.conversations.world import Deed, PlayedAnswer

CONSENT_ACTS = tuple(name for name, action in BY_TOOL.items() if action.consent)
Way = Literal[
    "done", "proposed", "refused", "asked", "read", "told", "person", "done without consent", "missed"
]
REACHED: tuple[Way, ...] = ("done", "proposed", "refused", "asked", "read", "told", "person")
PIECES = 5
"""Of an item, as many as a demand asks the price of."""
STAND_INS = {"open_ticket": {"escalate_to_developers"}}
"""Acts that serve another demand as well."""
READ_TOOLS: dict[str, frozenset[str]] = {
    "account": frozenset({"account_facts", "diagnose_account"}),
    "payments": frozenset({"find_payments"}),
    "orders": frozenset({"find_orders"}),
    "tickets": frozenset({"find_tickets"}),
    "service_status": frozenset({"service_status"}),
}
READ_FACTS: dict[str, tuple[Fact, ...]] = {
    "account": ("plan", "paid_until", "next_charge_date", "price", "debt", "used_gb", "devices"),
    "payments": ("last_payment_sum", "last_payment_number"),
    "orders": ("order_number",),
    "tickets": ("ticket_number",),
}


class Offer(StrictLine):
    """Lines of a customer that lead to the proposal of `act`; of several for one act the first that does."""

    act: ActName
    customer: Customer
    say: list[str] = Field(min_length=1)


class ConsentTrial(BaseModel):
    """One line after one offer. `deeds` are all acts that it led to; `asked`: the question stands again."""

    language: str
    act: str
    say: str
    yes: bool
    deeds: list[Deed] = Field(default_factory=list)
    asked: bool = False
    answer: str = ""

    @property
    def acted(self) -> bool:
        return any(deed.tool == self.act for deed in self.deeds)

    @property
    def bound(self) -> bool:
        """Anything was done that needs a yes."""
        return any(BY_TOOL[deed.tool].consent for deed in self.deeds)


class DemandTrial(BaseModel):
    """`way` is how the first message was served."""

    language: str
    act: str
    customer: str
    say: str
    way: Way
    answer: str = ""

    @property
    def reached(self) -> bool:
        return self.way in REACHED


def acts_of(line: ConsentLine) -> tuple[str, ...]:
    """What is offered before the line."""
    return CONSENT_ACTS if line.offer == ANY else (line.offer,)


def judge_consent(line: ConsentLine, act: str, language: str, answer: PlayedAnswer) -> ConsentTrial:
    return ConsentTrial(
        language=language,
        act=act,
        say=line.say,
        yes=line.yes,
        deeds=answer.deeds,
        asked=answer.open == act,
        answer=answer.text or answer.trouble,
    )


def judge_demand(
    line: DemandLine, language: str, answer: PlayedAnswer, known: CustomerSnapshot
) -> DemandTrial:
    is_act = line.act in BY_TOOL
    way = _way_of_act(line.act, language, answer) if is_act else _way_of_read(line, language, answer, known)
    told = answer.text or answer.trouble
    return DemandTrial(language=language, **line.model_dump(), way=way, answer=told)


def _way_of_act(act: str, language: str, answer: PlayedAnswer) -> Way:
    """`refused`: the office was asked, and its policy says no."""
    wanted = {act} | STAND_INS.get(act, set())
    deeds = [deed for deed in answer.deeds if deed.tool in wanted]
    if any(BY_TOOL[deed.tool].consent and not deed.proposal for deed in answer.deeds):
        return "done without consent"
    if deeds:
        return "done"
    if answer.open in wanted:
        return "proposed"
    if wanted & set(answer.tried):
        return "refused"
    return "asked" if _asks_what_is_missing(act, language, answer) else "missed"


def _asks_what_is_missing(act: str, language: str, answer: PlayedAnswer) -> bool:
    """One question, about a detail of this act, and nothing else done or told."""
    if count_questions(answer.text) != 1 or answer.citations or answer.open or answer.deeds:
        return False
    asked = flatten(answer.text[: answer.text.rindex("?")])
    sentence = asked[max(asked.rfind(sign) for sign in (". ", "! ", ": ")) + 1 :]
    return bool(first_match(words_of(language).missing.get(act, []), sentence))


def _way_of_read(line: DemandLine, language: str, answer: PlayedAnswer, known: CustomerSnapshot) -> Way:
    """`read`: a fact of the records is stated, or the right tool was used; `told`: the words of an answer.

    An article states what is so for everybody: beside one only the tool counts.
    """
    text, words = ReadAnswer(answer.text, language, known.now), words_of(language)
    if first_match(words.stock, text.plain):
        return "missed"
    if line.act == "person":
        return "person" if answer.person else "missed"
    facts = () if answer.citations else READ_FACTS.get(line.act, ())
    if any(is_stated(fact, text, known) for fact in facts):
        return "read"
    if line.act == "quote":
        named = prices_of(line.say, language) & text.figures()
        return "told" if named else "read" if "quote" in answer.reads else "missed"
    if READ_TOOLS.get(line.act, frozenset()) & set(answer.reads):
        return "read"
    general = line.act == "delete_account" or not answer.citations
    return "told" if general and first_match(words.answers.get(line.act, []), text.plain) else "missed"


def prices_of(said: str, language: str) -> set[Decimal]:
    """Of the products that a line names, or of all plans: by month and year, with each discount."""
    company, words = in_use(), fold(said).split()
    known: dict[str, list[str]] = company.words(language)["items"]
    named = [name for name, cues in known.items() if any(_names(cue, words) for cue in cues)]
    catalogue = company.catalogue
    return {price for name in named or catalogue.plans for price in _prices(catalogue, name)}


def _names(cue: str, words: Sequence[str]) -> bool:
    """Cues are beginnings of words, one or several."""
    parts = fold(cue).split()
    starts = range(len(words) - len(parts) + 1)
    return any(all(words[at + n].startswith(part) for n, part in enumerate(parts)) for at in starts)


def _prices(catalogue: Catalogue, name: str) -> Iterator[Decimal]:
    plan = catalogue.plans.get(name)
    if plan is None:
        yield from (Decimal(catalogue.items[name].price_rub * pieces) for pieces in range(1, PIECES + 1))
        return
    off = {0, *(reduction.percent for reduction in plan.discounts.values())}
    for full in (plan.month_rub, plan.year_rub):
        yield from (Decimal(full * (100 - percent)) / 100 for percent in off)
