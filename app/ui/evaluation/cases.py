"""The list of cases, and one case with the dialog around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.evaluation.predictions import Prediction
from app.services.evaluation.reading import CaseLine, name_of
from app.ui.evaluation.marks import agent, because, said, valued
from app.ui.format import number
from app.ui.room import empty
from app.ui.words import words as words_of

SHOWN = 100


def case_list(title: str, found: Sequence[Prediction], none: str, language: str, picked: str = "") -> str:
    """Each case is a button that carries its name."""
    if not found:
        return f'<h3 class="ev-title">{escape(title)}</h3>{empty(none)}'
    items = "".join(_item(p, language, picked) for p in found[:SHOWN])
    first = said(language)["first"].format(n=SHOWN)
    more = f'<p class="ev-note">{escape(first)}</p>' if len(found) > SHOWN else ""
    return f'<h3 class="ev-title">{escape(title)}</h3><ul class="ev-cases">{items}</ul>{more}'


def _item(p: Prediction, language: str, picked: str) -> str:
    name = name_of(p)
    return (
        f'<li><button type="button" data-pick="{escape(name)}" aria-pressed="{str(name == picked).lower()}">'
        f'<span class="ev-text">{escape(p.text)}</span>{_went(p, language)}</button></li>'
    )


def _went(p: Prediction, language: str) -> str:
    words = said(language)
    return (
        f'<span class="ev-went"><span>{escape(words["expected"])} {agent(p.expected, language)}</span>'
        f"<span>{escape(words['got'])} {agent(p.got, language)}</span>"
        f"<span>{escape(words['confidence'])} {escape(_sure(p, language))}</span></span>"
    )


def _sure(p: Prediction, language: str) -> str:
    if p.confidence is None:
        return str(said(language)["not_given"])
    return number(p.confidence, language, 2)


def reader(p: Prediction, lines: Sequence[CaseLine], language: str, before: Prediction | None = None) -> str:
    """`before` is what another run, A, said about the same turn; then `p` is of B."""
    words = said(language)
    others = [name for name in p.acceptable if name != p.expected]
    accepted = "".join(f" {escape(words['or'])} {agent(name, language)}" for name in others)
    facts = [(words["expected"], agent(p.expected, language) + accepted)]
    facts += [("A", _answered(before, language)), ("B", _answered(p, language))] if before else []
    facts += [] if before else _answer(p, language)
    facts += [
        (words["served"], agent(p.serving, language) if p.serving else "—"),
        ("", escape(" · ".join(_about(p, language)))),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in facts)
    talk = "".join(_line(line, language) for line in lines)
    return f'<div class="ev-reader"><div class="ev-talk">{talk}</div><dl class="cc-path">{rows}</dl></div>'


def _answer(p: Prediction, language: str) -> list[tuple[str, str]]:
    words = said(language)
    return [
        (words["got"], agent(p.got, language)),
        (words["confidence"], _scores(p, language) or escape(_sure(p, language))),
        (words["why"], escape(because(p.reason, language) or words["no_reason"])),
    ]


def _answered(p: Prediction, language: str) -> str:
    """In one line."""
    why = f" · {escape(because(p.reason, language))}" if p.reason else ""
    outcome = said(language)["outcomes"].get(p.outcome, p.outcome)
    return f"{agent(p.got, language)} · {escape(outcome)} · {escape(_sure(p, language))}{why}"


def _about(p: Prediction, language: str) -> list[str]:
    named = {"lang": p.lang, "industry": p.industry, "difficulty": p.difficulty}
    values = [valued(kind, value, language) for kind, value in named.items()]
    return [p.set, p.case, *values, *(valued("tag", tag, language) for tag in p.tags)]


def _scores(p: Prediction, language: str) -> str:
    ranked = sorted(p.scores.items(), key=lambda pair: -pair[1])
    told = (f"{agent(name, language)} {number(score, language, 2)}" for name, score in ranked)
    return " ".join(f'<span class="ev-score">{each}</span>' for each in told)


def _line(line: CaseLine, language: str) -> str:
    words = said(language)
    known = words_of(language, "frame")["agents"]
    who = words["customer"] if line.role == "customer" else known.get(line.agent or "", line.agent or "")
    here = f" <em>{escape(words['here'])}</em>" if line.here else ""
    label = f" · {escape(words['expected'])} {agent(line.expected, language)}" if line.expected else ""
    kind = "ev-here" if line.here else "ev-customer" if line.role == "customer" else ""
    current = ' aria-current="true"' if line.here else ""
    return f'<p class="{kind}"{current}><small>{escape(who)}{label}{here}</small>{escape(line.content)}</p>'
