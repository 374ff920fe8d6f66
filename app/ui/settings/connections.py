"""The connections of the status room: state, one sentence, and the button that tries each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.services.health import Detailed, ProviderCalls
from app.services.system import Condition
from app.ui.words import RoomTexts, Words

Row = tuple[str, str, str]
"""State, its word, and a sentence."""
MARKS = {"good": "good", "fair": "warn", "bad": "bad", "off": ""}


@dataclass(frozen=True)
class ComponentRow:
    """`state` is good, fair, bad or off; `tried`: there is something to try."""

    key: str
    name: str
    state: str
    status: str
    note: str
    tried: bool

    @property
    def mark(self) -> str:
        return MARKS[self.state]


def list_components(found: Condition, texts: RoomTexts) -> list[ComponentRow]:
    words = texts.words
    rows: dict[str, Row] = {
        "provider": _provider(found, words),
        "storage": _storage(found, words),
        "office": _office(found, words),
        "knowledge": _knowledge(found, texts),
        "embeddings": _embeddings(found, words),
        "crm": _outbox(found, texts),
        "checkpoints": ("off", words["says"]["untried"], words["checkpoints_note"]),
    }
    return [
        ComponentRow(key, words["components"][key], *row, tried=key in found.tried)
        for key, row in rows.items()
    ]


def verdict_of(found: Condition, rows: list[ComponentRow], texts: RoomTexts) -> tuple[str, str]:
    """Its mark, and the sentence over everything."""
    words, health = texts.words, found.health
    bad, fair = ([row.name for row in rows if row.state == state] for state in ("bad", "fair"))
    mark = "bad" if bad and health.status == "unhealthy" else "warn" if bad or fair else "good"
    told = words["verdict"][mark].format(names=", ".join(bad or fair))
    if health.offline:
        return mark, f"{told} {words['verdict']['embedded']}"
    speaks = "model" if health.components.openai_api == "healthy" else "stand_in"
    return mark, f"{told} {words['verdict'][speaks].format(model=health.model)}"


def _storage(found: Condition, words: Words) -> Row:
    storage, says = found.health.storage, words["says"]
    if not storage.writable:
        return "bad", says["read_only"], storage.detail
    if storage.quarantined:
        note = words["quarantined"].format(
            n=len(storage.quarantined), names=", ".join(storage.quarantined[:5])
        )
        return "fair", says["healthy"], note
    return "good", says["healthy"], words["storage_fine"]


def _provider(found: Condition, words: Words) -> Row:
    state = found.health.components.openai_api
    sign = {"healthy": "good", "unhealthy": "bad", "not_configured": "off"}[state]
    if state == "not_configured":
        return sign, words["says"][state], words["provider_off"]
    return sign, words["says"][state], " ".join(_calls(found.health, words))


def _calls(health: Detailed, words: Words) -> Iterator[str]:
    """How the provider's calls have ended, and where requests to it differ from those to OpenAI."""
    calls = health.provider or ProviderCalls()
    yield words["provider_calls"].format(model=health.model, answered=calls.answered, failed=calls.failed)
    if calls.never_answered:
        yield words["never_answered"].format(why=calls.last_failure)
    if calls.ways:
        yield words["ways_title"].format(ways=", ".join(words["ways"][way] for way in calls.ways))


def _embeddings(found: Condition, words: Words) -> Row:
    if found.health.embeddings:
        return "good", words["says"]["healthy"], words["embeddings_fine"]
    return "fair", words["says"]["off"], words["words_only"]


def _knowledge(found: Condition, texts: RoomTexts) -> Row:
    words, size = texts.words, found.knowledge
    says = words["says"]
    if size.documents is None:
        return "bad", says["unhealthy"], words["library_damaged"]
    note = words["knowledge_size"].format(
        articles=", ".join(
            _in_language(lang, n, texts) for lang, n in sorted(size.articles.items(), reverse=True)
        ),
        documents=size.documents,
        approved=size.approved,
    )
    return "good", says["healthy"], note


def _in_language(lang: str, count: int, texts: RoomTexts) -> str:
    told = texts.words["articles_in"].get(lang, "{n} " + lang)
    return str(told.format(n=texts.number(count)))


def _office(found: Condition, words: Words) -> Row:
    size, says = found.office, words["says"]
    if size is None:
        return "bad", says["unhealthy"], words["office_down"]
    note = words["office_size"].format(
        plans=size.plans,
        items=size.items,
        incidents=size.incidents,
        waiting=size.waiting,
        decided=size.decided,
    )
    return "good", says["healthy"], note


def _outbox(found: Condition, texts: RoomTexts) -> Row:
    words, outbox = texts.words, found.health.outbox
    says = words["says"]
    if outbox is None:
        return "off", says["not_configured"], words["crm_off"]
    if not outbox.available:
        return "bad", says["unhealthy"], words["outbox_down"]
    note = words["outbox"].format(crm=found.crm, waiting=outbox.waiting or 0, dead=outbox.dead or 0)
    if outbox.oldest:
        note += f" {words['oldest'].format(at=texts.moment(outbox.oldest))}"
    return "fair" if outbox.dead else "good", says["dead" if outbox.dead else "healthy"], note
