"""The simple routers: honest opponents, fitted lazily, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.core.models import Decision, RouteQuery, Said
from app.core.ports import TOKENS, Embedder, Vectors
from app.evaluation.baselines import BASELINES, BaselineUnknown, baseline
from app.evaluation.cases import Case, CaseTurn
from app.evaluation.importers import write_set
from tests.support.company import AGENTS
from tests.support.paths import ROOT

pytestmark = pytest.mark.anyio

TRAIN = ROOT / "eval_sets" / "train"
WORDS = {
    "tech_support": "ошибка экран виснет",
    "sales": "цена тариф скидка",
    "supervisor": "верните жалоба деньги",
}


class Letters:
    """Counts letters: texts of one vocabulary are near."""

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        counts = np.array([[text.count(chr(ord("а") + n)) for n in range(32)] for text in texts], np.float32)
        return np.asarray(counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9))


@pytest.fixture
def train(tmp_path: Path) -> Path:
    lines = [
        (label, f"{word} слово{n}")
        for label, many in WORDS.items()
        for word in many.split()
        for n in range(4 if label == "sales" else 3)
    ]
    turns = [CaseTurn(role="customer", content=t, expected=label, event="start") for label, t in lines]
    turns += [CaseTurn(role="customer", content="спасибо", expected="stay", event="start")] * 30
    write_set([Case(id=str(n), turns=[turn]) for n, turn in enumerate(turns)], tmp_path / "ru.jsonl")
    return tmp_path


def embedder_for(name: str) -> Embedder | None:
    return Letters() if name == "centroid" else None


async def ask(name: str, train: Path, text: str) -> Decision:
    query = RouteQuery(turns=[Said(role="customer", content=text)])
    return await baseline(name, train, embedder_for(name))(query)


@pytest.mark.parametrize("name", ["keywords", "tfidf", "centroid"])
@pytest.mark.parametrize("label", WORDS)
async def test_a_line_in_the_words_of_an_agent_goes_there(train: Path, name: str, label: str) -> None:
    decision = await ask(name, train, f"{WORDS[label]} сегодня")
    assert decision.agent == label
    assert decision.confidence > 0.5


async def test_the_majority_is_always_the_same_agent_with_its_share(train: Path) -> None:
    decision = await ask("majority", train, "верните деньги")
    assert decision.agent == "sales"
    assert decision.confidence == pytest.approx(0.4)


@pytest.mark.parametrize("name", BASELINES)
async def test_scores_are_one_share_an_agent_and_never_stay(train: Path, name: str) -> None:
    decision = await ask(name, train, "спасибо")
    assert set(decision.scores) == set(AGENTS)
    assert sum(decision.scores.values()) == pytest.approx(1, abs=1e-4)
    assert decision.scores[decision.agent] == decision.confidence


@pytest.mark.parametrize("name", BASELINES)
async def test_fitting_twice_decides_alike(train: Path, name: str) -> None:
    assert await ask(name, train, "тариф слово1") == await ask(name, train, "тариф слово1")


async def test_no_keyword_gives_the_shares_of_training(train: Path) -> None:
    assert (await ask("keywords", train, "здравствуйте")).confidence == pytest.approx(0.4)


@pytest.mark.parametrize("text", ["Отправьте меня к руководителю", "I want a refund", "This is fraud!"])
async def test_the_shipped_keywords_know_both_languages(text: str) -> None:
    assert (await ask("keywords", TRAIN, text)).agent == "supervisor"


def test_nothing_is_read_before_the_first_message(tmp_path: Path) -> None:
    assert callable(baseline("tfidf", tmp_path / "nowhere"))


async def test_training_without_lines_is_named(tmp_path: Path) -> None:
    with pytest.raises(BaselineUnknown, match="no labelled lines"):
        await ask("majority", tmp_path, "привет")


def test_an_unknown_name_or_a_missing_embedder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaselineUnknown, match="none of majority"):
        baseline("oracle", tmp_path)
    with pytest.raises(BaselineUnknown, match="needs an embedder"):
        baseline("centroid", tmp_path)
