"""Another service's documented REST API as a black box under test. Only evaluation uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, get_args
from uuid import uuid4

import httpx2

from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery, Source, Usage
from app.core.network import seconds_of

Json = dict[str, Any]
ROUTE, CREATE = "/api/v1/route", "/api/v1/dialogue/create"
TIMEOUT, TRIES, LONGEST_WAIT = 60.0, 10, 30.0
_ABSENT = {404, 405}


class RemoteCentre:
    """One for a run and its event loop. Raises RoutingFailed with the outcome, nothing else."""

    def __init__(self, address: str, timeout: float = TIMEOUT) -> None:
        self._http = httpx2.AsyncClient(base_url=address.rstrip("/"), timeout=timeout)
        self._has_route = True

    def session(self, single: bool) -> Callable[[RouteQuery], Awaitable[Decision]]:
        """The router of one case: single messages need no dialog where the service routes without one."""
        talk = _Dialog(self)
        return self._message_in(talk) if single else talk.route

    async def route(self, query: RouteQuery) -> Decision:
        return await self.session(len(query.turns) == 1)(query)

    async def aclose(self) -> None:
        await self._http.aclose()

    def _message_in(self, talk: _Dialog) -> Callable[[RouteQuery], Awaitable[Decision]]:
        async def route(query: RouteQuery) -> Decision:
            if self._has_route:
                answer = await self.post(ROUTE, {"text": query.text}, optional=True)
                if answer is not None:
                    return _routed(answer)
                self._has_route = False
            return await talk.route(query)

        return route

    async def post(self, path: str, body: Json, optional: bool = False) -> Json | None:
        """The body of a 2xx. None where an `optional` path does not exist."""
        try:
            response = await self._admitted(path, body)
        except httpx2.TimeoutException:
            raise RoutingFailed("timeout", "the service did not answer in time") from None
        except httpx2.HTTPError as error:
            raise RoutingFailed("error", f"the service cannot be reached ({type(error).__name__})") from None
        if optional and response.status_code in _ABSENT:
            return None
        if not response.is_success:
            late = response.status_code in {408, 504}
            raise RoutingFailed("timeout" if late else "error", f"HTTP {response.status_code}")
        return _object(response)

    async def _admitted(self, path: str, body: Json) -> httpx2.Response:
        """Asked again, when it says, by a service that has too much to do now."""
        for _ in range(TRIES):
            response = await self._http.post(path, json=body)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                break
            told = seconds_of(response.headers.get("Retry-After"), datetime.now(UTC), LONGEST_WAIT)
            await asyncio.sleep(1 if told is None else told)
        return response


class _Dialog:
    """One remote dialog. The service's own lines stand in it, not those of the transcript."""

    def __init__(self, centre: RemoteCentre) -> None:
        self._centre = centre
        self._id: str | None = None
        self._sent = 0

    async def route(self, query: RouteQuery) -> Decision:
        """Sends the customer's lines that the dialog does not hold yet; the answer to the last one counts."""
        said = [line.content for line in query.turns if line.role == "customer"]
        answer: Json = {}
        for text in said[self._sent :]:
            answer = await self._say(text)
        return _answered(answer)

    async def _say(self, text: str) -> Json:
        if self._id is None:
            body = {"customer_id": f"eval-{uuid4()}", "initial_message": text}
            answer = await self._centre.post(CREATE, body) or {}
            self._id = _text(answer, "dialog_id")
            self._sent = 1
            return answer
        self._sent += 1  # also when it fails: the service may have kept the line
        return await self._centre.post(f"/api/v1/dialogue/{self._id}/message", {"message": text}) or {}


def _object(response: httpx2.Response) -> Json:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RoutingFailed("unparsed", "the reply is not a JSON object")
    return body


def _routed(answer: Json) -> Decision:
    outcome = answer.get("outcome", "ok")
    if outcome != "ok":
        known = outcome if outcome in {"unparsed", "timeout"} else "error"
        raise RoutingFailed(known, str(answer.get("reason", "")))
    return _decision(_text(answer, "agent"), answer)


def _answered(answer: Json) -> Decision:
    agent = answer.get("current_agent") or answer.get("assigned_agent")
    if not isinstance(agent, str):
        raise RoutingFailed("unparsed", "the reply names no agent")
    told = answer.get("route")
    return _decision(agent, told if isinstance(told, dict) else {}, answer.get("tokens_used"))


def _decision(agent: str, told: Json, tokens: object = 0) -> Decision:
    """`told` may hold confidence, source and reason. Without a confidence there are no scores either.

    A service tells tokens only in total: they stand as input tokens.
    """
    sure = told.get("confidence")
    known = isinstance(sure, int | float) and not isinstance(sure, bool) and 0 <= sure <= 1
    source = told.get("source")
    return Decision(
        agent=agent,
        confidence=sure if known and sure is not None else 0,
        source=source if source in get_args(Source) else "llm",
        reason=str(told.get("reason") or ""),
        scores={agent: sure} if known and sure is not None else {},
        usage=Usage(input_tokens=tokens if isinstance(tokens, int) and tokens > 0 else 0),
    )


def _text(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise RoutingFailed("unparsed", f"the reply holds no {name}")
    return value
