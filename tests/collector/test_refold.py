"""The log folded again gives what is in use."""

from pathlib import Path

import pytest

from collector.app import open_house
from collector.refold import Prefix, refolded
from collector.settings import Settings
from collector.store.entry import Draft
from rules.errors import Broken
from rules.period import Period
from rules.result import Outcome
from tests.collector.rooms import START, Rooms
from tests.collector.watched import MINUTE, an_outage, watched

HOUR = Period(START, START + 60 * MINUTE)


def test_figures_from_the_log_alone_are_those_in_use(rooms: Rooms) -> None:
    found = watched(rooms)
    an_outage(found)

    with refolded(rooms.log, rooms.fold.position, rooms.settings) as again:
        assert again.timelines.figures(None, HOUR, found.now) == found.timelines.figures(None, HOUR, found.now)


def test_a_prefix_knows_nothing_of_what_came_later(rooms: Rooms) -> None:
    found = watched(rooms)
    an_outage(found)
    then, position = found.now, rooms.fold.position
    before = found.timelines.figures(None, HOUR, then)
    found.looked((minute, Outcome.FAILED) for minute in range(61, 90))

    with refolded(rooms.log, position, rooms.settings) as again:
        assert again.timelines.figures(None, HOUR, then) == before
        assert again.tracks.samples(found.handle, START, START + 90 * MINUTE)[-1].at == START + 60 * MINUTE


def test_the_temporary_folder_is_gone_afterwards(rooms: Rooms) -> None:
    with refolded(rooms.log, rooms.fold.position, rooms.settings):
        pass

    assert list(Path(rooms.settings.data).glob("refold-*")) == []


def test_a_log_that_is_folded_again_cannot_be_written(rooms: Rooms) -> None:
    with pytest.raises(Broken):
        Prefix(rooms.log, 1).append([Draft("config", START, b"{}")])


def test_a_prefix_ends_with_its_own_head(rooms: Rooms) -> None:
    watched(rooms)
    entry = rooms.log.entry(1)

    assert entry is not None
    assert Prefix(rooms.log, 1).head() == (1, entry.hash)


def test_what_a_killed_process_left_is_swept_away_at_the_start(tmp_path: Path) -> None:
    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    left = settings.data / "refold-abc"
    left.mkdir(parents=True)
    (left / "state.db").write_bytes(b"half")

    with open_house(settings, deciding=False):
        assert not left.exists()
