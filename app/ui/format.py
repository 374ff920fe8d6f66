"""Dates and numbers, as each language writes them."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime, language: str) -> str:
    """22.11.2026 18:05, or 22 Nov 2026 18:05."""
    from babel.dates import format_datetime  # noqa: PLC0415  (heavy)

    pattern = "dd.MM.y HH:mm" if language == "ru" else "d MMM y HH:mm"
    return format_datetime(at, pattern, locale=language)


def number(value: float, language: str) -> str:
    """1 990 with spaces that do not break, or 1,990."""
    from babel.numbers import format_decimal  # noqa: PLC0415  (heavy)

    return format_decimal(value, locale=language)
