"""Objects judged together: groups that add up, single objects, and which of them burn alerts are about."""

from dataclasses import replace

from rules.entry import Entry
from rules.parameters import DAY, HOUR, MINUTE, Parameters
from rules.period import Period
from rules.state import State
from rules.sums import Sums
from rules.together import Member, Together, comes_and_goes

AT = 10 * DAY
MONTH = Period(0, 30 * DAY, "UTC")


def entry(name: str, *spells: tuple[int, int], kind: str = "switch", **labels: str) -> tuple[Member, Entry]:
    """An object that was down from so many minutes before the end to so many, with its labels."""
    tiles, position = [], 0
    for before, after in spells:
        tiles += [
            (position, AT - before * MINUTE, State.UP),
            (AT - before * MINUTE, AT - after * MINUTE, State.DOWN),
        ]
        position = tiles[-1][1]
    partition = tuple(tile for tile in [*tiles, (position, AT, State.UP)] if tile[0] < tile[1])
    sums = Sums(objects=1, episodes=len(spells))
    for start, end, state in partition:
        sums.time[state] += end - start
    member = Member(name, kind == "service", "house", labels, "general")
    return member, Entry(name, kind, sums, (), partition, None, None, labels, "general")


def together(*entries: tuple[Member, Entry]) -> Together:
    recent = [(one, found.partition) for one, found in entries]
    ahead = [(one, 20 * DAY) for one, _ in entries]
    return Together(MONTH, AT, entries, recent, ahead, Parameters())


FIVE = [entry(f"core-{number}", site="hz" if number < 3 else "sh") for number in range(5)]


def test_groups_hold_what_has_their_value_and_what_all_have_makes_none() -> None:
    found = [(label, value, len(pool.entries)) for label, value, pool in together(*FIVE).groups()]

    assert found == [("site", "hz", 3), ("site", "sh", 2)]


def test_what_lacks_a_label_is_in_no_group() -> None:
    found = [(value, len(pool.entries)) for _, value, pool in together(*FIVE, entry("bare")).groups()]

    assert found == [("hz", 3), ("sh", 2)]


def test_services_are_not_pooled_with_targets() -> None:
    found = together(*FIVE, entry("shop", (60, 0), kind="service", site="hz"))

    assert found.standing()["objects"] == 5
    assert found.standing()["budget"]["used_ms"] == 0
    assert [one["budget"]["used_ms"] for one in found.standing()["services"]] == [HOUR]


def test_a_budget_counts_what_has_passed_and_what_is_ahead() -> None:
    assert together(*FIVE).targets().budget().agreed == 5 * MONTH.length


def test_the_house_tells_of_its_own_objects_alone() -> None:
    mine, theirs = FIVE[0], (replace(FIVE[1][0], agreement="gold"), FIVE[1][1])

    scopes = [(scope, name) for scope, name, _ in together(mine, theirs).watched("house")]

    assert scopes == [("object", "core-0")]


def test_five_devices_are_watched_as_one() -> None:
    watched = [(scope, name) for scope, name, _ in together(*FIVE).watched("house")]

    assert watched[0] == ("agreement", "house")
    assert ("site", "hz") not in watched


def test_a_device_that_fails_again_and_again_comes_and_goes() -> None:
    """Two stretches of six minutes of the last hour fire the first rule, like one of twelve; only the first tells."""
    flaky, gone = entry("flaky", (40, 34), (6, 0)), entry("gone", (12, 0))
    told = {}
    for one, pool in together(flaky, gone).singly():
        burn = pool.burns(MONTH, AT)[0]
        told[one.name] = (burn.firing, comes_and_goes(pool, burn, AT))

    assert told == {"flaky": (True, True), "gone": (True, False)}


def test_an_outage_that_was_not_seen_for_a_while_is_one() -> None:
    one, found = entry("core-1", (60, 0))
    for between in (State.UNKNOWN, State.MAINTENANCE, State.UNREACHABLE):
        split = (
            (0, AT - HOUR, State.UP),
            (AT - HOUR, AT - 40 * MINUTE, State.DOWN),
            (AT - 40 * MINUTE, AT - 20 * MINUTE, between),
            (AT - 20 * MINUTE, AT, State.DOWN),
        )
        (_, pool), *_ = together((one, replace(found, partition=split))).singly()
        fast = pool.burns(MONTH, AT)[0]

        assert not comes_and_goes(pool, fast, AT)


def test_the_worst_come_first() -> None:
    found = together(*FIVE, entry("a", (10, 0)), entry("b", (20, 0))).standing()["worst"]

    assert [(one["name"], one["down_ms"]) for one in found] == [("b", 20 * MINUTE), ("a", 10 * MINUTE)]


def test_a_forecast_needs_a_day() -> None:
    young = together(*FIVE)
    fresh = replace(young, recent=[(one, [(AT - HOUR, AT, State.UP)]) for one, _ in FIVE])

    assert young.standing()["forecast"] is not None
    assert fresh.standing()["forecast"] is None


def test_there_is_no_budget_of_what_is_no_share_of_time() -> None:
    counted = replace(together(*FIVE), parameters=Parameters().with_settings({"fault_rate_definition": "R4"}))

    found = counted.standing()

    assert (found["budget"], found["burns"], found["forecast"]) == (None, None, None)
