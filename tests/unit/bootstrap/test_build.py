"""The application as it is put together: what is passed in stands, also when it is empty."""

from __future__ import annotations

from pathlib import Path

from app.bootstrap import build
from tests.support.server import settings


def test_who_passes_no_articles_gets_none(tmp_path: Path) -> None:
    assert build(settings(tmp_path), articles=[]).knowledge.articles == {}
