"""The words of notes and titles, in the language of the dialog (`data["language"]`, else Russian)."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from app.core.company import in_use
from app.core.events import Event
from app.core.locales import read

UNTOLD = "ru"  # without a language
LONGEST_VALUE, LONGEST_NOTE = 600, 2000
HIDDEN = {"language"}


class Wording(BaseModel):
    """The file `crm.yaml` of a language. `titles` are by kind of event, else contact, sale or problem."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: dict[str, str]
    labels: dict[str, str]
    agents: dict[str, str]
    titles: dict[str, str]
    answers: dict[str, str]

    def label(self, key: str) -> str:
        return self.labels.get(key, key.removesuffix("_rub").replace("_", " "))

    def format_value(self, key: str, value: str | float | bool) -> str:
        """In one line; a customer's words cannot pass for a marker."""
        if isinstance(value, bool):
            return self.answers["yes" if value else "no"]
        if isinstance(value, str):
            text = " ".join(value.split()).replace("(event ", "( event ")
            return self.agents.get(text, text[:LONGEST_VALUE])
        number = f"{value:,.2f}".removesuffix(".00").replace(",", " ")
        return (
            f"{number} ₽"
            if key.endswith("_rub")
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
        )


def marker(event: Event) -> str:
    """The last line of a note, by which it is found again."""
    return f"(event {event.id} {event.kind})"


def note_of(event: Event) -> str:
    """A sentence, one line per value, the marker."""
    words = _wording(event)
    told = {k: v for k, v in event.data.items() if v is not None and v != "" and k not in HIDDEN}
    lines = [
        words.sentences[event.kind],
        *(f"{words.label(k)}: {words.format_value(k, v)}" for k, v in told.items()),
    ]
    return f"{chr(10).join(lines)[:LONGEST_NOTE]}\n{marker(event)}"


def title_of(event: Event, sale: bool) -> str:
    titles = _wording(event).titles
    words = titles["sale"] if sale else titles.get(event.kind, titles["problem"])
    return words.format(id=event.customer_id)


def contact_name(event: Event) -> str:
    return _wording(event).titles["contact"].format(id=event.customer_id)


def _wording(event: Event) -> Wording:
    return wording(str(event.data.get("language") or UNTOLD))


@lru_cache
def wording(language: str) -> Wording:
    """The language's own file, or the English one."""
    return Wording(**read("crm", language), agents=in_use().crm_titles(language))
