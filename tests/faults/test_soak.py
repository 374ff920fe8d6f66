"""Memory and descriptors of a server that goes on and on."""

from __future__ import annotations

import os

import pytest

from tests.faults.soak import Sample, growth, soak
from tests.faults.warm_server import PLAIN, SHIPPED

MOST = 1.0  # MB per 10,000 turns
pytestmark = pytest.mark.xdist_group("server")


def samples(leak: float) -> list[Sample]:
    return [(turns, 200 + leak * turns / 10_000, 20) for turns in range(200, 10_001, 200)]


def test_a_leak_is_measured_as_it_is() -> None:
    assert growth(samples(12)).slope == pytest.approx(12)
    assert growth(samples(0)).slope == pytest.approx(0)


@pytest.mark.skipif("TORTURE" not in os.environ, reason="an hour: `make torture-soak`")
@pytest.mark.timeout(2400)
@pytest.mark.parametrize(("mode", "turns"), [(PLAIN, 50_000), (SHIPPED, 2_000)])
def test_a_server_keeps_its_size_and_its_descriptors(mode: str, turns: int) -> None:
    found = growth(soak(turns, mode))
    first, last = found.descriptors
    assert last <= first + 10
    assert mode == SHIPPED or found.slope < MOST, found
