"""Stamps of the wall clock, turned into instants of a clock that nobody sets."""

import pytest

from agent.icmp.wall import Wall

S = 1_000_000_000


class Clocks:
    """Two clocks; the wall clock may be set."""

    def __init__(self) -> None:
        self.mono_ns = 100 * S
        self.ahead_ns = 1_700_000_000 * S
        self.interrupted = 0

    def mono(self) -> int:
        return self.mono_ns

    def real(self) -> int:
        if self.interrupted:
            self.interrupted -= 1
            self.mono_ns += 20_000_000
        return self.mono_ns + self.ahead_ns

    def stamp(self) -> int:
        return self.mono_ns + self.ahead_ns


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def wall(clocks: Clocks) -> Wall:
    return Wall(clocks.mono, clocks.real)


def test_a_stamp_becomes_a_monotonic_instant(clocks: Clocks, wall: Wall) -> None:
    clocks.mono_ns += 3 * S
    wall.look()

    assert wall.steady
    assert clocks.stamp() - wall.offset == clocks.mono_ns


@pytest.mark.parametrize("step", [-3600 * S, -5_000_000, 5_000_000, 3600 * S])
def test_a_packet_stamped_before_a_step_is_placed_by_the_old_difference(clocks: Clocks, wall: Wall, step: int) -> None:
    sent = clocks.mono_ns
    clocks.mono_ns += 1_000_000
    stamp = clocks.stamp()
    clocks.ahead_ns += step
    clocks.mono_ns += 1_000_000
    wall.look()

    assert not wall.steady
    assert wall.steps == 1
    assert wall.arrival(stamp, sent, clocks.mono_ns) == sent + 1_000_000


@pytest.mark.parametrize("step", [-3600 * S, -5_000_000, 5_000_000, 3600 * S])
def test_a_packet_stamped_after_a_step_is_placed_by_the_new_difference(clocks: Clocks, wall: Wall, step: int) -> None:
    sent = clocks.mono_ns
    clocks.ahead_ns += step
    clocks.mono_ns += 1_000_000
    stamp = clocks.stamp()
    wall.look()

    assert wall.arrival(stamp, sent, clocks.mono_ns) == sent + 1_000_000


def test_a_stamp_that_fits_neither_clock_is_worth_nothing(clocks: Clocks, wall: Wall) -> None:
    assert wall.arrival(clocks.stamp() + 9 * S, clocks.mono_ns, clocks.mono_ns + S) is None


def test_an_interrupted_reading_of_the_clocks_is_no_step(clocks: Clocks, wall: Wall) -> None:
    clocks.interrupted = 4
    wall.look()

    assert (wall.steps, wall.steady) == (0, True)


def test_a_step_is_told_once(clocks: Clocks, wall: Wall) -> None:
    clocks.ahead_ns += S
    wall.look()
    wall.look()

    assert (wall.steps, wall.steady) == (1, True)
