"""Acts that need consent: a model's call of one only proposes it. The question is ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import Template
from typing import Any

from langchain_core.messages import AIMessage

from app.agents.base import Result, Tool, ToolContext
from app.agents.citations import CITATIONS
from app.agents.grounding import Evidence
from app.agents.grounding.ledger import unsupported_in
from app.agents.grounding.sentences import split
from app.agents.state import Emit, TurnState, is_suspected
from app.agents.tools.actions import UNAVAILABLE
from app.agents.tools.presentation import day, local_day, present, render_facts, render_outcome
from app.core.actions import Action, plain_arguments, tool_name
from app.core.backoffice import ActionContext, Outcome, Value
from app.core.exceptions import BackOfficeUnavailable
from app.core.locales import languages, read
from app.core.models import ToolUse, TurnProgress
from app.core.proposals import Proposal, Question

Facts = Mapping[str, Value]
FILE = "proposals"
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
ONE_AT_A_TIME = "one_at_a_time"
SUSPICIOUS = {"status": "refused", "reason": "suspicious_line"}
"""Nothing is done or proposed for a line that looks like an order to the agents."""
PUT_BY_US = "The system puts this question to the customer behind your words; nothing is done yet."
_ENDS = "\"'»”)*_ \n\t"


@dataclass(frozen=True, slots=True)
class Proposing:
    """What a model is told of its call, and the proposal that was made of it, if any."""

    result: Result
    proposal: Proposal | None = None


def use(
    context: ToolContext, state: TurnState, agent: str, tool: Tool, arguments: dict[str, Any]
) -> tuple[ToolUse, Proposal | None]:
    """Blocks. What needs consent is proposed, whatever the model says of it; the rest is run.

    For a suspected line neither is.
    """
    wanted, made = tool.parse(arguments), None
    if isinstance(wanted, Action) and is_suspected(state):
        result = Result(render_facts(SUSPICIOUS, state["language"]).text, "refused")
    elif isinstance(wanted, Action) and wanted.consent:
        proposing = propose(context, state, agent, wanted)
        result, made = proposing.result, proposing.proposal
    else:
        result = tool.run(context, state["case"].origin, wanted)
    done = ToolUse(
        name=tool.name, arguments=arguments, result=result.text, status=result.status, number=result.number
    )
    return done, made


def propose(context: ToolContext, state: TurnState, agent: str, action: Action) -> Proposing:
    """Blocks. One act is proposed in a turn: the same again gets the same answer, another one waits."""
    before, language = state["proposal"], state["language"]
    tool, arguments = tool_name(type(action)), plain_arguments(action)
    if before is not None and (before.tool, before.arguments) != (tool, arguments):
        waiting = {"status": "refused", "reason": ONE_AT_A_TIME, "asked_now": before.tool, "later": tool}
        return Proposing(Result(render_facts(waiting, language).text, "refused"))
    if context.office is None:
        return Proposing(render_facts(UNAVAILABLE, language))
    try:
        outcome = context.office.propose(state["case"].origin, action)
    except BackOfficeUnavailable:
        return Proposing(render_facts(UNAVAILABLE, language))
    if outcome.status != "proposed":
        return Proposing(render_outcome(outcome, language))
    made = make_proposal(state["case"].origin, agent, action, outcome, context.clock())
    made.is_repeated = made.repeats(state["case"].proposal)
    return Proposing(_told(made, outcome, language), made)


def make_proposal(
    origin: ActionContext, agent: str, action: Action, outcome: Outcome, now: datetime
) -> Proposal:
    """Of a rehearsal that came out as `proposed`; one more of the same is proposed as such."""
    if outcome.facts.get("again"):
        action = action.model_copy(update={"again": True})
    tool, language = tool_name(type(action)), origin.language
    return Proposal(
        tool=tool,
        arguments=plain_arguments(action),
        agent=agent,
        language=language,
        questions=questions_of(tool, asked_of(action, outcome.facts), now, language),
        facts=outcome.facts,
        seq=origin.seq,
        at=now,
    )


def _told(proposal: Proposal, outcome: Outcome, language: str) -> Result:
    shown = json.loads(render_outcome(outcome, language).text)
    note = {"question": proposal.question.text, "note": PUT_BY_US}
    return Result(json.dumps({**shown, **note}, ensure_ascii=False), "proposed")


def asks(sentence: str) -> bool:
    return sentence.rstrip(_ENDS).endswith("?")


def keep_statements(text: str, evidence: Evidence, language: str) -> tuple[str, list[str]]:
    """What may stand beside our question: no question, and nothing unsupported, whose claims come second."""
    kept, withheld = [], []
    for sentence in split(text):
        faults = unsupported_in(sentence, evidence, language)
        withheld += [f"{claim.kind}: {claim.text}" for claim in faults]
        if not faults and not asks(sentence):
            kept.append(sentence)
    return "".join(kept).strip(), withheld


def put(made: Proposal, draft: AIMessage, state: TurnState, evidence: Evidence) -> dict[str, Any]:
    """What the model may say beside our question, and the question, which is the only one."""
    kept, faults = keep_statements(draft.text, evidence, state["language"])
    reply, emit = join(kept, made.wording), state["emit"]
    if emit and faults:
        emit(TurnProgress(kind="reset"))
    if emit:
        emit(TurnProgress(kind="text", text=reply if faults else reply[len(kept) :]))
    cited = draft.response_metadata.get(CITATIONS, []) if kept else []
    return {"reply": reply, "citations": cited, "withheld": [*state["withheld"], *faults]}


def join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


class StatementFilter:
    """Of a stream of whole sentences lets pass what is no question; joined it is what is stored."""

    def __init__(self, emit: Emit) -> None:
        self._emit, self._space, self._begun = emit, "", False

    def __call__(self, progress: TurnProgress) -> None:
        if progress.kind != "text":
            self._space, self._begun = "", False
            self._emit(progress)
        elif not asks(progress.text):
            text = self._space + progress.text if self._begun else progress.text.lstrip()
            shown = text.rstrip()
            self._space, self._begun = text[len(shown) :], self._begun or bool(shown)
            if shown:
                self._emit(TurnProgress(kind="text", text=shown))


def asked_of(action: Action, facts: Facts) -> Facts:
    """The terms, and of what the customer has written the address."""
    address = getattr(action, "address", None)
    return {**facts, "address": address} if address else facts


def questions_of(tool: str, facts: Facts, now: datetime, language: str) -> dict[str, Question]:
    """By language: customers change it before they answer."""
    return {one: question_of(tool, facts, now, one) for one in {language, *languages(f"{FILE}.yaml")}}


def question_of(tool: str, facts: Facts, now: datetime, language: str) -> Question:
    texts = read(FILE, language)
    words = texts["tools"].get(tool, texts["unknown"])
    shown = shown_terms(facts, now, language)
    again = bool(facts.get("again"))
    parts = [
        _fill([texts["one_more"]], shown) if again else "",
        *(_fill(group, shown) for group in words.get("terms", ())),
        _fill(_why(words, facts), shown),
        texts["person"] if facts.get("person") else "",
        words["ask_again"] if again else words["ask"],
    ]
    asked = " ".join(part for part in parts if part).replace("г..", "г.")
    brief = "" if again else _fill(words.get("brief", ()), shown)
    return Question(text=asked, brief=brief, confirm=words["confirm"], decline=words["decline"])


def _why(words: Mapping[str, Any], facts: Facts) -> Sequence[str]:
    """Why a person decides, or what makes it due."""
    why: Mapping[str, Sequence[str]] = words.get("why", {})
    return why.get(str(facts.get("person")), ()) or why.get(str(facts.get("reason")), ())


def prefix(kind: str, language: str) -> str:
    """`again`, `wait` or `changed`."""
    return str(read(FILE, language)[kind])


def shown_terms(facts: Facts, now: datetime, language: str) -> dict[str, str]:
    """As models read them, and days without minutes: `until_on`, and `until_day` where that is today."""
    known = {name: value for name, value in facts.items() if not _goes_without_saying(name, value, language)}
    shown = {name: value for name, value in present(known, language).items() if isinstance(value, str | int)}
    for name, value in known.items():
        if isinstance(value, date):
            shown["starts" if name == "from" else f"{name}_on"] = day(value, language)
            if local_day(value) <= local_day(now):
                shown[f"{name}_day"] = read(FILE, language)["today"]
    return {name: str(value) for name, value in shown.items()}


def _goes_without_saying(name: str, value: Any, language: str) -> bool:
    """Nought, one piece, and a text of the records in letters that the language does not have."""
    foreign = isinstance(value, str) and language != "ru" and _CYRILLIC.search(value) is not None
    return foreign or value in (0, None) or (name == "quantity" and value == 1)


def _fill(templates: Sequence[str], shown: Mapping[str, str]) -> str:
    """The first whose variables are all known; empty if there is none."""
    for each in templates:
        template = Template(each)
        if shown.keys() >= set(template.get_identifiers()):
            return template.substitute(shown)
    return ""
