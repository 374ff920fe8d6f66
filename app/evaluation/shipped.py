"""Where labelled sets are: the team's folder first, then those that came with the package."""

from __future__ import annotations

from pathlib import Path

import app

SETS = Path("eval_sets")
_PACKAGE = Path(app.__file__).parent


def home(own: Path = SETS) -> Path:
    """The folder whose sets are offered: the team's, or the shipped one where it has none."""
    return own if own != SETS or any(own.glob("*.jsonl")) else shipped() or own


def part(name: str) -> Path:
    """A folder or file of the sets; where there is none, where the team's would be."""
    came = shipped()
    return came / name if came and not (SETS / name).exists() and (came / name).exists() else SETS / name


def find(name: str, own: Path = SETS) -> Path | None:
    """A set by the path of its file, or by its name."""
    inside = [Path(name), own / f"{name}.jsonl", part(f"{name}.jsonl")]
    return next((path for path in inside if path.is_file()), None)


def shipped() -> Path | None:
    """A wheel has the sets inside the package, a checkout beside it, an image nowhere."""
    return next((at for where in (_PACKAGE, _PACKAGE.parent) if (at := where / SETS).is_dir()), None)
