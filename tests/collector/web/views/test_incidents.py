"""Incidents as they are shown: the steps that may follow, and links that may be followed."""

import pytest

from collector.store.incidents import Happening, Incident, Ticket
from collector.texts import translator
from collector.web.views.incidents import incident_list, incident_page, incident_row
from rules.incident import Phase

EN = translator("en")
NOW = 1_790_000_000_000


def incident(phase: Phase = Phase.OPEN, **fields: object) -> Incident:
    return Incident(
        "i_1",
        2026,
        7,
        "k",
        "outage",
        "f",
        "t_1",
        "",
        "",
        "urgent",
        "No answer.",
        phase,
        NOW - 60_000,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("phase", "actions"),
    [
        (Phase.OPEN, ["ack", "start", "pause", "resolve"]),
        (Phase.PAUSED, ["resume", "resolve"]),
        (Phase.RESOLVED, ["close", "reopen"]),
        (Phase.CLOSED, ["reopen"]),
    ],
)
def test_only_steps_that_may_follow_are_offered(phase: Phase, actions: list[str]) -> None:
    found = incident(phase)

    page = incident_page(found, incident_row(found, "core-1", (), NOW, "UTC", EN), (), (), "UTC", EN)

    assert [action.name for action in page.actions] == actions
    assert [action.main for action in page.actions] == [True] + [False] * (len(actions) - 1)


@pytest.mark.parametrize(
    ("url", "followed"), [("https://desk.example/4", "https://desk.example/4"), ("javascript:alert(1)", ""), ("", "")]
)
def test_only_web_addresses_become_links(url: str, followed: str) -> None:
    row = incident_row(incident(), "core-1", [Ticket("desk", "4", url, "open", NOW)], NOW, "UTC", EN)

    assert row.tickets[0].url == followed


def test_an_open_incident_says_how_long_nobody_answered() -> None:
    assert incident_row(incident(), "core-1", (), NOW, "UTC", EN).waiting == "unanswered for 1 min 0 s"
    assert incident_row(incident(answered=NOW), "core-1", (), NOW, "UTC", EN).waiting == ""


def test_a_resolved_incident_lasted_until_it_was_resolved() -> None:
    found = incident(Phase.RESOLVED, resolved=NOW - 30_000, self_recovered=True)

    row = incident_row(found, "core-1", (), NOW, "UTC", EN, solved=True)

    assert (row.length, row.mark, row.waiting) == ("30 s", "up", "recovered by itself")


def test_a_step_that_came_too_late_is_told_as_such() -> None:
    found = incident()
    late = Happening(3, "resolve", NOW, "monitor", "nineward", "", True)

    page = incident_page(found, incident_row(found, "", (), NOW, "UTC", EN), [late], (), "UTC", EN)

    assert (page.events[0].word, page.events[0].actor) == ("resolved (too late to change anything)", "Nineward")


def test_older_incidents_follow_where_the_page_ends() -> None:
    assert incident_list((), "all", {}, (NOW, "i_9"), EN).later == f"?state=all&before={NOW}.i_9"
    assert incident_list((), "", {"": 3}, None, EN).tabs[0].count == 3


def test_what_nobody_saw_end_is_neither_resolved_nor_recovered() -> None:
    found = incident(Phase.RESOLVED, resolved=NOW - 30_000, self_recovered=True)

    row = incident_row(found, "core-1", (), NOW, "UTC", EN, solved=False)

    ended = Happening(3, "resolve", NOW, "monitor", "nineward", "Maintenance of core-1 began", False, unseen=True)
    page = incident_page(found, row, [ended], (), "UTC", EN)

    assert (row.state_word, row.waiting) == ("Set aside", "")
    assert [event.word for event in page.events] == ["set aside"]
    names = [name for name, _ in page.facts]
    assert "Set aside" in names
    assert "Resolved" not in names


def test_an_incident_whose_fault_comes_and_goes_says_so() -> None:
    found = incident(unstable=NOW - 5_000)

    row = incident_row(found, "core-1", (), NOW, "UTC", EN)

    assert row.state_word == "Open, comes and goes"
    assert "Comes and goes since" in [name for name, _ in incident_page(found, row, (), (), "UTC", EN).facts]
