"""The path of a turn, as HTML. Everything that came from outside is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from app.core.models import Article, Decision, Handoff, ToolUse, Turn
from app.core.palette import NEUTRAL, colour_of
from app.ui.chat.lines import model
from app.ui.words import Words

STEPS = {"route": NEUTRAL, "knowledge": "#56B4E9", "answer": "#0072B2", "other": "#D1D5DB"}
Find = Callable[[str, str], Article | None]


def badge(agent: str) -> str:
    return f'<span class="cc-badge" style="background:{colour_of(agent)}">{escape(agent)}</span>'


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
    return _graph([], True, words) + f'<p class="cc-empty">{escape(words["by_person"])}</p>'


def _graph(agents: list[str], person: bool, words: Words) -> str:
    """Router, agents, and a person where one is wanted; arrows are drawn by the style sheet."""
    nodes = [f'<li class="cc-node">{escape(words["router"])}</li>'] if agents else []
    nodes += [
        f'<li class="cc-node" style="border-color:{colour_of(name)}">{escape(name)}</li>' for name in agents
    ]
    if person:
        who = escape(words["person"])
        nodes.append(f'<li class="cc-node cc-wanted" style="border-color:{colour_of("operator")}">{who}</li>')
    return f'<ol class="cc-graph" aria-label="{escape(words["path"])}">{"".join(nodes)}</ol>'


def _decision(decision: Decision, words: Words) -> str:
    scores = decision.scores or {decision.agent: decision.confidence}
    bars = "".join(_bar(agent, score) for agent, score in sorted(scores.items(), key=lambda s: -s[1]))
    source = words["sources"].get(decision.source, decision.source)
    rows = [
        (words["decision"], f"{badge(decision.agent)} <b>{decision.confidence:.2f}</b> · {escape(source)}"),
        (words["why"], escape(because(decision.reason, words)) or "—"),
    ]
    if decision.failure:
        rows.append((words["failure"], escape(decision.failure)))
    return f'{_rows(rows)}<div class="cc-bars">{bars}</div>'


def because(reason: str, words: Words) -> str:
    """The router's own sentences in the language of the page; a model's words as they are."""
    known: dict[str, str] = words["reasons"]
    told = next(((said, shown) for said, shown in known.items() if reason.startswith(said)), ("", ""))
    return told[1] + reason.removeprefix(told[0])


def _bar(agent: str, score: float) -> str:
    colour = colour_of(agent)
    return (
        f'<div class="cc-bar"><span>{escape(agent)}</span>'
        f'<span class="cc-track"><i style="width:{score * 100:.0f}%;background:{colour}"></i></span>'
        f"<b>{score:.2f}</b></div>"
    )


def _hop(hop: Handoff, words: Words) -> str:
    told = " · ".join(escape(part) for part in (because(hop.reason, words), hop.known) if part)
    return f'<div class="cc-hop">{badge(hop.from_agent or "—")} → {badge(hop.to)} <span>{told}</span></div>'


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
        _article(number, name, turn.language, find(name, turn.language), words)
        for number, name in enumerate(turn.citations, 1)
    )


def _article(number: int, name: str, language: str, article: Article | None, words: Words) -> str:
    address = f"/api/v1/knowledge/articles/{quote(name, safe='')}?lang={quote(language)}"
    link = f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(name)}</a>'
    if article is None:
        return f'<div class="cc-tool">[{number}] {link} · {escape(words["article_gone"])}</div>'
    return (
        f'<details class="cc-tool"><summary>[{number}] {escape(article.title)}</summary>'
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
        f'<li><i style="background:{c}"></i>{escape(name)} {s * 1000:.0f}</li>' for name, s, c in parts
    )
    told = f"{words['time']}: {total * 1000:.0f} {words['ms']}"
    return _section(
        told, f'<div class="cc-stack" aria-hidden="true">{bar}</div><ul class="cc-key">{key}</ul>'
    )


def _cost(turn: Turn, words: Words) -> str:
    use = turn.usage
    tokens = words["tokens_in_out"].format(read=use.input_tokens, written=use.output_tokens, calls=use.calls)
    rows = [
        (words["model"], escape(model(turn, words))),
        (words["tokens"], escape(tokens)),
        (words["cost"], f"${use.cost:.4f}"),
        (words["spoken"], escape(words["languages"].get(turn.language, turn.language))),
    ]
    if turn.failure:
        rows.append((words["failure"], escape(turn.failure)))
    return _rows(rows)


def _section(title: str, inside: str, tag: str = "div") -> str:
    return f'<h4 class="cc-h">{escape(title)}</h4><{tag}>{inside}</{tag}>' if inside else ""


def _rows(rows: list[tuple[str, str]]) -> str:
    """Values are HTML already."""
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<dl class="cc-path">{cells}</dl>'
