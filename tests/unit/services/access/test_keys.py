"""Keys and tokens: what is kept, how long they work, and that nothing forged is believed."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.access.key_store import SqliteKeys
from app.core.access import (
    ApiKey,
    Caller,
    CredentialMissing,
    CredentialWrong,
    KeyNeeded,
    KeyUnknown,
    ScopeMissing,
)
from app.core.exceptions import StorageUnavailable
from app.services.access.keys import NOTED, ApiKeys, Issued
from app.services.access.signed import Signer
from app.services.access.tokens import LONGEST, CustomerTokens

HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> ApiKeys:
    return ApiKeys(SqliteKeys(tmp_path / "access"), clock)


@pytest.fixture
def issued(keys: ApiKeys) -> Issued:
    return keys.issue("shop", ["chat"])


def caller_of(issued: Issued) -> Caller:
    return Caller(issued.key.name, issued.key.scopes, issued.key.id)


def test_a_key_tells_whose_it_is_and_what_it_may_do(keys: ApiKeys, issued: Issued) -> None:
    assert keys.verify(issued.text) == Caller("shop", frozenset({"chat"}), issued.key.id)


def test_nothing_in_the_folder_lets_anybody_in(keys: ApiKeys, issued: Issued, tmp_path: Path) -> None:
    keys.verify(issued.text)
    secret = issued.text.split("_", 2)[2].encode()  # it may hold an underscore itself
    for file in (tmp_path / "access").iterdir():
        assert secret not in file.read_bytes()
        assert file.name == ".lock" or file.stat().st_mode & 0o077 == 0, file.name


def test_another_process_knows_the_key(issued: Issued, tmp_path: Path) -> None:
    assert ApiKeys(SqliteKeys(tmp_path / "access")).verify(issued.text).key_id == issued.key.id


def test_with_another_secret_no_key_works(issued: Issued, tmp_path: Path) -> None:
    other = ApiKeys(SqliteKeys(tmp_path / "access", b"another secret"))
    with pytest.raises(CredentialWrong):
        other.verify(issued.text)


@given(changed=st.integers(0, 59), letter=st.sampled_from("0aZ_- ж"))
def test_one_changed_letter_is_another_key(changed: int, letter: str) -> None:
    known = KNOWN.issue("shop", ["chat"])
    text = known.text[:changed] + letter + known.text[changed + 1 :]
    if text == known.text:
        assert KNOWN.verify(text).name == "shop"
    else:
        with pytest.raises(CredentialWrong):
            KNOWN.verify(text)


class MemoryKeys:
    def __init__(self) -> None:
        self.rows: dict[str, ApiKey] = {}

    def secret(self) -> bytes:
        return b"s" * 32

    def add(self, key: ApiKey) -> None:
        self.rows[key.id] = key

    def find(self, key_id: str) -> ApiKey | None:
        return self.rows.get(key_id)

    def list(self) -> list[ApiKey]:
        return list(self.rows.values())

    def revoke(self, key_id: str, at: datetime) -> bool:
        raise NotImplementedError

    def used(self, key_id: str, at: datetime) -> None: ...


KNOWN = ApiKeys(MemoryKeys())


def test_an_expired_key_and_a_revoked_one_are_wrong(keys: ApiKeys, clock: Clock) -> None:
    brief, long = keys.issue("brief", ["chat"], HOUR), keys.issue("long", ["chat"])
    clock.now += HOUR
    with pytest.raises(CredentialWrong):
        keys.verify(brief.text)
    keys.revoke(long.key.id)
    with pytest.raises(CredentialWrong):
        keys.verify(long.text)
    with pytest.raises(KeyUnknown):
        keys.revoke(long.key.id)


def test_a_rotated_key_works_until_the_overlap_is_over(keys: ApiKeys, clock: Clock, issued: Issued) -> None:
    new = keys.rotate(issued.key.id, HOUR)
    assert new.key.scopes == issued.key.scopes
    assert keys.verify(issued.text).name == keys.verify(new.text).name == "shop"
    clock.now += HOUR
    with pytest.raises(CredentialWrong):
        keys.verify(issued.text)
    assert keys.verify(new.text).name == "shop"


def test_a_rotated_key_can_be_ended_at_once(keys: ApiKeys, issued: Issued) -> None:
    keys.rotate(issued.key.id, HOUR)
    keys.revoke(issued.key.id)
    with pytest.raises(CredentialWrong):
        keys.verify(issued.text)


def test_a_successor_lives_no_longer_than_its_predecessor(keys: ApiKeys) -> None:
    old = keys.issue("brief", ["chat"], HOUR)
    new = keys.rotate(old.key.id, timedelta())
    assert new.key.expires_at == old.key.expires_at


def test_the_last_use_is_written_once_a_minute(keys: ApiKeys, clock: Clock, issued: Issued) -> None:
    keys.verify(issued.text)
    first = clock.now
    clock.now += NOTED / 2
    keys.verify(issued.text)
    [key] = keys.store.list()
    assert key.used_at == first
    clock.now += NOTED
    keys.verify(issued.text)
    [key] = keys.store.list()
    assert key.used_at == clock.now


def test_a_token_speaks_for_its_customer_until_it_expires(
    keys: ApiKeys, clock: Clock, issued: Issued
) -> None:
    tokens = CustomerTokens(keys)
    token, until = tokens.issue(caller_of(issued), "c-1", HOUR)
    assert tokens.verify(token) == Caller("shop", frozenset({"chat"}), issued.key.id, "c-1")
    clock.now = until
    with pytest.raises(CredentialWrong):
        tokens.verify(token)


def test_a_token_lives_a_day_at_most(keys: ApiKeys, clock: Clock, issued: Issued) -> None:
    _, until = CustomerTokens(keys).issue(caller_of(issued), "c-1", timedelta(days=365))
    assert until - clock.now <= LONGEST


def test_a_token_ends_with_its_key(keys: ApiKeys, issued: Issued) -> None:
    tokens = CustomerTokens(keys)
    token, _ = tokens.issue(caller_of(issued), "c-1")
    keys.revoke(issued.key.id)
    with pytest.raises(CredentialWrong):
        tokens.verify(token)


def test_who_may_sign(keys: ApiKeys, issued: Issued) -> None:
    tokens, operator = CustomerTokens(keys), keys.issue("desk", ["operator"])
    for caller, refusal in (
        (Caller(), CredentialMissing),
        (caller_of(operator), ScopeMissing),
        (Caller("OPERATOR_KEY", frozenset({"chat"})), KeyNeeded),
        (Caller("shop", frozenset({"chat"}), issued.key.id, "c-1"), KeyNeeded),
    ):
        with pytest.raises(refusal):
            tokens.issue(caller, "c-2")


def test_forged_tokens_are_wrong(keys: ApiKeys, issued: Issued) -> None:
    tokens = CustomerTokens(keys)
    token, until = tokens.issue(caller_of(issued), "c-1")
    head, body, signature = token.split(".")
    claims = {"sub": "c-2", "iss": issued.key.id, "aud": "customer", "iat": until, "exp": until}
    assert tokens.verify(jwt.encode(claims, tokens.signer.secret, "HS256")).customer == "c-2"
    forged = [
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, "x" * 46, "HS256"),
        jwt.encode({**claims, "aud": "operator"}, tokens.signer.secret, "HS256"),
        jwt.encode({**claims, "aud": "session"}, tokens.signer.secret, "HS256"),
        Signer(keys, "session").sign({"sub": "c-2", "iss": issued.key.id}, until),
        jwt.encode({"sub": "c-2"}, tokens.signer.secret, "HS256"),
        jwt.encode({**claims, "iss": "0" * 12}, tokens.signer.secret, "HS256"),
        "..",
        "a.b.c",
        "ж.ж.ж",
    ]
    for text in forged:
        with pytest.raises(CredentialWrong):
            tokens.verify(text)


def test_a_damaged_store_lets_nobody_in(keys: ApiKeys, issued: Issued, tmp_path: Path) -> None:
    keys.store.close()  # type: ignore[attr-defined]
    for left in (tmp_path / "access").glob("keys.sqlite*"):
        left.write_bytes(b"no database")
    with pytest.raises(StorageUnavailable):
        ApiKeys(SqliteKeys(tmp_path / "access")).verify(issued.text)


def test_a_cut_secret_lets_nobody_in(issued: Issued, tmp_path: Path) -> None:
    (tmp_path / "access" / "secret").write_bytes(b"short")
    with pytest.raises(StorageUnavailable):
        ApiKeys(SqliteKeys(tmp_path / "access")).verify(issued.text)


def test_the_table_is_what_it_says(issued: Issued, tmp_path: Path) -> None:
    rows = sqlite3.connect(tmp_path / "access" / "keys.sqlite").execute("SELECT id, scopes, digest FROM keys")
    [(key_id, scopes, digest)] = rows
    assert (key_id, scopes) == (issued.key.id, '["chat"]')
    assert len(digest) == 64
