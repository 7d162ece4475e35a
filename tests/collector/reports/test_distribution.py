"""Which editions are issued at the freeze, who gets each, and which settings of them could never do anything."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.reports.archive import Archive
from collector.reports.calendar import ReportCalendar
from collector.reports.distribution import aimless, editions
from collector.reports.mailing import Mailing
from collector.settings import Settings
from collector.specs import CorrectionSpec
from rules.errors import Invalid
from tests.collector.api.asking import Door
from tests.collector.reports.served import END, FROZEN, HOUR, MONTH, serving
from tests.collector.rooms import ADMIN, SECOND, START
from tests.collector.tickets.smtp_server import Mailbox, smtp_server
from tests.collector.watched import MINUTE

ACME = {"select": "customer=acme", "recipients": ["it@acme.example"], "formats": ["json"]}
PORTAL = {"service": "portal", "kinds": ["month", "quarter"], "recipients": ["desk@portal.example"], "on": ["revision"]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Door]:
    with serving(tmp_path) as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_server() as found:
        yield found


def server(box: Mailbox) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": "nineward@ops.example",
        "recipients": ["boss@example.com"],
        "formats": ["csv"],
    }


def settings(served: Door, **table: Any) -> Settings:
    found = served.house.settings
    return replace(found, reports=table).at(found.data)


def rooms(served: Door, made: Settings) -> tuple[ReportCalendar, Mailing, Archive]:
    house = served.house
    archive = Archive(house, house.log, house.fold, house.intake, served.clock, made)
    mailing = Mailing(archive, house.state, served.clock, made)
    archive.listeners.append(mailing.queue)
    return ReportCalendar(archive, house.state, house.log, served.clock, made), mailing, archive


def issued(archive: Archive) -> set[tuple[str, str, str, int]]:
    """Kind, name, edition and revision of all there is."""
    return {
        (one.kind, one.name, "" if one.members is None else one.members.name, one.revision)
        for one in archive.listed(100)
    }


def test_editions_are_issued_at_the_freeze_and_not_before(served: Door) -> None:
    calendar, _, archive = rooms(
        served, settings(served, editions=[{"select": "customer=acme"}, {"service": "portal", "kinds": ["quarter"]}])
    )
    served.clock.at = FROZEN - 1
    calendar.issue()
    assert {edition for _, _, edition, _ in issued(archive)} == {""}

    served.clock.at = FROZEN
    calendar.issue()
    calendar.issue()

    assert {one for one in issued(archive) if one[2]} == {
        ("month", MONTH, "acme", 1),
        ("quarter", "2026-Q3", "portal", 1),
    }


def test_only_the_newest_frozen_period_is_made_up(served: Door) -> None:
    calendar, _, archive = rooms(served, settings(served, editions=[{"select": "customer=acme"}]))
    served.clock.at = FROZEN + 35 * 24 * HOUR
    calendar.issue()

    assert [name for _, name, edition, _ in issued(archive) if edition] == ["2026-10"]


def test_each_edition_goes_to_its_own_list_and_nowhere_else(served: Door, box: Mailbox) -> None:
    calendar, mailing, archive = rooms(served, settings(served, **server(box), editions=[ACME, PORTAL]))
    served.clock.at = FROZEN
    calendar.issue()
    mailing.work()

    told = {letter["To"]: letter for letter in box.letters}
    assert sorted(told) == ["boss@example.com", "it@acme.example"]
    assert told["it@acme.example"]["Subject"] == f"Service quality report {MONTH} · acme"
    (attached,) = told["it@acme.example"].iter_attachments()
    assert attached.get_filename() == f"nineward-{MONTH}-acme.json"
    (own,) = [one for one in archive.listed(100) if one.members and one.members.name == "acme"]
    assert attached.get_payload(decode=True) == archive.file(own.id, "json", "en")[0]
    assert all("acme" not in str(letter["Subject"]) for letter in box.letters if letter["To"] == "boss@example.com")


def test_what_changes_an_edition_has_it_revised_and_sent(served: Door, box: Mailbox) -> None:
    calendar, mailing, archive = rooms(served, settings(served, **server(box), editions=[ACME, PORTAL]))
    served.clock.at = FROZEN
    calendar.issue()
    served.clock.at += HOUR
    overlays = served.house.registry.overlays
    spec = CorrectionSpec("shop-1", START + 25 * MINUTE, START + 30 * MINUTE, "excluded", "the carrier")
    overlays.approve_correction(overlays.propose(spec, ADMIN).number, SECOND)
    calendar.revise()
    calendar.revise()
    mailing.work()

    revised = [one for one in issued(archive) if one[3] == 2]
    assert ("month", MONTH, "acme", 2) in revised
    assert ("quarter", "2026-Q3", "portal", 2) in revised
    subjects = [letter["Subject"] for letter in box.letters if letter["To"] == "desk@portal.example"]
    assert sorted(subjects) == [f"Service quality report {name} · portal: revision 2" for name in (MONTH, "2026-Q3")]


def test_an_edition_that_nobody_named_is_sent_to_nobody(served: Door, box: Mailbox) -> None:
    _, mailing, archive = rooms(served, settings(served, **server(box), editions=[ACME]))
    served.clock.at = FROZEN
    with served.house.state.read() as tx:
        beta = editions({"editions": [{"select": "customer=beta"}]})[0].edition(tx)
    archive.issue("month", MONTH, "Asia/Shanghai", ADMIN, edition=beta)
    mailing.work()

    assert box.letters == []


def test_a_service_that_is_gone_stops_no_other_edition(served: Door) -> None:
    calendar, _, archive = rooms(served, settings(served, editions=[{"service": "portl"}, {"select": "customer=beta"}]))
    served.clock.at = FROZEN
    calendar.issue()

    assert {edition for _, _, edition, _ in issued(archive)} == {"", "beta"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "expected one of service"),
        ({"service": "portal", "select": "customer=acme"}, "expected one of service"),
        ({"select": "customer"}, "is not a selector"),
        ({"select": "*"}, "without a selector"),
        ({"select": "priority=high"}, "expected one of urgent, important, general"),
        ({"service": "portal", "kinds": ["special"]}, "special"),
        ({"service": "portal", "kinds": ["weekly"]}, "kinds"),
        ({"service": "portal", "recipients": ["boss"]}, "is not a mail address"),
        ({"service": "portal", "recipients": ["a@b.example"]}, "need a mail server"),
        ({"service": "portal", "formats": ["doc"]}, "There is no report format"),
        ({"service": "portal", "languages": ["tlh"]}, "tlh"),
        ({"service": "portal", "on": ["draft"]}, "when it is frozen"),
        ({"service": "portal", "to": ["a@b.example"]}, "unknown key"),
    ],
)
def test_mistakes_are_told_with_their_place(table: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        editions({"editions": [{"service": "mail"}, table]})

    assert any("reports.editions" in mistake and said in mistake for mistake in wrong.value.mistakes)


def test_one_edition_given_twice_is_a_mistake() -> None:
    with pytest.raises(Invalid) as wrong:
        editions({"editions": [{"select": "customer=acme"}, {"select": "customer = acme"}]})

    assert wrong.value.mistakes == ("reports.editions: there are two about customer=acme",)


def test_what_nothing_can_meet_is_told_by_what_there_is(served: Door) -> None:
    given = [{"service": "portl"}, {"select": "customer=acm"}, {"select": "client=*"}, {"select": "customer=beta"}]

    assert aimless({"editions": given}, served.house.settings.data / "state.db", END) == [
        "reports.editions[0].service: there is no service 'portl', did you mean 'portal'?",
        "reports.editions[1].select: customer=acm names nothing. No target has customer=acm, did you mean 'acme'? "
        "There are: acme, beta.",
        "reports.editions[2].select: client=* names nothing. No target has a label 'client'.",
    ]


def test_where_there_is_nothing_yet_nothing_is_refused(tmp_path: Path) -> None:
    assert aimless({"editions": [{"service": "portal"}]}, tmp_path / "state.db", END) == []
