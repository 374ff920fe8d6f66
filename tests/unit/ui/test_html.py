"""Every element of the workbench and of the reports stands in a template, which escapes what it is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Macro
from lxml import html

from app.core.html import Templates, render_markdown
from app.evaluation.html import FOLDER as REPORTS
from app.evaluation.html import render as render_report
from app.ui.room import FOLDER, TEMPLATES
from app.ui.theme import ICONS
from tests.support.paths import ROOT
from tests.unit.evaluation.builders import prediction
from tests.unit.evaluation.pages import mixed, report_of

MARKING = "app/core/html.py"
"""The one module that marks text as HTML."""
XML = {"app/evaluation/workbooks.py"}
"""Writes parts of spreadsheets, not HTML."""
PLAIN = {
    "app/ui/shell.py",  # marks in Gradio's page
    "app/ui/analytics/charts.py",  # templates of plotly
    "app/ui/evaluation/sections.py",
    "app/evaluation/html.py",  # what matplotlib writes and a page does not need
}
"""May hold tags in constants, never in an f-string."""
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
    for folder in ("ui", "evaluation")
    for path in sorted((ROOT / "app" / folder).rglob("*.py"))
}
PAGES = sorted({*FOLDER.glob("*.j2"), *REPORTS.glob("*.j2")})
TAG = re.compile(r"</?[a-zA-Z]|<!(?:--|[A-Z])")
BENIGN = "word"


def module_of(path: Path) -> Any:
    return TEMPLATES.environment.get_template(path.name).module


MACROS = {
    f"{path.stem}.{name}": macro
    for path in sorted(FOLDER.glob("*.j2"))
    if path.name.count(".") == 1
    for name, macro in vars(module_of(path)).items()
    if isinstance(macro, Macro)
}


def calls() -> Iterator[tuple[str, set[str]]]:
    """Macros that Python renders, with the names of their values; `None` stands for `**values`."""
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render" and node.args:
                (macro,) = node.args
                if isinstance(macro, ast.Constant):
                    yield str(macro.value), {str(keyword.arg) for keyword in node.keywords}


def names_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") != "re":
            yield getattr(node.func, "id", getattr(node.func, "attr", ""))


def test_text_is_marked_as_html_in_one_module() -> None:
    named = {
        name: {"escape", "quoteattr", "Markup"} & set(names_of(tree))
        for name, tree in SOURCES.items()
        if name not in XML
    }
    assert {name: found for name, found in named.items() if found} == {}
    users = [p for p in (ROOT / "app").rglob("*.py") if "markupsafe" in p.read_text("utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in users] == [MARKING]


def test_no_python_builds_an_element() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in SOURCES.items()
        if name not in XML
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and TAG.search(node.value)
        and name not in PLAIN
    ]
    assert found == []
    formed = [
        f"{name}:{node.lineno}"
        for name in PLAIN
        for node in ast.walk(SOURCES[name])
        if isinstance(node, ast.JoinedStr) and TAG.search(ast.unparse(node))
    ]
    assert formed == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_template_turns_escaping_off(page: Path) -> None:
    assert not re.search(r"\|\s*safe\b|Markup|autoescape|\{%-?\s*raw", page.read_text("utf-8"))


def test_each_macro_that_is_rendered_is_there_and_given_its_values() -> None:
    rendered = list(calls())
    assert {name for name, _ in rendered} <= MACROS.keys()
    wrong = {
        name: values
        for name, values in rendered
        if "None" not in values and not values <= set(MACROS[name].arguments)
    }
    assert wrong == {}
    templates = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.j2"))
    used = {name for name, _ in rendered}
    idle = [
        n for n in MACROS if n not in used and len(re.findall(rf"\b{n.partition('.')[2]}\(", templates)) < 2
    ]
    assert idle == []


class Hostile(str):
    """A text that has every attribute, item and method, each of them a text like it.

    Conditions on it come out by chance, the same for the same seed; two of it are iterated over.
    """

    chance: Random

    def __new__(cls, text: str, chance: Random) -> Hostile:
        made = super().__new__(cls, text)
        object.__setattr__(made, "__chance__", chance)
        return made

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name == "encode":
            return object.__getattribute__(self, name)
        return self()

    def __call__(self, *_: object, **__: object) -> Hostile:
        return Hostile(str.__str__(self), self.__chance__)

    def __bool__(self) -> bool:
        return bool(self.__chance__.random() < 0.6)

    def __iter__(self) -> Iterator[Any]:
        return iter((self(), self()))

    def __len__(self) -> int:
        return 2

    def __float__(self) -> float:
        return 0.5

    def __mul__(self, _: object) -> Any:
        return 0.5

    def __eq__(self, _: object) -> bool:
        return bool(self)

    def __hash__(self) -> int:
        return 1

    __getitem__ = __call__
    __rmul__ = __sub__ = __rsub__ = __truediv__ = __mul__
    __gt__ = __lt__ = __contains__ = __eq__


TEXTS = st.text(
    alphabet="<>&\"'/=`;#!-%{}() \t\n\r\x0b\x0c\x1b\x7f\x85\u2028\u202eabimgscriptonx1", max_size=40
)
SAMPLES = st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)",
        "&lt;b&gt;&#60;i&#62;", "--><svg/onload=alert(1)>", "</style></title></textarea><b>",
        "{{ 7 * 7 }}<i>", "a b=c", "\x1b[31m\x07<u>", "]]><![CDATA[<s>",
    ]
)  # fmt: skip
DRAWN = {path.stem for path in ICONS.glob("*.svg")}
ANY = st.one_of(SAMPLES, TEXTS).filter(lambda text: text and text not in DRAWN)


def shape(page: str) -> list[tuple[str, list[str]]]:
    """Elements with the names of their attributes."""
    root = html.fragment_fromstring(f"<div>{page}</div>", create_parent="main")
    return [(str(e.tag), sorted(e.attrib)) for e in root.iter()]


def rendered(name: str, text: str, seed: int) -> str:
    macro, chance = MACROS[name], Random(seed)
    return str(macro(**{argument: Hostile(text, chance) for argument in macro.arguments}))


@pytest.mark.parametrize("name", sorted(name for name, macro in MACROS.items() if not macro.caller))
@given(text=ANY, seed=st.integers(0, 2**16))
@settings(max_examples=25)
def test_no_element_and_no_attribute_arises_from_a_value(name: str, text: str, seed: int) -> None:
    assert shape(rendered(name, text, seed)) == shape(rendered(name, BENIGN, seed))


@given(text=ANY, seed=st.integers(0, 2**16))
@settings(max_examples=25)
def test_nor_in_the_printable_report_of_analytics(text: str, seed: int) -> None:
    name = "analytics_report.html.j2"
    source = (FOLDER / name).read_text("utf-8")
    wanted = find_undeclared_variables(TEMPLATES.environment.parse(source))

    def page(text: str) -> str:
        chance = Random(seed)
        return TEMPLATES.render_page(name, **{value: Hostile(text, chance) for value in wanted})

    assert shape(page(text)) == shape(page(BENIGN))


@given(text=ANY)
@settings(max_examples=5, deadline=None)
def test_nor_in_the_report_of_a_run(text: str) -> None:
    def page(text: str) -> str:
        bad = prediction(
            "c", "supervisor", "sales", set=text, tags=[text], industry=text, reason=text, text=text
        )
        return render_report(report_of([*mixed(), bad]))

    assert shape(page(text)) == shape(page(BENIGN))


def test_a_value_that_is_not_given_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.j2").write_text(
        "<p>{{ text }}</p>\n{% if text %}\n<b>{{ text }}</b>{% endif %}", "utf-8"
    )
    templates = Templates(tmp_path, {})
    with pytest.raises(Exception, match="'text' is undefined"):
        templates.render_page("page.j2")
    assert templates.render_page("page.j2", text="<i>") == "<p>&lt;i&gt;</p><b>&lt;i&gt;</b>"


@given(ANY)
def test_markdown_makes_no_tag_of_a_text_and_fetches_nothing(text: str) -> None:
    found = html.fragment_fromstring(f"<div>{render_markdown(text)}![a](https://example.org/a.png)</div>")
    assert not {"script", "img", "svg", "style", "iframe"} & {str(e.tag) for e in found.iter()}
