"""``nineward ticket``, with a collector whose threads tell a real receiver."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from tests.collector.cli.test_commands import Shell
from tests.journeys.receiver import Receiver, wait_for

N = "INC-2026-000001"
SECRET = "not-for-the-screen"
TOML = """
key = "{key}"
[tickets.desk]
kind = "webhook"
url = "http://127.0.0.1:{port}/hook/{secret}"
secret = {{ file = "{file}" }}
[tickets.shelf]
kind = "zammad"
url = "http://127.0.0.1:{port}/zammad"
group = "Network"
customer = "noc@ops.example"
token = {{ file = "{file}" }}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    (folder / "secret").write_text(SECRET)
    receiver = Receiver(socket.create_server(("127.0.0.1", 0)))
    text = TOML.format(key=folder / "key", port=receiver.port, file=folder / "secret", secret=SECRET)
    (folder / "nineward.toml").write_text(text)
    with open_house(load(folder)) as made, serving(made):
        now = made.clock.now()
        draft = {
            "verb": "open", "incident": "i_one", "actor": {"kind": "monitor", "name": "nineward"},
            "text": "core-1 is down: ping: no answer", "kind": "outage", "fault": "outage:t_1", "target": "",
            "check": "", "agent": "", "priority": "urgent", "summary": "core-1 is down",
            "correlation": "nineward:n1:i_one", "year": 2026, "since": now - 2000, "detected": now, "due": now,
            "systems": ["desk", "shelf"],
        }  # fmt: skip
        made.intake.record("incident", draft).result(10)
        made.errands.wake()
        wait_for("the ticket", lambda: any("event" in one.body for one in receiver.deliveries), 20)
        yield made
    receiver.close()


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(house.settings.data, capsys)


def park(house: House) -> None:
    """The receiver is no Zammad: what it answers is not believed, and a person has had enough of it."""
    with house.state.write() as tx:
        tx.execute("UPDATE errand SET state = 'parked', trouble = 'had enough' WHERE system = 'shelf'")


def test_the_list_names_the_systems_and_what_waits(house: House, shell: Shell) -> None:
    park(house)

    desk, shelf = shell.json("ticket list")
    assert (desk["name"], desk["kind"], desk["parked"]) == ("desk", "webhook", 0)
    assert (shelf["name"], shelf["kind"], shelf["parked"]) == ("shelf", "zammad", 1)


def test_what_is_parked_is_listed_and_can_be_tried_again(house: House, shell: Shell) -> None:
    park(house)

    assert "i_one.shelf.1" in shell("ticket parked", code=1)
    assert shell("ticket release i_one.shelf.1").strip() == "Errand i_one.shelf.1 is tried again."


def test_a_test_shows_the_raw_round_trip_without_secrets(shell: Shell) -> None:
    shown = shell("ticket test desk")

    assert "> POST http://127.0.0.1:" in shown
    assert "This is a test of the ticket system 'desk'" in shown
    assert "< 200" in shown
    assert SECRET not in shown


def test_a_test_that_fails_shows_what_was_answered(shell: Shell) -> None:
    shown = shell("ticket test shelf", code=1)

    assert "> GET http://127.0.0.1:" in shown
    assert SECRET not in shown


def test_a_dry_run_sends_nothing_and_shows_what_would_be_sent(shell: Shell) -> None:
    shown = shell("ticket test desk --dry-run")

    assert "This is a test of the ticket system 'desk'" in shown
    assert "< " not in shown
    assert SECRET not in shown


@pytest.mark.parametrize("event", ["opened", "resolved"])
def test_a_preview_shows_what_an_incident_would_be_told_as(shell: Shell, event: str) -> None:
    shown = shell.json(f"ticket preview desk {N} --event {event}")["text"]

    assert f'"event": "{event}"' in shown
    assert "core-1 is down" in shown


def test_a_system_nobody_configured_is_told_with_those_there_are(shell: Shell) -> None:
    assert "configured: desk, shelf" in shell("ticket test dsk", code=2)
