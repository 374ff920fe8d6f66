"""Parts of a request that servers refuse, in the words and with the statuses of those that do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from app.adapters.mocks.llm.replies import Json

Refusal = tuple[int, Json]


def _openai(message: str, param: str) -> Json:
    return {
        "error": {"message": message, "type": "invalid_request_error", "param": param, "code": "unsupported"}
    }


def _vllm(message: str, code: int = 400) -> Json:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": code}


def _extra(name: str) -> Json:
    """FastAPI, as behind Mistral."""
    told = {
        "type": "extra_forbidden",
        "loc": ["body", name],
        "msg": "Extra inputs are not permitted",
        "input": {},
    }
    return {"detail": [told]}


def _roles(body: Json) -> list[str]:
    return [line["role"] for line in body["messages"]]


def _in_turn(body: Json) -> bool:
    lines = [line for line in body["messages"] if line["role"] not in ("system", "tool")]
    roles = [line["role"] for line in lines if not line.get("tool_calls")]
    return bool(roles) and roles[0] == "user" and all(a != b for a, b in pairwise(roles))


def _is(kind: str) -> Callable[[Json], bool]:
    return lambda body: (body.get("response_format") or {}).get("type") == kind


def _has(name: str) -> Callable[[Json], bool]:
    return lambda body: name in body


def _offers(body: Json) -> bool:
    return "tools" in body and not body.get("tool_choice")


def _no_limit_name(body: Json) -> bool:
    return "max_tokens" in body


_TABLE: dict[str, tuple[Callable[[Json], bool], Refusal]] = {
    "no_temperature": (
        lambda body: body.get("temperature", 1) != 1,
        (
            400,
            _openai("Unsupported value: 'temperature' does not support 0.7 with this model.", "temperature"),
        ),
    ),
    "no_max_tokens": (
        _no_limit_name,
        (
            400,
            _openai(
                "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"
            ),
        ),
    ),
    "no_limit": (
        lambda body: bool({"max_tokens", "max_completion_tokens"} & body.keys()),
        (400, _openai("max_tokens is too large: 1000. This model supports at most 512.", "max_tokens")),
    ),
    "no_stream_options": (_has("stream_options"), (422, _extra("stream_options"))),
    "no_stream": (
        lambda body: bool(body.get("stream")),
        (400, _openai("Unsupported value: 'stream' does not support true with this model.", "stream")),
    ),
    "no_parallel_calls": (
        _has("parallel_tool_calls"),
        (400, {"error": {"code": 400, "message": 'Unknown name "parallel_tool_calls": Cannot find field.'}}),
    ),
    "no_tools": (
        _has("tools"),
        (400, {"error": {"message": "registry.ollama.ai/library/gemma2:latest does not support tools"}}),
    ),
    "no_auto_tools": (
        _offers,
        (
            400,
            _vllm('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        ),
    ),
    "tools_500": (
        _has("tools"),
        (500, {"error": {"code": 500, "message": "tools param requires --jinja flag"}}),
    ),
    "no_system": (lambda body: "system" in _roles(body), (400, _vllm("System role not supported"))),
    "system_500": (lambda body: "system" in _roles(body), (500, {"error": "System role not supported"})),
    "in_turn": (
        lambda body: not _in_turn(body),
        (400, _vllm("Conversation roles must alternate user/assistant/user/assistant/...")),
    ),
    "in_turn_no_system": (
        lambda body: not _in_turn(body) or "system" in _roles(body),
        (400, _vllm("Conversation roles must alternate user/assistant/user/assistant/...")),
    ),
    "schema_400": (
        _is("json_schema"),
        (400, _openai("Invalid schema for response_format", "response_format")),
    ),
    "schema_500": (_is("json_schema"), (500, {"error": {"code": 500, "message": "failed to parse grammar"}})),
    "schema_500_bare": (_is("json_schema"), (500, {"error": "Internal Server Error"})),
    "schema_501": (_is("json_schema"), (501, {"error": {"message": "Not implemented"}})),
    "no_json_object": (
        _is("json_object"),
        (400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
    ),
    "no_forms": (
        lambda body: "response_format" in body or "tool_choice" in body,
        (
            404,
            {
                "error": {
                    "code": 404,
                    "message": "No endpoints found that support tool use or response_format.",
                }
            },
        ),
    ),
    "context_length": (
        lambda _: True,
        (400, _vllm("This model's maximum context length is 512 tokens. Reduce max_tokens or the messages.")),
    ),
}


def _refusal(refused: Callable[[Json], bool], told: Refusal) -> Callable[[Json], Refusal | None]:
    return lambda body: told if refused(body) else None


REFUSALS = {name: _refusal(*row) for name, row in _TABLE.items()}
