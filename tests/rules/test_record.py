"""Records: what is read, and what is refused line by line."""

import json
from typing import Any

import pytest

from rules.errors import Invalid
from rules.record import Record, read_record
from rules.result import Outcome
from rules.span import Sample
from rules.uptime import Reading
from tests.rules.stories import line, target


def result(**changes: Any) -> str:
    content = {"check": "core-1/ping", "agent": "a", "boot": "b", "seq": 1, "t": 0, "outcome": "ok", **changes}
    return json.dumps({"result": content})


def read(*lines: str) -> Record:
    return read_record([*target(), *lines])


def mistakes(*lines: str) -> tuple[str, ...]:
    """With their line numbers; the two lines of the target come first."""
    with pytest.raises(Invalid) as caught:
        read(*lines)
    return caught.value.mistakes


def seen(record: Record) -> tuple[Sample, ...]:
    return record.samples["core-1/ping"]["a"]


def test_times_are_read_in_both_forms() -> None:
    record = read(result(t=1_788_192_000_000), result(seq=2, t="2026-09-01T00:01:00+08:00"))

    assert [sample.at for sample in seen(record)] == [1_788_192_000_000, 1_788_192_060_000]


def test_results_of_one_instant_are_ordered_by_boot_and_sequence() -> None:
    record = read(result(boot="c", seq=1, outcome="degraded"), result(seq=2, outcome="failed"), result(seq=1))

    assert [sample.outcome for sample in seen(record)] == [Outcome.OK, Outcome.FAILED, Outcome.DEGRADED]


def test_an_error_is_no_sample_but_its_agent_counts() -> None:
    record = read(result(), result(agent="blind", outcome="error"))

    assert record.agents["core-1/ping"] == {"a", "blind"}
    assert record.samples["core-1/ping"]["blind"] == ()


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_contents_under_one_identity_the_smallest_wins_and_the_rest_are_counted(order: int) -> None:
    lines = [result(t=5), result(t=5, outcome="failed"), result(t=7), result(t=7)]

    record = read(*lines[::order])

    assert seen(record) == (Sample(5, Outcome.FAILED),)
    assert record.conflicts == 2


def test_blank_lines_and_a_byte_order_mark_are_no_matter() -> None:
    assert read_record(["\ufeff" + target()[0], "", "  \n", target()[1], result()]).conflicts == 0


def test_a_definition_may_be_repeated() -> None:
    assert len(read(*target()).targets["core-1"].revisions) == 1


def test_revisions_come_in_the_order_of_their_instants() -> None:
    record = read(line("target", name="core-1", kind="switch", since=5))

    assert [(since, entry.kind) for since, entry in record.targets["core-1"].revisions] == [(None, ""), (5, "switch")]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("{", "line 3: not JSON"),
        ("[" * 100_000, "line 3: not JSON (maximum recursion depth exceeded"),
        ("[]", "line 3: expected one object with one key"),
        ('{"reslut": {}}', "line 3: unknown kind 'reslut', did you mean 'result'?"),
        ('{"result": 5}', "line 3: result: expected an object"),
        (result(t="yesterday"), "line 3: result.t: expected a time such as"),
        (result(t="2026-09-01T00:00:00"), "line 3: result.t: expected a time such as"),
        (result(t=1.5), "line 3: result.t: expected a time such as"),
        (result(seq="1"), "line 3: result.seq: expected a whole number"),
        (result(seq=True), "line 3: result.seq: expected a whole number"),
        (result(boot=None), "line 3: result: expected check, agent and boot as texts"),
        (result(outcome="up"), "line 3: result.outcome: expected one of ok, degraded, failed, error, found 'up'"),
        (result(outcome=["ok"]), "line 3: result.outcome: expected one of"),
        (result(check="core/ping"), "line 3: result.check: there is no 'core/ping', did you mean 'core-1/ping'?"),
        (line("target", name="t", parnets=[]), "line 3: target.parnets: unknown key, did you mean 'parents'?"),
        (line("target", name="t", parents=["x"]), "line 3: target.parents: there is no 'x'"),
        (line("target", name="t", calendar="x"), "line 3: target.calendar: there is no 'x'"),
        (line("target", name="t", in_service=[5]), "line 3: target.in_service: expected [from, to]"),
        (line("target", name="t", in_service=[5, 4]), "line 3: target.in_service: it must end after it starts"),
        (line("target", name="core-1", kind="x"), "line 3: target 'core-1' is defined otherwise in line 1"),
        (line("check", id="c", target="x"), "line 3: check.target: there is no 'x'"),
        (line("check", id="c", target="core-1", interval=60), "line 3: check.interval: expected a duration"),
        (line("service", name="s", needs={"all_of": ["x"]}), "line 3: service.needs: there is no 'x'"),
        (line("service", name="s", needs={"2_of": ["core-1"]}), "line 3: service.needs: 2_of: it names 1"),
        (line("service", name="s", needs={"most_of": ["core-1"]}), "line 3: service.needs: expected all_of"),
        (line("service", name="s", needs={"any_of": []}), "line 3: service.needs: any_of: expected a list"),
        (
            line("service", name="core-1", needs={"any_of": ["core-1/ping"]}),
            "line 3: service.name: 'core-1' is",
        ),
        (line("maintenance", targets=["x"], from_=0, to=1), "line 3: maintenance.targets: there is no 'x'"),
        (line("maintenance", targets=["core-1"], from_=1, to=1), "line 3: maintenance.to: must be later than from"),
        (
            line("correction", target="core-1", from_=0, to=1, class_="nice"),
            "line 3: correction.class: expected one of",
        ),
        (line("incident", target="x", opened=0), "line 3: incident.target: there is no 'x'"),
        (line("calendar", name="c", tz="Mars"), "line 3: calendar.tz: There is no time zone 'Mars'"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, mistake: str) -> None:
    (told,) = mistakes(text)

    assert told.startswith(mistake)


def test_all_mistakes_are_told_in_the_order_of_their_lines() -> None:
    told = mistakes(result(check="x"), "{", result(seq="y"))

    assert [entry.split(":")[0] for entry in told] == ["line 3", "line 4", "line 5"]


def test_running_times_are_read_and_other_values_left_alone() -> None:
    record = read(result(values={"uptime_s": 12.5, "rtt_us": "fast"}), result(seq=2, t=9, values={"rtt_us": 900}))

    assert record.readings == {"core-1/ping": {"a": (Reading(0, uptime=12_500),)}}


def test_a_look_that_could_not_be_made_tells_no_running_time() -> None:
    assert read(result(outcome="error", values={"uptime_s": 1})).readings == {}


def test_of_two_contents_the_reading_of_the_one_that_holds_counts() -> None:
    record = read(result(t=5, values={"uptime_s": 1}), result(t=4, values={"uptime_s": 2}))

    assert record.readings["core-1/ping"]["a"] == (Reading(4, uptime=2_000),)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (result(values=[1]), "result.values: expected an object"),
        (result(values={"uptime_s": -1}), "result.values.uptime_s: expected a number from 0, found -1"),
        (result(values={"changed_s": "9"}), "result.values.changed_s: expected a number from 0, found '9'"),
        (line("evidence", target="core-1", at=5, kind="boot", since=6), "evidence.since: must not be later than at"),
        (line("evidence", target="core-1", at=5, kind="boot", until=4), "evidence.until: must not be earlier than at"),
        (line("evidence", target="core-2", at=5, kind="boot"), "evidence.target: there is no 'core-2'"),
        (line("evidence", target="core-1", at=5, kind="boot", check="x"), "evidence.check: there is no 'x'"),
        (line("evidence", target="core-1", at=5, kind="bot"), "evidence.kind: "),
    ],
)
def test_a_mistake_in_evidence_is_told(text: str, mistake: str) -> None:
    (told,) = mistakes(text)

    assert told.removeprefix("line 3: ").startswith(mistake)


def test_evidence_may_be_repeated() -> None:
    told = line("evidence", target="core-1", at=5, kind="reboot")

    assert len(read(told, told).evidence) == 1


def test_parents_in_a_circle_are_refused() -> None:
    assert mistakes(line("target", name="a", parents=["b"]), line("target", name="b", parents=["a"])) == (
        "line 3: target.parents: a → b → a is a circle",
    )


def test_services_in_a_circle_are_refused() -> None:
    assert mistakes(line("service", name="s", needs={"any_of": ["core-1", {"all_of": ["s"]}]})) == (
        "line 3: service.needs: s → s is a circle",
    )
