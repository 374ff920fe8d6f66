from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from app.core.documents import DocumentUnusable
from app.core.knowledge import (
    ApprovedAnswerNotFound,
    ArticleNotFound,
    KnowledgeIndex,
    Library,
    LibraryDamaged,
    silent,
)
from app.engines.knowledge.live import LiveKnowledge
from app.services.knowledge.library import KnowledgeService
from tests.support.library import AGENTS, NOW, SHIPPED, LetterEmbedder, library, service, upload

pytestmark = pytest.mark.anyio


class Held:
    """A library whose index is not ready before `go` is set; `begun` tells that it was asked for."""

    def __init__(self, inner: Library) -> None:
        self.inner = inner
        self.go, self.begun = threading.Event(), threading.Event()
        self.go.set()
        self.damaged = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def stamp(self) -> object:
        return self.inner.stamp()

    def index(self) -> KnowledgeIndex:
        self.begun.set()
        self.go.wait(30)
        if self.damaged:
            raise LibraryDamaged("manifest.json", "it is torn")
        return self.inner.index()


def elsewhere(root: Path, text: str = "Words about parking cars.", file: str = "parking.md") -> None:
    """As another process adds it."""
    lib = library(root)
    lib.add([lib.read(upload(text, file))], silent)


def held(root: Path) -> tuple[KnowledgeService, Held]:
    lib = Held(library(root))
    asked = cast(Library, lib)
    return KnowledgeService(asked, LiveKnowledge(asked), AGENTS, lambda: NOW), lib


async def test_what_another_process_added_is_found_after_a_look_and_not_before(tmp_path: Path) -> None:
    kb = service(tmp_path)
    assert await kb.refresh_if_changed() is False
    elsewhere(tmp_path)
    assert ("en", "parking") not in kb.articles
    assert await kb.refresh_if_changed() is True
    await kb.settle()
    assert kb.articles["en", "parking"].source == "parking"
    assert await kb.refresh_if_changed() is False


async def test_searches_go_on_with_the_old_index_while_a_new_one_is_built(tmp_path: Path) -> None:
    kb, lib = held(tmp_path)
    elsewhere(tmp_path)
    lib.go.clear()
    lib.begun.clear()
    assert await kb.refresh_if_changed() is True
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kb.search("the trial", "en")[0].article.id, range(40)))
    assert set(found) == {"trial"}
    assert ("en", "parking") not in kb.articles
    assert await kb.refresh_if_changed() is False, "one at a time"
    lib.go.set()
    await kb.settle()
    assert kb.search("parking cars", "en")[0].article.id == "parking"


async def test_searches_from_many_threads_see_whole_indexes_while_they_change(tmp_path: Path) -> None:
    kb, stop = service(tmp_path), threading.Event()

    def ask() -> set[str]:
        seen = set()
        while not stop.is_set():
            seen |= {f"{p.article.id} {p.article.version}" for p in kb.search("parking cars", "en")}
            assert len(dict(kb.articles.items())) in (len(SHIPPED), len(SHIPPED) + 1)
        return seen

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for _ in range(5):
            kb.add([upload("Words about parking cars.")])
            kb.remove("parking")
        kb.add([upload("Words about parking cars.")])
        stop.set()
        assert {name for each in asking for name in each.result()} <= {
            "parking 1", *(f"{a.id} 0" for a in SHIPPED)
        }  # fmt: skip
    assert kb.search("parking cars", "en")[0].article.id == "parking"


async def test_a_library_that_broke_leaves_the_old_index_and_is_tried_again(tmp_path: Path) -> None:
    kb, lib = held(tmp_path)
    elsewhere(tmp_path)
    lib.damaged = True
    assert await kb.refresh_if_changed() is True
    await kb.settle()
    assert ("en", "trial") in kb.articles
    lib.damaged = False
    assert await kb.refresh_if_changed() is True
    await kb.settle()
    assert ("en", "parking") in kb.articles


async def test_a_bad_file_among_good_ones_adds_nothing(tmp_path: Path) -> None:
    kb = service(tmp_path)
    with pytest.raises(DocumentUnusable, match=r"bad\.pdf is not a PDF"):
        kb.add([upload(), upload("words", "bad.pdf")])
    assert kb.documents() == []
    assert not (tmp_path / "manifest.json").exists()


async def test_a_citation_is_resolved_in_its_language_or_in_any(tmp_path: Path) -> None:
    kb = service(tmp_path)
    assert kb.article("trial").lang == "en"
    assert kb.article("trial", "en") == kb.live.find("trial", "en")
    with pytest.raises(ArticleNotFound, match="Article trial does not exist"):
        kb.article("trial", "de")
    with pytest.raises(ArticleNotFound):
        kb.article("nothing")


async def test_an_iteration_over_the_live_articles_runs_over_one_moment(tmp_path: Path) -> None:
    kb = service(tmp_path)
    before = iter(kb.articles.items())
    next(before)
    kb.add([upload("Words about parking cars.")])
    assert len(list(before)) == len(SHIPPED) - 1
    assert len(kb.articles) == len(list(kb.articles)) == len(SHIPPED) + 1


async def test_the_ids_of_a_document_are_found_with_an_embedder_too(tmp_path: Path) -> None:
    kb = service(tmp_path, LetterEmbedder())
    kb.add([upload("Words about parking cars.")])
    [best, *_] = kb.search("Words about parking cars.", "en")
    assert best.article.id == "parking"
    assert best.score > 0.9


def test_a_look_at_a_document_keeps_nothing(tmp_path: Path) -> None:
    kb = service(tmp_path)
    (document,) = kb.preview([upload()])
    assert document.articles
    assert kb.documents() == []
    assert not any(article.source for article in kb.articles.values())


def test_an_approved_answer_is_replaced_by_another_question_and_withdrawn(tmp_path: Path) -> None:
    kb = service(tmp_path)
    first = kb.approve("is there a trial", "en", "Ann", "trial")
    second = kb.approve("is there a free trial", "en", "Bob", text="Yes.", instead=first)
    assert list(kb.approvals) == [second]
    assert list(service(tmp_path).approvals) == [second]
    kb.withdraw(second)
    assert list(kb.approvals) == []
    with pytest.raises(ApprovedAnswerNotFound):
        kb.withdraw(second)
