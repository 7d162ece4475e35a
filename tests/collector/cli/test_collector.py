"""``nineward collector``: what it says of its settings before it starts."""

from pathlib import Path

import pytest

from collector.cli import main
from tests.collector.reports.served import serving


def test_check_config_tells_the_mistakes_of_all_parts_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nineward.toml").write_text('tz = "Asia/Shangai"\n[tickets.desk]\nkind = "webhok"\n')

    assert main(["--data", str(tmp_path), "collector", "check-config"]) == 2

    said = capsys.readouterr().err
    assert "tz: There is no time zone 'Asia/Shangai'" in said
    assert "did you mean 'webhook'?" in said


def test_check_config_tells_what_could_never_fire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nineward.toml").write_text(
        """
        [notices.post]
        kind = "mail"
        host = "mail.example.org"
        sender = "a@example.org"
        to = ["b@example.org"]
        awake = ["high"]
        [[routes]]
        channels = ["post"]
        priorities = ["high"]
        [[routes]]
        channels = ["post"]
        match = "incident=outge"
        [tickets.desk]
        kind = "webhook"
        url = "https://desk.example.org/"
        secret = { env = "PATH" }
        only = "priority=high"
        """
    )

    assert main(["--data", str(tmp_path), "collector", "check-config"]) == 2

    said = capsys.readouterr().err
    assert "routes[0]: priorities: expected some of urgent, important, general, found 'high'" in said
    assert "routes[1]: match: incident=outge: " in said
    assert "notices.post.awake: " in said
    assert "tickets.desk" in said
    assert "only: priority=high: expected one of urgent, important, general or a pattern of them" in said


def test_check_config_holds_without_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "collector", "check-config"]) == 0
    assert "the shipped settings hold" in capsys.readouterr().out


def test_check_config_tells_of_editions_that_are_about_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path) as found:
        data = found.house.settings.data
    (data / "nineward.toml").write_text('[reports]\nhost = 5\n[[reports.editions]]\nservice = "portl"\n')

    assert main(["--data", str(data), "collector", "check-config"]) == 2

    said = capsys.readouterr().err
    assert "reports.editions[0].service: there is no service 'portl', did you mean 'portal'?" in said
    assert "host: expected a text, found 5" in said


def test_check_config_takes_editions_that_are_about_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path) as found:
        data = found.house.settings.data
    (data / "nineward.toml").write_text('[[reports.editions]]\nselect = "customer=acme"\n')

    assert main(["--data", str(data), "collector", "check-config"]) == 0


def test_check_config_refuses_a_distribution_list_without_a_mail_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nineward.toml").write_text('[reports]\nrecipients = ["boss@example.com"]\n')

    assert main(["--data", str(tmp_path), "collector", "check-config"]) == 2

    said = capsys.readouterr().err
    assert "host: missing" in said
    assert "sender: missing" in said
