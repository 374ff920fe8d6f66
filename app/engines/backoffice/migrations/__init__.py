"""Alembic's folder, run from `opening.py`."""
