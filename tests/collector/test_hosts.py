"""Which hosts may be spoken to: whatever kind, whatever option, secret or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector import notices, tickets
from collector.remote.hosts import barred
from collector.settings import Settings
from rules.errors import Invalid
from tests.collector.rooms import START

SECRETS = {"URL": "https://hooks.slack.com/services/T/B/x", "S": "s3cret"}


def resolve(_: str, name: str) -> str:
    return SECRETS[name]


SLACK = {"kind": "slack", "url": {"env": "URL"}}
MAIL = {"kind": "mail", "host": "mail.evil.example", "sender": "a@example.org", "to": ["b@example.org"]}
DESK = {"kind": "webhook", "url": "https://desk.example.org/hook", "secret": {"env": "S"}}


@dataclass(frozen=True, slots=True)
class Nested:
    """Options with addresses inside."""

    url: str = ""
    others: tuple[str, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


def test_without_a_list_any_host_may_be_spoken_to() -> None:
    assert notices.make("ops", SLACK, lambda: START, resolve).limit > 0


@pytest.mark.parametrize("pattern", ["hooks.slack.com", "*.slack.com", "*.SLACK.com"])
def test_what_is_listed_may_be_spoken_to(pattern: str) -> None:
    assert notices.make("ops", SLACK, lambda: START, resolve, allowed=(pattern,)).limit > 0


def test_another_host_is_refused_and_the_secret_in_its_address_not_shown() -> None:
    with pytest.raises(Invalid) as caught:
        notices.make("ops", SLACK, lambda: START, resolve, allowed=("*.example.org",))

    assert "the host 'hooks.slack.com' is not among allowed_hosts" in str(caught.value)
    assert "services" not in str(caught.value)


def test_mail_servers_are_hosts_too() -> None:
    with pytest.raises(Invalid, match=r"mail\.evil\.example"):
        notices.make("ops", MAIL, lambda: START, resolve, allowed=("*.example.org",))


@pytest.mark.parametrize(
    "address",
    [
        "https://desk.example.org@evil.example/hook",
        "https://desk.example.org:x@desk.example.org/hook",
        "https://evil.example\\@desk.example.org/hook",
        "https://evil.example\\.desk.example.org/hook",
        "https://evil.example%2f.desk.example.org/hook",
        "https://evil.exam\tple/hook",
        "\x01https://evil.example/hook",
        "https://evil.example／.desk.example.org/hook",
        "https:///hook",
    ],
)
def test_an_address_that_programs_read_differently_is_refused(address: str) -> None:
    allowed = ("desk.example.org", "*.desk.example.org")

    assert barred(Nested(address), allowed)[0].startswith("url: expected an address without a user name")


@pytest.mark.parametrize("address", ["https://ada:hunter2@desk.example.org/hook", "HTTPS://ada@desk.example.org"])
def test_a_password_written_in_an_address_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(Invalid) as caught:
        tickets.configured({"desk": {**DESK, "url": address}}, lambda: START, resolve)

    assert "tickets.desk.url: expected an address without a user name and a password" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://desk.example.org/@ada", "https://desk.example.org/?to=ada@example.org"])
def test_an_at_behind_the_host_is_no_user_name(address: str) -> None:
    assert barred(Nested(address), ()) == []


@pytest.mark.parametrize(
    "address", ["https://evil.example/@desk.example.org", "https://evil.example#.desk.example.org"]
)
def test_what_stands_behind_the_host_is_none(address: str) -> None:
    assert barred(Nested(address), ("*.example.org",)) == [
        "url: the host 'evil.example' is not among allowed_hosts (*.example.org)"
    ]


@pytest.mark.parametrize("address", ["HTTPS://Desk.Example.Org:8443/hook", "https://büro.example.org"])
def test_the_host_is_the_one_that_is_spoken_to(address: str) -> None:
    assert barred(Nested(address), ("desk.example.org", "xn--bro-hoa.example.org")) == []


def test_addresses_in_lists_and_tables_are_looked_at() -> None:
    options = Nested(
        others=("https://desk.example.org", "https://evil.example/a"), named={"b": ["http://evil.example"]}
    )

    assert [mistake.partition(":")[0] for mistake in barred(options, ("desk.example.org",))] == [
        "others[1]",
        "named.b[0]",
    ]


def test_a_text_that_tells_of_an_address_leads_nowhere() -> None:
    assert barred(Nested(named={"note": "see https://wiki.example.net"}), ("desk.example.org",)) == []


@pytest.mark.parametrize("host", ["evil.example\\.desk.example.org", "evil.example/.desk.example.org", ""])
def test_a_mail_server_is_a_plain_name(host: str) -> None:
    with pytest.raises(Invalid, match="host: expected"):
        notices.make("ops", {**MAIL, "host": host}, lambda: START, resolve, allowed=("*.example.org", ""))


def test_a_doubtful_address_is_no_ticket_system() -> None:
    table = {**DESK, "url": "https://evil.example\\@desk.example.org/hook"}
    with pytest.raises(Invalid, match="leads where it must not"):
        tickets.make("desk", table, lambda: START, resolve, allowed=("desk.example.org",))


def test_ticket_systems_are_held_to_it() -> None:
    assert tickets.make("desk", DESK, lambda: START, resolve, allowed=("desk.example.org",)) is not None
    with pytest.raises(Invalid) as caught:
        tickets.configured({"desk": DESK}, lambda: START, resolve, allowed=("other.example.org",))

    assert "tickets.desk.url: the host 'desk.example.org'" in str(caught.value)


def test_the_shipped_settings_list_nobody() -> None:
    assert Settings().allowed_hosts == ()
