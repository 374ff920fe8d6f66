"""Articles are Markdown files with a YAML front matter; the file name is the id."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from app.core.models import Article

SHIPPED = Path(__file__).parent / "articles"
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times as fast."""
_STEP = re.compile(r"^\d+\. (.+)$", re.MULTILINE)


def load_articles(root: Path = SHIPPED) -> list[Article]:
    """All articles below `root`, in the order of their paths. Raises ValueError naming a bad file."""
    return [read_article(path) for path in sorted(root.rglob("*.md"))]


def read_article(path: Path) -> Article:
    try:
        article = _parsed(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if article.id != path.stem:
        raise ValueError(f"{path}: the id {article.id!r} is not the file's name")
    return article


def _parsed(text: str) -> Article:
    parts = _FRONT.match(text)
    if parts is None:
        raise ValueError("an article begins with a front matter between two lines of ---")
    front, body = yaml.load(parts[1], Loader=_LOADER), parts[2].strip()
    intro = body.split("\n\n", 1)[0]
    return Article(**front, intro=intro, body=body, steps=_STEP.findall(body))
