"""A person of the house and a customer, over real HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2

Json = dict[str, Any]


@dataclass(frozen=True)
class Room:
    """One dialog, seen from both sides."""

    http: httpx2.Client
    dialog: str

    @classmethod
    def open(cls, http: httpx2.Client, text: str | None = None, customer: str = "customer_123") -> Room:
        body = {"customer_id": customer} | ({"initial_message": text} if text else {})
        return cls(http, str(http.post("/api/v1/dialogue/create", json=body).json()["dialog_id"]))

    def take_over(self, who: str = "anna", **more: Any) -> httpx2.Response:
        return self._operator("takeover", operator=who, **more)

    def reply(self, text: str, who: str = "anna", key: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        url = f"/api/v1/operator/dialogs/{self.dialog}/reply"
        return self.http.post(url, json={"operator": who, "message": text}, headers=headers)

    def hand_back(self, who: str = "anna", note: str = "готово", **more: Any) -> httpx2.Response:
        return self._operator("handback", operator=who, note=note, **more)

    def reroute(self, agent: str, reason: str, who: str = "anna") -> httpx2.Response:
        return self._operator("reroute", operator=who, agent=agent, reason=reason)

    def say(self, text: str, key: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        url = f"/api/v1/dialogue/{self.dialog}/message"
        return self.http.post(url, json={"message": text}, headers=headers)

    def close(self) -> httpx2.Response:
        return self.http.post(f"/api/v1/dialogue/{self.dialog}/close")

    def rate(self, score: int, **more: Any) -> httpx2.Response:
        return self.http.post(f"/api/v1/dialogue/{self.dialog}/rating", json={"score": score, **more})

    def view(self) -> Json:
        seen: Json = self.http.get(f"/api/v1/dialogue/{self.dialog}").json()
        return seen

    def _operator(self, step: str, **body: Any) -> httpx2.Response:
        return self.http.post(f"/api/v1/operator/dialogs/{self.dialog}/{step}", json=body)


def code(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
