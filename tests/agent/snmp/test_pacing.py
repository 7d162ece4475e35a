"""When a table is read again."""

from agent.snmp.pacing import Pacing


def test_a_table_is_read_at_its_own_pace() -> None:
    pace = Pacing(60)
    pace.done(100.0)

    assert [pace.due(at) for at in (110.0, 159.0, 159.6)] == [False, False, True]


def test_the_first_look_reads_it() -> None:
    assert Pacing(60).due(0.0)


def test_a_table_that_failed_once_is_tried_again_in_its_turn() -> None:
    pace = Pacing(60)
    pace.failed(100.0)

    assert not pace.resting
    assert pace.due(160.0)


def test_a_table_that_failed_twice_rests_for_an_hour() -> None:
    pace = Pacing(60)
    pace.failed(100.0)
    pace.failed(160.0)

    assert pace.resting
    assert [pace.due(at) for at in (3000.0, 3760.0)] == [False, True]
