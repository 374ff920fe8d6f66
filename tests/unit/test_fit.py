"""Fitting the local router on a handful of lines."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.adapters.routing.artefact import load
from app.adapters.routing.features import DIMENSIONS, Bag, read
from app.adapters.routing.fit import RIDGE_LEXICAL, read_lines, train
from app.adapters.routing.local import LocalRouter
from app.adapters.routing.ridge import AGENTS, assign, classes_of, sharpness
from app.core.ports import Vectors

WORDS = {"tech_support": "error", "sales": "price", "supervisor": "refund", "stay": "thanks"}


class Hashed:
    """A stand-in for sentence vectors: the same text, the same row."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=16) for text in texts]
        return np.array(rows, dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        {"text": f"{word} of {thing} {n}", "label": label, "lang": "en", "industry": f"i{n % 6}"}
        for label, word in WORDS.items()
        for n, thing in enumerate(
            ["phone", "plan", "order", "bill", "door", "seat", "game", "card", "boat", "shoe"]
        )
    ]
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "en.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path


def test_fitting_twice_gives_the_same_bytes(folder: Path) -> None:
    first = train(folder / "train", folder / "a", Hashed())
    assert train(folder / "train", folder / "b", Hashed()) == first
    for name in ("weights.npz", "meta.json"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()


def test_a_small_fit_routes_what_it_was_taught(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    report = train(
        folder / "train", folder / "out", Hashed(), lambda done, total: heard.append((done, total))
    )
    router = LocalRouter(load(folder / "out"), Hashed())
    assert router.decide("refund for a lamp").agent == "supervisor"
    assert router.decide("price for a lamp", "tech_support").agent == "sales"
    assert (report.lines, report.labels["stay"], heard[-1]) == (40, 10, (40, 40))


def test_lexical_margins_equal_those_of_scikit_learn(folder: Path) -> None:
    from sklearn.kernel_ridge import KernelRidge  # noqa: PLC0415

    train(folder / "train", folder / "out", Hashed())
    model = load(folder / "out")
    lines = read_lines(folder / "train")
    texts = [read(line.text, model.keyboard) for line in lines]
    dense = np.zeros((len(texts), DIMENSIONS))
    for row, text in zip(dense, texts, strict=True):
        bag = Bag.of(text).weighted(model.lexical.idf)
        row[bag.slots] = bag.values
    classes = classes_of(AGENTS)
    target = np.eye(len(classes))[[classes.index(line.label) for line in lines]] - 1 / len(classes)
    theirs = KernelRidge(alpha=RIDGE_LEXICAL, kernel="linear").fit(dense, target).predict(dense)
    assert np.allclose(model.lexical.margins_of(texts), theirs, atol=2e-3)


def test_an_industry_never_spans_two_folds() -> None:
    industries = ["bank"] * 5 + ["shop"] * 3 + ["taxi"] * 2 + ["vet"]
    folds = assign(industries)
    assert all(
        len({f for f, i in zip(folds, industries, strict=True) if i == name}) == 1 for name in set(industries)
    )


def test_sharpness_finds_the_factor_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    margins = random.normal(size=(4000, 3)).astype(np.float32)
    risen = np.exp(3 * margins)
    shares = risen / risen.sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) < random.random((4000, 1))).sum(axis=1)
    assert sharpness(margins, truth) == pytest.approx(3, abs=0.5)
