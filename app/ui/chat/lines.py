"""The lines of a dialog as Gradio's chat shows them: what was written is shown, and none of it is run.

What a customer is likely to answer, offered as buttons. In the language of the dialog.

The words of the chat, with what all rooms share: names of agents, sentences of problems, numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

from app.core.models import OPERATOR, Decision, Turn
from app.services.dialogs.views import DialogView, MessageView
from app.ui.format import dollars, number
from app.ui.words import LANGUAGES, Words, words

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


@lru_cache
def chat_words(language: str) -> Words:
    shared = {"agents": words(language, "frame")["agents"], "codes": words(language, "problems")["codes"]}
    return {**words(language, "chat"), **shared, "language": language}


def name_of(agent: str, words: Words) -> str:
    """As the other rooms name it; an agent of another roster by its own name."""
    return str(words["agents"].get(agent, agent))


def sure(confidence: float, words: Words) -> str:
    return number(confidence, words["language"], 2)


def milliseconds(seconds: float, words: Words) -> str:
    return number(seconds * 1000, words["language"], 0)


def cost(value: float, words: Words) -> str:
    return dollars(value, words["language"]) if value else "$0"


def failed(code: str, words: Words) -> str:
    """What a turn failed of, by the code that is kept with it."""
    return str(words["failures"].get(code) or words["codes"].get(code, code))


History = list[dict[str, Any]]
APPROVED = "approved"
EMBEDDED = "embedded"
_MARKDOWN = re.compile(r"([\\`*_\[\]~$|!])")
_BLOCK = re.compile(r"^(\s*)([#>+=-]|\d+[.)])", re.MULTILINE)


def history(view: DialogView, words: Words) -> History:
    """One entry a line, so that the index of an entry is `seq` less one."""
    return [shown(message, words) for message in view.messages]


def shown(message: MessageView, words: Words) -> dict[str, Any]:
    if message.role == "customer":
        return customer(message.content)
    return agent(message.content, title(message, words), message.role)


def customer(text: str) -> dict[str, Any]:
    """Literally, whatever it is."""
    return {"role": "user", "content": literal(text)}


def agent(text: str, told: str, who: str) -> dict[str, Any]:
    """Lists and bold stay; tags and pictures do not: a picture is a request to somewhere."""
    safe = escape(text, quote=False).replace("![", "!\\[")
    badge = f'<span class="cc-say cc-by-{escape(who)}">{escape(told)}</span>\n\n' if told else ""
    return {"role": "assistant", "content": f"{badge}{safe}"}


def literal(text: str) -> str:
    marked = _MARKDOWN.sub(r"\\\1", escape(text, quote=False))
    return _BLOCK.sub(lambda found: f"{found[1]}{_guarded(found[2])}", marked)


def title(message: MessageView, words: Words) -> str:
    if message.role == OPERATOR:
        return str(words["person"])
    return finished(message.path, words) if message.path else name_of(message.role, words)


def routed(decision: Decision, words: Words) -> str:
    """While the answer is being written."""
    return f"{name_of(decision.agent, words)} · {sure(decision.confidence, words)} …"


def finished(turn: Turn, words: Words) -> str:
    """agent · confidence · source · model · ms."""
    told = [
        name_of(turn.agent, words),
        sure(turn.decision.confidence, words),
        words["sources"].get(turn.decision.source, turn.decision.source),
        model(turn, words),
    ]
    if total := turn.timings.get("total"):
        told.append(f"{milliseconds(total, words)}\u00a0{words['ms']}")
    return " · ".join(told)


def model(turn: Turn, words: Words) -> str:
    """Who spoke; a stand-in is named as one."""
    if turn.degraded:
        return str(words["degraded_by"].get(turn.failure, words["degraded"]))
    return str({APPROVED: words["approved"], EMBEDDED: words["embedded"]}.get(turn.model, turn.model))


def _guarded(mark: str) -> str:
    """`1.` begins a list by its point, the others by themselves; `>` is an entity already."""
    return f"{mark[:-1]}\\{mark[-1]}" if mark[:-1].isdigit() else f"\\{mark}"
