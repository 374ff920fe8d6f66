"""Lines that are a customer's own words: no answer to our question, no bare call for a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from app.core.anger import measure_anger
from app.core.dialog import Dialog, Message
from app.core.locales import read_all
from app.core.text import fold

TELLING = 3  # words from which a line says what is wanted; before it come greetings
_WORD = re.compile(r"[^\W\d_]+")


def own_lines(dialog: Dialog, lines: Sequence[Message] | None = None) -> list[Message]:
    """The customer's, without those that only answer a question of ours."""
    said = dialog.messages if lines is None else lines
    return [m for m in said if m.role == "customer" and not is_answer(dialog, m)]


def is_answer(dialog: Dialog, line: Message) -> bool:
    """A yes or a no to what was proposed, and the words of its buttons whenever they come."""
    if line.verdict is not None and line.verdict.answer in ("confirm", "decline"):
        return True
    return fold(line.content).strip(" .!") in _buttons(dialog)


def _buttons(dialog: Dialog) -> set[str]:
    questions = (q for proposal in dialog.proposals for q in proposal.questions.values())
    return {fold(words).strip(" .!") for q in questions for words in (q.confirm, q.decline)}


def mood_lines(dialog: Dialog) -> list[str]:
    """By which the customer's mood is judged: an answer to a question of ours only if it sounds angry."""
    said = (m for m in dialog.messages if m.role == "customer")
    return [m.content for m in said if not is_answer(dialog, m) or measure_anger([m.content]).level > 0]


def states_matter(line: Message) -> bool:
    """It says what is wanted, and that is not only a person."""
    return len(line.content.split()) >= TELLING and not calls_person(line.content)


def calls_person(text: str) -> bool:
    """A person is asked for, and nothing else is said that would need one."""
    words = _WORD.findall(fold(text))
    named, around = _listed("person"), _listed("around")
    called = [word for word in words if word.startswith(named)]
    left = [word for word in words if not word.startswith(named) and word not in around]
    return bool(called) and len(left) < TELLING - 1


def names_person(text: str) -> bool:
    """Whatever else it says."""
    return any(word.startswith(_listed("person")) for word in _WORD.findall(fold(text)))


@cache
def _listed(kind: str) -> tuple[str, ...]:
    """`person`: beginnings of words; `around`: words beside them. Of all languages: customers mix them."""
    return tuple(fold(word) for known in read_all("person_requests").values() for word in known[kind])
