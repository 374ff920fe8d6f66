"""Prompts are text files beside this module; a fingerprint names the exact wording that was used."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from string import Template

from app.core.exceptions import PromptVariableMissing

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        """First 12 hex digits of the SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **variables: str) -> str:
        """`$name` is replaced. Raises PromptVariableMissing when names and variables differ."""
        template = Template(self.text)
        differing = set(template.get_identifiers()) ^ set(variables)
        if differing or not template.is_valid():
            raise PromptVariableMissing(self.name, differing)
        return template.substitute(variables)


def load(name: str) -> Prompt:
    return Prompt(name, (TEXTS / f"{name}.md").read_text(encoding="utf-8"))
