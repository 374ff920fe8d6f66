"""Clients of a CRM that have a bug, or never end: the relay goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.core.events import Event
from tests.contract.samples import new_dialog
from tests.support.post import post_office

pytestmark = pytest.mark.anyio


class Broken:
    """A client with a bug, and one that never ends."""

    name = "broken"

    def __init__(self, hangs: bool) -> None:
        self.hangs = hangs
        self.begun = asyncio.Event()

    async def deliver(self, event: Event) -> None:
        self.begun.set()
        if self.hangs:
            await asyncio.Event().wait()
        raise KeyError(event.id)

    async def check(self) -> str:
        return ""

    async def aclose(self) -> None:
        """Nothing to let go of."""


async def test_a_bug_in_a_client_costs_its_event_and_not_the_relay(prepared: Path, tmp_path: Path) -> None:
    async with post_office(prepared, tmp_path, Broken(hangs=False)) as post:
        await post.write(new_dialog(), 2)
        await post.deliver()
        assert [letter.why for letter in post.outbox.dead(10)] == [
            "The CRM refused the request (KeyError)."
        ] * 2


async def test_a_delivery_that_never_ends_is_cut_and_tried_again(prepared: Path, tmp_path: Path) -> None:
    async with post_office(prepared, tmp_path, Broken(hangs=True)) as post:
        post.relay.delivery.limit = 0.01
        await post.write(new_dialog(), 1)
        await post.deliver()
        assert post.figure("events_retried_total") == 1
        assert (await post.relay.state()).waiting == 1


async def test_what_is_under_way_at_the_stop_is_free_for_the_next(prepared: Path, tmp_path: Path) -> None:
    client = Broken(hangs=True)
    async with post_office(prepared, tmp_path, client) as post:
        await post.write(new_dialog(), 1)
        await post.relay.copy()
        carrying = asyncio.create_task(post.relay.delivery.carry())
        await client.begun.wait()
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
        assert len(post.outbox.claim(post.clock(), 1, timedelta(seconds=1))) == 1
