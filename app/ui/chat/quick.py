"""What a customer is likely to answer, offered as buttons. In the language of the dialog."""

from __future__ import annotations

import re

from app.services.dialogs.views import DialogView
from app.ui.words import LANGUAGES, words

PLACES = 3
_NUMBER = re.compile(r"\b[A-Z]{1,2}-\d+\b")
_SENTENCE = re.compile(r"[^.!?\n]*\?")


def replies(view: DialogView) -> list[str]:
    """At most three, to the last question of a bot's answer that nobody has answered yet."""
    last = view.messages[-1] if view.messages else None
    if last is None or last.path is None or view.status == "closed" or view.handler == "person":
        return []
    language = last.path.language if last.path.language in LANGUAGES else LANGUAGES[0]
    for rule in words(language, "quick")["rules"]:
        if re.search(rule["asks"], " ".join(questions(last.content)), re.IGNORECASE):
            return list(rule["offer"]) or _numbers(last.content)
    return []


def questions(text: str) -> list[str]:
    """The last question, and the last sentences if they ask without a question mark."""
    return [*_SENTENCE.findall(text)[-1:], text.strip().splitlines()[-1] if text.strip() else ""]


def _numbers(text: str) -> list[str]:
    return list(dict.fromkeys(_NUMBER.findall(text)))[:PLACES]
