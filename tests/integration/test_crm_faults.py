"""What goes wrong between us and a CRM, and what may be known of it."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.adapters.crm.clients import WebhookClient
from app.adapters.crm.delivery import CrmDelivery
from app.adapters.crm.http import CrmHttp
from app.adapters.mocks.crm.server import WebhookMock
from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable
from tests.support.mock_crm import CANARY, SECRET, RunningCrm, client_at, event, running_crm
from tests.support.provider import told_by

pytestmark = pytest.mark.anyio
KINDS = ["bitrix24", "amocrm", "hubspot", "webhook"]
UNAVAILABLE = ["408", "429", "429_retry_after", "500", "502", "503", "reset", "lost"]
REFUSED = ["400", "401", "403", "redirect", "large"]
UNREADABLE = {"html_200": CrmUnavailable, "cut_json": CrmUnavailable, "wrong_shape": CrmRefused}
EVENT = event("ticket.opened", 1)


@pytest.fixture(scope="module", params=KINDS)
def running(request: pytest.FixtureRequest) -> Iterator[RunningCrm]:
    with running_crm(request.param) as crm:
        yield crm


@pytest.fixture
def crm(running: RunningCrm) -> RunningCrm:
    running.mock.fault = None
    running.mock.requests.clear()
    return running


@pytest.fixture(scope="module")
def hubspot() -> Iterator[RunningCrm]:
    with running_crm("hubspot") as crm:
        yield crm


async def failure(crm: RunningCrm, **given: object) -> CrmError:
    async with client_at(crm, **given) as client:
        with pytest.raises(CrmError) as caught:
            await client.deliver(EVENT)
    return caught.value


@pytest.mark.parametrize("fault", [*UNAVAILABLE, *REFUSED])
async def test_a_fault_says_whether_another_try_is_of_use(crm: RunningCrm, fault: str) -> None:
    crm.fail(fault)
    error = await failure(crm)
    expected = CrmUnavailable if fault in UNAVAILABLE else CrmRefused
    assert type(error) is expected
    assert len(crm.mock.requests) == 1


@pytest.mark.parametrize("fault", UNREADABLE)
async def test_a_success_that_cannot_be_read_is_none(crm: RunningCrm, fault: str) -> None:
    """A receiver of webhooks may say what it likes."""
    crm.fail(fault)
    if crm.kind == "webhook":
        async with client_at(crm) as client:
            await client.deliver(EVENT)
    else:
        assert type(await failure(crm)) is UNREADABLE[fault]


async def test_a_server_that_hangs_is_given_up_in_time(crm: RunningCrm) -> None:
    crm.fail("hang")
    error = await failure(crm, crm_timeout=0.2)
    assert type(error) is CrmUnavailable
    assert "in time" in str(error)


async def test_a_server_that_is_gone_is_unavailable(crm: RunningCrm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    assert type(await failure(crm, crm_url=address)) is CrmUnavailable


async def test_a_wait_that_is_asked_for_is_told(crm: RunningCrm) -> None:
    crm.fail("429_retry_after")
    assert (await failure(crm)).retry_after == 7


def dropped(record: logging.LogRecord) -> bool:
    """Lines below a warning that the library writes itself never get into our log (`configure_logging`)."""
    return record.name.startswith("httpcore2") and record.levelno < logging.WARNING


@pytest.mark.parametrize("fault", [*UNAVAILABLE, *REFUSED, *UNREADABLE])
async def test_the_token_is_told_to_nobody(
    crm: RunningCrm, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    crm.fail(fault)
    async with client_at(crm) as client:
        try:
            await client.deliver(EVENT)
            told = ""
        except CrmError as error:
            told = told_by(error)
    secret = SECRET if crm.kind == "webhook" else CANARY
    kept = [record for record in caplog.records if not dropped(record)]
    assert secret not in told + repr(client) + "".join(record.getMessage() for record in kept)


async def test_a_wrong_token_is_refused(crm: RunningCrm) -> None:
    wrong = {"webhook_secret": "whsec_" + "QUJD" * 8} if crm.kind == "webhook" else {"crm_token": "another"}
    error = await failure(crm, **wrong)
    assert type(error) is CrmRefused
    assert "HTTP 401" in str(error)


@pytest.mark.parametrize(
    ("kind", "fault", "told", "wait"),
    [
        ("bitrix24", "503", "HTTP 503, QUERY_LIMIT_EXCEEDED", 2),
        ("bitrix24", "429", "HTTP 429, OPERATION_TIME_LIMIT", 600),
        ("bitrix24", "401", "HTTP 401, expired_token", None),
        ("hubspot", "401", "HTTP 401, INVALID_AUTHENTICATION", None),
        ("hubspot", "429", "HTTP 429, RATE_LIMITS", 1),
        ("amocrm", "429", "HTTP 429", None),
    ],
)
async def test_the_known_codes_of_a_crm_are_told(kind: str, fault: str, told: str, wait: int | None) -> None:
    with running_crm(kind) as crm:
        crm.fail(fault)
        error = await failure(crm)
    assert (error.detail, error.retry_after) == (told, wait)


async def test_a_record_that_came_up_meanwhile_is_the_one_that_is_meant(hubspot: RunningCrm) -> None:
    async with client_at(hubspot) as client:
        assert isinstance(client, CrmDelivery)
        await client.records.contacts("customer_1")
        first = await client.records.add_contact(EVENT)
        assert await client.records.add_contact(EVENT) == first
        assert await client.records.case("d1") is None
        case = await client.records.add_case(EVENT, False, first)
        assert await client.records.add_case(EVENT, False, first) == case


NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


async def test_a_webhook_is_signed_as_the_convention_says() -> None:
    with running_crm("webhook") as crm:
        keeper = crm.keeper
        assert isinstance(keeper, WebhookMock)
        async with client_at(crm) as client:
            await client.deliver(EVENT)
            await client.deliver(EVENT)
            assert "405" in await client.check()
    (message,) = crm.rows("events")
    assert keeper.repeats == 1
    assert message["id"] == EVENT.id
    assert (message["type"], message["timestamp"]) == ("ticket.opened", "2026-11-20T09:30:00Z")
    assert message["data"] == json.loads(EVENT.model_dump_json())


async def test_an_old_or_changed_webhook_does_not_pass_the_library() -> None:
    """The time that is signed is that of the attempt, as the clock says it."""
    with running_crm("webhook") as crm:
        http = CrmHttp(
            f"{crm.url}/hook", timeout=5, allow_private=True, now=lambda: NOW - timedelta(days=900)
        )
        client = WebhookClient(http, SECRET)
        with pytest.raises(CrmRefused, match="HTTP 401"):
            await client.deliver(EVENT)
        await client.aclose()
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(
            "{}", {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,AA=="}
        )
