"""The engine reads from every recorded device the same objects, types and values as net-snmp and pysnmp.

The engine walks all of every recording. In the ordinary run the other two stop after the first objects of the large
ones; with RECORDINGS=whole (``make test-recordings``) they walk everything too.
"""

import asyncio
from collections.abc import Sequence

import pytest

from agent.snmp.ber import Oid, Tag
from agent.snmp.credentials import Access
from agent.snmp.devices import open_device
from tests.agent.snmp.recordings.conftest import WHOLE
from tests.agent.snmp.recordings.oracles import REPETITIONS, Row, by_net_snmp, by_pysnmp
from tests.agent.snmp.recordings.recording import varying, walk_of
from tests.agent.snmp.recordings.simulator import Recordings

ROOTS: tuple[Oid, ...] = ((1, 3, 6, 1), (1, 0, 8802))
BY_NET_SNMP = None if WHOLE else 1000
BY_PYSNMP = None if WHOLE else 150
_PATIENCE_S = 10.0


async def _walk(access: Access, recordings: Recordings, root: Oid, most: int | None) -> list[Row]:
    """All objects below the root in the device's order, also where they do not increase."""
    device = open_device(access, recordings.address, recordings.port)
    rows: list[Row] = []
    try:
        at = root
        while most is None or len(rows) < most:
            for oid, tag, value in await device.following([at], REPETITIONS, _PATIENCE_S):
                if oid[: len(root)] != root or tag == Tag.END_OF_MIB_VIEW:
                    return rows
                rows.append((oid, Tag(tag), value))
                at = oid
    finally:
        device.close()
    return rows[:most]


def by_us(recordings: Recordings, access: Access, root: Oid, most: int | None = None) -> list[Row]:
    return asyncio.run(_walk(access, recordings, root, most))


def steady(name: str, rows: Sequence[Row]) -> list[Row]:
    """Without the values that the simulator changes from answer to answer."""
    moving = varying(name)
    return [(oid, tag, None if oid in moving else value) for oid, tag, value in rows]


def test_we_net_snmp_and_pysnmp_read_what_is_recorded(name: str, recordings: Recordings, net_snmp: None) -> None:
    for root in ROOTS:
        recorded = walk_of(name, root)
        ours = by_us(recordings, recordings.access(name), root)
        net_snmps = by_net_snmp(recordings.address, recordings.port, name, root, BY_NET_SNMP)
        pysnmps = by_pysnmp(recordings.address, recordings.port, name, root, BY_PYSNMP)

        assert steady(name, ours) == steady(name, recorded)
        assert steady(name, ours[:BY_NET_SNMP]) == steady(name, net_snmps)
        assert steady(name, ours[:BY_PYSNMP]) == steady(name, pysnmps)
        assert len(ours) > 40 or root != ROOTS[0]


@pytest.mark.parametrize("name", ["cisco-c2960x-stack-ios15_0"])
def test_v1_reads_the_same(name: str, recordings: Recordings) -> None:
    first = 60

    assert by_us(recordings, recordings.access(name, "v1"), ROOTS[0], first) == walk_of(name, ROOTS[0])[:first]


@pytest.mark.parametrize("name", ["cisco-c2960x-stack-ios15_0"])
def test_v3_reads_the_same(name: str, recordings: Recordings) -> None:
    first = 1000

    assert by_us(recordings, recordings.access_v3(name), ROOTS[0], first) == walk_of(name, ROOTS[0])[:first]
