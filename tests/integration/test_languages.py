"""Languages are articles and texts: German is added with no code, and each message is answered in its own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from app.adapters.crm.wording import wording
from app.adapters.languages import detector
from app.agents.grounding import Evidence, redact
from app.agents.tools.presentation import money
from app.bootstrap import build
from app.core.config import Settings
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.search import stems
from app.engines.offline.lexicon import phrasebook
from app.services.dialogs.views import MessageView
from app.services.workbench import Workbench
from tests.support import german
from tests.support.company import load_articles

pytestmark = pytest.mark.anyio

FEW = {"trial", "plans", "refund-term", "reset-password", "talk-to-person", "payment-methods"}
LATIN = re.compile(r"(?:\b[a-z]{2,}\b[ ,]+){3,}", re.IGNORECASE)  # three words in a row: a sentence, no name
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@dataclass
class Chat:
    """One customer in one dialog."""

    bench: Workbench
    customer: str
    dialog_id: str = ""

    async def say(self, text: str) -> MessageView:
        if self.dialog_id:
            await self.bench.dialogs.send(self.dialog_id, text)
        else:
            self.dialog_id = str((await self.bench.dialogs.create(self.customer, text)).body["dialog_id"])
        answer = (await self.bench.dialogs.view(self.dialog_id)).messages[-1]
        assert answer.path is not None
        assert answer.path.withheld == []
        return answer


def workbench(root: Path, *, added: bool) -> tuple[Workbench, SqlBackOffice]:
    office = SqlBackOffice(root / "office.db", demo=True)
    known = load_articles()
    shipped = [a for a in known if a.id in FEW] + german.articles() if added else known
    settings = Settings(
        _env_file=None,
        dialogs_storage_path=root / "dialogs",
        knowledge_storage=root / "kb",
        log_level="ERROR",
    )
    return build(settings, office=office, articles=shipped), office


async def running(made: tuple[Workbench, SqlBackOffice]) -> AsyncIterator[Workbench]:
    bench, office = made
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()
        office.close()


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The German files."""
    german.add(monkeypatch, tmp_path)
    yield
    monkeypatch.undo()
    german.forget()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    """German articles, and whatever text files there are."""
    async for made in running(workbench(tmp_path, added=True)):
        yield made


@pytest.fixture
async def shipped(tmp_path: Path) -> AsyncIterator[Workbench]:
    async for made in running(workbench(tmp_path, added=False)):
        yield made


def test_languages_are_told_apart_where_there_are_more_than_two() -> None:
    detect = detector({"ru", "en", "de"})
    assert detect("Ich habe mein Passwort vergessen und komme nicht hinein", "ru") == "de"
    assert detect("I forgot my password and cannot get in", "ru") == "en"
    assert detect("Я забыл пароль и не могу войти", "en") == "ru"
    assert detect("12345", "de") == "de"


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("de", "Zahlungen", "Zahlung"),
        ("fr", "remboursements", "remboursement"),
        ("ru", "платежами", "платежи"),
        ("en", "payments", "payment"),
    ],
)
def test_words_are_stemmed_in_every_language_that_has_a_stemmer(lang: str, one: str, other: str) -> None:
    assert stems(one, lang) == stems(other, lang) != [one.lower()]


@pytest.mark.parametrize("lang", ["ja", "xx", "not a language"])
def test_a_language_without_a_stemmer_keeps_its_words(lang: str) -> None:
    assert stems("Zahlungen heute", lang) == ["zahlungen", "heute"]


@pytest.mark.parametrize(
    ("asked", "article"),
    [
        ("Kann ich Orbita kostenlos testen, bevor ich bezahle?", "trial"),
        ("Hallo, ich habe mein Passwort vergessen, was nun?", "password"),
    ],
)
@pytest.mark.usefixtures("texts")
async def test_a_german_question_is_answered_from_the_german_article(
    bench: Workbench, asked: str, article: str
) -> None:
    answer = await Chat(bench, "demo_en").say(asked)
    assert answer.path is not None
    assert (answer.path.language, answer.path.citations) == ("de", [article])
    assert next(a.body for a in german.articles() if a.id == article) in answer.content


@pytest.mark.usefixtures("texts")
async def test_sums_and_dates_of_the_records_are_german(bench: Workbench) -> None:
    answer = await Chat(bench, "demo_en").say("Bitte zeigen Sie mir meine letzten Zahlungen")
    assert "1.990\u00a0₽" in answer.content
    months = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    assert re.search(rf"\d{{1,2}}\. ({months}) \d{{4}}", answer.content)


@pytest.mark.usefixtures("texts")
async def test_a_hand_over_keeps_german(bench: Workbench) -> None:
    answer = await Chat(bench, "demo_en").say("Verbinden Sie mich bitte sofort mit einem Mitarbeiter")
    assert answer.path is not None
    assert answer.path.language == "de"
    assert "Mitarbeiter" in answer.content


@pytest.mark.usefixtures("texts")
def test_german_promises_are_checked_and_redacted_in_german() -> None:
    redacted = redact("Ich habe Ihnen das Geld erstattet.", Evidence(today=date(2026, 11, 22)), "de")
    assert redacted.text == german.GROUNDING["honest"]["action"]
    assert [claim.kind for claim in redacted.dropped] == ["refund"]


async def test_without_german_texts_the_article_is_still_told_and_phrases_are_english(
    bench: Workbench,
) -> None:
    chat = Chat(bench, "demo_en")
    told = await chat.say("Kann ich Orbita kostenlos testen, bevor ich bezahle?")
    assert german.articles()[0].body in told.content
    for line in ("Das hat leider überhaupt nicht geholfen", "Ich möchte bitte mit einem Menschen sprechen",
                 "Bitte zeigen Sie mir meine letzten Zahlungen"):  # fmt: skip
        answer = await chat.say(line)
        assert not CYRILLIC.search(answer.content)


def test_every_table_falls_back_to_english() -> None:
    assert phrasebook("de") == phrasebook("en")
    assert wording("de") == wording("en") != wording("ru")
    assert (money(1990, "de"), money(1990, "xx")) == ("1.990\u00a0₽", "1,990\u00a0₽")


CUSTOMER = "demo_goods"
TURNS = [
    ("сколько стоит Профи в месяц?", "ru"),
    ("Please order Pro for a year", "en"),
    ("где мои заказы?", "ru"),
    ("Connect me to a manager right now, I want to complain", "en"),
    ("верните деньги за последний платёж", "ru"),
    ("What was my last payment?", "en"),
]


async def test_each_message_is_answered_in_its_own_language(shipped: Workbench) -> None:
    chat, used, agents = Chat(shipped, CUSTOMER), set[str](), set[str]()
    for line, lang in TURNS:
        answer = await chat.say(line)
        assert answer.path is not None
        assert answer.path.language == lang
        assert not (CYRILLIC if lang == "en" else LATIN).search(answer.content), answer.content
        used |= {tool.name for tool in answer.path.tools}
        agents.add(answer.path.agent)
    assert {"create_order", "refund_payment"} <= used
    assert agents >= {"sales", "supervisor"}
