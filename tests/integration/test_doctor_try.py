"""`call-center doctor --try` against servers of several habits, over real HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command import in_process
from tests.support.mock_llm import MockProvider


def tried(mock: MockProvider, at: Path, **more: str) -> tuple[dict[str, str], int]:
    """By mode what was told, and the exit status."""
    given = {"OPENAI_BASE_URL": mock.url, "COLUMNS": "250", **more}
    done = in_process("doctor", "--try", cwd=at, **given)
    lines = re.findall(r"^(\S) (?: *)((?:try: )?[a-z]+(?: [a-z]+)*) {2,}(.+?) *$", done.stdout, re.MULTILINE)
    return {what.removeprefix("try: "): f"{sign} {told}" for sign, what, told in lines}, done.returncode


def test_every_mode_is_tried_with_one_small_call(mock: MockProvider, tmp_path: Path) -> None:
    mock.config.habit = "no_index"
    told, status = tried(mock, tmp_path)
    assert status == 0
    for mode in ("plain", "stream"):
        assert told[mode].startswith("✓ “Mock reply to: Answer with")
    for mode in ("tools", "tools streamed"):
        assert told[mode].startswith("✓ called LookUpOrder in ")
    assert told["typed"].startswith("✓ supervisor by json_schema")
    assert told["asked otherwise"].startswith("✓ nothing")
    assert mock.attempts == 5


def test_what_had_to_be_asked_otherwise_is_told(mock: MockProvider, tmp_path: Path) -> None:
    mock.config.habit = "no_temperature"
    told, _ = tried(mock, tmp_path)
    assert told["asked otherwise"] == "✓ without TEMPERATURE"
    mock.config.habit = "no_forms"
    assert "supervisor by prompt" in tried(mock, tmp_path)[0]["typed"]


def test_a_model_that_calls_no_tools_is_named(mock: MockProvider, tmp_path: Path) -> None:
    told, status = tried(mock, tmp_path)
    assert told["tools"].startswith("! answered in words")
    assert "agents need a model that calls tools" in told["tools"]
    assert status == 0


@pytest.mark.parametrize(("fallback", "status"), [("true", 0), ("false", 1)])
@pytest.mark.parametrize(("fault", "mend"), [("401", "check OPENAI_API_KEY"), ("404", "check OPENAI_MODEL")])
def test_what_fails_says_how_to_mend_it(
    mock: MockProvider, tmp_path: Path, fault: str, mend: str, fallback: str, status: int
) -> None:
    mock.config.fault = fault
    told, code = tried(mock, tmp_path, MODEL_FALLBACK=fallback)
    assert code == status
    for mode in ("plain", "stream", "tools", "tools streamed"):
        assert f"HTTP {fault}" in told[mode]
        assert mend in told[mode]


def test_without_a_provider_there_is_nothing_to_try(tmp_path: Path) -> None:
    done = in_process("doctor", "--try", cwd=tmp_path)
    assert done.returncode == 0
    assert "the embedded model needs no trial" in done.stdout
