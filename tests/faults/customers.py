"""Customers of a server that is killed: each asks with Idempotency-Keys until it is acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx2

from tests.support.server import ServerProcess

Json = dict[str, Any]
CREATE = "/api/v1/dialogue/create"
LATER = {409: "request_in_progress", 429: "dialog_busy", 503: "storage_unavailable"}
MESSAGES_A_DIALOG = 4
QUESTIONS = ("не приходит код из СМС", "сколько стоит Профи", "верните деньги", "how do I reset my password")


def until(condition: Any) -> None:
    """The test's own time limit ends what never comes true."""
    while not condition():
        Event().wait(0.005)


@dataclass(frozen=True)
class Step:
    """A request, and the body that acknowledged it; `key` is unique."""

    key: str
    path: str
    body: Json
    answer: Json


@dataclass
class Service:
    """The server as customers know it: its address changes, and at times it is not there."""

    process: ServerProcess
    up: Event = field(default_factory=Event)
    enough: Event = field(default_factory=Event)

    def start(self) -> None:
        self.process.start()
        self.up.set()

    def kill(self) -> None:
        self.process.kill()
        self.up.clear()

    def post(
        self, http: httpx2.Client, key: str, path: str, body: Json, ends: tuple[int, ...] = (200,)
    ) -> httpx2.Response:
        """Again under the same key until there is an answer that does not say `later`."""
        while True:
            self.up.wait()
            try:
                answer = http.post(self.process.url + path, json=body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                continue
            if answer.status_code in ends:
                return answer
            assert LATER.get(answer.status_code) == answer.json()["code"], answer.text
            assert int(answer.headers["Retry-After"]) > 0
            Event().wait(0.02)


@dataclass
class Customer:
    """Opens dialogs of its own, every second one with a first message, and speaks in a shared one too."""

    name: str
    shared: str
    service: Service
    steps: list[Step] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    heard: dict[str, list[str]] = field(default_factory=dict)

    def live(self) -> None:
        with httpx2.Client(timeout=60, trust_env=False) as http:
            while not self.service.enough.is_set():
                own = self._open(http)
                for text in self._texts():
                    self._say(http, own, text)
                self._say(http, self.shared, next(self._texts()))

    def repeat(self, http: httpx2.Client) -> Iterator[tuple[Step, httpx2.Response]]:
        for step in self.steps:
            yield step, self.service.post(http, step.key, step.path, step.body)

    def _open(self, http: httpx2.Client) -> str:
        text = next(self._texts()) if len(self.said) % 2 else None
        body = {"customer_id": f"{self.name}/{len(self.steps)}"}
        answer = self._acknowledged(http, CREATE, {**body, "initial_message": text} if text else body)
        self._note(answer, text)
        return str(answer["dialog_id"])

    def _say(self, http: httpx2.Client, dialog_id: str, text: str) -> None:
        path = f"/api/v1/dialogue/{dialog_id}/message"
        self._note(self._acknowledged(http, path, {"message": text}), text)

    def _note(self, answer: Json, text: str | None) -> None:
        said = self.said.setdefault(answer["dialog_id"], [])
        heard = self.heard.setdefault(answer["dialog_id"], [])
        if text is not None:
            said.append(text)
            heard.append(answer["response"])

    def _acknowledged(self, http: httpx2.Client, path: str, body: Json) -> Json:
        key = f"{self.name}-{len(self.steps)}"
        answer: Json = self.service.post(http, key, path, body).json()
        self.steps.append(Step(key, path, body, answer))
        return answer

    def _texts(self) -> Iterator[str]:
        for question in QUESTIONS[:MESSAGES_A_DIALOG]:
            yield f"{question} ({self.name}, {len(self.steps)})"
