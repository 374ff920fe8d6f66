"""Fitting the local router on a handful of lines."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.core.models import RouteQuery, Said
from app.core.ngrams import DIMENSIONS, Bag
from app.core.ports import TOKENS, Vectors
from app.engines.routing.artefact import data_hash, load
from app.engines.routing.features import normalize
from app.engines.routing.local import LocalRouter
from app.engines.routing.training.fit import RIDGE_LEXICAL, train
from app.engines.routing.training.lines import read_lines
from app.engines.routing.training.regression import assign_folds, classes_of, fit_sharpness
from tests.support.company import AGENTS, LAST_RESORT

WORDS = {"tech_support": "error", "sales": "price", "supervisor": "refund", "stay": "thanks"}


class Hashed:
    """A stand-in for sentence vectors: the same text, the same row."""

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
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
    first = train(folder / "train", folder / "a", Hashed(), AGENTS, LAST_RESORT)
    assert train(folder / "train", folder / "b", Hashed(), AGENTS, LAST_RESORT) == first
    for name in ("weights.npz", "meta.json"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()


def test_a_small_fit_routes_what_it_was_taught(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    report = train(
        folder / "train",
        folder / "out",
        Hashed(),
        AGENTS,
        LAST_RESORT,
        lambda done, total: heard.append((done, total)),
    )
    router = LocalRouter(load(folder / "out"), Hashed())
    assert router.decide("refund for a lamp").agent == "supervisor"
    assert router.decide("price for a lamp", "tech_support").agent == "sales"
    assert (report.lines, report.labels["stay"], heard[-1]) == (40, 10, (40, 40))


def dialog(number: int) -> dict[str, object]:
    """Opens with an error, goes on twice, asks for the price, goes on, wants a refund."""
    said = [
        ("error", "tech_support", "start"), ("thanks", "tech_support", "stay"),
        ("thanks", "tech_support", "stay"), ("price", "sales", "switch"),
        ("thanks", "sales", "stay"), ("refund", "supervisor", "escalate"),
    ]  # fmt: skip
    turns: list[dict[str, str]] = []
    for word, agent, event in said:
        if turns:
            turns.append({"role": "agent", "content": "noted", "agent": agent})
        text = f"{word} of item {number} {event}"
        turns.append({"role": "customer", "content": text, "expected": agent, "event": event})
    return {"id": f"d{number}", "lang": "en", "industry": f"i{number % 6}", "turns": turns}


def test_dialogs_are_hashed_and_teach_who_keeps_the_customer(folder: Path) -> None:
    before = data_hash(folder / "train")
    text = "\n".join(json.dumps(dialog(number)) for number in range(50))
    (folder / "train" / "transcripts_en.jsonl").write_text(text, encoding="utf-8")
    assert data_hash(folder / "train") != before
    report = train(folder / "train", folder / "out", Hashed(), AGENTS, LAST_RESORT)
    assert report.data_hash == data_hash(folder / "train")
    assert (report.lines, report.labels["stay"]) == (340, 160)
    model = load(folder / "out")
    assert set(model.meta.stays) == {"lexical", "embedding"}
    router = LocalRouter(model, Hashed())
    lines = [
        Said(role="customer", content="error of lamp"),
        Said(role="agent", content="noted", agent="tech_support"),
    ]
    for words, agent in (("thanks of lamp", "tech_support"), ("refund of lamp", "supervisor")):
        turns = [*lines, Said(role="customer", content=words)]
        assert router.answer(RouteQuery(turns=turns, serving="tech_support")).agent == agent


def test_without_dialogs_the_fourth_class_decides_who_stays(folder: Path) -> None:
    train(folder / "train", folder / "out", Hashed(), AGENTS, LAST_RESORT)
    model = load(folder / "out")
    assert model.meta.stays == {}
    lines = [
        Said(role="customer", content="error of lamp"),
        Said(role="customer", content="thanks of it"),
    ]
    answer = LocalRouter(model, Hashed()).answer(RouteQuery(turns=lines, serving="tech_support"))
    assert (answer.agent, answer.source) == ("tech_support", "sticky")


def test_lexical_margins_equal_those_of_scikit_learn(folder: Path) -> None:
    from sklearn.kernel_ridge import KernelRidge  # noqa: PLC0415

    train(folder / "train", folder / "out", Hashed(), AGENTS, LAST_RESORT)
    model = load(folder / "out")
    lines = read_lines(folder / "train")
    texts = [normalize(line.text, model.keyboard) for line in lines]
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
    folds = assign_folds(industries)
    assert all(
        len({f for f, i in zip(folds, industries, strict=True) if i == name}) == 1 for name in set(industries)
    )


def test_sharpness_finds_the_factor_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    margins = random.normal(size=(4000, 3)).astype(np.float32)
    risen = np.exp(3 * margins)
    shares = risen / risen.sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) < random.random((4000, 1))).sum(axis=1)
    assert fit_sharpness(margins, truth) == pytest.approx(3, abs=0.5)
