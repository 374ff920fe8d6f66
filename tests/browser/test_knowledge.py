"""The knowledge room: what an agent would answer from, articles, and what the team adds and deletes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
FAQ = "question,answer\nМожно ли прийти с собакой?,\"С <b onclick='x'>собакой</b> можно, **на поводке**.\"\n"


def enter(page: Page, more: str = "") -> None:
    page.goto(f"{page.url.split('/ui/')[0]}/ui/ru/?tab=knowledge{more}")
    expect(page.locator("#cc-kb-found .cc-hit")).not_to_have_count(0, timeout=SLOW)


def ask(page: Page, question: str) -> None:
    box = page.locator("#cc-kb-question textarea, #cc-kb-question input")
    box.fill(question)
    box.press("Enter")


def choose(page: Page, path: Path) -> None:
    page.locator("#cc-kb-file input[type=file]").set_input_files(path)
    expect(page.locator("#cc-kb-file")).to_contain_text(path.stem[:8], timeout=SLOW)


def title(page: Page, text: str) -> None:
    expect(page.locator("#cc-kb-article h2")).to_have_text(text, timeout=SLOW)


def test_a_search_says_what_the_agent_answers_from_in_the_order_of_use_and_opens_it(page: Page) -> None:
    enter(page)
    ask(page, "не могу войти")
    verdict = page.locator("#cc-kb-found .cc-kb-verdict")
    expect(verdict).to_contain_text("Агент ответит по статье Не получается войти в аккаунт", timeout=SLOW)
    expect(verdict).to_contain_text("техподдержка")
    used = page.locator("#cc-kb-found > * .cc-kb-hits").first.locator(".cc-tag")
    expect(used.first).to_have_text("агент отвечает по этой статье")
    expect(page.get_by_text("агент отвечает по этой статье", exact=True)).to_have_count(1)
    folded = page.locator("#cc-kb-far .cc-tag")
    expect(folded).not_to_have_count(0)
    expect(folded.first).to_be_hidden()
    assert set(folded.all_text_contents()) == {"слишком далеко: не используется"}
    expect(page.locator("#cc-kb-found a[aria-current]")).to_have_attribute("data-article", "cannot-log-in")
    title(page, "Не получается войти в аккаунт")
    ask(page, "какая сегодня погода")
    expect(verdict).to_contain_text("Ничего достаточно близкого", timeout=SLOW)
    page.go_back()
    expect(verdict).to_contain_text("Агент ответит по статье", timeout=SLOW)


def test_a_found_article_is_read_with_who_cites_it_and_stays_after_a_reload(page: Page) -> None:
    page.locator("#cc-message textarea").fill("не могу войти в аккаунт")
    page.locator("#cc-message textarea").press("Enter")
    expect(page.locator("#cc-chat")).to_contain_text("Caps Lock", timeout=SLOW)
    enter(page)
    ask(page, "не могу войти")
    page.locator("#cc-kb-found a[data-article=cannot-log-in]").click(timeout=SLOW)
    title(page, "Не получается войти в аккаунт")
    expect(page.locator("#cc-kb-article ol li")).not_to_have_count(0)
    expect(page.locator("#cc-kb-cited")).to_contain_text("не могу войти в аккаунт", timeout=SLOW)
    expect(page.locator("#cc-kb-cited a[href*='tab=chat']").first).to_be_visible()
    assert "article=cannot-log-in" in page.url
    page.reload()
    title(page, "Не получается войти в аккаунт")
    expect(page.locator("#cc-kb-article code:visible")).to_have_count(0)


def test_the_list_goes_by_subject_and_filters_stand_in_the_address(page: Page) -> None:
    enter(page)
    groups = page.locator(".cc-kb-group:visible")
    expect(groups.first).to_contain_text("Вход и безопасность", timeout=SLOW)
    expect(groups.first.locator("[data-count]")).to_have_text("10")
    page.locator(".cc-kb-filters [name=filter]").fill("промокод")
    expect(page.locator("#cc-kb-found .cc-hit:visible")).to_have_count(1)
    page.reload()
    expect(page.locator("#cc-kb-found .cc-hit:visible")).to_have_count(1, timeout=SLOW)
    page.locator(".cc-kb-filters [name=filter]").fill("")
    expect(page.locator("[data-kb-kind=article] span")).to_have_text("82")
    page.locator(".cc-kb-filters [name=spoken]").select_option("all")
    expect(page.locator("[data-kb-kind=article] span")).to_have_text("164")
    page.go_back()
    expect(page.locator("[data-kb-kind=article] span")).to_have_text("82")


def test_a_document_is_looked_at_added_searched_shown_as_text_and_deleted_after_one_question(
    page: Page, tmp_path: Path
) -> None:
    enter(page)
    (tmp_path / "dogs-faq.csv").write_text(FAQ, encoding="utf-8")
    page.get_by_role("link", name="Добавить документ").click()
    choose(page, tmp_path / "dogs-faq.csv")
    preview = page.locator(".cc-kb-preview")
    expect(preview).to_contain_text("новый документ", timeout=SLOW)
    expect(preview).to_contain_text("на поводке")
    assert "dogs-faq" not in page.locator("#cc-kb-found").inner_text()
    page.locator("#cc-kb-add").click()
    expect(page.locator("#cc-said")).to_contain_text("dogs-faq — версия 1", timeout=SLOW)
    title(page, "dogs-faq")
    expect(page.locator("#cc-kb-article .cc-facts")).to_contain_text("dogs-faq.csv")
    probe = page.locator(".cc-kb-probes a")
    expect(probe.locator(".cc-tag")).to_have_text("ответит по документу", timeout=SLOW)
    probe.click()
    expect(page.locator(".cc-kb-verdict.cc-good")).to_contain_text("Агент ответит по статье", timeout=SLOW)
    ask(page, "можно с собакой?")
    page.locator("#cc-kb-found a[data-article=dogs-faq]").click(timeout=SLOW)
    body = page.locator("#cc-kb-article .cc-body")
    expect(body).to_contain_text("<b onclick='x'>собакой</b>", timeout=SLOW)
    expect(body.locator("strong")).to_have_text("на поводке")
    page.locator("#cc-kb-article .cc-facts a").first.click()
    page.get_by_role("button", name="Удалить документ").click(timeout=SLOW)
    really = page.get_by_text("Удалить документ dogs-faq со всеми версиями?")
    expect(really).to_be_visible(timeout=SLOW)
    expect(probe.locator(".cc-tag")).to_have_text("ответит по документу", timeout=SLOW)
    expect(really).to_be_visible()  # what comes later does not close the question
    page.get_by_role("button", name="Удалить", exact=True).click()
    expect(page.locator("#cc-said")).to_contain_text("Документ dogs-faq удалён", timeout=SLOW)
    enter(page)
    expect(page.locator("[data-kb-kind=document] span")).to_have_text("0")


def test_an_answer_is_approved_by_title_changed_and_deleted_in_place(page: Page) -> None:
    enter(page)
    page.get_by_role("link", name="Утвердить ответ").click()
    form = page.locator(".cc-kb-form")
    form.get_by_label("Типовой вопрос").fill("есть ли пробный период")
    form.get_by_label("Статья с ответом").fill("Пробный период")
    form.get_by_label("Кто проверил").fill("Анна")
    form.get_by_role("button", name="Утвердить ответ").click()
    title(page, "есть ли пробный период")
    ask(page, "есть ли пробный период?")
    expect(page.locator(".cc-kb-verdict")).to_contain_text("есть утверждённый ответ", timeout=SLOW)
    page.get_by_role("button", name="Все статьи").click()
    page.locator("#cc-kb-found .cc-hit", has_text="есть ли пробный период").click(timeout=SLOW)
    page.locator("#cc-kb-edit summary").click(timeout=SLOW)
    form.get_by_label("Статья с ответом").fill("")
    form.get_by_label("Или свой ответ").fill("Да, четырнадцать дней.")
    form.get_by_label("Кто проверил").fill("Борис")
    form.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#cc-kb-article .cc-body")).to_have_text("Да, четырнадцать дней.", timeout=SLOW)
    expect(page.locator("#cc-kb-article .cc-facts")).to_contain_text("Борис")
    page.get_by_role("button", name="Удалить ответ").click()
    page.get_by_role("button", name="Удалить", exact=True).click()
    expect(page.locator("#cc-said")).to_contain_text("удалён", timeout=SLOW)
    expect(page.locator("[data-kb-kind=approved] span")).to_have_text("0", timeout=SLOW)


def test_an_answer_is_approved_where_the_agent_was_tried_and_a_price_from_the_records_is_no_warning(
    page: Page,
) -> None:
    enter(page)
    ask(page, "скока стоит тариф профи")
    verdict = page.locator(".cc-kb-verdict")
    expect(verdict).to_contain_text("1 990", timeout=SLOW)
    expect(verdict).to_have_class(re.compile("cc-good"))
    expect(verdict.locator("a.cc-link").first).to_have_css("padding-left", "0px")
    ask(page, "а зубную пасту можно у вас купить?")
    expect(verdict).to_have_class(re.compile("cc-warn"), timeout=SLOW)
    verdict.get_by_role("link", name="Утвердить ответ на этот вопрос").click()
    form = page.locator(".cc-kb-form")
    expect(form.get_by_label("Типовой вопрос")).to_have_value(
        "а зубную пасту можно у вас купить?", timeout=SLOW
    )
    expect(form.get_by_label("Статья с ответом")).to_have_value("")
    form.get_by_label("Кто проверил").fill("Анна")
    form.get_by_role("button", name="Утвердить ответ").click()
    field = form.get_by_label("Статья с ответом")
    expect(field).to_have_attribute("aria-describedby", "cc-kb-wrong", timeout=SLOW)
    expect(form.locator("#cc-kb-wrong")).to_be_visible()
    form.get_by_label("Или свой ответ").fill("Нет, пасты у нас нет.")
    form.get_by_role("button", name="Утвердить ответ").click()
    title(page, "а зубную пасту можно у вас купить?")
    expect(verdict).to_contain_text("есть утверждённый ответ", timeout=SLOW)
    page.get_by_role("button", name="Удалить ответ").click()
    page.get_by_role("button", name="Удалить", exact=True).click()
    expect(page.locator("#cc-said")).to_contain_text("удалён", timeout=SLOW)


def test_a_document_bears_its_own_heading_and_a_bare_heading_is_tried_as_a_question(
    page: Page, tmp_path: Path
) -> None:
    enter(page, "&article=add:document")
    text = "# Парковка у офиса\n\nГости ставят машину на места 10-14, первые два часа бесплатно.\n"
    (tmp_path / "memo7.md").write_text(text, encoding="utf-8")
    choose(page, tmp_path / "memo7.md")
    page.locator("#cc-kb-add").click(timeout=SLOW)
    title(page, "Парковка у офиса")
    expect(page.locator("#cc-kb-found [data-article='document:memo7']")).to_have_text("Парковка у офиса")
    tried = page.locator(".cc-kb-probes a")
    expect(tried).to_contain_text("Парковка у офиса?")
    expect(tried.locator(".cc-tag")).to_have_text("ответит по документу", timeout=SLOW)
    page.get_by_role("button", name="Удалить документ").click()
    page.get_by_role("button", name="Удалить", exact=True).click()
    expect(page.locator("#cc-said")).to_contain_text("удалён", timeout=SLOW)


def test_a_broken_and_a_huge_file_get_a_sentence_each(page: Page, tmp_path: Path) -> None:
    enter(page, "&article=add:document")
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(50 * 2**20)
    page.locator("#cc-kb-file input[type=file]").set_input_files(huge, timeout=SLOW)
    expect(page.locator("#cc-said")).to_contain_text("Файл huge.pdf больше 20 МБ", timeout=SLOW)
    (tmp_path / "broken.pdf").write_bytes(b"no pdf at all")
    choose(page, tmp_path / "broken.pdf")
    expect(page.locator("#cc-kb-said")).to_contain_text(
        "broken.pdf: это не PDF, несмотря на имя файла.", timeout=SLOW
    )


def test_an_article_that_is_not_there_is_told(page: Page) -> None:
    enter(page, "&article=<b>gone</b>")
    expect(page.locator("#cc-kb-article")).to_contain_text("Такой статьи нет", timeout=SLOW)
    expect(page.locator("#cc-kb-article b")).to_have_count(0)


def test_a_phone_shows_the_list_or_the_article_and_back_returns(browser: Browser, url: str) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}) as page:
        page.goto(f"{url}/ui/ru/?tab=knowledge")
        listed = page.locator("#cc-kb-found")
        expect(listed.get_by_text("Вход и безопасность")).to_be_visible(timeout=SLOW)
        expect(page.locator("#cc-kb-right")).to_be_hidden()
        listed.get_by_text("Вход и безопасность").click()
        listed.locator("a[data-article=cannot-log-in]").click()
        title(page, "Не получается войти в аккаунт")
        expect(listed).to_be_hidden()
        page.go_back()
        expect(listed).to_be_visible()
        expect(page.locator("#cc-kb-right")).to_be_hidden()
        page.go_forward()
        title(page, "Не получается войти в аккаунт")
        page.get_by_role("button", name="К списку").click()
        expect(listed).to_be_visible()
