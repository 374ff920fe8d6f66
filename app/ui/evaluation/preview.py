"""What would be taken of an uploaded table."""

from __future__ import annotations

from html import escape

from app.services.evaluation.uploads import SHOWN, Preview, RowView
from app.ui.evaluation.marks import agent, said, table
from app.ui.format import number


def preview(seen: Preview, language: str) -> str:
    """Rows that are left out stand first."""
    words = said(language)
    counted = words["counted"].format(
        taken=number(seen.counts["taken"], language), all=number(seen.counts.total(), language)
    )
    others = [(status, n) for status, n in seen.counts.most_common() if status != "taken"]
    left_out = "".join(
        f"<li>{escape(words['statuses'][status])}: {number(n, language)}</li>" for status, n in others
    )
    formulas = (
        f"<p>{escape(words['formulas'].format(n=number(seen.formulas, language)))}</p>"
        if seen.formulas
        else ""
    )
    notes = "".join(f"<p>{escape(words['notes'][n.kind].format(**n.told))}</p>" for n in seen.notes)
    ordered = sorted(seen.rows, key=lambda row: (row.status == "taken", row.number))
    head = [words["row"], words["message"], words["theirs"], words["becomes"]]
    shown = table(head, ([*_row(row, language)] for row in ordered), "ev-rows")
    note = words["rows_shown"].format(n=SHOWN)
    return (
        f'<p role="status"><b>{escape(counted)}</b></p><ul class="ev-out">{left_out}</ul>'
        f"{formulas}{notes}{shown}"
        f'<p class="ev-note">{escape(note)}</p>'
    )


def _row(row: RowView, language: str) -> tuple[str, str, str, str]:
    left_out = f"✗ {escape(said(language)['statuses'][row.status])}"
    becomes = agent(row.label, language) if row.status == "taken" else left_out
    return str(row.number), escape(row.text), escape(row.theirs), becomes
