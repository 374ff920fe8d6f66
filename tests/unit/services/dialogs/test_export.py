"""A dialog as a file: nothing in it is run by a page, a Markdown reader or a spreadsheet."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.services.dialogs.views import DialogView, plain, to_json, to_markdown
from tests.contract.samples import NOON, answered, new_dialog

HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK('x')",
    "\u200b=HYPERLINK('x')",
    "![a](http://x.example/a.png)",
    "# head\n- item",
    "[a](b)",
]


def view_of(*texts: str) -> DialogView:
    dialog = new_dialog()
    for text in texts:
        answered(dialog, text, text, when=NOON)
    return DialogView.of(dialog)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_and_formulas_are_words_in_markdown(text: str) -> None:
    told = to_markdown(view_of(text), {"customer": "клиент"})
    page = MarkdownIt("commonmark").render(told)
    assert not re.search(r"<(script|img|a|ul)\b", page)
    assert page.count("<h1>") == 1
    assert not re.search(r"^(?:> )?\u200b?[=+@]", told, re.MULTILINE)
    assert "клиент" in told


@given(st.text(alphabet="ab<>&*_`[]()!#=+-@|\\~\n ", min_size=1, max_size=40))
def test_what_was_written_is_what_is_read(text: str) -> None:
    """Blanks apart: Markdown folds them."""
    shown = MarkdownIt("commonmark").parse(plain(text))
    read = "".join(part.content for line in shown for part in line.children or [])
    assert "".join(read.split()) == "".join(text.split())


def test_json_is_the_dialog_and_may_stand_in_a_page() -> None:
    view = view_of(*HOSTILE)
    text = to_json(view)
    assert not set("<>&") & set(text)
    assert DialogView.model_validate(json.loads(text)) == view
