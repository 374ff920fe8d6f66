from xml.etree import ElementTree

import pytest

from app.core.palette import WRONG
from app.evaluation import html
from app.evaluation.calibration import Bin, CascadePoint, Point

BINS = [
    Bin(low=0.5, high=0.6, n=3, confidence=0.55, accuracy=0.4),
    Bin(low=0.9, high=1, n=9, confidence=0.97, accuracy=1),
]
POINTS = [Point(threshold=0.9, coverage=0.5, risk=0.0), Point(threshold=0.5, coverage=1.0, risk=0.2)]
CASCADE = [
    CascadePoint(threshold=0.99, accuracy=0.9, calls_saved=0, cost=1),
    CascadePoint(threshold=0.4, accuracy=0.8, calls_saved=1, cost=0),
]
ALL = [html.draw_reliability(BINS), html.draw_risk_coverage(POINTS), html.draw_cascade(CASCADE)]


def test_the_same_figures_give_the_same_picture_to_the_byte() -> None:
    again = [html.draw_reliability(BINS), html.draw_risk_coverage(POINTS), html.draw_cascade(CASCADE)]
    assert again == ALL


@pytest.mark.parametrize("svg", ALL)
def test_a_chart_is_sound_has_a_title_and_names_no_address(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    assert root.tag == "svg"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"]
    assert "http" not in svg
    assert "<metadata" not in svg


def test_no_two_charts_of_a_page_share_an_id() -> None:
    ids = [
        element.attrib["id"]
        for svg in ALL
        for element in ElementTree.fromstring(svg).iter()
        if "id" in element.attrib
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("svg", ALL)
def test_every_reference_inside_a_chart_has_its_target(svg: str) -> None:
    ids = {element.attrib.get("id") for element in ElementTree.fromstring(svg).iter()}
    uses = [
        e.attrib["href"].removeprefix("#") for e in ElementTree.fromstring(svg).iter() if "href" in e.attrib
    ]
    clips = [part.split(")")[0] for part in svg.split("url(#")[1:]]
    assert {*uses, *clips} <= ids


def test_words_follow_the_light_and_dark_of_the_page_and_lines_have_the_colours_of_the_house() -> None:
    assert "var(--ink)" in ALL[0]
    assert html.INK not in ALL[0]
    assert WRONG.lower() in ALL[1].lower()


def test_one_bin_and_one_point_are_still_a_picture() -> None:
    assert "<svg" in html.draw_reliability(BINS[:1])
    assert "<svg" in html.draw_risk_coverage(POINTS[:1])
    assert "<svg" in html.draw_cascade(CASCADE[:1])
