"""The tables of `tests/unit/agents/grounding/replies/` as cases."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.agents.grounding import Evidence
from app.agents.grounding.reply import achieved_by
from app.agents.tools.presentation import render_facts
from tests.support.company import load_articles

FOLDER = Path(__file__).parent / "replies"
TODAY = date(2026, 11, 22)  # a Sunday
LANGS = ("ru", "en")


@cache
def table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return read


def claimed(lang: str) -> list[tuple[str, str]]:
    """Kind and sentence."""
    return [(kind, line) for kind, lines in table(lang)["claims"].items() for line in lines]


def harmless(lang: str) -> list[str]:
    lines: list[str] = table(lang)["plain"]
    return lines


def replies(name: str, part: str) -> list[tuple[dict[str, Any], Evidence]]:
    return [(row, _evidence(row)) for row in table(name)[part]]


def _evidence(row: dict[str, Any]) -> Evidence:
    known = table("regression_1")["knowledge"]
    return Evidence(
        today=TODAY,
        texts=tuple(known.get(text, text) for text in row.get("texts", ())),
        done=frozenset(row.get("done", ())),
        asked=tuple(row.get("asked", ())),
    )


@cache
def known_results() -> dict[str, Any]:
    """Results of tools by the names that `promises_<lang>.yaml` gives them."""
    return table("promises_known")


def promises(lang: str, part: str) -> list[tuple[str, Evidence]]:
    """Replies of a desk with what was known when they were written."""
    return [(row["reply"], _known_to(row, lang)) for row in table(f"promises_{lang}")[part]]


def _known_to(row: dict[str, Any], lang: str) -> Evidence:
    results = [known_results()[name] for name in row.get("known", ())]
    statuses = {one["facts"]["status"] for one in results}
    waits = frozenset({"refund_requested", "approval"}) if "approval" in statuses else frozenset[str]()
    return Evidence(
        today=TODAY,
        texts=(*_articles(row, lang), *(render_facts(one["facts"], lang).text for one in results)),
        done=_achieved(results, "done") | waits,
        proposed=_achieved(results, "proposed"),
        asked=tuple(filter(None, [row.get("customer")])),
    )


def _achieved(results: list[dict[str, Any]], status: str) -> frozenset[str]:
    return frozenset(
        k for one in results if one["facts"]["status"] == status for k in achieved_by(one["tool"])
    )


def _articles(row: dict[str, Any], lang: str) -> list[str]:
    named = set(row.get("articles", ()))
    return [article.body for article in load_articles() if article.lang == lang and article.id in named]
