"""A language more: a folder of German texts beside the shipped ones, and German articles."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core import locales
from app.core.models import Article

ARTICLES = [
    ("trial", "sales", "Kostenlos testen", "kann ich orbita kostenlos testen",
     "Ja, Sie können Profi 14 Tage lang kostenlos testen. Eine Karte brauchen Sie dafür nicht."),
    ("password", "tech_support", "Passwort vergessen", "ich habe mein passwort vergessen",
     "Öffnen Sie die Anmeldeseite und wählen Sie „Passwort vergessen“. Der Link gilt 30 Minuten."),
    ("refund-term", "supervisor", "Geld zurück", "wie bekomme ich mein geld zurück",
     "Ein Monatstarif wird innerhalb von 14 Tagen nach der Zahlung vollständig erstattet."),
]  # fmt: skip
SAYS = {
    "greeting": ["Guten Tag! Was ist geschehen?"],
    "person_called": ["Ich habe einen Mitarbeiter gerufen. Die Antwort kommt in diesen Chat."],
}
HEARS = {"person": ["mitarbeiter", "menschen", "vorgesetzt"]}
PAYMENTS = {
    "say": {"one": ["Zahlung $number: $amount am $paid."], "head": "Ihre Zahlungen:",
            "row": ["• $number: $amount, $paid"], "nothing": "Es gibt keine solche Zahlung."},
}  # fmt: skip
GROUNDING: dict[str, Any] = {
    "actions": {"refund": {"done": ["ich|wir . habe|haben .. erstattet"]}},
    "honest": {
        "value": "Das kann ich jetzt nicht bestätigen.",
        "action": "Das kann ich jetzt nicht zusagen.",
    },
    "net": {},
}
NEVER = {
    "ui",
    "operators.yaml",
    "language.yaml",
    "acts.yaml",
    "claims.yaml",
}  # these stay Russian and English


def articles() -> list[Article]:
    return [
        Article(
            id=name, lang="de", agent=agent, title=title, questions=[question, title], asks="Was ist unklar?",
            intro=title, body=body,
        )
        for name, agent, title, question, body in ARTICLES
    ]  # fmt: skip


def add(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A copy of the English folder, of which some is German; what was read before is forgotten."""
    shipped, copy = locales.LOCALES, folder / "locales"
    shutil.copytree(shipped, copy)
    shutil.copytree(shipped / "en", copy / "de", ignore=shutil.ignore_patterns(*NEVER))
    patch.setattr(locales, "LOCALES", copy)
    _translate(copy / "de" / "talk.yaml", lambda texts: texts.update(SAYS))
    _translate(copy / "de" / "phrases.yaml", lambda texts: texts["cues"].update(HEARS))
    _translate(copy / "de" / "skills.yaml", lambda texts: texts["skills"].update(payments=PAYMENTS))
    _translate(copy / "de" / "grounding.yaml", lambda texts: texts.update(GROUNDING))
    forget()


def forget() -> None:
    """Clears whatever the application remembers of texts."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith(("app.core", "app.agents", "app.engines.offline", "app.adapters.crm")):
            for thing in list(vars(module).values()):
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def _translate(path: Path, change: Any) -> None:
    texts = yaml.safe_load(path.read_text("utf-8"))
    change(texts)
    path.write_text(yaml.safe_dump(texts, allow_unicode=True), "utf-8")
