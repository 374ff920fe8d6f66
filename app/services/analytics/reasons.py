"""Why a person was called to a dialog, and with what its customer had come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from app.core.stats import wilson
from app.services.analytics.facts import DialogFacts
from app.services.analytics.topics import topics_of_dialog
from app.services.analytics.views import Called, CalledDialog

SHOWN = 20
"""Dialogs that a row names."""
Kind = Literal["reason", "article", "action", "none"]
Named = tuple[Kind, str]


def called_by_reason(dialogs: Sequence[DialogFacts]) -> list[Called]:
    """Each dialog once, by what called a person first."""
    return _rows([(facts, [("reason", facts.why)]) for facts in dialogs if facts.why])


def called_by_topic(dialogs: Sequence[DialogFacts]) -> list[Called]:
    """A dialog may have several topics, each once; or none that is known."""
    return _rows([(f, list(topics_of_dialog(f)) or [("none", "")]) for f in dialogs if f.why])


def _rows(named: Iterable[tuple[DialogFacts, Sequence[Named]]]) -> list[Called]:
    met: dict[Named, list[DialogFacts]] = defaultdict(list)
    count = 0
    for facts, names in named:
        count += 1
        for name in names:
            met[name].append(facts)
    rows = [
        Called(kind=kind, name=name, dialogs=len(of), share=wilson(len(of), count), latest=_latest(of))
        for (kind, name), of in met.items()
    ]
    return sorted(rows, key=lambda row: (-row.dialogs, row.kind, row.name))


def _latest(dialogs: Sequence[DialogFacts]) -> list[CalledDialog]:
    ordered = sorted(dialogs, key=lambda facts: facts.opened, reverse=True)[:SHOWN]
    return [CalledDialog(dialog_id=f.dialog_id, opened=f.opened, subject=f.subject) for f in ordered]
