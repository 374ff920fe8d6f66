"""Replies of any server in OpenAI's own form. Raises ProviderError for an error in place of a reply."""

from __future__ import annotations

import json
import math
from typing import Any

from app.adapters.openai.failures import refusal
from app.adapters.openai.sse import BROKEN, Json
from app.core.exceptions import ProviderError

FINISHES = {
    "max_tokens": "length", "model_length": "length", "max_output_tokens": "length",
    "safety": "content_filter", "recitation": "content_filter", "blocklist": "content_filter",
    "prohibited_content": "content_filter", "spii": "content_filter", "sensitive": "content_filter",
    "refusal": "content_filter",
}  # fmt: skip
FAILED = {
    "error",
    "abort",
    "network_error",
    "insufficient_system_resource",
    "cancelled",
    "malformed_function_call",
}


def completion_of(body: Json) -> Json:
    """A whole reply: one choice of the assistant with text, calls and a finish reason."""
    _no_error(body)
    choices = body.get("choices")
    if not isinstance(choices, list):
        raise ValueError("no choices")
    told = [_choice(each, "message") for each in _first(choices)]
    return {**body, "choices": told, "usage": _usage(body)}


def chunk_of(event: Json) -> Json | None:
    """One piece of a stream, or a whole reply in its place; None for a ping."""
    _no_error(event)
    if not isinstance(event.get("choices"), list):
        return None
    choices = _first(event["choices"])
    told = [_choice(each, "delta") for each in choices]
    whole = any("message" in each for each in choices)
    return {"choices": told, "usage": _usage(event), "model": event.get("model"), "whole": whole}


def _first(choices: list[Any]) -> list[Json]:
    """The one with the lowest number: nobody asked for more."""
    return sorted((each for each in choices if isinstance(each, dict)), key=_number)[:1]


def _number(choice: Json) -> int:
    return _count(choice.get("index"))


def _choice(choice: Json, name: str) -> Json:
    said = choice.get("delta") or choice.get("message") or {}
    said = said if isinstance(said, dict) else {"content": said}
    text = words_of(said.get("content", choice.get("text")))
    calls = said.get("tool_calls") or []
    if not calls and isinstance(said.get("function_call"), dict):
        calls = [{"function": said["function_call"]}]
    calls = [call for call in (calls if isinstance(calls, list) else [calls]) if isinstance(call, dict)]
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    return {"index": _number(choice), name: message, "finish_reason": _finish(choice.get("finish_reason"))}


def words_of(content: Any) -> str:
    """Text, or the text parts of a list: what is thought, shown or cited is none."""
    if isinstance(content, list):
        return "".join(words_of(part) for part in content)
    if isinstance(content, dict):
        return (
            str(content.get("text") or "") if content.get("type", "text") in ("text", "output_text") else ""
        )
    if content is None or isinstance(content, str):
        return content or ""
    raise ValueError("content of another type")


def _finish(reason: Any) -> str | None:
    """As OpenAI names it; None where nothing is told. Raises ProviderError for a generation that failed."""
    told = str(reason or "").strip().lower()
    if told in FAILED:
        raise ProviderError(BROKEN)
    return FINISHES.get(told, told) or None


def _usage(body: Json) -> Json | None:
    """Counts of tokens; some servers leave one out, or send nulls."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    given, made = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
    whole = _count(usage.get("total_tokens")) or given + made
    details = {
        name: value for name, value in usage.items() if name.endswith("_details") and isinstance(value, dict)
    }
    return (
        {"prompt_tokens": given, "completion_tokens": made, "total_tokens": whole, **details}
        if whole
        else None
    )


def _count(told: Any) -> int:
    return max(0, int(told)) if isinstance(told, int | float) and math.isfinite(told) else 0


def _no_error(body: Json) -> None:
    error = body.get("error") or (
        body if body.get("object") == "error" or body.get("type") == "error" else None
    )
    if not error:
        return
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int | str) and str(code).isdecimal() and 400 <= int(code) < 600:
        raise refusal(int(code), None, json.dumps(error))
    raise ProviderError(BROKEN)
