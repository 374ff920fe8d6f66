"""Alembic's folder; `database.py` runs it."""
