"""The tokens: contrast of every text colour on every background it stands on, and no colour outside them."""

from __future__ import annotations

import re
from itertools import product

import pytest

from app.ui.room import FOLDER
from app.ui.theme import ASSETS, BASE, ICONS, theme

SHEET = (ASSETS / "base" / "tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--cc-([\w-]+):(#[0-9A-Fa-f]{6})\b", part)) for part in SHEET.split(".dark {")[:2]
)
THEMES = {"light": LIGHT, "dark": LIGHT | DARK}
BACKGROUNDS = ("page", "surface", "sunken")
TEXTS = [
    *product(("ink", "muted", "link", "good", "warn", "bad", "person"), BACKGROUNDS),
    *((kind, f"{kind}-soft") for kind in ("good", "warn", "bad", "person")),
    *(("ink", f"{kind}-soft") for kind in ("accent", "good", "warn", "bad", "person")),
    ("ink", "mark-1"), ("ink", "mark-2"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("muted", "accent-soft"),
]  # fmt: skip
MARKS = [
    (mark, "surface")
    for mark in ("good-mark", "warn-mark", "bad-mark", "person-mark", "line-strong", "accent", "focus")
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of sRGB."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("text", "background"), TEXTS)
def test_text_is_read_on_what_it_stands_on(name: str, text: str, background: str) -> None:
    assert contrast(THEMES[name][text], THEMES[name][background]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("mark", "background"), MARKS)
def test_marks_and_borders_of_fields_are_seen(name: str, mark: str, background: str) -> None:
    assert contrast(THEMES[name][mark], THEMES[name][background]) >= 3


def test_every_token_that_a_style_uses_is_defined() -> None:
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.css"))
    defined = set(re.findall(r"(--cc-[\w-]+):", sheets)) | {
        f"--cc-i-{path.stem}" for path in ICONS.glob("*.svg")
    }
    used = set(re.findall(r"var\((--cc-[\w-]+)", sheets + " ".join(map(str, vars(theme()).values()))))
    assert used - defined == set()


def test_the_base_sheets_are_all_there() -> None:
    assert {path.stem for path in (ASSETS / "base").glob("*.css")} == set(BASE)


def test_every_icon_that_a_template_names_is_drawn() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.j2"))
    named = set(re.findall(r'"([\w-]+)" \| icon', templates))
    assert named - {path.stem for path in ICONS.glob("*.svg")} == set()


def test_rules_for_a_width_are_those_that_gradio_leaves_whole() -> None:
    """It puts its own container before each selector of a media rule, after each comma too."""
    for path in ASSETS.rglob("*.css"):
        sheet = path.read_text(encoding="utf-8")
        for rules in re.findall(r"^@media \([^{]*\{\n(.*?)^\}", sheet, re.M | re.S):
            selectors = [line.partition("{")[0] for line in rules.splitlines()]
            assert [
                s for s in selectors if ".gradio-container" in s or re.search(r":(is|not)\([^)]*,", s)
            ] == [], path
