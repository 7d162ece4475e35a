"""What every kind of ticket system is held to, by its stand-in: one fault, one ticket, whatever is killed and lost."""

import logging
import os
from collections.abc import Iterator

import pytest

from collector.tickets import kinds
from collector.tickets.ticket_system import TicketSystem
from tests.collector.tickets import lives
from tests.collector.tickets.lives import KEY, Killed, chances, lines_of, run, stand_in, world, wrongs
from tests.collector.tickets.wire import AFTERWARDS, Fault

RUNS = int(os.environ.get("ERRAND_RUNS", "60"))
"""Seeded runs of each kind; `make bench-errands` makes many more."""

_SPREAD = 25
_PARTS = 3


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Failed tries are logged, and here nearly all fail."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("kind", kinds())
def test_what_happens_is_told_once(kind: str) -> None:
    with world(kind, returns=True) as found:
        run(found)

        assert wrongs(found) == []


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("kind", kinds())
def test_one_ticket_whatever_is_killed_and_lost(kind: str, part: int) -> None:
    said = {}
    for seed in range(part, RUNS, _PARTS):
        kills, faults = chances(kind, seed, lines_of(kind))
        with world(kind, returns=seed % 4 == 0) as found:
            run(found, kills, faults)
            if wrong := wrongs(found):
                said[seed] = (kills, faults, wrong)

    assert said == {}


@pytest.mark.parametrize("kind", kinds())
def test_one_ticket_at_whatever_line_the_collector_is_killed(kind: str) -> None:
    lines = lines_of(kind)
    said = {}
    for kill in range(1 + len(kind) % 7, lines, lines // _SPREAD):
        with world(kind) as found:
            run(found, [kill])
            if wrong := wrongs(found):
                said[kill] = wrong

    assert said == {}


@pytest.mark.parametrize("fault", list(Fault), ids=[fault.name.lower() for fault in Fault])
@pytest.mark.parametrize("kind", kinds())
def test_one_ticket_whatever_befalls_a_request(kind: str, fault: Fault) -> None:
    if fault is Fault.ASLEEP and stand_in(kind).CREDULOUS:
        return
    said = {}
    with world(kind) as quiet:
        run(quiet)
        requests = quiet.wire.seen
    for number in range(requests):
        with world(kind) as found:
            run(found, faults=[*[None] * number, fault])
            if wrong := wrongs(found):
                said[number] = wrong

    assert said == {}


@pytest.mark.parametrize("fault", sorted(AFTERWARDS), ids=[fault.name.lower() for fault in sorted(AFTERWARDS)])
@pytest.mark.parametrize("kind", [kind for kind in kinds() if lives.looks_up(kind)])
def test_nothing_is_made_again_before_what_was_made_must_show(
    kind: str, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that lags longer than its page says leads to a second ticket, and never to an early one."""
    with world(kind) as found:
        system = found.system()
        system.close()
        monkeypatch.setattr(type(system), "find", lambda self, telling: None)
        run(found, faults=lives.at_creation(kind, fault))
        first, second = found.creations

        assert second - first >= system.lag


@pytest.mark.parametrize("kind", kinds())
def test_a_second_collector_on_the_same_store_tells_nothing_twice(kind: str) -> None:
    """While one is telling, the other finds nothing to tell."""
    told = []
    with world(kind) as found, found.opened() as state:
        book = lives.Book(found.log, found.clock, state)
        other, system = found.room(state, book), found.system()
        found.notice(lambda: told.append(other.step("desk", system, found.clock.at)))
        run(found)
        system.close()

        assert told
        assert not any(told)
        assert wrongs(found) == []


@pytest.mark.parametrize("kind", kinds())
def test_a_preview_shows_what_would_be_sent_and_no_secret(kind: str) -> None:
    with world(kind) as found:
        system = found.system()
        shown = system.preview(lives.telling_of(found))
        system.close()

        assert "core-1 is down" in shown
        assert lives.SECRET not in shown
        assert found.wire.seen == 0


def test_a_system_that_is_not_asked_first_gets_a_second_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs above would show it: they are not so gentle that anything passes."""
    kind = next(kind for kind in kinds() if lives.looks_up(kind))
    monkeypatch.setattr(TicketSystem, "open", lambda self, telling: self.create(telling))
    tickets = []
    for seed in range(30):
        kills, faults = chances(kind, seed, lines_of(kind))
        with world(kind) as found:
            run(found, kills, faults)
            tickets.append(len(found.server.made(KEY)))

    assert max(tickets) > 1


def test_a_life_that_is_killed_loses_what_was_not_committed() -> None:
    with world("webhook") as found:
        with pytest.raises(Killed):
            found.live(1)

        assert found.errands() == []
        assert len(found.log) <= 1
