"""What the local router makes of a dialog, and of a first message that says nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from app.core.models import Decision, RouteQuery, Said
from app.core.ngrams import Bag
from app.core.ports import TOKENS, Embedder, Vectors
from app.engines.routing.artefact import Artefact
from app.engines.routing.dialog import DialogSignals, Stays, feature_vector, opening, overlap
from app.engines.routing.local import LocalRouter
from app.engines.routing.training.lines import Past, lines_of, read_lines
from app.engines.routing.training.regression import logistic
from app.evaluation.cases import Case, read_set
from tests.support.paths import ROOT

SETS = ROOT / "eval_sets"
AGENTS = ["tech_support", "sales", "supervisor"]
GOES_ON = {"stay", "close"}


def customer(text: str) -> Said:
    return Said(role="customer", content=text)


def agent(name: str | None, text: str = "Which version do you use?") -> Said:
    return Said(role="agent", content=text, agent=name)


def after(serving: str, *lines: Said) -> RouteQuery:
    return RouteQuery(turns=list(lines), serving=serving)


class Told:
    """Counts what it is asked to embed."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        self.asked += texts
        return self.inner.embed(texts, tokens)


def follow_on(case: Case) -> list[tuple[RouteQuery, str, list[str]]]:
    """The turns after the first, each with its event and right answers; the right agent was serving."""
    found: list[tuple[RouteQuery, str, list[str]]] = []
    for before, at in zip(case.labelled, case.labelled[1:], strict=False):
        lines = [turn.as_said() for turn in case.turns[: at + 1]]
        turn = case.turns[at]
        query = RouteQuery(turns=lines, serving=case.turns[before].expected)
        found.append((query, turn.event or "", turn.acceptable))
    return found


def answered(router: LocalRouter, lang: str) -> list[tuple[Decision, str, list[str]]]:
    turns = [
        turn for case in read_set(SETS / f"dev_transcripts_{lang}.jsonl").cases for turn in follow_on(case)
    ]
    return [(router.answer(query), event, right) for query, event, right in turns]


def share(rows: list[tuple[Decision, str, list[str]]]) -> float:
    return float(np.mean([decision.agent in right for decision, _, right in rows]))


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_who_goes_on_stays_and_who_changes_the_subject_moves(router: LocalRouter, lang: str) -> None:
    """Processors differ by a line of the 104 that go on in Russian: 0.952 or 0.962."""
    rows = answered(router, lang)
    assert share([row for row in rows if row[1] in GOES_ON]) >= 0.95
    assert share([row for row in rows if row[1] not in GOES_ON]) >= 0.8
    assert share([row for row in rows if row[1] == "escalate"]) >= 0.9


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_without_an_embedder_a_dialog_is_nearly_as_clear(lexical: LocalRouter, lang: str) -> None:
    rows = answered(lexical, lang)
    assert share([row for row in rows if row[1] in GOES_ON]) >= 0.92
    assert share([row for row in rows if row[1] not in GOES_ON]) >= 0.75


def test_confidence_in_dialogs_is_honest(router: LocalRouter) -> None:
    rows = answered(router, "ru") + answered(router, "en")
    sure = np.array([decision.confidence for decision, _, _ in rows])
    right = np.array([decision.agent in answers for decision, _, answers in rows])
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    assert sum(gaps) <= 0.05


def test_the_answer_to_a_question_stays_though_it_names_another_subject(router: LocalRouter) -> None:
    asked = agent("tech_support", "Is the subscription paid, and when was the last charge for the plan?")
    lines = (customer("the app crashes when I open a file"), asked)
    paid = customer("yes, the plan was paid last week")
    assert router.answer(after("tech_support", *lines, paid)).agent == "tech_support"


def test_a_demand_in_a_dialog_reaches_the_supervisor(router: LocalRouter) -> None:
    lines = (customer("the app crashes"), agent("tech_support"))
    decision = router.answer(after("tech_support", *lines, customer("enough, I want my money back")))
    assert decision.agent == "supervisor"
    assert sum(decision.scores.values()) == pytest.approx(1, abs=0.01)
    assert decision.scores["supervisor"] == pytest.approx(decision.confidence, abs=1e-3)


def test_only_the_last_line_is_embedded(artefact: Artefact, embedder: Embedder) -> None:
    told = Told(embedder)
    never_sure = artefact.meta.model_copy(update={"accept": 2.0})
    router = LocalRouter(Artefact(never_sure, artefact.keyboard, artefact.lexical, artefact.landmarks), told)
    router.answer(after("sales", customer("what does it cost"), agent("sales"), customer("the second one")))
    assert told.asked == ["the second one"]


def test_a_long_dialog_is_decided_as_its_end_would_be(router: LocalRouter) -> None:
    end = (customer("it crashes"), agent("tech_support"), customer("the newest one, since yesterday"))
    older = (customer("what does it cost"), agent("sales")) * 200
    assert router.answer(after("tech_support", *older, *end)).agent == "tech_support"


@pytest.mark.parametrize(
    "text",
    ["привет", "Здравствуйте!", "добрый день, есть кто?", "hello", "hi there", "anybody there?", "👍", "..."],
)
def test_a_first_message_that_says_nothing_goes_to_the_front_desk(router: LocalRouter, text: str) -> None:
    decision = router.decide(text)
    assert (decision.agent, decision.reason) == ("tech_support", "says too little to tell")
    assert decision.confidence == pytest.approx(1 / 3)
    assert decision.scores == {name: pytest.approx(1 / 3, abs=1e-3) for name in AGENTS}


@pytest.mark.parametrize(
    ("text", "right"), [("refund", "supervisor"), ("цена?", "sales"), ("оператор", "supervisor")]
)
def test_one_word_may_say_enough(router: LocalRouter, text: str, right: str) -> None:
    assert router.decide(text).agent == right


def test_the_matter_opens_where_the_present_agent_came_in() -> None:
    lines = [
        customer("it crashes"), agent("tech_support"), customer("still"), agent("tech_support"),
        customer("what does it cost"), agent("sales"), customer("a year"), agent("sales"),
    ]  # fmt: skip
    assert [opening(lines), opening(lines[:4]), opening(lines[:1]), opening([])] == [4, 0, 0, 0]
    assert opening([Said(role=x.role, content=x.content) for x in lines]) == 0


def test_a_talk_is_read_into_figures(artefact: Artefact) -> None:
    before = [
        customer("it crashes"),
        agent("tech_support", "Any error code?"),
        customer("no"),
        agent("sales", "Sure?"),
    ]
    talk = DialogSignals.read("no error code at all", before, artefact.lexical.idf)
    assert (talk.asked, talk.since_opened, talk.words) == (True, 1, 5)
    assert talk.served == {"tech_support", "sales"}
    margins = np.array([0.5, 0.1, 0.2, 0.3], dtype=np.float32)
    figures = feature_vector(talk, {"lexical": margins}, AGENTS, seat=1, last_resort=AGENTS[-1])
    assert figures["lexical_serving"] == pytest.approx(0.1)
    assert figures["lexical_rival"] == pytest.approx(0.5)
    assert figures["rival_served_before"] == 1
    assert figures["log_words"] == pytest.approx(math.log(5))


def test_the_echo_of_equal_texts_is_one(artefact: Artefact) -> None:
    bag = Bag.of("which version is it").weighted(artefact.lexical.idf)
    assert overlap(bag, bag) == pytest.approx(1, abs=1e-4)
    assert overlap(bag, Bag.of("")) == 0


def test_a_logistic_regression_equals_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    luck = np.random.default_rng(0)
    table = luck.normal(size=(400, 3)) * [1, 5, 0.1] + [0, 2, 1]
    truth = (table @ [1.0, -0.3, 4.0] + luck.normal(size=400) > 3).astype(float)
    ours = logistic([dict(zip("abc", row, strict=True)) for row in table], truth)
    scaler = StandardScaler().fit(table)
    theirs = LogisticRegression(C=1, tol=1e-10, max_iter=1000).fit(scaler.transform(table), truth)
    expected = theirs.predict_proba(scaler.transform(table))[:, 1]
    chances = [ours.chance(dict(zip("abc", row, strict=True))) for row in table]
    assert np.allclose(chances, expected, atol=1e-4)


def test_a_chance_never_overflows() -> None:
    model = Stays(bias=0, weights={"a": 1e9})
    assert model.chance({"a": 1e9}) == pytest.approx(1)
    assert model.chance({"a": -1e9}) == pytest.approx(0, abs=1e-12)


def test_the_turns_of_a_dialog_are_lines_with_what_was_said_before() -> None:
    turns = [
        {"role": "customer", "content": "it crashes", "expected": "tech_support", "event": "start"},
        {"role": "agent", "content": "Since when?", "agent": "tech_support"},
        {"role": "customer", "content": "today", "expected": "tech_support", "event": "stay"},
        {"role": "customer", "content": "and the price?", "expected": "sales", "event": "switch"},
    ]
    lines = list(lines_of(turns, "en", "software"))
    assert [line.label for line in lines] == ["tech_support", "stay", "sales"]
    said = (customer("it crashes"), agent("tech_support", "Since when?"))
    assert [line.past for line in lines[:2]] == [None, Past(said, "tech_support")]


def test_training_dialogs_are_part_of_the_lines_and_of_their_hash(artefact: Artefact) -> None:
    lines = read_lines(SETS / "train")
    assert sum(line.past is not None for line in lines) > 1_600
    assert len(artefact.landmarks.vectors) == len(lines)
    assert set(artefact.meta.stays) == {"lexical", "embedding"}
