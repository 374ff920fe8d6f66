"""Readers of documents that never end, take too much, or fail; light to import in a process with a limit."""

from __future__ import annotations


def spin(*_: object) -> None:
    while True:
        pass


def hoard(*_: object) -> None:
    bytes(2**31)


def fail(*_: object) -> None:
    raise AssertionError
