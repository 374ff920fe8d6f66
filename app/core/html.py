"""HTML from Jinja2 templates, for the workbench and for reports. Needs the extra `ui` or `eval`.

The only module that marks text as HTML (`Markup`); whatever else a template is given is escaped. Each
function says why its result is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape as escape_html
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from app.core.palette import colour_of

_ITEM = re.compile(r"\s*(?:[-•*]|(\d{1,2})[.)])\s+(?=\S)")
_BREAK = re.compile(r"(?<=[>}])\n\s*(?=[<{])")


class JoinLines(Extension):
    """A line break between two tags only lays out the template: it becomes a comment, not text."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        return _BREAK.sub(lambda found: f"{{#{found[0]}#}}", source)


class Templates:
    """The templates of one folder, with autoescape; a value that is not given is an error."""

    def __init__(
        self,
        folder: Path,
        filters: Mapping[str, Callable[..., Any]],
        finalize: Callable[[Any], Any] | None = None,
    ) -> None:
        """`finalize` sees every value before it is escaped."""
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=finalize,
            extensions=[JoinLines],
        )
        self.environment.filters |= {"colour": colour_of, **filters}

    def render_page(self, name: str, /, **values: Any) -> str:
        """The whole template, as a file or a response."""
        return self.environment.get_template(name).render(**values)

    def render_macro(self, name: str, macro: str, /, **values: Any) -> Markup:
        """One macro of the template, for another to take. Safe: the environment escapes values."""
        return Markup(getattr(self.environment.get_template(name).module, macro)(**values))


def escape_tags(text: str) -> str:
    """For Markdown, where quotes stay as they are: characters that would open a tag or an entity."""
    return escape_html(text, quote=False)


def read_asset(path: Path) -> Markup:
    """A style sheet or a script that the package ships. Safe: it holds nothing from outside."""
    return Markup(path.read_text(encoding="utf-8"))


def mark_styles(sheets: str) -> Markup:
    """Style sheets that the package ships, joined. Safe: they hold nothing from outside."""
    return Markup(sheets)


@cache
def draw_icon(path: Path) -> Markup:
    """An icon beside a word that says the same. Safe: the package ships it."""
    hidden = '<svg class="cc-icon" aria-hidden="true" focusable="false" '
    return Markup(path.read_text(encoding="utf-8").strip().replace("<svg ", hidden, 1))


def mark_chart(svg: str, title: str) -> Markup:
    """A chart by matplotlib, titled for screen readers. Safe: matplotlib escapes what it writes."""
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1))


def render_markdown(text: str) -> Markup:
    """CommonMark with tables. Safe: tags are escaped; pictures, which would be fetched, stay text."""
    return Markup(_markdown().render(text))


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt  # noqa: PLC0415  (heavy)

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.add_render_rule("link_open", _open_outside)
    return reader


def _open_outside(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """A link opens in a new window and is given no referrer."""
    tokens[index].attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
    return str(self.renderToken(tokens, index, options, env))


@dataclass(frozen=True)
class Block:
    """A paragraph, or the items of a list."""

    kind: str
    lines: list[str]


def split_blocks(text: str) -> list[Block]:
    """Paragraphs, and the lists that agents write with `- ` or `1. `."""
    found = []
    for kind, lines in groupby(text.strip().splitlines(), _kind):
        whole = list(lines)
        if kind == "text":
            whole = ["\n".join(whole).strip("\n")]
        found.append(
            Block(kind, [line if kind == "text" else _ITEM.sub("", line, count=1) for line in whole])
        )
    return [block for block in found if any(block.lines)]


def _kind(line: str) -> str:
    item = _ITEM.match(line)
    return "text" if item is None else "numbered" if item[1] else "list"
