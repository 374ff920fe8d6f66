"""Which of the languages that the library speaks a text is in."""

from __future__ import annotations

from collections.abc import Collection

from app.core.cleaned_text import Detect
from app.core.text import language_of


def detector(languages: Collection[str]) -> Detect:
    """Russian and English are told apart by their letters; where there are more, by py3langid.

    The second argument is what a text without words is taken for.
    """
    if set(languages) <= {"ru", "en"}:
        return language_of
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted(languages))

    def detect(text: str, default: str) -> str:
        if not any(letter.isalpha() for letter in text):
            return default
        language, likelihood = identifier.rank(text)[0]
        return str(language) if likelihood > UNKNOWN else default or language_of(text)

    return detect


UNKNOWN = -1e30
"""What py3langid gives for a text in which it knows nothing lies far below."""
