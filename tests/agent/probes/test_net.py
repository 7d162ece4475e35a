"""Network interfaces."""

from dataclasses import replace

import psutil
import pytest

from agent.probes.net import Counters, choose, rates
from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import look, looks

START = Counters(1000, 2000, 100, 0, 0)


def test_interfaces_are_chosen_by_name_or_all_but_the_skipped() -> None:
    names = ["lo", "eth0", "veth12", "bond0"]

    assert choose(names, (), ("lo", "veth*")) == ["eth0", "bond0"]
    assert choose(names, ("lo",), ("lo",)) == ["lo"]


def test_traffic_is_movement_over_time() -> None:
    assert rates("eth0", START, Counters(11_000, 4000, 200, 0, 5), 10) == {
        "in_bytes_s[eth0]": 1000,
        "out_bytes_s[eth0]": 200,
        "errors_ratio[eth0]": 0,
        "drops_s[eth0]": 0.5,
    }


def test_counters_that_began_anew_are_a_gap() -> None:
    assert rates("eth0", START, replace(START, bytes_in=10), 10) == {}


def test_a_few_errors_are_no_finding_many_are() -> None:
    assert rates("e", START, replace(START, packets=110, errors=9), 10)["errors_ratio[e]"] == 0
    assert rates("e", START, replace(START, packets=190, errors=10), 10)["errors_ratio[e]"] == 0.1


def test_loopback_can_be_named_and_has_traffic() -> None:
    name = next(one for one in psutil.net_if_addrs() if one.startswith("lo"))

    first, second = looks("net", pause_s=0.6, interfaces=name)

    assert first.values == {f"up[{name}]": 1}
    assert second.values[f"in_bytes_s[{name}]"] >= 0


def test_a_named_interface_that_is_not_there_is_failed() -> None:
    found = look("net", interfaces="nosuch0")

    assert (found.outcome, found.text) == (Outcome.FAILED, "nosuch0 is not there")


def test_unnamed_interfaces_never_make_it_fail() -> None:
    assert look("net").outcome is Outcome.OK


def test_a_misspelt_option_is_refused_with_the_right_one() -> None:
    with pytest.raises(Invalid, match="did you mean 'interfaces'"):
        look("net", interface="eth0")
