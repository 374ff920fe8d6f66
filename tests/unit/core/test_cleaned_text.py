"""A customer's line is read as it was meant, and a dialog changes its language on clear words alone."""

from __future__ import annotations

import pytest

from app.adapters.languages import detector
from app.core.cleaned_text import LineCleaner, spoken_language
from app.engines.routing.artefact import load
from app.engines.routing.local import LocalRouter

CLEANER = LineCleaner(LocalRouter(load(), None).meant, detector({"ru", "en"}))
RUSSIAN, ENGLISH = "не могу войти в аккаунт", "where is my order"


@pytest.mark.parametrize(
    "line",
    [
        "macbook air m2", "samsung galaxy s23", "windows и ipad", "anna.k@example.com", "4471-09", "ok",
        "wifi", "Ok!!", "google pixel 8 pro", "xiaomi redmi note 12", "iPhone 15 Pro Max",
        "lenovo thinkpad x1 carbon", "T-1002", "visa mastercard", "macOS Sonoma 14.2",
        "Microsoft Outlook 365", "google drive, dropbox", "apple pay", "need for speed",
        "iphone 12 i macbook pro", "Kazan", "Ivan Petrov", "ERR_TIMED_OUT", "error 404 not found",
        "https://example.com/where/is/my/order", "yes", "thanks", "hello", "no", "pro",
        "+7 900 000-00-00", "👍", "...", "asus rog strix, windows 11 home", "chrome 120 и firefox",
        "приложение на английском, как поменять", "пишет «You do not have permission to open this file»",
        'ошибка "I can\'t find your account"', "lf", "ytn, yt gjvjukj", "da", "net ne pomoglo",
        "skolko zhdat", "the witcher 3", "sms", "pin code", "usb-c hub", "vpn on openvpn",
    ],
)  # fmt: skip
def test_a_russian_dialog_stays_russian(line: str) -> None:
    assert CLEANER.clean(line, "ru").language == "ru"


@pytest.mark.parametrize(
    "line",
    [
        "in english please", "In English, please!", "can you speak english", "English please",
        "how long will it take", "I want my money back", "why was I charged twice?", "where's my order",
        "it doesn't work", "cancel my subscription", "please cancel it",
        "can somebody help me with this", "are you a real person", "what do you know about me",
        "давайте на английском", "можно по-английски?", "who can see my files on google drive",
    ],
)  # fmt: skip
def test_clear_words_of_english_change_it(line: str) -> None:
    assert CLEANER.clean(line, "ru").language == "en"


@pytest.mark.parametrize(
    "line",
    [
        "Olga Petrova", "Kazan", "Москва", "Иван Петров", "my plan is called Профи", "ok", "vietnam",
        "privet", "12:30", "Москва, Тверская 5", "the app says «ошибка соединения»",
        "the app is in russian, how do I change that",
    ],
)  # fmt: skip
def test_an_english_dialog_stays_english(line: str) -> None:
    cleaned = CLEANER.clean(line, "en")
    assert (cleaned.language, cleaned.text) == ("en", line)


@pytest.mark.parametrize(
    "line",
    [
        "верните деньги", "а по-русски можно?", "когда приедет курьер", "in russian please",
        "skolko stoit tarif", "rfr jnvtybnm",
    ],
)  # fmt: skip
def test_clear_words_of_russian_change_it(line: str) -> None:
    assert CLEANER.clean(line, "en").language == "ru"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rfr jnvtybnm gjlgbcre", "как отменить подписку"),
        ("ne rabotaet", "не работает"),
        ("не работает vpn на iphone", "не работает vpn на iphone"),
    ],
)
def test_a_first_line_is_russian_however_it_was_typed(typed: str, meant: str) -> None:
    cleaned = CLEANER.clean(typed)
    assert cleaned.language == "ru"
    assert cleaned.text == meant


@pytest.mark.parametrize(
    "line",
    [
        "Where is my order?", "iphone 13", "data", "i need help with the invoice", "Pro plan, how much",
        "wifi keeps dropping",
    ],
)  # fmt: skip
def test_a_first_line_in_english_is_not_repaired(line: str) -> None:
    cleaned = CLEANER.clean(line)
    assert (cleaned.language, cleaned.text) == ("en", line)


def test_a_first_line_with_russian_words_among_names_is_russian() -> None:
    assert CLEANER.clean("youtube premium family plan сколько стоит").language == "ru"


def test_languages_follow_one_another_over_a_dialog() -> None:
    said = [RUSSIAN, "samsung galaxy s23", "in english please", "ok", "ещё раз на русском объясните"]
    assert [line.language for line in CLEANER.clean_all(said)] == ["ru", "ru", "en", "en", "ru"]
    assert spoken_language(["12345"], "en", CLEANER) == "en"
    assert spoken_language([], "") == "ru"
    assert spoken_language([ENGLISH]) == "en"


def test_a_language_that_is_given_is_kept() -> None:
    always = LineCleaner(always="de")
    assert [always.clean(line, "ru").language for line in (RUSSIAN, ENGLISH)] == ["de", "de"]


def test_where_there_are_more_languages_they_are_told_apart_as_before() -> None:
    cleaner = LineCleaner(CLEANER.repair, detector({"ru", "en", "de"}))
    assert cleaner.clean("Wo ist mein Paket, ich warte seit Montag", "ru").language == "de"
    assert cleaner.clean("cnj nfhba ghjab", "de").language == "ru"
