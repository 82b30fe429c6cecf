"""The last hour by the minute: bounded, and right to a tenth."""

import pytest

from service.http.load import LEFT, Load, Minute, together


class Clock:
    """Tells the time that it is set to."""

    def __init__(self) -> None:
        self.now_s = 6_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def load(clock: Clock) -> Load:
    return Load(clock)


def test_requests_are_counted_by_minute_and_class_and_idle_minutes_are_there(
    load: Load, clock: Clock
) -> None:
    load.note("/v1/search", 200, 0.02)
    load.note("/v1/search", 404, 0.02)
    clock.now_s += 120
    load.note("/v1/facets", 500, 0.02)
    load.note("/v1/search", 0, 0.02)
    first, idle, last = load.minutes()
    assert (first.requests, first.by_class["2xx"], first.by_class["4xx"]) == (2, 1, 1)
    assert (idle.requests, idle.percentile_ms(0.5)) == (0, None)
    assert (last.by_class["5xx"], last.by_class[LEFT]) == (1, 1)
    assert last.began_at == "1970-03-11T10:42:00+00:00"
    assert load.since == "1970-03-11T10:40:00+00:00"


def test_an_hour_is_kept_and_no_more(load: Load, clock: Clock) -> None:
    for _ in range(100):
        load.note("/v1/search", 200, 0.02)
        clock.now_s += 60
    minutes = load.minutes()
    assert len(minutes) == 60
    assert together(minutes).requests == 59  # the present minute had none yet
    clock.now_s += 3600
    assert together(load.minutes()).requests == 0


def test_a_clock_that_is_put_back_loses_nothing(load: Load, clock: Clock) -> None:
    load.note("/v1/search", 200, 0.02)
    clock.now_s -= 60
    load.note("/v1/search", 200, 0.02)
    clock.now_s += 60
    assert together(load.minutes()).requests == 2


@pytest.mark.parametrize(
    "path",
    ["/", "/web/app.js", "/metrics", "/health/ready", "/v1/admin/load", "/v1/products/a/images/0"],
)
def test_what_is_no_question_of_a_shopper_does_not_count(load: Load, path: str) -> None:
    load.note(path, 200, 0.02)
    assert together(load.minutes()).requests == 0


@pytest.mark.parametrize(
    ("status", "refused", "busy"), [(401, 9, 0), (403, 9, 0), (429, 9, 0), (503, 0, 9)]
)
def test_a_refusal_is_told_apart_and_leaves_the_times_alone(
    load: Load, status: int, refused: int, busy: int
) -> None:
    load.note("/v1/search", 200, 0.5)
    for _ in range(9):
        load.note("/v1/search", status, 0.001)
    [minute] = load.minutes()
    assert (minute.requests, minute.refused, minute.busy) == (10, refused, busy)
    assert 500 <= (minute.percentile_ms(0.5) or 0) <= 550


@pytest.mark.parametrize("share", [0.5, 0.99, 1.0])
def test_a_percentile_is_at_most_a_tenth_too_long(share: float) -> None:
    minute = Minute(0)
    for ms in range(1, 1001):
        minute.add(200, ms / 1000)
    exact = share * 1000
    assert exact <= (minute.percentile_ms(share) or 0) <= exact * 1.1


@pytest.mark.parametrize(("took_s", "told_ms"), [(0.0, 1.0), (3600.0, 64_000)])
def test_times_out_of_range_are_told_as_its_ends(took_s: float, told_ms: float) -> None:
    minute = Minute(0)
    minute.add(200, took_s)
    assert minute.percentile_ms(0.5) == pytest.approx(told_ms, rel=0.06)
