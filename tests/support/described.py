"""Generated requests against the published OpenAPI of a service where each call needs a key."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup

from app.bootstrap import build
from app.core.access import SCOPES
from tests.support.server import running
from tests.support.server import settings as made

EXAMPLES = 100 if os.environ.get("TORTURE") else 15
load_all_checks()
CHECKED: list[Any] = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "missing_required_header",
        "ignored_auth",
    )
]
GENERATED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
UNWRITTEN = {
    "agent_unknown": "the agents of the company",
    "article_not_found": "what lies in the knowledge base",
    "cursor_invalid": "a cursor belongs to its list",
    "period_invalid": "the last day is not before the first, and a period has at most 92",
    "text_unacceptable": "a text has a visible character, and no NUL",
    "idempotency_key_reused": "one key stands for one request",
}
"""Codes of refusals that depend on more than a JSON schema can say."""
FIELDS = {
    ("body.customer_id", "Field required"),
    ("body", "the last turn must be the customer's"),
}


@dataclass
class Described:
    """`asked` counts the requests by status."""

    schema: Any
    key: str
    asked: Counter[int] = field(default_factory=Counter)

    def conforms(self, method: str, path: str, mode: GenerationMode, dialog: str | None = None) -> None:
        """Generated requests to the operation; where `dialog` is given, all are about that one."""
        about = {"path_parameters": {"dialog_id": dialog}} if dialog else {}

        @GENERATED
        @given(case=self.schema[path][method].as_strategy(generation_mode=mode, **about))
        def call(case: Case[Any]) -> None:
            self.check(case)

        call()

    def check(self, case: Case[Any]) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        response = case.call(headers=headers, timeout=60)
        self.asked[response.status_code] += 1
        checks = [c for c in CHECKED if c.__name__ != "positive_data_acceptance" or not _semantic(response)]
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except FailureGroup as group:
            raise AssertionError(_told(group)) from None


def _semantic(response: Any) -> bool:
    if response.status_code != 422:
        return False
    problem = response.json()
    fields = {(each["field"], each["problem"]) for each in problem.get("errors", ())}
    return problem["code"] in UNWRITTEN or (bool(fields) and fields <= FIELDS)


def _told(group: FailureGroup) -> str:
    return "\n".join(
        f"{e.title}: {e.message}" if isinstance(e, Failure) else str(e) for e in group.exceptions
    )


@contextmanager
def described(folder: Path) -> Iterator[tuple[Described, httpx2.Client]]:
    bench = build(made(folder / "dialogs", environment="production"))
    key = bench.access.keys.issue("schema", list(SCOPES), None).text
    headers = {"Authorization": f"Bearer {key}"}
    with (
        running(bench) as url,
        httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as http,
    ):
        refusals = {"negative_data_rejection": {"expected-statuses": [400, 404, 405, 413, 415, 422]}}
        config = schemathesis.Config.from_dict(
            {"base-url": url, "checks": refusals, "generation": {"with-security-parameters": False}}
        )
        schema = schemathesis.openapi.from_dict(http.get("/openapi.json").json(), config=config)
        yield Described(schema, key), http
