"""The test buttons of the status room: each connection is really tried, over loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from app.bootstrap import build
from app.core.exceptions import BackOfficeUnavailable
from app.main import prepare_environment
from app.services.checks import Checked, Checks, CheckTooSoon, CheckUnknown
from app.services.workbench import Workbench
from tests.support.mock_crm import running_crm
from tests.support.mock_llm import running_mock
from tests.support.server import settings

pytest.importorskip("gradio")
KEY = "operators-only"


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens: it is taken, and closed to connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def bench(tmp_path: Path, **given: Any) -> Workbench:
    prepare_environment()
    stores = {
        "backoffice_storage": str(tmp_path / "office.sqlite"),
        "checkpoint_storage": str(tmp_path / "checkpoints"),
    }
    return build(settings(tmp_path / "dialogs", operator_key=KEY, **{**stores, **given}))


def press(made: Workbench, name: str, key: str = KEY, language: str = "en") -> str:
    from app.ui.settings.checking import ConnectionChecks  # noqa: PLC0415
    from app.ui.words import room_texts  # noqa: PLC0415

    async def run() -> str:
        checks = ConnectionChecks(made, room_texts(language, "settings"))
        told = await checks.check({"name": name, "key": key})
        if made.relay:
            await made.relay.delivery.crm.aclose()
        await made.release()
        return str(told["html"])

    return asyncio.run(run())


def test_a_provider_that_answers_costs_one_call_and_tells_how_long_it_took(tmp_path: Path) -> None:
    with running_mock() as mock:
        told = press(bench(tmp_path, openai_api_key="sk-x", openai_base_url=mock.url), "provider")
        assert mock.attempts == 1
    assert "Works. The test took" in told


@pytest.mark.parametrize(("fault", "mend"), [("401", "Check OPENAI_API_KEY"), ("404", "Check OPENAI_MODEL")])
def test_a_provider_that_refuses_is_told_with_the_mend(tmp_path: Path, fault: str, mend: str) -> None:
    with running_mock() as mock:
        mock.config.fault = fault
        told = press(bench(tmp_path, openai_api_key="sk-x", openai_base_url=mock.url), "provider")
    assert f"HTTP {fault}" in told
    assert mend in told
    assert "sk-x" not in told


@pytest.mark.parametrize(
    ("language", "mend"), [("en", "Check OPENAI_BASE_URL"), ("ru", "Проверьте OPENAI_BASE_URL")]
)
def test_a_wrong_address_of_the_provider_is_told(
    tmp_path: Path, nobody: str, language: str, mend: str
) -> None:
    made = bench(tmp_path, openai_api_key="sk-x", openai_base_url=f"{nobody}/v1")
    assert mend in press(made, "provider", language=language)


def test_a_crm_is_tried_and_a_broken_one_told(tmp_path: Path) -> None:
    with running_crm("webhook") as crm:
        given = {name.lower(): value for name, value in crm.environment.items()}
        well = bench(tmp_path / "well", **given)
        assert "Works." in press(well, "crm")
        crm.fail("500")
        told = press(bench(tmp_path / "broken", **given), "crm")
        assert "Check CRM_URL" in told
        assert crm.url not in told


@pytest.mark.parametrize("name", ["storage", "office", "knowledge", "checkpoints"])
def test_what_is_on_this_machine_is_tried(tmp_path: Path, name: str) -> None:
    assert "Works." in press(bench(tmp_path), name)


def test_a_checkpoint_storage_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("a file, where a folder is needed", encoding="utf-8")
    assert "Check path" in press(bench(tmp_path), "checkpoints")


def test_a_press_needs_the_key_a_known_name_and_something_configured(tmp_path: Path) -> None:
    made = bench(tmp_path)
    assert "Enter a key" in press(made, "storage", key="")
    assert "The key is wrong" in press(made, "storage", key="wrong")
    assert "cc-problem" in press(made, "elsewhere")
    assert "not configured" in press(made, "provider")
    assert "not configured" in press(made, "crm")


def test_two_presses_in_a_row_are_one_try() -> None:
    now, tried = [0.0], []

    async def probe() -> None:
        tried.append(now[0])

    async def broken() -> None:
        now[0] += 2
        raise BackOfficeUnavailable

    async def run() -> None:
        checks = Checks({"storage": probe, "office": broken}, clock=lambda: now[0])
        assert await checks.run("storage") == Checked(0)
        with pytest.raises(CheckTooSoon):
            await checks.run("storage")
        assert await checks.run("office") == Checked(2, "back_office_unavailable")
        now[0] += 5
        await checks.run("storage")
        assert tried == [0.0, 7.0]
        with pytest.raises(CheckUnknown):
            await checks.run("crm")

    asyncio.run(run())
