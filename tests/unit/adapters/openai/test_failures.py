from __future__ import annotations

import httpx2
import pytest
from pydantic import BaseModel

from app.adapters.openai.client import _is_openai, as_response_format, attempt_timeouts
from app.adapters.openai.failures import refusal, translate
from app.agents.structured_output import from_text
from app.core.exceptions import ProviderError, ProviderRefused, ProviderReplyInvalid, ProviderTimeout


class Pet(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("problem", "kind", "retryable"),
    [
        (httpx2.ConnectError("sk-secret"), ProviderError, True),
        (httpx2.ReadError("sk-secret"), ProviderError, True),
        (httpx2.RemoteProtocolError("sk-secret"), ProviderError, True),
        (httpx2.ReadTimeout("sk-secret"), ProviderTimeout, True),
        (httpx2.ConnectTimeout("sk-secret"), ProviderTimeout, True),
        (TimeoutError("sk-secret"), ProviderTimeout, True),
        (ConnectionResetError("sk-secret"), ProviderError, True),
        (ValueError("sk-secret"), ProviderReplyInvalid, False),
        (KeyError("sk-secret"), ProviderReplyInvalid, False),
        (httpx2.DecodingError("sk-secret"), ProviderReplyInvalid, False),
    ],
)
def test_a_foreign_error_becomes_ours_without_its_words(
    problem: Exception, kind: type[ProviderError], retryable: bool
) -> None:
    failed = translate(problem)
    assert type(failed.error) is kind
    assert failed.retryable is retryable
    assert "sk-secret" not in str(failed) + str(failed.error)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 413, 422])
def test_a_refusal_is_final(status: int) -> None:
    failed = refusal(status, "3")
    assert isinstance(failed.error, ProviderRefused)
    assert not failed.retryable
    assert failed.error.retry_after is None


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_a_passing_trouble_may_be_retried(status: int) -> None:
    failed = refusal(status, None)
    assert failed.retryable
    assert isinstance(failed.error, ProviderTimeout) is (status in {408, 504})


def test_an_attempt_is_shorter_than_the_deadline() -> None:
    timeouts = attempt_timeouts(30)
    assert (timeouts.plain.read, timeouts.streamed.read) == (30, 18)
    assert timeouts.plain.connect == timeouts.streamed.connect == 5


def test_a_schema_is_strict_and_named() -> None:
    asked = as_response_format(Pet)["json_schema"]
    assert (asked["name"], asked["strict"]) == ("Pet", True)
    assert asked["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.openai.com/v1", True),
        ("http://localhost:8000/v1", False),
        ("https://openai.com.evil.org", False),
    ],
)
def test_openais_own_servers_are_known_by_their_host(url: str, own: bool) -> None:
    assert _is_openai(url) is own


@pytest.mark.parametrize("text", ['{"name": "Rex"}', ' {"name": "Rex"}\n', '```json\n{"name": "Rex"}\n```'])
def test_one_object_is_read(text: str) -> None:
    assert from_text(Pet, text) == Pet(name="Rex")


@pytest.mark.parametrize(
    "text", ['It is {"name": "Rex"}', '{"name": "Re', "Rex", "", '["Rex"]', '{"nom": "Rex"}']
)
def test_prose_and_halves_are_not_read(text: str) -> None:
    assert from_text(Pet, text) is None
