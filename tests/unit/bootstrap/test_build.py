"""The application as it is put together: what is passed in stands, also when it is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import build
from app.core.exceptions import SettingInvalid
from tests.support.hostile import HostileModel
from tests.support.server import settings


def test_who_passes_no_articles_gets_none(tmp_path: Path) -> None:
    assert build(settings(tmp_path), articles=[]).knowledge.articles == {}


def test_a_model_whose_requests_cannot_be_redacted_is_refused_where_they_must_be(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="REDACT_BEFORE_LLM"):
        build(settings(tmp_path, redact_before_llm=True), model=HostileModel(seed=1))
