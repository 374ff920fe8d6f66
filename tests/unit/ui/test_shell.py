"""What is put around Gradio's page."""

from __future__ import annotations

import re
from pathlib import Path

import gradio
import pytest

from app.ui.shell import dressed
from app.ui.unavailable import lost
from app.ui.words import LANGUAGES, words

TEMPLATE = (Path(gradio.__file__).parent / "templates/frontend/index.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_its_language_and_title(language: str) -> None:
    page = dressed(TEMPLATE, language, "<script>ours</script>")
    assert re.match(rf'<!doctype html>\s*<html\s+lang="{language}"', page)
    assert f"<title>{words(language, 'frame')['page_title']}</title>" in page
    assert page.index("<script>ours</script>") < page.index('type="module" crossorigin')
    assert "<noscript>" in page


def test_the_page_names_no_other_host() -> None:
    page = dressed(TEMPLATE, "en", "")
    assert "githubusercontent" not in page
    assert "gradio.app" not in page
    assert "manifest.json" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_nowhere_leads_back(language: str) -> None:
    page = lost(language)
    assert page.status_code == 404
    text = bytes(page.body).decode()
    assert words(language, "frame")["lost_title"] in text
    assert all(f'href="/ui/{code}/"' in text for code in LANGUAGES)
