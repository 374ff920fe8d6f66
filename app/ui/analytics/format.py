"""Figures, shares, spans and days as they are read in a language."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

LOCALES = {"ru": "ru_RU", "en": "en_GB"}
_SHORT = {"ru": "d MMM", "en": "d MMM"}
_LONG = {"ru": "dd.MM.yyyy", "en": "d MMM yyyy"}
NOTHING = "—"
MINUTE, HOUR, DAY = 60, 3600, 86400


def number(value: float | None, language: str, digits: int = 0) -> str:
    if value is None:
        return NOTHING
    form = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, form, locale=LOCALES[language]))


def percent(share: float, language: str, digits: int = 0) -> str:
    form = "0" + ("." + "0" * digits if digits else "") + " %"
    return str(format_percent(share, form, locale=LOCALES[language]))


def fitting(share: float, language: str) -> str:
    """With a decimal where a whole per cent would hide the figure."""
    return percent(share, language, 1 if 0 < share < 0.1 else 0)


def dollars(value: float, language: str) -> str:
    """Cents, or four digits where there are not even cents."""
    form = "$#,##0.00" if value >= 1 or value == 0 else "$0.0000"
    return str(format_currency(value, "USD", form, locale=LOCALES[language], currency_digits=False))


def seconds(value: float | None, language: str, units: dict[str, str]) -> str:
    """`1.2 s`, `3 min 5 s`, `2 h 10 min`."""
    if value is None:
        return NOTHING
    if value < MINUTE:
        return f"{number(value, language, 1 if value < 10 else 0)}\u00a0{units['s']}"
    whole = round(value)
    if whole < HOUR:
        return _pair(whole // MINUTE, units["min"], whole % MINUTE, units["s"])
    if whole < 2 * DAY:
        return _pair(whole // HOUR, units["h"], whole % HOUR // MINUTE, units["min"])
    return _pair(whole // DAY, units["d"], whole % DAY // HOUR, units["h"])


def _pair(first: int, large: str, second: int, small: str) -> str:
    tail = f" {second}\u00a0{small}" if second else ""
    return f"{first}\u00a0{large}{tail}"


def short_day(day: date, language: str) -> str:
    return str(format_date(day, _SHORT[language], locale=LOCALES[language]))


def long_day(day: date, language: str) -> str:
    """22.11.2026 or 22 Nov 2026."""
    return str(format_date(day, _LONG[language], locale=LOCALES[language]))
