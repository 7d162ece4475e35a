"""What is kept of the past, drawn out to the present, says what the engine says, whatever came in between."""

import dataclasses
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collector.settled import Found, Settled, made_by, wrong
from collector.specs import CorrectionSpec, MaintenanceSpec
from collector.store import agreements, checks, targets
from collector.store import settled as table
from collector.timelines import Timelines
from rules.lives import Lives
from rules.past import STATES, summary
from rules.period import Period
from rules.result import Outcome, Reading, Result
from tests.collector.rooms import ADMIN, SECOND, Rooms, rooms
from tests.collector.watch import BOOT_AT, world
from tests.scenarios.stream import MINUTE
from tests.scenarios.test_live_equals_replay import BEGIN, BOUNDARY, END, HOUR, Fleet, fleet, take_in

COUNTS = ("failures", "episodes", "restored", "open")
COMPARED = (*(f"{state.value}_ms" for state in STATES), *COUNTS)


def room(found: Rooms) -> Settled:
    return Settled(found.state, found.tracks, found.clock, found.settings)


def said(found: Found, period: Period) -> dict[str, dict[str, int]]:
    """By name: time by state and counts, of the objects that were in service in the period."""
    told = summary(found.past, period)
    every: dict[str, dict[str, int]] = {}
    for place, name in enumerate(found.past.names):
        entry = {f"{state.value}_ms": int(told.time[place, number]) for number, state in enumerate(STATES)}
        entry |= {count: int(getattr(told, count)[place]) for count in COUNTS}
        every[name] = entry
    return every


def agree(one: Fleet, settled: Settled, now: int) -> None:
    """The kept past and the engine, over periods that have begun by ``now``."""
    one.rooms.clock.at = now
    found = one.rooms
    kept = Timelines(found.state, found.tracks, found.settings, kept=settled)
    for start, end in ((BEGIN - HOUR, END + HOUR), (BOUNDARY, END), (BEGIN + 1_234_567, BEGIN + HOUR), (now - 5, now)):
        if start >= now:
            continue
        period = Period(start, end, found.settings.tz).until(now)
        document = one.timelines.figures(None, period, now, "kind")
        ours = said(settled.past(period, now), period)
        assert ours == {entry["name"]: {key: entry[key] for key in COMPARED} for entry in document["objects"]}, period
        assert kept.figures(None, period, now, "kind") == document, period
        (lived, promises), (expected, terms) = (which.lives(None, period, now) for which in (kept, one.timelines))
        assert promises == terms
        for column in dataclasses.fields(Lives):
            mine, theirs = (np.array(getattr(told, column.name)) for told in (lived, expected))
            assert np.array_equal(mine, theirs), (column.name, period)


@pytest.mark.parametrize("seed", range(2))
def test_it_keeps_up_with_what_comes_in(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 300 + seed, 2), room(found)
        at = BEGIN
        while at < END + 2 * HOUR:
            at += chance.randrange(30 * MINUTE, 90 * MINUTE)
            take_in(one, at)
            if chance.random() < 0.6:
                found.clock.at = at
                settled.refresh(60)
            agree(one, settled, at + chance.randrange(0, 20 * MINUTE))


def test_what_an_agent_hands_in_after_a_silence_is_seen_though_nothing_changed(tmp_path: Path) -> None:
    with world(tmp_path) as found:
        agent = found.join("a1")
        begin = found.now
        key = found.add("calm", in_service_from=begin)
        with found.rooms.state.read() as tx:
            (check,) = checks.of_target(tx, key)
        settled = room(found.rooms)

        def hand_in(start: int, end: int) -> None:
            """A good look a minute."""
            looks = [
                Result(check.handle, MINUTE, -1, at - BOOT_AT, Reading(Outcome.OK)) for at in range(start, end, MINUTE)
            ]
            found.send(agent, looks)
            found.fold()

        def told(until: int) -> int:
            """Unknown time, as it is kept; the engine says the same."""
            kept = Timelines(found.rooms.state, found.rooms.tracks, found.rooms.settings, kept=settled)
            period = Period(begin, until, found.rooms.settings.tz)
            document = kept.figures(None, period, until)
            assert document == found.timelines.figures(None, period, until)
            unknown: int = document["fleet"]["unknown_ms"]
            return unknown

        found.rooms.clock.at = begin + 2 * HOUR
        hand_in(begin, begin + HOUR)
        settled.refresh(60)
        assert told(found.now) > 50 * MINUTE
        hand_in(begin + HOUR, begin + 2 * HOUR)
        assert told(found.now) == 0
        settled.refresh(60)
        assert told(found.now) == 0


@pytest.mark.parametrize("seed", range(2))
def test_windows_corrections_and_configuration_are_seen_at_once(tmp_path: Path, seed: int) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 400 + seed, 2), room(found)
        take_in(one, BOUNDARY)
        now = BOUNDARY
        settled.refresh(60)
        # A window that begins and ends after what is kept, on a parent whose children and services it reaches.
        found.clock.at = now
        found.registry.overlays.announce(
            MaintenanceSpec(("core",), "new fans", now + 10 * MINUTE, now + 30 * MINUTE), ADMIN
        )
        agree(one, settled, now + 20 * MINUTE)
        settled.refresh(60)
        agree(one, settled, now + 25 * MINUTE)
        agree(one, settled, now + 45 * MINUTE)
        proposed = found.registry.overlays.propose(
            CorrectionSpec("far", BOUNDARY - HOUR, BOUNDARY, "excluded", "the carrier's cut", responsible="carrier"),
            ADMIN,
        )
        found.registry.overlays.approve_correction(proposed.number, SECOND)
        agree(one, settled, now + 46 * MINUTE)
        settled.refresh(60)
        found.registry.set_target("leaf", {"parents": []}, ADMIN)
        agree(one, settled, now + 50 * MINUTE)
        settled.refresh(60)
        found.registry.remove_target("shop", ADMIN)
        agree(one, settled, now + 60 * MINUTE)


def test_what_is_kept_is_kept_for_good_when_nothing_happens(tmp_path: Path) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 7, 1), room(found)
        take_in(one)
        found.clock.at = END + 24 * HOUR
        assert settled.refresh(60) == 0
        with found.state.read() as tx:
            kept = {row.object: row.position for row in table.rows(tx, made_by(found.settings))}
            serving = {target.id for target in targets.living(tx) if not target.pending}
            assert set(kept) == serving | {service.id for service in agreements.services(tx)}
        settled.refresh(60)
        with found.state.read() as tx:
            assert {row.object: row.position for row in table.rows(tx, made_by(found.settings))} == kept


def test_only_what_is_wanted_is_told(tmp_path: Path) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 8, 1), room(found)
        take_in(one, BOUNDARY)
        period = Period(BEGIN, BOUNDARY, "Asia/Shanghai")
        with found.state.read() as tx:
            key = targets.resolve(tx, "far").id
        before: Any = settled.past(period, BOUNDARY, [key])
        settled.refresh(60)

        after = settled.past(period, BOUNDARY, [key])
        assert (list(before.ids), list(after.ids)) == ([key], [key])
        assert said(before, period) == said(after, period)


def test_a_kept_row_that_is_wrong_is_found(tmp_path: Path) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 9, 1), room(found)
        take_in(one)
        found.clock.at = END + 24 * HOUR
        settled.refresh(60)
        with found.state.read() as tx:
            rows = table.rows(tx, made_by(found.settings))
            assert list(wrong(rows, tx, found.tracks, found.settings, found.clock.at)) == []
            tiles = np.frombuffer(rows[0].tiles, dtype=np.int64).reshape(-1, 4).copy()
            tiles[1, 1] += 1
            tiles[2, 0] += 1
            spoilt = rows[0]._replace(tiles=tiles.tobytes())
            told = list(wrong([spoilt, *rows[1:]], tx, found.tracks, found.settings, found.clock.at))
            assert [entry["object"] for entry in told] == [rows[0].object]


def test_other_settings_of_the_house_leave_nothing_of_it(tmp_path: Path) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 10, 1), room(found)
        take_in(one, BOUNDARY)
        settled.refresh(60)

        found.settings = dataclasses.replace(found.settings, parameters={"merge_gap": "3h"})
        one.timelines = Timelines(found.state, found.tracks, found.settings)
        with found.state.read() as tx:
            assert table.rows(tx, made_by(found.settings)) == []
        agree(one, room(found), BOUNDARY)


def test_what_its_parts_told_while_it_was_computed_outdates_a_new_row(tmp_path: Path) -> None:
    with rooms(tmp_path) as found:
        one, settled = fleet(found, 11, 1), room(found)
        take_in(one, BOUNDARY)
        found.clock.at = BOUNDARY
        settled.refresh(60)
        with found.state.write() as tx:
            row = table.rows(tx, made_by(found.settings))[0]
            table.outdate(tx, ["part"], row.position + 1)
            table.keep(tx, row, ["part"])
            assert row not in table.rows(tx, made_by(found.settings))
