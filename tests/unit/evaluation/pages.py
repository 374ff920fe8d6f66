"""What a report page is made of, and how to read one back."""

from __future__ import annotations

from html.parser import HTMLParser

from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.html import render
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report, build_report
from tests.unit.evaluation.builders import prediction, run

HOSTILE = (
    "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)> \"' {{ 7*7 }} & \u202egnp"
)
VOID = {"meta", "br", "input", "img", "link"}


class Reader(HTMLParser):
    """Elements with their attributes, the words outside scripts and styles, and tags left open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def report_of(predictions: list[Prediction], baseline: list[Prediction] | None = None) -> Report:
    candidate = run(predictions)
    if baseline is None:
        return build_report(candidate, CostMatrix())
    before = run(baseline, "before")
    return build_report(candidate, CostMatrix(), compare(before, candidate), before)


def page_of(predictions: list[Prediction], baseline: list[Prediction] | None = None) -> Reader:
    return Reader(render(report_of(predictions, baseline)))


def mixed() -> list[Prediction]:
    """Right, wrong, missed and failed turns with confidences, and a dialog."""
    return [
        prediction("a", confidence=0.9, scores={"sales": 0.9}),
        prediction("b", got="tech_support", confidence=0.6),
        prediction("c", "supervisor", "sales", confidence=0.8, text="верните деньги"),
        prediction("d", got=None, reason="the service hung up"),
        prediction("e", "tech_support", "tech_support", confidence=0.95),
        prediction("e", "supervisor", "tech_support", turn=2, nth=2, serving="tech_support", confidence=0.5),
        prediction("a", "sales", "supervisor", perturbation="typos", confidence=0.4),
    ]
