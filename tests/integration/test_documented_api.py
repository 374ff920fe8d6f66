"""The five documented calls, with the documented fields, names and types."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import httpx2

from tests.support.server import client

LOGIN = "Не работает приложение, не могу войти в аккаунт"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def create(http: httpx2.Client, text: str | None = LOGIN) -> dict[str, object]:
    body = {"customer_id": "customer_123"} | ({"initial_message": text} if text else {})
    response = http.post("/api/v1/dialogue/create", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_create_answers_as_documented(http: httpx2.Client) -> None:
    body = create(http)
    assert UUID4.fullmatch(str(body["dialog_id"]))
    assert body["customer_id"] == "customer_123"
    assert (body["assigned_agent"], body["status"]) == ("tech_support", "active")
    assert "1." in str(body["response"])
    assert datetime.fromisoformat(str(body["created_at"])).tzinfo is not None
    assert body["model"] == "embedded"


def test_create_without_a_message_waits_for_one(http: httpx2.Client) -> None:
    body = create(http, None)
    assert body["assigned_agent"] is None
    assert body["response"] is None


def test_message_answers_as_documented(http: httpx2.Client) -> None:
    dialog = create(http)["dialog_id"]
    body = http.post(
        f"/api/v1/dialogue/{dialog}/message",
        json={"message": "Пробовал перезагрузить телефон, но проблема осталась"},
    ).json()
    assert body["dialog_id"] == dialog
    assert (body["current_agent"], body["status"]) == ("tech_support", "active")
    assert isinstance(body["tokens_used"], int)
    assert isinstance(body["processing_time"], float)
    assert body["response"]


def test_the_view_names_the_agent_as_role(http: httpx2.Client) -> None:
    dialog = create(http)["dialog_id"]
    body = http.get(f"/api/v1/dialogue/{dialog}").json()
    assert [m["role"] for m in body["messages"]] == ["customer", "tech_support"]
    assert body["messages"][0]["content"] == LOGIN
    assert body["message_count"] == 2
    assert body["total_tokens"] > 0
    assert {"customer_id", "status", "assigned_agent", "created_at", "updated_at"} <= body.keys()


def test_close_answers_as_documented_and_twice_the_same(http: httpx2.Client) -> None:
    dialog = create(http)["dialog_id"]
    url = f"/api/v1/dialogue/{dialog}/close"
    first = http.post(url, json={"reason": "problem_resolved"})
    assert first.status_code == 200
    body = first.json()
    assert (body["dialog_id"], body["status"], body["reason"]) == (dialog, "closed", "problem_resolved")
    assert body["closed_at"]
    assert body["summary"].keys() == {"total_messages", "total_tokens", "duration_minutes", "resolution"}
    assert body["summary"]["total_messages"] == 2
    assert "войти" in body["summary"]["resolution"]
    assert http.post(url, json={"reason": "another"}).json() == body
    assert http.post(url).json() == body


def test_close_needs_no_body(http: httpx2.Client, dialog: str) -> None:
    body = http.post(f"/api/v1/dialogue/{dialog}/close").json()
    assert body["status"] == "closed"


def test_a_message_after_close_is_a_conflict(http: httpx2.Client, dialog: str) -> None:
    http.post(f"/api/v1/dialogue/{dialog}/close")
    response = http.post(f"/api/v1/dialogue/{dialog}/message", json={"message": "ещё вопрос"})
    assert response.status_code == 409
    assert response.json()["code"] == "dialog_closed"


def test_health_answers_as_documented(http: httpx2.Client) -> None:
    body = http.get("/api/v1/health").json()
    assert (body["status"], body["environment"]) == ("healthy", "development")
    assert body["components"] == {
        "openai_api": "not_configured",
        "dialog_storage": "healthy",
        "agents": "initialized",
    }
    assert re.fullmatch(r"\d+h \d+m \d+s", body["uptime"])
    assert body["model"] == "embedded"
    detailed = http.get("/api/v1/health/detailed").json()
    assert detailed["storage"]["quarantined"] == []
    assert detailed["offline"] is True
    assert http.get("/api/v1/health/ready").json() == {"ready": True, "reason": ""}
    assert http.get("/api/v1/health/live").json() == {"status": "alive"}


def test_the_three_message_story_ends_in_the_file_in_the_documented_format(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        dialog = str(create(http)["dialog_id"])
        answers = [
            http.post(f"/api/v1/dialogue/{dialog}/message", json={"message": text}).json()
            for text in ("сколько стоит Профи?", "верните деньги, третий раз пишу!")
        ]
    assert [a["current_agent"] for a in answers] == ["sales", "supervisor"]
    assert "1\u00a0990\u00a0₽" in answers[0]["response"]
    stored = json.loads((tmp_path / f"{dialog}.json").read_text(encoding="utf-8"))
    assert [m["role"] for m in stored["messages"]] == ["customer", "agent"] * 3
    assert [m["agent_type"] for m in stored["messages"][1::2]] == ["tech_support", "sales", "supervisor"]
    handoffs = stored["metadata"]["handoffs"]
    assert [(h["from"], h["to"]) for h in handoffs] == [("tech_support", "sales"), ("sales", "supervisor")]
    assert all(h["reason"] and h["timestamp"] for h in handoffs)
    assert len(stored["metadata"]["processing_times"]) == 3
    assert stored["metadata"]["total_tokens"] > 0
    assert stored["messages"][1]["turn"]["decision"]["source"] in ("lexical", "embedding")


def test_the_list_filters_searches_and_pages(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        first = create(http)["dialog_id"]
        second = create(http, "сколько стоит Профи?")["dialog_id"]
        listed = http.get("/api/v1/dialogue").json()
        assert [d["dialog_id"] for d in listed["dialogs"]] == [second, first]
        by_agent = http.get("/api/v1/dialogue", params={"agent": "sales"}).json()["dialogs"]
        assert [d["dialog_id"] for d in by_agent] == [second]
        found = http.get("/api/v1/dialogue", params={"q": "аккаунт"}).json()["dialogs"]
        assert first in [d["dialog_id"] for d in found]
        page = http.get("/api/v1/dialogue", params={"limit": 1}).json()
        following = http.get("/api/v1/dialogue", params={"limit": 1, "cursor": page["next_cursor"]}).json()
        assert [d["dialog_id"] for d in following["dialogs"]] == [first]
        assert http.get("/api/v1/dialogue", params={"cursor": "nonsense"}).status_code == 422


def test_a_deleted_dialog_is_gone(http: httpx2.Client, dialog: str) -> None:
    assert http.delete(f"/api/v1/dialogue/{dialog}").status_code == 204
    assert http.get(f"/api/v1/dialogue/{dialog}").status_code == 404
    assert http.delete(f"/api/v1/dialogue/{dialog}").status_code == 404


def test_an_english_customer_is_served_in_english(http: httpx2.Client) -> None:
    body = create(http, "How much does the Pro plan cost?")
    assert body["assigned_agent"] == "sales"
    assert "1,990\xa0₽" in str(body["response"])


def test_route_over_rest(http: httpx2.Client) -> None:
    body = http.post("/api/v1/route", json={"id": 7, "text": "верните деньги, третий раз пишу!"}).json()
    assert (body["id"], body["agent"], body["outcome"]) == (7, "supervisor", "ok")


def test_the_documentation_works_offline(http: httpx2.Client) -> None:
    for page in ("/docs", "/redoc"):
        html = http.get(page).text
        sources = re.findall(r'(?:src|href)="([^"]+)"', html)
        assert sources
        assert not [s for s in sources if s.startswith(("http", "//"))], page
        for source in sources:
            assert http.get(source).status_code == 200
    assert "img-src 'self' data:" in http.get("/redoc").headers["content-security-policy"]
    assert "Не работает приложение" in json.dumps(http.get("/openapi.json").json(), ensure_ascii=False)


def test_metrics_count_turns_routes_and_tokens(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        create(http)
        text = http.get("/metrics").text
    assert 'callcenter_turns_total{agent="tech_support",degraded="false"} 1.0' in text
    assert 'callcenter_routes_total{agent="tech_support"' in text
    assert 'callcenter_tokens_total{direction="output"}' in text
    assert 'callcenter_turn_seconds_count{step="route"} 1.0' in text
