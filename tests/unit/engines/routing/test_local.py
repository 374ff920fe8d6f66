"""The local router as it ships: its artefact, its promises, its figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.core.exceptions import RoutingFailed, SettingInvalid
from app.core.models import Decision, RouteQuery, Said
from app.core.ports import TOKENS, Vectors
from app.engines.routing.artefact import SHIPPED, Artefact, data_hash, load
from app.engines.routing.local import LocalRouter
from app.evaluation.cases import read_set
from tests.support.paths import ROOT

pytestmark = pytest.mark.anyio

SETS = ROOT / "eval_sets"
Row = dict[str, object]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (SETS / name).read_text(encoding="utf-8").splitlines()]


def accuracy(decisions: list[Decision], cases: list[Row]) -> float:
    pairs = zip(decisions, cases, strict=True)
    return float(np.mean([d.agent in list(case.get("acceptable", [case["label"]])) for d, case in pairs]))  # type: ignore[call-overload]


async def ask(router: LocalRouter, text: str, serving: str | None = None) -> Decision:
    return await router.route(RouteQuery(turns=[Said(role="customer", content=text)], serving=serving))


def test_the_artefact_was_fitted_on_the_training_files_as_they_are(artefact: Artefact) -> None:
    assert artefact.meta.data_hash == data_hash(SETS / "train"), "run `call-center train --shipped`"


def test_the_artefact_is_small_and_holds_no_text() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 4_600_000
    with np.load(SHIPPED / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fi" for name in arrays)


def test_a_pickled_artefact_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_bytes((SHIPPED / "meta.json").read_bytes())
    np.savez(tmp_path / "weights.npz", idf=np.array([{"a": 1}], dtype=object))
    with pytest.raises(SettingInvalid, match="damaged"):
        load(tmp_path)


def test_an_artefact_of_other_features_is_refused(tmp_path: Path) -> None:
    meta = json.loads((SHIPPED / "meta.json").read_text(encoding="utf-8"))
    (tmp_path / "meta.json").write_text(json.dumps(meta | {"features": {"dimensions": 8}}), encoding="utf-8")
    with pytest.raises(SettingInvalid):
        load(tmp_path)


async def test_the_three_message_story(router: LocalRouter) -> None:
    first = await ask(router, "Здравствуйте, не могу войти в приложение, пишет ошибку")
    second = await ask(router, "Пробовал перезагрузить телефон, но проблема осталась", first.agent)
    third = await ask(router, "верните деньги, третий раз пишу!", second.agent)
    assert [first.agent, second.agent, third.agent] == ["tech_support", "tech_support", "supervisor"]


async def test_a_price_question_leaves_tech_support(router: LocalRouter) -> None:
    assert (await ask(router, "сколько стоит Профи?", "tech_support")).agent == "sales"


@pytest.mark.parametrize("serving", ["tech_support", "sales"])
@pytest.mark.parametrize("text", ["I want my money back", "позовите человека", "Give me your manager, now"])
async def test_a_demand_reaches_the_supervisor_at_once(router: LocalRouter, text: str, serving: str) -> None:
    assert (await ask(router, text, serving)).agent == "supervisor"


@pytest.mark.parametrize("serving", ["tech_support", "sales", "supervisor"])
@pytest.mark.parametrize("text", ["спасибо", "ok, got it", "да", "не помогло", "thanks!"])
async def test_a_follow_up_stays(router: LocalRouter, text: str, serving: str) -> None:
    decision = await ask(router, text, serving)
    assert (decision.agent, decision.source) == (serving, "sticky")


async def test_its_own_subject_again_is_not_called_sticky(router: LocalRouter) -> None:
    decision = await ask(router, "How much is the yearly plan for five people?", "sales")
    assert (decision.agent, decision.source in {"lexical", "embedding"}) == ("sales", True)


async def test_scores_are_one_share_an_agent(router: LocalRouter) -> None:
    for serving in (None, "sales"):
        decision = await ask(router, "мне дважды списали за подписку", serving)
        assert set(decision.scores) == {"tech_support", "sales", "supervisor"}
        assert sum(decision.scores.values()) == pytest.approx(1, abs=0.01)
        assert decision.scores[decision.agent] == pytest.approx(decision.confidence, abs=1e-3)


async def test_the_reason_names_words_and_is_short(router: LocalRouter) -> None:
    decision = await ask(router, "приложение не работает, " + "ооченьдлинноеслово" * 20)
    assert '"не работает"' in decision.reason
    assert len(decision.reason) <= 120


async def test_invisible_characters_and_case_do_not_change_the_route(router: LocalRouter) -> None:
    plain = await ask(router, "верните деньги за отменённый рейс")
    assert await ask(router, "ВЕРНИТЕ\u200b ДЕНЬ\u2060ГИ за отмененный\u00a0рейс") == plain


async def test_the_same_message_is_decided_alike(router: LocalRouter) -> None:
    text = "я отправил посылку, и её вернули без объяснений"
    assert await ask(router, text) == await ask(router, text)


async def test_a_blank_text_is_a_failure_and_not_a_guess(router: LocalRouter) -> None:
    with pytest.raises(RoutingFailed):
        await ask(router, "\u200b \u2060")


@pytest.mark.parametrize("text", ["\x00\ud800верните деньги\udfff", "верните деньги\x00"])
async def test_nul_and_surrogates_are_survived(router: LocalRouter, text: str) -> None:
    assert (await ask(router, text)).agent == "supervisor"


async def test_a_stranger_as_serving_agent_is_ignored(router: LocalRouter) -> None:
    assert (await ask(router, "не работает интернет", "operator")).agent == "tech_support"


class Narrow:
    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        return np.ones((len(texts), 3), dtype=np.float32)


async def test_a_foreign_embedder_is_named_as_the_fault(artefact: Artefact) -> None:
    with pytest.raises(RoutingFailed, match="embedder"):
        await ask(LocalRouter(artefact, Narrow()), "zzz qqq")


def test_many_messages_without_an_embedder(lexical: LocalRouter) -> None:
    cases = rows("routing_ru.jsonl") + rows("routing_en.jsonl")
    decisions = lexical.decide_all([str(case["text"]) for case in cases])
    assert {d.source for d in decisions} == {"lexical"}
    assert accuracy(decisions, cases) >= 0.88
    assert decisions[0] == lexical.decide(str(cases[0]["text"]))


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_nine_of_ten_test_messages_arrive(router: LocalRouter, lang: str) -> None:
    cases = rows(f"routing_{lang}.jsonl")
    decisions = [router.decide(str(case["text"])) for case in cases]
    assert accuracy(decisions, cases) >= 0.90


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_follow_ups_stay_with_whoever_serves(router: LocalRouter, lang: str) -> None:
    texts = [case.text for case in read_set(SETS / f"dev_follow_ups_{lang}.jsonl").cases]
    agents = ["tech_support", "sales", "supervisor"]
    stays = [router.decide(text, agent).agent == agent for text in texts for agent in agents]
    assert np.mean(stays) >= 0.93
