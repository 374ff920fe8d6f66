"""The knowledge room: find, read, see who cites it; put documents in and take them out."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
FAQ = "question,answer\nМожно ли прийти с собакой?,\"С <b onclick='x'>собакой</b> можно, **на поводке**.\"\n"


def enter(page: Page, more: str = "") -> None:
    page.goto(f"{page.url.split('/ui/')[0]}/ui/ru/?tab=knowledge{more}")
    expect(page.locator("#cc-kb-found .cc-hit").first).to_be_visible(timeout=SLOW)


def ask(page: Page, question: str) -> None:
    box = page.locator("#cc-kb-question textarea, #cc-kb-question input")
    box.fill(question)
    box.press("Enter")


def upload(page: Page, path: Path) -> None:
    page.locator("#cc-kb-file input[type=file]").set_input_files(path)
    expect(page.locator("#cc-kb-file")).to_contain_text(path.stem[:8], timeout=SLOW)
    page.locator("#cc-kb-add").click()


def test_a_found_article_is_read_with_who_cites_it_and_stays_after_a_reload(page: Page) -> None:
    page.locator("#cc-message textarea").fill("не могу войти в аккаунт")
    page.locator("#cc-message textarea").press("Enter")
    expect(page.locator("#cc-chat")).to_contain_text("Caps Lock", timeout=SLOW)
    enter(page)
    ask(page, "не могу войти")
    expect(page.locator("#cc-kb-found .cc-score-told").first).to_contain_text("0,", timeout=SLOW)
    page.locator("#cc-kb-found a[data-article=cannot-log-in]").click()
    expect(page.locator("#cc-kb-article h2")).to_have_text("Не получается войти в аккаунт", timeout=SLOW)
    expect(page.locator("#cc-kb-article ol li")).not_to_have_count(0)
    expect(page.locator("#cc-kb-cited")).to_contain_text("не могу войти в аккаунт")
    expect(page.locator("#cc-kb-cited a[href*='tab=chat']").first).to_be_visible()
    assert "article=cannot-log-in" in page.url
    page.reload()
    expect(page.locator("#cc-kb-article h2")).to_have_text("Не получается войти в аккаунт", timeout=SLOW)


def test_a_document_is_added_searched_shown_as_text_and_removed_after_one_question(
    page: Page, tmp_path: Path
) -> None:
    enter(page)
    (tmp_path / "dogs-faq.csv").write_text(FAQ, encoding="utf-8")
    page.get_by_role("button", name="Ваши документы").click()
    upload(page, tmp_path / "dogs-faq.csv")
    expect(page.locator("#cc-kb-said")).to_contain_text("dogs-faq — версия 1", timeout=SLOW)
    expect(page.locator("#cc-kb-table")).to_contain_text("dogs-faq.csv", timeout=SLOW)
    ask(page, "можно с собакой?")
    page.locator("#cc-kb-found a[data-article=dogs-faq]").click(timeout=SLOW)
    body = page.locator("#cc-kb-article .cc-body")
    expect(body).to_contain_text("<b onclick='x'>собакой</b>", timeout=SLOW)
    expect(body.locator("strong")).to_have_text("на поводке")
    page.get_by_label("Какой документ удалить").click()
    page.get_by_role("option", name="dogs-faq").click()
    page.locator("#cc-kb-remove").click()
    expect(page.get_by_text("Удалить документ dogs-faq со всеми версиями?")).to_be_visible(timeout=SLOW)
    page.locator("#cc-kb-yes").click()
    expect(page.locator("#cc-kb-said")).to_contain_text("Документ dogs-faq удалён", timeout=SLOW)
    expect(page.locator("#cc-kb-table")).to_contain_text("Документов пока нет", timeout=SLOW)


def test_a_broken_and_a_huge_file_get_a_sentence_each(page: Page, tmp_path: Path) -> None:
    enter(page)
    page.get_by_role("button", name="Ваши документы").click()
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(50 * 2**20)
    page.locator("#cc-kb-file input[type=file]").set_input_files(huge)
    expect(page.locator("#cc-said")).to_contain_text("Файл huge.pdf больше 20 МБ", timeout=SLOW)
    (tmp_path / "broken.pdf").write_bytes(b"no pdf at all")
    upload(page, tmp_path / "broken.pdf")
    expect(page.locator("#cc-kb-said")).to_contain_text(
        "broken.pdf: это не PDF, несмотря на имя файла.", timeout=SLOW
    )


def test_an_article_that_is_not_there_is_told(page: Page) -> None:
    enter(page, "&article=<b>gone</b>")
    expect(page.locator("#cc-kb-article")).to_contain_text("Такой статьи нет", timeout=SLOW)
    expect(page.locator("#cc-kb-article b")).to_have_count(0)
