"""JSON of others: every object is read, or its line named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.jsonlines import NotJson, lines, loads, values
from app.core.models import Decision, RouteQuery
from app.services.routing import RoutingService


class Sales:
    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent="sales", confidence=1, source="lexical", reason=query.text)


OBJECTS = st.lists(
    st.dictionaries(
        st.text(max_size=5), st.text() | st.integers() | st.booleans() | st.none() | st.lists(st.text())
    ),
    max_size=5,
)


@settings(max_examples=150)
@given(rows=OBJECTS, ascii_only=st.booleans(), mark=st.sampled_from(["", "\ufeff"]))
def test_objects_are_read_back_however_they_were_written(
    rows: list[object], ascii_only: bool, mark: str
) -> None:
    def written(row: object, indent: int | None = None) -> str:
        return json.dumps(row, ensure_ascii=ascii_only, indent=indent)

    by_line = mark + "\n".join(map(written, rows))
    pretty = "\r\n\r\n".join(written(row, 2) for row in rows)
    for text in (by_line, pretty, written(rows), written(rows, 1)):
        assert [value for _, value in values(text.removeprefix("\ufeff"))] == rows
    assert [loads(line) for _, line in lines(by_line)] == rows


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"a": 1,}', "this is not JSON"),
        ('{"a": 1, "a": 2}', "the key a stands twice"),
        ('{"x": {"a": 1, "a": 1}}', "the key a stands twice"),
        ('{"a": NaN}', "NaN is not a number of JSON"),
        ('{"a": -Infinity}', "-Infinity is not a number of JSON"),
        ('{"a": 1e999}', "1e999 is not a number of JSON"),
        ('{"a": ' + "9" * 5_000 + "}", "Exceeds the limit"),
        ('{"a": ' * 100_000, "this is not JSON .nested too deeply."),
        ('{"a": "b', "this is not JSON"),
        ('{"a": 1} {"b": 2}', "this is not JSON .Extra data, at character 10."),
    ],
)
def test_a_line_that_is_no_json_is_named_and_the_others_are_read(line: str, problem: str) -> None:
    found = list(values(f'{{"a": 1}}\n\n{line}\n{{\n"b":\n2}}\n{{"c": 3}}\n'))
    assert [(at, value) for at, value in found if not isinstance(value, NotJson)] == [
        (1, {"a": 1}), (4, {"b": 2}), (7, {"c": 3}),
    ]  # fmt: skip
    ((at, error),) = [(at, value) for at, value in found if isinstance(value, NotJson)]
    assert at == 3
    with pytest.raises(NotJson, match=problem):
        raise error


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[{"a": 1},\n{"b": x}]', 2),
        ('[{"a": 1},\n{"b": 2}', 2),
        ('[{"a": 1}\n]\n{"b": 2}', 2),
        ('[{"a": 1},\n', 2),
    ],
)
def test_an_array_that_is_cut_short_says_where(text: str, line: int) -> None:
    (_, first), *_, (at, last) = values(text)
    assert first == {"a": 1}
    assert isinstance(last, NotJson)
    assert at == line


@pytest.mark.anyio
async def test_lines_to_be_routed_take_a_byte_order_mark_and_say_what_is_wrong() -> None:
    service = RoutingService(Sales())
    text = '{"id": 1, "text": "почём тариф"}'
    assert (await service.route_json(f"\ufeff{text}\r\n".encode())).agent == "sales"
    assert "stands twice" in (await service.route_json(text.replace("id", "text"))).reason
    assert (await service.route_json(text.encode("cp1251"))).reason == "this line is not UTF-8"
