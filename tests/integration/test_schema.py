"""The published OpenAPI against what the service does, with generated requests.

schemathesis' own pytest plug-in does not know pytest 9.1's subtests, so its strategies are used directly.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from schemathesis import GenerationMode

from tests.support.described import EXAMPLES, Described, described

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
    ("GET", "/api/v1/customers/{customer_id}/export"),
    ("DELETE", "/api/v1/customers/{customer_id}"),
    ("POST", "/api/v1/tokens"),
    ("POST", "/api/v1/route"),
    ("GET", "/api/v1/knowledge/articles/{article_id}"),
    ("GET", "/api/v1/knowledge/search"),
    ("GET", "/api/v1/health"),
    ("GET", "/api/v1/health/detailed"),
    ("GET", "/api/v1/health/ready"),
    ("GET", "/api/v1/health/live"),
]


pytestmark = pytest.mark.xdist_group("schema")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Described, httpx2.Client]]:
    with described(tmp_path_factory.mktemp("schema")) as found:
        yield found


@pytest.fixture(scope="module")
def published(service: tuple[Described, httpx2.Client]) -> Described:
    return service[0]


@pytest.fixture
def customers_dialog(service: tuple[Described, httpx2.Client]) -> str:
    created = service[1].post("/api/v1/dialogue/create", json={"customer_id": "customer_123"})
    return str(created.json()["dialog_id"])


def test_every_published_operation_is_examined(published: Described) -> None:
    found = {(o.ok().method.upper(), o.ok().path) for o in published.schema.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_valid_requests_are_answered_as_published(published: Described, method: str, path: str) -> None:
    published.conforms(method, path, GenerationMode.POSITIVE)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("method", "path"), [o for o in OPERATIONS if "health" not in o[1]])
def test_invalid_requests_are_answered_as_published(published: Described, method: str, path: str) -> None:
    published.conforms(method, path, GenerationMode.NEGATIVE)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("method", "path"), [o for o in OPERATIONS if "{dialog_id}" in o[1] and o[0] != "DELETE"]
)
def test_a_dialog_that_exists_is_answered_as_published(
    published: Described, customers_dialog: str, method: str, path: str
) -> None:
    published.conforms(method, path, GenerationMode.POSITIVE, customers_dialog)


def test_many_requests_were_made_and_many_accepted(published: Described) -> None:
    """Stands after those that made them."""
    if not published.asked:
        pytest.skip("runs with the whole file")
    assert published.asked.total() >= 50 * EXAMPLES
    assert published.asked[200] >= 8 * EXAMPLES
    assert not [status for status in published.asked if status >= 500]


@pytest.mark.parametrize("path", ["openapi.json", "docs", "redoc"])
def test_the_documentation_is_served_without_the_network(http: httpx2.Client, path: str) -> None:
    page = http.get(f"/{path}")
    assert page.status_code == 200
    assert "cdn" not in page.text
