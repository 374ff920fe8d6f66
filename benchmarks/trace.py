"""Code that one turn runs: `python -m benchmarks.trace [--warm N] [--before N] [--service] [--top]`.

The whole application over REST without a network, after a warm-up on other texts, in every thread, until the
answer is there. Each text comes once new to the process and once more in another dialog: what is found in a
text or an answer is cached. Counts do not depend on the machine's load. A call is a start or a resumption of
a frame in `app`, so an await that waited counts twice.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import httpx2
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event

import app
from app.bootstrap import build
from app.core.config import Settings
from app.core.dialog import Dialog
from app.main import create_app
from app.services.dialogs.manager import DialogManager
from app.telemetry.logs import configure_logging
from tests.support.server import UNLIMITED

PACKAGE = Path(app.__file__).parent
AUDIT_READ = re.compile(r"^SELECT\b.*\bFROM effects\b", re.DOTALL)
WARM_UP = 8  # turns
TOP = 25
CUSTOMER = "customer_123"  # of the demo data
TURNS = {
    "plain, Russian": "Как сменить пароль?",
    "plain, English": "How do I change my password?",
    "a tool that reads": "Покажите мои платежи",
}
WARM_TEXTS = (
    "Не работает приложение, не могу войти в аккаунт",
    "Сколько стоит тариф Профи?",
    "The app crashes when I open a shared link",
    "Какая у меня подписка?",
)


class Function(NamedTuple):
    file: str
    line: int
    name: str


class Probe:
    """What the process does while it is tracing; to be made before any thread starts."""

    def __init__(self) -> None:
        self.on = False
        self.calls: Counter[tuple[int, Function]] = Counter()
        self.counts: Counter[str] = Counter()
        self._file = ""
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        sys.addaudithook(self._audit)
        event.listen(Engine, "before_cursor_execute", self._statement)
        validator = CountingValidator(Dialog.__pydantic_validator__, self)
        type.__setattr__(Dialog, "__pydantic_validator__", validator)

    @contextmanager
    def tracing(self, dialog_id: str) -> Iterator[None]:
        self.calls, self.counts, self._file = Counter(), Counter(), f"{dialog_id}.json"
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def count(self, what: str) -> None:
        if self.on:
            self.counts[what] += 1

    def _profile(self, frame: FrameType, kind: str, _: object) -> None:
        if self.on and kind == "call":
            code = frame.f_code
            function = Function(code.co_filename, code.co_firstlineno, code.co_qualname)
            self.calls[threading.get_ident(), function] += 1  # a key of this thread alone

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if (
            self.on
            and name == "open"
            and arguments[1] in ("r", "rb")
            and str(arguments[0]).endswith(self._file)
        ):
            self.count("dialog reads")

    def _statement(self, *arguments: Any) -> None:
        self.count("SQL")
        if AUDIT_READ.match(arguments[2]):
            self.count("audit reads")


class CountingValidator:
    """Counts what is parsed into a dialog; a dialog made by its constructor is not parsed."""

    def __init__(self, validator: Any, probe: Probe) -> None:
        self._validator = validator
        self._probe = probe

    def validate_json(self, *args: Any, **kwargs: Any) -> Any:
        self._probe.count("dialog parses")
        return self._validator.validate_json(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._validator, name)


class Traced(NamedTuple):
    calls: Counter[Function]
    in_threads: int
    counts: Counter[str]
    tools: list[str]

    @classmethod
    def of(cls, probe: Probe, tools: list[str]) -> Traced:
        ours = {key: count for key, count in probe.calls.items() if Path(key[1].file).is_relative_to(PACKAGE)}
        calls: Counter[Function] = Counter()
        for (_, function), count in ours.items():
            calls[function] += count
        loop = threading.get_ident()
        in_threads = sum(count for (thread, _), count in ours.items() if thread != loop)
        return cls(calls, in_threads, probe.counts, tools)

    @property
    def files(self) -> set[Path]:
        return {Path(function.file) for function in self.calls}


async def main(given: argparse.Namespace) -> None:
    probe = Probe()
    configure_logging("ERROR", production=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = build(settings(Path(folder)))
        api = create_app(bench)
        transport = httpx2.ASGITransport(api)
        async with (
            api.router.lifespan_context(api),
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
        ):
            talk = Talk(http, bench.dialogs if given.service else None)
            for number in range(given.warm):
                await talk.send(await talk.create(), WARM_TEXTS[number % len(WARM_TEXTS)])
            traced = {
                f"{name}, {when}": await trace(talk, probe, text, given.before)
                for name, text in TURNS.items()
                for when in ("new", "again")
            }
    report(traced)
    if given.top:
        show_top(traced)


def settings(folder: Path) -> Settings:
    """Nothing of the environment's storage is touched."""
    return Settings(
        _env_file=None,
        dialogs_storage_path=folder / "dialogs",
        backoffice_storage=str(folder / "backoffice.sqlite"),
        checkpoint_storage=str(folder / "checkpoints"),
        knowledge_storage=folder / "knowledge",
        router="local",
        demo_data=True,
        ui=False,
        log_level="ERROR",
        **UNLIMITED,
    )


class Talk(NamedTuple):
    """Messages over REST, or to the service behind it."""

    http: httpx2.AsyncClient
    service: DialogManager | None

    async def create(self) -> str:
        created = await self.http.post("/api/v1/dialogue/create", json={"customer_id": CUSTOMER})
        return str(created.raise_for_status().json()["dialog_id"])

    async def send(self, dialog_id: str, text: str) -> None:
        if self.service:
            await self.service.send(dialog_id, text)
            return
        answer = await self.http.post(f"/api/v1/dialogue/{dialog_id}/message", json={"message": text})
        answer.raise_for_status()

    async def tools(self, dialog_id: str) -> list[str]:
        """Of the last answer."""
        view = (await self.http.get(f"/api/v1/dialogue/{dialog_id}")).raise_for_status().json()
        return [use["name"] for use in view["messages"][-1]["path"]["tools"]]


async def trace(talk: Talk, probe: Probe, text: str, before: int) -> Traced:
    """One message of a dialog that has had so many before."""
    dialog_id = await talk.create()
    for number in range(before):
        await talk.send(dialog_id, WARM_TEXTS[number % len(WARM_TEXTS)])
    with probe.tracing(dialog_id):
        await talk.send(dialog_id, text)
    return Traced.of(probe, await talk.tools(dialog_id))


def report(traced: dict[str, Traced]) -> None:
    counted = ("dialog reads", "dialog parses", "audit reads", "SQL")
    code = ("files", "folders", "functions", "calls", "in other threads", "x calls")
    table = Table("one message", "tools", *code, *counted)
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    floor = next(iter(traced.values())).calls.total()
    for name, turn in traced.items():
        calls = turn.calls.total()
        folders = {file.parent for file in turn.files}
        figures = (len(turn.files), len(folders), len(turn.calls), calls, turn.in_threads)
        counts = (turn.counts[what] for what in counted)
        ratio = f"{calls / floor:.2f}"
        table.add_row(name, " ".join(turn.tools), *map(str, figures), ratio, *map(str, counts))
    Console(width=150).print(table)


def show_top(traced: dict[str, Traced]) -> None:
    for name, turn in traced.items():
        table = Table("calls", "function", "file", title=name)
        for function, count in turn.calls.most_common(TOP):
            place = Path(function.file).relative_to(PACKAGE.parent)
            table.add_row(str(count), function.name, f"{place}:{function.line}")
        Console(width=110).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warm", type=int, default=WARM_UP, help="turns of other dialogs before")
    parser.add_argument("--before", type=int, default=0, help="messages of the same dialog before")
    parser.add_argument("--service", action="store_true", help="without REST: the service is called")
    parser.add_argument("--top", action="store_true", help=f"the {TOP} functions that are called most")
    asyncio.run(main(parser.parse_args()))
