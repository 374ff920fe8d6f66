"""The published OpenAPI against what the service does, with generated requests.

schemathesis' own pytest plug-in does not know pytest 9.1's subtests, so its strategies are used directly.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

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
    )
]
GENERATED = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DIALOG = "/api/v1/dialogue/{dialog_id}"
OPERATED = "/api/v1/operator/dialogs/{dialog_id}"
OPERATIONS = [
    ("GET", "/api/v1/dialogue"),
    ("POST", "/api/v1/dialogue/create"),
    ("POST", f"{DIALOG}/message"),
    ("GET", DIALOG),
    ("POST", f"{DIALOG}/close"),
    ("POST", f"{DIALOG}/rating"),
    ("POST", f"{DIALOG}/messages/{{seq}}/feedback"),
    ("POST", f"{DIALOG}/proposals/{{proposal_id}}/confirm"),
    ("POST", f"{DIALOG}/proposals/{{proposal_id}}/decline"),
    ("DELETE", DIALOG),
    ("POST", f"{OPERATED}/takeover"),
    ("POST", f"{OPERATED}/reply"),
    ("POST", f"{OPERATED}/handback"),
    ("POST", f"{OPERATED}/reroute"),
    ("GET", "/api/v1/operator/queue"),
    ("GET", "/api/v1/approvals"),
    ("GET", "/api/v1/approvals/{number}"),
    ("POST", "/api/v1/approvals/{number}/approve"),
    ("POST", "/api/v1/approvals/{number}/reject"),
    ("GET", "/api/v1/analytics"),
    ("GET", "/api/v1/analytics/csv"),
    ("GET", "/api/v1/analytics/staffing"),
    ("POST", "/api/v1/tokens"),
    ("POST", "/api/v1/route"),
    ("GET", "/api/v1/knowledge/articles/{article_id}"),
    ("GET", "/api/v1/knowledge/search"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/health/detailed"),
    ("GET", "/api/v1/health/ready"),
    ("GET", "/api/v1/health/live"),
]


@pytest.fixture(scope="module")
def published(http: httpx2.Client) -> Any:
    """With 413 as one more way to refuse what is too long, and 401 where only a key signs."""
    refusals = {"negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 413, 415, 422]}}
    config = schemathesis.Config.from_dict(
        {"checks": refusals, "generation": {"with-security-parameters": False}}
    )
    return schemathesis.openapi.from_url(f"{http.base_url}/openapi.json", config=config)


def conforms(operation: Any, mode: GenerationMode, dialog: str | None = None) -> None:
    """Generated requests to the operation; where `dialog` is given, all are about that one."""
    path = {"path_parameters": {"dialog_id": dialog}} if dialog else {}

    @GENERATED
    @given(case=operation.as_strategy(generation_mode=mode, **path))
    def call(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKED, timeout=30)

    call()


def test_every_published_operation_is_examined(published: Any) -> None:
    found = {(o.ok().method.upper(), o.ok().path) for o in published.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_valid_requests_are_answered_as_published(published: Any, method: str, path: str) -> None:
    conforms(published[path][method], GenerationMode.POSITIVE)


@pytest.mark.parametrize(("method", "path"), [o for o in OPERATIONS if "health" not in o[1]])
def test_invalid_requests_are_answered_as_published(published: Any, method: str, path: str) -> None:
    conforms(published[path][method], GenerationMode.NEGATIVE)


@pytest.mark.parametrize(
    ("method", "path"), [o for o in OPERATIONS if "{dialog_id}" in o[1] and o[0] != "DELETE"]
)
def test_a_dialog_that_exists_is_answered_as_published(
    published: Any, dialog: str, method: str, path: str
) -> None:
    conforms(published[path][method], GenerationMode.POSITIVE, dialog)


@pytest.mark.parametrize("path", ["openapi.json", "docs", "redoc"])
def test_the_documentation_is_served_without_the_network(http: httpx2.Client, path: str) -> None:
    page = http.get(f"/{path}")
    assert page.status_code == 200
    assert "cdn" not in page.text
