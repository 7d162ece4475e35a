"""The intake: everything new once, nothing twice, nothing half, and the answer only when it is on disk."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.core import Core, identity, made_up
from collector.decode import decode
from collector.intake import Ack
from collector.store import spans
from rules.errors import Conflicting, Forbidden, Invalid, Unavailable
from rules.parameters import CheckParameters
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

NOW = 1_700_000_000_000
AGENT = identity(1)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path, made_up(100, CheckParameters()), lambda: NOW)
    with made.running():
        yield made
    made.close()


def body(first: int, values: list[int], machine: str = "m1", boot: str = "b1", agent: str = AGENT.id) -> bytes:
    header = Header(agent, boot, first, sent_mono=9_000_000.0, sent_wall=NOW, machine_boot=machine)
    results = [
        Result(7, 60_000, -1, (first + place) * 60_000, Reading(Outcome.OK, {"rtt_us": value}))
        for place, value in enumerate(values)
    ]
    return encode(header, results)


def take(core: Core, data: bytes) -> Ack:
    return core.intake.submit_batch(data, AGENT, NOW).result(10)


def logged(core: Core) -> list[tuple[int, int, int]]:
    """Sequence number, and value, of every result in the log, with the position of its entry."""
    found = []
    for entry in core.log.read(0):
        if entry.kind == "batch":
            batch = decode(entry.body)
            for row in range(len(batch)):
                found.append((batch.header.first_seq + row, int(batch.values_of(row)["rtt_us"]), entry.position))
    return found


def test_an_acknowledgement_names_the_last_result_and_the_head_of_the_chain(core: Core) -> None:
    ack = take(core, body(1, [10, 20]))

    assert ack == Ack(2, core.log.head()[1].hex())
    assert logged(core) == [(1, 10, 1), (2, 20, 1)]


def test_a_repeat_is_acknowledged_and_not_written_again(core: Core) -> None:
    take(core, body(1, [10, 20]))

    assert take(core, body(1, [10, 20])).acknowledged == 2
    assert core.log.head()[0] == 1


def test_of_an_overlap_only_what_is_new_is_written(core: Core) -> None:
    take(core, body(3, [30, 40]))

    take(core, body(2, [20, 30, 40, 50]))

    assert sorted(logged(core)) == [(2, 20, 2), (3, 30, 1), (4, 40, 1), (5, 50, 3)]


def test_batches_out_of_order_are_all_taken(core: Core) -> None:
    for first in (5, 1, 3):
        take(core, body(first, [first, first + 1]))

    assert sorted(seq for seq, _, _ in logged(core)) == [1, 2, 3, 4, 5, 6]


def test_the_first_content_wins_and_another_is_kept_aside(core: Core) -> None:
    take(core, body(1, [10, 20]))

    take(core, body(1, [10, 99]))

    assert logged(core) == [(1, 10, 1), (2, 20, 1)]
    (aside,) = [entry for entry in core.log.read(0) if entry.kind == "conflict"]
    assert decode(aside.body).values_of(0) == {"rtt_us": 99}
    assert core.fold.wait_for(2)
    with core.state.read() as tx:
        assert spans.conflicts(tx) == 1


def test_repeats_are_known_after_a_start_whether_folded_or_not(core: Core, tmp_path: Path) -> None:
    take(core, body(1, [10, 20]))
    core.intake.stop()
    core.fold.stop()
    core.log.close()
    again = Core(tmp_path, made_up(100, CheckParameters()), lambda: NOW)
    with again.running():
        take(again, body(1, [10, 20]))

        assert again.log.head()[0] == 1
    again.close()


def test_another_agents_batch_is_refused(core: Core) -> None:
    with pytest.raises(Forbidden, match="a_other"):
        take(core, body(1, [1], agent="a_other"))


def test_a_malformed_batch_does_not_harm_those_beside_it(core: Core) -> None:
    bad = core.intake.submit_batch(body(1, [1])[:-3], AGENT, NOW)
    good = core.intake.submit_batch(body(2, [2]), AGENT, NOW)

    with pytest.raises(Invalid, match=r"byte \d+"):
        bad.result(10)
    assert good.result(10).acknowledged == 2
    assert [seq for seq, _, _ in logged(core)] == [2]


def test_agents_are_sent_away_while_too_much_waits(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.intake.MOST_WAITING_BYTES", len(body(1, [1])))
    for first in (1, 2, 3):
        take(core, body(first, [1]))

    monkeypatch.setattr("collector.intake.MOST_WAITING_BYTES", len(body(4, [1])) - 1)
    with pytest.raises(Unavailable, match="behind"):
        take(core, body(4, [1]))
    assert [seq for seq, _, _ in logged(core)] == [1, 2, 3]


def test_two_live_machines_with_one_identity_are_told(core: Core) -> None:
    take(core, body(1, [1], machine="m1", boot="b1"))
    take(core, body(1, [1], machine="m2", boot="b2"))

    with pytest.raises(Conflicting, match="two running machines"):
        take(core, body(2, [2], machine="m1", boot="b1"))
    assert take(core, body(1, [1], machine="m1", boot="b1")).acknowledged == 1


def test_decisions_get_their_position_in_canonical_form(core: Core) -> None:
    position = core.intake.record("config", {"verb": "set", "data": {"名": 1}}).result(10)

    (entry,) = core.log.read(0)
    assert (entry.position, entry.kind, entry.at, entry.body.decode()) == (
        position,
        "config",
        NOW,
        '{"data":{"名":1},"verb":"set"}',
    )


def test_the_folds_listeners_may_record_a_decision(core: Core) -> None:
    answered: list[int] = []
    core.fold.after_commit.append(
        lambda touched, changes: answered.append(core.intake.record("incident", {}).result(10)) if touched else None
    )

    take(core, body(1, [1]))

    assert core.fold.wait_for(2)
    assert answered == [2]


def test_nothing_is_taken_when_the_disk_fails(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    take(core, body(1, [1]))

    def full(drafts: object) -> int:
        raise Unavailable("The log cannot be written: database or disk is full. Free some disk space.")

    monkeypatch.setattr(core.log, "append", full)
    with pytest.raises(Unavailable, match="disk"):
        take(core, body(2, [2]))
    monkeypatch.undo()

    take(core, body(2, [2]))
    assert [seq for seq, _, _ in logged(core)] == [1, 2]


def test_after_stop_everything_is_refused(core: Core) -> None:
    core.intake.stop()

    with pytest.raises(Unavailable):
        core.intake.submit_batch(body(1, [1]), AGENT, NOW)


def test_seen_sequences_are_kept_as_ranges(core: Core) -> None:
    for first in (1, 5, 3):
        take(core, body(first, [1, 2]))
    assert core.fold.wait_for(3)

    with core.state.read() as tx:
        assert [tuple(row) for row in tx.execute("SELECT * FROM seen")] == [(1, "b1", 1, 6)]


def test_the_state_refuses_nothing_that_the_log_took(core: Core) -> None:
    """A fold that fails for a while (a full disk under the state) catches up by itself."""
    failing = [sqlite3.OperationalError("a moment"), None]

    def applier(tx: sqlite3.Connection, position: int, at: int, payload: object) -> set[int]:
        if (trouble := failing.pop(0)) is not None:
            raise trouble
        return set()

    core.fold.appliers["config"] = applier
    position = core.intake.record("config", {"changes": []}).result(10)

    assert core.fold.wait_for(position)
