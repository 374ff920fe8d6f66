"""Error situations as sentences of the page's language; their classes tell them in English."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.core.exceptions import CallCenterError
from app.ui.words import words

DOCUMENTS = {
    "format": r"^(?P<file>.+) is of no format that can be read; these can: (?P<known>.+)\.$",
    "large": r"^(?P<file>.+) is larger than (?P<limit>\d+) MB",
    "empty": r"^(?P<file>.+) is empty;",
    "pictures": r"^(?P<file>.+) holds no text, only pictures;",
    "no_text": r"^(?P<file>.+) holds no text;",
    "id_taken": r"^(?P<file>.+) has the article (?P<id>\S+), which the document (?P<other>.+) holds already",
    "word_locked": r"^(?P<file>.+) is protected by a password or in the old \.doc format;",
    "locked": r"^(?P<file>.+) is protected by a password;",
    "not_word": r"^(?P<file>.+) is not a Word document;",
    "word_damaged": r"^(?P<file>.+) is a damaged Word document;",
    "unpacks": r"^(?P<file>.+) unpacks to more than (?P<limit>\d+) MB;",
    "not_pdf": r"^(?P<file>.+) is not a PDF, though it is named so;",
    "pdf_damaged": r"^(?P<file>.+) is a damaged PDF;",
    "pages": r"^(?P<file>.+) has more than (?P<limit>\d+) pages;",
    "not_text": r"^(?P<file>.+) is not text;",
    "front_matter": r"^(?P<file>.+) has a front matter that is not YAML;",
    "questions": r"^(?P<file>.+) has `questions` in its front matter",
    "columns": r"^(?P<file>.+) has no columns question and answer",
    "cells": r"^(?P<file>.+) has more cells than columns in row (?P<row>\d+);",
    "half_row": r"^(?P<file>.+) has no (?:question|answer) in row (?P<row>\d+);",
    "csv": r"^(?P<file>.+) is not a sound CSV",
    "bad_id": r"^(?P<file>.+) has the id (?P<id>.+); ids are letters",
    "id_twice": r"^(?P<file>.+) has the id (?P<id>\S+) twice;",
    "language": r"^(?P<file>.+) has the language (?P<lang>.+); give two letters",
    "agent": r"^(?P<file>.+) names the agent (?P<agent>.+); agents are (?P<known>.+)\.$",
}


def told(error: CallCenterError, language: str, own: Mapping[str, str] | None = None) -> str:
    """`own` are sentences of one room, by code. In the error's own words where it has none of ours."""
    known = words(language, "problems")
    if own and error.code in own:
        return own[error.code]
    if error.code == "document_unusable":
        return _of_document(str(error), known["documents"])
    return str(known["codes"].get(error.code, error))


def _of_document(sentence: str, known: dict[str, str]) -> str:
    for name, pattern in DOCUMENTS.items():
        if found := re.match(pattern, sentence, re.DOTALL):
            return known[name].format(**found.groupdict())
    return sentence
