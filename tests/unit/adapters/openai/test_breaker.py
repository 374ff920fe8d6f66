from __future__ import annotations

from app.adapters.openai.breaker import Breaker, RetryBudget


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(threshold=3, recovery=10, clock=clock)
    for _ in range(3):
        breaker.failed()
    return breaker


def test_failures_must_come_in_a_row() -> None:
    breaker = Breaker(threshold=3)
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"


def test_the_default_opens_within_ten_failures() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed()
    assert breaker.state == "open"


def test_an_open_breaker_admits_nobody_and_tells_the_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 4
    assert not breaker.admits()
    assert breaker.wait == 6


def test_one_probe_is_admitted_after_the_recovery_time() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_probe_that_fails_opens_again_and_one_that_succeeds_closes() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10
    assert breaker.admits()
    breaker.failed()
    assert breaker.state == "open"
    clock.now = 20
    assert breaker.admits()
    breaker.succeeded()
    assert str(breaker.state) == "closed"


def test_a_probe_that_never_reports_is_forgotten() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10
    assert breaker.admits()
    clock.now = 20
    assert breaker.admits()


def test_retries_are_at_most_a_fifth_of_thirty_requests() -> None:
    budget = RetryBudget()
    spent = 0
    for _ in range(30):
        budget.earn()
        spent += budget.spend() + budget.spend()
    assert spent <= 6
