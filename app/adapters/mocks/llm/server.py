"""A server that speaks the OpenAI protocol, for tests and demos (`call-center mock-llm`).

Faults come by `MockConfig`, per request by the headers `X-Mock-Fault` and `X-Mock-Latency`, or per scripted
reply (`{"fault": …}`); their names stand in `mock_faults.FAULTS`. Habits of real servers, which are none of
their faults, come by `MockConfig` too; they stand in `mock_habits.HABITS`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.adapters.mocks.llm.faults import FAULTS, REPLY, OpenRequest, show, status
from app.adapters.mocks.llm.habits import HABITS, PLAIN, Habit, as_json
from app.adapters.mocks.llm.replies import Json, MockReply, first_words, reply_to, tokens_in


@dataclass(slots=True)
class MockConfig:
    """How the server behaves; may be changed while it runs.

    `fault_rate` is the share of requests that fail; after `fault_count` faults it is healthy (None: never).
    `fault_in` spares requests whose first message does not hold these words.
    `refuse` names modes that get a 400: json_schema, tools, json_object. Times are seconds.
    """

    model: str = "mock-model"
    habit: str | None = None
    fault: str | None = None
    fault_rate: float = 1.0
    fault_count: int | None = None
    fault_in: str = ""
    latency: float = 0.0
    retry_after: int = 1
    drip: float = 0.05
    refuse: frozenset[str] = frozenset()
    seed: int = 7

    def __post_init__(self) -> None:
        check_fault(self.fault)
        if self.habit is not None and self.habit not in HABITS:
            raise ValueError(f"unknown habit {self.habit!r}; one of {', '.join(sorted(HABITS))}")

    @property
    def manner(self) -> Habit:
        return HABITS[self.habit] if self.habit else PLAIN


def check_fault(name: str | None) -> str | None:
    if name is not None and name not in FAULTS:
        raise ValueError(f"unknown fault {name!r}; one of {', '.join(sorted(FAULTS))}")
    return name


@dataclass(slots=True)
class MockState:
    config: MockConfig
    script: deque[Json] = field(default_factory=deque)
    requests: list[Json] = field(default_factory=list)
    luck: random.Random = field(default_factory=random.Random)

    def next_fault(self, asked: str | None, body: Json) -> str | None:
        """The header wins, then the script, then the configured fault."""
        config = self.config
        scripted = self.script[0].get("fault") if self.script else None
        if asked or scripted:
            return check_fault(asked or scripted)
        if config.fault_in not in first_words(body):
            return None
        if config.fault is None or config.fault_count == 0 or self.luck.random() >= config.fault_rate:
            return None
        if config.fault_count is not None:
            config.fault_count -= 1
        return config.fault

    def next_reply(self, body: Json) -> MockReply:
        """Raises HTTPException 400 for a refused mode."""
        line = self.script.popleft() if self.script else {"fault": ""}
        if line.keys() - {"fault"}:
            return MockReply.scripted(line)
        return self.config.manner.reply(reply_to(body, self.config.refuse), body)


def create_mock_app(config: MockConfig | None = None) -> Starlette:
    settings = config or MockConfig()
    state = MockState(settings, luck=random.Random(settings.seed))
    routes = [
        Route("/v1/chat/completions", _Completions(state), methods=["POST"]),
        Route("/v1/embeddings", _embeddings, methods=["POST"]),
        Route("/v1/models", _models),
        Route("/mock/script", _script, methods=["POST"]),
        Route("/mock/requests", _requests),
        Route("/mock", _reset, methods=["DELETE"]),
    ]
    app = Starlette(routes=routes)
    app.state.mock = state
    return app


class _Completions:
    def __init__(self, state: MockState) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        body: Json = await request.json()
        self.state.requests.append(body)
        await asyncio.sleep(float(request.headers.get("x-mock-latency", self.state.config.latency)))
        wire = self._wire(request, body, send)
        if refusal := self.state.config.manner.refuse(body):
            await wire(MockReply()).answer(refusal[0], json.dumps(refusal[1]).encode())
            return
        try:
            fault = self.state.next_fault(request.headers.get("x-mock-fault"), body)
            reply = self.state.next_reply(body)
        except (HTTPException, ValueError):
            await status(wire(MockReply()), 400)
        else:
            await show(fault, wire(REPLY[fault](reply) if fault in REPLY else reply))

    def _wire(self, request: Request, body: Json, send: Send) -> _WireMaker:
        return _WireMaker(request, body, send, self.state.config)


@dataclass(frozen=True, slots=True)
class _WireMaker:
    request: Request
    body: Json
    send: Send
    config: MockConfig

    def __call__(self, reply: MockReply) -> OpenRequest:
        key = self.request.headers.get("authorization", "").removeprefix("Bearer ") or "sk-canary-without-key"
        manner = self.config.manner
        return OpenRequest(
            receive=self.request.receive,
            send=self.send,
            streaming=manner.streams(bool(self.body.get("stream"))),
            canary=key,
            body=as_json(manner.whole(completion(reply, self.body))),
            events=manner.encode(manner.chunks(list(chunks(reply, self.body)))),
            retry_after=self.config.retry_after,
            drip=self.config.drip,
            pause=self.config.drip if manner.slow else 0.0,
        )


def completion(reply: MockReply, body: Json) -> Json:
    message: Json = {"role": "assistant", "content": reply.text}
    if reply.calls:
        message["tool_calls"] = _calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}
    usage = {"usage": _usage(reply, body)} if reply.usage else {}
    return {**_envelope(body, "chat.completion"), "choices": [choice], **usage}


def chunks(reply: MockReply, body: Json) -> Iterator[Json]:
    """The pieces of a stream: role, words or calls, finish, usage when asked for."""
    for delta in _deltas(reply):
        yield _chunk(body, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield _chunk(body, [{"index": 0, "delta": {}, "finish_reason": reply.finish}])
    if reply.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield _chunk(body, [], usage=_usage(reply, body))


def _deltas(reply: MockReply) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    words = (reply.text or "").split(" ")
    for number, word in enumerate(words if reply.text else []):
        yield {"content": word if number == 0 else f" {word}"}
    for index, call in enumerate(_calls(reply)):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        yield {"tool_calls": [{**call, "index": index, "function": {"name": name, "arguments": ""}}]}
        yield {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


def _calls(reply: MockReply) -> list[Json]:
    return [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(reply.calls)
    ]


def _chunk(body: Json, choices: list[Json], **more: Json) -> Json:
    return {**_envelope(body, "chat.completion.chunk"), "choices": choices, **more}


def _envelope(body: Json, kind: str) -> Json:
    return {
        "id": "chatcmpl-mock",
        "object": kind,
        "created": 1_700_000_000,
        "model": body.get("model", "mock"),
    }


def _usage(reply: MockReply, body: Json) -> Json:
    given, made = tokens_in(body), 1 + (len(reply.text or "") + sum(len(a) for _, a in reply.calls)) // 4
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


async def _models(request: Request) -> Response:
    name = request.app.state.mock.config.model
    return JSONResponse({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "mock"}]})


async def _embeddings(request: Request) -> Response:
    body = await request.json()
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [{"object": "embedding", "index": i, "embedding": _vector(str(t))} for i, t in enumerate(texts)]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return JSONResponse({"object": "list", "model": body.get("model"), "data": data, "usage": usage})


def _vector(text: str) -> list[float]:
    """Sixteen figures of a hash: equal texts are equal, nothing more."""
    return [byte / 127.5 - 1 for byte in hashlib.sha256(text.encode()).digest()[:16]]


async def _script(request: Request) -> Response:
    lines = await request.json()
    request.app.state.mock.script.extend(lines)
    return JSONResponse({"waiting": len(request.app.state.mock.script)})


async def _requests(request: Request) -> Response:
    seen = request.app.state.mock.requests
    return JSONResponse({"count": len(seen), "bodies": seen})


async def _reset(request: Request) -> Response:
    request.app.state.mock.script.clear()
    request.app.state.mock.requests.clear()
    return Response(status_code=204)
