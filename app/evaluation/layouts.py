"""Public data sets, read from a local copy; mappings/ says which of their intents are which label."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel

from app.evaluation.importers import Imported, Importer
from app.evaluation.tables import ImportFailed, Numbered, read_text, rows

MAPPINGS = Path(__file__).with_name("mappings")
LAYOUTS = tuple(sorted(path.stem for path in MAPPINGS.glob("*.yaml")))


class Layout(BaseModel):
    """`labels` lists their intents under ours."""

    files: list[str]
    columns: dict[str, str]
    labels: dict[str, list[str]]
    lang: str
    industry: str = "general"


def read_layout(name: str) -> Layout:
    """Raises ImportFailed for a name that is not in LAYOUTS."""
    if name not in LAYOUTS:
        raise ImportFailed(name, f"the layouts are {', '.join(LAYOUTS)}")
    return Layout.model_validate(yaml.safe_load((MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")))


def import_layout(name: str, path: Path) -> Imported:
    """`path` is a file, or a folder that holds the files under their published names. Raises ImportFailed."""
    layout = read_layout(name)
    labels = {theirs: ours for ours, many in layout.labels.items() for theirs in many}
    importer = Importer(layout.columns, labels, layout.lang, layout.industry)
    for file in _files(layout, path):
        found = _pairs(file) if file.suffix == ".json" else rows(file, list(layout.columns.values()))
        # folders tell the splits of MultiDoGO apart: airline/train.tsv, media/train.tsv
        importer.take("-".join(file.relative_to(path).parts) if path.is_dir() else file.name, found)
    return importer.result()


def _files(layout: Layout, path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted({file for pattern in layout.files for file in path.rglob(pattern)})
    if not found:
        raise ImportFailed(path.name, f"the folder holds no {' or '.join(layout.files)}")
    return found


def _pairs(path: Path) -> Iterator[Numbered]:
    """CLINC150: {"train": [[text, intent], …], …}; lists named oos_* are out of scope."""
    try:
        splits = json.loads(read_text(path))
        pairs = [pair for name, many in splits.items() if not name.startswith("oos") for pair in many]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ImportFailed(path.name, "it is not a JSON object of lists") from error
    for number, pair in enumerate(pairs, 1):
        whole = isinstance(pair, list) and len(pair) == 2
        yield number, {"text": pair[0], "intent": pair[1]} if whole else None
