"""A company is a folder of data: what is wrong in it is told by file and field, what it renames follows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.agents.roster import names, roster_of
from app.core.company import Company, CompanyInvalid, in_use, load_company
from app.engines.routing.artefact import load
from app.engines.routing.training.fit import ESCALATE, train_on
from app.engines.routing.training.lines import LabelledLine
from app.evaluation.costs import MISSED_ESCALATION, NEEDLESS_ESCALATION, CostMatrix
from app.evaluation.metrics import headline
from tests.support.company import COMPANY, load_articles
from tests.support.hashed import Hashed
from tests.unit.evaluation.builders import prediction

RENAMED = ("supervisor", "care")
THINGS = ("lamp", "phone", "router", "cable", "screen", "battery", "speaker", "camera")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy without the articles."""
    copy = tmp_path / COMPANY.folder.name
    shutil.copytree(COMPANY.folder, copy, ignore=shutil.ignore_patterns("knowledge", "offline"))
    return copy


@pytest.fixture
def care(folder: Path) -> Company:
    """The same company, in which the last resort has another name."""
    old, new = RENAMED
    for path in (folder / "agents").iterdir():
        change(path, lambda text: re.sub(rf"\b{old}\b", new, text))
        path.rename(path.with_name(path.name.replace(old, new)))
    change(folder / "company.yaml", lambda text: text.replace(old, new))
    return load_company(folder)


def change(path: Path, how: Callable[[str], str]) -> None:
    path.write_text(how(path.read_text("utf-8")), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "catalogue.yaml",
            "month_rub: 990",
            "month_rub: much",
            r"catalogue\.yaml: plans\.basic\.month_rub:",
        ),
        (
            "catalogue.yaml",
            "month_rub: 990",
            "month_rub: '9'",
            r"catalogue\.yaml: plans\.basic\.month_rub:",
        ),
        (
            "catalogue.yaml",
            "en: Basic}",
            "de: Basis}",
            r"plans\.basic\.titles: .*no title in .* en",
        ),
        ("policy.yaml", "refund_days: 14", "refund_day: 14", r"policy\.yaml: refund_days: Field required"),
        ("policy.yaml", "refund_days: 14", "refund_days: [", r"policy\.yaml: "),
        ("company.yaml", "Europe/Moscow", "Europe/Nowhere", r"company\.yaml: time_zone: .*no such time zone"),
        ("company.yaml", "[tech_support, sales", "[tech_support, sales, billing", r"agents/billing\.md: "),
        (
            "customers.yaml",
            "plan: basic",
            "plan: gold",
            r"customer_123\.subscription: gold is not",
        ),
        ("agents/sales.yaml", "supervisor", "nobody", r"sales\.yaml: escalates_to: nobody does not stand"),
        ("agents/sales.yaml", "sells: true", "last_resort: true", r"agents: last_resort: exactly one"),
        ("agents/sales.yaml", '"#009E73"', "green", r"sales\.yaml: colour: "),
    ],
)
def test_what_is_wrong_is_told_by_file_and_field(
    folder: Path, file: str, old: str, new: str, told: str
) -> None:
    change(folder / file, lambda text: text.replace(old, new, 1))
    with pytest.raises(CompanyInvalid, match=told):
        load_company(folder)


def test_a_tool_that_does_not_exist_is_told_by_its_agent(folder: Path) -> None:
    change(folder / "agents" / "sales.yaml", lambda text: text.replace("list_plans", "list_clouds"))
    with pytest.raises(CompanyInvalid, match=r"sales\.yaml: tools: there is no tool list_clouds"):
        roster_of(load_company(folder))


def test_a_plan_more_is_offered_to_models(folder: Path) -> None:
    gold = "  gold: {titles: {en: Gold}, month_rub: 1, year_rub: 2, storage_gb: 3, people: 1, value: 0.1}\n"
    change(folder / "catalogue.yaml", lambda text: text.replace("plans:\n", f"plans:\n{gold}", 1))
    sales = next(agent for agent in roster_of(load_company(folder)) if agent.name == "sales")
    change_plan = next(tool for tool in sales.tools if tool.name == "change_subscription")
    assert change_plan.offer().args["plan"]["enum"] == ["gold", "basic", "pro", "business"]


def test_escalation_follows_a_renamed_roster(care: Company) -> None:
    roster = roster_of(care)
    assert names(roster) == ("tech_support", "sales", "care")
    assert [agent.escalates_to for agent in roster] == ["care", "care", None]
    assert (care.last_resort, care.desks["refund_payment"]) == ("care", "care")


def test_costs_follow_a_renamed_roster(care: Company) -> None:
    costs = CostMatrix(last_resort=care.last_resort)
    assert (costs.price("care", "sales"), costs.price("sales", "care")) == (
        MISSED_ESCALATION,
        NEEDLESS_ESCALATION,
    )
    turns = [prediction("a", "care", "sales"), prediction("b", "care", "care")]
    missed = headline(turns, list(care.agents), costs).missed_escalations
    assert (missed.value, missed.n) == (0.5, 2)


def test_training_follows_a_renamed_roster(care: Company, tmp_path: Path) -> None:
    words = {"tech_support": "error", "sales": "price", "care": "refund", "stay": "thanks"}
    lines = [LabelledLine(f"{word} of {x}", label, "en", x) for label, word in words.items() for x in THINGS]
    train_on(lines, "hash", tmp_path, Hashed(), list(care.agents), care.last_resort)
    meta = load(tmp_path).meta
    assert (meta.last_resort, meta.take_over["care"]) == ("care", ESCALATE)
    assert meta.figures["cv_lexical_missed_escalations"] == 0


def test_a_router_that_was_fitted_before_it_was_written_down_has_the_last_resort_of_its_bars() -> None:
    bars = {"tech_support": 0.5, "sales": 0.5, "supervisor": 0.3}
    old = load().meta.model_dump(exclude={"last_resort"}) | {"take_over": bars}
    assert type(load().meta).model_validate(old).last_resort == "supervisor"


def test_articles_that_the_company_names_are_there() -> None:
    named = {*COMPANY.profile.records, *COMPANY.profile.app_faults}
    assert named
    assert named <= {article.id for article in load_articles()}


def test_every_article_has_one_subject_and_a_company_may_have_none(folder: Path) -> None:
    company = load_company(folder)
    listed = [name for subject in company.subjects.values() for name in subject.articles]
    assert sorted(listed) == sorted(path.stem for path in (in_use().articles / "ru").glob("*.md"))
    (folder / "subjects.yaml").unlink()
    assert load_company(folder).subjects == {}
