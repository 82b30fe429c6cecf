"""Rates, by a clock of the test's own."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from service.errors import RateExceededError, SettingsError
from service.http.rate_limits import RateLimits, address_of


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "time", made)
    return made


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


async def refused(limits: RateLimits, who: str, kind: str = "search") -> int:
    with pytest.raises(RateExceededError) as caught:
        await limits.spend(kind, who)  # type: ignore[arg-type]
    return caught.value.retry_after_s


def test_one_more_than_allowed_is_refused_until_the_oldest_is_forgotten(clock: Clock) -> None:
    async def test() -> None:
        limits = RateLimits({"search": "3/minute"})
        for _ in range(3):
            await limits.spend("search", "a")
            clock.now += 10
        wait_s = await refused(limits, "a")
        assert wait_s == 31  # the first was 30 s ago
        await limits.spend("search", "b")
        clock.now += wait_s - 2
        await refused(limits, "a")
        clock.now += 2
        await limits.spend("search", "a")
        assert await refused(limits, "a") == 10  # the window moves: the second is 50 s old

    run(test)


def test_what_is_refused_does_not_count(clock: Clock) -> None:
    async def test() -> None:
        limits = RateLimits({"search": "1/second"})
        await limits.spend("search", "a")
        for _ in range(5):
            clock.now += 0.19
            await refused(limits, "a")
        clock.now += 0.06
        await limits.spend("search", "a")

    run(test)


def test_kinds_are_counted_apart_and_one_without_a_rate_not_at_all(clock: Clock) -> None:
    async def test() -> None:
        limits = RateLimits({"search": "1/minute", "write": " ", "wrong_keys": "2/minute; 3/hour"})
        await limits.spend("search", "a")
        await refused(limits, "a")
        for _ in range(50):
            await limits.spend("write", "a")
        for _ in range(2):
            await limits.spend("wrong_keys", "a")
        assert await refused(limits, "a", "wrong_keys") == 61
        clock.now += 61
        await limits.spend("wrong_keys", "a")
        assert await refused(limits, "a", "wrong_keys") > 3_000  # now the hour's

    run(test)


def test_nobody_is_refused_while_the_server_of_the_counts_is_down(
    free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("redis")

    async def test() -> None:
        limits = RateLimits({"search": "1/minute"}, f"redis://127.0.0.1:{free_port}")
        for _ in range(3):
            await limits.spend("search", "a")

    run(test)
    assert "requests are not counted" in caplog.text


@pytest.mark.parametrize("storage", ["nowhere://:word@x", "memory+x", "redis"])
def test_a_storage_that_cannot_be_used_is_named_without_its_password(storage: str) -> None:
    with pytest.raises(SettingsError, match="rate_storage") as caught:
        RateLimits({}, storage)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a.sock", "a.sock"),
        (None, "unknown"),
    ],
)
def test_an_address_stands_for_one_customer(host: str | None, stands_for: str) -> None:
    assert address_of(host) == stands_for
