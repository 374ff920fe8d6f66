"""The time zone of the browser that is being answered; its page tells it in a cookie."""

from __future__ import annotations

from datetime import UTC, tzinfo
from urllib.parse import unquote

from app.services.analytics.period import PeriodInvalid, zone_of
from app.ui.request import asking


def here() -> tzinfo:
    """UTC where nobody is answered, or what is told is no zone."""
    request = asking()
    told = request.cookies.get("cc_zone", "") if request else ""
    try:
        return zone_of(unquote(told)) if told else UTC
    except PeriodInvalid:
        return UTC
