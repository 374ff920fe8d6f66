"""Every setting: documented, in `.env.example`, read by somebody, and clear about a wrong value."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from app.core.config import Settings, load_settings
from app.core.exceptions import SettingInvalid
from tests.support.command import call_center, imported_by, in_process, run
from tests.support.paths import ROOT

SECRET = "sk-canary-5e771263"
Start = Callable[..., CompletedProcess[str]]
NAMES = sorted(Settings.model_fields)

DOCUMENTED: dict[str, object] = {
    "openai_api_key": None,
    "openai_model": "gpt-4o-mini",
    "temperature": 0.7,
    "max_tokens": 1000,
    "environment": "development",
    "debug": True,
    "log_level": "INFO",
    "dialogs_storage_path": Path("storage/dialogs"),
    "eval_runs": Path("storage/eval_runs"),
    "max_dialog_history": 20,
    "recursion_limit": 50,
    "enable_memory": False,
    "checkpoint_storage": "storage/checkpoints",
    "cors_origins": [],
}

WRONG = {
    "openai_base_url": [
        "ftp://x",
        "localhost:11434",
        "http://",
        "http://x:port/v1",
        "http://x:99999",
        "http://user:word@localhost/v1",
    ],
    "temperature": ["2.1", "-1", "warm", "nan"],
    "max_tokens": ["0", "many", "1.5"],
    "model_timeout": ["0", "-5", "inf", "soon"],
    "model_first_token": ["0", "-5", "inf", "soon"],
    "model_fallback": ["perhaps"],
    "redact_before_llm": ["perhaps"],
    "price_input": ["-0.1", "inf"],
    "price_output": ["-0.1", "nan"],
    "spend_per_customer_day": ["-0.1", "inf"],
    "spend_per_day": ["-0.1", "nan"],
    "router": ["magic", "LOCAL "],
    "router_threshold": ["1.1", "-0.1"],
    "max_dialog_history": ["0", "-1"],
    "recursion_limit": ["1"],
    "enable_memory": ["perhaps"],
    "memory_dialogs": ["0", "-1"],
    "environment": ["staging"],
    "debug": ["perhaps"],
    "log_level": ["LOUD"],
    "dialog_timeout_minutes": ["-1"],
    "retention_days": ["-1", "for ever"],
    "proposal_minutes": ["0", "soon"],
    "max_waiting_messages": ["0"],
    "max_turns": ["0", "many"],
    "port": ["70000", "-1", "http"],
    "max_body_bytes": ["10"],
    "max_connections": ["15", "many"],
    "client_timeout": ["0", "nan"],
    "new_dialogs_per_minute": ["-1", "many"],
    "customer_turns_per_minute": ["-1", "many"],
    "dialog_turns_per_minute": ["-1", "many"],
    "address_turns_per_minute": ["-1", "many"],
    "key_turns_per_second": ["-1", "0.5"],
    "shutdown_grace": ["-1"],
    "ui": ["perhaps"],
    "insecure": ["perhaps"],
    "session_idle_minutes": ["0", "long"],
    "session_hours": ["0", "-1"],
    "allowed_hosts": ["https://a.example", "a.example:8000", "a.example/x", "*.*.example", "a b", "[::1]"],
    "trusted_proxies": ["proxy", "10.0.0.0/33", "10.0.0.1:8000", "10.0.0.1, x"],
    "operator_key": ["two words", "ключ"],
    "access_secret": ["two words", "ключ", "31-characters-are-one-too-few-x"],
    "storage_key": ["two words", "ключ", "k" * 44, "a" * 43, f"{'A' * 43}=,", f"{'A' * 43}= {'A' * 43}="],
    "cors_origins": [
        "example.com",
        "https://a.example,b",
        "https://a.example/",
        "https://me@a.example",
        "https://a.example?b",
    ],
    "backoffice_storage": ["mysql://localhost/name", "postgresql+asyncpg://localhost/name"],
    "checkpoint_storage": ["sqlite:///storage/checkpoints", "mysql://localhost/name"],
    "demo_data": ["perhaps"],
    "demo_week": ["perhaps"],
    "refund_limit": ["-1", "1.5"],
    "refunds_per_year": ["-1", "often"],
    "credit_limit": ["-1", "much"],
    "order_limit": ["-1", "much"],
    "crm": ["salesforce", "Bitrix24"],
    "knowledge_shipped": ["perhaps"],
    "approved_answers": ["perhaps"],
    "detect_injection": ["perhaps"],
    "crm_url": ["ftp://x", "example.com", "http://", "https://user:word@example.com/hook"],
    "crm_allow_private": ["perhaps"],
    "crm_timeout": ["0", "-5", "inf", "soon"],
}
ANY_TEXT = {
    "openai_api_key",
    "openai_model",
    "crm_token",
    "knowledge_storage",
    "dialogs_storage_path",
    "access_storage",
    "eval_runs",
    "host",
    "router_artefact",
    "webhook_secret",
}

HEAVY = {
    "gradio",
    "sklearn",
    "scipy",
    "plotly",
    "pandas",
    "langgraph",
    "langchain_openai",
    "openai",
    "fastapi",
}
HEAVY |= {"pydantic_settings", "numpy"}
SERVE = """
import asyncio
from app.main import app
async def one_turn(bench):
    await bench.start()
    await bench.dialogs.create("customer", "Сколько стоит тариф Профи?")
    await bench.stop()
asyncio.run(one_turn(app.state.workbench))
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting in the environment, no `.env` in the folder."""
    for name in NAMES:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "default"), DOCUMENTED.items())
def test_a_documented_setting_has_its_documented_default(name: str, default: object) -> None:
    assert getattr(Settings(), name) == default


def test_the_example_file_names_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(names) == sorted(name.upper() for name in NAMES)


def test_the_example_file_holds_the_defaults() -> None:
    assert Settings(_env_file=ROOT / ".env.example") == Settings()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_read_outside_its_own_file(name: str) -> None:
    assert name in _read_in_the_application()


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_a_wrong_value_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name.upper(), value)
    with pytest.raises(SettingInvalid) as told:
        load_settings()
    assert re.fullmatch(rf"Setting {name.upper()} is wrong: [^\n]+\.", str(told.value))
    assert told.value.__cause__ is None


def test_the_table_of_wrong_values_is_complete() -> None:
    assert WRONG.keys() | ANY_TEXT == set(NAMES)


def test_unknown_variables_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CALL_CENTER_UNKNOWN", "1")
    (tmp_path / ".env").write_text("SOMETHING_ELSE=1\nOPENAI_ORGANISATION=x\n")
    assert load_settings() == Settings()


def test_the_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_TOKENS=77\nTEMPERATURE=0.1\nOPENAI_MODEL=\n")
    monkeypatch.setenv("TEMPERATURE", "0.2")
    settings = load_settings()
    assert (settings.max_tokens, settings.temperature) == (77, 0.2)
    assert settings.openai_model == "gpt-4o-mini"


def test_a_file_in_another_encoding_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("OPENAI_MODEL=модель\n".encode("cp1251"))
    with pytest.raises(SettingInvalid, match=r"^Setting in \.env is wrong: the file is not UTF-8\.$"):
        load_settings()


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example,")
    assert load_settings().cors_origins == ["https://a.example", "https://b.example"]


def test_a_key_is_never_shown() -> None:
    settings = load_settings(openai_api_key=SECRET)
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "start",
    [
        partial(call_center, "serve"),
        partial(in_process, "route"),
        partial(run, sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"),
    ],
    ids=["serve", "route", "uvicorn"],
)
@pytest.mark.parametrize(
    ("name", "value"), [("OPENAI_BASE_URL", f"ftp://{SECRET}@x"), ("ROUTER", "llm")], ids=["value", "router"]
)
def test_every_way_to_start_tells_a_wrong_setting_plainly(
    tmp_path: Path, start: Start, name: str, value: str
) -> None:
    key = {"OPENAI_API_KEY": SECRET} if name != "ROUTER" else {}
    done = start(cwd=tmp_path, **{name: value}, **key)
    told = done.stderr + done.stdout
    assert done.returncode != 0
    assert re.fullmatch(rf"Setting {name} is wrong: [^\n]+\.\n", told)
    assert SECRET not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["--help", "version"])
def test_a_light_command_imports_nothing_heavy(tmp_path: Path, command: str) -> None:
    assert imported_by("-m", "app.cli", command, cwd=tmp_path) & HEAVY == set()


def test_an_import_does_no_work(tmp_path: Path) -> None:
    imported = imported_by("-c", "import app, app.main, app.cli.main", cwd=tmp_path)
    assert imported & (HEAVY | {"uvicorn", "langchain_core"}) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_serves_without_a_key_imports_neither_provider_nor_browser_part_nor_sklearn(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("UI=false\nLOG_LEVEL=ERROR\n")
    imported = imported_by("-c", SERVE, cwd=tmp_path)
    assert {"fastapi", "langgraph"} <= imported
    assert imported & {"langchain_openai", "openai", "gradio", "sklearn", "plotly", "pandas"} == set()


@cache
def _read_in_the_application() -> set[str]:
    """Settings that are attributes of something called settings, or that a property so read looks at."""
    read: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        if path.name != "config.py":
            read |= _attributes_of("settings", ast.parse(path.read_text("utf-8")))
    config = ast.parse((ROOT / "app/core/config.py").read_text("utf-8"))
    for node in ast.walk(config):
        if isinstance(node, ast.FunctionDef) and node.name in read:
            read |= _attributes_of("self", node)
    return read


def _attributes_of(owner: str, tree: ast.AST) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] == owner
    }
