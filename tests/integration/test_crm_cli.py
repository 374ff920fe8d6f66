"""`call-center crm test` and `call-center mock-crm`, and the settings behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.adapters.crm.clients import client_of
from app.adapters.mocks.crm.faults import FAULTS
from app.core.config import Settings, load_settings
from app.core.exceptions import SettingInvalid
from tests.integration.test_cli import started
from tests.support.command import call_center, in_process
from tests.support.mock_crm import CANARY, SECRET, RunningCrm, running_crm

KINDS = ["amocrm", "bitrix24", "hubspot", "webhook"]
URL = "https://crm.example.com"


@pytest.fixture(params=KINDS)
def crm(request: pytest.FixtureRequest) -> Iterator[RunningCrm]:
    with running_crm(request.param) as crm:
        yield crm


def test_the_connection_is_tried(crm: RunningCrm, tmp_path: Path) -> None:
    done = in_process("crm", "test", cwd=tmp_path, **crm.environment)
    assert done.returncode == 0, done.stderr
    assert f"Configured: {crm.kind} at 127.0.0.1, 10 s per request." in done.stdout
    assert "answers" in done.stdout
    assert crm.rows("events" if crm.kind == "webhook" else "contacts") == []


def test_a_sent_trial_event_stands_there_once(crm: RunningCrm, tmp_path: Path) -> None:
    done = in_process("crm", "test", "--send", cwd=tmp_path, **crm.environment)
    assert done.returncode == 0, done.stderr
    assert "accepted twice" in done.stdout if crm.kind == "webhook" else "stands there once" in done.stdout
    assert len(crm.rows("events" if crm.kind == "webhook" else "notes")) == 1


@pytest.mark.parametrize("fault", ["401", "429", "html_200", "reset"])
def test_what_is_wrong_is_told_in_one_sentence(crm: RunningCrm, tmp_path: Path, fault: str) -> None:
    crm.fail(fault)
    done = in_process("crm", "test", "--send", cwd=tmp_path, **crm.environment)
    if crm.kind == "webhook" and fault == "html_200":
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert done.stderr.startswith("The CRM ")
    assert len(done.stderr.splitlines()) == 1
    assert CANARY not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_without_a_crm_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    done = in_process("crm", "test", cwd=tmp_path)
    assert done.returncode == 2
    assert "docs/crm.md" in done.stderr


def test_a_private_address_needs_to_be_let_in(tmp_path: Path) -> None:
    with running_crm("hubspot") as crm:
        given = {**crm.environment, "CRM_ALLOW_PRIVATE": "false"}
        done = in_process("crm", "test", cwd=tmp_path, **given)
    assert done.returncode == 1
    assert "CRM_ALLOW_PRIVATE" in done.stderr
    assert crm.mock.requests == []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"crm": "webhook", "webhook_secret": SECRET}, "CRM_URL"),
        ({"crm": "webhook", "crm_url": URL}, "WEBHOOK_SECRET"),
        ({"crm": "webhook", "crm_url": URL, "webhook_secret": "whsec_я"}, "WEBHOOK_SECRET"),
        ({"crm": "webhook", "crm_url": URL, "webhook_secret": "whsec_not-base64!"}, "WEBHOOK_SECRET"),
        ({"crm": "webhook", "crm_url": URL, "webhook_secret": "whsec_QUJD"}, "WEBHOOK_SECRET"),
        ({"crm": "bitrix24"}, "CRM_URL"),
        ({"crm": "amocrm", "crm_token": CANARY}, "CRM_URL"),
        ({"crm": "amocrm", "crm_url": URL}, "CRM_TOKEN"),
        ({"crm": "bitrix24", "crm_url": f"http://0177.0.0.1/{CANARY}"}, "CRM_URL"),
        ({"crm": "hubspot"}, "CRM_TOKEN"),
        ({"crm": "hubspot", "crm_token": f"{CANARY}\nx"}, "CRM_TOKEN"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(given: dict[str, str], name: str) -> None:
    with pytest.raises(SettingInvalid, match=name) as told:
        client_of(load_settings(_env_file=None, **given))
    assert CANARY not in str(told.value)


def test_the_address_of_a_webhook_is_not_shown_with_the_settings() -> None:
    settings = Settings(_env_file=None, crm_url=f"{URL}/rest/1/{CANARY}/", crm_token=CANARY)
    assert CANARY not in repr(settings) + str(settings)


def test_the_faults_of_the_mock_are_listed(tmp_path: Path) -> None:
    done = in_process("mock-crm", "--list-faults", cwd=tmp_path)
    assert done.stdout.split() == sorted(FAULTS)


@pytest.mark.parametrize(
    "wrong", [["--kind", "salesforce"], ["--fault", "earthquake"], ["--fault-on", "("]], ids=lambda w: w[0]
)
def test_a_wrong_option_of_the_mock_is_refused(tmp_path: Path, wrong: list[str]) -> None:
    done = in_process("mock-crm", "--port", "0", *wrong, cwd=tmp_path)
    assert done.returncode == 2
    assert wrong[0] in done.stderr


def test_the_mock_prints_the_settings_that_lead_to_it(tmp_path: Path) -> None:
    with started(tmp_path, "mock-crm", "--kind", "bitrix24", "--port", "0") as process:
        assert process.stderr
        given = dict(process.stderr.readline().strip().split("=", 1) for _ in range(4))
        done = call_center("crm", "test", "--send", cwd=tmp_path, **given)
        address = given["CRM_URL"].replace("localhost", "127.0.0.1").removesuffix("/rest/1")
        kept = httpx2.get(f"{address}/mock", trust_env=False).json()
    assert done.returncode == 0, done.stderr
    assert "stands there once" in done.stdout
    assert [contact["ORIGIN_ID"] for contact in kept["contacts"]] == ["crm_test"]
