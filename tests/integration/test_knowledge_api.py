"""The knowledge base of a running service: search, citations, and documents that another process adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from app.core.knowledge import Upload
from app.services.workbench import Workbench
from tests.support.documents import MARKDOWN
from tests.support.server import running, settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return build(settings(tmp_path / "dialogs"))


@pytest.fixture
def own(bench: Workbench) -> Iterator[httpx2.Client]:
    with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield http


def test_a_citation_is_resolved(http: httpx2.Client) -> None:
    told = http.get("/api/v1/knowledge/articles/trial", params={"lang": "ru"})
    assert told.status_code == 200
    article = told.json()
    assert (article["id"], article["lang"], article["agent"]) == ("trial", "ru", "sales")
    assert (article["source"], article["version"]) == (None, None)
    assert http.get("/api/v1/knowledge/articles/trial", params={"lang": "en"}).json()["lang"] == "en"


@pytest.mark.parametrize("path", ["nothing", "trial?lang=de", "%D0%BD%D0%B5%D1%82"])
def test_what_nobody_wrote_is_not_found(http: httpx2.Client, path: str) -> None:
    told = http.get(f"/api/v1/knowledge/articles/{path}")
    assert (told.status_code, told.json()["code"]) == (404, "article_not_found")


def test_the_search_answers_best_first_in_the_language_of_the_question(http: httpx2.Client) -> None:
    told = http.get("/api/v1/knowledge/search", params={"q": "как оплатить через сбп", "top": 3}).json()
    assert told["lang"] == "ru"
    assert told["found"][0]["article"]["id"] == "payment-methods"
    assert told["found"][0]["relevant"] is True
    assert len(told["found"]) == 3
    english = http.get("/api/v1/knowledge/search", params={"q": "how do I pay"}).json()
    assert english["lang"] == "en"
    assert {found["article"]["lang"] for found in english["found"]} == {"en"}


@pytest.mark.parametrize(
    "asked",
    [{}, {"q": ""}, {"q": "   "}, {"q": "a\x00b"}, {"q": "x" * 2001},
     {"q": "a", "top": "0"}, {"q": "a", "lang": "Ru"}],
)  # fmt: skip
def test_a_wrong_question_is_refused(http: httpx2.Client, asked: dict[str, str]) -> None:
    assert http.get("/api/v1/knowledge/search", params=asked).status_code == 422


def test_a_document_that_is_added_answers_customers_with_a_citation(
    bench: Workbench, own: httpx2.Client
) -> None:
    bench.knowledge.add([Upload("parking", "parking.md", MARKDOWN.encode(), agent="tech_support")])
    question = "Where do visitors park their cars?"
    found = own.get("/api/v1/knowledge/search", params={"q": question}).json()["found"]
    assert found[0]["article"]["id"] == "parking-parking"
    assert (found[0]["article"]["source"], found[0]["article"]["version"]) == ("parking", 1)
    body = {"customer_id": "c", "initial_message": question}
    dialog = own.post("/api/v1/dialogue/create", json=body).json()["dialog_id"]
    last = own.get(f"/api/v1/dialogue/{dialog}").json()["messages"][-1]
    assert "behind the house" in last["content"]
    assert last["path"]["citations"] == ["parking-parking"]


async def test_a_running_service_takes_up_what_another_process_added(bench: Workbench) -> None:
    other = build(bench.settings)
    other.knowledge.add([Upload("parking", "parking.md", MARKDOWN.encode())])
    assert await bench.knowledge.refresh_if_changed() is True
    await bench.knowledge.settle()
    assert bench.knowledge.search("Where do visitors park?", "en")[0].article.source == "parking"
    assert ("en", "parking-price") in bench.knowledge.articles
