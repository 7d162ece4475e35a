"""What a device has shown not to have is not asked for again for an hour."""

from agent.snmp.lacking import Lacking
from agent.snmp.table import Table

HAS, LACKS = (1, 1), (1, 2)
SCALAR_HAS, SCALAR_LACKS = (2, 1, 0), (2, 2, 0)
ALL = (HAS, LACKS, SCALAR_HAS, SCALAR_LACKS)
FOUND = Table({HAS: {(1,): 5}, LACKS: {}}, {SCALAR_HAS: 0})


def learnt(table: Table) -> Lacking:
    lacking = Lacking()
    lacking.learn(lacking.without(ALL, 100.0), table, 100.0)
    return lacking


def test_what_did_not_come_is_left_out() -> None:
    assert learnt(FOUND).without(ALL, 101.0) == (HAS, SCALAR_HAS)


def test_after_an_hour_everything_is_asked_for_again() -> None:
    assert learnt(FOUND).without(ALL, 3700.0) == ALL


def test_a_reading_with_faults_shows_nothing() -> None:
    assert learnt(Table(FOUND.cells, FOUND.scalars, ("no answer",))).without(ALL, 101.0) == ALL


def test_after_a_restart_everything_is_asked_for_again() -> None:
    lacking = learnt(FOUND)
    lacking.forget()

    assert lacking.without(ALL, 101.0) == ALL
