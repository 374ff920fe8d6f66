"""The example week in the browser: who is offered it, its mark, and its pages, made when they are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.services.workbench import Workbench
from app.ui.room import render
from app.ui.words import words

EXAMPLE = "/example/"
DIALOGS = {"ru": "5a6d9c1e-0001-4000-8000-000000000001", "en": "5a6d9c1e-0002-4000-8000-000000000002"}
"""By language, the finished dialog that the first card opens."""


def address_of(language: str, made_up: bool) -> str:
    """Of the page in another language, seen from a page that is itself `made_up` or not."""
    return f"../..{'/' + language}{EXAMPLE}" if made_up else f"../{language}/"


def ways(bench: Workbench, language: str, room: str) -> list[dict[str, str]]:
    """For an empty state: the same room of the example week. None where there is no example."""
    if bench.example is None:
        return []
    text = words(language, "example")["way"]
    return [{"address": f"..{'/' + language}{EXAMPLE}?tab={room}", "text": text}]


def offer_switch(bench: Workbench, language: str) -> None:
    """In the header of the ordinary pages."""
    if bench.example:
        gr.HTML(render("example.offer", w=words(language, "example")), elem_id="cc-example")


def show_mark(bench: Workbench, language: str) -> None:
    """Below the header of the example's pages: that it is one, and the way back."""
    if bench.made_up:
        gr.HTML(render("example.mark", w=words(language, "example")), elem_id="cc-made-up")


def offer_guide(bench: Workbench, language: str) -> None:
    """Above the empty chat: the cards of the first minute. Small for whoever has data."""
    if bench.example:
        guide = render("example.guide", w=words(language, "example"), dialog=DIALOGS[language])
        gr.HTML(guide, elem_id="cc-guide")


class LatePage:
    """A page that is made at its first request. It lives until `end`."""

    def __init__(self, make: Callable[[], Awaitable[FastAPI]], making: asyncio.Lock) -> None:
        """`make` gives an application with the page as its last route. `making` may be shared."""
        self._make = make
        self._making = making
        self._made: Any = None
        self._over = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            async with self._making:
                if self._made is None:
                    self._made = await self._begin(await self._make())
        await self._made(scope, receive, send)

    async def _begin(self, made: FastAPI) -> Any:
        ready = asyncio.Event()
        self._life = asyncio.create_task(self._live(made, ready), name="example page")
        await ready.wait()
        return made.router.routes[-1].app  # type: ignore[attr-defined]

    async def _live(self, made: FastAPI, ready: asyncio.Event) -> None:
        async with made.router.lifespan_context(made):
            ready.set()
            await self._over.wait()

    async def end(self) -> None:
        self._over.set()
        if self._life:
            await self._life
