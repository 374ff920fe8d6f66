"""HTML, Markdown and plain text as others write them."""

from __future__ import annotations

import quopri
from base64 import encodebytes
from email.message import Message
from email.mime.multipart import MIMEMultipart

import pytest

from app.core.documents import Left, LeftOut
from app.engines.knowledge.documents.reading import read


def told(text: str | bytes, file: str = "page.html") -> list[str]:
    sections = read(file, text if isinstance(text, bytes) else text.encode()).sections
    return [paragraph for section in sections for paragraph in section.paragraphs]


def test_text_beside_lists_tables_and_headings_of_one_block_is_kept_in_order() -> None:
    table = "<table><tr><td>Склад<td>41</table>"
    page = f"<div>Цена 317.<ul><li>Звонок за час</ul>Даром от 7777.{table}Рядом метро</div>"
    assert told(page) == ["Цена 317.", "- Звонок за час", "Даром от 7777.", "Склад | 41", "Рядом метро"]


def test_an_answer_behind_its_question_is_kept() -> None:
    page = "<details><summary>Как вернуть?</summary>За 23 дня.</details><dl><dt>Где?<dd>Садовая, 41</dl>"
    assert told(page) == ["Как вернуть?", "За 23 дня.", "Где?", "Садовая, 41"]


def test_text_behind_the_end_of_a_page_is_kept() -> None:
    page = "<html><body><p>Цена 317.</p></BODY >\n</html>\n<p>Даром от 7777.</p>"
    assert told(page) == ["Цена 317.", "Даром от 7777."]
    assert told(f"{page}<html><body>Рядом метро</body></html>")[2:] == ["Рядом метро"]


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
def test_a_page_is_taken_out_of_a_web_archive(transfer: str, charset: str) -> None:
    page = f'<html><meta charset="{charset}"><body><p>Цена 317.</p></body></html>'.encode(charset)
    archive = MIMEMultipart("related", type="text/html")
    archive["Subject"] = "Цены"
    part = Message()
    part["Content-Type"], part["Content-Transfer-Encoding"] = "text/html", transfer
    part.set_payload(quopri.encodestring(page) if transfer != "base64" else encodebytes(page))
    archive.attach(part)
    assert told(archive.as_bytes().replace(b"\n", b"\r\n")) == ["Цена 317."]
    assert told("<p>MIME-Version: 1.0</p>") == ["MIME-Version: 1.0"]


def test_lists_and_tables_that_hold_headings_are_layout() -> None:
    page = "<ul><li><h3>Доставка</h3><p>Два дня.</p></li><li><h3>Возврат</h3><p>За 23 дня.</p></li></ul>"
    assert [section.path for section in read("page.html", page.encode()).sections] == [
        ("Доставка",),
        ("Возврат",),
    ]


def test_a_page_within_one_form_is_kept() -> None:
    assert told("<form><p>Тариф <b>Про</b></p><button>Купить</button></form>") == ["Тариф Про", "Купить"]


def test_words_are_cut_where_a_reader_sees_a_cut_and_nowhere_else() -> None:
    page = (
        "<p>сто<b>лик</b>, сто&shy;лица, 5&nbsp;м<sup>2</sup><br>вторая<wbr>строка</p>"
        "<x-tag>три</x-tag><x-tag>четыре</x-tag>"
    )
    assert told(page) == ["столик, столица, 5 м2\nвтораястрока", "три четыре"]


def test_preformatted_lines_and_numbers_of_lists_stay() -> None:
    page = "<pre>\n  a\n    b</pre><ol start=3><li>три<li value=7>семь<ul><li>внутри</ul><li>восемь</ol>"
    assert told(page) == ["a\n    b", "3. три\n7. семь\n  - внутри\n8. восемь"]


def test_what_a_page_hides_is_left_out_and_its_lines_are_named() -> None:
    by_sheet = "<style>.x{display:none}</style><p class=x>4243</p>"
    page = f"<p>Видно</p>\n<p hidden>Код 4242</p>\n{by_sheet}\n<nav>Меню</nav>"
    found = read("page.html", page.encode())
    assert [section.paragraphs for section in found.sections] == [["Видно"]]
    assert found.left_out == [LeftOut(Left.HIDDEN, "2, 3"), LeftOut(Left.FRAME, "4")]


def test_the_heaviest_rule_of_a_style_sheet_counts() -> None:
    sheet = ".x{display:none} p.x{display:block} .y{display:none!important} #y{display:block}"
    others = ".z::after{display:none} @media print{p{display:none}}"
    page = f"<style>{sheet} {others}</style><p class=x>а<p class=y id=y>б<p class=z>в"
    assert told(page) == ["а", "в"]


def test_a_page_is_read_as_on_a_desk() -> None:
    off, wide = (
        "@layer base { .off { display: none } }",
        "@media (min-width: 768px) { .wide { display: block } }",
    )
    narrow = "@media (max-width: 600px) { p { display: none } }"
    page = f"<style>{off} {wide} {narrow}</style><p class='off wide'>а<p class=off>б<p>в"
    assert told(page) == ["а", "в"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r", "ibm866", "x-mac-cyrillic"]
)
def test_a_page_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    page = f"<html><head>{meta}</head>Срок 13 дней"
    python = {"x-mac-cyrillic": "mac-cyrillic"}.get(encoding, encoding)
    assert told(page.encode(python)) == ["Срок 13 дней"]


def test_a_page_that_is_utf_8_is_read_so_whatever_it_declares() -> None:
    assert told('<meta charset="windows-1251"><p>Срок 13 дней') == ["Срок 13 дней"]


def test_an_xhtml_page_is_read_in_the_encoding_of_its_first_line() -> None:
    page = '<?xml version="1.0" encoding="koi8-r"?>\n<html><body><p>Срок 13 дней</p></body></html>'
    assert told(page.encode("koi8-r")) == ["Срок 13 дней"]


def test_markdown_is_read_with_its_html_footnotes_and_brackets() -> None:
    text = (
        "Цена 300[^1] для <имя> и <name>, <b>всем</b> <span hidden>4242</span>.\n\n[^1]: Кроме островов.\n\n"
        "<div>Блок<ul><li>внутри</ul>после</div>\n\n<details><summary>Как?</summary>\n\nТак.\n\n</details>\n\n"
        "[Важно]: звоните\n"
    )
    assert told(text, "a.md") == [
        "Цена 300 (Кроме островов.) для <имя> и <name>, всем .", "Блок", "- внутри", "после", "Как?", "Так.",
        "[Важно]: звоните",
    ]  # fmt: skip


def test_cells_beyond_the_columns_of_a_markdown_table_are_kept() -> None:
    table = (
        "|Тариф|Цена|\n|---|---|\n| Мини | 41 | *кроме* островов |\nМакси | 7\\|8 | до мая |  |\n| Нет |\n"
    )
    lines = ["Тариф | Цена", "Мини | 41 | кроме островов", "Макси | 7|8 | до мая", "Нет"]
    for lead in ("", "> "):
        given = "".join(f"{lead}{line}\n" for line in table.splitlines())
        assert "\n".join(told(given, "a.md")).splitlines() == lines


def test_a_note_that_nobody_refers_to_is_text() -> None:
    assert told("Цена.\n\n[^7]: Кроме островов.\n", "a.md") == ["Цена.", "[^7]: Кроме островов."]


def test_deep_quotes_and_lists_of_markdown_are_kept() -> None:
    assert told("> " * 40 + "глубоко", "a.md") == ["глубоко"]


def test_plain_text_keeps_its_signs() -> None:
    text = "Тарифы\n======\n\n2 * 3 * 4 = 24, <b> и &amp; _как есть_\nвторая строка\n\n- один\n- два\n"
    [section] = read("a.txt", text.encode()).sections
    assert section.path == ("Тарифы",)
    assert section.paragraphs == ["2 * 3 * 4 = 24, <b> и &amp; _как есть_\nвторая строка", "- один\n- два"]


def test_a_heading_over_nothing_is_text() -> None:
    sections = read(
        "a.md", "# Контакты\n\n## Телефон 8 800 000\n\n## Адрес\n\nСадовая, 41\n".encode()
    ).sections
    assert [(section.path[-1], section.paragraphs) for section in sections] == [
        ("Телефон 8 800 000", ["Телефон 8 800 000"]),
        ("Адрес", ["Садовая, 41"]),
    ]
