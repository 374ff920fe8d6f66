"""A language more: German, as articles and text files beside the shipped ones."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.adapters.crm import wording as crm
from app.agents.grounding import gate, language, ledger, reading, values
from app.agents.tools import presentation
from app.core.models import Article
from app.engines.offline import agreement, lexicon, skills, tracker, understanding

ARTICLES = [
    ("trial", "sales", "Kostenlos testen", "kann ich orbita kostenlos testen",
     "Ja, Sie können Profi 14 Tage lang kostenlos testen. Eine Karte brauchen Sie dafür nicht."),
    ("password", "tech_support", "Passwort vergessen", "ich habe mein passwort vergessen",
     "Öffnen Sie die Anmeldeseite und wählen Sie „Passwort vergessen“. Der Link gilt 30 Minuten."),
    ("refund-term", "supervisor", "Geld zurück", "wie bekomme ich mein geld zurück",
     "Ein Monatstarif wird innerhalb von 14 Tagen nach der Zahlung vollständig erstattet."),
]  # fmt: skip
SAYS = {
    "greeting": "Guten Tag! Was ist geschehen?",
    "taken": "Es tut mir leid, dass die Schritte nicht geholfen haben. Ihr Anliegen ist beim Vorgesetzten.",
    "sorry": "Das tut mir leid. Ihr Anliegen ist beim Vorgesetzten, ein Mensch entscheidet.",
}
HEARS = {"person": ["mitarbeiter", "menschen", "vorgesetzt"]}
PAYMENTS = {
    "ask": ["meine|letzte|zeigen zahlung|zahlungen"],
    "say": {"one": ["Zahlung $number: $amount am $paid."], "head": "Ihre Zahlungen:",
            "row": ["• $number: $amount, $paid"], "nothing": "Es gibt keine solche Zahlung."},
}  # fmt: skip
PROMISES: dict[str, Any] = {
    "actions": {"refund": {"done": ["ich|wir . habe|haben .. erstattet"]}},
    "honest": {
        "value": "Das kann ich jetzt nicht bestätigen.",
        "action": "Das kann ich jetzt nicht zusagen.",
    },
}
FOLDERS: list[tuple[Any, str]] = [
    (lexicon, "PHRASES"), (lexicon, "FILES"), (presentation, "TERMS"), (language, "FOLDER"), (crm, "TEXTS")
]  # fmt: skip
MODULES = (
    lexicon,
    agreement,
    lexicon,
    skills,
    understanding,
    tracker,
    presentation,
    language,
    ledger,
    gate,
    reading,
    values,
    crm,
)


def articles() -> list[Article]:
    return [
        Article(
            id=name, lang="de", agent=agent, title=title, questions=[question, title], asks="Was ist unklar?",
            intro=title, body=body,
        )
        for name, agent, title, question, body in ARTICLES
    ]  # fmt: skip


def add(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """German files beside copies of the shipped ones; what was read before is forgotten."""
    for module, constant in FOLDERS:
        copy = folder / f"{module.__name__}.{constant}"
        shutil.copytree(getattr(module, constant), copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        patch.setattr(module, constant, copy)
    _write(folder / "app.engines.offline.lexicon.PHRASES", _phrases)
    _write(folder / "app.engines.offline.lexicon.FILES", _skills)
    _write(folder / "app.agents.grounding.language.FOLDER", _promises)
    forget()


def forget() -> None:
    for module in MODULES:
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def _write(folder: Path, change: Any) -> None:
    words = yaml.safe_load((folder / "en.yaml").read_text("utf-8"))
    change(words)
    (folder / "de.yaml").write_text(yaml.safe_dump(words, allow_unicode=True), "utf-8")


def _phrases(words: dict[str, Any]) -> None:
    words["say"] |= SAYS
    words["cues"] |= HEARS


def _skills(words: dict[str, Any]) -> None:
    words["skills"]["payments"] = PAYMENTS


def _promises(words: dict[str, Any]) -> None:
    words["actions"], words["honest"], words["net"] = PROMISES["actions"], PROMISES["honest"], {}
