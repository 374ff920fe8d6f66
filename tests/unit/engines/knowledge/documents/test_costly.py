"""Small files that cost more than they may, by the way that the product reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.documents import DocumentUnusable, Unusable
from app.engines.knowledge.documents import apart
from app.engines.knowledge.documents.apart import read_apart
from tests.support.bad_readers import fail, hoard, spin
from tests.support.library import library, upload
from tests.support.word_files import docx, paragraph, run


class Left(Exception):
    """Whoever uploaded has gone."""


def leave() -> None:
    raise Left


def test_a_problem_of_a_row_comes_back_from_the_other_process() -> None:
    with pytest.raises(DocumentUnusable, match=r"a\.csv is not a valid CSV \(line 3: "):
        read_apart("a.csv", b'question,answer\n"q","a"\n"what,b\n')


RULES = b"".join(b".a%d{display:none}" % number for number in range(2000))
ALIASES = b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 121))
ONE = paragraph(run("x"))
CONTROLS = "<w:sdt><w:sdtContent>" * 500 + ONE + "</w:sdtContent></w:sdt>" * 500
TABLES = "<w:tbl><w:tr><w:tc>" * 300 + ONE + "</w:tc></w:tr></w:tbl>" * 300
COSTLY: dict[str, tuple[bytes, Unusable | None]] = {
    "deep.html": (b"<div>" * 16_000 + b"x", Unusable.NESTED),
    "lists.html": (b"<ul><li>x" * 1000, None),
    "footers.html": (b"<div>" * 1900 + b"<footer>x</footer>" * 20_000, Unusable.NO_TEXT),
    "theme.html": (b"<style>" + RULES + b"</style>" + b"<p>x" * 2000, None),
    "quotes.md": (b"> " * 5000 + b"x", Unusable.NESTED),
    "brackets.md": (b"[a](" * 20_000, None),
    "stars.md": (b"**a*" * 20_000, None),
    "lists.txt": (b"- " * 20_000 + b"x", Unusable.NESTED),
    "line.txt": (b"word " * 400_000, None),
    "aliases.md": (b"---\na: &a [x, x]\n" + ALIASES + b"title: [*x, *x]\n---\nx", Unusable.FRONT_MATTER),
    "blank.docx": (docx("<w:p/>" * 200_000 + ONE), None),
    "controls.docx": (docx(CONTROLS), Unusable.NESTED),
    "tables.docx": (docx(TABLES), Unusable.NESTED),
    "wide.csv": (b"question,answer" + b",x" * 50_000 + b"\na,b\n", None),
}


@pytest.mark.parametrize("file", COSTLY)
def test_a_small_file_costs_a_third_of_its_limit_at_most(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 2)
    monkeypatch.setattr(apart, "SECONDS_PER_MB", 0)
    data, refused = COSTLY[file]
    if refused:
        with pytest.raises(DocumentUnusable) as told:
            read_apart(file, data)
        assert told.value.kind is refused
    else:
        letters = sum(len(text) for each in read_apart(file, data).sections for text in each.paragraphs)
        assert 0 < letters < 30 * len(data)


@pytest.mark.parametrize(
    ("reader", "kind"), [(spin, Unusable.SLOW), (hoard, Unusable.MEMORY), (fail, Unusable.CRASH)]
)
def test_a_reader_that_takes_too_much_or_fails_is_a_sentence_about_the_file(
    reader: object, kind: Unusable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 2)
    monkeypatch.setattr(apart, "read", reader)
    with pytest.raises(DocumentUnusable, match=r"^a\.md ") as told:
        read_apart("a.md", b"words")
    assert told.value.kind is kind


def test_the_library_reads_in_another_process_and_stops_where_nobody_waits(tmp_path: Path) -> None:
    with pytest.raises(Left):
        library(tmp_path).read(upload(), leave)
    assert len(library(tmp_path).read(upload()).articles) == 3
