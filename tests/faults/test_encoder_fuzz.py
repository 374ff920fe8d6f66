"""Whatever customers write, the encoder's C code stays inside its buffers; the C library watches."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TORTURE = bool(os.environ.get("TORTURE"))
LETTERS = 0x110000 // 16 if TORTURE else 500
MIXTURES = 140_000 if TORTURE else 500
ENCODED = 5_000 if TORTURE else 20
CHECKS = next(Path("/lib").glob("*/libc_malloc_debug.so.0"), None)
OVERRUN = """
import ctypes
block = ctypes.create_string_buffer(5_000)
ctypes.memset(ctypes.addressof(block) + 5_000, 7, 1)
"""
pytestmark = [
    pytest.mark.skipif(CHECKS is None, reason="there is no glibc that checks its heap"),
    pytest.mark.timeout(3_600 if TORTURE else 120),
]


def watched(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Under glibc's own checks: a byte behind a block ends the process when the block is freed."""
    watch = {"LD_PRELOAD": str(CHECKS), "MALLOC_CHECK_": "3"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=os.environ | watch, capture_output=True, text=True, check=False)


def test_one_byte_behind_a_block_is_seen() -> None:
    assert watched("-c", OVERRUN).returncode < 0


@pytest.mark.parametrize(
    ("what", "many"), [("letters", LETTERS), ("mixtures", MIXTURES), ("encode", ENCODED)]
)
def test_texts_of_all_planes_and_lengths_are_taken(what: str, many: int) -> None:
    done = watched("-m", "tests.faults.fuzzing", what, str(many), "11")
    assert (done.returncode, done.stdout) == (0, f"{many}\n"), done.stderr[-2_000:]
