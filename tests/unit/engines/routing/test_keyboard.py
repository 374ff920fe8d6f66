"""What is typed in other letters is read as it was meant; what is in its own letters stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from app.core.text import language_of
from app.engines.routing.artefact import SHIPPED, assemble, load
from app.engines.routing.keyboard import to_russian_keys
from app.engines.routing.local import LocalRouter
from app.evaluation.passes import layout, translit
from tests.support.paths import ROOT

SETS = ROOT / "eval_sets"
ROUTER = LocalRouter(load(), None)


def said(name: str) -> list[str]:
    rows = map(json.loads, (SETS / name).read_text(encoding="utf-8").splitlines())
    return [row["text"] for row in rows]


def language(text: str) -> str:
    return language_of(ROUTER.meant(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kogda priedet kurer", "когда приедет курер"),
        ("Ya zabyl parol ot pochty", "я забыл пароль от почты"),
        ("4to delat esli ne rabotaet po4ta", "что делать если не работает почта"),
        ("xochu vernut dengi za tarif", "хочу вернуть деньги за тариф"),
        ("jdu otvet, mojet prilojenie slomalos", "жду ответ, может приложение сломалось"),
        ("gde zakaz", "где заказ"), ("otmenite", "отмените"), ("Privet", "привет"),
        ("kod dlya vera.k@mail.example ne prihodit", "код для vera.k@mail.example не приходит"),
        ("rfr gjvtyznm yjvth ntktajyf", "как поменять номер телефона"),
        ("Pfrfp 4471-09 yt ghbitk!", "заказ 4471-09 не пришел!"),
        ("lf", "да"), ("Ytn!", "нет!"), ("xtr", "чек"),
        ("шы еруку ф ыегвуте вшысщгте", "is there a student discount"),
        ("здуфыу рудз", "please help"), ("рш", "hi"),
    ],
)  # fmt: skip
def test_other_letters_are_read_as_they_were_meant(typed: str, meant: str) -> None:
    assert ROUTER.meant(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "ok", "Ok!", "k", "thx", "np", "brb", "hi", "Pro", "refund", "data", "voice", "lawyer", "cancel it",
        "can't log in w/o the code", "wifi 6 is on, tv isn't", "A4 or USB-C?", "it's 5pm, at 24/7 support",
        "SKU-4410", "NX-7", "A7-44512-KX", "X1 Carbon", "XK4J-99PL-QWTY", "KB5034441", "ERR_TIMED_OUT", "pdf",
        "vera.k+shop@mail.example", "https://example.com/gde-zakaz", "Pa$$w0rd_9x", "qwerty", "asdfgh",
        "Olga Petrova", "Sergey V. Smirnov", "Galaxy S21 от Samsung", "iPhone 13 не включается",
        "Où est ma commande ?", "Ich möchte kündigen", "¿cuánto cuesta?", "gdzie jest paczka, proszę",
        "ок", "жму", "егэ", "екб", "СДЭК не звонил", "+7 900 000-00-00", "👍", "",
    ],
)  # fmt: skip
def test_what_is_in_its_own_letters_stays(text: str) -> None:
    assert ROUTER.meant(text) == text


@pytest.mark.parametrize(
    ("lang", "typed", "least"),
    [("ru", layout, 1.0), ("ru", translit, 0.99), ("en", layout, 0.99)],
)
def test_of_typed_lines_hardly_one_is_missed(
    lang: str, typed: Callable[[str, Random], str], least: float
) -> None:
    other = {"ru": r"[a-z]", "en": r"[а-яё]"}[lang]
    lines = [text for text in said(f"dev_{lang}.jsonl") if not re.search(other, text, re.IGNORECASE)]
    plain = [text for text in lines if len(text.split()) > 2 and ROUTER.meant(text) == text]
    assert len(plain) > 250
    assert np.mean([language(typed(text, Random(1))) == lang for text in plain]) >= least


def test_no_plain_line_is_read_otherwise() -> None:
    """The sets hold some that were typed on another keyboard: they have few vowels."""
    vowels = {"ru": "аеиоуыэюя", "en": "aeiou"}
    for lang, letters in vowels.items():
        lines = [text for text in said(f"dev_{lang}.jsonl") if language_of(text) == lang]
        plain = [
            text for text in lines if sum(c in letters for c in text.lower()) * 4 > len(text.replace(" ", ""))
        ]
        assert len(plain) > 250
        assert [text for text in plain if ROUTER.meant(text) != text] == []


def test_a_router_that_was_fitted_before_there_were_usual_words_still_reads() -> None:
    with np.load(SHIPPED / "weights.npz") as stored:
        arrays = {name: stored[name] for name in stored.files if not name.startswith("words_")}
    older = LocalRouter(assemble(load().meta, arrays), None)
    assert older.meant("skolko stoit podklyuchenie i dostavka") == "сколько стоит подключение и доставка"
    assert older.meant("where is my order") == "where is my order"


def test_a_long_line_is_judged_by_its_ends() -> None:
    line = "где мой заказ и когда его привезут, ответьте пожалуйста. " * 300
    typed = layout(line, Random(1))
    assert ROUTER.meant(line) == line
    assert ROUTER.meant(typed) == to_russian_keys(typed.strip())
