"""What of a request a server does not take, read from its refusal. Its words go no further than this file."""

from __future__ import annotations

import re

from app.adapters.openai.sse import Json

LONGEST = 4000  # letters of a refusal that are read
_ABOUT = {
    "stream_options": r"stream[_ ]options|include_usage",
    "parallel_tool_calls": r"parallel[ _]?(?:tool|function)[ _]?calls?",
    "max_tokens": r"max_?(?:completion_?|output_?|new_?)?tokens"
    r"|(?:лимит|числ|количеств|максимум)[а-яё]* токенов",
    "temperature": r"temperature|температур",
    "typed": r"response_?(?:format|mime_?type|schema)|json[ _-]?(?:schema|object|mode|format)"
    r"|structured[ _-]?output|guided|grammar|(?<!\w)schema|additionalproperties|(?<!\w)strict(?!\w)"
    r"|формат[а-яё]* ответа|json[- ]схем",
    "tools": r"(?<!\w)tools?(?!\w)|tool[ _-](?:choice|use|call)|function[ _-]?(?:call|declaration)"
    r"|functions?(?= (?:is|are) )|(?:вызов|вызыва)[а-яё]* (?:функци|инструмент)|инструмент|функции",
    "system": r"(?:system|developer)[ _-]?(?:role|message|prompt|instruction)|role(?!s? must)[^.]{0,80}"
    r"(?:system|developer)|developer['\"]? is not|must alternate|(?:in)?valid role"
    r"|(?:unknown|unsupported) role|системн[а-яё]* (?:рол|сообщен|промпт|инструкц)|роль system",
    "stream": r"(?<!\w)stream(?:ing|ed)?(?!\w)|потоков|стриминг",
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{text})" for name, text in _ABOUT.items()))
_GENUINE = re.compile(
    r"context[ _-]?(?:length|window|size|limit)|too (?:long|many tokens)|reduce the length"
    r"|maximum (?:prompt|input)|prompt is too|exceeds? the (?:model|available|context)"
    r"|content[ _](?:management|policy|filter)|safety"
    r"|failed[_ ]generation|tool_use_failed|failed to call a function|json_validate_failed"
    r"|model[^.]{0,80}(?:not found|not exist|unknown model|no access)|api[ _-]?key|quota"
    r"|billing|credit|rate limit"
    r"|слишком длинн|превыш[а-яё]* (?:контекст|квот|лимит запрос)|(?<!\w)ключ|квот"
    r"|баланс|оплат|модерац|неэтичн"
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_FORMS = {"max_tokens": ("max_tokens", "max_completion_tokens")}


def about(said: str, payload: Json) -> str | None:
    """The part of the request that the refusal names first; None where it is about something else."""
    told = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), said[:LONGEST]).lower()
    if _GENUINE.search(told):
        return None
    for found in _PATTERN.finditer(told):
        if part := _part(str(found.lastgroup), payload):
            return part
    return None


def is_typed(payload: Json) -> bool:
    """A reply in a form: by a response format, or by a tool that must be called."""
    return "response_format" in payload or isinstance(payload.get("tool_choice"), dict | str)


def _part(named: str, payload: Json) -> str | None:
    if named in ("typed", "tools"):
        return "typed" if is_typed(payload) else "tools" if payload.get("tools") else None
    if named == "system":
        return named
    return named if any(payload.get(form) is not None for form in _FORMS.get(named, (named,))) else None
