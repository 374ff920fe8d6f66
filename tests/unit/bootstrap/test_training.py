"""What a team's own router is fitted on, where it is kept, and when it is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from app.bootstrap.lessons import TrainingRefused, read_lessons, refuse_leaks
from app.bootstrap.training import fit_version, measure_version
from app.core.exceptions import SettingInvalid
from app.core.kernels import center, dequantize, quantize
from app.engines.routing.artefact import SHIPPED, load
from app.engines.routing.local import LocalRouter
from app.engines.routing.model import Landmarks, Linear
from app.engines.routing.training.fit import train_on
from app.engines.routing.training.lines import LabelledLine
from app.engines.routing.training.vectors import (
    CachedEmbedder,
    add_vectors,
    key_of,
    read_vectors,
    restore_mean,
)
from app.engines.routing.versions import (
    DEFAULT,
    VersionNotFound,
    VersionRecord,
    Versions,
    artefact_folder,
    version_of,
)
from app.evaluation.cases import SetInvalid, read_set
from app.evaluation.corrections import confirm, correct
from app.evaluation.registry import Registry
from tests.support.hashed import LABELS, THINGS, Hashed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    rows = [row(f"{word} of {x}", label) for label, word in LABELS.items() for x in THINGS]
    return write(tmp_path / "train" / "en.jsonl", *rows).parent


def row(text: str, label: str, **more: object) -> dict[str, object]:
    return {"id": text, "lang": "en", "industry": text.split()[-1], "text": text, "label": label, **more}


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return path


def record(version: str, **more: object) -> VersionRecord:
    told = {"version": version, "fitted": NOW, "lines": 30, "labels": {}}
    return VersionRecord.model_validate({**told, **more})


def kept(versions: Versions, version: str, **more: object) -> Path:
    with versions.new() as part:
        (part / "meta.json").write_text(version, encoding="utf-8")
        return versions.keep(part, record(version, **more))


def test_own_lines_stand_beside_ours_and_in_place_of_the_same_text(ours: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own.jsonl", row("Refund of phone!", "sales"), row("where is my parcel", "sales"))
    learnt = read_lessons(ours, [own])
    assert (len(learnt.lines), learnt.replaced, learnt.own) == (31, 1, {str(own): 2})
    assert [x.label for x in learnt.lines if "efund of phone" in x.text] == ["sales"]
    assert learnt.fingerprint != read_lessons(ours, ()).fingerprint
    assert learnt.fingerprint == read_lessons(ours, [own]).fingerprint


def test_of_a_corrections_file_the_confirmed_lines_are_learnt(ours: Path, tmp_path: Path) -> None:
    own = write(
        tmp_path / "corrections.jsonl",
        row("one thing", "sales", confirmed=True),
        row("other thing", "sales", confirmed=False),
        row("third thing", "sales"),
    )
    assert [line.text for line in read_lessons(ours, [own]).lines[30:]] == ["one thing", "third thing"]
    with pytest.raises(SetInvalid, match="confirmed"):
        read_set(own)


def test_the_file_that_corrections_are_kept_in_is_learnt_as_it_is(ours: Path, tmp_path: Path) -> None:
    asked = read_set(write(tmp_path / "talks.jsonl", row("one thing", "sales"), row("two things", "sales")))
    path, legal = tmp_path / "corrections.jsonl", list(LABELS)
    for key in ("one thing", "two things"):
        correct(path, asked, key, "supervisor", "they want a person", "Ann", legal)
    confirm(path, asked, "two things", "Bob")
    assert [(x.text, x.label) for x in read_lessons(ours, [path]).lines[30:]] == [
        ("two things", "supervisor")
    ]


def test_a_turn_that_stays_is_learnt_as_a_follow_up(ours: Path, tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "content": "it crashes", "expected": "tech_support", "event": "start"},
        {"role": "agent", "content": "try again"},
        {"role": "customer", "content": "no luck", "expected": "tech_support", "event": "stay"},
    ]
    own = write(tmp_path / "own.jsonl", {"id": "t", "lang": "en", "turns": turns})
    found = read_lessons(ours, [own]).lines[30:]
    assert [line.label for line in found] == ["tech_support", "stay"]
    assert found[1].past is not None
    assert (found[1].past.serving, len(found[1].past.said)) == ("tech_support", 2)


def test_inside_dialogs_the_same_words_may_mean_two_things(ours: Path, tmp_path: Path) -> None:
    def talk(about: str, agent: str, event: str) -> dict[str, object]:
        first = {"role": "customer", "content": about, "expected": "tech_support", "event": "start"}
        last = {"role": "customer", "content": "the second one", "expected": agent, "event": event}
        return {"id": about, "lang": "en", "turns": [first, last]}

    own = [talk("a crash", "tech_support", "stay"), talk("a freeze", "sales", "switch")]
    found = read_lessons(ours, [write(tmp_path / "own.jsonl", *own)]).lines[30:]
    assert sorted(line.label for line in found) == ["sales", "stay", "tech_support", "tech_support"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([row("a b", "reception")], "line 1: unknown label reception"),
        ([row("a b", "sales"), row("A, b", "supervisor")], "two labels: sales and supervisor"),
        ([row(" \u200b", "sales") | {"industry": "x"}], "blank text"),
        ([row("a b", "sales", colour="red")], "line 1: colour"),
    ],
    ids=["label", "conflict", "blank", "field"],
)
def test_own_lines_that_cannot_be_learnt_are_named(
    ours: Path, tmp_path: Path, rows: list[dict[str, object]], problem: str
) -> None:
    with pytest.raises((SetInvalid, TrainingRefused), match=problem):
        read_lessons(ours, [write(tmp_path / "own.jsonl", *rows)])


def test_lines_without_an_agent_or_without_a_file_are_refused(ours: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="0 training lines of tech_support"):
        read_lessons(tmp_path / "nowhere", ())
    with pytest.raises(SetInvalid, match=r"missing\.jsonl"):
        read_lessons(ours, [tmp_path / "missing.jsonl"])


def test_a_line_near_the_set_to_compare_on_is_refused(ours: Path, tmp_path: Path) -> None:
    near = row("My app crashes after the last update, help", "tech_support")
    own = write(tmp_path / "own.jsonl", near)
    case = row("my app crashes after the last update", "tech_support")
    asked = [read_set(write(tmp_path / "dev_x.jsonl", case))]
    refuse_leaks(read_lessons(ours, ()).lines, asked)
    with pytest.raises(TrainingRefused, match="dev_x my app crashes"):
        refuse_leaks(read_lessons(ours, [own]).lines, asked)


def test_an_agent_of_the_house_is_fitted_like_any_other(tmp_path: Path) -> None:
    words = {**LABELS, "billing": "invoice"}
    lines = [LabelledLine(f"{word} of {x}", label, "en", x) for label, word in words.items() for x in THINGS]
    agents = ["tech_support", "sales", "billing", "supervisor"]
    train_on(lines, "hash", tmp_path, Hashed(), agents, agents[-1])
    assert LocalRouter(load(tmp_path), Hashed()).decide("an invoice of lamp").agent == "billing"


def test_known_texts_are_not_embedded_again(tmp_path: Path) -> None:
    inner = Hashed()
    first = CachedEmbedder(inner, {})
    rows = first.embed(["a", "b", "a"])
    add_vectors(tmp_path / "vectors.npz", first.learnt)
    again = CachedEmbedder(inner, read_vectors(tmp_path / "vectors.npz"))
    assert again.missing(["a", "b", "c"]) == 1
    assert np.allclose(again.embed(["a", "b", "a"]), rows, atol=1e-3)
    assert inner.asked == ["a", "b"]
    add_vectors(tmp_path / "vectors.npz", {key_of("c"): rows[0]})
    assert read_vectors(tmp_path / "vectors.npz").keys() == {key_of(text) for text in "abc"}


@pytest.mark.parametrize("content", [None, b"", b"rubbish", b"PK\x03\x04"])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "vectors.npz").write_bytes(content)
    assert read_vectors(tmp_path / "vectors.npz") == {}


def test_sentence_vectors_come_back_from_landmarks() -> None:
    luck = np.random.default_rng(0)
    crowd = luck.normal(size=(200, 384)) * 0.03 + luck.normal(size=384) * 0.06
    vectors = (crowd / np.linalg.norm(crowd, axis=1, keepdims=True)).astype(np.float32)
    mean = vectors.mean(axis=0)
    rows = dequantize(*quantize(center(vectors, mean)))
    none = np.empty((0, 0), dtype=np.float32)
    back = restore_mean(Landmarks(mean, rows, none, 1.0, Linear(none, none)))
    assert (back * vectors).sum(axis=1).min() > 0.9998


def test_a_version_is_fitted_measured_and_recorded(ours: Path, tmp_path: Path) -> None:
    versions, memory = Versions(tmp_path / "routers"), CachedEmbedder(Hashed(), {})
    learnt = read_lessons(ours, ())
    made = fit_version(learnt, versions, memory, None)
    assert made.version == version_of(made.fitted, learnt.fingerprint)
    folder = versions.root / made.version
    assert {p.name for p in folder.iterdir()} == {"weights.npz", "meta.json", "record.json"}
    cases = [row(f"what about the {word} there, {x}", label) for label, word in LABELS.items() for x in "abc"]
    sets = [read_set(write(tmp_path / "dev_x.jsonl", *cases))]
    runs = Registry(tmp_path / "runs")
    found = measure_version(
        ("shipped", load(folder)), made, versions, sets, memory, runs, lambda _done, _all: None
    )
    assert (found.comparison.verdict, found.comparison.paired, found.losses) == ("same", 9, [])
    told = versions.record(made.version)
    assert (told.baseline, told.sentence) == ("shipped", found.comparison.sentence)
    assert {p.run_id for p in runs.list()} == set(told.runs)


def test_own_lines_with_a_byte_order_mark_are_learnt(ours: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own" / "mine.jsonl", row("почём тариф", "sales"))
    own.write_text("\ufeff" + own.read_text("utf-8"), encoding="utf-8")
    assert read_lessons(ours, [own]).own == {str(own): 1}
    (ours / "en.jsonl").write_text("\ufeff" + (ours / "en.jsonl").read_text("utf-8"), encoding="utf-8")
    assert read_lessons(ours, []).lines


def test_versions_are_listed_newest_first_and_one_is_active(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    kept(versions, "20261121-aa")
    kept(versions, "20261122-bb", fitted=NOW + timedelta(hours=1))
    (tmp_path / "20261123-cc").mkdir()
    assert [r.version for r in versions.list()] == ["20261122-bb", "20261121-aa"]
    versions.promote("20261121-aa")
    assert artefact_folder(versions.pointer) == tmp_path / "20261121-aa"
    versions.promote("shipped")
    assert artefact_folder(versions.pointer) == SHIPPED
    for name in ("20261123-cc", "../20261121-aa", "", ".", "nothing"):
        with pytest.raises(VersionNotFound):
            versions.promote(name)


def test_a_version_fitted_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    kept(versions, "v", lines=1)
    folder = kept(versions, "v", lines=2)
    assert versions.record("v").lines == 2
    assert list(tmp_path.iterdir()) == [folder]


def test_without_a_promoted_version_the_shipped_router_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert artefact_folder(DEFAULT) == SHIPPED
    assert artefact_folder(tmp_path) == tmp_path
    with pytest.raises(SettingInvalid, match="ROUTER_ARTEFACT is wrong: there is no mistyped"):
        artefact_folder(Path("mistyped"))


@pytest.mark.parametrize("content", [b"", b"gone\n", b"../x", b"\xff\xfe", b"two\nlines"])
def test_a_pointer_to_nothing_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "current").write_bytes(content)
    with pytest.raises(SettingInvalid, match=r"^Setting ROUTER_ARTEFACT is wrong: [^\n]*\.$"):
        artefact_folder(tmp_path / "current")
