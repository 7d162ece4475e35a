"""``nineward notice``, with a collector whose threads tell a real receiver."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.app import House, open_house
from collector.printed import instant
from collector.serve import serving
from collector.settings import load
from collector.store import notices
from collector.store.notices import News
from tests.collector.cli.test_commands import Shell
from tests.collector.notices.listener import Listener
from tests.journeys.receiver import wait_for

N = "INC-2026-000001"
TOML = """
key = "{key}"
public_url = "https://watch.example"
[notices.pager]
kind = "webhook"
url = "http://127.0.0.1:{port}/hook"
secret = {{ file = "{secret}" }}
[notices.gone]
kind = "webhook"
url = "http://127.0.0.1:{closed}/hook"
secret = {{ file = "{secret}" }}
[[routes]]
channels = ["pager"]
wait = "0s"
"""


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with Listener() as found:
        yield found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    (folder / "secret").write_text("s3cret")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    (folder / "nineward.toml").write_text(
        TOML.format(key=folder / "key", port=listener.port, closed=closed, secret=folder / "secret")
    )
    with open_house(load(folder)) as made, serving(made):
        now = made.clock.now()
        draft = {
            "verb": "open", "incident": "i_one", "actor": {"kind": "monitor", "name": "nineward"},
            "text": "core-1 is down: ping: no answer", "kind": "outage", "fault": "outage:t_1", "target": "",
            "check": "", "agent": "", "priority": "urgent", "summary": "core-1 is down",
            "correlation": "nineward:n1:i_one", "year": 2026, "since": now - 2000, "detected": now, "due": now,
            "systems": [],
        }  # fmt: skip
        made.intake.record("incident", draft).result(10)
        made.noticing.wake()
        wait_for("the message", lambda: bool(listener.got), 20)
        yield made


@pytest.fixture
def shell(house: House, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(house.settings.data, capsys)


def test_what_happened_was_told_by_itself(house: House, listener: Listener) -> None:
    first = listener.got[0]

    assert first["title"] == f"[{N}] core-1 is down"
    assert first["url"] == f"https://watch.example/incidents/{N}"


def test_the_list_shows_what_was_delivered_and_the_proof(shell: Shell) -> None:
    def sent() -> bool:
        return [one["state"] for one in shell.json("notice list")] == ["sent"]

    wait_for("the proof", sent, 10)

    (row,) = shell.json("notice list --state sent")
    assert (row["channel"], row["answer"]) == ("pager", "200 taken")
    assert "已送达" in shell("notice list --lang zh-CN")


def test_the_channels_are_listed_by_name_and_kind(shell: Shell) -> None:
    assert shell.json("notice channels") == [
        {"name": "pager", "kind": "webhook"},
        {"name": "gone", "kind": "webhook"},
    ]


def test_a_test_shows_the_raw_answer(shell: Shell, listener: Listener) -> None:
    assert shell("notice test pager").strip() == "200 taken"
    assert "This is a test" in listener.got[-1]["text"]


def test_a_test_that_fails_says_why_and_exits_with_1(shell: Shell) -> None:
    assert "could not be reached" in shell("notice test gone", code=1)


def test_a_dry_run_sends_nothing_and_shows_no_secret(shell: Shell, listener: Listener) -> None:
    before = len(listener.got)
    shown = shell("notice test pager --dry-run")

    assert len(listener.got) == before
    assert "This is a test" in shown
    assert "s3cret" not in shown


def test_what_is_not_there_is_told(shell: Shell) -> None:
    assert "configured: pager, gone" in shell("notice test pagr", code=2)
    assert "No message" in shell("notice release m_none", code=2)


def test_the_settings_are_checked_with_all_their_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nineward.toml").write_text('[notices.ops]\nkind = "slak"\n[[routes]]\nchannels = ["opps"]\n')
    said = Shell(tmp_path, capsys)("collector check-config", code=2)

    assert "did you mean 'slack'" in said
    assert "there is no [notices.opps]" in said


def test_what_is_held_is_listed_with_why_and_until_when(house: House, shell: Shell) -> None:
    now = house.clock.now()
    facts = {"incident": {"number": "INC-2026-000007", "summary": "core-7 is down", "priority": "general"}}
    with house.state.write() as tx:
        notices.add_news(tx, News("n7", "i_seven", "opened", now, now + 3_600_000, facts))

    (row,) = shell.json("notice list --state held")
    assert (row["state"], row["why"], row["until"]) == ("held", "patience", now + 3_600_000)
    assert shell.json("notice list")[0]["incident"] == "INC-2026-000007"
    assert "[INC-2026-000007] opened: core-7 is down" in shell("notice list")
    shown = shell("notice list --lang zh-CN")
    assert "core-7 故障" in shown
    assert "故障可能在需要通知之前自行结束" in shown
    assert instant(now + 3_600_000, house.settings.tz) in shown
