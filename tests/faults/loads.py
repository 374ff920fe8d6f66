"""Three loads of customers who repeat until acknowledged, and what is wrong with what is stored then."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import cast

import httpx2

from tests.faults.customers import CREATE, Json, Service, until
from tests.faults.test_kill import spin
from tests.faults.warm import WarmServer
from tests.faults.warm_server import ACT
from tests.support.server import ServerProcess

LOADS = ("one dialog", "many dialogs", "acts")
CUSTOMERS = 6
KNOWN = "customer_123"
"""Of the demo data: for nobody else a ticket is opened."""
LINES = {"one dialog": 25, "many dialogs": 4, "acts": 4}
"""Of one customer, then the next dialog begins: a file is written whole with every line."""


@dataclass
class Caller:
    """`said` is what was acknowledged, by dialog, each with the answer that acknowledged it."""

    name: str
    load: str
    service: Service
    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, list(self.said.values())))

    def live(self) -> None:
        with httpx2.Client(timeout=60, trust_env=False) as http:
            while not self.service.enough.is_set():
                dialog = self._open(http)
                for _ in range(LINES[self.load]):
                    if not self._say(http, dialog) or self.service.enough.is_set():
                        break

    def _open(self, http: httpx2.Client) -> str:
        """In the load of one dialog all ask under the same key, and so get the same one."""
        whose = "all" if self.load == "one dialog" else self.name
        key = f"{whose}/{len(self.said)}"
        customer = KNOWN if self.load == "acts" else key
        answer = self.service.post(http, key, CREATE, {"customer_id": customer}).json()
        self.said[answer["dialog_id"]] = []
        return str(answer["dialog_id"])

    def _say(self, http: httpx2.Client, dialog: str) -> bool:
        """False for a dialog that is not there any more."""
        line = f"{ACT if self.load == 'acts' else ''}{self.name} {len(self.said)} {len(self.said[dialog])}"
        path = f"/api/v1/dialogue/{dialog}/message"
        body = {"message": line}
        answer = self.service.post(http, line.replace(" ", "/"), path, body, ends=(200, 404))
        if answer.status_code == 200:
            self.said[dialog].append((line, answer.json()["response"]))
        return answer.status_code == 200


@dataclass(frozen=True)
class Outcome:
    """`faults` counts turns lost, duplicated, reordered or torn, and acts missing or done twice."""

    kills: int
    turns: int
    acts: int
    faults: Counter[str]


def play(house: Popen[str], folder: Path, load: str, kills: int, turns: int, mode: str = "sound") -> Outcome:
    """At least `turns` acknowledged ones, spread over the kills."""
    folder.mkdir()
    server = WarmServer(house, folder, mode)
    service = Service(cast(ServerProcess, server))
    callers = [Caller(f"caller{n}", load, service) for n in range(CUSTOMERS)]
    try:
        service.start()
        live(service, callers, kills, turns // kills)
        with httpx2.Client(base_url=server.url, timeout=60, trust_env=False) as http:
            faults = wrong_turns(http, callers)
    finally:
        server.end()
    subjects = tickets_in(folder)
    if load == "acts":
        faults += wrong_acts(callers, subjects)
    return Outcome(kills, sum(c.count for c in callers), sum(s.startswith(ACT) for s in subjects), faults)


def live(service: Service, callers: list[Caller], kills: int, between: int) -> None:
    luck = random.Random(20261202)
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        living = [pool.submit(caller.live) for caller in callers]
        try:
            for _ in range(kills):
                goal = sum(c.count for c in callers) + luck.randint(between, between + 5)
                until(
                    lambda goal=goal: (
                        sum(c.count for c in callers) >= goal or any(life.done() for life in living)
                    )
                )
                spin(luck.uniform(0, 0.03))
                service.kill()
                service.start()
        finally:
            service.enough.set()
    for life in living:
        life.result()


def wrong_turns(http: httpx2.Client, callers: list[Caller]) -> Counter[str]:
    found: Counter[str] = Counter()
    for dialog in {dialog for caller in callers for dialog in caller.said}:
        reply = http.get(f"/api/v1/dialogue/{dialog}")
        messages = reply.json()["messages"] if reply.status_code == 200 else []
        found += torn(messages)
        for caller in callers:
            said = caller.said.get(dialog, [])
            found += compared(messages, said, shared=caller.load == "one dialog")
    return found


def torn(messages: list[Json]) -> Counter[str]:
    gaps = [m["seq"] for m in messages] != list(range(1, len(messages) + 1))
    return Counter({"torn": int(gaps) + sum(m["state"] != "done" for m in messages)})


def compared(messages: list[Json], said: list[tuple[str, str]], shared: bool) -> Counter[str]:
    """Each acknowledged line stands once, in its order, and its answer once, right behind it.

    In a shared dialog others may speak before a turn that was cut is repeated: there it comes later.
    """
    texts = [m["content"] for m in messages]
    wanted = {line for line, _ in said}
    stored = [m["content"] for m in messages if m["role"] == "customer" and m["content"] in wanted]
    found = Counter(duplicated=len(stored) - len(set(stored)))
    for line, answer in said:
        rest = texts[texts.index(line) + 1 :] if line in texts else []
        found["lost"] += answer not in (rest if shared else rest[:1])
        found["duplicated"] += max(0, texts.count(answer) - 1)
    kept = [line for line, _ in said if line in set(stored)]
    found["reordered"] = int(list(dict.fromkeys(stored)) != kept)
    return found


def tickets_in(folder: Path) -> list[str]:
    file = folder / "office.sqlite"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as database:
        return [subject for (subject,) in database.execute("SELECT subject FROM tickets")]


def wrong_acts(callers: list[Caller], subjects: Iterable[str]) -> Counter[str]:
    stands = Counter(subject for subject in subjects if subject.startswith(ACT))
    said = [line for caller in callers for lines in caller.said.values() for line, _ in lines]
    return Counter(
        {
            "act lost": sum(line not in stands for line in said),
            "act twice": sum(count - 1 for count in stands.values()),
        }
    )
