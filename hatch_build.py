"""The labelled sets go into a wheel beside the package; an editable install finds them in the checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Sets(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard" and (Path(self.root) / "eval_sets").is_dir():  # an image leaves them out
            build_data["force_include"]["eval_sets"] = "app/eval_sets"
