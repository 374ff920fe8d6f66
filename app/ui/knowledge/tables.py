"""Tables of what the team has put in: documents with their versions, approved answers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.core.knowledge import Approval, DocumentRecord, DocumentVersion
from app.ui.format import moment, number
from app.ui.parts import empty
from app.ui.words import Words


def documents_table(records: Sequence[DocumentRecord], words: Words, language: str) -> str:
    if not records:
        return empty(words["no_documents"])
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in words["columns"].values())
    rows = "".join(
        _row(record, version, words, language) for record in records for version in reversed(record.versions)
    )
    return _table(titles, rows)


def _row(record: DocumentRecord, version: DocumentVersion, words: Words, language: str) -> str:
    now = version is record.current
    used = f' <span class="cc-tag">{escape(words["searched"])}</span>' if now else ""
    cells = (
        f"<b>{escape(record.name)}</b>" if now else "",
        f"{version.version}{used}",
        escape(version.file),
        escape(words["formats"][version.format]),
        number(version.articles, language),
        escape(", ".join(version.langs)),
        moment(version.added, language),
    )
    return f"<tr{'' if now else ' class=cc-old'}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def approvals_table(approvals: Sequence[Approval], words: Words, language: str) -> str:
    """Newest first."""
    if not approvals:
        return empty(words["no_approvals"])
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in words["approval_columns"].values())
    rows = "".join(_approval(approval, language) for approval in reversed(approvals))
    return _table(titles, rows)


def _approval(approval: Approval, language: str) -> str:
    answer = f"<code>{escape(approval.article_id)}</code>" if approval.article_id else escape(approval.text)
    cells = (
        escape(approval.question),
        escape(approval.lang.upper()),
        answer,
        escape(approval.by),
        moment(approval.approved, language),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(titles: str, rows: str) -> str:
    return (
        f'<div class="cc-scroll" tabindex="0"><table class="cc-table"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
