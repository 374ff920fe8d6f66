"""The picture of the README: four rooms out of docs/img, in each language.

python -m tests.browser.strip
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.support.paths import ROOT

PICTURES = ROOT / "docs" / "img"
STRIPS = {"en": "strip.png", "ru": "strip.ru.png"}
ROOMS = ("chat", "evaluation", "monitor", "analytics")
ACROSS = 2
WIDTH, GAP = 900, 24  # of a picture, and between two; a page shows the whole at half of that
PAPER = (255, 255, 255)
EDGE = (208, 213, 221)
COLOURS = 256


def framed(path: Path) -> Image.Image:
    """At its width, with a thin edge: a light room has none on a white page."""
    with Image.open(path) as taken:
        height = round(taken.height * WIDTH / taken.width)
        small = taken.convert("RGB").resize((WIDTH - 2, height - 2), Image.Resampling.LANCZOS)
    edged = Image.new("RGB", (WIDTH, height), EDGE)
    edged.paste(small, (1, 1))
    return edged


def compose(pictures: list[Image.Image]) -> Image.Image:
    """In rows of two; all have one size."""
    height = max(picture.height for picture in pictures)
    rows = -(-len(pictures) // ACROSS)
    whole = Image.new("RGB", (ACROSS * (WIDTH + GAP) - GAP, rows * (height + GAP) - GAP), PAPER)
    for at, picture in enumerate(pictures):
        row, column = divmod(at, ACROSS)
        whole.paste(picture, (column * (WIDTH + GAP), row * (height + GAP)))
    return whole


def main(folder: Path = PICTURES) -> None:
    for language, name in STRIPS.items():
        whole = compose([framed(folder / f"{room}-{language}-light-wide.png") for room in ROOMS])
        small = whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        small.save(folder / name, optimize=True)


if __name__ == "__main__":
    main()
