"""Letters that stand for many, and texts without a blank, do not end a running server."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.faults.customers import CREATE
from tests.faults.test_server_kill import serving

pytestmark = pytest.mark.xdist_group("server")
TEXTS = [
    "\ufdfa" * 12,
    "\ufdfa" * 600,
    "не работает " + "\ufdfa" * 40,
    "ё" * 1_900,
    "漢" * 1_900,
    "a" + "\u0301\u0316" * 900,
]


def test_it_answers_them_wherever_they_are_asked(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "dialogs") as service,
        httpx2.Client(base_url=service.process.url, timeout=60, trust_env=False) as http,
    ):
        for text in TEXTS:
            body = {"customer_id": "c", "initial_message": text}
            assert http.post(CREATE, json=body).status_code == 200
            assert http.post("/api/v1/route", json={"text": text}).status_code == 200
            assert http.get("/api/v1/knowledge/search", params={"q": text}).status_code == 200
