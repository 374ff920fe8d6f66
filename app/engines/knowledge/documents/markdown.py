"""Markdown (CommonMark with tables, footnotes and HTML) and plain text, told as a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import escape
from typing import Any

from lxml.html import defs
from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.core.yaml import YAMLError, parse
from app.engines.knowledge.documents.html import read_page
from app.engines.knowledge.documents.sections import Read, Section, decoded

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_FIELDS = {"id", "lang", "agent", "title", "questions", "asks"}
_DEFINITION = re.compile(r"^( {0,3})\[([^\]\n]+)\](?=:)", re.MULTILINE)
_LABEL = re.compile(r"\[([^\[\]\n]+)\]")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>")
_HTML = defs.tags | {"bdi", "data", "dialog", "main", "picture", "search", "template"}
_OPTIONS = {"breaks": True, "maxNesting": 10_000}  # nested deeper, markdown-it leaves text out
_SIGNS = ["heading", "lheading", "list", "fence", "newline"]


def read_markdown(name: str, data: bytes) -> Read:
    made = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
    made.use(footnote_plugin).use(deflist_plugin)
    made.core.ruler.after("block", "surplus", _with_surplus)
    for rule in ("html_inline", "html_block"):
        made.add_render_rule(rule, _html)
    return _read(name, data, lambda body: made.render(_with_unused(body)))


def read_text(name: str, data: bytes) -> Read:
    """Only headings and lists are marked; all other signs are the author's own."""
    return _read(name, data, MarkdownIt("zero", _OPTIONS).enable(_SIGNS).render)


def _read(name: str, data: bytes, rendered: Callable[[str], str]) -> Read:
    front, body = _front(name, decoded(name, data))
    page = read_page(name, rendered(body))
    places = sum(each.where.count(",") + 1 for each in page.left_out)  # its lines are not those of the file
    left_out = [LeftOut(Left.HIDDEN_WORDS, str(places))] if places else []
    if front and page.sections:
        whole = [paragraph for section in page.sections for paragraph in section.paragraphs]
        return Read([Section((str(front["title"]),), whole, front)], left_out)
    return Read(page.sections, left_out)


def _front(name: str, text: str) -> tuple[dict[str, Any], str]:
    """Only an article's fields count: other front matter belongs to other tools and is left out."""
    parts = _FRONT.match(text)
    if parts is None:
        return {}, text
    try:
        given = parse(parts[1])
    except YAMLError:
        raise DocumentUnusable(name, Unusable.FRONT_MATTER) from None
    if not isinstance(given, dict) or "title" not in given:
        return {}, parts[2] or ""
    fields = {key: given[key] for key in _FIELDS & given.keys() if given[key] is not None}
    if any(isinstance(value, list | dict) for key, value in fields.items() if key != "questions"):
        raise DocumentUnusable(name, Unusable.FRONT_MATTER)
    return fields, parts[2] or ""


def _with_unused(text: str) -> str:
    """A definition that nothing refers to would vanish; it is what somebody wrote."""
    used = Counter(label.casefold() for label in _LABEL.findall(text))

    def describe(found: re.Match[str]) -> str:
        return found[0] if used[found[2].casefold()] > 1 else f"{found[1]}\\[{found[2]}\\]"

    return _DEFINITION.sub(describe, text)


def _html(_: Any, tokens: list[Any], at: int, *__: Any) -> str:
    """Tags that HTML does not know are somebody's brackets, as in <name>."""
    return _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _HTML else escape(tag[0]), tokens[at].content)


def _with_surplus(state: StateCore) -> None:
    """Cells beyond the columns of a table, which markdown-it leaves out."""
    lines, kept = state.src.split("\n"), list[Token]()
    row, columns = Token("tr_open", "tr", 1), 0
    for token in state.tokens:
        if token.type == "tr_open":
            row, columns = token, 0
        columns += token.type in ("th_open", "td_open")
        if token.type == "tr_close" and row.map:
            for cell in _cells(lines[row.map[0]])[columns:]:
                inline = Token("inline", "", 0, content=cell, map=row.map, children=[])
                kept += [Token("td_open", "td", 1), inline, Token("td_close", "td", -1)]
        kept.append(token)
    state.tokens = kept


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in escapedSplit(line.strip(" \t>"))]
    return cells[not cells[0] : len(cells) - (not cells[-1])]
