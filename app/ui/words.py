"""Texts of the workbench per language and room, error sentences, and formats of dates, numbers and money."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from starlette.requests import Request

from app.core.company import in_use
from app.core.documents import DocumentUnusable, LeftOut
from app.core.exceptions import CallCenterError
from app.core.locales import LOCALES, languages
from app.core.wording import filled
from app.core.yaml import load
from app.ui.request import browser_zone

LANGUAGES = languages("ui")

Words = dict[str, Any]


@cache
def words(language: str, room: str) -> Words:
    """Raises FileNotFoundError for a room without words: a missing translation is a defect."""
    company = in_use()
    known = filled(load(LOCALES / language / "ui" / f"{room}.yaml"), company.words(language))
    if room == "frame":
        known["agents"] = company.agent_titles(language) | known["agents"]
    return cast(Words, known)


def describe_left_out(name: str, left_out: LeftOut, language: str) -> str:
    """What of an added document is not kept."""
    sentence: str = words(language, "problems")["left_out"][left_out.kind]
    return sentence.format(name=name, where=left_out.where)


def describe_error(error: CallCenterError, language: str, own: Mapping[str, str] | None = None) -> str:
    """`own` are sentences of one room, by code. In the error's own words where it has none of ours."""
    known = words(language, "problems")
    if own and error.code in own:
        return own[error.code]
    if isinstance(error, DocumentUnusable):
        sentence: str = known["documents"][error.kind.name.lower()]
        return sentence.format(file=error.file, **error.fields)
    return str(known["codes"].get(error.code, error))


NOTHING = "—"
MINUTE, HOUR, DAY = 60, 3600, 86400


def moment(at: datetime, language: str, zone: tzinfo | None = None) -> str:
    """22.11.2026 18:05, or 22 Nov 2026 18:05: where the browser is, unless a zone is named."""
    from babel.dates import format_datetime  # noqa: PLC0415  (heavy)

    pattern = "dd.MM.y HH:mm" if language == "ru" else "d MMM y HH:mm"
    return format_datetime(at, pattern, tzinfo=zone or browser_zone(), locale=language)


def long_day(day: date, language: str) -> str:
    """22.11.2026 or 22 Nov 2026."""
    from babel.dates import format_date  # noqa: PLC0415  (heavy)

    return format_date(day, "dd.MM.y" if language == "ru" else "d MMM y", locale=language)


def short_day(day: date, language: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  (heavy)

    return format_date(day, "d MMM", locale=language)


def language_name(code: str, language: str) -> str:
    """«русский» or English: a language in the words of another; its code where nobody knows it."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (heavy)

    with suppress(UnknownLocaleError, ValueError):
        return str(Locale.parse(code).get_language_name(language) or code)
    return code


def zone_name(zone: ZoneInfo, at: datetime, language: str) -> str:
    """«Москва (UTC+3)»: by its place, and how far off it is then."""
    from babel.dates import get_timezone_location  # noqa: PLC0415  (heavy)

    offset = at.astimezone(zone).utcoffset()
    if zone.key == "UTC" or offset is None:
        return zone.key
    hours, minutes = divmod(abs(round(offset.total_seconds())) // MINUTE, MINUTE)
    sign = "−" if offset.total_seconds() < 0 else "+"
    far = f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
    return f"{get_timezone_location(zone, locale=language, return_city=True)} ({far})"


def short_month(day: date, language: str) -> str:
    """«нояб.» or Nov."""
    from babel.dates import format_date  # noqa: PLC0415  (heavy)

    return format_date(day, "MMM", locale=language)


def number(value: float | None, language: str, digits: int | None = None) -> str:
    """1 990,5 without a place to break, or 1,990.5. Without `digits` as many as it has, at most three."""
    from babel.numbers import format_decimal  # noqa: PLC0415  (heavy)

    if value is None:
        return NOTHING
    form = None if digits is None else "#,##0" + _decimals(digits)
    return format_decimal(value, form, locale=language)


def percent(share: float, language: str, digits: int = 0) -> str:
    """Of a share between 0 and 1: 83,3 % without a place to break, or 83.3%."""
    from babel import Locale  # noqa: PLC0415  (heavy)
    from babel.numbers import format_percent  # noqa: PLC0415  (heavy)

    usual = Locale.parse(language).percent_formats[None].pattern
    return format_percent(share, usual.replace("#,##0", f"0{_decimals(digits)}"), locale=language)


def fitting(share: float, language: str) -> str:
    """A per cent, with a decimal where a whole one would hide the figure."""
    return percent(share, language, 1 if 0 < share < 0.1 else 0)


def roubles(amount: float, language: str) -> str:
    """1 234 ₽, or 1,234 ₽; the sign does not break away."""
    return f"{number(amount, language)}\u00a0₽"


def dollars(value: float, language: str) -> str:
    """Cents, or four digits where there are not even cents."""
    from babel.numbers import format_currency  # noqa: PLC0415  (heavy)

    form = "$#,##0.00" if value >= 1 or value == 0 else "$0.0000"
    return format_currency(value, "USD", form, locale=language, currency_digits=False)


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


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""


@dataclass(frozen=True)
class RoomTexts:
    """The words of one room and the formats of its language: `t` in the templates.

    `agents` are names of agents and operators; the one of "—" stands for nobody.
    """

    language: str
    words: Words
    agents: Mapping[str, str]

    def agent(self, name: str | None) -> str:
        """An agent of another roster has its own name."""
        key = name or NOTHING
        return self.agents.get(key, key)

    def describe_problem(self, error: CallCenterError) -> str:
        """A sentence in the page's language: the room's own where it has one."""
        return describe_error(error, self.language, self.words.get("problems"))

    def moment(self, at: datetime) -> str:
        return moment(at, self.language)

    def number(self, value: float | None, digits: int | None = None) -> str:
        return number(value, self.language, digits)

    def percent(self, share: float, digits: int = 0) -> str:
        return percent(share, self.language, digits)

    def dollars(self, value: float) -> str:
        return dollars(value, self.language)

    def roubles(self, amount: float) -> str:
        return roubles(amount, self.language)

    def seconds(self, value: float | None) -> str:
        """In the room's `units`."""
        return seconds(value, self.language, self.words["units"])


@lru_cache
def room_texts(language: str, room: str) -> RoomTexts:
    return RoomTexts(language, words(language, room), words(language, "frame")["agents"])


def choose_language(request: Request) -> str:
    """The one chosen before, else the first supported one that the browser prefers, else Russian."""
    wanted = [request.cookies.get("cc_lang", "")]
    wanted += [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])
