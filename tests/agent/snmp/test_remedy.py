"""The lines to type: every vendor has some for every problem, and no secret is ever among them."""

import pytest

from agent.snmp.remedy import FOLDER, Problem, Wanted, remedies

EVERY = {9: "cisco", 2011: "huawei", 25506: "h3c", 4881: "ruijie", 2636: "juniper"}
WANTED = Wanted("v3", "watcher", "sha256", "aes128", "blue", "192.0.2.9")


@pytest.mark.parametrize("problem", list(Problem))
def test_all_vendors_have_lines_for_a_problem_when_the_vendor_is_not_known(problem: Problem) -> None:
    told = remedies(problem, WANTED, frozenset())

    assert {remedy.vendor for remedy in told} == set(EVERY.values())
    assert all(remedy.lines for remedy in told)


@pytest.mark.parametrize("number", EVERY)
def test_a_known_vendor_has_its_lines_alone(number: int) -> None:
    (told,) = remedies(Problem.USER, WANTED, frozenset({number}))

    assert told.vendor == EVERY[number]
    assert any("watcher" in line for line in told.lines)


def test_no_file_is_left_without_a_vendor() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(EVERY.values())


@pytest.mark.parametrize("number", EVERY)
@pytest.mark.parametrize("problem", list(Problem))
@pytest.mark.parametrize("wanted", [WANTED, Wanted("v2c"), Wanted("v3", "watcher"), Wanted("v3", "watcher", "md5")])
def test_nothing_stays_unfilled(number: int, problem: Problem, wanted: Wanted) -> None:
    (told,) = remedies(problem, wanted, frozenset({number}))

    assert not [line for line in told.lines if "{" in line or "  " in line or line.endswith(" ")]


def test_the_words_are_the_vendor_s_own() -> None:
    (cisco,) = remedies(Problem.KEY, WANTED, frozenset({9}))
    (huawei,) = remedies(Problem.KEY, WANTED, frozenset({2011}))
    (juniper,) = remedies(Problem.LEVEL, WANTED, frozenset({2636}))

    assert "snmp-server user watcher NINEWARD v3 auth sha-2 256 <auth-key> priv aes 128 <priv-key>" in cisco.lines
    assert "snmp-agent usm-user v3 watcher authentication-mode sha2-256" in huawei.lines
    assert any("security-level privacy" in line for line in juniper.lines)


def test_a_line_for_a_key_that_is_not_wanted_is_left_out() -> None:
    (told,) = remedies(Problem.KEY, Wanted("v3", "watcher", "sha256"), frozenset({2636}))

    assert not any("privacy" in line for line in told.lines)


def test_a_protocol_the_vendor_lacks_is_told() -> None:
    (told,) = remedies(Problem.USER, WANTED, frozenset({4881}))

    assert any(line.startswith("#") and "sha256" in line for line in told.lines)
