"""What the chat shows beside the lines of a dialog: quick replies to the last one, and the path of a turn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from app.core.models import Article, Decision, Handoff, ToolUse, Turn
from app.core.palette import NEUTRAL
from app.services.dialogs.views import DialogView
from app.services.explaining import kind_of
from app.services.operators.summary import because
from app.ui.room import render
from app.ui.words import LANGUAGES, NOTHING, RoomTexts, words

QUICK_REPLIES = 3
APPROVED = "approved"
CONSENT = "consent"
EMBEDDED = "embedded"
STEPS = {"route": NEUTRAL, "knowledge": "#56B4E9", "answer": "#0072B2", "other": "#D1D5DB"}
UNWEIGHED = {"follow_up", "suspected", "asked", "customer", "person", "fallback"}
"""Rules that decide without weighing agents against each other: bars would only repeat the one."""
_NUMBER = re.compile(r"\b[A-Z]{1,2}-\d+\b")
_SENTENCE = re.compile(r"[^.!?\n]*\?")
Find = Callable[[str, str], Article | None]


def quick_replies(view: DialogView) -> list[str]:
    """At most three, to the last question of an agent's answer that nobody has replied to."""
    last = view.messages[-1] if view.messages else None
    if last is None or last.path is None or view.status == "closed" or view.handler == "person":
        return []
    language = last.path.language if last.path.language in LANGUAGES else LANGUAGES[0]
    for rule in words(language, "quick")["rules"]:
        if re.search(rule["asks"], " ".join(find_questions(last.content)), re.IGNORECASE):
            return list(rule["offer"]) or _numbers(last.content)
    return []


def find_questions(text: str) -> list[str]:
    """The last question, and the last line, which may ask without a question mark."""
    return [*_SENTENCE.findall(text)[-1:], text.strip().splitlines()[-1] if text.strip() else ""]


def _numbers(text: str) -> list[str]:
    return list(dict.fromkeys(_NUMBER.findall(text)))[:QUICK_REPLIES]


def describe_model(turn: Turn, texts: RoomTexts) -> str:
    """The model that answered; a substitute is named as one."""
    words = texts.words
    if turn.degraded:
        return str(words["degraded_by"].get(turn.failure, words["degraded"]))
    return str(
        {APPROVED: words["approved"], CONSENT: words["consent"], EMBEDDED: words["embedded"]}.get(
            turn.model, turn.model
        )
    )


def describe_failure(code: str, texts: RoomTexts) -> str:
    """Why a turn failed, by the code that is stored with it."""
    codes = words(texts.language, "problems")["codes"]
    return str(texts.words["failures"].get(code) or codes.get(code, code))


def _milliseconds(seconds: float, texts: RoomTexts) -> str:
    return f"{texts.number(seconds * 1000, 0)}\u00a0{texts.words['ms']}"


@dataclass(frozen=True)
class ScoreBar:
    """`part` is per cent of the track."""

    agent: str
    score: str
    part: str


@dataclass(frozen=True)
class ShownDecision:
    agent: str
    confidence: str
    source: str
    reason: str
    failure: str
    bars: list[ScoreBar]


@dataclass(frozen=True)
class Hop:
    origin: str | None
    to: str
    about: str


@dataclass(frozen=True)
class ShownTool:
    name: str
    number: str
    status: str
    state: str
    arguments: str
    result: str


@dataclass(frozen=True)
class CitedArticle:
    """`found` is None where the article is gone."""

    id: str
    found: Article | None


@dataclass(frozen=True)
class TimedStep:
    """`part` is its share of the bar, never too small to be seen."""

    text: str
    part: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class TurnPath:
    """`agents` are those that served, in order; `person`: one is wanted."""

    agents: list[str]
    person: bool
    decision: ShownDecision
    hops: tuple[Hop, ...] = ()
    tools: tuple[ShownTool, ...] = ()
    withheld: tuple[str, ...] = ()
    articles: tuple[CitedArticle, ...] = ()
    time: str = ""
    steps: tuple[TimedStep, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def render_decision(decision: Decision, texts: RoomTexts, why: str = "") -> str:
    """While the turn runs: the router's decision, with a bar for each agent."""
    path = TurnPath(agents=[decision.agent], person=False, decision=_decision(decision, texts))
    return render("chat.decision", path=path, why=why, t=texts)


def render_path(turn: Turn, texts: RoomTexts, find: Find, why: str = "") -> str:
    """The whole path: decision, handoffs, tools, articles, time and tokens; `why` explains the decision."""
    later = [hop.to for hop in turn.hops if hop.to != turn.decision.agent]
    total = turn.timings.get("total", 0.0)
    path = TurnPath(
        agents=[turn.decision.agent, *later],
        person=turn.escalated,
        decision=_decision(turn.decision, texts),
        hops=tuple(_hop(hop, turn.decision, texts) for hop in turn.hops),
        tools=tuple(_tool(use, texts) for use in turn.tools),
        withheld=tuple(turn.withheld),
        articles=tuple(CitedArticle(name, find(name, turn.language)) for name in turn.citations),
        time=f"{texts.words['time']}: {_milliseconds(total, texts)}",
        steps=tuple(_steps(turn.timings, total, texts)) if total else (),
        facts=tuple(_facts(turn, texts)),
    )
    return render("chat.path", path=path, why=why, t=texts)


def _decision(decision: Decision, texts: RoomTexts) -> ShownDecision:
    scores = decision.scores or {decision.agent: decision.confidence}
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    return ShownDecision(
        decision.agent,
        texts.number(decision.confidence, 2),
        texts.words["sources"].get(decision.source, decision.source),
        because(decision.reason, texts.language) or NOTHING,
        describe_failure(decision.failure, texts) if decision.failure else "",
        [] if kind_of(decision) in UNWEIGHED else [_bar(agent, score, texts) for agent, score in ranked],
    )


def _bar(agent: str, score: float, texts: RoomTexts) -> ScoreBar:
    return ScoreBar(agent, texts.number(score, 2), f"{score * 100:.0f}")


def _hop(hop: Handoff, decision: Decision, texts: RoomTexts) -> Hop:
    """The router's own reason stands above already."""
    reason = "" if hop.reason == decision.reason else because(hop.reason, texts.language)
    about = (reason, hop.known)
    return Hop(hop.from_agent, hop.to, " · ".join(part for part in about if part))


def _tool(use: ToolUse, texts: RoomTexts) -> ShownTool:
    state = texts.words["states"].get(use.status, use.status)
    return ShownTool(use.name, use.number, use.status, state, _pretty(use.arguments), _pretty(use.result))


def _pretty(value: object) -> str:
    """Indented JSON; anything else stays as it is."""
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return json.dumps(read, ensure_ascii=False, indent=2)


def _steps(timings: dict[str, float], total: float, texts: RoomTexts) -> list[TimedStep]:
    steps = {step: timings.get(step, 0.0) for step in ("route", "knowledge", "answer")}
    steps["other"] = max(0.0, total - sum(steps.values()))
    return [
        TimedStep(
            f"{texts.words['steps'][step]} {texts.number(seconds * 1000, 0)}",
            f"{max(seconds / total, 0.004):.4f}",
            STEPS[step],
        )
        for step, seconds in steps.items()
        if seconds
    ]


def _facts(turn: Turn, texts: RoomTexts) -> list[tuple[str, str]]:
    use, words = turn.usage, texts.words
    counts = {"read": use.input_tokens, "written": use.output_tokens, "calls": use.calls}
    tokens = words["tokens_in_out"].format(**{name: texts.number(n) for name, n in counts.items()})
    rows = [
        (words["model"], describe_model(turn, texts)),
        (words["tokens"], tokens),
        (words["cost"], texts.dollars(use.cost) if use.cost else "$0"),
        (words["spoken"], words["languages"].get(turn.language, turn.language)),
    ]
    return [*rows, (words["failure"], describe_failure(turn.failure, texts))] if turn.failure else rows
