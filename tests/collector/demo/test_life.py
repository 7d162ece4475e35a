"""The made-up life: the same by seed, and with something of everything in it."""

from collector.demo.fleet import BAD_MODEL, SITES, services, targets
from collector.demo.life import live
from rules.parameters import DAY
from rules.period import parse_instant

TZ = "Asia/Shanghai"
START = parse_instant("2026-06-01", TZ)
END = START + 92 * DAY


def test_the_same_seed_gives_the_same_life() -> None:
    assert live(targets(), START, END, TZ, 1) == live(targets(), START, END, TZ, 1)
    assert live(targets(), START, END, TZ, 1).faults != live(targets(), START, END, TZ, 2).faults


def test_the_fleet_is_of_two_sites_and_its_parents_come_first() -> None:
    found = targets()
    names = [target.name for target in found]

    assert 50 <= len(found) <= 70
    assert {target.labels["site"] for target in found} == set(SITES)
    assert all(names.index(parent) < names.index(target.name) for target in found for parent in target.parents)
    assert len({target.address for target in found}) == len(found)
    assert services()


def test_the_bad_model_fails_more_often() -> None:
    fleet = targets()
    faults = live(fleet, START, END, TZ, 1).faults
    models = {target.name: target.labels.get("model") for target in fleet}

    def rate(model: str) -> float:
        size = sum(one == model for one in models.values())
        return sum(models[fault.target] == model for fault in faults) / size

    assert rate(BAD_MODEL) > 2 * rate("S5731")


def test_there_is_something_of_everything() -> None:
    found = live(targets(), START, END, TZ, 1)
    together = [one for one in found.faults if one.end - one.start == 22 * 60_000]

    assert len({one.target for one in together}) >= 25  # a site without power
    assert found.silent
    assert found.late
    assert found.maintenance
    assert all(START <= one.start < one.end <= END for one in found.faults)
