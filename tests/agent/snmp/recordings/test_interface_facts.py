"""The interface table of every recorded device, read as a table, against the facts of the index."""

import asyncio
from collections import Counter
from functools import cache

import pytest

from agent.snmp.ber import Oid
from agent.snmp.devices import open_device
from agent.snmp.table import Table
from agent.snmp.text import text
from tests.agent.snmp.recordings.recording import facts, table
from tests.agent.snmp.recordings.simulator import Recordings

_TABLE: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_MORE: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
INDEX, DESCR, ADMIN, OPER = (*_TABLE, 1), (*_TABLE, 2), (*_TABLE, 7), (*_TABLE, 8)
NAME, HC_IN, HC_OUT = (*_MORE, 1), (*_MORE, 6), (*_MORE, 10)
COLUMNS = (INDEX, DESCR, ADMIN, OPER, NAME, HC_IN, HC_OUT)
SYS_NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)

WITHOUT_UPTIME = {
    "cisco-c1100tgx-iosxe",
    "cisco-n9k-93180fx3-nxos10_5",
    "extreme-7520-fe9",
    "lenovo-sr250-xcc",
    "qnap-tvs871u",
    "supermicro-x11-bmc",
    "synology-ds214se-dsm7_1",
}


@cache
def read(recordings: Recordings, name: str) -> Table:
    """The table of that device, read once for all tests."""

    async def run() -> Table:
        device = open_device(recordings.access(name), recordings.address, recordings.port)
        try:
            return await device.read(COLUMNS, (SYS_NAME,), until=asyncio.get_running_loop().time() + 30)
        finally:
            device.close()

    return asyncio.run(run())


def named(found: Table, row: Oid) -> dict[str, str]:
    texts = {"ifDescr": found.cells[DESCR].get(row), "ifName": found.cells[NAME].get(row)}
    return {key: text(value) for key, value in texts.items() if isinstance(value, bytes)}


def test_interfaces_are_as_the_index_says(name: str, recordings: Recordings) -> None:
    told = facts(name)["interfaces"]
    found = read(recordings, name)
    cells = found.cells
    admin, oper = cells[ADMIN], cells[OPER]
    states = Counter((admin.get(row), oper.get(row)) for row in {*admin, *oper})
    rows = sorted({*cells[INDEX], *cells[DESCR], *oper})
    first3 = [{"index": row[0], **named(found, row)} for row in rows[:3]]

    assert found.faults == ()
    assert len(rows) == told["rows"]
    assert len(cells[INDEX]) == told["if_index_column_rows"]
    assert bool(cells[HC_IN] or cells[HC_OUT]) == told["counters64"]
    assert len(cells[HC_IN]) == told["hc_in_rows"]
    assert first3 == told["first3"]
    if "admin_up" in told:
        assert sum(1 for status in admin.values() if status == 1) == told["admin_up"]
        assert sum(1 for status in admin.values() if status == 2) == told["admin_down"]
        assert sum(1 for status in oper.values() if status == 1) == told["oper_up"]
        assert sum(1 for status in oper.values() if status == 2) == told["oper_down"]
        assert states[1, 2] == told["admin_up_oper_down"]


def test_cells_read_as_a_table_are_those_recorded(name: str, recordings: Recordings) -> None:
    recorded = table(name, COLUMNS, (SYS_NAME,))

    found = read(recordings, name)

    assert {column: dict(found.cells[column]) for column in COLUMNS} == recorded.cells
    assert dict(found.scalars) == recorded.scalars


def test_a_device_tells_its_uptime_with_the_first_answer_or_never(name: str, recordings: Recordings) -> None:
    uptime = read(recordings, name).uptime

    if name in WITHOUT_UPTIME:
        assert uptime is None
    else:
        assert uptime is not None


@pytest.mark.parametrize("name", ["cisco-c2960x-stack-ios15_0"])
def test_the_uptime_is_the_one_recorded(name: str, recordings: Recordings) -> None:
    assert read(recordings, name).uptime == facts(name)["sysUpTime_ticks"]
