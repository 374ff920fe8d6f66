"""What the settings room is told: everything but secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.services.system import list_settings

CANARY = "canary-7f3a91"
SECRETS: dict[str, Any] = {
    "openai_api_key": f"sk-{CANARY}",
    "openai_base_url": f"http://127.0.0.1:9/{CANARY}?key={CANARY}",
    "operator_key": CANARY,
    "crm_url": f"https://127.0.0.1/rest/1/{CANARY}/",
    "crm_token": CANARY,
    "webhook_secret": f"whsec_{CANARY}",
    "backoffice_storage": f"postgresql://me:{CANARY}@127.0.0.1/{CANARY}",
    "checkpoint_storage": f"host=127.0.0.1 password={CANARY}",
}
REFUSED: dict[str, Any] = {
    "openai_base_url": f"http://{CANARY}:{CANARY}@127.0.0.1:9/v1",
    "cors_origins": [f"https://{CANARY}@example.com"],
}


def given(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


def test_no_secret_is_shown() -> None:
    assert CANARY not in str(list_settings(given(**SECRETS)))
    assert CANARY not in str(list_settings(given().model_copy(update=REFUSED)))
    assert CANARY not in repr(given(**SECRETS))


@pytest.mark.parametrize("name", ["openai_api_key", "operator_key", "crm_url", "crm_token", "webhook_secret"])
def test_a_secret_is_only_set_or_not(name: str) -> None:
    assert list_settings(given())[name.upper()].kind == "nothing"
    assert list_settings(given(**{name: SECRETS[name]}))[name.upper()].kind == "secret"


def test_of_a_database_only_its_kind_is_told() -> None:
    told = list_settings(given(backoffice_storage=SECRETS["backoffice_storage"]))["BACKOFFICE_STORAGE"]
    assert (told.kind, told.text) == ("hidden", "postgresql")


def test_of_an_address_only_the_host_is_told() -> None:
    told = list_settings(given(openai_base_url="http://localhost:11434/v1"))["OPENAI_BASE_URL"]
    assert told.text == "http://localhost:11434/…"


def test_every_setting_is_there_with_what_is_in_force() -> None:
    found = list_settings(given(debug=False))
    assert list(found) == [name.upper() for name in Settings.model_fields]
    assert found["ROUTER"].text == "local"
    assert found["DEBUG"].text == "false"


def test_what_differs_from_its_default_is_marked() -> None:
    found = list_settings(given(knowledge_storage=Path("elsewhere"), port=8000, debug=False))
    assert found["KNOWLEDGE_STORAGE"].changed
    assert found["DEBUG"].changed
    assert not found["PORT"].changed
