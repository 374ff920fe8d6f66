"""What servers refuse, in their own words; and how a request is fitted to them."""

from __future__ import annotations

import pytest

from app.adapters.openai.dialect import BEGINNING, folded, in_turn, in_words
from app.adapters.openai.failures import Failed, about, refusal
from app.adapters.openai.habits import Habits, negotiated
from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderRefused

pytestmark = pytest.mark.anyio

TOOL = {"type": "function", "function": {"name": "look", "parameters": {}}}
LINES = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
PLAIN: Json = {"messages": LINES, "temperature": 0.7, "max_tokens": 9}
STREAM: Json = {**PLAIN, "stream": True, "stream_options": {"include_usage": True}, "tools": [TOOL]}
TYPED: Json = {**PLAIN, "response_format": {"type": "json_schema", "json_schema": {"strict": True}}}
FORCED: Json = {**PLAIN, "tools": [TOOL], "tool_choice": {"type": "function"}, "parallel_tool_calls": False}

SAID: list[tuple[str, Json, str | None]] = [
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'",
        STREAM,
        "max_tokens",
    ),
    (
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1)",
        STREAM,
        "temperature",
    ),
    ("temperature: range: -1..1", PLAIN, "temperature"),
    (
        '{"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}',
        STREAM,
        "stream_options",
    ),
    ("Stream options can only be defined when `stream=True`. include_usage", STREAM, "stream_options"),
    ("Unsupported value: 'stream' does not support true with this model", STREAM, "stream"),
    ('Invalid JSON payload received. Unknown name "parallel_tool_calls"', FORCED, "parallel_tool_calls"),
    (
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        STREAM,
        "tools",
    ),
    ("registry.ollama.ai/library/gemma:2b does not support tools", STREAM, "tools"),
    ("tools param requires --jinja flag", STREAM, "tools"),
    ("Failed to initialize samplers: failed to parse grammar", STREAM, "tools"),
    ("Function calling is not enabled for this model", STREAM, "tools"),
    ("No endpoints found that support tool use.", STREAM, "tools"),
    ("No endpoints found that support tool use.", FORCED, "typed"),
    ("This response_format type is unavailable now", TYPED, "typed"),
    ("Invalid schema for response_format 'Route': additionalProperties is required", TYPED, "typed"),
    ("JSON schema conversion failed: unrecognized schema", TYPED, "typed"),
    ("failed to parse grammar", TYPED, "typed"),
    ("Grammar error: guided decoding is not available", TYPED, "typed"),
    ("'response_format.type' must be 'json_schema' or 'text'", TYPED, "typed"),
    ("System role not supported", STREAM, "system"),
    ("Unsupported value: 'messages[0].role' does not support 'system' with this model.", STREAM, "system"),
    ("developer is not one of ['system', 'assistant', 'user']", STREAM, "system"),
    ("Please use a valid role: user, model.", STREAM, "system"),
    ("Conversation roles must alternate user/assistant/user/assistant/...", STREAM, "system"),
    ("This model's maximum context length is 512 tokens. Please reduce max_tokens.", STREAM, None),
    ("the request exceeds the available context size; try increasing it", TYPED, None),
    ("Prompt is too long: 9000 tokens > 8192 maximum; tools included", STREAM, None),
    (
        "The response was filtered due to the prompt triggering content management policy (tools)",
        STREAM,
        None,
    ),
    ("The model `gpt-9` does not exist or you have no access to it", STREAM, None),
    ("Failed to call a function. Please adjust your prompt. See 'failed_generation'", STREAM, None),
    ("Incorrect API key provided for tools", STREAM, None),
    ("Bad Request", STREAM, None),
    ("Потоковый режим отключён", STREAM, "stream"),
    (r'{"error": "\u0421\u0442\u0440\u0438\u043c\u0438\u043d\u0433 недоступен"}', STREAM, "stream"),
    ("Модель не поддерживает вызов функций", STREAM, "tools"),
    ("Модель не поддерживает вызов функций", FORCED, "typed"),
    ("Инструменты для этой модели недоступны", STREAM, "tools"),
    ("Формат ответа json_object не поддерживается", TYPED, "typed"),
    ("Параметр «температура» не поддерживается", STREAM, "temperature"),
    ("Недопустимое количество токенов ответа", STREAM, "max_tokens"),
    ("Системное сообщение не поддерживается", STREAM, "system"),
    ("Слишком длинный запрос: число токенов 9000", STREAM, None),
    ("Неверный ключ доступа к инструментам", STREAM, None),
    ("temperature is not supported", {"messages": LINES}, None),
]


@pytest.mark.parametrize(("said", "payload", "part"), SAID)
def test_the_refused_part_is_read_from_the_servers_words(said: str, payload: Json, part: str | None) -> None:
    assert about(said, payload) == part


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ('{"error": {"code": "tool_use_failed", "failed_generation": "<function=x>"}}', True),
        ("Failed to call a function. Please adjust your prompt.", True),
        ('{"error": {"code": "json_validate_failed", "failed_generation": "{"}}', False),
        ("tools are not supported", False),
    ],
)
def test_a_call_that_the_model_wrote_wrongly_is_asked_for_again(said: str, again: bool) -> None:
    assert refusal(400, None, said).retryable is again


@pytest.mark.parametrize("status", [401, 402, 403, 409, 413, 429, 502, 503])
def test_words_count_only_with_a_status_that_is_about_the_request(status: int) -> None:
    assert refusal(status, None, "temperature").said == ""


class Server:
    """Refuses what it does not take, one part at a time."""

    def __init__(self, **refused: str) -> None:
        self.refused = refused
        self.asked: list[Json] = []

    async def __call__(self, payload: Json) -> str:
        self.asked.append(payload)
        for part, words in self.refused.items():
            if part in payload or any(line["role"] == part for line in payload["messages"]):
                raise refusal(400, None, words)
        return "ok"


async def test_several_parts_are_given_up_one_after_the_other_and_never_asked_again() -> None:
    server = Server(
        temperature="no temperature",
        max_tokens="max_tokens is unknown",
        max_completion_tokens="max_completion_tokens is unknown",
        stream_options="stream_options?",
        system="System role not supported",
        tools="does not support tools",
    )
    habits = Habits()
    assert await negotiated(habits, STREAM, server) == "ok"
    assert len(server.asked) == 7
    server.asked.clear()
    assert await negotiated(habits, STREAM, server) == "ok"
    assert len(server.asked) == 1
    assert habits.ways == (
        "no_temperature", "no_token_limit", "no_stream_options", "system_folded", "tools_in_words",
    )  # fmt: skip


async def test_what_does_not_help_is_taken_back_and_tried_no_more_than_twice() -> None:
    async def stubborn(payload: Json) -> str:
        tried.append(payload)
        raise refusal(400, None, "temperature or tools or whatever")

    tried: list[Json] = []
    habits = Habits()
    for _ in range(5):
        with pytest.raises(Failed) as failed:
            await negotiated(habits, STREAM, stubborn)
        assert isinstance(failed.value.error, ProviderRefused)
        assert habits.ways == ()
    assert len(tried) <= 5 + 2 * 2


async def test_a_name_that_is_not_known_is_exchanged_for_the_other() -> None:
    server = Server(max_tokens="max_tokens: use max_completion_tokens")
    await negotiated(Habits(), PLAIN, server)
    assert server.asked[-1]["max_completion_tokens"] == 9
    assert "max_tokens" not in server.asked[-1]


async def test_a_form_of_the_reply_is_the_callers_to_choose() -> None:
    server = Server(response_format="response_format is not supported")
    with pytest.raises(Failed) as failed:
        await negotiated(Habits(), TYPED, server)
    assert failed.value.error.detail == "HTTP 400"
    assert not failed.value.retryable
    assert len(server.asked) == 1


def line(role: str, content: str | None, **more: object) -> Json:
    return {"role": role, "content": content, **more}


CALLED = line("assistant", None, tool_calls=[{"id": "1", "function": {"name": "look", "arguments": "{}"}}])


def test_neighbours_of_one_role_are_joined_and_the_system_comes_first() -> None:
    lines = [
        line("user", "a"),
        line("system", "s"),
        line("user", "b"),
        line("assistant", "c"),
        line("assistant", "d"),
        line("system", "t"),
    ]
    assert in_turn(lines) == [line("system", "s\n\nt"), line("user", "a\n\nb"), line("assistant", "c\n\nd")]


def test_a_history_begins_with_the_customers_place() -> None:
    assert in_turn([line("system", "s"), line("assistant", "a")])[1] == line("user", BEGINNING)


def test_results_of_tools_stay_where_and_what_they_are() -> None:
    results = [line("tool", "r", tool_call_id="1"), line("tool", "q", tool_call_id="2")]
    lines = [line("user", "a"), CALLED, *results, CALLED, results[0]]
    assert in_turn(lines) == lines


def test_words_before_a_call_are_joined_with_it() -> None:
    told = in_turn([line("user", "a"), line("assistant", "b"), CALLED])
    assert told[1] == {**CALLED, "content": "b"}


def test_without_a_system_its_words_stand_before_the_customers() -> None:
    assert folded(in_turn(LINES)) == [line("user", "s\n\nu")]
    assert folded([line("system", "s"), line("user", BEGINNING)])[0]["role"] == "user"


def test_tools_in_words_leave_nothing_that_only_a_server_with_tools_knows() -> None:
    told = in_words({**STREAM, "messages": [*LINES, CALLED, line("tool", "r", tool_call_id="1")]})
    assert "tools" not in told
    assert [each["role"] for each in told["messages"]] == ["system", "user", "assistant", "user"]
    assert told["messages"][2]["content"] == "<tool_call>look {}</tool_call>"
