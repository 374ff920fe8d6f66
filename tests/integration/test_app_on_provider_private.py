"""With REDACT_BEFORE_LLM the provider sees no personal data; the customer and the tools miss none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.bootstrap import build
from app.core.models import TurnProgress
from app.telemetry.logs import configure_logging
from tests.support.call_centre import Site, call, route_to, site
from tests.support.logs import logging_kept
from tests.support.mock_llm import running_mock
from tests.support.provider import CANARY
from tests.support.server import settings

PLANTED = {
    "phone": "8 (916) 123-45-67",
    "email": "zebra.canary@mail.ru",
    "card": "4111 1111 1111 1111",
    "passport": "4517 839204",
    "snils": "112-233-445 95",
    "inn": "500100732259",
    "address": "ул. Канареечная, д. 5, кв. 12",
}
TEXT = (
    f"Тариф Про: телефон {PLANTED['phone']}, почта {PLANTED['email']}, карта {PLANTED['card']}, "
    f"паспорт {PLANTED['passport']}, СНИЛС {PLANTED['snils']}, ИНН {PLANTED['inn']}, {PLANTED['address']}"
)
CANARIES = (*PLANTED.values(), "zebra", "Канареечная", "4111 1111", "839204", "123-45-67", "0073225")
READ = ("/api/v1/health", "/api/v1/health/detailed", "/api/v1/analytics/csv", "/metrics", "/openapi.json")
FAULTS = ("400", "401", "503", "cut_json", "wrong_label", "unknown_tool")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, redact_before_llm=True, log_level="DEBUG") as at:
        yield at


def hits(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def received(at: Site) -> str:
    return json.dumps(at.sent, ensure_ascii=False)


def test_the_provider_gets_placeholders_and_the_customer_the_values(private: Site) -> None:
    answer = private.ask(TEXT)
    assert answer["response"] == f"Mock reply to: {TEXT}"
    assert hits(received(private)) == []
    for kind in PLANTED:
        assert f"[{kind}-1]" in received(private)


@pytest.mark.anyio
async def test_a_streamed_answer_has_the_values_too(tmp_path: Path) -> None:
    asked = f"Сколько стоит тариф Про? Мой телефон {PLANTED['phone']}, почта {PLANTED['email']}."
    seen: list[TurnProgress] = []
    with running_mock() as mock:
        given = {"router": "llm", "openai_base_url": mock.url, "openai_api_key": SecretStr(CANARY)}
        bench = build(settings(tmp_path, redact_before_llm=True, **given))
        await bench.start()
        dialog = str((await bench.dialogs.create("customer_123", None)).body["dialog_id"])
        body = (await bench.dialogs.send(dialog, asked, emit=seen.append)).body
        await bench.stop()
        sent = json.dumps(mock.state.requests, ensure_ascii=False)
    shown = "".join(progress.text for progress in seen if progress.kind == "text")
    assert mock.state.requests[-1]["stream"]
    assert shown == body["response"] == f"Mock reply to: {asked}"
    assert hits(sent) == []


def test_tools_are_called_with_the_values(private: Site) -> None:
    asked = f"Тариф Про на [phone-1]? Перезвоните: {PLANTED['phone']}"
    private.script(
        route_to("sales"), call("search_knowledge", question="[phone-2] и [phone-1]"), {"text": "Ок."}
    )
    dialog = private.begin()
    assert private.say(dialog, asked).status_code == 200
    (used,) = private.path(dialog)["tools"]
    assert used["arguments"]["question"] == f"{PLANTED['phone']} и [phone-1]"
    assert hits(received(private)) == []


def test_without_the_setting_the_provider_gets_what_was_written(tmp_path: Path) -> None:
    with site(tmp_path) as at:
        at.ask(TEXT)
        assert all(planted in received(at) for planted in PLANTED.values())


@pytest.mark.parametrize("production", [True, False], ids=["json", "console"])
def test_a_whole_run_leaves_nothing_personal_outside_the_dialogs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], production: bool
) -> None:
    with logging_kept():
        configure_logging("DEBUG", production)
        with site(tmp_path, redact_before_llm=True, model_fallback=False, log_level="DEBUG") as at:
            told = live(at)
            seen = [at.http.get(path).text for path in READ]
            gone = received(at)
    logged = capsys.readouterr()
    assert "turn" in logged.err
    for text in (*told, *seen, gone, logged.err, logged.out):
        assert hits(text) == []


def live(at: Site) -> list[str]:
    """A day with faults; the texts of all errors. Ids and names of requests carry what is planted as well."""
    errors = []
    headers = {"X-Request-ID": f"call {PLANTED['phone']}"}
    for fault in FAULTS:
        at.mock.config.fault = fault
        at.clock.now += 1000
        replies = [
            at.say(at.begin(), TEXT, PLANTED["email"]),
            at.http.post("/api/v1/route", json={"text": TEXT}, headers=headers),
            at.http.get("/api/v1/dialogue", params={"q": PLANTED["phone"]}, headers=headers),
            at.http.get(f"/api/v1/dialogue/{PLANTED['email']}"),
        ]
        errors += [reply.text for reply in replies if reply.status_code >= 400]
    at.mock.config.fault = None
    at.clock.now += 1000
    dialog = at.begin()
    assert at.say(dialog, TEXT).status_code == 200
    closing = {"reason": f"перезвонить {PLANTED['phone']}"}
    assert at.http.post(f"/api/v1/dialogue/{dialog}/close", json=closing).status_code == 200
    assert errors
    return errors
