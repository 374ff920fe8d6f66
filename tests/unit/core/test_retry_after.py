from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from app.adapters.crm.replies import CrmReply, fault_of, silent
from app.adapters.openai.failures import refusal
from app.core.exceptions import CrmUnavailable
from app.core.network import seconds_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LONGEST = 3600
BEYOND = f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3),
        ("0.5", 0.5),
        ("-1", None),
        ("nan", None),
        ("inf", LONGEST),
        ("1e999", LONGEST),
        ("999999999", LONGEST),
        ("soon", None),
        ("", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        (BEYOND, None),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999999999", None),
    ],
)
def test_both_forms_of_a_wait_are_read_with_care(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, NOW, LONGEST) == seconds


def test_a_date_beyond_all_calendars_is_a_refusal_like_any_other() -> None:
    assert refusal(429, BEYOND).wait is None
    fault = fault_of(CrmReply(429, b"", BEYOND), silent, NOW)
    assert isinstance(fault, CrmUnavailable)
    assert fault.retry_after is None


@pytest.mark.parametrize(("header", "seconds"), [("0.2", 1), ("90", 90), ("inf", 86_400), ("nan", None)])
def test_a_crm_is_asked_again_after_a_second_at_least_and_a_day_at_most(
    header: str, seconds: int | None
) -> None:
    fault = fault_of(CrmReply(429, b"", header), silent, NOW)
    assert isinstance(fault, CrmUnavailable)
    assert fault.retry_after == seconds
