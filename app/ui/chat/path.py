"""The path of a turn, as HTML. Everything that came from outside is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from app.core.models import Article, Decision, Handoff, ToolUse, Turn
from app.core.palette import NEUTRAL, colour_of
from app.services.operators.wording import because
from app.ui.chat.lines import cost, failed, milliseconds, model, name_of, sure
from app.ui.format import number
from app.ui.room import badge, empty
from app.ui.words import Words

STEPS = {"route": NEUTRAL, "knowledge": "#56B4E9", "answer": "#0072B2", "other": "#D1D5DB"}
Find = Callable[[str, str], Article | None]


def decided(decision: Decision, words: Words) -> str:
    """While the turn runs: the router's decision with a bar for each agent."""
    return _graph([decision.agent], False, words) + _decision(decision, words)


def finished(turn: Turn, words: Words, find: Find) -> str:
    """The whole path: decision, hops, tools, articles, time and tokens."""
    hops = [hop for hop in turn.hops if hop.to != turn.decision.agent]
    parts = [
        _graph([turn.decision.agent, *(hop.to for hop in hops)], turn.escalated, words),
        _decision(turn.decision, words),
        _section(words["hops"], "".join(_hop(hop, words) for hop in turn.hops)),
        _section(words["tools"], "".join(_tool(use, words) for use in turn.tools)),
        _section(words["withheld"], "".join(f"<li>{escape(claim)}</li>" for claim in turn.withheld), "ul"),
        _section(words["knowledge"], _articles(turn, words, find)),
        _time(turn.timings, words),
        _cost(turn, words),
    ]
    return "".join(parts)


def by_person(words: Words) -> str:
    return _graph([], True, words) + empty(words["by_person"])


def _graph(agents: list[str], person: bool, words: Words) -> str:
    """Router, agents, and a person where one is wanted; arrows are drawn by the style sheet."""
    nodes = [f'<li class="cc-node">{escape(words["router"])}</li>'] if agents else []
    nodes += [
        f'<li class="cc-node" style="border-color:{colour_of(name)}">{escape(name_of(name, words))}</li>'
        for name in agents
    ]
    if person:
        who = escape(words["person"])
        nodes.append(f'<li class="cc-node cc-wanted" style="border-color:{colour_of("operator")}">{who}</li>')
    return f'<ol class="cc-graph" aria-label="{escape(words["path"])}">{"".join(nodes)}</ol>'


def _decision(decision: Decision, words: Words) -> str:
    scores = decision.scores or {decision.agent: decision.confidence}
    bars = "".join(_bar(agent, score, words) for agent, score in sorted(scores.items(), key=lambda s: -s[1]))
    source = words["sources"].get(decision.source, decision.source)
    chosen = f"{badge(decision.agent, words['agents'])} <b>{sure(decision.confidence, words)}</b>"
    rows = [
        (words["decision"], f"{chosen} · {escape(source)}"),
        (words["why"], escape(because(decision.reason, words["language"])) or "—"),
    ]
    if decision.failure:
        rows.append((words["failure"], escape(failed(decision.failure, words))))
    return f'{_rows(rows)}<div class="cc-bars">{bars}</div>'


def _bar(agent: str, score: float, words: Words) -> str:
    colour = colour_of(agent)
    return (
        f'<div class="cc-bar"><span>{escape(name_of(agent, words))}</span>'
        f'<span class="cc-track"><i style="width:{score * 100:.0f}%;background:{colour}"></i></span>'
        f"<b>{sure(score, words)}</b></div>"
    )


def _hop(hop: Handoff, words: Words) -> str:
    told = " · ".join(escape(part) for part in (because(hop.reason, words["language"]), hop.known) if part)
    way = f"{badge(hop.from_agent, words['agents'])} → {badge(hop.to, words['agents'])}"
    return f'<div class="cc-hop">{way} <span class="cc-about">{told}</span></div>'


def _tool(use: ToolUse, words: Words) -> str:
    state = words["states"].get(use.status, use.status)
    chip = (
        f'<span class="cc-state cc-state-{escape(use.status)}">{escape(state)}</span>' if use.status else ""
    )
    number = f" {escape(use.number)}" if use.number else ""
    return (
        f'<details class="cc-tool"><summary><code>{escape(use.name)}</code>{number} {chip}</summary>'
        f"<h5>{escape(words['arguments'])}</h5><pre>{escape(_pretty(use.arguments))}</pre>"
        f"<h5>{escape(words['result'])}</h5><pre>{escape(_pretty(use.result))}</pre></details>"
    )


def _pretty(value: object) -> str:
    """JSON with air in it; what is no JSON stays as it is."""
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return json.dumps(read, ensure_ascii=False, indent=2)


def _articles(turn: Turn, words: Words, find: Find) -> str:
    return "".join(
        _article(place, name, find(name, turn.language), words)
        for place, name in enumerate(turn.citations, 1)
    )


def _article(place: int, name: str, article: Article | None, words: Words) -> str:
    """Its own address is that of the knowledge room; the chat stays where it is."""
    if article is None:
        return f'<div class="cc-tool">[{place}] {escape(name)} · {escape(words["article_gone"])}</div>'
    address = f"?tab=knowledge&article={quote(name, safe='')}"
    link = (
        f'<a class="cc-link" href="{escape(address)}" target="_blank" rel="noopener">'
        f"{escape(words['read_article'])} {escape(name)}</a>"
    )
    return (
        f'<details class="cc-tool"><summary>[{place}] {escape(article.title)}</summary>'
        f'<p class="cc-words-of">{escape(article.body)}</p>{link}</details>'
    )


def _time(timings: dict[str, float], words: Words) -> str:
    total = timings.get("total", 0.0)
    if not total:
        return ""
    steps = {step: timings.get(step, 0.0) for step in ("route", "knowledge", "answer")}
    steps["other"] = max(0.0, total - sum(steps.values()))
    parts = [(words["steps"][step], seconds, STEPS[step]) for step, seconds in steps.items() if seconds]
    bar = "".join(
        f'<i style="flex-grow:{max(s / total, 0.004):.4f};background:{c}"></i>' for _, s, c in parts
    )
    key = "".join(
        f'<li><i style="background:{c}"></i>{escape(name)} {milliseconds(s, words)}</li>'
        for name, s, c in parts
    )
    told = f"{words['time']}: {milliseconds(total, words)}\u00a0{words['ms']}"
    return _section(
        told, f'<div class="cc-stack" aria-hidden="true">{bar}</div><ul class="cc-key">{key}</ul>'
    )


def _cost(turn: Turn, words: Words) -> str:
    use = turn.usage
    counts = {"read": use.input_tokens, "written": use.output_tokens, "calls": use.calls}
    told = {name: number(count, words["language"]) for name, count in counts.items()}
    tokens = words["tokens_in_out"].format(**told)
    rows = [
        (words["model"], escape(model(turn, words))),
        (words["tokens"], escape(tokens)),
        (words["cost"], escape(cost(use.cost, words))),
        (words["spoken"], escape(words["languages"].get(turn.language, turn.language))),
    ]
    if turn.failure:
        rows.append((words["failure"], escape(failed(turn.failure, words))))
    return _rows(rows)


def _section(title: str, inside: str, tag: str = "div") -> str:
    return f'<h4 class="cc-h">{escape(title)}</h4><{tag}>{inside}</{tag}>' if inside else ""


def _rows(rows: list[tuple[str, str]]) -> str:
    """Values are HTML already."""
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="cc-path">{cells}</dl>'
