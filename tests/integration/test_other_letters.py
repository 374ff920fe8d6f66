"""Russian in Latin letters, or on the wrong keyboard, is answered in Russian from the article."""

from __future__ import annotations

import re

import httpx2
import pytest

from app.bootstrap import build
from app.core.config import Settings
from app.core.text import language_of
from app.services.workbench import Workbench

pytestmark = pytest.mark.anyio
ASKED = [
    ("kak vosstanovit parol", "ru", "password-reset"),
    ("gde posmotret status zakaza", "ru", "order-status"),
    ("rfr djccnfyjdbnm gfhjkm", "ru", "password-reset"),
    ("Crjkmrj cnjbn nfhba ghjab&", "ru", "plan-pro"),
    ("рщц вщ ш куыуе ьн зфыыцщкв", "en", "password-reset"),
    ("how do I reset my password", "en", "password-reset"),
]


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return build(Settings(_env_file=None, log_level="ERROR"))


@pytest.mark.parametrize(("typed", "lang", "article"), ASKED)
def test_the_search_finds_it_in_the_language_that_was_meant(
    http: httpx2.Client, typed: str, lang: str, article: str
) -> None:
    told = http.get("/api/v1/knowledge/search", params={"q": typed, "top": 1}).json()
    assert (told["lang"], told["found"][0]["article"]["id"]) == (lang, article)


@pytest.mark.parametrize(("typed", "lang", "article"), ASKED)
def test_a_dialog_is_answered_from_it_or_from_the_records(
    http: httpx2.Client, typed: str, lang: str, article: str
) -> None:
    body = {"customer_id": "c", "initial_message": typed}
    made = http.post("/api/v1/dialogue/create", json=body).json()
    first, answer = http.get(f"/api/v1/dialogue/{made['dialog_id']}").json()["messages"]
    assert first["content"] == typed
    assert language_of(answer["content"]) == lang
    assert article in answer["path"]["citations"] or answer["path"]["tools"]


@pytest.mark.parametrize(("typed", "lang", "article"), ASKED)
async def test_the_workbench_shows_it(bench: Workbench, typed: str, lang: str, article: str) -> None:
    from app.ui.knowledge.room import KnowledgeRoom  # noqa: PLC0415

    found = await KnowledgeRoom(bench, "en").search(typed)
    first = re.search(r'data-article="(?:\w\w/)?([\w-]+)" data-lang="(\w+)"', found)
    assert first is not None
    assert first.groups() == (article, lang)
