"""Whose trouble an OSError is."""

import errno

import pytest

from agent.trouble import judge, routed
from rules.result import Outcome

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"


@pytest.mark.parametrize("code", [errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ECONNRESET])
def test_what_the_target_or_the_way_to_it_did_is_failed(code: int) -> None:
    assert judge(OSError(code, ""))[0] is Outcome.FAILED


@pytest.mark.parametrize("code", [errno.EMFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.EPERM, errno.EAFNOSUPPORT])
def test_what_kept_the_agent_from_sending_is_an_error(code: int) -> None:
    outcome, text = judge(OSError(code, ""))

    assert outcome is Outcome.ERROR
    assert errno.errorcode[code] in text


@pytest.mark.parametrize(
    ("table", "version", "found"),
    [
        (HEAD, 4, False),
        (HEAD + "lo\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\n", 4, False),
        (HEAD + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n", 4, True),
        (HEAD + "eth0\t00000000\t010200C0\t0203\t0\t0\t0\t00000000\n", 4, False),
        ("fe80" + "0" * 28 + " 40 " + "0" * 32 + " 00 " + "0" * 32 + " 00000100 1 0 00000001 eth0\n", 6, False),
        ("fd00" + "0" * 28 + " 40 " + "0" * 32 + " 00 " + "0" * 32 + " 00000100 1 0 00000001 eth0\n", 6, True),
    ],
)
def test_a_way_out_is_a_usable_route_beyond_loopback(table: str, version: int, found: bool) -> None:
    assert routed(table, version) is found
