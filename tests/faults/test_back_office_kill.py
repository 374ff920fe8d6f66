"""kill -9 of a process that acts, and of one that opens: all or nothing, and a repeat stands once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from app.core.actions import RefundPayment
from app.core.backoffice import ActionContext
from app.engines.backoffice.office import SqlBackOffice
from tests.faults.clerks import CUSTOMER, DIALOG, POLICY, amount_of, payment_of
from tests.support.back_office import consent_to

KILLS = 400 if "TORTURE" in os.environ else 20
ENDLESS, STEPS = 1000, 15
Acks = dict[int, str]


class Clerks:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._reports = process.stdin, process.stdout

    def start(self, storage: Path, first: int, count: int) -> None:
        self._orders.write(f"{storage} {first} {count}\n")
        self._orders.flush()

    def acks(self, patience: int | None = None, spin_for: float = 0) -> Acks:
        """To the clerk's end, which comes by kill -9 after so many acknowledged steps and a moment more."""
        pid, acked = None, {}
        for line in self._reports:
            match line.split():
                case ["pid", number]:
                    pid = int(number)
                case ["ack", seq, *number]:
                    acked[int(seq)] = "".join(number)
                case ["dead"]:
                    return acked
            if pid is not None and patience is not None and len(acked) >= patience:
                spin(spin_for)
                os.kill(pid, signal.SIGKILL)
                pid = None
        pytest.fail("the clerks' office ended")


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@contextmanager
def clerks() -> Iterator[Clerks]:
    command = [sys.executable, "-m", "tests.faults.clerks"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Clerks(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


def check(office: SqlBackOffice, acked: Acks) -> None:
    """Money and audit agree; what was acknowledged is there; at most one step more."""
    effects = office.effects(DIALOG)
    lines = {line.seq: line.outcome.number for line in effects}
    assert {line.outcome.status for line in effects} <= {"done"}
    payment = next(p for p in office.payments(CUSTOMER) if p.number == payment_of(office))
    assert payment.refunded_rub == sum(map(amount_of, lines))
    assert len(effects) == len(lines) == len(set(lines.values()))
    assert acked.items() <= lines.items()
    assert office.counts()["refunds"] == len(lines) + 2  # two are demo data


def enlarge(storage: Path, payment: str) -> None:
    """So that it does not run out over all the kills."""
    with closing(sqlite3.connect(storage)) as connection, connection:
        connection.execute("UPDATE payments SET amount_rub = ? WHERE number = ?", (10**12, payment))


@pytest.mark.timeout(600)
def test_an_act_that_is_killed_happened_or_not_and_its_repeat_stands_once(tmp_path: Path) -> None:
    storage, luck = tmp_path / "office.sqlite", random.Random(20261122)
    office = SqlBackOffice(storage, POLICY, demo=True)
    payment = payment_of(office)
    enlarge(storage, payment)
    acked: Acks = {}
    with clerks() as writers:
        for number in range(KILLS):
            first = number * ENDLESS
            writers.start(storage, first, ENDLESS)
            acked |= writers.acks(luck.randint(0, 3), luck.uniform(0, 0.006))
            check(office, acked)
            cut = max((seq for seq in acked if seq >= first), default=first - 1) + 1
            origin = ActionContext(dialog_id=DIALOG, seq=cut, customer_id=CUSTOMER)
            action = RefundPayment(payment=payment, amount_rub=amount_of(cut))
            reworded = action.model_copy(update={"reason": "a model never says it twice in the same words"})
            acked[cut] = office.act(origin, reworded, consent_to(origin, reworded)).number
            assert office.act(origin, action, consent_to(origin, action)).number == acked[cut]
            check(office, acked)
    office.close()
    assert len(acked) > KILLS


@pytest.mark.timeout(600)
def test_an_opening_that_is_killed_leaves_a_file_that_opens(tmp_path: Path) -> None:
    luck = random.Random(1122)
    with clerks() as openers:
        for number in range(KILLS):
            storage = tmp_path / f"{number}.sqlite"
            openers.start(storage, 0, ENDLESS)
            openers.acks(0, luck.uniform(0, 0.25))
            office = SqlBackOffice(storage, POLICY, demo=True)
            assert (office.counts()["customers"], office.counts()["incidents"]) == (14, 4)
            office.close()


def test_two_processes_that_open_and_act_together_have_one_effect_a_key(tmp_path: Path) -> None:
    storage = tmp_path / "office.sqlite"
    with ExitStack() as stack:
        both = [stack.enter_context(clerks()) for _ in range(2)]
        for each in both:
            each.start(storage, 0, STEPS)
        mine, other = [each.acks() for each in both]
    assert len(mine) == STEPS
    assert mine == other
    office = SqlBackOffice(storage, POLICY)
    check(office, mine)
    assert office.counts()["customers"] == 14
    office.close()
