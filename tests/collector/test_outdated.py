"""Whose past counts no longer after a change of the configuration: all that it can reach, and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.settled import Settled, made_by
from collector.specs import AgreementSpec, MaintenanceSpec, PolicySpec, ServiceSpec, TargetSpec
from collector.store import settled as table
from collector.store import targets
from tests.collector.rooms import ADMIN, START, Rooms, rooms

DAY = 86_400_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Rooms]:
    """A core with a leaf behind it, a lone one, and a service on the leaf; everything of them is kept."""
    with rooms(tmp_path) as found:
        for name, parents in (("core", ()), ("leaf", ("core",)), ("lone", ())):
            spec = TargetSpec(name, "192.0.2.1", parents=parents, in_service_from=START - DAY)
            found.registry.add_target(spec, ADMIN)
        found.registry.agreements.set_service(ServiceSpec("mail", {"all_of": ["leaf"]}), ADMIN)
        found.clock.at = START + DAY
        settle(found)
        assert counting(found) == {"core", "leaf", "lone", "mail"}
        yield found


def settle(found: Rooms) -> None:
    Settled(found.state, found.tracks, found.clock, found.settings).refresh(60)


def counting(found: Rooms) -> set[str]:
    """The names of the objects of which something is kept that counts."""
    with found.state.read() as tx:
        return {row.name for row in table.rows(tx, made_by(found.settings))}


def test_a_change_of_a_target_reaches_what_rests_on_it(house: Rooms) -> None:
    house.registry.set_target("core", {"labels": {"site": "north"}}, ADMIN)

    assert counting(house) == {"lone"}


def test_and_nothing_that_it_rests_on(house: Rooms) -> None:
    house.registry.set_target("leaf", {"labels": {"site": "north"}}, ADMIN)

    assert counting(house) == {"core", "lone"}


def test_a_window_reaches_those_it_is_for(house: Rooms) -> None:
    start = house.clock.at + 3_600_000
    house.registry.overlays.announce(MaintenanceSpec(("lone",), "new fans", start, start + 60_000), ADMIN)

    assert counting(house) == {"core", "leaf", "mail"}


def test_an_agreement_may_reach_everything(house: Rooms) -> None:
    house.registry.agreements.set_agreement(AgreementSpec("gold", selector="site=north"), ADMIN)

    assert counting(house) == set()


def test_a_policy_too(house: Rooms) -> None:
    house.registry.add_policy(PolicySpec("site=north", {"interval": "30s"}), ADMIN)

    assert counting(house) == set()


def test_a_new_target_reaches_nobody(house: Rooms) -> None:
    house.registry.add_target(TargetSpec("more", "192.0.2.9", in_service_from=START), ADMIN)

    assert counting(house) == {"core", "leaf", "lone", "mail"}


def test_what_counts_no_longer_is_computed_anew(house: Rooms) -> None:
    house.registry.set_target("leaf", {"parents": ["lone"]}, ADMIN)
    house.clock.at += 60_000
    settle(house)
    assert counting(house) == {"core", "leaf", "lone", "mail"}

    house.registry.set_target("lone", {"labels": {"site": "north"}}, ADMIN)

    with house.state.read() as tx:
        assert targets.resolve(tx, "leaf").parents == (targets.resolve(tx, "lone").id,)
    assert counting(house) == {"core"}
