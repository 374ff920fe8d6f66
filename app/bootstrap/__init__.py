"""The composition root: the only room that names adapters."""

from app.bootstrap.building import build

__all__ = ["build"]
