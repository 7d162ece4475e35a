"""Which evidence dates an edge, and where."""

import random

import pytest

from rules.evidence import LOOK_BACK, Edge, Evidence, Kind, behind, end_edge, look_back, reboots, start_edge

GOOD, BAD = 0, 60_000
BRACKET = (GOOD, BAD)


def one(at: int, kind: Kind, **more: object) -> Evidence:
    return Evidence(at, kind, **more)  # type: ignore[arg-type]  # named by the tests below


def test_a_line_goes_down_when_it_says_so() -> None:
    assert start_edge(BRACKET, [one(20_000, Kind.LINK_DOWN)], False) == Edge(20_000, (20_000, 20_000), Kind.LINK_DOWN)


def test_of_a_bouncing_line_the_last_fall_begins_the_outage_and_the_first_rise_ends_it() -> None:
    bouncing = [one(10_000, Kind.LINK_DOWN), one(20_000, Kind.LINK_UP), one(30_000, Kind.LINK_DOWN)]
    rising = [one(10_000, Kind.LINK_UP), one(20_000, Kind.LINK_DOWN), one(30_000, Kind.LINK_UP)]

    assert start_edge(BRACKET, bouncing, False) == Edge(30_000, (30_000, 30_000), Kind.LINK_DOWN)
    assert end_edge(BRACKET, rising) == Edge(10_000, (10_000, 10_000), Kind.LINK_UP)


def test_a_restart_in_the_start_bracket_leaves_the_part_before_it() -> None:
    assert start_edge(BRACKET, [one(40_000, Kind.REBOOT)], False) == Edge(20_000, (0, 40_000), Kind.REBOOT)


def test_the_last_good_look_of_another_check_narrows_it_further() -> None:
    evidence = [one(40_000, Kind.REBOOT, since=30_000)]

    assert start_edge(BRACKET, evidence, False) == Edge(35_000, (30_000, 40_000), Kind.REBOOT)


def test_over_a_gap_half_way_to_a_restart_is_a_guess() -> None:
    assert start_edge(BRACKET, [one(40_000, Kind.REBOOT)], True) is None


def test_a_machine_was_off_from_its_last_sign_of_life_even_over_a_gap() -> None:
    shut = [one(50_000, Kind.SHUTDOWN, since=12_000)]
    lost = [one(50_000, Kind.BOOT, since=12_000)]

    assert start_edge(BRACKET, shut, True) == Edge(12_000, (12_000, 12_000), Kind.SHUTDOWN)
    assert start_edge(BRACKET, lost, True) == Edge(12_000, (12_000, 50_000), Kind.BOOT)


def test_an_outage_ends_no_sooner_than_the_restart_and_no_later_than_the_good_look() -> None:
    assert end_edge(BRACKET, [one(20_000, Kind.REBOOT)]) == Edge(20_000, (20_000, BAD), Kind.REBOOT)


def test_events_come_before_arithmetic() -> None:
    evidence = [one(20_000, Kind.REBOOT), one(25_000, Kind.COLD_START)]

    assert end_edge(BRACKET, evidence) == Edge(25_000, (25_000, BAD), Kind.COLD_START)


@pytest.mark.parametrize("at", [GOOD, BAD, GOOD - 1, BAD + 1])
def test_what_lies_outside_the_bracket_moves_nothing(at: int) -> None:
    told = [one(at, kind) for kind in Kind]

    assert start_edge(BRACKET, told, False) is None
    assert end_edge(BRACKET, told) is None


def test_an_edge_never_leaves_its_bracket() -> None:
    chance = random.Random(7)
    moved = 0
    for _ in range(3_000):
        first = chance.randrange(1_000)
        bracket = (first, first + chance.randrange(1, 1_000))
        told = [
            one(at, chance.choice(list(Kind)), since=chance.choice((None, at - chance.randrange(900))))
            for at in (chance.randrange(-500, 2_500) for _ in range(chance.randrange(5)))
        ]
        told.sort(key=lambda entry: entry.order)
        for edge in (start_edge(bracket, told, chance.random() < 0.5), end_edge(bracket, told)):
            if edge is not None:
                moved += 1
                assert bracket[0] <= edge.bracket[0] <= edge.at <= edge.bracket[1] <= bracket[1]
    assert moved > 1_000


def test_several_witnesses_of_one_restart_are_one_and_the_best_counts() -> None:
    told = [
        one(41_000, Kind.RESTART, since=GOOD, told_by="sysUpTime"),
        one(30_000, Kind.REBOOT, since=GOOD, told_by="hrSystemUptime"),
    ]

    assert reboots(told) == [told[1]]


def test_a_host_whose_clock_went_on_did_not_restart() -> None:
    told = [one(40_000, Kind.RESTART, since=GOOD), one(41_000, Kind.AGENT_RESTART, since=GOOD, check="c")]

    assert reboots(told) == []


def test_a_restart_of_the_snmp_agent_alone_is_no_reboot() -> None:
    assert reboots([one(40_000, Kind.AGENT_RESTART, since=GOOD)]) == []


def test_a_restart_without_a_look_before_it_is_no_outage() -> None:
    assert reboots([one(40_000, Kind.REBOOT)]) == []


def test_a_restart_lies_behind_the_last_good_look() -> None:
    assert behind(one(40_000, Kind.RESTART, since=10_000), 25_000).since == 25_000


def test_a_machine_that_was_seen_after_its_agents_end_was_not_off_yet() -> None:
    seen = behind(one(50_000, Kind.BOOT, since=10_000), 30_000)

    assert (seen.kind, seen.since) == (Kind.REBOOT, 30_000)


def test_a_second_between_two_datings_is_no_sighting() -> None:
    assert behind(one(50_000, Kind.BOOT, since=10_000), 11_000).kind is Kind.BOOT


def test_looks_far_back_matter_for_checks_that_pause_long() -> None:
    assert look_back([150_000]) == LOOK_BACK
    assert look_back([150_000, 2 * LOOK_BACK]) == 4 * LOOK_BACK
