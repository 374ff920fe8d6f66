"""The back office is asked on threads of its own: one that does not answer stops nothing else."""

from __future__ import annotations

from app.core.threads import Threads

THREADS = 8
in_office = Threads("back-office", THREADS).run
