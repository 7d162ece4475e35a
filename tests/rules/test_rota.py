"""Who is on call: turns by the wall clock, substitutes, and mistakes."""

import pytest

from rules.errors import Invalid
from rules.period import parse_instant
from rules.rota import Contact, Rota, Substitute, unknown
from rules.settings import read

WEEKLY = Rota(("ada", "ben", "eve"), "2026-01-05T09:00")


def at(text: str, tz: str = "Asia/Shanghai") -> int:
    return parse_instant(text, tz)


@pytest.mark.parametrize(
    ("instant", "person"),
    [
        ("2026-01-05T09:00", "ada"),
        ("2026-01-12T08:59", "ada"),
        ("2026-01-12T09:00", "ben"),
        ("2026-01-19T09:00", "eve"),
        ("2026-01-26T09:00", "ada"),
        ("2025-12-01T00:00", "ada"),
    ],
)
def test_people_take_turns_in_order(instant: str, person: str) -> None:
    assert WEEKLY.on_call(at(instant), "Asia/Shanghai") == person


def test_hands_over_at_the_same_hour_where_clocks_change() -> None:
    rota = Rota(("ada", "ben"), "2026-03-27T09:00", turn=86_400_000, tz="Europe/Berlin")

    assert rota.on_call(at("2026-03-30T08:59", "Europe/Berlin"), "UTC") == "ada"
    assert rota.on_call(at("2026-03-30T09:00", "Europe/Berlin"), "UTC") == "ben"


def test_a_substitute_stands_in_for_his_time_only() -> None:
    rota = Rota(("ada",), "2026-01-05T09:00", instead=(Substitute("eve", "2026-02-01T09:00", "2026-02-02T09:00"),))
    asked = ("2026-02-01T08:59", "2026-02-01T09:00", "2026-02-02T09:00")

    assert [rota.on_call(at(one), "Asia/Shanghai") for one in asked] == ["ada", "eve", "ada"]


def test_it_is_read_from_settings() -> None:
    table = {"people": ["ada"], "from": "2026-01-05T09:00", "turn": "1d"}

    assert read(Rota, table) == Rota(("ada",), "2026-01-05T09:00", turn=86_400_000)


@pytest.mark.parametrize(
    "table",
    [
        {"people": [], "from": "2026-01-05"},
        {"people": ["ada"], "from": "2026-01-05", "turn": "36h"},
        {"people": ["ada"], "from": "someday"},
        {"people": ["ada"], "from": "2026-01-05", "tz": "Mars/Base"},
        {
            "people": ["ada"],
            "from": "2026-01-05",
            "instead": [{"person": "b", "from": "2026-02-02", "to": "2026-02-01"}],
        },
    ],
)
def test_mistakes_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read(Rota, table)


def test_people_of_whom_nobody_says_how_they_are_reached_are_told() -> None:
    assert unknown({"net": WEEKLY}, {"ada": Contact()}) == [
        "rota.net: there is no [contacts.ben]",
        "rota.net: there is no [contacts.eve]",
    ]
