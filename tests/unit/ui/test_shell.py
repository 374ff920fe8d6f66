"""What is put around Gradio's page."""

from __future__ import annotations

import re
from pathlib import Path

import gradio
import pytest

from app.ui.page import render_scripts
from app.ui.shell import dress, not_found_page
from app.ui.words import LANGUAGES, words

TEMPLATE = (Path(gradio.__file__).parent / "templates/frontend/index.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_its_language_and_title(language: str) -> None:
    scripts = render_scripts()
    page = dress(TEMPLATE, language, scripts, guide=False)
    assert re.match(rf'<!doctype html>\s*<html\s+lang="{language}"', page)
    assert f"<title>{words(language, 'frame')['page_title']}</title>" in page
    assert page.index(scripts) < page.index('type="module" crossorigin')
    assert "<noscript>" in page


def test_the_page_names_no_other_host() -> None:
    page = dress(TEMPLATE, "en", "", guide=True)
    assert "githubusercontent" not in page
    assert "gradio.app" not in page
    assert "manifest.json" not in page


def test_the_cards_of_the_first_minute_are_small_before_the_first_paint() -> None:
    small = "<style>#cc-guide h2 {"
    assert small in dress(TEMPLATE, "en", "", guide=False)
    assert small not in dress(TEMPLATE, "en", "", guide=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_nowhere_leads_back(language: str) -> None:
    page = not_found_page(language)
    assert page.status_code == 404
    text = bytes(page.body).decode()
    assert words(language, "frame")["lost_title"] in text
    assert all(f'href="/ui/{code}/"' in text for code in LANGUAGES)
