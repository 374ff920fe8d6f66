"""Encodings that nobody tells are recognised for sure, or refused; never kept as garbage."""

from __future__ import annotations

import codecs
import random
from contextlib import suppress

import pytest

from app.core.encodings import CYRILLIC, Undecodable, decoded

HEADER = "text;label\r\n"
ROWS = (
    "Не открывается приложение, пишет ошибку 403",
    "Сколько стоит тариф «Профи» на год?",
    "Верните деньги, я жду уже неделю",
    "ПОЧЕМУ НИКТО НЕ ОТВЕЧАЕТ НА МОИ ОБРАЩЕНИЯ",
    "Ещё раз: где мой заказ № 5517?",
    "Internet не работает после update роутера",
    "почём доставка",
    "да",
    "спасибо",
    "НЕТ",
    "Ёлка",
    "так",
    "I paid 500 руб. for nothing",
)


def table(rows: list[str], encoding: str) -> bytes:
    return (HEADER + "".join(f"{row};sales\r\n" for row in rows)).encode(encoding, "ignore")


@pytest.mark.parametrize("encoding", CYRILLIC)
def test_a_few_russian_rows_are_recognised(encoding: str) -> None:
    for start in range(5):
        data = table(list(ROWS[start : start + 3]), encoding)
        assert decoded(data) == data.decode(encoding)


@pytest.mark.parametrize("encoding", CYRILLIC)
@pytest.mark.parametrize("capitals", [False, True])
def test_short_rows_are_recognised_or_refused_and_never_another_text(encoding: str, capitals: bool) -> None:
    draw = random.Random(7)
    for _ in range(60):
        words = draw.choice(ROWS).split()
        row = " ".join(words[: draw.randint(1, len(words))])
        data = table([row.upper() if capitals else row], encoding)
        with suppress(Undecodable):
            assert decoded(data) == data.decode(encoding)


@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń", "naïve Müller straße", "¿Dónde está mi pedido, señor?", "£5"]
)
def test_western_letters_are_refused_and_not_kept_as_russian(text: str) -> None:
    with pytest.raises(Undecodable, match="cannot be told for sure"):
        decoded(f"text,label\r\n{text},sales\r\n".encode("cp1250" if "ż" in text else "cp1252"))


def test_english_with_quotation_marks_of_windows_is_read() -> None:
    text = "text,label\r\nIt’s broken – please “help”,tech\r\n"
    assert decoded(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF8 * 2, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_unicode_is_read_with_its_mark_and_without(mark: bytes, encoding: str) -> None:
    text = HEADER + "Верните деньги 👍;sales\r\n"
    assert decoded(mark + text.encode(encoding)) == text


def test_short_texts_of_other_scripts_in_utf8_stay() -> None:
    for text in ("👍", "⭐⭐⭐⭐⭐", "返金してください", "€5"):
        assert decoded(text.encode()) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_damaged_utf8_is_named_with_its_line(end: str) -> None:
    data = end.join([*ROWS[:4], "где заказ"]).encode()
    with pytest.raises(Undecodable, match=r"^line 3 is not UTF-8$"):
        decoded(data.replace("жду".encode(), "жду".encode()[:-1]))


def test_a_nul_is_named_with_its_line() -> None:
    with pytest.raises(Undecodable, match=r"^line 2 holds a NUL"):
        decoded(b"text,label\na\0b,sales\n")


def test_a_told_encoding_is_taken_or_refused() -> None:
    assert decoded("да".encode("koi8-r"), "koi8-r") == "да"
    assert decoded(codecs.BOM_UTF8 + "да".encode(), "utf-8") == "да"
    for wrong in ("utf-8", "no-such", "base64"):
        with pytest.raises(Undecodable):
            decoded("да".encode("koi8-r"), wrong)


def test_bytes_of_no_text_are_refused() -> None:
    draw = random.Random(3)
    for _ in range(50):
        with pytest.raises(Undecodable):
            decoded(draw.randbytes(300))
