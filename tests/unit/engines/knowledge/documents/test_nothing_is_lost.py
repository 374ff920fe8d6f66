"""What a reader of a document sees is kept once and in order; what it hides is not."""

from __future__ import annotations

import re
from random import Random

import pytest

from app.engines.knowledge.documents.reading import read
from tests.support.pages import Writer
from tests.support.word_files import WordWriter, docx

WORD = re.compile(r"слово\d{4}")


def words(file: str, data: bytes) -> list[str]:
    """In the order of the articles; a heading counts where it stands first."""
    found: list[str] = []
    for section in read(file, data).sections:
        above = [word for word in WORD.findall("\n".join(section.path)) if word not in found]
        body = [] if section.paragraphs == [*section.path[-1:]] else section.paragraphs
        found += above + WORD.findall("\n".join(body))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_every_word_of_a_page_is_kept_in_order_and_no_hidden_one(seed: int) -> None:
    writer = Writer(Random(seed))
    page = writer.page()
    assert words("page.html", page.encode()) == writer.seen


@pytest.mark.parametrize("seed", range(40))
def test_every_word_of_a_word_document_is_kept_in_order_and_no_hidden_one(seed: int) -> None:
    writer = WordWriter(Random(seed))
    body = writer.body()
    assert words("a.docx", docx(body)) == writer.seen
