from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.core import durable
from app.core.documents import DocumentUnusable
from app.core.knowledge import DocumentNotFound, LibraryDamaged, LibraryUnavailable, silent
from app.core.models import Article
from app.engines.knowledge import files, vectors
from app.engines.knowledge.files import Manifest, Shelf
from tests.support.library import NOW, SHIPPED, LetterEmbedder, library, upload

REPLACING = (
    "---\ntitle: Our own\nid: trial\nagent: sales\nlang: en\n---\nOur own words about trying it out.\n"
)


def added(
    root: Path, text: str = "Words about parking cars.", file: str = "parking.md", **given: str | None
) -> None:
    lib = library(root)
    lib.add([lib.read(upload(text, file, **given))], silent)


def found(root: Path) -> dict[tuple[str, str], Article]:
    return dict(library(root).index().articles)


def test_an_empty_library_is_the_shipped_articles_and_writes_nothing(tmp_path: Path) -> None:
    assert list(found(tmp_path / "kb").values()) == list(SHIPPED)
    assert not (tmp_path / "kb").exists()


def test_every_add_is_a_new_version_and_the_last_one_is_searched(tmp_path: Path) -> None:
    added(tmp_path, "Old words about parking.")
    added(tmp_path, "New words about parking.")
    [record] = library(tmp_path).records()
    assert [v.version for v in record.versions] == [1, 2]
    assert record.current.added == NOW
    assert found(tmp_path)["en", "parking"].body == "New words about parking."
    assert found(tmp_path)["en", "parking"].version == 2
    assert len(list((tmp_path / "documents").glob("*/1/source.md"))) == 1


def test_a_piece_with_the_id_of_a_shipped_article_replaces_it(tmp_path: Path) -> None:
    added(tmp_path, REPLACING, "ours.md")
    assert found(tmp_path)["en", "trial"].title == "Our own"
    assert len(found(tmp_path)) == len(SHIPPED)


def test_a_removed_document_is_gone_and_what_it_replaced_is_back(tmp_path: Path) -> None:
    added(tmp_path, REPLACING, "ours.md")
    assert library(tmp_path).remove("ours").name == "ours"
    assert found(tmp_path)["en", "trial"].title == "The trial"
    assert list((tmp_path / "documents").iterdir()) == []
    with pytest.raises(DocumentNotFound, match="Document ours does not exist"):
        library(tmp_path).remove("ours")


def test_shipped_articles_may_be_left_out(tmp_path: Path) -> None:
    added(tmp_path)
    for embedder in (None, LetterEmbedder()):
        index = library(tmp_path, embedder, with_shipped=False).index()
        assert list(index.articles) == [("en", "parking")]
        assert index.base.search("parking", "en")[0].article.source == "parking"


def test_nothing_shipped_and_nothing_added_finds_nothing(tmp_path: Path) -> None:
    assert library(tmp_path, LetterEmbedder(), with_shipped=False).index().base.search("parking", "en") == []


def test_two_documents_cannot_hold_one_article(tmp_path: Path) -> None:
    added(tmp_path, REPLACING, "ours.md")
    with pytest.raises(DocumentUnusable, match=r"theirs\.md has the article trial, which the document ours"):
        added(tmp_path, REPLACING, "theirs.md")
    assert [r.name for r in library(tmp_path).records()] == ["ours"]


def test_of_many_documents_all_are_added_or_none(tmp_path: Path) -> None:
    lib = library(tmp_path)
    documents = [lib.read(upload(REPLACING, name)) for name in ("ours.md", "theirs.md")]
    with pytest.raises(DocumentUnusable):
        lib.add(documents, silent)
    assert lib.records() == []
    assert list((tmp_path / "documents").glob("*/*")) == []


def test_a_disk_that_refuses_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added(tmp_path, "Old words about parking.")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(durable, "write", refuse)
        with pytest.raises(LibraryUnavailable, match="No space left"):
            added(tmp_path, "New words about parking.")
    assert found(tmp_path)["en", "parking"].version == 1
    assert len(list((tmp_path / "documents").glob("*/*"))) == 1


@pytest.mark.parametrize("cut", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_manifest_that_was_written_never_names_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: BaseException
) -> None:
    """The disk may fail, or somebody press Ctrl-C, after the new manifest took the place of the old one."""
    keep = Shelf.keep

    def keep_and_be_cut(self: Shelf, manifest: Manifest) -> None:
        keep(self, manifest)
        raise cut

    monkeypatch.setattr(Shelf, "keep", keep_and_be_cut)
    with pytest.raises((LibraryUnavailable, KeyboardInterrupt)):
        added(tmp_path)
    assert found(tmp_path)["en", "parking"].source == "parking"


def test_what_a_dead_process_left_is_written_over(tmp_path: Path) -> None:
    added(tmp_path)
    [folder] = (tmp_path / "documents").iterdir()
    (folder / "2").mkdir()
    (folder / "2" / "pieces.json").write_text("half")
    added(tmp_path, "New words about parking.")
    assert found(tmp_path)["en", "parking"].version == 2


@pytest.mark.parametrize("file", ["manifest.json", "approved.jsonl", "documents"])
def test_a_damaged_library_says_which_file(tmp_path: Path, file: str) -> None:
    added(tmp_path)
    path = tmp_path / file
    if path.is_dir() or file == "documents":
        [path] = path.glob("*/*/pieces.json")
    path.write_text("{")
    with pytest.raises(LibraryDamaged, match=path.name):
        library(tmp_path).index()


def test_the_stamp_tells_every_change(tmp_path: Path) -> None:
    stamps = [library(tmp_path).stamp()]
    for text in ("one of the words", "two of the words"):
        added(tmp_path, text)
        stamps.append(library(tmp_path).stamp())
    library(tmp_path).remove("parking")
    stamps.append(library(tmp_path).stamp())
    assert len(set(stamps)) == len(stamps)
    assert library(tmp_path).stamp() == library(tmp_path).stamp()


def test_vectors_are_made_once_and_kept_unpickled_beside_the_document(tmp_path: Path) -> None:
    lib = library(tmp_path, LetterEmbedder())
    lib.add([lib.read(upload())], silent)
    [kept] = (tmp_path / "documents").glob("*/1/vectors.npz")
    with np.load(kept, allow_pickle=False) as stored:
        assert set(stored) == {"vectors", "digest", "probe"}
    later = LetterEmbedder()
    library(tmp_path, later).index()
    shipped = {phrase for article in SHIPPED for phrase in vectors.phrases(article)}
    assert set(later.asked) <= shipped | {vectors.PROBE}


def test_vectors_of_another_embedder_or_a_damaged_file_are_made_anew(tmp_path: Path) -> None:
    lib = library(tmp_path, LetterEmbedder())
    lib.add([lib.read(upload("Words about parking."))], silent)
    [kept] = (tmp_path / "documents").glob("*/1/vectors.npz")
    for embedder in (LetterEmbedder(32), LetterEmbedder()):
        library(tmp_path, embedder).index()
        assert "Words about parking." in embedder.asked
        kept.write_bytes(b"PK\x03\x04")


def test_progress_counts_the_phrases(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    lib = library(tmp_path, LetterEmbedder())
    lib.add([lib.read(upload())], lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


def test_a_library_that_somebody_else_changes_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.0)
    with Shelf(tmp_path).changing(), pytest.raises(LibraryUnavailable, match="another process"):
        added(tmp_path)


def test_names_that_look_alike_have_folders_of_their_own(tmp_path: Path) -> None:
    added(tmp_path, "---\ntitle: x\nid: one\n---\nfirst words here\n", name="a/b")
    added(tmp_path, "---\ntitle: x\nid: two\n---\nother words here\n", name="a b")
    assert sorted(r.name for r in library(tmp_path).records()) == ["a b", "a/b"]
    assert {a.id for a in found(tmp_path).values()} >= {"one", "two"}


def test_the_manifest_is_plain_json(tmp_path: Path) -> None:
    added(tmp_path)
    [record] = json.loads((tmp_path / "manifest.json").read_text())["documents"]
    assert record["versions"][0]["file"] == "parking.md"
