"""The one reader of YAML. libyaml, where PyYAML has it, is ten times as fast as the parser in Python."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

YAMLError = yaml.YAMLError
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str) -> Any:
    """Plain values only. Raises YAMLError."""
    return yaml.load(text, Loader=_LOADER)


@cache
def load(path: Path) -> Any:
    """The values of a file of the package, parsed once per process: nobody changes them."""
    return parse(path.read_text("utf-8"))
