"""Secrets that lie in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import SECRETS, Settings, load_settings
from app.core.exceptions import SettingInvalid

STORAGE_KEY = "A" * 43 + "="
SECRET = "canary-5b1f-of-at-least-32-characters"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env` and no secret of a developer."""
    monkeypatch.chdir(tmp_path)
    for name in SECRETS:
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", "utf-8")
    for name in SECRETS:
        monkeypatch.setenv(f"{name.upper()}_FILE", str(tmp_path / "key"))
    (tmp_path / "storage").write_text(f"{STORAGE_KEY}\n", "utf-8")
    monkeypatch.setenv("STORAGE_KEY_FILE", str(tmp_path / "storage"))
    settings = load_settings()
    found = {name: getattr(settings, name).get_secret_value() for name in SECRETS}
    assert found == dict.fromkeys(SECRETS, SECRET) | {"storage_key": STORAGE_KEY}


def test_every_secret_may_lie_in_a_file() -> None:
    kinds = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert kinds == set(SECRETS)


def test_a_file_that_is_not_there_or_beside_a_value_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPERATOR_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingInvalid, match="OPERATOR_KEY_FILE is wrong: the file cannot be read"):
        load_settings()
    (tmp_path / "none").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SettingInvalid, match="it is not UTF-8"):
        load_settings()
    monkeypatch.setenv("OPERATOR_KEY", "both")
    with pytest.raises(SettingInvalid, match="OPERATOR_KEY is set too"):
        load_settings()
