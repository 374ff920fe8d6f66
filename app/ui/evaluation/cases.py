"""The list of cases, and one case with the dialog around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.evaluation.predictions import Prediction
from app.services.eval_reading import Line, name_of
from app.ui.evaluation.marks import agent, empty
from app.ui.words import Words

SHOWN = 100


def case_list(title: str, found: Sequence[Prediction], none: str, words: Words, picked: str = "") -> str:
    """Each case is a button that carries its name."""
    if not found:
        return f'<h3 class="ev-title">{escape(title)}</h3>{empty(none)}'
    items = "".join(_item(p, words, picked) for p in found[:SHOWN])
    more = f'<p class="ev-note">{escape(words["first"].format(n=SHOWN))}</p>' if len(found) > SHOWN else ""
    return f'<h3 class="ev-title">{escape(title)}</h3><ul class="ev-cases">{items}</ul>{more}'


def _item(p: Prediction, words: Words, picked: str) -> str:
    name = name_of(p)
    return (
        f'<li><button type="button" data-pick="{escape(name)}" aria-pressed="{str(name == picked).lower()}">'
        f'<span class="ev-text">{escape(p.text)}</span>{_went(p, words)}</button></li>'
    )


def _went(p: Prediction, words: Words) -> str:
    sure = f"{p.confidence:.2f}" if p.confidence is not None else words["not_given"]
    return (
        f'<span class="ev-went"><span>{escape(words["expected"])} {agent(p.expected)}</span>'
        f"<span>{escape(words['got'])} {agent(p.got)}</span>"
        f"<span>{escape(words['confidence'])} {escape(sure)}</span></span>"
    )


def reader(p: Prediction, lines: Sequence[Line], words: Words) -> str:
    others = [name for name in p.acceptable if name != p.expected]
    accepted = "".join(f" {escape(words['or'])} {agent(name)}" for name in others)
    sure = f"{p.confidence:.2f}" if p.confidence is not None else words["not_given"]
    facts = [
        (words["expected"], agent(p.expected) + accepted),
        (words["got"], agent(p.got)),
        (words["confidence"], _scores(p) or escape(sure)),
        (words["why"], escape(p.reason) or escape(words["no_reason"])),
        (words["served"], agent(p.serving) if p.serving else "—"),
        ("", escape(" · ".join([p.set, p.case, p.lang, p.industry, p.difficulty, *p.tags]))),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in facts)
    talk = "".join(_line(line, words) for line in lines)
    return f'<div class="ev-reader"><div class="ev-talk">{talk}</div><dl class="cc-path">{rows}</dl></div>'


def _scores(p: Prediction) -> str:
    ranked = sorted(p.scores.items(), key=lambda pair: -pair[1])
    return " ".join(f"{agent(name)} {score:.2f}" for name, score in ranked)


def _line(line: Line, words: Words) -> str:
    who = words["customer"] if line.role == "customer" else line.agent or ""
    here = f" <em>{escape(words['here'])}</em>" if line.here else ""
    label = f" · {escape(words['expected'])} {agent(line.expected)}" if line.expected else ""
    kind = "ev-here" if line.here else "ev-customer" if line.role == "customer" else ""
    current = ' aria-current="true"' if line.here else ""
    return f'<p class="{kind}"{current}><small>{escape(who)}{label}{here}</small>{escape(line.content)}</p>'
