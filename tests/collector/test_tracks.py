"""What one check looked like: confirmed spans as they are stored and open, and the raw results behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.core import Core, made_up
from rules.parameters import CheckParameters
from tests.collector.test_fold import BOOT_AT, NOW, batch

MINUTE = 60_000


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path, made_up(100, CheckParameters()))
    made.log.append([batch(1, 1, [(7, at * MINUTE, code) for at, code in enumerate([0, 0, 2, 2, 2, 0, 0, 0])])])
    made.log.append([batch(2, 1, [(7, at * MINUTE, 0) for at in range(3)])])
    made.fold_all()
    yield made
    made.close()


def test_each_agent_has_its_own_track(core: Core) -> None:
    tracks = core.tracks.track(7, 0, NOW, NOW)

    assert {agent: [span.state for span in track.spans] for agent, track in tracks.items()} == {
        1: ["up", "down", "up"],
        2: ["up"],
    }


def test_a_window_holds_what_touches_it(core: Core) -> None:
    found = core.tracks.track(7, BOOT_AT + 2 * MINUTE, BOOT_AT + 3 * MINUTE, NOW)[1]

    assert [span.state for span in found.spans] == ["down"]


def test_a_silent_check_is_known_until_half_an_interval_after_its_last_sample(core: Core) -> None:
    last = BOOT_AT + 7 * MINUTE

    assert core.tracks.track(7, 0, NOW, last + MINUTE)[1].until == last + MINUTE
    assert core.tracks.track(7, 0, NOW, last + 151_000)[1].until == last + 30_000


def test_samples_are_told_with_their_place_in_the_log(core: Core) -> None:
    found = core.tracks.samples(7, BOOT_AT + MINUTE, BOOT_AT + 3 * MINUTE)

    assert [(one.at - BOOT_AT, one.agent, one.outcome, one.position) for one in found] == [
        (MINUTE, 1, "ok", 1),
        (MINUTE, 2, "ok", 2),
        (2 * MINUTE, 1, "failed", 1),
        (2 * MINUTE, 2, "ok", 2),
    ]


def test_an_unknown_check_has_nothing(core: Core) -> None:
    assert core.tracks.track(8, 0, NOW, NOW) == {}
    assert core.tracks.samples(8, 0, NOW) == []
    assert core.tracks.last(8) == {}
    assert core.tracks.last_seen(8) == {}
