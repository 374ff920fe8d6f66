"""Composition root: builds the application from settings and chooses its adapters and engines."""

from app.bootstrap.build import build

__all__ = ["build"]
