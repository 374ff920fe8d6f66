"""Is the state as it must be, and are the words? Every difference is a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.core.text import without_yo
from app.evaluation.scenarios.model import ExpectedEffect, RecordExpected, Scenario, is_regex
from app.evaluation.scenarios.world import EndState, PlayedLine, RecordedEffect

STANDS = ("done", "approval")
_SPACES = re.compile(r"\s+")


def state_differences(scenario: Scenario, state: EndState) -> list[str]:
    return [*_effects(scenario, state), *_records(scenario, state), *_ends(scenario, state)]


def forbidden(scenario: Scenario, before: EndState, after: EndState) -> list[str]:
    """Actions that must not be, and whatever happened to another customer's records."""
    found = [
        f"forbidden: {describe_effect(effect)}"
        for effect in after.effects
        if any(fits(effect, rule) for rule in scenario.never)
    ]
    strangers = [
        f"forbidden: {describe_effect(e)} on behalf of {e.customer_id}"
        for e in _of_strangers(scenario, after)
    ]
    touched = [
        f"forbidden: the records of {name} changed"
        for name in scenario.watched
        if name != scenario.customer and before.records.get(name) != after.records.get(name)
    ]
    return [*found, *strangers, *touched]


def word_differences(scenario: Scenario, lines: Sequence[PlayedLine]) -> list[str]:
    """In what agents said; the words of people are their own."""
    text = plain("\n".join(line.text for line in lines if line.role == "agent"))
    missing = [
        f"not said: {' or '.join(wanted)}"
        for wanted in scenario.said
        if not any(stands(p, text) for p in wanted)
    ]
    return [*missing, *(f"said: {found}" for found in scenario.unsaid if stands(found, text))]


def fits(effect: RecordedEffect, wanted: ExpectedEffect) -> bool:
    return (
        effect.tool in wanted.tool
        and effect.status in wanted.status
        and (wanted.reason is None or effect.reason in wanted.reason)
        and wanted.by_person in (None, effect.by_person)
        and is_like(effect.arguments, wanted.arguments)
    )


def is_like(found: Any, wanted: Any) -> bool:
    """A mapping need not name every field; a list stands for any of its members."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(is_like(found.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return any(is_like(found, one) for one in wanted)
    return bool(found == wanted)


def plain(text: str) -> str:
    """As words are compared: small letters, one kind of space, ё as е."""
    return without_yo(_SPACES.sub(" ", text).casefold())


def stands(pattern: str, text: str) -> bool:
    """`text` is plain already."""
    if is_regex(pattern):
        return re.search(without_yo(pattern[1:-1]), text, re.IGNORECASE) is not None
    return plain(pattern) in text


def describe_effect(effect: RecordedEffect) -> str:
    given = ", ".join(f"{k}={v}" for k, v in effect.arguments.items())
    why = f" ({effect.reason})" if effect.reason else ""
    person = " by a person" if effect.by_person else ""
    return f"{effect.tool}({given}) {effect.status}{why}{person}"


def _of_strangers(scenario: Scenario, state: EndState) -> list[RecordedEffect]:
    return [e for e in state.effects if e.status in STANDS and e.customer_id not in ("", scenario.customer)]


def _effects(scenario: Scenario, state: EndState) -> Iterator[str]:
    wanted = scenario.after.effects
    pairs = _pair_effects(wanted, state.effects)
    for at, deed in enumerate(wanted):
        if at not in pairs:
            yield f"missing: {_describe_expected(deed)}; there is {_list_effects(state.effects)}"
    others = scenario.after.others
    if others == "allowed":
        return
    for number, effect in enumerate(state.effects):
        if effect.status in STANDS and number not in pairs.values() and effect.tool not in others:
            yield f"not expected: {describe_effect(effect)}"


def _pair_effects(wanted: Sequence[ExpectedEffect], effects: Sequence[RecordedEffect]) -> dict[int, int]:
    """As many as possible, each effect at most once: augmenting paths (Kuhn 1955)."""
    owner: dict[int, int] = {}

    def place(at: int, tried: set[int]) -> bool:
        for number, effect in enumerate(effects):
            if number in tried or not fits(effect, wanted[at]):
                continue
            tried.add(number)
            if number not in owner or place(owner[number], tried):
                owner[number] = at
                return True
        return False

    for at in range(len(wanted)):
        place(at, set())
    return {at: number for number, at in owner.items()}


def _records(scenario: Scenario, state: EndState) -> Iterator[str]:
    for wanted in scenario.after.records:
        kept = state.records.get(wanted.of or scenario.customer, {}).get(wanted.kind, [])
        found = sum(is_like(record, wanted.where) for record in kept)
        if found != wanted.count:
            yield f"{wanted.count} x {_record(wanted)} expected, {found} found among {_short(kept, wanted)}"


def _ends(scenario: Scenario, state: EndState) -> Iterator[str]:
    for name, wanted in scenario.after.ends.model_dump(exclude_none=True).items():
        found = getattr(state, name)
        if not is_like(found, wanted):
            yield f"{name.replace('_', ' ')} is {found}, expected {_words(wanted)}"


def _describe_expected(deed: ExpectedEffect) -> str:
    given = ", ".join(f"{k}={_words(v)}" for k, v in deed.arguments.items())
    why = f" ({_words(deed.reason)})" if deed.reason else ""
    return f"{_words(deed.tool)}({given}) {_words(deed.status)}{why}"


def _record(wanted: RecordExpected) -> str:
    given = ", ".join(f"{k}={_words(v)}" for k, v in wanted.where.items())
    return f"{wanted.kind}({given})"


def _short(kept: Iterable[dict[str, Any]], wanted: RecordExpected) -> str:
    """Of each record the fields that were asked about."""
    shown = [{k: record.get(k) for k in wanted.where} for record in kept]
    return json.dumps(shown, ensure_ascii=False, default=str)


def _list_effects(effects: Sequence[RecordedEffect]) -> str:
    return "; ".join(map(describe_effect, effects)) or "no action"


def _words(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)
