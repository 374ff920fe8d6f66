"""The company that the call centre serves: one folder of data (`app/companies/<name>`), read once.

company.yaml, catalogue.yaml, policy.yaml, customers.yaml    one model each, below and in `core/catalogue.py`
subjects.yaml                                                how articles are listed; it may be absent
agents/<name>.yaml, agents/<name>.md                         what differs between agents, and their prompts
knowledge/<lang>/<id>.md                                     the articles
offline/<lang>/words.yaml                                    what customers and the service call the products
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, field_validator

from app.core.backoffice import Delivery, Policy
from app.core.catalogue import FALLBACK, Catalogue, CompanyPart, Titles, title_in
from app.core.demo_customers import DemoData
from app.core.exceptions import CallCenterError
from app.core.yaml import YAMLError, parse

COMPANIES = Path(__file__).parents[1] / "companies"
SHIPPED = COMPANIES / "orbita"


class CompanyInvalid(CallCenterError):
    status = 500
    code = "company_invalid"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {problem}.")


class Hours(CompanyPart):
    """Of calls by a person, from `opens` until before `closes`, on so many days from Monday."""

    opens: int = Field(ge=0, le=23)
    closes: int = Field(ge=1, le=24)
    workdays: int = Field(ge=1, le=7)


class Bank(CompanyPart):
    """Working days that a refund takes, and the longest."""

    days_from: int
    days_to: int
    days_max: int


class Way(CompanyPart):
    """A way of delivery: its price, and the days from and to."""

    price_rub: int = Field(ge=0)
    days: list[int] = Field(min_length=2, max_length=2)


class DeliveryPrices(CompanyPart):
    free_from_rub: int = Field(ge=0)
    ways: dict[Delivery, Way]


class CompanyProfile(CompanyPart):
    """company.yaml. `current_app`: versions of the app below it are too old.

    `app_faults`: articles about faults that an old app explains. `records`: articles about what the
    records know of a customer, and the act that reads it instead. `about`: articles on the
    terms of an act, and on payments that fail.
    """

    name: Titles
    roster: list[str] = Field(min_length=1)
    time_zone: str
    zone_title: str
    hours: Hours
    payment_page: str
    current_app: list[int]
    bank: Bank
    delivery: DeliveryPrices
    records: dict[str, str] = Field(default_factory=dict)
    about: dict[str, str] = Field(default_factory=dict)
    app_faults: list[str] = Field(default_factory=list)

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return name


class Topic(CompanyPart):
    """One of the matters that an agent handles, as it stands behind "looks like"; `words` are beginnings."""

    titles: Titles
    words: list[str] = Field(min_length=1)


class AgentProfile(CompanyPart):
    """agents/<name>.yaml. `handles` is the router's menu line; `topics` tell people the same piece by piece.

    `escalates_to` is whom it asks when it cannot help. `last_resort`: a customer who needs it and does not
    reach it is the costliest mistake. `sent_to` is the title behind "so it went". `sells`: its dialogs
    are deals in the CRM. `keywords` are beginnings of words for the keyword baseline, `mock_keywords` for the
    mock provider.
    """

    name: str
    prompt: str
    handles: str
    titles: Titles
    crm_titles: Titles
    sent_to: Titles | None = None
    topics: list[Topic] = Field(default_factory=list)
    colour: str = Field(pattern="^#[0-9A-Fa-f]{6}$")
    tools: list[str]
    escalates_to: str | None = None
    last_resort: bool = False
    sells: bool = False
    keywords: list[str] = Field(default_factory=list)
    mock_keywords: list[str] = Field(default_factory=list)


class Subject(CompanyPart):
    """What some articles are about."""

    titles: Titles
    articles: list[str]


class Subjects(RootModel[dict[str, Subject]]):
    """subjects.yaml, in the order in which they are listed."""

    model_config = ConfigDict(strict=True, frozen=True)


class ProductWords(RootModel[dict[str, str | list[str] | dict[str, list[str]]]]):
    """offline/<lang>/words.yaml: a piece of a sentence, a list of words, or lists of words by product."""

    model_config = ConfigDict(strict=True, frozen=True)


@dataclass(frozen=True, eq=False)
class Company:
    """Agents stand in the order of the roster: the first serves whoever does not say what the matter is."""

    folder: Path
    profile: CompanyProfile
    catalogue: Catalogue
    policy: Policy
    demo: DemoData
    agents: Mapping[str, AgentProfile]
    offline: Mapping[str, dict[str, Any]]
    subjects: Mapping[str, Subject]

    @property
    def last_resort(self) -> str:
        return next(agent.name for agent in self.agents.values() if agent.last_resort)

    @cached_property
    def desks(self) -> dict[str, str]:
        """By tool, the agent to whom a customer is handed who needs it: the first who has it."""
        first = reversed(list(self.agents.values()))
        return {tool: agent.name for agent in first for tool in agent.tools}

    def sells(self, agent: str) -> bool:
        return agent in self.agents and self.agents[agent].sells

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.profile.time_zone)

    @property
    def articles(self) -> Path:
        return self.folder / "knowledge"

    @property
    def vectors(self) -> Path:
        """Sentence vectors of the articles, made by `call-center train --shipped`."""
        return self.folder / "knowledge" / "vectors.npz"

    def agent_titles(self, language: str) -> dict[str, str]:
        return {name: title_in(agent.titles, language) for name, agent in self.agents.items()}

    def destination(self, agent: str, language: str) -> str:
        """Behind "so it went"; empty for an agent that has no such words."""
        known = self.agents.get(agent)
        return title_in(known.sent_to, language) if known and known.sent_to else ""

    def crm_titles(self, language: str) -> dict[str, str]:
        return {name: title_in(agent.crm_titles, language) for name, agent in self.agents.items()}

    def words(self, language: str) -> dict[str, Any]:
        """What the products are called; English where the company does not speak the language."""
        return self.offline.get(language, self.offline[FALLBACK])


@cache
def in_use() -> Company:
    """The company of this process."""
    return load_company(SHIPPED)


def load_company(folder: Path) -> Company:
    """Raises CompanyInvalid, which names file and field."""
    profile = _read(folder / "company.yaml", CompanyProfile)
    company = Company(
        folder=folder,
        profile=profile,
        catalogue=_read(folder / "catalogue.yaml", Catalogue),
        policy=_read(folder / "policy.yaml", Policy),
        demo=_read(folder / "customers.yaml", DemoData),
        agents={name: _agent(folder / "agents" / f"{name}.yaml") for name in profile.roster},
        offline={path.parent.name: _words(path) for path in sorted(folder.glob("offline/*/words.yaml"))},
        subjects=_subjects(folder / "subjects.yaml"),
    )
    _check_agents(company)
    _check_customers(company)
    return company


def _subjects(path: Path) -> Mapping[str, Subject]:
    return _read(path, Subjects).root if path.exists() else {}


def _agent(path: Path) -> AgentProfile:
    prompt = path.with_suffix(".md")
    try:
        given = {"name": path.stem, "prompt": prompt.read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise CompanyInvalid(prompt, _short(error)) from None
    return _read(path, AgentProfile, given)


def _check_agents(company: Company) -> None:
    """Everybody is handed to somebody who works here, and one agent is the last resort."""
    for agent in company.agents.values():
        if agent.escalates_to not in {None, *company.agents} - {agent.name}:
            path = company.folder / "agents" / f"{agent.name}.yaml"
            raise CompanyInvalid(path, f"escalates_to: {agent.escalates_to} does not stand in the roster")
    if sum(agent.last_resort for agent in company.agents.values()) != 1:
        raise CompanyInvalid(
            company.folder / "agents", "last_resort: exactly one agent of the roster must be it"
        )


def _check_customers(company: Company) -> None:
    """Nobody has what is not sold."""
    for customer in company.demo.customers:
        for field, name in customer.bought():
            if name not in company.catalogue:
                path = company.folder / "customers.yaml"
                raise CompanyInvalid(path, f"{customer.id}.{field}: {name} is not in the catalogue")


E = TypeVar("E", bound=BaseModel)


def _read(path: Path, model: type[E], given: Mapping[str, Any] | None = None) -> E:
    try:
        return model.model_validate({**(_yaml(path) or {}), **(given or {})})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CompanyInvalid(path, f"{field}: {first['msg']}" if field else first["msg"]) from None
    except (OSError, TypeError, ValueError, YAMLError) as error:
        raise CompanyInvalid(path, _short(error)) from None


def _words(path: Path) -> dict[str, Any]:
    return _read(path, ProductWords).root


def _yaml(path: Path) -> Any:
    return parse(path.read_text(encoding="utf-8"))


def _short(error: Exception) -> str:
    return (
        error.strerror or "it cannot be read" if isinstance(error, OSError) else " ".join(str(error).split())
    )
