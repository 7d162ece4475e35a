"""Rooms that show one position of the log while the collector goes on."""

from collector.reports.moment import moment
from rules.period import Period
from rules.result import Outcome
from tests.collector.rooms import START, Rooms
from tests.collector.watched import MINUTE, an_outage, watched

HOUR = Period(START, START + 60 * MINUTE)


def test_figures_of_a_moment_are_those_there_were(rooms: Rooms) -> None:
    found = watched(rooms)
    an_outage(found)
    there, now = found.timelines.figures(None, HOUR, found.now), found.now

    with moment(found.log, found.fold, found.clock, found.settings) as (position, standing):
        found.looked((minute, Outcome.FAILED) for minute in range(40, 50))
        again = standing.timelines.figures(None, HOUR, now)

    assert position < found.fold.position
    assert again == there != found.timelines.figures(None, HOUR, now)


def test_what_was_seen_last_is_that_of_the_moment(rooms: Rooms) -> None:
    found = watched(rooms)
    an_outage(found)
    seen = found.tracks.last_seen(found.handle)

    with moment(found.log, found.fold, found.clock, found.settings) as (_, standing):
        found.looked([(61, Outcome.OK)])

        assert standing.tracks.last_seen(found.handle) == seen != found.tracks.last_seen(found.handle)
