"""A deletion that is cut at any store goes on at the next start; a turn that runs brings nothing back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from app.bootstrap.access import audit_of
from app.core.config import Settings
from app.core.personal_data import DataSubject, Held
from app.services.workbench import Workbench
from tests.faults.customers import until
from tests.support.approvals import Places
from tests.support.command import in_process
from tests.support.mock_llm import running_mock
from tests.support.operator import code
from tests.support.server import ROOT, running, settings

WHO, WORD = "demo_annual", "kanarek7f3a91"
CUT = """
import asyncio, os, sys
from pathlib import Path
from app.bootstrap import build
from tests.faults.test_deletion_kill import given_in
bench = build(given_in(Path(sys.argv[1])))
async def die(_): os.kill(os.getpid(), 9)
object.__setattr__(bench.privacy.customers.records["outbox"], "forget", die)
asyncio.run(bench.privacy.customers.delete("demo_annual", "test"))
"""


class Killed(BaseException):
    """Nothing runs after it."""


class Deadly:
    """A store at which the process dies."""

    async def dialogs_of(self, _customer_id: str) -> set[str]:
        return set()

    async def hold(self, _: DataSubject) -> Held:
        return {}

    async def forget(self, _: DataSubject) -> None:
        raise Killed


def given_in(folder: Path, **given: object) -> Settings:
    places = Places(folder)
    return settings(places.dialogs, enable_memory=True, demo_data=True, **places.settings, **given)


def left_of(folder: Path) -> list[str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [f.name for f in files if any(w.encode() in f.read_bytes() for w in (WHO, WORD))]


async def spoken(bench: Workbench) -> None:
    dialog = str((await bench.dialogs.create(WHO, f"the app does not open {WORD}")).body["dialog_id"])
    await bench.dialogs.close(dialog, WORD)
    await bench.dialogs.create(WHO, f"what does Pro cost {WORD}")


async def ended(bench: Workbench) -> None:
    await bench.release()
    await bench.dialogs.store.close()


@pytest.mark.anyio
@pytest.mark.parametrize("place", range(8))
async def test_a_deletion_that_is_cut_goes_on_at_the_next_start(tmp_path: Path, place: int) -> None:
    bench = build(given_in(tmp_path))
    await spoken(bench)
    stores = list(bench.privacy.customers.records.items())
    cut = dict([*stores[:place], ("deadly", Deadly()), *stores[place:]])
    data = bench.privacy.customers
    with pytest.raises(Killed):
        await type(data)(cut, data.deletions, data.lock, data.clock, data.audit).delete(WHO, "test")
    await ended(bench)
    later = build(given_in(tmp_path))
    assert await later.privacy.customers.count(WHO) is not None
    await later.privacy.keep_up()
    assert left_of(tmp_path) == []
    await later.privacy.keep_up()
    said = [e.outcome for e in audit_of(later.settings).entries() if e.what == "customer.deleted"]
    assert said == ["begun", "begun", "done"]
    await ended(later)


@pytest.mark.anyio
async def test_kill_9_in_the_middle_of_a_deletion(tmp_path: Path) -> None:
    bench = build(given_in(tmp_path))
    await spoken(bench)
    await ended(bench)
    command = [sys.executable, "-c", CUT, str(tmp_path)]
    cut = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False)
    assert cut.returncode == -signal.SIGKILL
    assert left_of(tmp_path) != []
    later = build(given_in(tmp_path))
    with running(later):
        until(lambda: not later.privacy.customers.deletions.under_way())
    assert left_of(tmp_path) == []


def test_a_turn_that_runs_meanwhile_brings_nothing_back(tmp_path: Path) -> None:
    body = {"customer_id": WHO, "initial_message": f"the app does not open {WORD}"}
    with running_mock() as mock:
        bench = build(given_in(tmp_path, openai_base_url=mock.url, router="local"))
        with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
            with ThreadPoolExecutor(2) as pool, mock.holding():
                asked = pool.submit(http.post, "/api/v1/dialogue/create", json=body)
                until(lambda: mock.attempts)
                deleted = pool.submit(http.delete, f"/api/v1/customers/{WHO}")
                until(lambda: bench.privacy.customers.deletions.under_way() or deleted.done())
            assert code(asked.result()) == (409, "customer_being_deleted")
            assert deleted.result().json()["deleted"]["dialogs"] == 1
            until(lambda: not bench.privacy.customers.deletions.under_way())
            assert left_of(tmp_path) == []


@pytest.mark.anyio
async def test_the_command_counts_first_and_deletes_with_yes(tmp_path: Path) -> None:
    known = given_in(tmp_path)
    bench = build(known)
    await spoken(bench)
    await ended(bench)
    places = ("dialogs_storage_path", "access_storage", "backoffice_storage", "checkpoint_storage")
    environment = {name.upper(): str(getattr(known, name)) for name in places}

    def called(*words: str) -> tuple[int, str]:
        done = in_process(*words, cwd=tmp_path, **environment)
        return done.returncode, done.stdout + done.stderr

    with ThreadPoolExecutor(1) as pool:  # a command runs a loop of its own
        status, output = pool.submit(called, "customers", "delete", WHO).result()
        assert (status, "Nothing was deleted" in output) == (0, True)
        assert left_of(tmp_path) != []
        assert pool.submit(called, "customers", "export", WHO, "--out", "out.zip").result()[0] == 0
        assert (tmp_path / "out.zip").stat().st_mode & 0o077 == 0
        assert pool.submit(called, "customers", "delete", WHO, "--yes").result()[0] == 0
        assert left_of(tmp_path) == []
        assert pool.submit(called, "customers", "prune").result()[0] == 2
        assert pool.submit(called, "audit", "verify").result()[0] == 0
        assert "customer.deleted" in pool.submit(called, "audit", "list").result()[1]
        log = known.access_storage / "audit.jsonl"
        log.write_bytes(log.read_bytes().replace(b"customer.deleted", b"customer.kept", 1))
        status, output = pool.submit(called, "audit", "verify").result()
        assert (status, output.startswith("Line ")) == (1, True)
