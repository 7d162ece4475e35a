"""Faults from timelines: what belongs together, what stands alone."""

from collections.abc import Iterable, Mapping

from collector.faults import Fault, Kind, faults, words
from collector.scenes import Scene
from collector.store.checks import Check
from collector.store.targets import Target
from rules.parameters import URGENT, Parameters
from rules.period import Period
from rules.result import Outcome
from rules.span import Sample, Track, track
from rules.timeline import CheckTracks, Subject, timeline

SECOND = 1_000
END = 600 * SECOND
TARGET = Target("t_1", "core-1", in_service_from=0)
PARAMETERS = Parameters()


def seen(bad: Iterable[tuple[int, int]], outcome: Outcome = Outcome.FAILED, every: int = 5) -> Track:
    """Looks each five seconds, not good in these stretches (seconds)."""
    stretches = list(bad)
    samples = [
        Sample(at * SECOND, outcome if any(start <= at < end for start, end in stretches) else Outcome.OK)
        for at in range(0, END // SECOND, every)
    ]
    return track(samples, URGENT, now=END)


def found(tracks: Mapping[str, Mapping[str, Track]], vital: Iterable[str] = ("ping",), start: int = 0) -> list[Fault]:
    decisive = set(vital)
    entries = []
    for handle, (kind, by_agent) in enumerate(tracks.items(), start=1):
        check = Check(f"c_{kind}", handle, TARGET.id, kind, vital=kind in decisive)
        entries.append((check, (CheckTracks(check.id, check.vital, by_agent, len(by_agent), URGENT),)))
    subject = Subject(TARGET.name, checks=tuple(one for _, several in entries for one in several))
    lived = timeline(subject, Period(max(start, 0), END), {}, PARAMETERS, END)
    return faults(Scene(TARGET, tuple(entries), lived, start, PARAMETERS), PARAMETERS)


def told(several: Iterable[Fault]) -> list[tuple[str, str]]:
    return [(fault.kind.value, fault.check) for fault in several]


def test_no_fault_while_all_is_well() -> None:
    assert found({"ping": {"1": seen([])}}) == []


def test_an_outage_has_its_edges_and_the_first_bad_look() -> None:
    (fault,) = found({"ping": {"1": seen([(100, 200)])}})

    assert (fault.kind, fault.since, fault.first_bad, fault.detected) == (Kind.OUTAGE, 97_500, 100_000, 110_000)
    assert fault.ended == 197_500


def test_an_outage_that_lasts_has_no_end() -> None:
    (fault,) = found({"ping": {"1": seen([(100, 999)])}})

    assert fault.ended is None


def test_a_failing_check_beside_a_good_vital_one_is_a_fault_of_its_own() -> None:
    (fault,) = found({"ping": {"1": seen([])}, "tcp": {"1": seen([(100, 999)])}})

    assert (fault.kind, fault.check, fault.ended) == (Kind.DEGRADED, "c_tcp", None)


def test_a_second_vital_check_that_fails_alone_is_a_fault_of_its_own() -> None:
    several = found({"ping": {"1": seen([])}, "snmp": {"1": seen([(100, 300)])}}, vital=("ping", "snmp"))

    assert told(several) == [("degraded", "c_snmp")]


def test_a_value_beyond_its_limit_is_a_fault_of_its_own_kind() -> None:
    several = found({"ping": {"1": seen([])}, "disk": {"1": seen([(100, 300)], Outcome.DEGRADED)}})

    assert told(several) == [("threshold", "c_disk")]


def test_two_failing_checks_are_two_faults() -> None:
    several = found({"ping": {"1": seen([])}, "tcp": {"1": seen([(100, 300)])}, "http": {"1": seen([(100, 300)])}})

    assert told(several) == [("degraded", "c_http"), ("degraded", "c_tcp")]


def test_what_fails_with_the_host_is_part_of_the_outage() -> None:
    several = found({"ping": {"1": seen([(105, 300)])}, "tcp": {"1": seen([(100, 305)])}})

    assert told(several) == [("outage", "")]


def test_what_stays_bad_long_after_the_outage_stands_alone() -> None:
    several = found({"ping": {"1": seen([(100, 200)])}, "tcp": {"1": seen([(100, 400)])}})

    assert told(several) == [("outage", ""), ("degraded", "c_tcp")]
    assert several[1].since == several[0].ended


def test_what_was_bad_long_before_the_outage_stands_alone() -> None:
    several = found({"ping": {"1": seen([(300, 400)])}, "tcp": {"1": seen([(100, 999)])}})

    assert told(several) == [("degraded", "c_tcp"), ("outage", "")]


def test_one_agent_of_three_makes_it_degraded() -> None:
    several = found({"ping": {"1": seen([(100, 300)]), "2": seen([]), "3": seen([])}})

    assert told(several) == [("degraded", "c_ping")]


def test_unknown_time_does_not_end_a_fault() -> None:
    samples = [Sample(at * SECOND, Outcome.FAILED if at >= 100 else Outcome.OK) for at in range(0, 200, 5)]
    (fault,) = found({"ping": {"1": track(samples, URGENT, now=END)}})

    assert (fault.kind, fault.ended) == (Kind.OUTAGE, None)


def test_what_ended_before_the_scene_begins_is_left_out() -> None:
    assert found({"ping": {"1": seen([(100, 200)])}}, start=300 * SECOND) == []


def test_the_words_name_what_is_broken() -> None:
    checks = {kind: Check(kind, 1, "t_1", kind) for kind in ("snmp", "tcp")}
    fault = Fault("k", Kind.DEGRADED, "", 0, 0, 0, None)

    def said(kind: Kind, check: str = "") -> str:
        return words(Fault("k", kind, check, 0, 0, 0, None), "core-1", checks)

    assert words(fault, "core-1", checks) == "core-1 is down"
    assert said(Kind.OUTAGE) == "core-1 is down"
    assert said(Kind.DEGRADED, "snmp") == "core-1: the management path (snmp) does not answer"
    assert said(Kind.DEGRADED, "tcp") == "core-1: tcp fails"
    assert said(Kind.THRESHOLD, "tcp") == "core-1: tcp is beyond its limits"
