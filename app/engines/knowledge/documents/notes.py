"""Footnotes stand where they belong to: a piece of a page is read without its end."""

from __future__ import annotations

from lxml import etree

BACK = ("↑", "↩", "↩\ufe0e")  # from a note to where it is referred to


def put_in_place(root: etree._Element) -> None:
    """A note is an item with a way back; it goes into brackets at its first reference."""
    notes = {
        item.get("id"): item
        for item in root.iter("li")
        if item.get("id") and any(link.text in BACK for link in item.iter("a"))
    }
    for link in list(root.iter("a")) if notes else ():
        note = notes.pop((link.get("href") or "").removeprefix("#"), None)
        if note is not None and note not in link.iterancestors():
            told = " ".join(text for text in note.itertext() if text not in BACK)
            link.text = f" ({' '.join(told.split())})"
            note.clear(keep_tail=True)
