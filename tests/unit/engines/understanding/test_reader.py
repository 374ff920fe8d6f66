"""Reading a line as it ships: the fitted model, its promises, and messages with two wishes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.core.exceptions import SettingInvalid
from app.core.locales import LOCALES
from app.core.models import Reading
from app.core.ports import TOKENS, Embedder, Vectors
from app.core.yaml import load as load_yaml
from app.engines.routing.artefact import Artefact
from app.engines.routing.local import LocalRouter
from app.engines.understanding.artefact import CLAIMS, SHIPPED, SHIPPED_CLAIMS, data_hash, load
from app.engines.understanding.model import Calibration
from app.engines.understanding.reader import LineReader
from app.engines.understanding.training.lines import read_act_lines

FEWEST = 40


@pytest.fixture(scope="module")
def reader(embedder: Embedder) -> LineReader:
    return LineReader(load(), embedder)


def test_the_shipped_model_belongs_to_the_lines_that_stand_there() -> None:
    meta = (SHIPPED / "meta.json").read_text("utf-8")
    assert f'"{data_hash(LOCALES)}"' in meta, "run `call-center train --shipped`"
    assert set(load().acts) == {act for act, _ in read_act_lines(LOCALES)}


def test_the_shipped_model_of_claims_belongs_to_its_lines() -> None:
    meta = (SHIPPED_CLAIMS / "meta.json").read_text("utf-8")
    assert f'"{data_hash(LOCALES, CLAIMS)}"' in meta, "run `call-center train --shipped`"
    for path in LOCALES.glob(f"*/{CLAIMS}"):
        lines = load_yaml(path)
        assert set(lines) == set(load(SHIPPED_CLAIMS).acts)
        assert set(lines["claim"]).isdisjoint(lines["talk"])


def test_every_act_has_at_least_forty_lines_and_no_line_stands_twice() -> None:
    for path in LOCALES.glob("*/acts.yaml"):
        for act, lines in load_yaml(path).items():
            assert len(lines) == len(set(lines)), f"{path}: {act}"
            assert len(lines) >= FEWEST, f"{path}: {act}"


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("Верните мне 990, которые вчера списали", "refund"),
        ("stop my subscription", "cancel_plan"),
        ("any update on T-1002?", "ask_ticket"),
        ("а сколько я должен", "ask_debt"),
        ("are you a real person", "are_you_human"),
    ],
)
def test_a_line_is_read_by_its_meaning(reader: LineReader, line: str, act: str) -> None:
    found = reader.read(line)
    assert found.best == act
    assert found.p(act) > 0.5


def test_probabilities_are_ordered_and_leave_room_for_none(reader: LineReader) -> None:
    found = reader.read("включите продление обратно")
    shares = [share for _, share in found.acts]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-6
    assert found.none == pytest.approx(1 - sum(shares), abs=1e-6)


@pytest.mark.parametrize("line", ["", " ", "\u200b", "👍", "x" * 100_000, "\ud800", "? ?"])
def test_any_line_can_be_read(reader: LineReader, line: str) -> None:
    assert reader.read(line).none >= 0
    assert reader.read_parts(line)[0][0] == line


def test_without_an_embedder_words_decide_alone() -> None:
    assert LineReader(load()).read("отмените подписку").best == "cancel_plan"


@pytest.mark.parametrize(
    ("line", "acts"),
    [
        ("Отключите автопродление. И ещё подскажите, где мой заказ?", ["cancel_plan", "ask_order"]),
        ("отмените подписку и заодно верните деньги за этот месяц", ["cancel_plan", "refund"]),
        ("a refund please and also tell me what pro costs", ["refund", "ask_price"]),
        ("where is my parcel\nchange my plan to yearly", ["ask_order", "change_plan"]),
    ],
)
def test_two_wishes_are_two_parts(reader: LineReader, line: str, acts: list[str]) -> None:
    parts = reader.read_parts(line)
    assert [reading.best for _, reading in parts] == acts
    assert all(text in line for text, _ in parts)


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("Верните деньги. Я не пользовался.", "refund"),
        ("hi there, I have a problem. My app does not sync", "fault"),
        ("charged twice. please refund it and tell me when it comes", "refund"),
        ("Мне 70 лет, я ничего не понимаю. Отмените подписку.", "cancel_plan"),
        ("I want to cancel. How much will I get back?", "cancel_plan"),
        ("заведите тикет. не открывается папка Отчёты, пишет ошибку 5", "open_ticket"),
    ],
)
def test_a_reason_a_detail_or_a_greeting_is_no_wish_of_its_own(
    reader: LineReader, line: str, act: str
) -> None:
    assert [(text, reading.best) for text, reading in reader.read_parts(line)] == [(line, act)]


class Counting:
    """An embedder that counts the texts it is asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        self.asked += texts
        return self._embedder.embed(texts, tokens)


def test_a_line_is_embedded_once_as_the_router_embeds_it(embedder: Embedder, artefact: Artefact) -> None:
    line = "Добрый день! Верните деньги за декабрь. Они списаны по ошибке, спасибо!"
    ours, theirs = Counting(embedder), Counting(embedder)
    LineReader(load(), ours).read_parts(line)
    never_sure = replace(artefact, meta=artefact.meta.model_copy(update={"accept": 2.0}))
    LocalRouter(never_sure, theirs).decide(line)
    assert ours.asked == theirs.asked == ["верните деньги за декабрь. они списаны по ошибке"]


def test_a_reading_names_its_best_act_or_none() -> None:
    assert Reading(()).best == ""
    assert Reading((("refund", 0.3), ("order", 0.1))).best == ""
    sure = Reading((("refund", 0.6), ("order", 0.1)))
    assert (sure.best, sure.p("order"), sure.p("thing")) == ("refund", 0.1, 0.0)


def test_far_from_all_lines_none_gains() -> None:
    calibration = Calibration(sharpness=5, none=-2, far=6)
    margins = np.array([0.5, 0.1], dtype=np.float32)
    near, far = (float(calibration.shares(margins, distance).sum()) for distance in (0.1, 0.9))
    assert near > far


@pytest.mark.parametrize("name", ["weights.npz", "meta.json"])
def test_a_damaged_model_is_one_clear_sentence(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "acts"
    shutil.copytree(SHIPPED, folder)
    (folder / name).write_bytes(b"rubbish")
    with pytest.raises(SettingInvalid, match=f"is damaged \\({name}\\)"):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(SettingInvalid, match=f"has no {name}"):
        load(folder)
