"""Kept for notebooks written for version 0.2: `from app import lab` is `from app import notebook` now."""

from __future__ import annotations

import sys
import warnings

from app import notebook

warnings.warn("app.lab is app.notebook now", DeprecationWarning, stacklevel=2)
sys.modules[__name__] = notebook
