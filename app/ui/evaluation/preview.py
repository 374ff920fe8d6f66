"""What would be taken of an uploaded table."""

from __future__ import annotations

from html import escape

from app.services.eval_uploads import SHOWN, Preview, RowView
from app.ui.evaluation.marks import agent, table
from app.ui.words import Words


def preview(seen: Preview, words: Words) -> str:
    """Rows that are left out stand first."""
    counted = words["counted"].format(taken=seen.counts["taken"], all=seen.counts.total())
    others = [(status, n) for status, n in seen.counts.most_common() if status != "taken"]
    left_out = "".join(f"<li>{escape(words['statuses'][status])}: {n}</li>" for status, n in others)
    formulas = f"<p>{escape(words['formulas'].format(n=seen.formulas))}</p>" if seen.formulas else ""
    ordered = sorted(seen.rows, key=lambda row: (row.status == "taken", row.number))
    head = [words["row"], words["message"], words["theirs"], words["becomes"]]
    shown = table(head, ([*_row(row, words)] for row in ordered), "ev-rows")
    note = words["rows_shown"].format(n=SHOWN)
    return (
        f'<p role="status"><b>{escape(counted)}</b></p><ul class="ev-out">{left_out}</ul>{formulas}{shown}'
        f'<p class="ev-note">{escape(note)}</p>'
    )


def _row(row: RowView, words: Words) -> tuple[str, str, str, str]:
    becomes = agent(row.label) if row.status == "taken" else f"✗ {escape(words['statuses'][row.status])}"
    return str(row.number), escape(row.text), escape(row.theirs), becomes
