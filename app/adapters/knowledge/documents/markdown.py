"""Markdown (CommonMark with tables), with the front matter of our own articles where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.adapters.knowledge.documents.sections import Block, Heading, Section, sections
from app.adapters.knowledge.documents.text import decoded
from app.core.documents import DocumentUnusable, Unusable

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_KNOWN = {"id", "lang", "agent", "title", "questions", "asks"}


def read_markdown(name: str, data: bytes) -> list[Section]:
    text = decoded(name, data)
    front, body = _front(name, text)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    found = list(sections(_blocks(tokens)))
    if front and found:
        whole = [paragraph for section in found for paragraph in section.paragraphs]
        return [Section((str(front["title"]),), whole, front)]
    return found


def _front(name: str, text: str) -> tuple[dict[str, Any], str]:
    """Only an article's fields count: other front matter belongs to other tools and is left out."""
    parts = _FRONT.match(text)
    if parts is None:
        return {}, text
    try:
        given = yaml.safe_load(parts[1])
    except yaml.YAMLError:
        raise DocumentUnusable(name, Unusable.FRONT_MATTER) from None
    if not isinstance(given, dict) or "title" not in given:
        return {}, parts[2]
    return {key: given[key] for key in _KNOWN & given.keys()}, parts[2]


def _blocks(tokens: Iterable[Token]) -> Iterator[Block]:
    """Lists and tables are one paragraph each; a paragraph inside a list is a line of it."""
    lines: list[str] = []
    depth, counts, level, before = 0, list[int](), 0, ""
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "table_open":
                counts.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else 0)
                depth += 1
            case "bullet_list_close" | "ordered_list_close" | "table_close":
                counts.pop()
                depth -= 1
                if not depth:
                    yield "\n".join(lines)
                    lines = []
            case "list_item_open":
                lines.append(f"{counts[-1]}. " if counts[-1] else "- ")
                counts[-1] += bool(counts[-1])
            case "tr_open":
                lines.append("")
            case "heading_open":
                level = int(token.tag[1:])
            case "heading_close":
                level = 0
            case "inline":
                text = _plain(token)
                if depth:
                    _onto(lines, text, table=before in ("th_open", "td_open"))
                else:
                    yield Heading(level, text) if level else text
            case "fence" | "code_block":
                if depth:
                    _onto(lines, token.content.strip(), table=False)
                else:
                    yield token.content.strip()
        before = token.type


def _onto(lines: list[str], text: str, *, table: bool) -> None:
    line = " ".join(text.split())
    if not lines:
        lines.append(line)
    elif table and lines[-1]:
        lines[-1] += f" | {line}"
    else:
        bare = lines[-1].endswith(("- ", ". ")) or not lines[-1]
        lines[-1] += line if bare else f" {line}"


def _plain(token: Token) -> str:
    """The words without marks; of a picture its description."""
    parts = [
        "\n" if each.type in ("softbreak", "hardbreak") else each.content
        for each in token.children or []
        if each.type != "html_inline"
    ]
    return "".join(parts).strip()
