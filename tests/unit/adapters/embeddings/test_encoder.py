from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest

from app.adapters.embeddings.encoder import BATCH, BYTES, KEPT, LETTERS, WORDS, SentenceEncoder, bounded
from app.core.ports import TOKENS, Embedder, Vectors

EXPANDING = "\ufdfa"  # one letter that NFKC turns into eighteen


class Counting:
    """An engine to which every letter is a token."""

    dim = 4

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.most = 0

    def count(self, text: str) -> int:
        return len(text) + 5

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        self.most = max(self.most, len(texts))
        return np.array([[len(text), 0, 0, 1] for text in texts], dtype=np.float32)


def test_a_thousand_words_are_cut_to_head_and_tail() -> None:
    words = bounded(" ".join(f"w{n}" for n in range(1000))).split()
    assert len(words) <= 2 * WORDS
    assert (words[0], words[-1]) == ("w0", "w999")


@pytest.mark.parametrize("letter", ["a", "ё", "漢", "🧿", EXPANDING, "ﷻ", "a\u0301\u0316", "㋿", "각"])
@pytest.mark.parametrize("times", [1, 40, 3_000, 100_000])
def test_letters_and_bytes_are_bounded_whatever_a_letter_turns_into(letter: str, times: int) -> None:
    short = bounded(letter * times)
    assert 0 < len(short) <= LETTERS
    assert len(short.encode()) <= BYTES
    assert EXPANDING not in short
    assert unicodedata.is_normalized("NFKC", short)


def test_nul_and_lone_surrogates_never_reach_the_engine() -> None:
    assert bounded("a\x00b\ud800c") == "abc"


def test_an_ordinary_text_stays_as_it_is() -> None:
    text = "Не открывается приложение: ошибка 403, iPhone 15 Pro"
    assert bounded(text) == text


@pytest.mark.parametrize("text", ["ё" * 2_000, "漢字" * 900, "🧿 " * 700, "x" * 20_000, EXPANDING * 60])
def test_tokens_are_bounded_and_head_and_tail_remain(text: str) -> None:
    engine = Counting()
    SentenceEncoder(engine).embed([f"begin {text} end"], 50)
    assert engine.count(engine.seen[0]) <= 50
    assert engine.seen[0].startswith("begin ")
    assert engine.seen[0].endswith(" end")


@pytest.mark.parametrize(
    "text", ["ё" * 2_000, "漢字" * 900, "🧿" * 2_000, "4815162342" * 200, "аz漢𒀀9" * 400]
)
def test_the_shipped_encoder_counts_as_it_reads(embedder: Embedder, text: str) -> None:
    assert isinstance(embedder, SentenceEncoder)
    fitting = embedder._fitting(text, TOKENS)
    assert TOKENS // 2 < embedder._engine.count(fitting) <= TOKENS


def test_a_letter_of_eighteen_is_embedded_as_what_it_stands_for(embedder: Embedder) -> None:
    rows = embedder.embed([EXPANDING * 40, unicodedata.normalize("NFKC", EXPANDING * 40)])
    assert np.array_equal(rows[0], rows[1])


def test_the_same_text_is_embedded_once_and_rows_keep_their_order() -> None:
    engine = Counting()
    embedder = SentenceEncoder(engine)
    rows = embedder.embed(["bbb", "a", "bbb"])
    embedder.embed(["a"])
    assert rows[:, 0].tolist() == [3, 1, 3]
    assert sorted(engine.seen) == ["a", "bbb"]


def test_the_memory_is_bounded() -> None:
    engine = Counting()
    embedder = SentenceEncoder(engine)
    embedder.embed([str(n) for n in range(KEPT + 10)])
    assert len(embedder._kept) == KEPT
    assert engine.most == BATCH


def test_no_texts_give_no_rows() -> None:
    assert SentenceEncoder(Counting()).embed([]).shape == (0, 4)
