"""The audit log as a file of a JSON object a line, each bound to the one before, and a head beside it.

A line is sealed with a secret, so who has not got it can neither write nor change one; the head tells how
many there are, so the last ones cannot be taken away alone. An older copy of both files is not noticed.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO, NamedTuple

from pydantic import ValidationError

from app.core import durable
from app.core.audit import Act, AuditCheck, AuditEntry
from app.core.clock import Clock, utcnow
from app.core.exceptions import StorageUnavailable

LOG, HEAD = "audit.jsonl", "audit.head"
START = "0" * 64
SEAL = b', "seal": '
LOST = Act("service", "audit.head_lost", "", "the head is missing or was not written with this secret")
LONGEST = 200
TAIL = 65_536


class End(NamedTuple):
    """The last line: its number and digest."""

    n: int = 0
    digest: str = START


class AuditFile:
    """In `folder`, readable by the owner alone. Nothing is made before the first act."""

    def __init__(self, folder: Path, secret: Callable[[], bytes], clock: Clock = utcnow) -> None:
        self._log, self._head = folder / LOG, folder / HEAD
        self._secret = secret
        self._clock = clock
        self._turn = Lock()

    def append(self, acts: Sequence[Act]) -> None:
        """Lines that are missing at the end stay a gap: the next one is bound to what the head tells."""
        with self._turn, _unavailable(), self._opened() as log:
            end, head = _cut_torn_line(log), self._read_head()
            if head is None and end.n:
                acts = [LOST, *acts]
            if head and head.n > end.n:
                end = head
            text = b""
            for act in acts:
                line = self._line(end, act)
                text, end = text + line + b"\n", End(end.n + 1, _digest(line))
            log.seek(0, os.SEEK_END)
            log.write(text)
            log.flush()
            os.fsync(log.fileno())
            self._write_head(end)

    def entries(self) -> Iterator[AuditEntry]:
        for line in self._lines():
            if entry := _entry(line):
                yield entry

    def verify(self) -> AuditCheck:
        end, count = End(), 0
        with _unavailable():
            head = self._read_head()
            at_head = head is None or not head.n
            for count, line in enumerate(self._lines(), 1):
                if problem := self._problem(line, end):
                    return AuditCheck(count, end.digest, count, problem)
                end = End(end.n + 1, _digest(line))
                at_head = at_head or head == end
        if end.n and head is None:
            return AuditCheck(
                count, end.digest, count, "the head is missing or was not written with this secret"
            )
        if not at_head:
            return AuditCheck(count, end.digest, count + 1, "lines at the end are missing")
        return AuditCheck(count, end.digest)

    def _problem(self, line: bytes, before: End) -> str:
        entry = _entry(line)
        if entry is None:
            return "it cannot be read"
        if entry.before != before.digest or entry.n != before.n + 1:
            return "it does not follow the line before"
        open_line = line.rpartition(SEAL)[0]
        if not hmac.compare_digest(open_line + self._sealed(open_line), line):
            return "it was not written with this secret, or was changed"
        return LOST.outcome if entry.what == LOST.what else ""

    def _line(self, end: End, act: Act) -> bytes:
        fields = {name: _plain(value) for name, value in act._asdict().items()}
        known = {"n": end.n + 1, "at": self._clock().isoformat(), **fields, "before": end.digest}
        open_line = json.dumps(known).encode()[:-1]
        return open_line + self._sealed(open_line)

    def _sealed(self, open_line: bytes) -> bytes:
        return SEAL + f'"{self._seal(open_line)}"}}'.encode()

    def _lines(self) -> Iterator[bytes]:
        """A line that is being written, or that a crash tore, is not there yet."""
        try:
            with self._log.open("rb") as log:
                yield from (line[:-1] for line in log if line.endswith(b"\n"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageUnavailable from error

    def _read_head(self) -> End | None:
        """None where there is none, or one that somebody else wrote."""
        try:
            n, digest, seal = self._head.read_text("ascii").split()
        except (FileNotFoundError, ValueError):
            return None
        genuine = hmac.compare_digest(self._seal(f"head {n} {digest}".encode()), seal)
        return End(int(n), digest) if genuine and n.isdecimal() else None

    def _write_head(self, end: End) -> None:
        """In its place, in one sector. It may be behind after a power cut, never ahead."""
        text = f"{end.n:020} {end.digest} {self._seal(f'head {end.n:020} {end.digest}'.encode())}\n".encode()
        if not self._head.exists():
            durable.write(self._head, text, durable.OWNER)
            return
        with self._head.open("r+b") as head:
            head.write(text)

    def _seal(self, text: bytes) -> str:
        key = hmac.digest(self._secret(), b"audit", hashlib.sha256)
        return hmac.new(key, text, hashlib.sha256).hexdigest()

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """Alone among processes."""
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(self._log, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, durable.OWNER), "r+b"
        ) as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            yield log


def _cut_torn_line(log: BinaryIO) -> End:
    """The last whole line. What stands behind it was cut by a crash and acknowledged to nobody."""
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - TAIL))
    tail = log.read()
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        log.truncate(size - len(tail) + whole)
    line = tail[:whole].removesuffix(b"\n").rpartition(b"\n")[2]
    entry = _entry(line) if line else None
    return End(entry.n if entry else 0, _digest(line)) if line else End()


def _entry(line: bytes) -> AuditEntry | None:
    try:
        return AuditEntry.model_validate_json(line)
    except ValidationError:
        return None


def _plain(text: str) -> str:
    return text[:LONGEST].encode("utf-8", "replace").decode()


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable from error
