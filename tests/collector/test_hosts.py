"""Which hosts may be spoken to: whatever kind, whatever option, secret or not."""

import pytest

from collector import notices, tickets
from collector.settings import Settings
from rules.errors import Invalid
from tests.collector.rooms import START

SECRETS = {"URL": "https://hooks.slack.com/services/T/B/x", "S": "s3cret"}


def resolve(_: str, name: str) -> str:
    return SECRETS[name]


SLACK = {"kind": "slack", "url": {"env": "URL"}}
MAIL = {"kind": "mail", "host": "mail.evil.example", "sender": "a@example.org", "to": ["b@example.org"]}
DESK = {"kind": "webhook", "url": "https://desk.example.org/hook", "secret": {"env": "S"}}


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


def test_an_address_that_only_looks_like_one_that_is_listed_is_refused() -> None:
    table = {**DESK, "url": "https://desk.example.org@evil.example/hook"}
    with pytest.raises(Invalid, match=r"evil\.example"):
        tickets.make("desk", table, lambda: START, resolve, allowed=("desk.example.org",))


def test_ticket_systems_are_held_to_it() -> None:
    assert tickets.make("desk", DESK, lambda: START, resolve, allowed=("desk.example.org",)) is not None
    with pytest.raises(Invalid) as caught:
        tickets.configured({"desk": DESK}, lambda: START, resolve, allowed=("other.example.org",))

    assert "tickets.desk.url: the host 'desk.example.org'" in str(caught.value)


def test_the_shipped_settings_list_nobody() -> None:
    assert Settings().allowed_hosts == ()
