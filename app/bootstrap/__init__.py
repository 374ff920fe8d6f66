"""The composition root: the only room that names adapters."""

from app.bootstrap.build import build

__all__ = ["build"]
