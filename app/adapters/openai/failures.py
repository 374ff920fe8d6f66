"""Maps provider failures and refused request parameters to our errors.

The provider's own text is not passed on: it may contain keys and prompts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from traceback import walk_tb

import httpx2

from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderError, ProviderRefused, ProviderReplyInvalid, ProviderTimeout
from app.core.network import seconds_of

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


NOT_A_COMPLETION, NO_CHOICES, EMPTY_STREAM = "not a chat completion", "no choices", "empty stream"
SLOW = "slow"  # it was still answering when the time was over
THOUGHTS, ALOUD, WRITTEN = "nothing but thoughts", "thoughts before a reply", "a tool call as text"
LONGEST_WAIT = 3600
_RETRY_STATUSES = {408, 409, 429}
_MISCALLED = re.compile(r"tool_use_failed|failed to call a function", re.IGNORECASE)
_ABOUT_THE_REQUEST = {400, 404, 405, 415, 422, 500, 501}


class Failed(Exception):
    """One attempt failed. `wait` is the provider's Retry-After in seconds; `said` are its words about the
    request, which only `complaints` reads."""

    def __init__(
        self, error: ProviderError, retryable: bool = False, wait: float | None = None, said: str = ""
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.retryable = retryable
        self.wait = wait
        self.said = said

    @property
    def says_unhealthy(self) -> bool:
        """Whether it speaks against the provider rather than against this one request.

        A wrong key (401) fails every request to come; 400, 403, 404 and 413 may be about one message or mode,
        and a filtered, clipped or malformed answer came from a provider that works. So does one that is slow.
        """
        if isinstance(self.error, ProviderRefused):
            return self.error.detail == "HTTP 401"
        if isinstance(self.error, ProviderReplyInvalid):
            return self.error.detail in {NOT_A_COMPLETION, NO_CHOICES, EMPTY_STREAM}
        return self.error.detail != SLOW


# LangChain does not validate what it converts: HTML or `choices: null` ends in any of these. So does a
# mistake of our own, which is why the log tells where they arose.
CONVERSION = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
FAILURES = (Failed, ProviderError, httpx2.HTTPError, httpx2.StreamError, OSError, *CONVERSION)


def translate(problem: BaseException) -> Failed:
    """The meaning of an error from HTTP or from the parsing of a reply; our own keep theirs."""
    if isinstance(problem, Failed):
        return problem
    if isinstance(problem, ProviderError):
        again = type(problem) is ProviderError or problem.detail in (THOUGHTS, WRITTEN)
        return Failed(problem, retryable=again)
    if isinstance(problem, httpx2.TimeoutException | TimeoutError):
        return Failed(ProviderTimeout(), retryable=True)
    if isinstance(problem, httpx2.TransportError | OSError):
        return Failed(ProviderError("the connection failed"), retryable=True)
    return Failed(ProviderReplyInvalid(NOT_A_COMPLETION))


def refusal(status: int, retry_after: str | None, said: str = "") -> Failed:
    """A reply with another status than 200."""
    detail = f"HTTP {status}"
    words = said if status in _ABOUT_THE_REQUEST else ""
    if status == 501 or (status < 500 and status not in _RETRY_STATUSES):
        miscalled = bool(_MISCALLED.search(words))  # Groq's words for a call that its model wrote wrongly
        return Failed(ProviderRefused(detail), retryable=miscalled, said=words)
    error = ProviderTimeout(detail) if status in {408, 504} else ProviderError(detail)
    wait = seconds_of(retry_after, datetime.now(UTC), LONGEST_WAIT)
    if wait is not None:
        error.retry_after = max(1, round(wait))
    return Failed(error, retryable=True, wait=wait, said=words)


def kind_of(problem: BaseException) -> str:
    """Its class and those of its causes, as far as the log may tell: `ConnectError < gaierror`."""
    return " < ".join(dict.fromkeys(type(one).__name__ for one in islice(_chain(problem), 8)))


def places_of(problem: BaseException) -> list[str]:
    """Where it arose: the last frames without their words."""
    frames = list(walk_tb(problem.__traceback__))[-3:]
    return [f"{Path(f.f_code.co_filename).name}:{line} {f.f_code.co_name}" for f, line in frames]


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
