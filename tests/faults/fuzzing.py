"""Random texts for the sentence encoder, in a process that they may kill.

    python -m tests.faults.fuzzing (letters|mixtures|encode) TEXTS SEED

The first two go through the C tokeniser alone. Prints how many texts were taken.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from app.adapters.embeddings.encoder import BYTES, LETTERS, SentenceEncoder, bounded
from app.adapters.embeddings.nano_e5 import load

PLANE, LAST = 0x10000, 0x110000
GROWING = [letter for letter in map(chr, range(LAST)) if len(unicodedata.normalize("NFKC", letter)) > 3]
PIECES = [
    "не работает",
    "my app",
    " ",
    "\t\n",
    "\x00",
    "\ud800",
    "\udfff",
    "a\u0301\u0316",
    "\u200d",
    "🇷🇺",
    "\u2581",
]
KINDS: list[Callable[[Random], str]] = [
    lambda dice: chr(dice.randrange(LAST // PLANE) * PLANE + dice.randrange(PLANE)),
    lambda dice: chr(dice.randrange(0x3000)),
    lambda dice: dice.choice(GROWING),
    lambda dice: dice.choice(PIECES),
    lambda dice: chr(dice.randrange(0x300, 0x370)),
    lambda dice: chr(dice.randrange(0x4E00, 0xD7A4)),
]
LENGTHS = [0, 1, 2, 7, 12, 40, 200, 1_200]


def every_letter(dice: Random) -> Iterator[str]:
    """All code points, sixteen in a row and many times over, so that what grows adds up."""
    for start in dice.sample(range(0, LAST, 16), LAST // 16):
        yield "".join(map(chr, range(start, start + 16))) * 10


def mixtures(dice: Random) -> Iterator[str]:
    """Now of many letters, now of few that are repeated."""
    while True:
        kinds = dice.sample(KINDS, dice.randint(1, 3))
        length = 20_000 if dice.random() < 0.002 else dice.choice(LENGTHS)
        yield "".join(dice.choice(kinds)(dice) for _ in range(length))
        yield "".join(dice.choice(kinds)(dice) for _ in range(3)) * dice.choice([10, 40, 300, 7_000])


def within_bounds(text: str) -> str:
    short = bounded(text)
    assert len(short) <= LETTERS, ascii(text)
    assert len(short.encode()) <= BYTES, ascii(text)
    assert "\x00" not in short, ascii(text)
    assert unicodedata.is_normalized("NFKC", short), ascii(text)
    return short


def main(what: str, many: int, seed: int) -> None:
    engine = load()
    assert engine is not None
    encoder = SentenceEncoder(engine)
    texts = (every_letter if what == "letters" else mixtures)(Random(seed))
    taken = 0
    for text in islice(texts, many):
        short = within_bounds(text)
        if what != "encode":
            assert 5 <= engine.count(text) <= len(short) + 10, ascii(text)
        else:
            assert abs(float((encoder.embed([text]) ** 2).sum()) - 1) < 1e-3, ascii(text)
        taken += 1
    sys.stdout.write(f"{taken}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
