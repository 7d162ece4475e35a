"""``nineward incident``: what follows one, typed as people type it."""

from collections.abc import Iterator

import pytest

from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from tests.collector.cli.test_commands import Shell

N = "INC-2026-000001"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A collector with one incident that somebody began to work on and solved."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        now = made.clock.now()
        actor = {"kind": "monitor", "name": "nineward"}
        made.intake.record(
            "incident",
            {
                "verb": "open", "incident": "i_one", "actor": actor, "text": "core-1 is down", "kind": "outage",
                "fault": "outage:t_1", "target": "", "check": "", "agent": "", "priority": "urgent",
                "summary": "core-1 is down", "correlation": "nineward:n1:i_one", "year": 2026, "since": now - 2000,
                "detected": now, "due": now, "systems": [],
            },
        ).result(10)  # fmt: skip
        someone = {"kind": "person", "name": "wei"}
        last = 0
        for verb in ("start", "resolve"):
            draft = {"verb": verb, "incident": "i_one", "actor": someone, "text": ""}
            last = made.intake.record("incident", draft).result(10)
        assert made.fold.wait_for(last)
        yield made


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(house.settings.data, capsys)


def test_a_cause_is_told_with_its_whys(shell: Shell) -> None:
    shell(f"incident cause {N} --area process --code environment --why heat --why dust", "overheated")

    assert shell.json(f"incident show {N}")["follow_up"]["cause"]["whys"] == ["heat", "dust"]
    shown = shell(f"incident show {N} --lang zh-CN")
    assert "overheated" in shown
    assert "流程" in shown


def test_an_action_is_added_done_and_judged(shell: Shell) -> None:
    shell(f"incident action {N} --owner wei --due 2099-01-31 --kind preventive", "--what", "clean the fans")
    listed = shell("incident actions")
    shell(f"incident action {N} 1 --done")

    assert shell.json(f"incident action {N} 1 --effective yes")["effective"] is True
    assert "2099-01-31" in listed
    assert "clean the fans" in listed
    assert "done, it helped" in shell(f"incident show {N}")
    assert shell("incident actions").strip() == "Nothing is to be done."


def test_a_new_action_says_what_it_lacks(shell: Shell) -> None:
    assert "--owner" in shell(f"incident action {N} --what x", code=2)


def test_those_who_asked_are_called_back_and_heard(shell: Shell) -> None:
    assert [one["incident"] for one in shell.json("incident callbacks")] == [N]
    shell(f"incident callback {N} --solved yes")
    shell(f"incident satisfaction {N} 5", "quick")

    assert shell.json("incident callbacks") == []
    shown = shell(f"incident show {N}")
    assert "reached, it is solved" in shown
    assert "5 / 5, told to people: quick" in shown


def test_it_is_shown_with_its_clocks_and_how_long_things_took(shell: Shell) -> None:
    shown = shell(f"incident show {N}")

    assert "First answer by priority" in shown
    assert "Answered after" in shown


def second(house: House) -> str:
    """A further incident, whose fault comes and goes and is just away; its number."""
    now = house.clock.now()
    actor = {"kind": "monitor", "name": "nineward"}
    of = {"incident": "i_two", "actor": actor, "text": "core-2 is down"}
    house.intake.record(
        "incident",
        {
            **of, "verb": "open", "kind": "outage", "fault": "outage:t_2", "target": "", "check": "", "agent": "",
            "priority": "urgent", "summary": "core-2 is down", "correlation": "nineward:n1:i_two", "year": 2026,
            "since": now - 2000, "detected": now, "due": now, "systems": [],
        },
    ).result(10)  # fmt: skip
    house.intake.record("incident", {**of, "verb": "unstable"}).result(10)
    last = house.intake.record("incident", {**of, "verb": "recover", "ended": now}).result(10)
    assert house.fold.wait_for(last)
    return "INC-2026-000002"


def test_what_comes_and_goes_is_shown_as_that_and_as_nothing_restored(house: House, shell: Shell) -> None:
    number = second(house)
    shown = shell(f"incident show {number}")

    assert "Open, comes and goes" in shown
    assert "Comes and goes since" in shown
    assert "Restored after" not in shown
    assert "Open, comes and goes" in shell("incident list")
    assert shell.json(f"incident show {number}")["unstable"] is not None
